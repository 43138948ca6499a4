"""Limits that are interrupted and go on: reference cases worked out by hand over the holidays of 2026, a slow second opinion
that counts minute by minute, and what holds for all."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.clock import SHANGHAI
from backend.matters.clocks import (
    Light,
    Span,
    WorkCalendar,
    deadline,
    elapsed,
    light,
    percent_used,
    reached,
    remaining,
    warn_at,
)
from backend.matters.models import DayKind, Limit, LimitUnit

HOUR, WORK_HOUR, WORK_DAY, DAY = LimitUnit.URGENT_HOUR, LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY, LimitUnit.NATURAL_DAY
MINUTE = timedelta(minutes=1)


def _published(year: int) -> dict[date, DayKind]:
    """The days on which the country's calendar differs from Monday to Friday, as the seeds enter them."""
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    return {
        day: DayKind.WORKDAY if chinese_calendar.is_workday(day) else DayKind.HOLIDAY
        for day in days
        if chinese_calendar.is_workday(day) != (day.weekday() < 5)
    }


HOURS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
CALENDAR = WorkCalendar(HOURS, _published(2026))


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def spans(*texts: str) -> list[Span]:
    """From "start stop start stop … start": the last one goes on."""
    moments = [local(text) for text in texts]
    ends = [*moments[1::2], None] if len(moments) % 2 else moments[1::2]
    return [Span(begin, end) for begin, end in zip(moments[::2], ends, strict=True)]


REFERENCE = [
    # Four working hours, two of them before the break, half an hour waited for.
    ((Limit(4, WORK_HOUR),), ("11-23 09:30", "11-23 11:30", "11-23 12:00"), "11-23 15:30"),
    # Suspended over National Day (1 to 7 October off, Saturday the 10th worked): 2 h used, 6 h left from Thursday 8 at 10.
    ((Limit(8, WORK_HOUR),), ("09-30 15:30", "09-30 17:30", "10-08 10:00"), "10-08 17:30"),
    ((Limit(8.5, WORK_HOUR),), ("09-30 15:30", "09-30 17:30", "10-08 10:00"), "10-09 09:00"),
    # Resumed in the middle of the holiday: nothing counts before work begins.
    ((Limit(8, WORK_HOUR),), ("09-30 15:30", "09-30 17:30", "10-03 10:00"), "10-08 16:00"),
    # Three working days from Wednesday 30 September 10:00 would be Saturday 10 October 10:00; a pause of one working day
    # (Thursday 8 10:00 to Friday 9 10:00) makes it Monday 12 October 10:00.
    ((Limit(3, WORK_DAY),), ("09-30 10:00",), "10-10 10:00"),
    ((Limit(3, WORK_DAY),), ("09-30 10:00", "10-08 10:00", "10-09 10:00"), "10-12 10:00"),
    # Spring Festival (15 to 23 February off, Saturday 14 and 28 worked): suspended on the eve, resumed on the 20th.
    ((Limit(2, WORK_DAY),), ("02-13 16:30", "02-14 16:30", "02-20 12:00"), "02-25 08:30"),
    ((Limit(1, WORK_DAY),), ("02-13 16:30", "02-14 15:30", "02-28 09:00"), "02-28 10:00"),
    # A year's suspension but some weeks.
    ((Limit(1, WORK_DAY),), ("01-05 10:00", "01-05 11:00", "12-17 11:00"), "12-18 10:00"),
    # Day and night.
    ((Limit(2, HOUR),), ("11-23 23:00", "11-23 23:30", "11-24 02:00"), "11-24 03:30"),
    ((Limit(1, DAY),), ("09-30 12:00", "09-30 18:00", "10-05 00:00"), "10-05 18:00"),
    # It ran out before it was interrupted, or at that very moment; a working day that ends at closing time lasts until
    # the clock goes on in working time.
    ((Limit(1, WORK_DAY),), ("11-23 10:00", "11-24 10:00", "11-25 11:00"), "11-24 10:00"),
    ((Limit(1, WORK_DAY),), ("11-23 08:30", "11-23 17:30", "11-25 11:00"), "11-25 11:00"),
    ((Limit(1, WORK_HOUR),), ("11-23 09:00", "11-23 11:00", "11-24 09:00"), "11-23 10:00"),
    ((Limit(3, WORK_HOUR),), ("11-23 09:00", "11-23 12:00", "11-23 14:00"), "11-23 12:00"),
    # One limit after another: two hours until 11:30, then an hour of day and night.
    ((Limit(2, WORK_HOUR), Limit(1, HOUR)), ("11-23 09:30",), "11-23 12:30"),
    ((Limit(1, WORK_DAY), Limit(1, WORK_DAY)), ("11-23 08:30",), "11-25 08:30"),
    ((Limit(4, HOUR), Limit(4, WORK_HOUR)), ("11-23 15:30", "11-23 16:30", "11-24 08:30"), "11-24 17:00"),
]


