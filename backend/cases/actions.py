"""Every write about reports and cases: filing a report, taking an action, receiving a photo that follows.

Each is idempotent under the id that the phone chose: a repeat is answered as the first time, other content under the
same id is a conflict, and nothing is half done, because each runs in the request's one transaction.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import evidence, queries
from backend.cases.effects import EFFECTS, Taken, hand_to_squad, wait_for_dispatch
from backend.cases.history import append_event, fingerprint
from backend.cases.lifecycle import STEP_BY_ACTION, Action, Handlers, Need, Photos, Standing, Status, Step, decide_step
from backend.cases.models import Case, CaseEvent, PhotoPhase, Report
from backend.cases.schemas import ActionIn, ReportIn
from backend.clock import local_date
from backend.database import lng_lat, point
from backend.dispatch.actions import decide_routing
from backend.dispatch.routing import Question
from backend.errors import Conflict, Malformed, NotAllowed, NotFound, Say
from backend.grids.filing_lock import hold_net_still
from backend.grids.models import Grid
from backend.grids.queries import grid_at
from backend.identifiers import new_case_code, new_id
from backend.matters.models import Matter
from backend.matters.queries import ChosenMatter, choose_matter, matter_of
from backend.permissions import Actor, Role
from backend.photos.intake import PhotoFacts

PHASE_OF_ACTION = {Action.PASS: PhotoPhase.INSPECTION, Action.FAIL: PhotoPhase.INSPECTION}


@dataclass(frozen=True)
class Outcome:
    """What became of a submission. `first` is false for a repeat; `missing` are the photos still awaited."""

    case_id: UUID
    first: bool
    missing: list[str]
    received_at: datetime


async def file_report(
    session: AsyncSession,
    *,
    actor: Actor,
    report_id: UUID,
    content: ReportIn,
    stored: Sequence[PhotoFacts],
    at: datetime,
) -> Outcome:
    """Open a case from a report and route it at once.

    Raises Malformed (unknown matter, too few photos, outside the net) and Conflict (the id was used for something else).
    """
    await _one_at_a_time(session, actor.county, report_id)
    print_ = fingerprint(content.model_dump(mode="json"))
    report = await queries.report_by_id(session, actor.county, report_id)
    if report is None:
        report = await _open_case(session, actor, report_id, content, print_, at)
        first = True
    else:
        _require_same(report.reporter_id == actor.staff_id and report.fingerprint == print_)
        first = False
    missing = await evidence.receive_photos(
        session, actor=actor, case_id=report.case_id, event_id=report.id, stored=stored, at=at
    )
    return Outcome(report.case_id, first, missing, report.received_at)


async def _open_case(
    session: AsyncSession, actor: Actor, report_id: UUID, content: ReportIn, print_: str, at: datetime
) -> Report:
    chosen = await choose_matter(session, actor.county, at, content.matter, content.condition)
    _require_photos(len(content.photos), chosen.matter.photos_before_min, chosen.matter)
    await hold_net_still(session, actor.county)
    found = await grid_at(session, actor.county, content.place.lng, content.place.lat, local_date(at))
    case = _new_case(actor, content, chosen, found.grid, on_border=found.on_border, at=at)
    session.add(case)
    await session.flush()
    report = Report(
        county=actor.county,
        id=report_id,
        case_id=case.id,
        reporter_id=actor.staff_id,
        fingerprint=print_,
        content=content.model_dump(mode="json"),
        place_source=content.place.source,
        occurred_at=content.occurred_at,
        received_at=at,
    )
    session.add(report)
    await append_event(
        session,
        case,
        event_id=report_id,
        action=Action.REPORT,
        target=Status.PENDING_DISPATCH,
        at=at,
        actor_id=actor.staff_id,
        actor_role=_reporting_role(actor),
        words=content.words,
        content={"photos": [photo.sha256 for photo in content.photos]},
        content_fingerprint=print_,
        client_at=content.occurred_at,
    )
    await evidence.declare_photos(
        session,
        county=actor.county,
        case_id=case.id,
        event_id=report_id,
        phase=PhotoPhase.BEFORE,
        photos=content.photos,
    )
    await _route(session, case, chosen, found.grid, at)
    return report


def _new_case(
    actor: Actor, content: ReportIn, chosen: ChosenMatter, grid: Grid, *, on_border: bool, at: datetime
) -> Case:
    return Case(
        county=actor.county,
        id=new_id(),
        code=new_case_code(),
        version=0,
        status=Status.PENDING_DISPATCH,
        catalogue_version=chosen.matter.catalogue_version,
        matter_code=chosen.matter.code,
        condition_code=chosen.condition.code,
        severity=chosen.condition.severity,
        place=point(content.place.lng, content.place.lat),
        accuracy_m=content.place.accuracy_m,
        grid_code=grid.code,
        grid_version=grid.version,
        grid_path=grid.path,
        on_border=on_border,
        words=content.words,
        reporter_id=actor.staff_id,
        opened_at=at,
        updated_at=at,
    )


async def _route(session: AsyncSession, case: Case, chosen: ChosenMatter, grid: Grid, at: datetime) -> None:
    """Choose the squad by rule and hand the case over; with nobody to take it, it waits for the command centre."""
    lng, lat = lng_lat(case.place)
    question = Question(
        matter_code=chosen.matter.code,
        matter_name=chosen.matter.name,
        major_code=chosen.matter.major_code,
        department_code=chosen.matter.department_code,
        self_dispatch=chosen.matter.self_dispatch,
        severity=chosen.condition.severity,
        grid_code=grid.code,
        grid_name=grid.name,
        lng=lng,
        lat=lat,
    )
    decision = await decide_routing(
        session, county=case.county, case_id=case.id, question=question, grid_path=grid.path, at=at
    )
    if decision.squad is None:
        wait_for_dispatch(case, at)
        return
    content = await hand_to_squad(session, case, squad_code=decision.squad.code, at=at)
    await append_event(
        session, case, event_id=new_id(), action=Action.ROUTE, target=Status.PENDING_ACK, at=at, content=content
    )


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

    Raises NotFound, NotAllowed, Conflict (`stale_version`, `wrong_state`, `separation_of_powers`, `other_content`) and
    Malformed (words, photos or squad that the step needs).
    """
    case = await queries.case_for(session, actor, case_id, lock=True)
    print_ = fingerprint(content.model_dump(mode="json"))
    event = await session.get(CaseEvent, (actor.county, case_id, action_id))
    if event is None:
        event = await _take(session, actor, case, action_id, content, print_, at)
        first = True
    else:
        _require_same(event.actor_id == actor.staff_id and event.fingerprint == print_)
        first = False
    missing = await evidence.receive_photos(
        session, actor=actor, case_id=case_id, event_id=action_id, stored=stored, at=at
    )
    return Outcome(case_id, first, missing, event.at)


