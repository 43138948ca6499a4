"""Pure rules of the rota: which dated shifts a weekly pattern with its exceptions gives, and when they begin and end.

Local time is Asia/Shanghai. Who of a squad is on duty at a moment is one statement, `sql/on_duty.sql`, which lays out the
same shifts; `tests/backend/staff/test_on_duty.py` holds the two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from backend.clock import SHANGHAI

ONE_DAY = timedelta(days=1)


class ShiftKind(StrEnum):
    """Where a dated shift comes from. A cancelled one is shown, and nobody is on duty by it."""

    PATTERN = "pattern"
    ADDED = "added"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class WeeklyShift:
    """One shift of a weekly pattern, Monday = 0, local times. `ends` <= `starts` means that it ends on the next day.

    It holds for shifts that begin on a day from `starts_on` to `ends_on`, both included.
    """

    weekday: int
    starts: time
    ends: time
    starts_on: date = date.min
    ends_on: date | None = None

    def holds_on(self, day: date) -> bool:
        return day.weekday() == self.weekday and self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True)
class ShiftException:
    """What is different on one day: a shift more (or other hours for the one that begins then), or one cancelled."""

    on: date
    starts: time
    kind: ShiftKind
    ends: time | None = None
    reason: str = ""


@dataclass(frozen=True)
class DatedShift:
    """A shift that begins on the local day `on`. It holds from `starts_at` up to but not including `ends_at`."""

    on: date
    starts: time
    ends: time
    kind: ShiftKind = ShiftKind.PATTERN
    reason: str = ""

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.on, self.starts, SHANGHAI)

    @property
    def ends_at(self) -> datetime:
        ends_at = datetime.combine(self.on, self.ends, SHANGHAI)
        return ends_at + ONE_DAY if self.ends <= self.starts else ends_at

    @property
    def counts(self) -> bool:
        return self.kind != ShiftKind.CANCELLED

    def runs_at(self, at: datetime) -> bool:
        return self.counts and self.starts_at <= at < self.ends_at

    def overlaps(self, other: "DatedShift") -> bool:
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


def midnight(day: date) -> datetime:
    """When the local day begins."""
    return datetime.combine(day, time(), SHANGHAI)


def days_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def dated_shifts(
    pattern: Iterable[WeeklyShift], exceptions: Iterable[ShiftException], first: date, last: date
) -> list[DatedShift]:
    """The shifts of one squad that begin on a day from `first` to `last`, cancelled ones too, in order of time.

    The pattern in force on each day, but for starts of which an exception speaks: an added shift stands in the place of
    the pattern's, a cancelled one stays with its hours and does not count. Cancelling what is not there changes nothing.
    """
    pattern = list(pattern)
    weekly = {
        (day, shift.starts): DatedShift(day, shift.starts, shift.ends)
        for day in days_between(first, last)
        for shift in pattern
        if shift.holds_on(day)
    }
    for exception in exceptions:
        key = (exception.on, exception.starts)
        if not first <= exception.on <= last:
            continue
        if exception.kind == ShiftKind.ADDED and exception.ends is not None:
            weekly[key] = DatedShift(*key, exception.ends, ShiftKind.ADDED, exception.reason)
        elif exception.kind == ShiftKind.CANCELLED and key in weekly:
            weekly[key] = DatedShift(*key, weekly[key].ends, ShiftKind.CANCELLED, exception.reason)
    return [weekly[key] for key in sorted(weekly)]
