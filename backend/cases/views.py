"""Cases as people are shown them: rows and histories turned into what crosses the wire. Events are in `views_history.py`."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import queries, queries_rows
from backend.cases.clocks import ClockEntry, clocks_of, entry_of, replay
from backend.cases.deciding import allowed_steps
from backend.cases.history import first_broken_link
from backend.cases.holding import handling_limit
from backend.cases.lifecycle import REASONS
from backend.cases.models import Case, CaseEvent, ReportSource
from backend.cases.queries_rows import CaseColumns, CaseRow
from backend.cases.schemas import (
    MAX_PHOTOS,
    AllowedAction,
    AssignmentOut,
    CaseDetail,
    CaseLink,
    CaseSummary,
    ClockOut,
    MatterBrief,
    PartOut,
    PlaceOut,
    ReasonOut,
    SquadBrief,
)
from backend.cases.standing import facts_of, own_part, standing_of
from backend.cases.terms import Ask, ClockEffect, Handlers, Need, Photos, Step
from backend.cases.views_history import event_out, people_in
from backend.dispatch.explanations import explain
from backend.dispatch.models import Assignment, AssignmentKind
from backend.dispatch.queries import assignments_of, latest_decision
from backend.errors import Say
from backend.matters.queries import condition_of, work_calendar
from backend.permissions import Actor
from backend.staff.models import Duty
from backend.staff.people_words import DUTY_WORDS
from backend.staff.queries import squad_names
from backend.staff.queries_rota import names_of

FROM_THE_PUBLIC = Say("居民", "A resident")
_NOBODY = Handlers()


async def summaries(
    session: AsyncSession, actor: Actor, ids: Sequence[UUID], *, at: datetime, language: str
) -> list[CaseSummary]:
    """The cases with these ids, in this order, with what the actor may do with each. They must be visible to the actor."""
    rows = await queries_rows.case_rows(session, actor.county, ids)
    handlers = await queries_rows.handlers_of(session, actor.county, [row.case.id for row in rows])
    reported = await queries_rows.reported_ids(session, actor, [row.case.id for row in rows])
    return [_summary(row, actor, handlers[row.case.id], at, language, is_own=row.case.id in reported) for row in rows]


async def readable_summaries(
    session: AsyncSession, actor: Actor, ids: Sequence[UUID], *, at: datetime, language: str
) -> list[CaseSummary]:
    """The same for a screen on which nothing can be done: without steps, and without other squads' parts."""
    rows = await queries_rows.case_rows(session, actor.county, ids)
    reported = await queries_rows.reported_ids(session, actor, [row.case.id for row in rows])
    return [_summary(row, actor, None, at, language, is_own=row.case.id in reported) for row in rows]


