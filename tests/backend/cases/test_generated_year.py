"""The generated year of the benches tells what the real clocks tell: its arithmetic over arrays against the replay."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.cases.clocks import ClockEntry, effect_of, replay
from backend.cases.terms import ENDED_STATUSES, Action, ClockEffect
from backend.matters.clocks import WARN_PERCENT, WorkCalendar
from backend.matters.models import DayKind, Limit, LimitUnit
from seeds.reference import WORK_HOURS
from tests.bench.year_county import BEGAN
from tests.bench.year_lives import Life, lives
from tests.bench.year_times import Limits, deadlines, late_seconds, moments

HOLIDAYS = {date(2026, 10, n): DayKind.HOLIDAY for n in range(1, 8)} | {date(2026, 10, 10): DayKind.WORKDAY}
CALENDAR = WorkCalendar(WORK_HOURS, HOLIDAYS)
GIVEN = [(2, LimitUnit.URGENT_HOUR), (4, LimitUnit.WORK_HOUR), (2, LimitUnit.WORK_DAY), (5, LimitUnit.NATURAL_DAY)]
ALL = lives()


def test_shares_are_of_a_hundred() -> None:
    assert sum(life.share for life in ALL) == pytest.approx(100)


@pytest.mark.parametrize("number", range(len(ALL)))
def test_lateness_is_what_the_replay_says(number: int) -> None:
    life, each = ALL[number], 40
    draw = np.random.default_rng(number)
    amounts, units = (np.array([given[i] for given in GIVEN] * each) for i in (0, 1))
    limits = Limits.of(CALENDAR, BEGAN)
    limit_us = limits.length_us(amounts.astype(float), units)
    working = np.isin(units, [LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY])
    opened = (BEGAN.timestamp() + draw.uniform(0, 330 * 86400, len(units))) * 1e6
    times = moments(draw, life, opened.astype(np.int64), limit_us, working)
    assert (np.diff(times, axis=1) > 0).all()
    late_s = late_seconds(limits, life, times, limit_us, working)
    due, warn = (deadlines(limits, life, times, limit_us, working, percent) for percent in (100, WARN_PERCENT))
    for n, (row, amount, unit) in enumerate(zip(times, amounts, units, strict=True)):
        entries = _entries(life, row, Limit(float(amount), LimitUnit(unit)))
        assert late_s[n] == pytest.approx(replay(CALENDAR, entries).late_s, abs=2)
        step = n % len(entries)
        clock = replay(CALENDAR, entries[: step + 1]).running
        if due[n, step]:
            assert clock
            assert clock.due_at
            assert clock.warn_at
            assert due[n, step] / 1e6 == pytest.approx(clock.due_at.timestamp(), abs=2)
            assert warn[n, step] / 1e6 == pytest.approx(clock.warn_at.timestamp(), abs=2)
        elif entries[step].effect != ClockEffect.KEEP:
            assert clock is None or clock.paused_at is not None


def _entries(life: Life, times: NDArray[np.int64], limit: Limit) -> list[ClockEntry]:
    entries = []
    for move, at_us in zip(life.moves, times.tolist(), strict=True):
        effect = effect_of(move.action, move.from_status, move.to_status)
        handed = effect in (ClockEffect.HAND, ClockEffect.EXTEND, ClockEffect.REWORK, ClockEffect.REOPEN)
        entries.append(
            ClockEntry(
                effect,
                datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us),
                limit if handed else None,
                f"squad {move.squad}" if handed else None,
                0.5 if move.action == Action.FAIL else 1.0,
            )
        )
    return entries


def test_what_a_case_stands_at_follows_its_moves() -> None:
    for life in ALL:
        assert life.moves[-1].to_status in ENDED_STATUSES
        for move, stand in zip(life.moves, life.stands, strict=True):
            assert stand.status == move.to_status
        for before, after in zip(life.moves, life.moves[1:], strict=False):
            assert before.to_status == after.from_status
