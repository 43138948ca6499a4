"""A case's clocks replayed from its history: what each effect does, over real days, and what a history says."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from backend.cases.clocks import (
    ClockEntry,
    Clocks,
    clocks_of,
    effect_of,
    entry_of,
    reached_at,
    replay,
    used_at,
)
from backend.cases.holding import written
from backend.cases.lifecycle import STEPS
from backend.cases.terms import Action, ClockEffect, ClockKind, Status
from backend.matters.models import Limit, LimitUnit
from tests.clocks import CALENDAR, FOUR_HOURS, HANDED, entry, local

E = ClockEffect
HOUR, WORK_HOUR, WORK_DAY, DAY = LimitUnit.URGENT_HOUR, LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY, LimitUnit.NATURAL_DAY
QUARTER, HALF_HOUR = Limit(0.25, HOUR), Limit(0.5, HOUR)


def after(*entries: ClockEntry) -> Clocks:
    return replay(CALENDAR, entries)


# One effect after another


def test_the_command_centre_has_a_quarter_of_an_hour() -> None:
    running = after(entry(E.START_ACCEPT, "11-23 09:30", QUARTER)).running
    assert running
    assert (running.kind, running.started_at) == (ClockKind.ACCEPT, local("11-23 09:30"))
    assert (running.warn_at, running.due_at) == (local("11-23 09:42"), local("11-23 09:45"))


def test_the_command_centres_clock_waits_while_the_report_is_verified() -> None:
    history = [
        entry(E.START_VERIFY, "11-23 09:30", HALF_HOUR, accept_limit=QUARTER),
        entry(E.STOP_VERIFY, "11-23 10:05"),
        entry(E.START_VERIFY, "11-23 10:10", HALF_HOUR),
        entry(E.STOP_VERIFY, "11-23 10:20"),
        HANDED._replace(at=local("11-23 10:25")),
    ]
    verifying = after(*history[:1]).running
    assert verifying
    assert (verifying.kind, verifying.due_at) == (ClockKind.VERIFY, local("11-23 10:00"))
    accepting = after(*history[:2]).running
    assert accepting
    assert (accepting.kind, accepting.due_at) == (ClockKind.ACCEPT, local("11-23 10:20"))
    again = after(*history[:4])
    assert again.running
    assert again.running.due_at == local("11-23 10:30")
    ended = after(*history).ended
    assert [(clock.kind, clock.late_s) for clock in ended] == [
        (ClockKind.ACCEPT, 0),
        (ClockKind.VERIFY, 300),
        (ClockKind.VERIFY, 0),
    ]
    assert after(*history).late_s == 0  # only handling counts there


def test_a_report_dispatched_before_it_was_verified_leaves_no_clock_that_never_ran() -> None:
    clocks = after(entry(E.START_VERIFY, "11-23 09:30", HALF_HOUR), HANDED._replace(at=local("11-23 09:35")))
    assert [clock.kind for clock in clocks.ended] == [ClockKind.VERIFY]
    assert clocks.running
    assert clocks.running.kind == ClockKind.HANDLE


def test_taken_back_and_given_to_the_same_squad_again_its_clock_goes_on() -> None:
    history = [HANDED, entry(E.TAKE_BACK, "11-23 10:30", QUARTER)]
    waiting = after(*history)
    assert waiting.running
    assert waiting.running.kind == ClockKind.ACCEPT
    assert waiting.running.due_at == local("11-23 10:45")
    again = after(*history, entry(E.HAND, "11-23 11:00", FOUR_HOURS, holder="squad-1")).running
    assert again
    assert (again.started_at, again.due_at) == (local("11-23 09:30"), local("11-23 15:30"))
    other = after(*history, entry(E.HAND, "11-23 11:00", FOUR_HOURS, holder="squad-2"))
    assert other.running
    assert (other.running.started_at, other.running.due_at) == (
        local("11-23 11:00"),
        local("11-23 16:30"),
    )
    assert [clock.holder for clock in other.ended if clock.kind == ClockKind.HANDLE] == ["squad-1"]


def test_being_given_again_what_one_has_brings_no_new_time() -> None:
    clocks = after(HANDED, entry(E.HAND, "11-23 11:30", FOUR_HOURS, holder="squad-1"))
    assert clocks.running == after(HANDED).running


def test_finished_late_counts_for_the_handler_and_the_inspector_begins() -> None:
    clocks = after(HANDED, entry(E.FINISH, "11-23 15:20", FOUR_HOURS))
    assert clocks.late_s == 20 * 60
    assert clocks.running
    assert (clocks.running.kind, clocks.running.due_at) == (ClockKind.INSPECT, local("11-24 10:20"))


def test_rework_has_half_the_limit_and_its_lateness_adds_up() -> None:
    history = [
        HANDED,
        entry(E.FINISH, "11-23 15:20", FOUR_HOURS),
        entry(E.REWORK, "11-23 16:00", FOUR_HOURS, share=0.5),
    ]
    running = after(*history).running
    assert running
    assert (running.started_at, running.due_at) == (local("11-23 16:00"), local("11-24 09:00"))
    assert running.holder == "squad-1"
    done = after(*history, entry(E.FINISH, "11-24 09:10", FOUR_HOURS), entry(E.STOP, "11-24 09:30"))
    assert (done.running, done.late_s) == (None, 30 * 60)
    assert [clock.late_s for clock in done.ended] == [20 * 60, 0, 10 * 60, 0]


REWORKED = [
    HANDED,
    entry(E.FINISH, "11-23 11:30", FOUR_HOURS),
    entry(E.REWORK, "11-23 13:30", FOUR_HOURS, share=0.5),
    entry(E.FINISH, "11-23 14:00", FOUR_HOURS),
    entry(E.STOP, "11-23 15:00"),
]


def test_reopened_the_first_clock_goes_on_with_what_was_left() -> None:
    clocks = after(*REWORKED, entry(E.REOPEN, "11-25 10:00"))
    assert clocks.running
    assert (clocks.running.started_at, clocks.running.due_at) == (local("11-23 09:30"), local("11-25 12:00"))
    assert clocks.running.stopped_at is None
    assert len(clocks.ended) == 3


def test_reopened_with_nothing_left_it_is_overdue_at_once() -> None:
    history = [HANDED, entry(E.FINISH, "11-23 15:20", FOUR_HOURS), entry(E.STOP, "11-23 16:00")]
    clocks = after(*history, entry(E.REOPEN, "11-25 10:00"))
    assert clocks.running
    assert clocks.running.due_at == local("11-23 15:00")
    assert clocks.late_s == 20 * 60
    # The days for which it was closed are not lateness; the hour after it was reopened is.
    assert after(*history, entry(E.REOPEN, "11-25 10:00"), entry(E.FINISH, "11-25 11:00")).late_s == 80 * 60


def test_suspended_over_national_day_what_was_left_is_left() -> None:
    history = [
        entry(E.HAND, "09-30 15:30", Limit(8, WORK_HOUR), holder="squad-1"),
        entry(E.SUSPEND, "09-30 17:30"),
    ]
    paused = after(*history).running
    assert paused
    assert paused.paused_at == local("09-30 17:30")
    assert used_at(CALENDAR, paused, local("12-01 10:00")) == 25
    resumed = after(*history, entry(E.RESUME, "10-08 10:00")).running
    assert resumed
    assert (resumed.paused_at, resumed.due_at) == (None, local("10-08 17:30"))
    assert used_at(CALENDAR, resumed, local("10-08 13:30")) == 50


def test_suspended_when_it_was_late_already_only_running_time_is_lateness() -> None:
    history = [HANDED, entry(E.SUSPEND, "11-23 15:30"), entry(E.RESUME, "11-30 09:00"), entry(E.FINISH, "11-30 09:15")]
    assert after(*history[:2]).late_s == 30 * 60
    assert after(*history).late_s == 45 * 60


def test_an_extension_is_put_on_top() -> None:
    extended = after(HANDED, entry(E.EXTEND, "11-23 14:00", FOUR_HOURS)).running
    assert extended
    assert (extended.started_at, extended.due_at) == (local("11-23 09:30"), local("11-24 10:00"))
    twice = after(HANDED, entry(E.EXTEND, "11-23 14:00"), entry(E.EXTEND, "11-24 09:50")).running
    assert twice
    assert twice.due_at == local("11-24 15:30")


def test_another_matter_has_its_limit_from_the_same_start_with_the_same_pauses_and_extensions() -> None:
    changed = after(
        HANDED,
        entry(E.SUSPEND, "11-23 10:30"),
        entry(E.RESUME, "11-23 11:30"),
        entry(E.EXTEND, "11-23 11:45", FOUR_HOURS),
        entry(E.CHANGE_LIMIT, "11-23 14:00", Limit(2, HOUR)),
    ).running
    # An hour until 10:30, the second from 11:30, until 12:30, then four working hours.
    assert changed
    assert (changed.started_at, changed.due_at) == (local("11-23 09:30"), local("11-23 17:30"))


def test_rework_of_a_changed_matter_keeps_its_share() -> None:
    clocks = after(*REWORKED[:3], entry(E.CHANGE_LIMIT, "11-23 13:45", Limit(1, WORK_HOUR)))
    assert clocks.running
    assert clocks.running.due_at == local("11-23 14:00")


def test_a_clock_taken_back_gets_the_new_limit_too() -> None:
    clocks = after(
        HANDED,
        entry(E.TAKE_BACK, "11-23 10:00", QUARTER),
        entry(E.CHANGE_LIMIT, "11-23 10:05", Limit(1, WORK_HOUR)),
        entry(E.HAND, "11-23 10:10", Limit(1, WORK_HOUR), holder="squad-1"),
    )
    assert clocks.running
    assert clocks.running.due_at == local("11-23 10:40")


@pytest.mark.parametrize("effect", list(E))
def test_an_effect_that_makes_no_sense_is_passed_over(effect: ClockEffect) -> None:
    assert after(entry(effect, "11-23 09:30")).late_s == 0
    for other in E:
        after(entry(effect, "11-23 09:30"), entry(other, "11-23 09:40"), entry(E.RESUME, "11-23 09:50"))


def test_the_150_per_cent_mark() -> None:
    running = after(HANDED).running
    assert running
    assert reached_at(CALENDAR, running, 150) == local("11-23 17:00")


def test_a_time_before_the_previous_one_counts_as_that() -> None:
    early = after(HANDED, entry(E.SUSPEND, "11-23 11:30"), entry(E.RESUME, "11-23 08:00"))
    assert early == after(HANDED, entry(E.SUSPEND, "11-23 11:30"), entry(E.RESUME, "11-23 11:30"))


# The history


def event(action: Action, source: Status | None, target: Status, at: str, **content: Any) -> Any:
    return SimpleNamespace(action=action, from_status=source, to_status=target, at=local(at), content=content)


def test_every_row_of_the_table_is_found_again_by_where_it_led() -> None:
    for step in STEPS:
        for source in step.sources or {None}:
            target = step.target or source
            assert target is not None
            same = [
                row
                for row in STEPS
                if row.action == step.action
                and (source in row.sources or not row.sources)
                and (row.target or source) == target
            ]
            assert effect_of(step.action, source, target) in {row.clock for row in same}, step
            if len({row.clock for row in same}) == 1:
                assert effect_of(step.action, source, target) == step.clock, step


def test_the_residents_no_reopens_only_where_it_did() -> None:
    assert effect_of(Action.NOT_SATISFIED, Status.CLOSED, Status.REWORK) == E.REOPEN
    assert effect_of(Action.NOT_SATISFIED, Status.CLOSED, Status.CLOSED) == E.KEEP
    assert effect_of(Action.REPORT, None, Status.VERIFYING) == E.START_VERIFY
    assert effect_of(Action.UNMERGE, Status.MERGED, Status.PENDING_DISPATCH) == E.START_ACCEPT
    assert effect_of(Action.PASS, Status.HANDLING, Status.VOIDED) == E.KEEP


def test_an_event_says_its_limit_holder_and_share() -> None:
    fail = event(
        Action.FAIL,
        Status.PENDING_INSPECTION,
        Status.REWORK,
        "11-23 16:00",
        limit=written(FOUR_HOURS),
        holder="s",
    )
    assert entry_of(fail) == ClockEntry(E.REWORK, fail.at, FOUR_HOURS, "s", 0.5)
    fail.content["share"] = 0.25
    assert entry_of(fail).share == 0.25
    report = event(
        Action.REPORT,
        None,
        Status.VERIFYING,
        "11-23 09:00",
        limit=written(HALF_HOUR),
        accept_limit=written(QUARTER),
    )
    assert entry_of(report) == ClockEntry(E.START_VERIFY, report.at, HALF_HOUR, accept_limit=QUARTER)


def test_a_due_time_that_an_event_tells_beside_is_no_limit() -> None:
    granted = event(
        Action.GRANT_EXTENSION, Status.HANDLING, Status.HANDLING, "11-23 14:00", due_at="2026-11-24T02:00:00+00:00"
    )
    assert entry_of(granted).limit is None


def test_a_history_without_limits_keeps_the_due_times_it_says() -> None:
    history = [
        event(Action.REPORT, None, Status.PENDING_DISPATCH, "11-23 09:30"),
        event(
            Action.ROUTE,
            Status.PENDING_DISPATCH,
            Status.PENDING_ACK,
            "11-23 09:30",
            squad_code="squad-1",
            due_at="2026-11-23T07:00:00+00:00",
        ),
        event(Action.ACKNOWLEDGE, Status.PENDING_ACK, Status.HANDLING, "11-23 09:40"),
        event(Action.FEEDBACK, Status.HANDLING, Status.PENDING_INSPECTION, "11-23 15:20"),
        event(
            Action.FAIL,
            Status.PENDING_INSPECTION,
            Status.REWORK,
            "11-23 16:00",
            squad_code="squad-1",
            due_at="2026-11-24T01:00:00.000001+00:00",
        ),
    ]
    assert [running.due_at for running in _running(history)] == [
        local("11-23 09:45"),
        local("11-23 15:00"),
        local("11-23 15:00"),
        local("11-24 10:20"),
        local("11-24 09:00:00.000001"),
    ]
    assert clocks_of(CALENDAR, history).late_s == 20 * 60


def _running(history: Sequence[Any]) -> list[Any]:
    return [clocks_of(CALENDAR, history[:n]).running for n in range(1, len(history) + 1)]
