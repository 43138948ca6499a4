"""The groups of the operator's queue, and how many cases each of them has.

`pwa/src/command_centre/queue.ts` tells them apart in the same way among the rows that a screen already has; one table of
examples holds the two together: `tests/data/queue_groups.json`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from backend.cases.models import Case, Satisfaction
from backend.cases.queries import in_status, is_open
from backend.cases.terms import Status
from backend.clock import local_date
from backend.dispatch.models import Assignment
from backend.matters.models import Severity

ENDED_LATELY = timedelta(hours=1)
RESUMES_WITHIN = timedelta(days=3)
# A "not fixed" that reopens nothing, because the case was reopened before, is shown to the command centre for this long.
WORD_STANDS = timedelta(days=30)


class Group(StrEnum):
    """A counter above the queue; all but `ended`, and the unanswered of `not_satisfied`, are of open cases."""

    OPEN = "open"
    ENDED = "ended"
    VERIFYING = "verifying"
    PENDING_FILING = "pending_filing"
    PENDING_DISPATCH = "pending_dispatch"
    EXTENSION = "extension"
    SUSPENSION = "suspension"
    VOID = "void"
    LATE = "late"
    SOON = "soon"
    SUPERVISED = "supervised"
    WHISTLED = "whistled"
    SENT_BACK = "sent_back"
    SUSPENDED = "suspended"
    RESUMING = "resuming"
    NOT_SATISFIED = "not_satisfied"
    PENDING_INSPECTION = "pending_inspection"
    PENDING_ACK = "pending_ack"
    IN_HAND = "in_hand"
    REWORK = "rework"
    EMERGENCY = "emergency"


def in_group(group: Group, at: datetime) -> ColumnElement[bool]:
    """Cases that are in this group at this moment."""
    return _GROUPS[group](at)


async def group_counts(session: AsyncSession, matching: ColumnElement[bool], at: datetime) -> dict[Group, int]:
    """How many of the matching cases each group has."""
    of_open = [group for group in Group if group not in _BY_ITSELF]
    counted = select(*(func.count().filter(in_group(group, at)) for group in of_open)).where(matching, is_open())
    found = dict(zip(of_open, (await session.execute(counted)).one(), strict=True))
    for group in _BY_ITSELF:
        found[group] = await session.scalar(select(func.count()).where(matching, in_group(group, at))) or 0
    return {group: found[group] for group in Group}


def _stands(*statuses: Status) -> Callable[[datetime], ColumnElement[bool]]:
    return lambda _at: in_status(*statuses)


def _asks(asked_by: Mapped[UUID | None]) -> Callable[[datetime], ColumnElement[bool]]:
    return lambda _at: and_(is_open(), asked_by.is_not(None))


def _time_runs() -> ColumnElement[bool]:
    return and_(is_open(), col(Case.status) != Status.SUSPENDED)


def _late(at: datetime) -> ColumnElement[bool]:
    return and_(_time_runs(), col(Case.due_at) < at)


def _soon(at: datetime) -> ColumnElement[bool]:
    return and_(_time_runs(), col(Case.warn_at) <= at, col(Case.due_at) >= at)


def _ended(at: datetime) -> ColumnElement[bool]:
    """What ended lately. A merged case has no moment of closing of its own; its last change was that."""
    since = at - ENDED_LATELY
    return or_(col(Case.closed_at) > since, and_(in_status(Status.MERGED), col(Case.updated_at) > since))


def _whistled(_at: datetime) -> ColumnElement[bool]:
    """Some squad that was called is not there yet. Asked the other way round: such parts are few."""
    awaited = select(col(Assignment.county), col(Assignment.case_id)).where(
        col(Assignment.ended_at).is_(None),
        col(Assignment.arrive_by).is_not(None),
        col(Assignment.arrived_at).is_(None),
    )
    return and_(is_open(), tuple_(col(Case.county), col(Case.id)).in_(awaited))


def _sent_back(_at: datetime) -> ColumnElement[bool]:
    """Given back by who had it, and nobody has it yet."""
    return and_(in_status(Status.PENDING_DISPATCH), col(Case.send_back_count) > 0)


def _resuming(at: datetime) -> ColumnElement[bool]:
    return and_(in_status(Status.SUSPENDED), col(Case.resume_on) <= local_date(at) + RESUMES_WITHIN)


def _not_satisfied(at: datetime) -> ColumnElement[bool]:
    """The resident said "not fixed": the case is open again; or it could not be, and that is not long ago."""
    said = col(Case.satisfaction) == Satisfaction.NOT_SATISFIED
    return and_(said, or_(is_open(), col(Case.updated_at) > at - WORD_STANDS))


# Counted each by itself: what finds them is not the index of open cases.
_BY_ITSELF = (Group.ENDED, Group.NOT_SATISFIED, Group.WHISTLED)
_GROUPS: dict[Group, Callable[[datetime], ColumnElement[bool]]] = {
    Group.OPEN: lambda _at: is_open(),
    Group.ENDED: _ended,
    Group.VERIFYING: _stands(Status.VERIFYING),
    Group.PENDING_FILING: _stands(Status.PENDING_FILING),
    Group.PENDING_DISPATCH: _stands(Status.PENDING_DISPATCH),
    Group.EXTENSION: _asks(col(Case.extension_asked_by)),
    Group.SUSPENSION: _asks(col(Case.suspension_asked_by)),
    Group.VOID: _asks(col(Case.void_asked_by)),
    Group.LATE: _late,
    Group.SOON: _soon,
    Group.SUPERVISED: lambda _at: and_(is_open(), col(Case.reply_by).is_not(None)),
    Group.WHISTLED: _whistled,
    Group.SENT_BACK: _sent_back,
    Group.SUSPENDED: _stands(Status.SUSPENDED),
    Group.RESUMING: _resuming,
    Group.NOT_SATISFIED: _not_satisfied,
    Group.PENDING_INSPECTION: _stands(Status.PENDING_INSPECTION),
    Group.PENDING_ACK: _stands(Status.PENDING_ACK),
    Group.IN_HAND: _stands(Status.HANDLING, Status.PENDING_REVIEW),
    Group.REWORK: _stands(Status.REWORK),
    Group.EMERGENCY: lambda _at: and_(is_open(), col(Case.severity) == Severity.EMERGENCY),
}
