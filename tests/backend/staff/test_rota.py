"""The dated shifts that a weekly pattern with its exceptions gives: in local time, across midnight, from day to day."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.clock import SHANGHAI
from backend.staff.rota import DatedShift, ShiftException, ShiftKind, WeeklyShift, dated_shifts

MONDAY = date(2026, 11, 23)
DAY_SHIFT = DatedShift(MONDAY, time(8), time(20))
NIGHT_SHIFT = DatedShift(MONDAY - timedelta(days=1), time(20), time(8))
WHOLE_DAY = DatedShift(MONDAY + timedelta(days=2), time(0), time(0))


def local(day: int, clock: str) -> datetime:
    """A time in the week that begins on Monday, 23 November 2026."""
    return datetime.combine(MONDAY + timedelta(days=day), time.fromisoformat(clock), SHANGHAI)


@pytest.mark.parametrize(
    ("shift", "at", "runs"),
    [
        (DAY_SHIFT, local(0, "07:59:59"), False),
        (DAY_SHIFT, local(0, "08:00"), True),
        (DAY_SHIFT, local(0, "19:59:59.999999"), True),
        (DAY_SHIFT, local(0, "20:00"), False),
        (DAY_SHIFT, local(1, "12:00"), False),
        (NIGHT_SHIFT, local(-1, "19:59"), False),
        (NIGHT_SHIFT, local(-1, "20:00"), True),
        (NIGHT_SHIFT, local(0, "00:00"), True),
        (NIGHT_SHIFT, local(0, "07:59:59"), True),
        (NIGHT_SHIFT, local(0, "08:00"), False),
        (WHOLE_DAY, local(1, "23:59:59"), False),
        (WHOLE_DAY, local(2, "00:00"), True),
        (WHOLE_DAY, local(3, "00:00"), False),
    ],
)
def test_a_shift_holds_from_its_start_up_to_but_not_at_its_end(shift: DatedShift, at: datetime, runs: bool) -> None:
    assert shift.runs_at(at) is runs
    assert shift.runs_at(at.astimezone(UTC)) is runs


def test_shifts_that_touch_do_not_overlap() -> None:
    assert not NIGHT_SHIFT.overlaps(DAY_SHIFT)
    assert not DAY_SHIFT.overlaps(NIGHT_SHIFT)
    late = DatedShift(MONDAY, time(19, 59), time(2))
    assert DAY_SHIFT.overlaps(late)
    assert late.overlaps(DAY_SHIFT)


PATTERN = [WeeklyShift(0, time(8), time(20)), WeeklyShift(6, time(20), time(8))]
WEEK = (MONDAY, MONDAY + timedelta(days=6))


def begins(shifts: list[DatedShift]) -> list[tuple[str, str, ShiftKind]]:
    return [(f"{s.on:%a} {s.starts:%H:%M}", f"{s.ends:%H:%M}", s.kind) for s in shifts]


@pytest.mark.parametrize(
    ("exception", "expected"),
    [
        (None, [("Mon 08:00", "20:00", ShiftKind.PATTERN), ("Sun 20:00", "08:00", ShiftKind.PATTERN)]),
        (
            ShiftException(MONDAY, time(8), ShiftKind.CANCELLED),
            [("Mon 08:00", "20:00", ShiftKind.CANCELLED), ("Sun 20:00", "08:00", ShiftKind.PATTERN)],
        ),
        (
            ShiftException(MONDAY, time(8), ShiftKind.ADDED, time(12)),
            [("Mon 08:00", "12:00", ShiftKind.ADDED), ("Sun 20:00", "08:00", ShiftKind.PATTERN)],
        ),
        (
            ShiftException(MONDAY, time(21), ShiftKind.ADDED, time(2)),
            [
                ("Mon 08:00", "20:00", ShiftKind.PATTERN),
                ("Mon 21:00", "02:00", ShiftKind.ADDED),
                ("Sun 20:00", "08:00", ShiftKind.PATTERN),
            ],
        ),
        (
            ShiftException(MONDAY, time(9), ShiftKind.CANCELLED),
            [("Mon 08:00", "20:00", ShiftKind.PATTERN), ("Sun 20:00", "08:00", ShiftKind.PATTERN)],
        ),
        (
            ShiftException(MONDAY - timedelta(days=1), time(20), ShiftKind.ADDED, time(6)),
            [("Mon 08:00", "20:00", ShiftKind.PATTERN), ("Sun 20:00", "08:00", ShiftKind.PATTERN)],
        ),
    ],
    ids=["none", "cancelled", "other hours", "one more", "cancels nothing", "outside the range"],
)
def test_an_exception_speaks_of_one_day_alone(
    exception: ShiftException | None, expected: list[tuple[str, str, ShiftKind]]
) -> None:
    assert begins(dated_shifts(PATTERN, [exception] if exception else [], *WEEK)) == expected


def test_a_pattern_ends_where_the_next_begins() -> None:
    changes_on = MONDAY + timedelta(days=7)
    old = WeeklyShift(0, time(8), time(20), date(2026, 1, 1), changes_on - timedelta(days=1))
    new = WeeklyShift(0, time(9), time(18), changes_on)
    found = dated_shifts([old, new], [], MONDAY, MONDAY + timedelta(days=14))
    assert [(s.on, s.starts) for s in found] == [
        (MONDAY, time(8)),
        (changes_on, time(9)),
        (changes_on + timedelta(days=7), time(9)),
    ]


TIMES = st.times().map(lambda t: t.replace(second=0, microsecond=0, fold=0))
PATTERNS = st.lists(
    st.builds(WeeklyShift, st.integers(0, 6), TIMES, TIMES), max_size=5, unique_by=lambda s: (s.weekday, s.starts)
)
DAYS = st.dates(date(2026, 12, 20), date(2027, 1, 10))


@given(PATTERNS, DAYS)
def test_duty_is_arithmetic_on_the_circle_of_the_week(pattern: list[WeeklyShift], day: date) -> None:
    at = datetime.combine(day, time(3, 17), SHANGHAI)
    running = [s for s in dated_shifts(pattern, [], day - timedelta(days=1), day) if s.runs_at(at)]
    minute = at.weekday() * 1440 + at.hour * 60 + at.minute
    left = []
    for shift in pattern:
        starts = shift.weekday * 1440 + shift.starts.hour * 60 + shift.starts.minute
        ends = shift.weekday * 1440 + shift.ends.hour * 60 + shift.ends.minute
        length = (ends - starts - 1) % 1440 + 1
        since_start = (minute - starts) % (7 * 1440)
        if since_start < length:
            left.append(at + timedelta(minutes=length - since_start))
    assert sorted(shift.ends_at for shift in running) == sorted(left)


@given(PATTERNS, DAYS)
def test_every_week_is_like_the_last(pattern: list[WeeklyShift], first: date) -> None:
    week = timedelta(days=7)
    this = dated_shifts(pattern, [], first, first + week)
    following = dated_shifts(pattern, [], first + week, first + 2 * week)
    assert [(s.on + week, s.starts, s.ends) for s in this] == [(s.on, s.starts, s.ends) for s in following]


@given(PATTERNS, DAYS, st.integers(0, 20), st.integers(0, 20))
def test_a_range_is_the_sum_of_its_days(pattern: list[WeeklyShift], first: date, days: int, more: int) -> None:
    middle = first + timedelta(days=days)
    last = middle + timedelta(days=more + 1)
    split = dated_shifts(pattern, [], first, middle) + dated_shifts(pattern, [], middle + timedelta(days=1), last)
    assert dated_shifts(pattern, [], first, last) == split


@given(PATTERNS, DAYS)
def test_a_shift_lasts_at_most_a_day_and_never_nothing(pattern: list[WeeklyShift], first: date) -> None:
    for shift in dated_shifts(pattern, [], first, first + timedelta(days=7)):
        assert timedelta(0) < shift.ends_at - shift.starts_at <= timedelta(days=1)
