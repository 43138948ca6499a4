"""Which fixes count, and why the others do not: small days made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from geo.tracks.cleaning import Flag
from geo.tracks.day import to_bytes
from geo.tracks.fixes import Fixes
from geo.tracks.rules import Travel, rules_for
from geo.tracks.spans import Period
from tests.geo.tracks.generate import START_MS, WALK, derived, fixes_at, patrol, seen, taken, together

CALM = np.arange(0, 600, 10.0)


def walk(moments: np.ndarray = CALM, *, source: int = 1, accuracy_m: float = 5.0, aside_m: float = 0.0) -> Fixes:
    """East at 1.2 m/s."""
    places = np.column_stack([1.2 * moments, np.full(len(moments), aside_m)])
    return fixes_at(moments, places, accuracy_m, source=source)


def flags_of(fixes: Fixes, **given: object) -> list[int]:
    return [Flag(int(flag)) for flag in derived(fixes, **given).flags]  # type: ignore[arg-type]


def test_a_plain_walk_counts_whole() -> None:
    day = derived(walk())
    assert set(day.flags.tolist()) == {Flag.OK}
    assert day.clean_m == pytest.approx(1.2 * 590, rel=0.01)
    assert day.raw_m == pytest.approx(1.2 * 590, rel=0.001)


def test_a_row_that_came_twice_is_one_row() -> None:
    once, twice = walk(), together(walk(), walk())
    assert to_bytes(derived(twice)) == to_bytes(derived(once))


def test_of_two_opinions_on_one_moment_the_better_counts_whichever_came_first() -> None:
    better, worse = walk(CALM[:1]), fixes_at(CALM[:1], np.array([[9.0, 0.0]]), 30.0)
    for both in (together(better, worse), together(worse, better)):
        day = derived(both)
        assert day.flags.tolist() == [Flag.OK, Flag.DUPLICATE]
        assert day.fixes.accuracy_m.tolist() == [5.0, 30.0]


def test_the_same_moment_from_another_device_is_no_duplicate() -> None:
    day = derived(together(walk(CALM[:1]), walk(CALM[:1], source=2, aside_m=3)))
    assert sorted(day.flags.tolist()) == [Flag.OK, Flag.OTHER_SOURCE]


def test_fixes_outside_every_period_count_for_nothing() -> None:
    periods = [Period(START_MS + 100_000, START_MS + 200_000), Period(START_MS + 400_000, START_MS + 500_000)]
    day = derived(walk(), periods=periods)
    at_s = (day.fixes.at_ms - START_MS) / 1000
    inside = ((at_s >= 100) & (at_s <= 200)) | ((at_s >= 400) & (at_s <= 500))
    assert (day.flags[inside] == Flag.OK).all()
    assert (day.flags[~inside] == Flag.OUTSIDE_PATROL).all()
    assert [(gap.start_ms - START_MS, gap.end_ms - START_MS, gap.why) for gap in day.gaps] == [
        (200_000, 400_000, "paused")
    ]
    assert day.clean_m == pytest.approx(240, rel=0.03)
    assert day.raw_m == pytest.approx(240, rel=0.01)


def test_without_a_period_nothing_counts() -> None:
    day = derived(walk(), periods=[])
    assert set(day.flags.tolist()) == {Flag.OUTSIDE_PATROL}
    assert (day.clean_m, day.raw_m, day.recorded_s, day.unknown_s) == (0, 0, 0, 0)


def test_periods_may_overlap_touch_and_come_in_any_order() -> None:
    whole = derived(walk(), periods=[Period(START_MS, START_MS + 590_000)])
    parts = [(300, 590), (0, 200), (150, 250), (250, 300), (20, 30), (500, 400)]
    many = derived(walk(), periods=[Period(START_MS + 1000 * a, START_MS + 1000 * b) for a, b in parts])
    assert to_bytes(many) == to_bytes(whole)


@pytest.mark.parametrize(
    ("accuracy_m", "flag"),
    [(50, Flag.OK), (51, Flag.INACCURATE), (1e9, Flag.INACCURATE), (np.inf, Flag.OK), (np.nan, Flag.OK), (0, Flag.OK),
     (-1, Flag.OK)],
)  # fmt: skip
def test_the_accuracy_gate(accuracy_m: float, flag: Flag) -> None:
    # What is no accuracy says nothing, so it bars nothing.
    fixes = walk()
    fixes.accuracy_m[30] = accuracy_m
    assert flags_of(fixes)[30] == flag


@pytest.mark.parametrize(
    ("lng", "lat"), [(np.nan, 30), (120, np.nan), (np.inf, 30), (120, -np.inf), (181, 30), (120, 90.1), (0, 0)]
)
def test_places_that_are_none(lng: float, lat: float) -> None:
    fixes = walk()
    fixes.lng[30], fixes.lat[30] = lng, lat
    assert flags_of(fixes)[30] == Flag.ODD_PLACE


@pytest.mark.parametrize("at_ms", [-1, 0, -(2**63), 2**63 - 1, 5_000_000_000_000])
def test_times_that_are_none(at_ms: int) -> None:
    fixes = walk()
    fixes.at_ms[30] = at_ms
    everything = [Period(-(2**63), 2**63 - 1)]
    day = derived(fixes, periods=[Period(START_MS, START_MS + 590_000)])
    assert day.flags[day.fixes.at_ms == at_ms].tolist() == [Flag.ODD_TIME]
    assert derived(fixes, periods=everything).clean_m == pytest.approx(708, rel=0.02)


def test_times_beyond_2038_are_times() -> None:
    fixes = walk()
    late = replace(fixes, at_ms=fixes.at_ms + 10**12)
    assert derived(late).clean_m == derived(fixes).clean_m


def test_a_teleport_is_flagged_and_adds_nothing() -> None:
    for rows in ([30], [30, 31, 32], [0], [0, 1], [59], [57, 58, 59], [10, 30, 31, 50]):
        fixes = walk()
        fixes.lat[rows] += 0.02
        day = derived(fixes)
        assert np.flatnonzero(day.flags == Flag.TOO_FAST).tolist() == rows
        assert day.clean_m == pytest.approx(derived(walk()).clean_m, abs=1.2 * 10 * 3 + 1)
        assert day.raw_m > 2000
        assert not day.gaps


def test_a_place_on_which_many_fixes_agree_is_believed_and_the_way_there_is_a_gap() -> None:
    fixes = walk()
    fixes.lat[30:] += 0.02
    day = derived(fixes)
    assert set(day.flags.tolist()) == {Flag.OK}
    assert [gap.why for gap in day.gaps] == ["too_fast"]
    assert day.clean_m == pytest.approx(1.2 * 580, rel=0.02)


@pytest.mark.parametrize(
    ("travel", "mps", "counts"),
    [("walk", 4.0, True), ("walk", 12.0, False), ("ebike", 12.0, True), ("ebike", 25.0, False), ("car", 30.0, True),
     ("car", 60.0, False)],
)  # fmt: skip
def test_each_way_to_travel_has_its_limit(travel: str, mps: float, counts: bool) -> None:
    fixes = fixes_at(CALM, np.column_stack([mps * CALM, 0 * CALM]), 5.0)
    day = derived(fixes, rules=rules_for(Travel(travel)))
    assert (day.clean_m == pytest.approx(mps * 590, rel=0.01)) == counts
    assert counts or day.clean_m == 0


def test_two_devices_are_one_way_not_a_zigzag() -> None:
    truth = patrol(5)
    page = seen(truth, 5, every_s=5, sigma_m=5, source=1)
    tracker = seen(truth, 6, every_s=10, sigma_m=4, source=2)
    tracker = replace(tracker, lat=tracker.lat + 15 / 110_852)  # its antenna sits elsewhere
    alone = derived(page).clean_m
    both = derived(together(page, tracker))
    assert both.clean_m == pytest.approx(truth.length_m, rel=0.05)
    assert both.clean_m == pytest.approx(alone, rel=0.05)
    assert both.raw_m < 1.3 * max(derived(page).raw_m, derived(tracker).raw_m)
    counting = both.fixes.source[both.flags == Flag.OK]
    assert np.mean(counting[1:] != counting[:-1]) < 0.01


def test_where_one_device_is_silent_the_other_speaks() -> None:
    truth = patrol(5)
    page, tracker = (seen(truth, n, every_s=5, sigma_m=4, source=n) for n in (1, 2))
    hidden = (page.at_ms > START_MS + 1_200_000) & (page.at_ms < START_MS + 2_400_000)
    day = derived(together(taken(page, ~hidden), tracker))
    assert not day.gaps
    assert day.clean_m == pytest.approx(truth.length_m, rel=0.05)


def test_a_flood_within_one_second_is_thinned() -> None:
    moments = np.arange(0, 60, 0.01)
    day = derived(fixes_at(moments, np.column_stack([1.2 * moments, 0 * moments]), 5.0))
    assert (day.flags == Flag.OK).sum() == 120
    assert (day.flags == Flag.CROWDED).sum() == 5880


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_fixes_make_a_day(count: int) -> None:
    day = derived(walk(CALM[:count]))
    assert len(day.clean) == len(day.gone_m) == count
    assert day.clean_m >= 0
    assert to_bytes(day) == to_bytes(day)


def test_fixes_all_in_one_place_are_one_stay() -> None:
    day = derived(fixes_at(CALM, np.zeros((60, 2)), 5.0))
    assert day.clean_m == 0
    assert [(stay.fixes, stay.radius_m) for stay in day.stays] == [(60, pytest.approx(0, abs=1e-6))]


@pytest.mark.parametrize(
    ("lng", "lat"), [(179.999, 10.0), (-179.999, -10.0), (10.0, 90.0), (10.0, -90.0), (10.0, 89.9)]
)
def test_the_earth_is_round(lng: float, lat: float) -> None:
    moments = np.arange(0, 600, 10.0)
    moved = (lng + np.linspace(0, 0.01, 60) + 180) % 360 - 180
    flat = np.full(60, 0.0)
    fixes = Fixes(
        fixes_at(moments, np.zeros((60, 2))).at_ms, moved, flat + lat, flat + 5, flat, np.zeros(60, dtype=np.int64)
    )
    day = derived(fixes, rules=WALK)
    assert (day.flags == Flag.OK).all()
    assert np.isfinite(day.clean_m)
    assert day.clean_m < 1200
    assert b"NaN" not in to_bytes(day)[:20_000].split(b"\n")[0]


def test_each_period_has_the_rules_of_how_the_person_went_about() -> None:
    # Ten minutes on foot, then ten on an e-bike at 40 km/h; on foot that would be too fast.
    moments = np.arange(0, 1200.0, 5)
    east = np.where(moments < 600, 1.2 * moments, 720 + 11.1 * (moments - 600))
    fixes = fixes_at(moments, np.column_stack([east, np.zeros(len(east))]))
    changed_ms = START_MS + 600_000
    on_foot = Period(START_MS, changed_ms, Travel.WALK)
    riding = Period(changed_ms, START_MS + 1_200_000, Travel.EBIKE)
    day = derived(fixes, periods=[riding, on_foot])
    assert (day.flags == Flag.OK).all()
    assert day.clean_m == pytest.approx(east[-1], rel=0.02)
    walked = derived(fixes, periods=[on_foot, Period(changed_ms, riding.end_ms, Travel.WALK)])
    assert walked.clean_m < 800
    assert walked.input_hash != day.input_hash
    # A ride before a walk makes no walker of 40 km/h.
    ridden_first = derived(
        fixes, periods=[Period(START_MS, changed_ms, Travel.EBIKE), replace(riding, travel=Travel.WALK)]
    )
    assert ridden_first.clean_m < 800
