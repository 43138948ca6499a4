"""Every SELECT about escalation: which cases are to be pressed, whom a step reaches, and what somebody was told."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, any_, case, exists, func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.clocks import clocks_of
from backend.cases.escalation import Pressed
from backend.cases.escalation_models import Escalation, EscalationStep
from backend.cases.models import Case, CaseEvent
from backend.cases.terms import OPEN_STATUSES, Status
from backend.dispatch.models import OPEN_ASSIGNMENT, Assignment
from backend.matters.clocks import WARN_PERCENT, WorkCalendar

LISTED_FOR = timedelta(days=30)
WAITING = and_(col(Escalation.sent_at).is_(None), col(Escalation.cancelled_at).is_(None))
LEAD_OF_CASE = and_(
    col(Assignment.county) == col(Case.county), col(Assignment.case_id) == col(Case.id), OPEN_ASSIGNMENT
)


async def cases_to_look_at(session: AsyncSession, at: datetime) -> dict[str, list[UUID]]:
    """Open cases for which a step may be due that was not taken for their clock, and those with one that waits; by county.

    A step beyond the deadline (150 %) is due some time after it: when exactly, the history tells.
    """
    step, taken = EscalationStep, Escalation
    minutes = func.make_interval(0, 0, 0, 0, 0, col(step.after_minutes_unacknowledged))
    unacknowledged = exists().where(
        LEAD_OF_CASE, col(Assignment.acknowledged_at).is_(None), col(Assignment.assigned_at) + minutes <= at
    )
    passed = case(
        (col(step.at_percent).is_(None), and_(col(Case.status) == Status.PENDING_ACK, unacknowledged)),
        (col(step.at_percent) >= 100, col(Case.due_at) <= at),
        (col(step.at_percent) >= WARN_PERCENT, col(Case.warn_at) <= at),
        else_=col(Case.due_at).is_not(None),
    )
    taken_already = exists().where(
        col(taken.county) == col(Case.county),
        col(taken.case_id) == col(Case.id),
        col(taken.clock_started_at) == col(Case.clock_started_at),
        col(taken.step_code) == col(step.code),
    )
    due = (
        select(col(Case.county), col(Case.id))
        .join(step, and_(col(step.county) == col(Case.county), col(step.clock) == col(Case.clock_kind)))
        .where(
            col(Case.status).in_(OPEN_STATUSES),
            col(Case.severity) == any_(col(step.severities)),
            passed,
            ~taken_already,
        )
    )
    waiting = (
        select(col(Case.county), col(Case.id))
        .join(taken, and_(col(taken.county) == col(Case.county), col(taken.case_id) == col(Case.id)))
        .where(WAITING, or_(col(taken.send_at) <= at, col(Case.status).not_in(OPEN_STATUSES)))
    )
    found: dict[str, list[UUID]] = defaultdict(list)
    for county, case_id in await session.execute(union(due, waiting)):
        found[county].append(case_id)
    return dict(found)


class Watched(NamedTuple):
    """A case as the ladder looks at it, with the steps that have been taken."""

    case_id: UUID
    pressed: Pressed
    taken: tuple[Escalation, ...]

    @property
    def fired(self) -> frozenset[tuple[datetime, str]]:
        return frozenset((step.clock_started_at, step.step_code) for step in self.taken)

    @property
    def waiting(self) -> list[Escalation]:
        return [step for step in self.taken if step.sent_at is None and step.cancelled_at is None]


async def watched(session: AsyncSession, calendar: WorkCalendar, county: str, ids: Sequence[UUID]) -> list[Watched]:
    """These cases, with their clocks replayed."""
    events = defaultdict(list)
    told = select(
        col(CaseEvent.case_id),
        col(CaseEvent.action),
        col(CaseEvent.from_status),
        col(CaseEvent.to_status),
        col(CaseEvent.content),
        col(CaseEvent.at),
    ).where(col(CaseEvent.county) == county, col(CaseEvent.case_id).in_(ids))
    for event in await session.execute(told.order_by(col(CaseEvent.case_id), col(CaseEvent.seq))):
        events[event.case_id].append(event)
    taken = defaultdict(list)
    steps = select(Escalation).where(col(Escalation.county) == county, col(Escalation.case_id).in_(ids))
    for step in await session.scalars(steps.order_by(col(Escalation.fired_at), col(Escalation.step_code))):
        taken[step.case_id].append(step)
    rows = await session.execute(
        select(col(Case.id), col(Case.status), col(Case.severity), col(Assignment.assigned_at))
        .outerjoin(Assignment, and_(LEAD_OF_CASE, col(Assignment.acknowledged_at).is_(None)))
        .where(col(Case.county) == county, col(Case.id).in_(ids))
    )
    return [
        Watched(
            case_id,
            Pressed(
                status,
                severity,
                clocks_of(calendar, events[case_id]),
                assigned_at if status == Status.PENDING_ACK else None,
            ),
            tuple(taken[case_id]),
        )
        for case_id, status, severity, assigned_at in rows
    ]


async def ladder(session: AsyncSession, county: str) -> dict[str, EscalationStep]:
    """The county's steps by code."""
    rows = await session.scalars(
        select(EscalationStep).where(col(EscalationStep.county) == county).order_by(col(EscalationStep.code))
    )
    return {row.code: row for row in rows}
