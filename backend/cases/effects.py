"""What each action does besides moving the case: assignments, clocks, decisions. One small function per action."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.terms import Action
from backend.cases.models import Case
from backend.cases.schemas import ActionIn
from backend.dispatch import actions as dispatch
from backend.dispatch import queries as dispatch_queries
from backend.dispatch.models import AssignmentEnd
from backend.errors import Malformed, Say
from backend.matters.clocks import DISPATCH_LIMIT, INSPECTION_LIMIT_WORK_HOURS, WorkCalendar, deadline
from backend.matters.models import FilingCondition, LimitUnit
from backend.matters.queries import condition_of, work_calendar
from backend.permissions import Actor
from backend.staff.models import Squad

REWORK_SHARE = 0.5


@dataclass(frozen=True)
class Taken:
    """An action being taken on a case whose row is held."""

    case: Case
    actor: Actor
    action: ActionIn
    at: datetime
    content: dict[str, Any] = field(default_factory=dict)


async def handling_limit(session: AsyncSession, case: Case) -> tuple[WorkCalendar, FilingCondition]:
    calendar = await work_calendar(session, case.county)
    return calendar, await condition_of(session, case.county, case.catalogue_version, case.condition_code)


async def hand_to_squad(
    session: AsyncSession, case: Case, *, squad_code: str, at: datetime, share: float = 1.0
) -> dict[str, Any]:
    """Open an assignment and start the handling clock with this share of the limit. Returns the event's content."""
    calendar, condition = await handling_limit(session, case)
    due_at = deadline(calendar, at, condition.limit_amount * share, condition.limit_unit)
    await dispatch.open_assignment(
        session, county=case.county, case_id=case.id, squad_code=squad_code, at=at, due_at=due_at
    )
    case.squad_code = squad_code
    _start_clock(case, at, due_at)
    return {"squad_code": squad_code, "due_at": due_at.isoformat()}


def wait_for_dispatch(case: Case, at: datetime) -> None:
    case.squad_code = None
    _start_clock(case, at, at + DISPATCH_LIMIT)


def _start_clock(case: Case, at: datetime, due_at: datetime | None) -> None:
    case.clock_started_at = at
    case.due_at = due_at


async def _dispatch(session: AsyncSession, taken: Taken) -> None:
    case = taken.case
    squad = await _squad_named(session, taken)
    if taken.action.action == Action.REASSIGN:
        await _end_handling(session, taken, AssignmentEnd.REASSIGNED)
    taken.content.update(await hand_to_squad(session, case, squad_code=squad.code, at=taken.at))
    words = taken.action.words
    dispatch.store_decision(
        session,
        county=case.county,
        case_id=case.id,
        at=taken.at,
        sentence=Say(
            f"由{taken.actor.name} 派给{squad.name}" + (f"：{words}" if words else ""),
            f"Sent to {squad.name} by {taken.actor.name}" + (f": {words}" if words else ""),
        ),
        rule_code=None,
        squad_code=squad.code,
        inputs={"by_hand": True, "words": words},
        candidates=[],
    )


async def _squad_named(session: AsyncSession, taken: Taken) -> Squad:
    squad = await session.get(Squad, (taken.case.county, taken.action.squad or ""))
    if squad is None:
        raise Malformed.at(
            "squad", "unknown_squad", Say("没有这支队伍，请重新选择", "There is no such squad; choose another")
        )
    return squad


async def _end_handling(session: AsyncSession, taken: Taken, end: AssignmentEnd) -> None:
    """The squad's hands are off the case; whatever time it took too long stays counted."""
    case = taken.case
    assignment = await dispatch.end_assignment(session, county=case.county, case_id=case.id, end=end, at=taken.at)
    if assignment:
        case.late_s += max(0, int((taken.at - assignment.due_at).total_seconds()))


async def _acknowledge(session: AsyncSession, taken: Taken) -> None:
    assignment = await dispatch_queries.open_assignment(session, taken.case.county, taken.case.id)
    if assignment:
        assignment.acknowledged_at = taken.at
        assignment.handler_id = taken.actor.staff_id


async def _arrive(session: AsyncSession, taken: Taken) -> None:
    assignment = await dispatch_queries.open_assignment(session, taken.case.county, taken.case.id)
    if assignment and assignment.arrived_at is None:
        assignment.arrived_at = taken.at


async def _feedback(session: AsyncSession, taken: Taken) -> None:
    case = taken.case
    await _end_handling(session, taken, AssignmentEnd.FINISHED)
    calendar = await work_calendar(session, case.county)
    _start_clock(case, taken.at, deadline(calendar, taken.at, INSPECTION_LIMIT_WORK_HOURS, LimitUnit.WORK_HOUR))


async def _send_back(session: AsyncSession, taken: Taken) -> None:
    case = taken.case
    await _end_handling(session, taken, AssignmentEnd.SENT_BACK)
    squad = await session.get(Squad, (case.county, case.squad_code or ""))
    name = squad.name if squad else ""
    wait_for_dispatch(case, taken.at)
    dispatch.store_decision(
        session,
        county=case.county,
        case_id=case.id,
        at=taken.at,
        sentence=Say(
            f"{name}退回：{taken.action.words}，等指挥中心派遣",
            f"Sent back by {name}: {taken.action.words}; it waits for the command centre",
        ),
        rule_code=None,
        squad_code=None,
        inputs={"sent_back": True, "words": taken.action.words},
        candidates=[],
    )


async def _pass(_session: AsyncSession, taken: Taken) -> None:
    taken.case.closed_at = taken.at
    taken.case.due_at = None


async def _fail(session: AsyncSession, taken: Taken) -> None:
    case = taken.case
    assert case.squad_code  # a case that was handled keeps the squad that handled it
    case.rework_count += 1
    taken.content.update(
        await hand_to_squad(session, case, squad_code=case.squad_code, at=taken.at, share=REWORK_SHARE)
    )


EFFECTS: dict[Action, Callable[[AsyncSession, Taken], Awaitable[None]]] = {
    Action.DISPATCH: _dispatch,
    Action.REASSIGN: _dispatch,
    Action.ACKNOWLEDGE: _acknowledge,
    Action.ARRIVE: _arrive,
    Action.FEEDBACK: _feedback,
    Action.SEND_BACK: _send_back,
    Action.PASS: _pass,
    Action.FAIL: _fail,
}