async def _take(
    session: AsyncSession, actor: Actor, case: Case, action_id: UUID, content: ActionIn, print_: str, at: datetime
) -> CaseEvent:
    step, role = await _permitted_step(session, actor, case, content)
    await _require_needs(session, case, step, content)
    taken = Taken(case, actor, content, at, {"photos": [photo.sha256 for photo in content.photos]})
    await EFFECTS[step.action](session, taken)
    event = await append_event(
        session,
        case,
        event_id=action_id,
        action=step.action,
        target=step.target,
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
    return event


async def _permitted_step(session: AsyncSession, actor: Actor, case: Case, content: ActionIn) -> tuple[Step, Role]:
    step = STEP_BY_ACTION.get(content.action)
    if step is None or not step.roles & actor.roles:
        raise NotAllowed("not_allowed", Say("你的岗位不能做这一步", "Your posts do not include this step"))
    if content.version != case.version:
        raise Conflict(
            "stale_version",
            Say(
                "案件在你打开之后已经变化，请看最新状态再操作",
                "The case has changed since you opened it; look at its present state first",
            ),
            version=case.version,
            case_status=case.status.value,
        )
    return decide_step(case.status, content.action, await standing_of(session, actor, case))


async def standing_of(session: AsyncSession, actor: Actor, case: Case) -> Standing:
    handlers = (await queries.handlers_of(session, case.county, [case.id]))[case.id]
    return standing(actor, case, handlers)


def standing(actor: Actor, case: Case, handlers: Handlers) -> Standing:
    return Standing(
        grid_roles=actor.roles_at(case.grid_path),
        squad_roles=frozenset(p.role for p in actor.posts if p.squad_code and p.squad_code == case.squad_code),
        has_handled=actor.staff_id in handlers.staff_ids or bool(handlers.squad_codes & set(actor.squad_codes)),
        on_site=handlers.on_site,
    )


async def _require_needs(session: AsyncSession, case: Case, step: Step, content: ActionIn) -> None:
    if step.words == Need.REQUIRED and not content.words:
        raise Malformed.at(
            "words",
            "words_needed",
            Say(f"「{step.label.zh}」要写一句说明", f"“{step.label.en}” needs a sentence of explanation"),
        )
    if step.squad == Need.REQUIRED and not content.squad:
        raise Malformed.at("squad", "squad_needed", Say("请选择派给哪支队伍", "Choose the squad to send"))
    if step.photos == Photos.NONE and content.photos:
        raise Malformed.at(
            "photos", "no_photos_here", Say(f"「{step.label.zh}」不带照片", f"“{step.label.en}” takes no photos")
        )
    if step.photos == Photos.AS_MATTER_ASKS:
        matter = await matter_of(session, case.county, case.catalogue_version, case.matter_code)
        _require_photos(len(content.photos), matter.photos_after_min, matter)


def _require_photos(given: int, needed: int, matter: Matter) -> None:
    if given < needed:
        raise Malformed.at(
            "photos",
            "photos_needed",
            Say(
                f"「{matter.name}」至少要 {needed} 张照片，请补拍",
                f"“{matter.name}” needs at least {needed} photo(s); take more",
            ),
            needed=needed,
        )


async def receive_photo(
    session: AsyncSession, *, actor: Actor, case_id: UUID, event_id: UUID, stored: PhotoFacts, at: datetime
) -> Outcome:
    """A declared photo that follows its report or action. Raises NotFound and Conflict `undeclared_photo`."""
    case = await queries.case_for(session, actor, case_id, lock=True)
    event = await own_event(session, actor, case_id, event_id)
    missing = await evidence.receive_photos(
        session, actor=actor, case_id=case.id, event_id=event_id, stored=[stored], at=at
    )
    return Outcome(case.id, first=False, missing=missing, received_at=event.at)


async def own_event(session: AsyncSession, actor: Actor, case_id: UUID, event_id: UUID) -> CaseEvent:
    """The report or action that this actor sent under this id. Raises NotFound, for other people's too."""
    event = await session.get(CaseEvent, (actor.county, case_id, event_id))
    if event is None or event.actor_id != actor.staff_id:
        raise NotFound("no_such_submission", Say("请先提交内容，再传照片", "Send the content first, then its photos"))
    return event


async def _one_at_a_time(session: AsyncSession, county: str, report_id: UUID) -> None:
    """The same report sent twice at once: the second waits for the first to commit, and then is a repeat."""
    digest = hashlib.sha256(f"{county}/{report_id}".encode()).digest()
    await session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))


def _require_same(same: bool) -> None:
    if not same:
        raise Conflict(
            "other_content",
            Say(
                "这个编号已经用于另一份内容，请作为新的提交重发；原来的内容保留不变",
                "This id was already used for other content; send yours under a new id. The first one is kept unchanged",
            ),
        )


def _reporting_role(actor: Actor) -> Role:
    return Role.WORKER if Role.WORKER in actor.roles else min(actor.roles)
