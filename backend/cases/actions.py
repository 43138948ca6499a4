"""Taking a step of the lifecycle with a case, and receiving a photo that follows.

Each is idempotent under the id that the phone chose: a repeat is answered as the first time, other content under the
same id is a conflict, and nothing is half done, because each runs in the request's one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import effects, effects_command, effects_parts, evidence, queries
from backend.cases.deciding import decide_step
from backend.cases.effects import Effect, Taken
from backend.cases.history import append_event, changed_meanwhile, fingerprint, is_repeat, other_content
from backend.cases.lifecycle import PART_ACTIONS, QUIET_ACTIONS, steps_of
from backend.cases.models import Case, CaseEvent, PhotoPhase
from backend.cases.needs import require_needs
from backend.cases.routing import route_case
from backend.cases.schemas import ActionIn
from backend.cases.standing import facts_and_standing
from backend.cases.terms import Action, Status, Step
from backend.errors import NotAllowed, Say
from backend.locks import one_at_a_time
from backend.permissions import Actor, Role
from backend.photos.intake import PhotoFacts
from backend.staff.positions import remember_position

EFFECTS: dict[Action, Effect] = {
    Action.VERIFY_FOUND: effects.nothing,
    Action.VERIFY_ABSENT: effects.nothing,
    Action.VERIFY_UNABLE: effects.nothing,
    Action.WAIVE_VERIFICATION: effects.nothing,
    Action.SEND_VERIFICATION: effects.send_verification,
    Action.FILE: effects.file_case,
    Action.DECLINE: effects_command.decline,
    Action.DISPATCH: effects.dispatch_by_hand,
    Action.CLAIM: effects.claim,
    Action.REASSIGN: effects.dispatch_by_hand,
    Action.ACKNOWLEDGE: effects.acknowledge,
    Action.ARRIVE: effects.arrive,
    Action.FEEDBACK: effects.finish,
    Action.REVIEW_PASS: effects.finish,
    Action.REVIEW_RETURN: effects.nothing,
    Action.SEND_BACK: effects.send_back,
    Action.RAISE_TIER: effects.raise_tier,
    Action.PASS: effects.pass_inspection,
    Action.FAIL: effects.fail_inspection,
    Action.ASK_EXTENSION: effects_command.ask_extension,
    Action.GRANT_EXTENSION: effects_command.grant_extension,
    Action.REFUSE_EXTENSION: effects_command.refuse_extension,
    Action.ASK_SUSPENSION: effects_command.ask_suspension,
    Action.GRANT_SUSPENSION: effects_command.grant_suspension,
    Action.REFUSE_SUSPENSION: effects_command.refuse_suspension,
    Action.RESUME: effects_command.resume,
    Action.REMIND: effects.nothing,
    Action.SUPERVISE: effects_command.supervise,
    Action.REPLY_SUPERVISION: effects_command.reply_supervision,
    Action.RECATEGORISE: effects_command.recategorise,
    Action.MERGE: effects_command.merge,
    Action.UNMERGE: effects_command.unmerge,
    Action.ASK_VOID: effects_command.ask_void,
    Action.CONFIRM_VOID: effects_command.confirm_void,
    Action.REFUSE_VOID: effects_command.refuse_void,
    Action.FORCE_CLOSE: effects_command.force_close,
    Action.REOPEN: effects_command.reopen,
    Action.ADD_CO_HANDLER: effects_parts.add_co_handler,
    Action.WHISTLE: effects_parts.whistle,
    Action.WAIVE_PART: effects_parts.waive_part,
    Action.CO_ACKNOWLEDGE: effects_parts.co_acknowledge,
    Action.CO_ARRIVE: effects_parts.co_arrive,
    Action.CO_FEEDBACK: effects_parts.co_feedback,
}

PHASE_OF_ACTION = {
    Action.VERIFY_FOUND: PhotoPhase.VERIFICATION,
    Action.VERIFY_ABSENT: PhotoPhase.VERIFICATION,
    Action.VERIFY_UNABLE: PhotoPhase.VERIFICATION,
    Action.PASS: PhotoPhase.INSPECTION,
    Action.FAIL: PhotoPhase.INSPECTION,
}

FIRST_FIELDS = frozenset({"action", "version", "words", "squad", "at", "photos"})

# Whatever waits for dispatch after one of these is sent on by rule at once; the others leave it to the command centre.
ROUTED_AFTER = frozenset(
    {Action.FILE, Action.SEND_BACK, Action.UNMERGE, Action.FAIL, Action.REOPEN, Action.RECATEGORISE}
)


@dataclass(frozen=True)
class Outcome:
    """What became of a submission. `first` is false for a repeat; `missing` are the photos still awaited."""

    case_id: UUID
    first: bool
    missing: list[str]
    received_at: datetime


async def take_action(
    session: AsyncSession,
    *,
    actor: Actor,
    case_id: UUID,
    action_id: UUID,
    content: ActionIn,
    stored: Sequence[PhotoFacts],
    at: datetime,
) -> Outcome:
    """Take one step of the lifecycle.

    Raises NotFound, NotAllowed, Conflict (`stale_version`, `wrong_state`, `separation_of_powers`, `other_content` and those
    of `guards.py`) and Malformed (what the step needs).
    """
    if content.action in (Action.MERGE, Action.UNMERGE):
        # Two cases are held; one merge at a time keeps crossing ones from waiting for each other for ever.
        await one_at_a_time(session, actor.county, "merge")
        await queries.hold_in_order(session, actor.county, {case_id, content.into or case_id})
    case = await queries.case_for(session, actor, case_id, lock=True)
    print_ = fingerprint(content.model_dump(mode="json", exclude_defaults=True))
    event = await session.get(CaseEvent, (actor.county, case_id, action_id))
    if event is None:
        event = await _take(session, actor, case, action_id, content, print_, at)
        first = True
    else:
        if event.actor_id != actor.staff_id:
            raise other_content()
        if not is_repeat(event.fingerprint, content, FIRST_FIELDS):
            raise other_content(_told(event), _tells(content))
        first = False
    missing = await evidence.receive_photos(
        session,
        county=actor.county,
        sender_id=actor.staff_id,
        case_id=case_id,
        event_id=action_id,
        stored=stored,
        at=at,
    )
    return Outcome(case_id, first, missing, event.at)


async def _take(
    session: AsyncSession, actor: Actor, case: Case, action_id: UUID, content: ActionIn, print_: str, at: datetime
) -> CaseEvent:
    step, role = await _permitted_step(session, actor, case, content, at)
    await require_needs(session, case, step, content, at)
    taken = Taken(case, step, actor, content, at, _said(content))
    await EFFECTS[step.action](session, taken)
    event = await append_event(
        session,
        case,
        event_id=action_id,
        action=step.action,
        target=step.target or case.status,
        at=at,
        actor_id=actor.staff_id,
        actor_role=role,
        words=content.words,
        content=taken.content,
        content_fingerprint=print_,
        client_at=content.at,
    )
    await evidence.declare_photos(
        session,
        county=case.county,
        case_id=case.id,
        event_id=action_id,
        phase=PHASE_OF_ACTION.get(step.action, PhotoPhase.AFTER),
        photos=content.photos,
    )
    if content.place:
        await remember_position(
            session,
            county=case.county,
            staff_id=actor.staff_id,
            at=min(content.at or at, at),
            lng=content.place.lng,
            lat=content.place.lat,
            accuracy_m=content.place.accuracy_m,
        )
    if case.status == Status.PENDING_DISPATCH and step.action in ROUTED_AFTER:
        await route_case(session, case, at)
    return event


def _said(content: ActionIn) -> dict[str, object]:
    """What of the action itself the event keeps."""
    said: dict[str, object] = {"photos": [photo.sha256 for photo in content.photos]}
    if content.reason:
        said["reason"] = content.reason
    if content.place:
        said["place"] = content.place.model_dump(mode="json")
    return said


def _tells(content: ActionIn) -> dict[str, object]:
    """What can be compared with the step that is kept under the same id."""
    return {"action": content.action, "words": content.words, "at": content.at} | _said(content)


def _told(event: CaseEvent) -> dict[str, object]:
    said = {name: event.content[name] for name in ("photos", "reason", "place") if name in event.content}
    return {"action": event.action, "words": event.words, "at": event.client_at} | said


async def _permitted_step(
    session: AsyncSession, actor: Actor, case: Case, content: ActionIn, at: datetime
) -> tuple[Step, Role]:
    rows = steps_of(content.action)
    if not any(step.roles & actor.roles for step in rows):
        raise NotAllowed("not_allowed", Say("你的岗位不能做这一步", "Your posts do not include this step"))
    if content.action not in PART_ACTIONS:
        await _require_fresh(session, actor, case, content.version)
    facts, standing = await facts_and_standing(session, actor, case, at)
    return decide_step(facts, content.action, standing)


async def _require_fresh(session: AsyncSession, actor: Actor, case: Case, version: int) -> None:
    """The actor must know the case as it is. What they did themselves since (several steps without a signal), and what
    leaves it where it was for everybody else, they need not have seen."""
    if version == case.version:
        return
    unseen = [event for event in await queries.history_of(session, case.county, case.id) if event.seq > version]
    if version > case.version or not all(_changes_nothing_for(actor, event) for event in unseen):
        conflict = changed_meanwhile()
        conflict.more.update(version=case.version, case_status=case.status.value)
        raise conflict


def _changes_nothing_for(actor: Actor, event: CaseEvent) -> bool:
    is_quiet = event.action in QUIET_ACTIONS and event.from_status == event.to_status
    return is_quiet or event.actor_id == actor.staff_id


async def receive_photo(
    session: AsyncSession, *, actor: Actor, case_id: UUID, event_id: UUID, stored: PhotoFacts, at: datetime
) -> Outcome:
    """A declared photo that follows its report or action. Raises NotFound and Conflict `undeclared_photo`."""
    case = await queries.case_for(session, actor, case_id, lock=True)
    event = await queries.own_event(session, actor, case_id, event_id)
    missing = await evidence.receive_photos(
        session,
        county=actor.county,
        sender_id=actor.staff_id,
        case_id=case.id,
        event_id=event_id,
        stored=[stored],
        at=at,
    )
    return Outcome(case.id, first=False, missing=missing, received_at=event.at)
