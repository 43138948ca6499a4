"""When the steps of generated cases happen, and how late their handling is: for many cases of one life at once.

The arithmetic is that of `backend.matters.clocks`, over arrays: `tests/bench/year.py` would take an hour with one case at a
time. `tests/backend/cases/test_generated_year.py` holds the two together.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from backend.cases.clocks import Clock
from backend.cases.terms import ClockKind
from backend.clock import local_date
from backend.matters.clocks import WorkCalendar
from backend.matters.models import USUAL_STAGE_LIMITS, LimitUnit, Stage
from backend.staff.rota import midnight
from tests.bench.year_lives import (
    ANSWER_WITHIN_H,
    DELAYS,
    LIMIT_SHARES,
    LIMIT_SIGMA,
    STUCK_PACE,
    STUCK_SHARE,
    USUAL_DELAY,
    Life,
    step_of,
)

Moments = NDArray[np.int64]
_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US


@dataclass(frozen=True)
class Limits:
    """Working time as a function of all time and back, from some days before a year to long after it, in microseconds."""

    first_us: int
    worked_before: Moments
    is_workday: NDArray[np.bool_]
    opens: Moments
    closes: Moments
    day_us: int

    @classmethod
    def of(cls, calendar: WorkCalendar, began: datetime) -> "Limits":
        first = local_date(began) - timedelta(days=7)
        days = [first + timedelta(days=n) for n in range(3 * 366)]
        is_workday = np.array([calendar.is_workday(day) for day in days])
        day_us = calendar.day_us
        before = np.concatenate([[0], np.cumsum(is_workday * day_us)]).astype(np.int64)
        hours = np.array(
            [[(t.hour * 60 + t.minute) * 60_000_000 for t in pair] for pair in calendar.hours], dtype=np.int64
        )
        first_us = round(midnight(first).timestamp() * 1e6)
        return cls(first_us, before, is_workday, hours[:, 0], hours[:, 1], day_us)

    def length_us(self, amounts: NDArray[np.float64], units: NDArray[np.str_]) -> Moments:
        unit_us = {"urgent_hour": _HOUR_US, "work_hour": _HOUR_US, "natural_day": _DAY_US, "work_day": self.day_us}
        whole = (amounts * np.array([unit_us[str(unit)] for unit in units])).astype(np.int64)
        # Working hours may end at closing time, working days go on to the next opening; a microsecond less keeps them apart.
        found: Moments = whole - (units == "work_hour")
        return found

    def worked(self, at_us: Moments) -> Moments:
        day, within = np.divmod(at_us - self.first_us, _DAY_US)
        today = sum(
            np.maximum(0, np.minimum(within, closes) - opens)
            for opens, closes in zip(self.opens, self.closes, strict=True)
        )
        found: Moments = self.worked_before[day] + np.where(self.is_workday[day], today, 0)
        return found

    def moment(self, worked_us: Moments) -> Moments:
        """The last moment until which no more than this has been worked."""
        day = np.searchsorted(self.worked_before, worked_us, side="right") - 1
        left = worked_us - self.worked_before[day]
        within = np.full_like(left, -1)
        for opens, closes in zip(self.opens, self.closes, strict=True):
            within = np.where((within < 0) & (left < closes - opens), opens + left, within)
            left = left - (closes - opens)
        found: Moments = self.first_us + day * _DAY_US + within
        return found


def moments(
    draw: np.random.Generator, life: Life, opened: Moments, limit_us: Moments, working: NDArray[np.bool_]
) -> Moments:
    """One row a case, one column a step, ascending."""
    # Roughly: a few working hours are over on the same day, a working day takes one and a bit.
    wall_limit_h = limit_us / _HOUR_US * np.where(working, np.where(limit_us < 8 * _HOUR_US, 1.3, 4.2), 1.0)
    pace = np.where(draw.random(len(opened)) < STUCK_SHARE, STUCK_PACE, 1.0)
    at = opened.astype(np.float64)
    columns = [opened]
    for move in life.moves[1:]:
        if move.action in LIMIT_SHARES:
            median, sigma = LIMIT_SHARES[move.action] * wall_limit_h * pace, LIMIT_SIGMA
        else:
            usual, sigma = DELAYS.get(move.action, USUAL_DELAY)
            median = np.full(len(opened), usual)
        hours = median * np.exp(draw.normal(0, sigma, len(opened)))
        if move.action in ("satisfied", "not_satisfied"):
            hours = np.minimum(hours, ANSWER_WITHIN_H)
        at = at + np.maximum(hours * _HOUR_US, 1_000_000)
        columns.append(at.astype(np.int64))
    found: Moments = np.column_stack(columns)
    return found


def late_seconds(limits: Limits, life: Life, times: Moments, limit_us: Moments, working: NDArray[np.bool_]) -> Moments:
    """By how many seconds handling had passed its deadlines when the life was over."""
    late = np.zeros(len(times), dtype=np.int64)
    for clock in life.handling:
        share = sum(limit.amount for limit in clock.limits)
        left = (limit_us * share).astype(np.int64)
        clock_late = np.zeros(len(times), dtype=np.int64)
        for span in clock.spans:
            assert span.end is not None
            begin, end = times[:, step_of(span.begin) - 1], times[:, step_of(span.end) - 1]
            due = np.where(working, _safe_moment(limits, begin, left), begin + left)
            clock_late += np.where(left >= 0, np.maximum(0, end - np.maximum(begin, due)), end - begin)
            used = np.where(
                working, limits.worked(_clip(limits, end)) - limits.worked(_clip(limits, begin)), end - begin
            )
            left = np.where((left < 0) | (due <= end), -1, np.maximum(left - used, 0))
        late += clock_late // 1_000_000
    return late


def deadlines(
    limits: Limits, life: Life, times: Moments, limit_us: Moments, working: NDArray[np.bool_], percent: int
) -> Moments:
    """When the clock that runs after each step has used so much of its limit; 0 where a step tells of none."""
    found = np.zeros_like(times)
    for column, clock in enumerate(life.running):
        if clock is None or clock.paused_at is not None:
            continue
        whole, in_hours = limit_us * sum(limit.amount for limit in clock.limits), working
        if clock.kind != ClockKind.HANDLE:
            usual = USUAL_STAGE_LIMITS[STAGES[clock.kind]]
            whole = np.full(len(times), usual.amount * _HOUR_US - (usual.unit == LimitUnit.WORK_HOUR))
            in_hours = np.full(len(times), usual.unit == LimitUnit.WORK_HOUR)
        left = (whole * percent / 100).astype(np.int64)
        found[:, column] = _reached(limits, clock, times, left, in_hours)
    return found


STAGES = {ClockKind.ACCEPT: Stage.ACCEPT, ClockKind.VERIFY: Stage.VERIFY, ClockKind.INSPECT: Stage.INSPECT}


def _reached(limits: Limits, clock: Clock, times: Moments, left: Moments, working: NDArray[np.bool_]) -> Moments:
    reached = np.zeros(len(times), dtype=np.int64)
    for span in clock.spans:
        begin = times[:, step_of(span.begin) - 1]
        due = np.where(working, _safe_moment(limits, begin, left), begin + left)
        reached = np.where(reached == 0, due, reached)
        if span.end is not None:
            end = times[:, step_of(span.end) - 1]
            used = np.where(
                working, limits.worked(_clip(limits, end)) - limits.worked(_clip(limits, begin)), end - begin
            )
            reached = np.where(due <= end, reached, 0)
            left = np.maximum(left - used, 0)
    return reached


def _clip(limits: Limits, at_us: Moments) -> Moments:
    """Steps of lives that go on long after the year do not matter."""
    last = limits.first_us + (len(limits.is_workday) - 1) * _DAY_US
    found: Moments = np.minimum(at_us, last)
    return found


def _safe_moment(limits: Limits, begin: Moments, left: Moments) -> Moments:
    most = limits.worked_before[-2] - 1
    return limits.moment(np.minimum(limits.worked(_clip(limits, begin)) + np.maximum(left, 0), most))
