"""Who is on duty when: shifts that end at noon, at midnight or the next morning, in local time."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.clock import SHANGHAI
from backend.staff.rota import Shift, shift_end

DAY_SHIFT = Shift(0, time(8), time(20))
NIGHT_SHIFT = Shift(6, time(20), time(8))  # Sunday evening to Monday morning
WHOLE_DAY = Shift(2, time(0), time(0))


def local(day: int, clock: str) -> datetime:
    """A time in the week that begins on Monday, 23 November 2026."""
    return datetime.combine(datetime(2026, 11, 23 + day), time.fromisoformat(clock), SHANGHAI)  # noqa: DTZ001


@pytest.mark.parametrize(
    ("shift", "at", "ends_at"),
    [
        (DAY_SHIFT, local(0, "07:59:59"), None),
        (DAY_SHIFT, local(0, "08:00"), local(0, "20:00")),
        (DAY_SHIFT, local(0, "19:59:59.999999"), local(0, "20:00")),
        (DAY_SHIFT, local(0, "20:00"), None),
        (DAY_SHIFT, local(1, "12:00"), None),
        (NIGHT_SHIFT, local(6, "19:59"), None),
        (NIGHT_SHIFT, local(6, "20:00"), local(7, "08:00")),
        (NIGHT_SHIFT, local(6, "23:59:59"), local(7, "08:00")),
        (NIGHT_SHIFT, local(0, "00:00"), local(0, "08:00")),
        (NIGHT_SHIFT, local(0, "07:59:59"), local(0, "08:00")),
        (NIGHT_SHIFT, local(0, "08:00"), None),
        (NIGHT_SHIFT, local(1, "03:00"), None),
        (WHOLE_DAY, local(2, "00:00"), local(3, "00:00")),
        (WHOLE_DAY, local(3, "00:00"), None),
        (WHOLE_DAY, local(1, "23:59:59"), None),
    ],
)
def test_a_shift_holds_from_its_start_up_to_but_not_at_its_end(
    shift: Shift, at: datetime, ends_at: datetime | None
) -> None:
    assert shift_end([shift], at) == ends_at
    assert shift_end([shift], at.astimezone(UTC)) == ends_at


def test_of_shifts_that_overlap_the_last_to_end_counts() -> None:
    long = Shift(0, time(18), time(2))
    assert shift_end([DAY_SHIFT, long], local(0, "19:00")) == local(1, "02:00")
    assert shift_end([long, DAY_SHIFT], local(0, "19:00")) == local(1, "02:00")


def test_without_shifts_nobody_is_on_duty() -> None:
    assert shift_end([], local(0, "12:00")) is None


WEEK = timedelta(days=7)
TIMES = st.times().map(lambda t: t.replace(microsecond=0, fold=0))
SHIFTS = st.lists(st.builds(Shift, st.integers(0, 6), TIMES, TIMES), max_size=5)
MOMENTS = st.integers(0, 14 * 86_400).map(lambda s: datetime(2026, 12, 20, 16, tzinfo=UTC) + timedelta(seconds=s))


def second_of_week(at: datetime) -> int:
    here = at.astimezone(SHANGHAI)
    return here.weekday() * 86_400 + here.hour * 3600 + here.minute * 60 + here.second


def length_s(shift: Shift) -> int:
    def second(t: time) -> int:
        return t.hour * 3600 + t.minute * 60 + t.second

    return (second(shift.ends) - second(shift.starts) - 1) % 86_400 + 1


@given(SHIFTS, MOMENTS)
def test_duty_is_arithmetic_on_the_circle_of_the_week(shifts: list[Shift], at: datetime) -> None:
    left_s = []
    for shift in shifts:
        starts = shift.weekday * 86_400 + shift.starts.hour * 3600 + shift.starts.minute * 60 + shift.starts.second
        since_start_s = (second_of_week(at) - starts) % (7 * 86_400)
        if since_start_s < length_s(shift):
            left_s.append(length_s(shift) - since_start_s)
    assert shift_end(shifts, at) == (at + timedelta(seconds=max(left_s)) if left_s else None)


@given(SHIFTS, MOMENTS)
def test_every_week_is_like_the_last(shifts: list[Shift], at: datetime) -> None:
    ends_at, next_ends_at = shift_end(shifts, at), shift_end(shifts, at + WEEK)
    assert next_ends_at == (ends_at and ends_at + WEEK)
