"""The town as it was at a moment: the queue's rows, its counters and one case, each from the histories alone.

Who may see which case is asked as of now: whoever has been given a town since may look back at it, and nobody else. Nothing
can be done with the past, so its cases offer no steps.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.clocks import clocks_of
from backend.cases.histories import read_history
from backend.cases.models import Satisfaction
from backend.cases.past import PastCase, as_it_was
from backend.cases.past_groups import Seen, count_groups
from backend.cases.queries import history_of, no_such_case
from backend.cases.schemas import AssignmentOut, CaseDetail, CaseSummary, ClockOut, MatterBrief, PartOut, SquadBrief
from backend.cases.terms import Action, Part
from backend.cases.views import detail, readable_summaries
from backend.command_centre import past_queries
from backend.command_centre.past_queries import Box, Lived
from backend.command_centre.past_schemas import Past, PastSquad
from backend.matters.clocks import WorkCalendar
from backend.matters.queries import matter_of_any_version, work_calendar
from backend.permissions import Actor
from backend.staff import queries_duty
from backend.staff.people_words import DUTY_WORDS
from backend.staff.queries import squad_names

MOST_CASES = 500
AT_ONCE = 500

T = TypeVar("T")


async def town_as_it_was(
    session: AsyncSession, actor: Actor, at: datetime, *, now: datetime, box: Box | None, limit: int, language: str
) -> Past:
    seen = await _seen(session, actor, at, box)
    groups = await _aside(lambda: count_groups(seen.values(), at), len(seen))
    was_open = {case_id: case for case_id, case in seen.items() if not case.past.ended}
    order = await _aside(lambda: sorted(was_open, key=lambda i: _place_in_queue(was_open[i], i)), len(seen))
    listed = order[:limit]
    squads = await queries_duty.duty_of_squads(session, actor.county, at)
    held = Counter(case.past.squad_code for case in was_open.values())
    return Past(
        at=at,
        groups=groups,
        cases=await _rows(session, actor, {case_id: was_open[case_id] for case_id in listed}, at, language),
        unlisted=len(order) - len(listed),
        squads=[
            PastSquad(
                code=squad.code,
                name=squad.name,
                on_duty=squad.shift_ends_at is not None,
                open_cases=held[squad.code],
            )
            for squad in squads
        ],
        on_patrol=await past_queries.on_patrol_count(session, actor, at, now),
    )


def _place_in_queue(case: Seen, case_id: UUID) -> tuple[bool, float, UUID]:
    due_at = case.past.due_at
    return not case.waits_for_us, due_at.timestamp() if due_at else float("inf"), case_id


async def _seen(session: AsyncSession, actor: Actor, at: datetime, box: Box | None) -> dict[UUID, Seen]:
    lived = await past_queries.cases_that_lived(session, actor, at, box)
    calendar = await work_calendar(session, actor.county)
    pasts = await _aside(lambda: _walk(calendar, lived, at), len(lived))
    conditions = {past.condition for past in pasts.values() if past.condition}
    severities = await past_queries.severities(session, actor.county, sorted(conditions)) if conditions else {}
    now = {case.id: case.severity for case in lived}
    whistled = [case.id for case in lived if case.was_whistled_for]
    awaited = await past_queries.awaited_then(session, actor.county, whistled, at)
    return {
        case_id: Seen(past, severities.get(past.condition or "", now[case_id]), awaited.get(case_id))
        for case_id, past in pasts.items()
    }


async def _aside(work: Callable[[], T], cases: int) -> T:
    """Of many cases the work is done beside the event loop, which others wait for."""
    return await asyncio.to_thread(work) if cases > AT_ONCE else work()


def _walk(calendar: WorkCalendar, lived: Sequence[Lived], at: datetime) -> dict[UUID, PastCase]:
    found = {case.id: as_it_was(calendar, read_history(case.written), at) for case in lived}
    return {case_id: past for case_id, past in found.items() if past}


async def _rows(
    session: AsyncSession, actor: Actor, seen: dict[UUID, Seen], at: datetime, language: str
) -> list[CaseSummary]:
    names = await squad_names(session, actor.county)
    now = await readable_summaries(session, actor, list(seen), at=at, language=language)
    return [await _as_then(session, actor.county, row, seen[row.id], at, names, language) for row in now]


async def _as_then(
    session: AsyncSession, county: str, row: CaseSummary, seen: Seen, at: datetime, names: dict[str, str], language: str
) -> CaseSummary:
    """The row of now with everything that was otherwise then; what cannot be told of then is left out."""
    past = seen.past
    squad = SquadBrief(code=past.squad_code, name=names[past.squad_code]) if past.squad_code else None
    duty = DUTY_WORDS[past.duty].in_language(language) if past.duty else None
    asked = {"extension": past.extension_asked, "suspension": past.suspension_asked, "void": past.void_asked}
    return row.model_copy(
        update={
            "version": past.version,
            "status": past.status,
            "severity": seen.severity,
            "matter": await _matter_then(session, county, past) or row.matter,
            "tier": past.tier,
            "clock": past.clock,
            "starts_at": past.starts_at if past.due_at else None,
            "warn_at": past.warn_at,
            "due_at": past.due_at,
            "updated_at": past.updated_at,
            "closed_at": past.closed_at,
            "overdue_s": max(0, int((at - past.due_at).total_seconds())) if past.due_at else 0,
            "squad": squad,
            "holder_name": squad.name if squad else duty,
            "my_part": None,
            "open_parts": 0,
            "arrive_by": seen.arrive_by,
            "asked": [what for what, is_asked in asked.items() if is_asked],
            "resume_on": past.resume_on,
            "reply_by": past.reply_by,
            "send_back_count": past.send_back_count,
            "merged_into": row.merged_into if past.ended else None,
            "why": "",
            "rework_count": past.rework_count,
            "satisfaction": Satisfaction(past.satisfaction) if past.satisfaction else None,
            "allowed_actions": [],
        }
    )


async def _matter_then(session: AsyncSession, county: str, past: PastCase) -> MatterBrief | None:
    if not past.matter:
        return None
    matter = await matter_of_any_version(session, county, past.matter)
    return MatterBrief(code=matter.code, name=matter.name, icon=matter.icon, major_name=matter.major_name)


async def case_as_it_was(session: AsyncSession, actor: Actor, case_id: UUID, at: datetime, language: str) -> CaseDetail:
    """One case whole, as its card showed it then. Raises NotFound, also for a moment before it was opened."""
    now = await detail(session, actor, case_id, at=at, language=language)
    history = await history_of(session, actor.county, case_id)
    calendar = await work_calendar(session, actor.county)
    past = as_it_was(calendar, history, at)
    if past is None:
        raise no_such_case()
    severities = await past_queries.severities(session, actor.county, [past.condition]) if past.condition else {}
    awaited = await past_queries.awaited_then(session, actor.county, [case_id], at)
    seen = Seen(past, severities.get(past.condition or "", now.severity), awaited.get(case_id))
    row = await _as_then(session, actor.county, now, seen, at, await squad_names(session, actor.county), language)
    parts = [_part_then(part, at) for part in now.parts if part.assigned_at <= at]
    clocks = clocks_of(calendar, history[: past.version])
    return CaseDetail(
        **row.model_dump(exclude={*CaseDetail.model_fields} - {*CaseSummary.model_fields} | {"open_parts"}),
        open_parts=sum(part.ended_at is None for part in parts),
        condition_words=now.condition_words,
        closing_condition=now.closing_condition,
        events=now.events[: past.version],
        assignments=[_assignment_then(given, at) for given in now.assignments if given.assigned_at <= at],
        parts=parts,
        clocks=[
            ClockOut.model_validate(clock, from_attributes=True)
            for clock in (*clocks.ended, *((clocks.running,) if clocks.running else ()))
        ],
        merged=[],
        report_count=sum(event.action in (Action.REPORT, Action.JOIN) for event in history[: past.version]),
        answer_until=now.answer_until if past.ended and past.closed_at == now.closed_at else None,
        due_if_extended=None,
        history_broken_at=now.history_broken_at,
        routing=None,
        server_time=at,
    )


def _until(moment: datetime | None, at: datetime) -> datetime | None:
    return moment if moment and moment <= at else None


def _assignment_then(given: AssignmentOut, at: datetime) -> AssignmentOut:
    acknowledged = _until(given.acknowledged_at, at)
    return given.model_copy(
        update={
            "handler_name": given.handler_name if acknowledged else None,
            "acknowledged_at": acknowledged,
            "arrived_at": _until(given.arrived_at, at),
            "ended_at": _until(given.ended_at, at),
            "end": given.end if _until(given.ended_at, at) else None,
        }
    )


def _part_then(part: PartOut, at: datetime) -> PartOut:
    acknowledged, arrived = _until(part.acknowledged_at, at), _until(part.arrived_at, at)
    return part.model_copy(
        update={
            "state": Part.ON_SITE if arrived else Part.TAKEN if acknowledged else Part.NEW,
            "handler_name": part.handler_name if acknowledged else None,
            "acknowledged_at": acknowledged,
            "arrived_at": arrived,
            "ended_at": _until(part.ended_at, at),
            "end": part.end if _until(part.ended_at, at) else None,
        }
    )
