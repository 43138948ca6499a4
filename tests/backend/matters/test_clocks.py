"""Deadlines over the country's calendar of 2026: a table of reference cases worked out by hand, and what holds for all.

Source of the days off and the worked weekends: 国务院办公厅关于2026年部分节假日安排的通知. Spring Festival 15-23 February with
14 and 28 February worked; Qingming 4-6 April; Labour Day 1-5 May with 9 May worked; National Day 1-7 October with
20 September and 10 October worked.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import SHANGHAI
from backend.matters.clocks import WorkCalendar, deadline
from backend.matters.models import DayKind, LimitUnit
from backend.matters.queries import work_calendar

HOUR, WORK_HOUR, WORK_DAY, DAY = LimitUnit.URGENT_HOUR, LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY, LimitUnit.NATURAL_DAY


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


HOLIDAYS = [
    *days(date(2026, 2, 15), date(2026, 2, 23)),
    *days(date(2026, 4, 4), date(2026, 4, 6)),
    *days(date(2026, 5, 1), date(2026, 5, 5)),
    *days(date(2026, 10, 1), date(2026, 10, 7)),
]
WORKED = [date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)]
CALENDAR = WorkCalendar(
    hours=((time(8, 30), time(12)), (time(13, 30), time(17, 30))),
    exceptions=dict.fromkeys(HOLIDAYS, DayKind.HOLIDAY) | dict.fromkeys(WORKED, DayKind.WORKDAY),
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


REFERENCE = [
    # Within a stretch, over the midday break, over the night, over the weekend. 23 November is a Monday.
    ("11-23 09:30", 2, WORK_HOUR, "11-23 11:30"),
    ("11-23 09:30", 4, WORK_HOUR, "11-23 15:00"),
    ("11-23 10:00", 2, WORK_HOUR, "11-23 12:00"),
    ("11-23 17:00", 2, WORK_HOUR, "11-24 10:00"),
    ("11-27 17:00", 1, WORK_HOUR, "11-30 09:00"),
    ("11-28 11:00", 1, WORK_HOUR, "11-30 09:30"),
    ("11-23 12:30", 1, WORK_HOUR, "11-23 14:30"),
    ("11-23 03:00", 0.5, WORK_HOUR, "11-23 09:00"),
    ("11-23 08:30", 7.5, WORK_HOUR, "11-23 17:30"),
    ("11-23 08:30", 15, WORK_HOUR, "11-24 17:30"),
    # Working days: the same time of day; outside working time the count begins when work begins.
    ("11-23 09:30", 1, WORK_DAY, "11-24 09:30"),
    ("11-27 16:00", 1, WORK_DAY, "11-30 16:00"),
    ("11-28 16:00", 1, WORK_DAY, "12-01 08:30"),
    ("11-23 22:00", 2, WORK_DAY, "11-26 08:30"),
    ("11-23 09:30", 0.5, WORK_DAY, "11-23 14:45"),
    ("11-23 16:30", 2.5, WORK_DAY, "11-26 11:15"),
    # Spring Festival: Saturday the 14th is worked, the nine days after are off, Saturday the 28th is worked.
    ("02-13 17:00", 1, WORK_HOUR, "02-14 09:00"),
    ("02-14 17:00", 1, WORK_HOUR, "02-24 09:00"),
    ("02-14 10:00", 1, WORK_DAY, "02-24 10:00"),
    ("02-18 20:00", 2, WORK_DAY, "02-26 08:30"),
    ("02-27 15:00", 1, WORK_DAY, "02-28 15:00"),
    ("02-14 17:00", 3, HOUR, "02-14 20:00"),
    ("02-14 17:00", 3, DAY, "02-17 17:00"),
    # Qingming, Labour Day.
    ("04-03 16:30", 2, WORK_HOUR, "04-07 09:30"),
    ("04-30 17:00", 1, WORK_HOUR, "05-06 09:00"),
    ("05-08 10:00", 1, WORK_DAY, "05-09 10:00"),
    # National Day: Sunday 20 September is worked; Wednesday the 30th is followed by a week off.
    ("09-19 12:00", 1, WORK_HOUR, "09-20 09:30"),
    ("09-30 15:30", 4, WORK_HOUR, "10-08 10:30"),
    ("09-30 10:00", 3, WORK_DAY, "10-10 10:00"),
    ("09-30 23:00", 2, HOUR, "10-01 01:00"),
    ("12-31 17:00", 4, HOUR, "12-31 21:00"),
]


@pytest.mark.parametrize(("start", "amount", "unit", "due"), REFERENCE)
def test_reference_deadline(start: str, amount: float, unit: LimitUnit, due: str) -> None:
    assert deadline(CALENDAR, local(start), amount, unit) == local(due)


async def test_the_demo_countys_calendar_agrees_with_the_published_one(session: AsyncSession) -> None:
    calendar = await work_calendar(session, "320281")
    assert calendar.hours == CALENDAR.hours
    for day in HOLIDAYS:
        assert not calendar.is_workday(day), day
    for day in WORKED:
        assert calendar.is_workday(day), day
    for start, amount, unit, due in REFERENCE:
        assert deadline(calendar, local(start), amount, unit) == local(due), start


def test_the_answer_is_in_the_zone_of_the_question() -> None:
    start = local("11-23 09:30")
    for unit in LimitUnit:
        due = deadline(CALENDAR, start.astimezone(UTC), 1, unit)
        assert due.utcoffset() == timedelta(0)
        assert due == deadline(CALENDAR, start, 1, unit)


def test_a_calendar_without_hours_is_refused_instead_of_searched_for_ever() -> None:
    with pytest.raises(ValueError, match="working hours"):
        WorkCalendar(hours=(), exceptions={})


# What holds for every start and amount

MINUTES_OF_2026 = 365 * 24 * 60
STARTS = st.integers(0, MINUTES_OF_2026 * 60).map(
    lambda s: datetime(2025, 12, 31, 16, tzinfo=UTC) + timedelta(seconds=s)
)
UNITS = st.sampled_from(LimitUnit)
QUARTERS = st.integers(0, 160).map(lambda n: n / 4)  # exact in binary, so that sums are


def is_working(at: datetime) -> bool:
    """At or between opening and closing, both included."""
    here = at.astimezone(SHANGHAI)
    if not CALENDAR.is_workday(here.date()):
        return False
    return any(opens <= here.time() <= closes for opens, closes in CALENDAR.hours)


@given(STARTS, st.timedeltas(timedelta(0), timedelta(days=40)), QUARTERS, UNITS)
def test_a_later_start_is_never_due_earlier(start: datetime, later: timedelta, amount: float, unit: LimitUnit) -> None:
    assert deadline(CALENDAR, start, amount, unit) <= deadline(CALENDAR, start + later, amount, unit)


@given(STARTS, QUARTERS, QUARTERS, UNITS)
def test_more_time_is_never_due_earlier(start: datetime, amount: float, more: float, unit: LimitUnit) -> None:
    assert start <= deadline(CALENDAR, start, amount, unit) <= deadline(CALENDAR, start, amount + more, unit)


@given(STARTS, QUARTERS, st.sampled_from([WORK_HOUR, WORK_DAY]))
def test_working_limits_end_in_working_time(start: datetime, amount: float, unit: LimitUnit) -> None:
    assert is_working(deadline(CALENDAR, start, amount, unit))


@given(STARTS, QUARTERS)
def test_urgent_hours_and_natural_days_run_day_and_night(start: datetime, amount: float) -> None:
    assert deadline(CALENDAR, start, amount, HOUR) - start == timedelta(hours=amount)
    assert deadline(CALENDAR, start, amount, DAY) - start == timedelta(days=amount)


# Nothing more to do at the end of a working stretch is due there; a limit of nothing that begins there, when work begins again.
@given(STARTS, QUARTERS, QUARTERS.filter(bool), st.sampled_from([HOUR, WORK_HOUR, DAY]))
def test_a_limit_may_be_split(start: datetime, first: float, second: float, unit: LimitUnit) -> None:
    halfway = deadline(CALENDAR, start, first, unit)
    assert deadline(CALENDAR, halfway, second, unit) == deadline(CALENDAR, start, first + second, unit)


@given(STARTS, st.integers(0, 20), st.integers(0, 20))
def test_whole_working_days_may_be_split(start: datetime, first: int, second: int) -> None:
    halfway = deadline(CALENDAR, start, first, WORK_DAY)
    assert deadline(CALENDAR, halfway, second, WORK_DAY) == deadline(CALENDAR, start, first + second, WORK_DAY)


@given(STARTS, QUARTERS)
def test_working_hours_are_counted_minute_by_minute(start: datetime, amount: float) -> None:
    """The same by the slow road: add up the overlap of the span with every working stretch in it."""
    due = deadline(CALENDAR, start, amount, WORK_HOUR)
    worked, day = timedelta(0), start.astimezone(SHANGHAI).date()
    while day <= due.astimezone(SHANGHAI).date():
        for opens, closes in CALENDAR.hours if CALENDAR.is_workday(day) else ():
            opens_at, closes_at = (datetime.combine(day, hour, SHANGHAI) for hour in (opens, closes))
            worked += max(timedelta(0), min(closes_at, due) - max(opens_at, start))
        day += timedelta(days=1)
    assert worked == timedelta(hours=amount)