async def detail(session: AsyncSession, actor: Actor, case_id: UUID, *, at: datetime, language: str) -> CaseDetail:
    """One case whole: history, assignments, routing. Raises NotFound unless it is visible to the actor."""
    case = await queries.case_for(session, actor, case_id)
    (row,) = await queries_rows.case_rows(session, case.county, [case.id])
    handlers = await queries_rows.handlers_of(session, case.county, [case.id])
    reported = await queries_rows.reported_ids(session, actor, [case.id])
    summary = _summary(row, actor, handlers[case.id], at, language, is_own=case.id in reported)
    condition = await condition_of(session, case.county, case.catalogue_version, case.condition_code)
    squads = await squad_names(session, case.county)
    photos = await queries.photos_of(session, case.county, case.id)
    events = await queries.events_of(session, case.county, case.id)
    assignments = await assignments_of(session, case.county, case.id)
    people = await names_of(
        session, case.county, people_in(events) | {a.handler_id for a in assignments if a.handler_id}
    )
    codes = await queries.case_codes(session, case.county, _cases_in(events))
    clocks = clocks_of(await work_calendar(session, case.county), [event for event, _name in events])
    decision = await latest_decision(session, case.county, case.id)
    return CaseDetail(
        **summary.model_dump(),
        condition_words=condition.words,
        closing_condition=row.matter.closing_condition,
        events=[
            event_out(event, name, squads, people, codes, [p for p in photos if p[0].event_id == event.id], language)
            for event, name in events
        ],
        assignments=[_assignment(a, squads, people, language) for a in assignments if a.kind == AssignmentKind.LEAD],
        parts=[_part(a, squads, people) for a in assignments if a.kind != AssignmentKind.LEAD],
        clocks=[
            ClockOut(
                kind=c.kind,
                started_at=c.started_at,
                warn_at=c.warn_at,
                due_at=c.due_at,
                paused_at=c.paused_at,
                stopped_at=c.stopped_at,
                late_s=c.late_s,
            )
            for c in (*clocks.ended, *((clocks.running,) if clocks.running else ()))
        ],
        merged=[CaseLink(id=i, code=c) for i, c in await queries.merged_into(session, case.county, case.id)],
        report_count=await queries.report_count(session, case.county, case.id),
        answer_until=case.answer_until,
        due_if_extended=await _due_if_extended(session, case, [event for event, _name in events], at),
        history_broken_at=first_broken_link([event for event, _name in events]),
        routing=explain(decision, language=language, squad_names=squads) if decision else None,
        server_time=at,
    )


async def _due_if_extended(session: AsyncSession, case: Case, events: list[CaseEvent], at: datetime) -> datetime | None:
    """What granting would do, by the same replay of the history that will then decide it."""
    if not case.extension_asked_by:
        return None
    limit = await handling_limit(session, case, at)
    granted = ClockEntry(ClockEffect.EXTEND, at, limit)
    calendar = await work_calendar(session, case.county)
    running = replay(calendar, [*(entry_of(event) for event in events), granted]).running
    return running.due_at if running else None


def _cases_in(events: Sequence[tuple[CaseEvent, str | None]]) -> set[UUID]:
    named = (event.content.get(key) for event, _name in events for key in ("into", "from_case"))
    return {UUID(case_id) for case_id in named if case_id}


def _assignment(a: Assignment, squads: dict[str, str], people: dict[UUID, str], language: str) -> AssignmentOut:
    return AssignmentOut(
        squad=SquadBrief(code=a.squad_code, name=squads[a.squad_code]) if a.squad_code else None,
        holder_name=squads[a.squad_code] if a.squad_code else _duty_name(a.grid_duty, language),
        handler_name=people.get(a.handler_id) if a.handler_id else None,
        assigned_at=a.assigned_at,
        due_at=a.due_at,
        acknowledged_at=a.acknowledged_at,
        arrived_at=a.arrived_at,
        ended_at=a.ended_at,
        end=a.end,
    )


def _part(a: Assignment, squads: dict[str, str], people: dict[UUID, str]) -> PartOut:
    assert a.squad_code  # a part is always a squad's
    return PartOut(
        squad=SquadBrief(code=a.squad_code, name=squads[a.squad_code]),
        kind=a.kind,
        words=a.words,
        state=queries_rows.part_state(a),
        handler_name=people.get(a.handler_id) if a.handler_id else None,
        assigned_at=a.assigned_at,
        due_at=a.due_at,
        arrive_by=a.arrive_by,
        acknowledged_at=a.acknowledged_at,
        arrived_at=a.arrived_at,
        ended_at=a.ended_at,
        end=a.end,
    )


def _duty_name(duty: Duty | None, language: str) -> str:
    return DUTY_WORDS[duty].in_language(language) if duty else ""


