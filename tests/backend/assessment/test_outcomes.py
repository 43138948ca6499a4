"""What a case came to: told stories with their outcome, and what holds for every generated life."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.assessment.indicators import INDICATORS
from backend.assessment.measures import MEASURES, counts, moment_of
from backend.assessment.outcomes import CaseFacts, Level, Outcome, outcomes_of
from backend.cases.clocks import clocks_of
from backend.cases.models import ReportSource
from backend.cases.terms import Action, Status
from tests.backend.assessment.lives import HOURS, QUARTER, SQUAD_UNITS, Entry, Life, life
from tests.clocks import CALENDAR

START = datetime.fromisoformat("2026-11-23T09:30:00+08:00")
PLACE = (120.39, 31.78)
ONE, TWO = "xxk-squad-1", "xxk-squad-2"
A, S = Action, Status


class Story:
    """A history in the words of the field, minutes after the report."""

    def __init__(self, source: ReportSource = ReportSource.STAFF) -> None:
        self.facts = CaseFacts(source, self_handled=False, place=PLACE)
        first = S.PENDING_DISPATCH if source == ReportSource.STAFF else S.VERIFYING
        self.events = [Entry(A.REPORT, None, first, {"limit": QUARTER, "accept_limit": QUARTER}, START)]

    def then(self, minutes: float, action: Action, to: Status, **content: Any) -> "Story":
        at = START + timedelta(minutes=minutes)
        self.events.append(Entry(action, self.events[-1].to_status, to, {"limit": HOURS} | content, at))
        return self

    def given(self, minutes: float, squad: str = ONE) -> "Story":
        return self.then(minutes, A.DISPATCH, S.PENDING_ACK, holder=squad, squad_code=squad)

    def handled(self, minutes: float) -> "Story":
        self.then(minutes, A.ACKNOWLEDGE, S.HANDLING)
        return self.then(minutes, A.FEEDBACK, S.PENDING_INSPECTION)

    def outcomes(self) -> dict[tuple[Level, str], Outcome]:
        return {(o.level, o.body): o for o in outcomes_of(self.facts, self.events, CALENDAR, SQUAD_UNITS)}

    def whole(self) -> Outcome:
        return self.outcomes()[Level.CASE, ""]

    def of(self, squad: str) -> Outcome:
        return self.outcomes()[Level.SQUAD, squad]


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_handled_in_time_and_passed() -> None:
    whole = Story().given(5).handled(100).then(130, A.PASS, S.CLOSED).whole()
    assert (whole.dispatch_at, whole.dispatch_in_time) == (after(5), True)
    assert (whole.handle_at, whole.handled, whole.handle_in_time) == (after(100), True, True)
    assert (whole.closed, whole.closed_at, whole.forced) == (True, after(130), False)
    assert (whole.inspect_at, whole.inspect_in_time) == (after(130), True)
    assert whole.handle_s == 95 * 60
    assert whole.used_percent == 39


def test_what_is_not_due_yet_is_accounted_for_when_it_falls_due() -> None:
    waiting = Story().given(5).whole()
    assert (waiting.handle_at, waiting.handled, waiting.handle_in_time) == (after(245), False, False)


def test_handled_late_counts_where_it_fell_due_and_stays_there() -> None:
    late = Story().given(5).handled(5000).then(5100, A.PASS, S.CLOSED).whole()
    assert (late.handle_at, late.handled, late.handle_in_time, late.closed) == (after(245), True, False, True)


def test_time_for_which_it_was_suspended_is_not_counted() -> None:
    held = Story().given(5).then(10, A.ACKNOWLEDGE, S.HANDLING).then(20, A.GRANT_SUSPENSION, S.SUSPENDED)
    assert held.whole().handle_at is None, "it falls due nowhere while it is suspended"
    resumed = held.then(20_000, A.RESUME, S.HANDLING).then(20_100, A.FEEDBACK, S.PENDING_INSPECTION).whole()
    assert (resumed.handle_at, resumed.handle_in_time, resumed.suspensions) == (after(20_100), True, 1)


def test_whoever_sends_back_in_time_owes_nothing_and_whoever_lets_it_lie_does() -> None:
    story = Story().given(5).then(20, A.SEND_BACK, S.PENDING_DISPATCH).given(25, TWO)
    assert (story.of(ONE).handle_at, story.of(ONE).send_backs) == (None, 1)
    assert story.of(TWO).handle_at == after(265)
    assert story.whole().astray
    lain = Story().given(5).then(300, A.SEND_BACK, S.PENDING_DISPATCH).given(305, TWO).handled(400)
    assert (lain.of(ONE).handle_at, lain.of(ONE).handle_in_time, lain.of(ONE).handled) == (after(245), False, False)
    assert (lain.of(TWO).handle_at, lain.of(TWO).handle_in_time) == (after(400), True)
    unit = lain.outcomes()[Level.UNIT, "xxk-enforcement"]
    assert (unit.handle_at, unit.handled, unit.handle_in_time) == (after(245), True, False)


def test_given_again_to_the_same_squad_or_raised_a_tier_is_not_astray() -> None:
    same = Story().given(5).then(20, A.SEND_BACK, S.PENDING_DISPATCH).given(25)
    raised = Story().given(5).then(20, A.RAISE_TIER, S.PENDING_DISPATCH).given(25, TWO)
    assert not same.whole().astray
    assert not raised.whole().astray
    assert Story().given(5).then(20, A.REASSIGN, S.PENDING_ACK, holder=TWO, squad_code=TWO).whole().astray


def test_rework_counts_against_whoever_handled_it() -> None:
    failed = Story().given(5).handled(60).then(90, A.FAIL, S.REWORK, holder=ONE, squad_code=ONE, share=0.5)
    assert (failed.of(ONE).reworks, failed.of(ONE).handled) == (1, False)
    assert failed.of(ONE).handle_at == after(60)
    again = failed.then(100, A.ACKNOWLEDGE, S.HANDLING).then(120, A.FEEDBACK, S.PENDING_INSPECTION)
    done = again.then(140, A.PASS, S.CLOSED).of(ONE)
    assert (done.handled, done.handle_in_time, done.reworks, done.closed) == (True, True, 1, True)
    assert done.handle_at == after(60)


def test_a_resident_who_says_no_brings_it_back() -> None:
    closed = (
        Story(ReportSource.RESIDENT).then(10, A.VERIFY_FOUND, S.PENDING_FILING).then(15, A.FILE, S.PENDING_DISPATCH)
    )
    closed = closed.given(16).handled(60).then(90, A.PASS, S.CLOSED)
    assert closed.whole().answered_at is None
    back = closed.then(200, A.NOT_SATISFIED, S.REWORK, holder=ONE, squad_code=ONE).whole()
    assert (back.answered_at, back.satisfied, back.closed, back.reworks) == (after(200), False, False, 1)
    assert (back.verify_at, back.verify_in_time, back.found, back.filed) == (after(10), True, True, True)


def test_settled_on_the_spot_is_its_own_kind_until_somebody_must_handle_it() -> None:
    facts = CaseFacts(ReportSource.STAFF, self_handled=True, place=PLACE)
    first = Entry(A.REPORT, None, S.PENDING_DISPATCH, {"limit": QUARTER}, START)
    spot = Entry(A.SELF_HANDLE, S.PENDING_DISPATCH, S.PENDING_INSPECTION, {"limit": HOURS}, START)
    (settled,) = outcomes_of(facts, [first, spot], CALENDAR, SQUAD_UNITS)
    assert settled.settled
    failed = Entry(A.FAIL, S.PENDING_INSPECTION, S.PENDING_DISPATCH, {"limit": QUARTER}, after(30))
    given_ = Entry(A.ROUTE, S.PENDING_DISPATCH, S.PENDING_ACK, {"limit": HOURS, "holder": ONE}, after(31))
    assert not outcomes_of(facts, [first, spot, failed, given_], CALENDAR, SQUAD_UNITS)[0].settled


def test_an_inspection_from_afar_says_how_far() -> None:
    place = {"lng": PLACE[0] + 0.01, "lat": PLACE[1]}
    assert Story().given(5).handled(60).then(90, A.PASS, S.CLOSED, place=place).whole().away_m == pytest.approx(
        947, abs=3
    )
    assert Story().given(5).handled(60).then(90, A.PASS, S.CLOSED).whole().away_m is None


LIVES = st.integers(0, 2**32).map(lambda seed: life(Random(seed), START))


def outcomes(lived: Life) -> list[Outcome]:
    facts = CaseFacts(lived.source, lived.self_handled, lived.place)
    return outcomes_of(facts, lived.events, CALENDAR, SQUAD_UNITS)


@given(LIVES, st.integers(0, 10_000))
def test_a_part_is_always_among_its_whole_and_both_count_at_one_moment(lived: Life, minutes: int) -> None:
    for indicator in INDICATORS:
        if indicator.whole is None:
            continue
        assert moment_of(indicator.part) == moment_of(indicator.whole)
        for outcome in outcomes(lived):
            for exempt in (False, True):
                part, whole = (
                    counts(m, outcome, lived.source, START, after(minutes), exempt=exempt)
                    for m in (indicator.part, indicator.whole)
                )
                assert whole or not part, (indicator.key, outcome)


@given(LIVES)
def test_in_time_never_contradicts_the_clocks(lived: Life) -> None:
    whole = outcomes(lived)[0]
    late_s = clocks_of(CALENDAR, lived.events).late_s
    if whole.handle_in_time:
        assert late_s == 0
    if whole.handled and late_s == 0:
        assert whole.handle_in_time
    if late_s > 0:
        assert whole.handle_at is not None


@given(LIVES)
def test_a_squad_is_never_asked_for_more_than_it_had(lived: Life) -> None:
    whole, *bodies = outcomes(lived)
    for body in bodies:
        assert body.given_at is not None
        assert body.send_backs <= whole.send_backs
        assert body.reworks <= whole.reworks
    squads = [body for body in bodies if body.level == Level.SQUAD]
    assert sum(body.closed for body in squads) <= 1
    assert sum(body.handled for body in squads) <= 1
    assert sum(body.reworks for body in squads) <= whole.reworks


@given(LIVES, st.data())
def test_a_moment_that_has_passed_does_not_move(lived: Life, data: st.DataObject) -> None:
    """Whatever comes later, what was due in a past period stays in it, unless more time was granted for it afterwards."""
    known = data.draw(st.integers(1, len(lived.events)))
    then = lived.events[known - 1].at
    assume(not any(event.action in (A.GRANT_EXTENSION, A.RECATEGORISE) for event in lived.events[known:]))
    before = outcomes(
        Life(lived.source, lived.self_handled, lived.grid_path, lived.matter, lived.place, lived.events[:known])
    )
    for kept in before:
        now = next(o for o in outcomes(lived) if (o.level, o.body) == (kept.level, kept.body))
        for name in ("verify_at", "dispatch_at", "given_at", "handle_at", "inspect_at"):
            moment = getattr(kept, name)
            if moment is not None and moment <= then:
                assert getattr(now, name) == moment, name


def test_every_measure_has_its_rule() -> None:
    outcome = Story().given(5).handled(60).whole()
    for measure in MEASURES:
        counts(measure, outcome, ReportSource.STAFF, START, after(9), exempt=False)
