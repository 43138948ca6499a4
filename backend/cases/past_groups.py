"""The groups of the queue among cases of the past. Pure; `queries_groups.py` says the same of rows of the database.

The table of examples that holds the queue and the database together is asked of this, too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from backend.cases.past import PastCase
from backend.cases.queries_groups import ENDED_LATELY, RESUMES_WITHIN, WORD_STANDS, Group
from backend.cases.terms import Status
from backend.clock import local_date
from backend.matters.models import Severity


@dataclass(frozen=True, slots=True)
class Seen:
    """A case as it was, with its severity then, and when the first whistled squad that was not there was to arrive."""

    past: PastCase
    severity: Severity
    arrive_by: datetime | None = None

    @property
    def waits_for_us(self) -> bool:
        """Nobody but the command centre could take it further."""
        asked = self.past.extension_asked or self.past.suspension_asked or self.past.void_asked
        return self.past.status in (Status.PENDING_FILING, Status.PENDING_DISPATCH) or asked


def count_groups(seen: Iterable[Seen], at: datetime) -> dict[Group, int]:
    """How many of them each group had at that moment."""
    cases = list(seen)
    return {group: sum(test(case, at) for case in cases) for group, test in _TESTS.items()}


def _of_open(test: Callable[[Seen, datetime], bool]) -> Callable[[Seen, datetime], bool]:
    return lambda case, at: not case.past.ended and test(case, at)


def _stood(*statuses: Status) -> Callable[[Seen, datetime], bool]:
    return lambda case, _at: case.past.status in statuses


def _time_runs(case: Seen) -> bool:
    return case.past.status != Status.SUSPENDED and case.past.due_at is not None


def _late(case: Seen, at: datetime) -> bool:
    return _time_runs(case) and case.past.due_at is not None and case.past.due_at < at


def _soon(case: Seen, at: datetime) -> bool:
    return _time_runs(case) and not _late(case, at) and case.past.warn_at is not None and case.past.warn_at <= at


def _ended(case: Seen, at: datetime) -> bool:
    when = case.past.updated_at if case.past.status == Status.MERGED else case.past.closed_at
    return case.past.ended and when is not None and when > at - ENDED_LATELY


def _resuming(case: Seen, at: datetime) -> bool:
    past = case.past
    return (
        past.status == Status.SUSPENDED
        and past.resume_on is not None
        and past.resume_on <= local_date(at) + RESUMES_WITHIN
    )


def _not_satisfied(case: Seen, at: datetime) -> bool:
    past = case.past
    return past.satisfaction == "not_satisfied" and (not past.ended or past.updated_at > at - WORD_STANDS)


_TESTS: dict[Group, Callable[[Seen, datetime], bool]] = {
    Group.OPEN: _of_open(lambda _case, _at: True),
    Group.ENDED: _ended,
    Group.VERIFYING: _stood(Status.VERIFYING),
    Group.PENDING_FILING: _stood(Status.PENDING_FILING),
    Group.PENDING_DISPATCH: _stood(Status.PENDING_DISPATCH),
    Group.EXTENSION: _of_open(lambda case, _at: case.past.extension_asked),
    Group.SUSPENSION: _of_open(lambda case, _at: case.past.suspension_asked),
    Group.VOID: _of_open(lambda case, _at: case.past.void_asked),
    Group.LATE: _of_open(_late),
    Group.SOON: _of_open(_soon),
    Group.SUPERVISED: _of_open(lambda case, _at: case.past.reply_by is not None),
    Group.WHISTLED: _of_open(lambda case, _at: case.arrive_by is not None),
    Group.SENT_BACK: lambda case, _at: case.past.status == Status.PENDING_DISPATCH and case.past.send_back_count > 0,
    Group.SUSPENDED: _stood(Status.SUSPENDED),
    Group.RESUMING: _resuming,
    Group.NOT_SATISFIED: _not_satisfied,
    Group.PENDING_INSPECTION: _stood(Status.PENDING_INSPECTION),
    Group.PENDING_ACK: _stood(Status.PENDING_ACK),
    Group.IN_HAND: _stood(Status.HANDLING, Status.PENDING_REVIEW),
    Group.REWORK: _stood(Status.REWORK),
    Group.EMERGENCY: _of_open(lambda case, _at: case.severity == Severity.EMERGENCY),
}