def _summary(
    row: CaseRow, actor: Actor, handlers: Handlers | None, at: datetime, language: str, *, is_own: bool
) -> CaseSummary:
    case = row.case
    squad = SquadBrief(code=case.squad_code, name=row.squad_name) if case.squad_code and row.squad_name else None
    steps = _steps(row, actor, handlers, at) if handlers else []
    handlers = handlers or _NOBODY
    return CaseSummary(
        id=case.id,
        code=case.code,
        version=case.version,
        status=case.status,
        matter=MatterBrief(
            code=row.matter.code, name=row.matter.name, icon=row.matter.icon, major_name=row.matter.major_name
        ),
        severity=case.severity,
        place=_place(row),
        words=case.words,
        opened_at=case.opened_at,
        source=case.source,
        tier=case.tier,
        clock=case.clock_kind,
        starts_at=case.clock_started_at if case.due_at else None,
        warn_at=case.warn_at,
        due_at=case.due_at,
        updated_at=case.updated_at,
        closed_at=case.closed_at,
        overdue_s=_overdue_s(case, at),
        squad=squad,
        holder_name=squad.name if squad else (_duty_name(case.grid_duty, language) or None),
        my_part=own_part(actor, handlers),
        open_parts=len(handlers.parts),
        arrive_by=handlers.arrive_by,
        asked=_asked(case),
        resume_on=case.resume_on,
        reply_by=case.reply_by,
        send_back_count=case.send_back_count,
        merged_into=CaseLink(id=case.merged_into, code=row.merged_into)
        if case.merged_into and row.merged_into
        else None,
        why=row.why.in_language(language) if row.why else "",
        reporter_name=_reporter_name(row, language),
        mine=is_own,
        rework_count=case.rework_count,
        satisfaction=case.satisfaction,
        cover_photo=row.cover_photo,
        allowed_actions=[_allowed(step, row.matter.photos_after_min, language) for step in steps],
    )


def _steps(row: CaseRow, actor: Actor, handlers: Handlers, at: datetime) -> list[Step]:
    facts = facts_of(row.case, handlers, at, review_needed=row.matter.review_needed)
    return allowed_steps(facts, standing_of(actor, row.case, handlers))


def _reporter_name(row: CaseRow, language: str) -> str:
    """Whoever wrote a call down did not report it."""
    named = row.reporter_name if row.case.source == ReportSource.STAFF else None
    return named or FROM_THE_PUBLIC.in_language(language)


def _asked(case: CaseColumns) -> list[Literal["extension", "suspension", "void"]]:
    asked: list[Literal["extension", "suspension", "void"]] = []
    if case.extension_asked_by:
        asked.append("extension")
    if case.suspension_asked_by:
        asked.append("suspension")
    if case.void_asked_by:
        asked.append("void")
    return asked


def _place(row: CaseRow) -> PlaceOut:
    return PlaceOut(
        lng=row.lng,
        lat=row.lat,
        accuracy_m=row.case.accuracy_m,
        grid_code=row.case.grid_code,
        grid_name=row.grid_name,
        village_name=row.village_name,
        on_border=row.case.on_border,
    )


def _overdue_s(case: CaseColumns, at: datetime) -> int:
    """How late it is now, or was at the end of handling."""
    if case.due_at is None:
        return case.late_s
    return max(0, int((at - case.due_at).total_seconds()))


# A page of the queue offers some hundred steps, and they are the same few: kept, never changed.
@cache
def _allowed(step: Step, photos_after_min: int, language: str) -> AllowedAction:
    least = photos_after_min if step.photos == Photos.AS_MATTER_ASKS else 0
    reasons = REASONS.get(step.action, {}) if Ask.REASON in step.asks else {}
    return AllowedAction(
        action=step.action,
        label=step.label.in_language(language),
        words=step.words,
        photos_min=least,
        photos_max=0 if step.photos == Photos.NONE else MAX_PHOTOS,
        squad=Need.REQUIRED if Ask.SQUAD in step.asks else Need.NONE,
        asks=sorted(step.asks),
        reasons=[ReasonOut(code=code, label=say.in_language(language)) for code, say in reasons.items()],
    )
