"""What holds for any day: generated walks with halts, holes, teleports and rubbish, in any order and any batches."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.tracks.cleaning import Flag
from geo.tracks.coverage import cells_of
from geo.tracks.day import DerivedDay, to_bytes
from geo.tracks.exports import as_measured, geojson, gpx, mf_json
from geo.tracks.fixes import Fixes
from geo.tracks.net import GridShape
from geo.tracks.rules import Travel, rules_for
from geo.tracks.spans import Period, Span
from geo.tracks.wire import decode, encode
from tests.geo.tracks.generate import PLANE, START_MS, columns, derived, fixes_at, taken, together
from tests.geo.tracks.test_track_dwell import ground

GRIDS = [
    GridShape(f"{x},{y}", ground(200 * x, 200 * y, 200 * x + 200, 200 * y + 200))
    for x in range(-2, 3)
    for y in range(-2, 3)
]
WILD = [np.nan, np.inf, -np.inf, 0.0, -0.0, -1.0, 1e9, 3.0, 90.0, 179.9999999, -180.0, 120.001, 30.001]


@st.composite
def days(draw: st.DrawFn) -> Fixes:
    """A walk of 10 to 60 minutes by random steps, with halts and holes."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    every_s = draw(st.sampled_from([10, 15, 30]))
    moments = np.arange(0, draw(st.integers(600, 2400)), every_s, dtype=float)
    walking = np.repeat(random.random(len(moments) // 20 + 1) < 0.6, 20)[: len(moments)]
    heading = np.cumsum(random.normal(0, 0.3, len(moments)))
    steps = np.column_stack([np.cos(heading), np.sin(heading)]) * (1.2 * every_s * walking)[:, None]
    places = np.cumsum(steps, axis=0) + random.normal(0, draw(st.sampled_from([0.5, 4.0])), (len(moments), 2))
    fixes = fixes_at(moments, places, np.round(random.uniform(3, 20, len(moments)), 1))
    hole = draw(st.integers(0, 3)) * random.random()
    at = random.random() * moments[-1]
    return taken(fixes, (moments < at) | (moments > at + 400 * hole))


@st.composite
def wild_days(draw: st.DrawFn) -> Fixes:
    """Anything that the type allows."""
    count = draw(st.integers(0, 12))
    some = st.lists(st.sampled_from(WILD), min_size=count, max_size=count).map(np.array)
    times = st.integers(-(2**63), 2**63 - 1) | st.integers(START_MS, START_MS + 100_000)
    at_ms = np.array(draw(st.lists(times, min_size=count, max_size=count)), dtype=np.int64)
    lng, lat, accuracy_m, speed = (draw(some).astype(float) for _ in range(4))
    return Fixes(at_ms, lng, lat, accuracy_m, speed, np.array(draw(some) > 2, dtype=np.int64))


SPANS = st.lists(
    st.tuples(st.integers(-100, 4000), st.integers(-100, 4000), st.sampled_from(["hidden", "denied"])), max_size=3
)


def spans_of(told: list[tuple[int, int, str]]) -> list[Span]:
    return [Span(START_MS + 1000 * start, START_MS + 1000 * end, why) for start, end, why in told]


def holds_together(day: DerivedDay) -> None:
    """What is true of every day."""
    for column in (day.gone_m, *(np.array([stay.lng, stay.lat, stay.radius_m]) for stay in day.stays)):
        assert np.isfinite(column).all()
    assert np.isfinite([day.raw_m, day.clean_m, day.recorded_s, day.outside_s, day.unknown_s]).all()
    assert day.clean_m >= 0
    # Nobody has gone farther than from fix to fix.
    assert day.clean_m <= day.raw_m + 0.01
    assert (np.diff(day.gone_m) >= -1e-9).all()
    assert sum(move.metres for move in day.moves) == pytest.approx(day.clean_m, abs=1e-6)
    known_s = sum(day.dwell_s.values()) + day.outside_s + day.unknown_s
    assert known_s == pytest.approx(day.recorded_s, abs=0.001)
    assert min(day.dwell_s.values(), default=0) >= 0
    shapes = {grid.code: grid.shape for grid in GRIDS}
    for code, cells in day.coverage.items():
        assert np.isin(cells, cells_of(shapes[code])).all()
    for gap in day.gaps:
        assert gap.start_ms <= gap.end_ms
        before, after = (day.fixes.at_ms[day.clean] <= gap.start_ms), (day.fixes.at_ms[day.clean] >= gap.end_ms)
        assert (before | after).all()
        runs = day.run[day.clean]
        if gap.end_ms > gap.start_ms:
            assert not set(runs[before]) & set(runs[after])
            assert np.ptp(day.gone_m[before][-1:].tolist() + day.gone_m[after & ~before][:1].tolist() or [0]) < 1e-9
    assert all(one.end_ms <= other.start_ms for one, other in zip(day.gaps, day.gaps[1:], strict=False))
    assert (day.flags[day.clean] == Flag.OK).all()
    assert ((day.run >= 0) == (day.flags == Flag.OK)).all()
    for level in day.levels:
        assert np.isin(level, day.clean).all()
        assert {row for stay in day.stays for row in (stay.first, stay.last)} <= set(level.tolist())
    replay = decode(encode(day))
    assert replay.run_points.sum() == len(replay.at_s)
    for text in (gpx(as_measured(day), "x"), geojson(as_measured(day)), mf_json(as_measured(day))):
        assert text


@given(days(), SPANS)
def test_any_day_holds_together(fixes: Fixes, gaps: list[tuple[int, int, str]]) -> None:
    holds_together(derived(fixes, declared_gaps=spans_of(gaps), grids=GRIDS))


@given(wild_days(), SPANS, st.sampled_from(Travel))
def test_whatever_is_sent_makes_a_day(fixes: Fixes, gaps: list[tuple[int, int, str]], travel: Travel) -> None:
    periods = [Period(START_MS, START_MS + 60_000), Period(START_MS + 50_000, START_MS + 70_000)]
    day = derived(fixes, periods=periods, declared_gaps=spans_of(gaps), grids=GRIDS, rules=rules_for(travel))
    holds_together(day)


@given(days(), wild_days(), SPANS, st.integers(0, 2**32))
def test_order_batches_and_repeats_change_nothing(
    fixes: Fixes, rubbish: Fixes, gaps: list[tuple[int, int, str]], seed: int
) -> None:
    random = np.random.default_rng(seed)
    whole = Period(START_MS, START_MS + 3_600_000)
    given_fixes = together(fixes, replace(fixes, source=fixes.source + 1, lat=fixes.lat + 1e-5), rubbish)
    spans = spans_of(gaps)
    first = derived(given_fixes, periods=[whole], declared_gaps=spans, grids=GRIDS)
    batches = np.array_split(random.permutation(len(given_fixes)), 1 + seed % 7)
    again = random.integers(0, max(1, len(given_fixes)), 30)
    shuffled = together(*(taken(given_fixes, batch) for batch in batches), taken(given_fixes, again))
    halves = [Period(START_MS + 1_000_000, whole.end_ms), Period(START_MS, START_MS + 1_000_000)]
    second = derived(
        shuffled, periods=halves, declared_gaps=[*spans[::-1], *spans], grids=[GRIDS[n] for n in random.permutation(25)]
    )
    assert to_bytes(first) == to_bytes(second)


@given(days(), st.integers(0, 2**32))
def test_teleports_change_little(fixes: Fixes, seed: int) -> None:
    random = np.random.default_rng(seed)
    far = taken(fixes, random.permutation(len(fixes))[:8])
    far = replace(
        far, at_ms=far.at_ms + 1700, lng=far.lng + random.choice([-1, 1], 8)[: len(far)] * random.uniform(0.01, 5)
    )
    whole = [Period(START_MS, START_MS + 3_700_000)]
    plain, spoilt = (derived(each, periods=whole) for each in (fixes, together(fixes, far)))
    assert spoilt.clean_m == pytest.approx(plain.clean_m, abs=1e-6)
    assert (spoilt.flags == Flag.TOO_FAST).sum() == len(far)


@given(days(), st.integers(-(10**9), 10**9))
def test_a_day_an_hour_later_is_the_same_day(fixes: Fixes, shift_s: int) -> None:
    shift_ms = 120_000 * (shift_s // 1000)  # whole minutes: devices take turns by the clock
    later = derived(replace(fixes, at_ms=fixes.at_ms + shift_ms), grids=GRIDS)
    day = derived(fixes, grids=GRIDS)
    assert (later.clean_m, later.dwell_s, later.unknown_s) == (day.clean_m, day.dwell_s, day.unknown_s)
    assert [stay.start_ms - shift_ms for stay in later.stays] == [stay.start_ms for stay in day.stays]


@given(days())
def test_backwards_the_way_is_about_as_long(fixes: Fixes) -> None:
    day = derived(fixes)
    back = derived(replace(fixes, at_ms=2 * START_MS + 3_600_000 - fixes.at_ms))
    assert back.clean_m == pytest.approx(day.clean_m, rel=0.05, abs=60)


@given(days(), st.floats(-0.02, 0.02), st.floats(-0.0002, 0.0002))
def test_elsewhere_the_way_is_as_long(fixes: Fixes, east: float, north: float) -> None:
    moved = replace(fixes, lng=fixes.lng + east, lat=fixes.lat + north)
    assert derived(moved).clean_m == pytest.approx(derived(fixes).clean_m, rel=0.01, abs=15)


def test_the_hash_changes_with_each_input() -> None:
    fixes = fixes_at(np.arange(0, 600, 10.0), np.zeros((60, 2)))
    day = derived(fixes, grids=GRIDS)
    nudged = replace(fixes, accuracy_m=fixes.accuracy_m + np.eye(1, len(fixes))[0])
    others = [
        derived(nudged, grids=GRIDS),
        derived(fixes, grids=GRIDS[1:]),
        derived(fixes, grids=GRIDS, declared_gaps=[Span(1, 2, "hidden")]),
        derived(fixes, grids=GRIDS, rules=rules_for(Travel.CAR)),
        derived(fixes, grids=GRIDS, periods=[Period(START_MS, START_MS + 10)]),
    ]
    assert len({day.input_hash, *(other.input_hash for other in others)}) == 6


def test_the_generator_writes_what_it_says() -> None:
    fixes = fixes_at(np.array([0.0, 1.0]), np.array([[0.0, 0.0], [10.0, -10.0]]))
    assert np.allclose(PLANE.to_metres(fixes.lng, fixes.lat), [[0, 0], [10, -10]], atol=0.02)
    assert all(len(column) == 2 for column in columns(fixes))
