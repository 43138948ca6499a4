"""What each action does besides moving the case and winding its clocks. One small function per action, one table.

What several hands do is in `effects_parts.py`, what sets a case right in `effects_command.py`. An effect writes into
`taken.content` what the event must say, above all the limit of a clock that it starts.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.clocks import REWORK_SHARE
from backend.cases.holding import Holder, free, hand_to, take_from_holder, written
from backend.cases.models import Case
from backend.cases.schemas import ActionIn
from backend.cases.terms import Action, Status, Step
from backend.dispatch import actions as dispatch
from backend.dispatch import queries as dispatch_queries
from backend.dispatch.models import AssignmentEnd
from backend.errors import Malformed, NotAllowed, Say
from backend.matters.models import Stage
from backend.matters.queries import stage_limits
from backend.permissions import Actor
from backend.staff.models import Squad
from backend.staff.queries import claiming_squad

ANSWER_WITHIN = timedelta(hours=72)


@dataclass(frozen=True)
class Taken:
    """An action being taken on a case whose row is held."""

    case: Case
    step: Step
    actor: Actor
    action: ActionIn
    at: datetime
    content: dict[str, Any] = field(default_factory=dict)


Effect = Callable[[AsyncSession, Taken], Awaitable[None]]


async def nothing(_session: AsyncSession, _taken: Taken) -> None:
    """The step moves the case, and that is all."""


async def stage_limit(session: AsyncSession, county: str, stage: Stage) -> dict[str, Any]:
    """A stage's limit as an event says it."""
    return written((await stage_limits(session, county))[stage])


async def file_case(_session: AsyncSession, taken: Taken) -> None:
    taken.case.filed_at = taken.at


async def intake_limits(session: AsyncSession, county: str, status: Status) -> dict[str, Any]:
    """What an event says that brings a case before its dispatch: the verifier's limit or the command centre's, and the
    command centre's that waits meanwhile."""
    limits = await stage_limits(session, county)
    running = Stage.VERIFY if status == Status.VERIFYING else Stage.ACCEPT
    return {"limit": written(limits[running]), "accept_limit": written(limits[Stage.ACCEPT])}


async def send_verification(session: AsyncSession, taken: Taken) -> None:
    taken.content.update(await intake_limits(session, taken.case.county, Status.VERIFYING))


async def dispatch_by_hand(session: AsyncSession, taken: Taken) -> None:
    case, words = taken.case, taken.action.words
    squad = await squad_named(session, case.county, taken.action.squad)
    if taken.action.action == Action.REASSIGN:
        await take_from_holder(session, case, end=AssignmentEnd.REASSIGNED, at=taken.at)
    taken.content.update(await hand_to(session, case, Holder(squad.code), at=taken.at))
    sentence = Say(
        f"由{taken.actor.name} 派给{squad.name}" + (f"：{words}" if words else ""),
        f"Sent to {squad.name} by {taken.actor.name}" + (f": {words}" if words else ""),
    )
    _store(session, taken, sentence, squad.code, {"by_hand": True, "words": words})


async def squad_named(session: AsyncSession, county: str, code: str | None, field: str = "squad") -> Squad:
    squad = await session.get(Squad, (county, code or ""))
    if squad is None:
        raise Malformed.at(
            field, "unknown_squad", Say("没有这支队伍，请重新选择", "There is no such squad; choose another")
        )
    return squad


def _store(session: AsyncSession, taken: Taken, sentence: Say, squad_code: str | None, inputs: dict[str, Any]) -> None:
    dispatch.store_decision(
        session,
        county=taken.case.county,
        case_id=taken.case.id,
        at=taken.at,
        sentence=sentence,
        rule_code=None,
        squad_code=squad_code,
        inputs=inputs,
        candidates=[],
    )


async def claim(session: AsyncSession, taken: Taken) -> None:
    case, actor = taken.case, taken.actor
    squad = await claiming_squad(session, case.county, actor.squad_codes, case.grid_path)
    if squad is None:
        raise NotAllowed("not_your_case", Say("这里不是本队辖区，不能认领", "It is not your squad's ground to claim"))
    taken.content.update(await hand_to(session, case, Holder(squad.code), at=taken.at, handler_id=actor.staff_id))
    sentence = Say(f"{squad.name}{actor.name} 认领", f"Claimed by {actor.name} of {squad.name}")
    _store(session, taken, sentence, squad.code, {"claimed": True})


async def acknowledge(session: AsyncSession, taken: Taken) -> None:
    assignment = await dispatch_queries.open_assignment(session, taken.case.county, taken.case.id)
    if assignment:
        assignment.acknowledged_at = taken.at
        assignment.handler_id = taken.actor.staff_id


async def arrive(session: AsyncSession, taken: Taken) -> None:
    assignment = await dispatch_queries.open_assignment(session, taken.case.county, taken.case.id)
    if assignment and assignment.arrived_at is None:
        assignment.arrived_at = taken.at


async def finish(session: AsyncSession, taken: Taken) -> None:
    """Handled, or approved by the leader: the holder is done unless the inspection says otherwise."""
    if taken.step.target != Status.PENDING_INSPECTION:
        return
    await take_from_holder(session, taken.case, end=AssignmentEnd.FINISHED, at=taken.at)
    taken.content["limit"] = await stage_limit(session, taken.case.county, Stage.INSPECT)


async def send_back(session: AsyncSession, taken: Taken) -> None:
    """Out of the holder's hands. `routing.py` then looks for another, or leaves it to the command centre, and says why."""
    case = taken.case
    await take_from_holder(session, case, end=AssignmentEnd.SENT_BACK, at=taken.at)
    free(case)
    case.send_back_count += 1
    taken.content["limit"] = await stage_limit(session, case.county, Stage.ACCEPT)


async def raise_tier(session: AsyncSession, taken: Taken) -> None:
    case = taken.case
    await take_from_holder(session, case, end=AssignmentEnd.RAISED, at=taken.at)
    free(case)
    case.tier += 1
    taken.content["tier"] = case.tier
    taken.content["limit"] = await stage_limit(session, case.county, Stage.ACCEPT)
    words = taken.action.words
    sentence = Say(
        f"上报到第 {case.tier} 级：{words}，等指挥中心派遣",
        f"Raised to tier {case.tier}: {words}; it waits for the command centre",
    )
    _store(session, taken, sentence, None, {"raised": True, "words": words})


async def pass_inspection(_session: AsyncSession, taken: Taken) -> None:
    close(taken.case, taken.at)


def close(case: Case, at: datetime) -> None:
    """Closed: the resident has 72 hours to say whether it is fixed."""
    case.closed_at = at
    case.answer_until = at + ANSWER_WITHIN
    case.satisfaction = None
    case.reply_by = None
    case.void_asked_by = None


async def fail_inspection(session: AsyncSession, taken: Taken) -> None:
    case = taken.case
    taken.content.update(await hand_again(session, case, taken.step.target, at=taken.at, share=REWORK_SHARE))


async def hand_again(
    session: AsyncSession, case: Case, target: Status | None, *, at: datetime, share: float = 1.0
) -> dict[str, Any]:
    """Back to whoever handled it, as rework; if nobody did, as after settling on the spot, it waits to be dispatched.

    Returns what the event must say.
    """
    case.rework_count += 1
    if target == Status.PENDING_DISPATCH:
        return {"limit": await stage_limit(session, case.county, Stage.ACCEPT)}
    holder = Holder(case.squad_code, case.grid_duty)
    return {**await hand_to(session, case, holder, at=at), "share": share}