@pytest.mark.parametrize(("limits", "run", "due"), REFERENCE)
def test_reference_of_interrupted_limits(limits: tuple[Limit, ...], run: tuple[str, ...], due: str) -> None:
    assert reached(CALENDAR, limits, spans(*run)) == local(due)


def test_yellow_at_four_fifths_of_the_working_time() -> None:
    # 10 working hours from Tuesday 29 September 14:30: 3 h that day, 5 more by 15:00 on Wednesday.
    run, limits = spans("09-29 14:30"), [Limit(10, WORK_HOUR)]
    assert warn_at(CALENDAR, limits, run) == local("09-30 15:00")
    assert reached(CALENDAR, limits, run) == local("09-30 17:00")
    # Half as much again is over the holiday: 4.5 h are left for Thursday the 8th.
    assert reached(CALENDAR, limits, run, 150) == local("10-08 14:30")


def test_the_three_lights() -> None:
    warns, due = local("11-23 10:00"), local("11-23 11:00")
    assert light(warns - MINUTE, warns, due) == Light.GREEN
    assert light(warns, warns, due) == light(due, warns, due) == Light.YELLOW
    assert light(due + MINUTE, warns, due) == Light.RED
    assert light(due, None, None) == Light.GREEN


def test_time_used_and_time_left_are_told_in_the_units_own_time() -> None:
    run = spans("09-30 15:30", "09-30 17:30", "10-08 10:00")
    assert elapsed(CALENDAR, run, WORK_HOUR, local("10-08 11:00")) == timedelta(hours=3)
    assert elapsed(CALENDAR, run, HOUR, local("10-08 11:00")) == timedelta(hours=3)
    assert elapsed(CALENDAR, spans("09-30 15:30"), WORK_HOUR, local("10-05 11:00")) == timedelta(hours=2)
    assert elapsed(CALENDAR, spans("09-30 15:30"), DAY, local("10-01 15:30")) == timedelta(days=1)
    assert remaining(CALENDAR, WORK_HOUR, local("09-30 17:00"), local("10-08 09:00")) == timedelta(hours=1)
    assert remaining(CALENDAR, WORK_HOUR, local("10-08 09:30"), local("10-08 09:00")) == timedelta(0)
    assert percent_used(CALENDAR, [Limit(4, WORK_HOUR)], run, local("10-08 11:00")) == 75


# A second opinion

UNITS = st.sampled_from(LimitUnit)
LIMITS = st.lists(
    st.builds(lambda quarters, unit: Limit(quarters / 4, unit), st.integers(1, 24), UNITS), min_size=1, max_size=3
)
# Around Spring Festival and around National Day, on whole minutes.
STARTS = st.tuples(st.sampled_from([local("02-12 00:00"), local("09-28 00:00")]), st.integers(0, 12 * 24 * 60)).map(
    lambda found: found[0] + found[1] * MINUTE
)


@st.composite
def runs(draw: st.DrawFn, step: timedelta = MINUTE) -> list[Span]:
    """Spans that ascend, some of them touching, the last one open."""
    lengths = draw(st.lists(st.integers(0, 3000), max_size=6).filter(lambda found: len(found) % 2 == 0))
    moments = [draw(STARTS)]
    for length in lengths:
        moments.append(moments[-1] + length * step)
    return [Span(begin, end) for begin, end in zip(moments[::2], [*moments[1::2], None], strict=True)]


