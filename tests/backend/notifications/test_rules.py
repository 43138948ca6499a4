"""Quiet hours, the ladder of the unseen, and whether a message goes out: the pure rules."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.matters.models import Severity
from backend.notifications.deciding import Hold, Skip, Standing, decide
from backend.notifications.duty import OnDuty
from backend.notifications.kinds import TO_ACT_ON, Channel, Kind, Wakes
from backend.notifications.rules import USUAL, USUAL_LADDER, Rule, next_step, quiet_ends, steps_for

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("quiet", "at", "ends"),
    [
        ((time(22), time(7)), "23T21:59", None),
        ((time(22), time(7)), "23T22:00", "24T07:00"),
        ((time(22), time(7)), "24T00:10", "24T07:00"),
        ((time(22), time(7)), "24T07:00", None),
        ((time(12), time(13, 30)), "23T12:30", "23T13:30"),
        ((time(12), time(13, 30)), "23T13:30", None),
        ((time(8), time(8)), "23T08:00", None),
    ],
)
def test_quiet_hours(quiet: tuple[time, time], at: str, ends: str | None) -> None:
    assert quiet_ends(quiet, local(at)) == (local(ends) if ends else None)


@given(st.times(), st.times(), st.integers(0, 10**7))
def test_quiet_hours_are_over_when_they_end(begins: time, ends: time, minutes: int) -> None:
    at = AT + timedelta(minutes=minutes)
    found = quiet_ends((begins.replace(microsecond=0), ends.replace(microsecond=0)), at)
    if found:
        assert at < found <= at + timedelta(days=1)
        assert quiet_ends((begins.replace(microsecond=0), ends.replace(microsecond=0)), found) is None


def test_every_kind_at_every_severity_has_a_rule() -> None:
    for kind in Kind:
        for severity in Severity:
            rule = USUAL[kind][severity]
            assert Channel.IN_APP not in rule.channels
            assert (rule.repeat is None) == (rule.repeats == 0)
            assert rule.repeat is None or kind in TO_ACT_ON


@given(st.sampled_from(Severity), st.integers(0, 5))
def test_the_ladder_is_climbed_step_by_step(severity: Severity, climbed: int) -> None:
    steps = steps_for(USUAL_LADDER, severity)
    taken = [step.code for step in steps[:climbed]]
    found = next_step(USUAL_LADDER, severity, taken, AT)
    if climbed >= len(steps):
        assert found is None
    else:
        assert found == (AT + steps[climbed].after, steps[climbed])


def standing(**more: object) -> Standing:
    usual = Standing(Kind.TASK, Severity.NORMAL, Rule(), OnDuty(True))
    return replace(usual, **more)  # type: ignore[arg-type]


TOMORROW = AT + timedelta(hours=20)
OFF = OnDuty(False, TOMORROW)


@pytest.mark.parametrize(
    ("case", "verdict"),
    [
        (standing(), None),
        (standing(settled=True), Skip("settled")),
        (standing(seen=True), Skip("seen")),
        (standing(seen=True, round=2), None),
        (standing(seen=True, round=2, kind=Kind.ENDED), Skip("seen")),
        (standing(duty=None), Skip("left")),
        (standing(muted=True), Skip("muted")),
        (standing(muted=True, severity=Severity.EMERGENCY), None),
        (standing(duty=OFF), Hold(TOMORROW, "off_duty")),
        (standing(duty=OnDuty(False)), Skip("off_duty")),
        (standing(duty=OFF, rule=Rule(wakes=Wakes.LEADER)), Hold(TOMORROW, "off_duty")),
        (standing(duty=OnDuty(False, TOMORROW, leads=True), rule=Rule(wakes=Wakes.LEADER)), None),
        (standing(duty=OFF, rule=Rule(wakes=Wakes.EVERYBODY)), None),
        (standing(quiet_until=TOMORROW), Hold(TOMORROW, "quiet")),
        (standing(quiet_until=TOMORROW, rule=Rule(rings=True)), None),
    ],
)
def test_whether_it_goes_out(case: Standing, verdict: Skip | Hold | None) -> None:
    assert decide(case) == verdict


_STANDINGS = st.builds(
    Standing,
    kind=st.sampled_from(Kind),
    severity=st.sampled_from(Severity),
    rule=st.builds(Rule, rings=st.booleans(), wakes=st.sampled_from(Wakes)),
    duty=st.one_of(
        st.none(),
        st.builds(OnDuty, now=st.booleans(), next_at=st.one_of(st.none(), st.just(TOMORROW)), leads=st.booleans()),
    ),
    settled=st.booleans(),
    seen=st.booleans(),
    round=st.integers(1, 4),
    muted=st.booleans(),
    quiet_until=st.one_of(st.none(), st.just(TOMORROW)),
)


@given(_STANDINGS)
def test_nobody_off_duty_is_woken_but_for_whom_the_rule_says(case: Standing) -> None:
    if decide(case) is None:
        assert case.duty is not None
        assert not case.settled
        assert (
            case.duty.now or case.rule.wakes == Wakes.EVERYBODY or (case.rule.wakes == Wakes.LEADER and case.duty.leads)
        )


@given(_STANDINGS)
def test_an_emergency_on_duty_always_goes_out(case: Standing) -> None:
    alarm = replace(
        case,
        severity=Severity.EMERGENCY,
        rule=USUAL[Kind.TASK][Severity.EMERGENCY],
        duty=OnDuty(True),
        settled=False,
        seen=False,
    )
    assert decide(alarm) is None
