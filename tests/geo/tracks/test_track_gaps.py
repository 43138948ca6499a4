"""Gaps: nothing is joined across them, whatever made them."""

import numpy as np
import pytest

from geo.tracks.fixes import Fixes
from geo.tracks.gaps import Gap
from geo.tracks.spans import Period, Span
from tests.geo.tracks.generate import START_MS, derived, fixes_at


def walk(moments: np.ndarray) -> Fixes:
    return fixes_at(moments, np.column_stack([1.2 * moments, 0 * moments]), 5.0)


def ms(seconds: float) -> int:
    return START_MS + round(1000 * seconds)


def with_a_hole(start_s: float, end_s: float) -> np.ndarray:
    moments = np.arange(0, 1801, 10.0)
    return moments[(moments <= start_s) | (moments >= end_s)]


def test_silence_is_a_gap_and_its_way_is_not_travel() -> None:
    day = derived(walk(with_a_hole(600, 1200)))
    assert day.gaps == (Gap(ms(600), ms(1200), "silence"),)
    assert day.clean_m == pytest.approx(1.2 * 1200, rel=0.02)
    assert set(day.run.tolist()) == {0, 1}
    assert [(move.start_ms, move.end_ms) for move in day.moves] == [(ms(0), ms(600)), (ms(1200), ms(1800))]


def test_a_short_silence_is_bridged() -> None:
    day = derived(walk(with_a_hole(600, 840)))
    assert day.gaps == ()
    assert day.clean_m == pytest.approx(1.2 * 1800, rel=0.02)


def test_what_the_phone_declared_is_a_gap_however_short() -> None:
    day = derived(walk(with_a_hole(600, 660)), declared_gaps=[Span(ms(605), ms(655), "hidden")])
    assert day.gaps == (Gap(ms(600), ms(660), "hidden"),)
    assert day.clean_m == pytest.approx(1.2 * 1740, rel=0.02)


def test_a_declared_gap_between_two_fixes_is_never_joined_across() -> None:
    for start, end in ((601, 602), (605, 605), (600, 610)):
        day = derived(walk(np.arange(0, 1801, 10.0)), declared_gaps=[Span(ms(start), ms(end), "hidden")])
        assert Gap(ms(600), ms(610), "hidden") in day.gaps
        assert len(set(day.run.tolist())) == len(day.gaps) + 1


def test_where_a_tracker_goes_on_while_the_page_is_hidden_the_way_is_known() -> None:
    moments = np.arange(0, 1801, 10.0)
    day = derived(walk(moments), declared_gaps=[Span(ms(603), ms(1197), "hidden")])
    assert day.gaps == ()
    assert day.clean_m == pytest.approx(1.2 * 1800, rel=0.02)


def test_a_lone_fix_within_a_declared_gap_joins_nothing() -> None:
    moments = with_a_hole(600, 1000)
    day = derived(walk(np.sort(np.r_[moments, 800.0])), declared_gaps=[Span(ms(601), ms(999), "hidden")])
    assert day.gaps == (Gap(ms(600), ms(800), "hidden"), Gap(ms(800), ms(1000), "hidden"))
    assert day.clean_m == pytest.approx(1.2 * 1400, rel=0.02)


def test_silence_at_the_edges_of_a_patrol_is_a_gap() -> None:
    fixes = walk(np.arange(600, 1201, 10.0))
    day = derived(fixes, periods=[Period(ms(0), ms(1800))])
    assert day.gaps == (Gap(ms(0), ms(600), "silence"), Gap(ms(1200), ms(1800), "silence"))
    assert (day.recorded_s, day.unknown_s, day.outside_s) == (1800, 1200, 600)


def test_a_patrol_without_a_fix_is_one_gap() -> None:
    day = derived(walk(np.zeros(0)), periods=[Period(ms(0), ms(1800))])
    assert day.gaps == (Gap(ms(0), ms(1800), "silence"),)
    assert day.unknown_s == 1800


def test_declared_gaps_may_overlap_and_come_in_any_order() -> None:
    fixes = walk(with_a_hole(600, 660))
    spans = [Span(ms(605), ms(655), "hidden"), Span(ms(610), ms(650), "denied"), Span(ms(700), ms(600), "backwards")]
    assert derived(fixes, declared_gaps=spans).gaps == derived(fixes, declared_gaps=spans[::-1]).gaps
    assert [gap.why for gap in derived(fixes, declared_gaps=spans).gaps] == ["hidden"]


def test_a_pause_ends_a_stay() -> None:
    moments = np.arange(0, 1801, 10.0)
    fixes = fixes_at(moments, np.zeros((len(moments), 2)), 5.0)
    day = derived(fixes, periods=[Period(ms(0), ms(800)), Period(ms(1000), ms(1800))])
    assert [(stay.start_ms, stay.end_ms) for stay in day.stays] == [(ms(0), ms(800)), (ms(1000), ms(1800))]
