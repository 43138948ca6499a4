"""What must be true of every case at every moment, read from the database itself: `faults` lists what is not."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.cases.clocks import clocks_of
from backend.cases.history import first_broken_link
from backend.cases.models import Case, CaseEvent, Report
from backend.cases.past import as_it_was
from backend.cases.terms import ENDED_STATUSES, Status
from backend.dispatch.models import Assignment, AssignmentKind
from backend.matters.clocks import WorkCalendar
from backend.matters.queries import work_calendar
from backend.notifications.kinds import TO_ACT_ON, Kind
from backend.notifications.queries import open_notices
from tests.backend.cases.life_table import ROWS

IN_HAND = {"pending_ack", "handling", "suspended", "pending_review", "rework"}
HANDLED = {
    "self_handle", "claim", "acknowledge", "arrive", "feedback", "review_pass", "review_return", "co_acknowledge",
    "co_arrive", "co_feedback",
}  # fmt: skip
HANDED = {"route", "dispatch", "claim", "reassign"}
AGAIN = {"fail", "reopen", "not_satisfied"}
BY_SYSTEM = {
    ("report", None, "pending_dispatch"), ("report", None, "verifying"), ("route", "pending_dispatch", "pending_ack"),
    ("self_handle", "pending_dispatch", "pending_inspection"), ("self_handle", "pending_dispatch", "closed"),
}  # fmt: skip
MOVES = BY_SYSTEM | {(r.action, source, r.target or source) for r in ROWS for source in r.sources}


async def faults(sessions: async_sessionmaker[AsyncSession], case_ids: Iterable[UUID]) -> list[str]:
    """One sentence for every rule that one of these cases breaks."""
    async with sessions() as session:
        cases = (await session.scalars(select(Case).where(col(Case.id).in_(list(case_ids))))).all()
        return [f"{case.code}: {fault}" for case in cases async for fault in _faults(session, case)]


async def _faults(session: AsyncSession, case: Case) -> AsyncIterator[str]:
    ours = (col(CaseEvent.county) == case.county, col(CaseEvent.case_id) == case.id)
    events = list(await session.scalars(select(CaseEvent).where(*ours).order_by(col(CaseEvent.seq))))
    given = (
        await session.scalars(
            select(Assignment).where(col(Assignment.county) == case.county, col(Assignment.case_id) == case.id)
        )
    ).all()
    for fault in (*_history(case, events), *_hands(case, events, given), *_persons(events)):
        yield fault
    for fault in _past(await work_calendar(session, case.county), case, events):
        yield fault
    async for fault in _clock(session, case, events):
        yield fault
    async for fault in _links(session, case):
        yield fault
    async for fault in _notices(session, case):
        yield fault


def _history(case: Case, events: Sequence[CaseEvent]) -> Iterable[str]:
    if case.version != len(events):
        yield f"version {case.version}, but {len(events)} events"
    broken = first_broken_link(list(events))
    if broken:
        yield f"the chain of hashes is broken at {broken}"
    before = None
    for event in events:
        if event.from_status != before:
            yield f"event {event.seq} begins at {event.from_status}, the one before ended at {before}"
        stays = event.action in ("join", "hand_over", "escalate") and event.from_status == event.to_status
        if (event.action, event.from_status, event.to_status) not in MOVES and not stays:
            yield f"no row of the table says {event.action}: {event.from_status} → {event.to_status}"
        before = event.to_status
    if before != case.status:
        yield f"it is {case.status}, but its history ends at {before}"


def _hands(case: Case, events: Sequence[CaseEvent], given: Sequence[Assignment]) -> Iterable[str]:
    leads = [a for a in given if a.kind == AssignmentKind.LEAD]
    parts = [a for a in given if a.kind != AssignmentKind.LEAD]
    leading, helping = [a for a in leads if a.ended_at is None], [a for a in parts if a.ended_at is None]
    if len(leading) != (1 if case.status in IN_HAND else 0):
        yield f"{len(leading)} open leads while {case.status}"
    for lead in leading:
        if (lead.squad_code, lead.grid_duty) != (case.squad_code, case.grid_duty):
            yield f"held by {case.squad_code or case.grid_duty}, given to {lead.squad_code or lead.grid_duty}"
        if case.clock_kind == "handle" and case.due_at and lead.due_at != case.due_at:
            yield f"due {case.due_at}, its assignment {lead.due_at}"
    if len({a.squad_code for a in helping}) != len(helping):
        yield "a squad has two open parts"
    if case.status in ENDED_STATUSES and helping:
        yield f"{len(helping)} open parts while {case.status}"
    handed = [e for e in events if e.action in HANDED or (e.action in AGAIN and e.to_status == "rework")]
    if len(handed) != len(leads):
        yield f"handed {len(handed)} times, but {len(leads)} leads"
    called = sum(len(e.content["squads"]) for e in events if e.action == "whistle")
    called += sum(e.action == "add_co_handler" for e in events)
    if called != len(parts):
        yield f"{called} squads called, but {len(parts)} parts"
    if any(a.ended_at and not a.end for a in given):
        yield "an assignment ended without saying how"


def _past(calendar: WorkCalendar, case: Case, events: Sequence[CaseEvent]) -> Iterable[str]:
    """At its newest moment the past is the present; and at any other what it was when that was the newest."""
    newest = as_it_was(calendar, events, case.updated_at)
    assert newest
    for name, told, kept in (
        *((name, getattr(newest, name), getattr(case, name)) for name in SAME_IN_THE_PAST),
        ("duty", newest.duty, case.grid_duty),
        ("clock", newest.clock, case.clock_kind),
        ("starts_at", newest.starts_at, case.clock_started_at),
        ("extension_asked", newest.extension_asked, case.extension_asked_by is not None),
        ("suspension_asked", newest.suspension_asked, case.suspension_asked_by is not None),
        ("void_asked", newest.void_asked, case.void_asked_by is not None),
        ("matter", newest.matter, None),
    ):
        if told != kept:
            yield f"its history says {name} {told}, its row {kept}"
    for n in range(1, len(events) + 1):
        at, so_far = events[n - 1].at, events[:n]
        if n < len(events) and events[n].at == at:
            continue
        then, replayed = as_it_was(calendar, events, at), clocks_of(calendar, so_far).running
        alone = as_it_was(calendar, so_far, at)
        assert then
        assert alone
        if replace(then, matter=None, condition=None) != alone:
            yield f"at {at} the past depends on what came later"
        stands = replayed is None or replayed.paused_at is not None
        if (then.warn_at, then.due_at) != (
            (None, None) if stands or not replayed else (replayed.warn_at, replayed.due_at)
        ):
            yield f"at {at} the clock of the past is not the replayed one"


# Where a notice of this kind may still wait for somebody.
WAITS_IN = {
    Kind.TASK: {Status.PENDING_ACK},
    Kind.REWORK: {Status.REWORK},
    Kind.TO_VERIFY: {Status.VERIFYING},
    Kind.TO_INSPECT: {Status.PENDING_INSPECTION},
    Kind.RETURNED: {Status.PENDING_FILING, Status.PENDING_DISPATCH},
}


async def _notices(session: AsyncSession, case: Case) -> AsyncIterator[str]:
    """Nobody is kept waiting for what is over, and no squad for what another one has."""
    for notice in await open_notices(session, case.county, case.id):
        if case.status in ENDED_STATUSES and notice.kind in TO_ACT_ON:
            yield f"it has ended, and a notice {notice.kind} waits"
        if notice.kind in WAITS_IN and case.status not in WAITS_IN[notice.kind]:
            yield f"it is {case.status}, and a notice {notice.kind} waits"
        if notice.kind in (Kind.TASK, Kind.REWORK) and notice.squad_code != case.squad_code:
            yield f"{case.squad_code} has it, and {notice.squad_code} is told to act"


SAME_IN_THE_PAST = (
    "status", "version", "updated_at", "tier", "squad_code", "resume_on", "reply_by", "send_back_count", "rework_count",
    "closed_at", "satisfaction", "warn_at", "due_at",
)  # fmt: skip


def _persons(events: Sequence[CaseEvent]) -> Iterable[str]:
    handlers = {e.actor_id for e in events if e.action in HANDLED}
    inspectors = {e.actor_id for e in events if e.action in ("pass", "fail")}
    acceptors = {e.actor_id for e in events if e.action == "file"}
    for one, other, what in (
        (handlers, inspectors, "handled and inspected"),
        (handlers, acceptors, "accepted and handled"),
        (acceptors, inspectors, "accepted and inspected"),
    ):
        if one & other - {None}:
            yield f"somebody has {what} it"
    asked = None
    for event in events:
        if event.action == "ask_void":
            asked = event.actor_id
        if event.action == "confirm_void" and event.actor_id == asked:
            yield "one person voided it alone"


async def _clock(session: AsyncSession, case: Case, events: Sequence[CaseEvent]) -> AsyncIterator[str]:
    clocks = clocks_of(await work_calendar(session, case.county), events)
    running = clocks.running
    goes = running is not None and running.paused_at is None
    projected = (case.clock_kind, case.clock_started_at, case.warn_at, case.due_at, case.late_s)
    replayed = (
        running.kind if running else None,
        running.started_at if running else None,
        running.warn_at if running and goes else None,
        running.due_at if running and goes else None,
        clocks.late_s,
    )
    if projected != replayed:
        yield f"its clock says {projected}, its history {replayed}"
    if case.status in ENDED_STATUSES and running:
        yield f"a clock runs while it is {case.status}"
    if case.status not in ENDED_STATUSES and not running:
        yield f"no clock runs while it is {case.status}"
    if case.status == "suspended" and (goes or case.resume_on is None):
        yield "suspended, but its clock runs, or nobody knows until when"
    if case.status not in ENDED_STATUSES and case.status != "suspended" and not goes:
        yield f"its clock stands while it is {case.status}"


async def _links(session: AsyncSession, case: Case) -> AsyncIterator[str]:
    if (case.status == "merged") != (case.merged_into is not None) or (case.merged_into is None) != (
        case.merged_from is None
    ):
        yield f"{case.status}, merged into {case.merged_into}, was {case.merged_from}"
    if case.merged_into:
        into = await session.get(Case, (case.county, case.merged_into))
        if into is None or into.status == "merged" or into.id == case.id:
            yield "merged into a case that is merged itself, or not there"
    reports = await session.scalar(
        select(func.count()).where(col(Report.county) == case.county, col(Report.case_id) == case.id)
    )
    if not reports:
        yield "a case that nobody reported"
