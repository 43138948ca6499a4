"""Periods of local days in China, and the period before to compare with. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from backend.clock import SHANGHAI

LONGEST = timedelta(days=800)


class Step(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True)
class Period:
    """Local days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time.min, SHANGHAI)

    @property
    def until(self) -> datetime:
        return datetime.combine(self.last + timedelta(days=1), time.min, SHANGHAI)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def step(self) -> Step | None:
        """Which part of the calendar it is exactly; None for free dates. Weeks begin on Mondays."""
        return next((step for step in Step if around(self.first, step) == self), None)

    @property
    def before(self) -> "Period":
        """The calendar period before, or as many days before free dates."""
        eve = self.first - timedelta(days=1)
        step = self.step
        return around(eve, step) if step else Period(eve - timedelta(days=self.days - 1), eve)


def around(day: date, step: Step) -> Period:
    """The calendar period in which a day lies."""
    if step == Step.DAY:
        return Period(day, day)
    if step == Step.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    if step == Step.MONTH:
        return _months(day.year, day.month, day.month)
    if step == Step.QUARTER:
        begins = 3 * ((day.month - 1) // 3) + 1
        return _months(day.year, begins, begins + 2)
    return _months(day.year, 1, 12)


def _months(year: int, first: int, last: int) -> Period:
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]))
