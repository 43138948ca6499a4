"""When a step of the ladder is due, when it may be sent, and what it says."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cases.clocks import ClockEntry, replay
from backend.cases.escalation import (
    Figures,
    Pressed,
    due_steps,
    figures,
    is_held,
    is_over,
    length_words,
    send_at,
    sentence,
)
from backend.cases.escalation_models import Escalation, EscalationStep
from backend.cases.terms import ENDED_STATUSES, ClockEffect, Status
from backend.errors import Say
from backend.matters.clocks import Span
from backend.matters.models import Limit, LimitUnit, Severity
from backend.settings import ROOT
from seeds.reference import ladder
from tests.clocks import CALENDAR, FOUR_HOURS, HANDED, entry, local

E = ClockEffect
STEPS = json.loads((ROOT / "seeds" / "catalogue" / "escalation_ladder.json").read_text(encoding="utf-8"))
LADDER = {step.code: step for step in ladder("320281", STEPS) if isinstance(step, EscalationStep)}


def pressed(*entries: ClockEntry, **more: Any) -> Pressed:
    about = {"status": Status.HANDLING, "severity": Severity.NORMAL} | more
    return Pressed(clocks=replay(CALENDAR, entries or (HANDED,)), **about)


def due(case: Pressed, at: str, fired: frozenset[tuple[datetime, str]] = frozenset()) -> list[str]:
    return [step.code for step in due_steps(CALENDAR, LADDER.values(), case, fired, local(at))]


# Handed at 09:30 with four working hours: yellow at 14:12, red at 15:00, half as much again at 17:00.
@pytest.mark.parametrize(
    ("at", "codes"),
    [
        ("11-23 14:11", []),
        ("11-23 14:12", ["handle-yellow"]),
        ("11-23 14:59", ["handle-yellow"]),
        ("11-23 15:00", ["handle-yellow", "handle-red-desk", "handle-red-leader"]),
        ("11-23 16:59", ["handle-yellow", "handle-red-desk", "handle-red-leader"]),
        ("11-23 17:00", ["handle-yellow", "handle-red-desk", "handle-red-leader", "handle-command"]),
    ],
)
def test_the_steps_of_handling(at: str, codes: list[str]) -> None:
    assert due(pressed(), at) == codes


def test_each_step_is_taken_once_per_clock() -> None:
    fired = frozenset({(HANDED.at, "handle-yellow")})
    assert due(pressed(), "11-23 14:30", fired) == []
    rework = pressed(
        HANDED, entry(E.FINISH, "11-23 14:30", FOUR_HOURS), entry(E.REWORK, "11-23 15:00", FOUR_HOURS, share=0.5)
    )
    assert due(rework, "11-23 16:36", fired) == ["handle-yellow"]


@pytest.mark.parametrize("status", sorted(ENDED_STATUSES))
def test_a_case_that_has_ended_is_pressed_by_nobody(status: Status) -> None:
    assert due(pressed(status=status), "11-25 10:00") == []
    assert due(pressed(HANDED, entry(E.STOP, "11-23 10:00"), status=status), "11-25 10:00") == []


def test_a_suspended_clock_presses_nobody_and_goes_on_where_it_was() -> None:
    suspended = [HANDED, entry(E.SUSPEND, "11-23 14:00")]
    assert due(pressed(*suspended, status=Status.SUSPENDED), "11-25 10:00") == []
    resumed = pressed(*suspended, entry(E.RESUME, "11-25 10:00"))
    assert due(resumed, "11-25 10:11") == []
    assert due(resumed, "11-25 10:12") == ["handle-yellow"]


def test_an_extension_moves_every_mark() -> None:
    extended = pressed(HANDED, entry(E.EXTEND, "11-23 14:00", FOUR_HOURS))
    assert due(extended, "11-23 15:30") == []
    assert due(extended, "11-24 10:00") == ["handle-yellow", "handle-red-desk", "handle-red-leader"]


def test_an_emergency_that_nobody_accepts_within_ten_minutes() -> None:
    hot = {"status": Status.PENDING_ACK, "severity": Severity.EMERGENCY}
    waiting = pressed(**hot, unacknowledged_since=HANDED.at)
    assert due(waiting, "11-23 09:39") == []
    assert due(waiting, "11-23 09:40") == ["emergency-duty-leader", "emergency-squad"]
    assert due(pressed(**hot), "11-23 09:40") == []
    calm = pressed(status=Status.PENDING_ACK, unacknowledged_since=HANDED.at)
    assert due(calm, "11-23 09:40") == []


def test_every_clock_of_the_case_has_its_own_steps() -> None:
    accept = pressed(entry(E.START_ACCEPT, "11-23 09:30"), status=Status.PENDING_DISPATCH)
    assert due(accept, "11-23 09:45") == ["accept-red"]
    verify = pressed(entry(E.START_VERIFY, "11-23 09:30"), status=Status.VERIFYING)
    assert due(verify, "11-23 10:00") == ["verify-yellow", "verify-red"]
    inspect = pressed(HANDED, entry(E.FINISH, "11-23 10:00"), status=Status.PENDING_INSPECTION)
    assert due(inspect, "11-23 15:30") == ["inspect-yellow", "inspect-red"]


# Waiting to be sent


def waiting_for(code: str, started_at: datetime = HANDED.at) -> Escalation:
    at = local("11-23 20:00")
    return Escalation(
        county="320281", case_id=UUID(int=1), clock_started_at=started_at, step_code=code, fired_at=at, send_at=at
    )


def test_what_waits_loses_its_point_when_the_clock_ends_and_waits_on_while_it_is_paused() -> None:
    step, waiting = LADDER["handle-red-desk"], waiting_for("handle-red-desk")
    for ended in ENDED_STATUSES:
        assert is_over(waiting, step, pressed(status=ended))
    finished = pressed(HANDED, entry(E.FINISH, "11-23 16:00"), status=Status.PENDING_INSPECTION)
    assert is_over(waiting, step, finished)
    suspended = pressed(HANDED, entry(E.SUSPEND, "11-23 16:00"), status=Status.SUSPENDED)
    assert not is_over(waiting, step, suspended)
    assert is_held(waiting, step, suspended)
    taken_back = pressed(HANDED, entry(E.TAKE_BACK, "11-23 16:00"), status=Status.PENDING_DISPATCH)
    assert not is_over(waiting, step, taken_back)
    assert is_held(waiting, step, taken_back)
    assert not is_held(waiting, step, pressed())
    assert is_over(waiting, None, pressed())


def test_an_unaccepted_emergency_loses_its_point_when_it_is_accepted() -> None:
    step, waiting = LADDER["emergency-squad"], waiting_for("emergency-squad")
    hot = {"status": Status.PENDING_ACK, "severity": Severity.EMERGENCY}
    assert not is_over(waiting, step, pressed(**hot, unacknowledged_since=HANDED.at))
    assert is_over(waiting, step, pressed(severity=Severity.EMERGENCY))


NIGHT, MORNING = local("11-23 23:00"), local("11-24 08:00")


def test_it_reaches_people_in_their_duty_hours() -> None:
    red = LADDER["handle-red-leader"]
    shifts = [Span(local("11-23 08:00"), local("11-23 20:00")), Span(MORNING)]
    assert send_at(red, Severity.NORMAL, shifts, local("11-23 15:00")) == local("11-23 15:00")
    assert send_at(red, Severity.NORMAL, shifts, NIGHT) == MORNING
    assert send_at(red, Severity.NORMAL, shifts, local("11-23 20:00")) == MORNING
    assert send_at(red, Severity.EMERGENCY, shifts, NIGHT) == NIGHT
    assert send_at(LADDER["emergency-squad"], Severity.NORMAL, shifts, NIGHT) == NIGHT
    assert send_at(red, Severity.NORMAL, [], NIGHT) == NIGHT


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), max_size=5), st.integers(0, 5000))
def test_what_is_sent_is_sent_on_duty_and_as_soon_as_possible(lengths: list[tuple[int, int]], minutes: int) -> None:
    shifts, begin = [], MORNING
    for off, on in lengths:
        shifts.append(Span(begin + timedelta(minutes=off), begin + timedelta(minutes=off + on)))
        begin = shifts[-1].end or begin
    at = MORNING + timedelta(minutes=minutes)
    sent = send_at(LADDER["handle-yellow"], Severity.NORMAL, shifts, at)
    assert sent >= at
    later = [shift for shift in shifts if shift.end and shift.end > at]
    assert sent == (max(at, later[0].begin) if later else at)


# What it says


def test_it_says_how_much_is_left_or_how_late_it_is() -> None:
    clock = pressed().clock
    assert clock
    words = Say("催办", "Due soon")
    assert sentence(words, "暴露垃圾", figures(CALENDAR, clock, local("11-23 14:12"))).zh == (
        "催办：暴露垃圾 剩 48 分（已用 80 %）"
    )
    late = sentence(words, "暴露垃圾", figures(CALENDAR, clock, local("11-23 17:00")))
    assert late.zh == "催办：暴露垃圾 已超 2 小时（已用 150 %）"
    assert late.en == "Due soon: 暴露垃圾, 2 h late (150 % used)"
    assert sentence(words, "暴露垃圾", Figures(None, None)).zh == "催办：暴露垃圾"


@pytest.mark.parametrize(
    ("length", "zh", "en"),
    [
        (timedelta(seconds=59), "0 分", "0 min"),
        (timedelta(minutes=18), "18 分", "18 min"),
        (timedelta(minutes=125), "2 小时 5 分", "2 h 5 min"),
        (timedelta(hours=47), "47 小时", "47 h"),
        (timedelta(days=2), "2 天", "2 d"),
        (timedelta(days=3, hours=5, minutes=59), "3 天 5 小时", "3 d 5 h"),
    ],
)
def test_lengths_of_time_in_words(length: timedelta, zh: str, en: str) -> None:
    assert length_words(length) == (zh, en)


MOVES = st.sampled_from([E.SUSPEND, E.RESUME, E.EXTEND, E.TAKE_BACK, E.HAND, E.FINISH, E.REWORK, E.STOP, E.KEEP])


@given(st.lists(st.tuples(MOVES, st.timedeltas(timedelta(0), timedelta(days=2))), max_size=10))
def test_a_sweep_that_looks_often_takes_each_step_once_per_clock_and_never_without_a_running_one(
    moves: list[tuple[ClockEffect, timedelta]],
) -> None:
    entries, at, fired = [HANDED], HANDED.at, set()
    limit = Limit(4, LimitUnit.WORK_HOUR)
    for effect, length in moves:
        case = pressed(*entries)
        for part in range(5):
            for step in due_steps(CALENDAR, LADDER.values(), case, frozenset(fired), at + length * part / 4):
                assert case.clock is not None
                assert case.clock.kind == step.clock
                assert (case.clock.started_at, step.code) not in fired
                fired.add((case.clock.started_at, step.code))
        at += length
        entries.append(ClockEntry(effect, at, limit, "squad-1"))
