"""Deadlines: pure arithmetic over a work calendar. Nothing here reads a clock or a database.

The four units follow the field's own: 紧急工作时 and 自然日 run day and night, 工作时 and 工作日 only in working time. Every
length is a whole number of microseconds on one of two axes (all time, working time), so that a limit may be interrupted any
number of times and nothing is lost or gained.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import groupby
from typing import NamedTuple

from backend.clock import SHANGHAI
from backend.matters.models import DayKind, Limit, LimitUnit

# The light is green until this much of a limit is used, then yellow until all is.
WARN_PERCENT = 80
# Nobody is told a higher figure of how much of a limit is used.
MOST_PERCENT = 999

_US = timedelta(microseconds=1)
_HOUR_US = timedelta(hours=1) // _US
_DAY_US = timedelta(days=1) // _US
_DAY_ONE = datetime(1, 1, 1, tzinfo=SHANGHAI)  # a Monday
_LAST_DAY = date.max.toordinal()
_IN_WORKING_TIME = frozenset({LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY})


@dataclass(frozen=True)
class WorkCalendar:
    """Working hours of a working day (local, ascending, not overlapping) and the days that differ from Monday-Friday."""

    hours: tuple[tuple[time, time], ...]
    exceptions: Mapping[date, DayKind]

    def __post_init__(self) -> None:
        if not self.day_us:
            raise ValueError("a work calendar needs working hours")

    def is_workday(self, day: date) -> bool:
        return is_workday(day, self.exceptions)

    @cached_property
    def day_us(self) -> int:
        """The working time of a working day."""
        return sum(closes - opens for opens, closes in self._hours_us)

    def worked_us(self, at: datetime) -> int:
        """The working time that has passed until `at`, counted from the first day that there is."""
        days, within_us = divmod(_all_us(at), _DAY_US)
        whole, is_worked = self._day_of_work(days + 1)
        if not is_worked:
            return whole
        return whole + sum(max(0, min(within_us, closes) - opens) for opens, closes in self._hours_us)

    def working_moment(self, worked_us: int) -> datetime:
        """The last moment until which no more than this has been worked: at a closing time, the next opening."""
        workdays, left_us = divmod(worked_us, self.day_us)
        day = self._last_day_after(workdays)
        for opens, closes in self._hours_us:
            if left_us < closes - opens:
                return _DAY_ONE + timedelta(days=day - 1, microseconds=opens + left_us)
            left_us -= closes - opens
        raise AssertionError("what is left of a day is less than the day")

    @cached_property
    def _hours_us(self) -> tuple[tuple[int, int], ...]:
        return tuple((_of_day_us(opens), _of_day_us(closes)) for opens, closes in self.hours)

    @cached_property
    def _worked_weekend(self) -> list[int]:
        return sorted(day.toordinal() for day in self.exceptions if day.weekday() >= 5 and self.is_workday(day))

    @cached_property
    def _weekdays_off(self) -> list[int]:
        return sorted(day.toordinal() for day in self.exceptions if day.weekday() < 5 and not self.is_workday(day))

    def _last_day_after(self, workdays: int) -> int:
        """The last day with no more than so many working days before it; it is a working day itself."""
        known = self._last_days.get(workdays)
        if known is None:
            known = bisect_right(range(1, _LAST_DAY), workdays, key=self._workdays_before)
            self._last_days[workdays] = known
        return known

    def _day_of_work(self, day: int) -> tuple[int, bool]:
        """The working time before the day with this ordinal, and whether it is a working day."""
        known = self._days.get(day)
        if known is None:
            known = self._workdays_before(day) * self.day_us, self.is_workday(date.fromordinal(day))
            self._days[day] = known
        return known

    # Many histories are worked out with one calendar, and all lie in the same few hundred days.
    @cached_property
    def _last_days(self) -> dict[int, int]:
        return {}

    @cached_property
    def _days(self) -> dict[int, tuple[int, bool]]:
        return {}

    def _workdays_before(self, day: int) -> int:
        """How many working days there are before the day with this ordinal."""
        weeks, days = divmod(day - 1, 7)
        swapped = bisect_left(self._worked_weekend, day) - bisect_left(self._weekdays_off, day)
        return weeks * 5 + min(days, 5) + swapped


class Span(NamedTuple):
    """Time in which a clock ran, both ends aware; `end` None while it runs."""

    begin: datetime
    end: datetime | None = None


class Light(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


def is_workday(day: date, exceptions: Mapping[date, DayKind]) -> bool:
    """Monday to Friday, but for the days that differ."""
    kind = exceptions.get(day)
    return kind == DayKind.WORKDAY if kind else day.weekday() < 5


def deadline(calendar: WorkCalendar, start: datetime, amount: float, unit: LimitUnit) -> datetime:
    """When a limit of `amount` units that starts at `start` (aware) has run out; aware, in the zone of `start`.

    Working hours may end at closing time. Working days end at the same time of day so many working days on; outside working
    time their count begins when work next begins.
    """
    return reached(calendar, [Limit(amount, unit)], [Span(start)])


def reached(calendar: WorkCalendar, limits: Sequence[Limit], spans: Sequence[Span], percent: int = 100) -> datetime:
    """When a clock that ran in `spans` has used so much of its limits, which follow one another.

    The spans (at least one) ascend and do not overlap; the last is taken to go on for ever. In the zone of the first.
    """
    ahead = list(spans)
    for unit, length_us in _lengths(calendar.day_us, tuple(limits), percent):
        _run_out(calendar, unit, length_us, ahead)
    return ahead[0].begin.astimezone(spans[0].begin.tzinfo)


def warn_at(calendar: WorkCalendar, limits: Sequence[Limit], spans: Sequence[Span]) -> datetime:
    """When the light turns yellow."""
    return reached(calendar, limits, spans, WARN_PERCENT)


def light(at: datetime, warns_at: datetime | None, due_at: datetime | None) -> Light:
    """Green until 80 % of the limit is used, yellow until all is, then red; green without a limit."""
    if due_at is not None and at > due_at:
        return Light.RED
    return Light.YELLOW if warns_at is not None and at >= warns_at else Light.GREEN


def percent_used(calendar: WorkCalendar, limits: Sequence[Limit], spans: Sequence[Span], at: datetime) -> int:
    """How much of the limits a clock that runs in `spans` has used at `at`, whole per cent, rounded down."""
    likely = _likely_percent(calendar, limits, spans, at)
    if reached(calendar, limits, spans, likely) <= at < reached(calendar, limits, spans, likely + 1):
        return likely
    return max(
        0,
        bisect_right(range(MOST_PERCENT + 1), at, key=lambda percent: reached(calendar, limits, spans, percent)) - 1,
    )


def elapsed(calendar: WorkCalendar, spans: Iterable[Span], unit: LimitUnit, at: datetime) -> timedelta:
    """The time that counted until `at`: all of it, or working time, as the unit says."""
    ends = ((span.begin, at if span.end is None else min(span.end, at)) for span in spans)
    return sum((_between_us(calendar, begin, end, unit) for begin, end in ends if begin < end), 0) * _US


def remaining(calendar: WorkCalendar, unit: LimitUnit, at: datetime, due_at: datetime) -> timedelta:
    """The time that counts from `at` to `due_at`; none once it is over."""
    return elapsed(calendar, [Span(at)], unit, due_at)


def _likely_percent(calendar: WorkCalendar, limits: Sequence[Limit], spans: Sequence[Span], at: datetime) -> int:
    """By one division where all limits are of one unit; to be proved, for a per cent is a whole number of microseconds."""
    unit, length_us = _lengths(calendar.day_us, tuple(limits), 100)[0]
    used_us = elapsed(calendar, spans, unit, at) // _US
    return min(MOST_PERCENT - 1, used_us * 100 // length_us) if length_us else 0


# A county has a few dozen limits, and fractions are slow.
@lru_cache(maxsize=4096)
def _lengths(day_us: int, limits: tuple[Limit, ...], percent: int) -> tuple[tuple[LimitUnit, int], ...]:
    """So much of each limit in microseconds; limits of one unit that follow one another are one."""
    unit_us = {
        LimitUnit.URGENT_HOUR: _HOUR_US,
        LimitUnit.WORK_HOUR: _HOUR_US,
        LimitUnit.NATURAL_DAY: _DAY_US,
        LimitUnit.WORK_DAY: day_us,
    }
    lengths = []
    for unit, same in groupby(limits, key=lambda limit: limit.unit):
        amount = sum((Fraction(limit.amount) for limit in same), Fraction(0))
        lengths.append((unit, max(0, round(amount * unit_us[unit] * percent / 100))))
    return tuple(lengths)


def _run_out(calendar: WorkCalendar, unit: LimitUnit, length_us: int, ahead: list[Span]) -> None:
    """Take the time of one limit off the front of the time ahead."""
    while True:
        begin, end = ahead[0]
        there = _onward(calendar, begin, length_us, unit)
        if end is None or len(ahead) == 1 or there <= end:
            ahead[0] = Span(there, end)
            return
        length_us -= _between_us(calendar, begin, end, unit)
        ahead.pop(0)


def _onward(calendar: WorkCalendar, start: datetime, length_us: int, unit: LimitUnit) -> datetime:
    if unit not in _IN_WORKING_TIME:
        return start + timedelta(microseconds=length_us)
    worked_us = calendar.worked_us(start) + length_us
    if unit == LimitUnit.WORK_DAY or not length_us:
        return calendar.working_moment(worked_us)
    return calendar.working_moment(worked_us - 1) + _US


def _between_us(calendar: WorkCalendar, begin: datetime, end: datetime, unit: LimitUnit) -> int:
    if unit in _IN_WORKING_TIME:
        return calendar.worked_us(end) - calendar.worked_us(begin)
    return (end - begin) // _US


def _all_us(at: datetime) -> int:
    return (at - _DAY_ONE) // _US


def _of_day_us(moment: time) -> int:
    return (
        timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
        // _US
    )