def minute_by_minute(limits: Sequence[Limit], run: Sequence[Span]) -> datetime:
    """The same by the slow road: look at every minute, whether the clock runs and whether it counts."""
    units = {HOUR: 60, WORK_HOUR: 60, DAY: 24 * 60, WORK_DAY: 450}
    left = [(limit.unit, limit.amount * units[limit.unit]) for limit in limits]
    at = used_up_at = run[0].begin
    while True:
        running = any(span.begin <= at and (span.end is None or at < span.end) for span in run)
        here = at.astimezone(SHANGHAI)
        working = CALENDAR.is_workday(here.date()) and any(opens <= here.time() < closes for opens, closes in HOURS)
        while left and left[0][1] == 0:
            unit, _ = left[0]
            following = left[1][0] if len(left) > 1 else None
            # A count of working days ends when work goes on; every other at once.
            if unit == WORK_DAY and following != WORK_DAY and not (working and (running or at == used_up_at)):
                break
            left.pop(0)
            if not left:
                return at
        unit, minutes = left[0]
        if running and (unit in {HOUR, DAY} or working) and minutes:
            left[0] = (unit, minutes - 1)
            used_up_at = at + MINUTE
        at += MINUTE


@given(LIMITS, runs())
def test_due_as_counted_minute_by_minute(limits: list[Limit], run: list[Span]) -> None:
    quarters = [limit for limit in limits if (limit.amount * 450).is_integer()]
    if quarters:
        assert reached(CALENDAR, quarters, run) == minute_by_minute(quarters, run)


# What holds for all, to the microsecond

EXACT_STARTS = st.integers(0, 365 * 24 * 3600 * 10**6 - 1).map(
    lambda us: datetime(2025, 12, 31, 16, tzinfo=UTC) + timedelta(microseconds=us)
)
AMOUNTS = st.floats(0, 40, allow_nan=False)
EXACT_LIMITS = st.lists(st.builds(Limit, AMOUNTS, UNITS), min_size=1, max_size=3)
LENGTHS = st.timedeltas(timedelta(0), timedelta(days=400))


