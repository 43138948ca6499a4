"""Deadlines: pure arithmetic over a work calendar. Nothing here reads a clock or a database.

The four units follow the field's own: 紧急工作时 and 自然日 run day and night, 工作时 and 工作日 only in working time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backend.clock import SHANGHAI
from backend.matters.models import DayKind, LimitUnit

# How long the command centre may take to dispatch a waiting case, and an inspector to inspect a handled one.
DISPATCH_LIMIT = timedelta(minutes=15)
INSPECTION_LIMIT_WORK_HOURS = 4


@dataclass(frozen=True)
class WorkCalendar:
    """Working hours of a working day (local, ascending, not overlapping) and the days that differ from Monday-Friday."""

    hours: tuple[tuple[time, time], ...]
    exceptions: Mapping[date, DayKind]

    def __post_init__(self) -> None:
        if not self.hours:
            raise ValueError("a work calendar needs working hours")

    def is_workday(self, day: date) -> bool:
        return is_workday(day, self.exceptions)

    def stretches(self, day: date) -> list[tuple[datetime, datetime]]:
        """The working stretches of a day as aware datetimes; none on a day off."""
        if not self.is_workday(day):
            return []
        return [
            (datetime.combine(day, starts, SHANGHAI), datetime.combine(day, ends, SHANGHAI))
            for starts, ends in self.hours
        ]


def is_workday(day: date, exceptions: Mapping[date, DayKind]) -> bool:
    """Monday to Friday, but for the days that differ."""
    kind = exceptions.get(day)
    return kind == DayKind.WORKDAY if kind else day.weekday() < 5


def deadline(calendar: WorkCalendar, start: datetime, amount: float, unit: LimitUnit) -> datetime:
    """When a limit of `amount` units that starts at `start` (aware) has run out; aware, in the zone of `start`."""
    if unit == LimitUnit.URGENT_HOUR:
        due = start + timedelta(hours=amount)
    elif unit == LimitUnit.NATURAL_DAY:
        due = start + timedelta(days=amount)
    elif unit == LimitUnit.WORK_HOUR:
        due = _after_working_time(calendar, start, timedelta(hours=amount))
    else:
        due = _after_working_days(calendar, start, amount)
    return due.astimezone(start.tzinfo)


def _after_working_time(calendar: WorkCalendar, start: datetime, left: timedelta) -> datetime:
    local = start.astimezone(SHANGHAI)
    day = local.date()
    while True:
        for opens_at, closes_at in calendar.stretches(day):
            begin = max(opens_at, local)
            if begin >= closes_at:
                continue
            if left <= closes_at - begin:
                return begin + left
            left -= closes_at - begin
        day += timedelta(days=1)


def _after_working_days(calendar: WorkCalendar, start: datetime, amount: float) -> datetime:
    """The same time of day, `amount` working days on. Outside working time the count begins when work next begins.

    A fraction of a day (a halved limit) counts as that fraction of a day's working time.
    """
    days = int(amount)
    begin = _after_working_time(calendar, start, timedelta(0))
    day = begin.date()
    for _ in range(days):
        day += timedelta(days=1)
        while not calendar.is_workday(day):
            day += timedelta(days=1)
    due = datetime.combine(day, begin.timetz())
    fraction = amount - days
    return _after_working_time(calendar, due, _working_day_length(calendar) * fraction) if fraction else due


def _working_day_length(calendar: WorkCalendar) -> timedelta:
    some_day = date(2000, 1, 1)
    spans = (datetime.combine(some_day, ends) - datetime.combine(some_day, starts) for starts, ends in calendar.hours)
    return sum(spans, timedelta(0))
