"""Winding a case's clocks: what runs now is computed anew from the whole history and laid down on the case."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.clocks import Clocks, clocks_of, effect_of
from backend.cases.models import Case, CaseEvent
from backend.cases.terms import ClockEffect, ClockKind
from backend.dispatch.queries import open_assignment
from backend.matters.queries import work_calendar


async def wind(session: AsyncSession, case: Case, history: Sequence[CaseEvent]) -> None:
    """Set the running clock of the case after the last event, and the deadline that the event itself tells of.

    The last event is not hashed yet; what it says of the clock becomes part of it.
    """
    latest = history[-1]
    if effect_of(latest.action, latest.from_status, latest.to_status) == ClockEffect.KEEP:
        return
    clocks = clocks_of(await work_calendar(session, case.county), history)
    _lay_down(case, clocks)
    latest.content = {**latest.content, "clock": _told(case)}
    if case.due_at:
        latest.content["due_at"] = case.due_at.isoformat()
    if case.clock_kind == ClockKind.HANDLE and case.due_at:
        assignment = await open_assignment(session, case.county, case.id)
        if assignment:
            assignment.due_at = case.due_at


def _told(case: Case) -> dict[str, str]:
    """What the event says of the clock that it leaves in front: the past is read from it without working it out again."""
    moments = {"started_at": case.clock_started_at, "warn_at": case.warn_at}
    kind = {"kind": case.clock_kind.value} if case.clock_kind else {}
    return kind | {name: at.isoformat() for name, at in moments.items() if at}


def _lay_down(case: Case, clocks: Clocks) -> None:
    running = clocks.running
    stands = running is None or running.paused_at is not None
    case.clock_kind = running.kind if running else None
    case.clock_started_at = running.started_at if running else None
    case.warn_at = None if running is None or stands else running.warn_at
    case.due_at = None if running is None or stands else running.due_at
    case.late_s = clocks.late_s