@st.composite
def exact_runs(draw: st.DrawFn) -> list[Span]:
    lengths = draw(st.lists(st.timedeltas(timedelta(0), timedelta(days=30)), max_size=8))
    moments = [draw(EXACT_STARTS)]
    for length in lengths[: len(lengths) // 2 * 2]:
        moments.append(moments[-1] + length)
    return [Span(begin, end) for begin, end in zip(moments[::2], [*moments[1::2], None], strict=True)]


@given(EXACT_LIMITS, exact_runs())
def test_an_interruption_of_no_length_changes_nothing(limits: list[Limit], run: list[Span]) -> None:
    cut = [part for span in run for part in _cut(span)]
    for percent in (80, 100, 150):
        assert reached(CALENDAR, limits, cut, percent) == reached(CALENDAR, limits, run, percent)


def _cut(span: Span) -> list[Span]:
    middle = span.begin + timedelta(days=1, hours=2) if span.end is None else span.begin + (span.end - span.begin) / 2
    return [Span(span.begin, middle), Span(middle, middle), Span(middle, span.end)]


@given(AMOUNTS, UNITS, EXACT_STARTS, LENGTHS)
def test_cut_at_the_very_moment_of_the_deadline_nothing_changes(
    amount: float, unit: LimitUnit, start: datetime, after: timedelta
) -> None:
    limits = [Limit(amount, unit)]
    for moment in (reached(CALENDAR, limits, [Span(start)]), _closing_after(start), start + after):
        run = [Span(start, moment), Span(moment)]
        if start <= moment:
            assert reached(CALENDAR, limits, run) == reached(CALENDAR, limits, [Span(start)])


def _closing_after(start: datetime) -> datetime:
    return (
        deadline(CALENDAR, start, 0, WORK_DAY).astimezone(SHANGHAI).replace(hour=17, minute=30, second=0, microsecond=0)
    )


@given(EXACT_LIMITS, EXACT_STARTS, LENGTHS, LENGTHS, LENGTHS)
def test_two_pauses_that_touch_are_one(
    limits: list[Limit], start: datetime, ran: timedelta, first: timedelta, second: timedelta
) -> None:
    stop = start + ran
    one = [Span(start, stop), Span(stop + first + second)]
    two = [Span(start, stop), Span(stop + first, stop + first), Span(stop + first + second)]
    assert reached(CALENDAR, limits, one) == reached(CALENDAR, limits, two)


@given(EXACT_LIMITS, EXACT_STARTS, LENGTHS, LENGTHS, LENGTHS)
def test_a_longer_pause_is_never_due_earlier(
    limits: list[Limit], start: datetime, ran: timedelta, pause: timedelta, longer: timedelta
) -> None:
    stop = start + ran
    without = reached(CALENDAR, limits, [Span(start)])
    short = reached(CALENDAR, limits, [Span(start, stop), Span(stop + pause)])
    long = reached(CALENDAR, limits, [Span(start, stop), Span(stop + pause + longer)])
    assert without <= short <= long


@given(EXACT_LIMITS, EXACT_LIMITS, exact_runs())
def test_more_limit_is_never_due_earlier_and_the_marks_keep_their_order(
    limits: list[Limit], more: list[Limit], run: list[Span]
) -> None:
    marks = [reached(CALENDAR, limits, run, percent) for percent in (0, 1, 50, 80, 100, 150, 999)]
    assert run[0].begin <= marks[0]
    assert all(earlier <= later for earlier, later in pairwise(marks))
    assert reached(CALENDAR, limits, run) <= reached(CALENDAR, limits + more, run)


@given(AMOUNTS, UNITS, exact_runs(), LENGTHS)
def test_a_later_start_is_never_due_earlier(amount: float, unit: LimitUnit, run: list[Span], later: timedelta) -> None:
    moved = [Span(span.begin + later, span.end and span.end + later) for span in run]
    first_end = run[0].end
    assert deadline(CALENDAR, run[0].begin, amount, unit) <= deadline(CALENDAR, moved[0].begin, amount, unit)
    if first_end is None or run[0].begin + later <= first_end:
        begun_later = [Span(run[0].begin + later, first_end), *run[1:]]
        assert reached(CALENDAR, [Limit(amount, unit)], run) <= reached(CALENDAR, [Limit(amount, unit)], begun_later)


@given(AMOUNTS, UNITS, exact_runs())
def test_exactly_the_limit_has_counted_when_it_is_due(amount: float, unit: LimitUnit, run: list[Span]) -> None:
    due = reached(CALENDAR, [Limit(amount, unit)], run)
    length = {HOUR: timedelta(hours=1), WORK_HOUR: timedelta(hours=1), DAY: timedelta(days=1)}
    assert elapsed(CALENDAR, run, unit, due) == length.get(unit, timedelta(hours=7.5)) * amount


@given(EXACT_LIMITS, exact_runs(), LENGTHS)
def test_the_figure_and_the_light_agree(limits: list[Limit], run: list[Span], after: timedelta) -> None:
    at = run[-1].begin + after
    used = percent_used(CALENDAR, limits, run, at)
    warns, due = warn_at(CALENDAR, limits, run), reached(CALENDAR, limits, run)
    assert (used >= 80) == (at >= warns)
    assert (used >= 100) == (at >= due)
    assert light(at, warns, due) == (Light.RED if at > due else Light.YELLOW if used >= 80 else Light.GREEN)


@given(EXACT_LIMITS, exact_runs(), LENGTHS)
def test_the_figure_is_the_last_per_cent_that_is_reached(
    limits: list[Limit], run: list[Span], after: timedelta
) -> None:
    at = run[-1].begin + after
    used = percent_used(CALENDAR, limits, run, at)
    assert used == 0 or reached(CALENDAR, limits, run, used) <= at
    assert used == 999 or reached(CALENDAR, limits, run, used + 1) > at


@given(EXACT_STARTS, st.integers(0, 10**12))
def test_working_time_and_moments_are_each_others_inverse(at: datetime, more_us: int) -> None:
    worked = CALENDAR.worked_us(at) + more_us
    moment = CALENDAR.working_moment(worked)
    assert CALENDAR.worked_us(moment) == worked
    assert CALENDAR.worked_us(moment + timedelta(microseconds=1)) == worked + 1
