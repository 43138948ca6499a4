"""Time by grid, crossings and coverage, on grids whose borders are known in metres."""

import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from geo.geodesy import area_m2
from geo.tracks.coverage import bounds, cell_size_m, cells_at, cells_near, cells_of, middles, polygons, share
from geo.tracks.day import DerivedDay
from geo.tracks.fixes import Fixes
from geo.tracks.net import GridShape
from geo.tracks.spans import Period
from tests.geo.tracks.generate import PLANE, START_MS, derived, fixes_at, patrol, seen


def ground(west_m: float, south_m: float, east_m: float, north_m: float) -> Polygon:
    lng, lat = PLANE.to_degrees(np.array([[west_m, south_m], [east_m, north_m]]))
    return box(lng[0], lat[0], lng[1], lat[1])


WEST, EAST = GridShape("west", ground(-1000, -500, 0, 500)), GridShape("east", ground(0, -500, 1000, 500))


def along(*stops: tuple[float, float, float], every_s: float = 10, accuracy_m: float = 5.0) -> Fixes:
    """Through (seconds, east, north), straight between."""
    moments = np.arange(stops[0][0], stops[-1][0] + 1, every_s)
    at_s, east, north = np.array(stops, dtype=float).T
    places = np.column_stack([np.interp(moments, at_s, east), np.interp(moments, at_s, north)])
    return fixes_at(moments, places, accuracy_m)


def told(day: DerivedDay) -> list[tuple[float, str, bool]]:
    return [((each.at_ms - START_MS) / 1000, each.code, each.entered) for each in day.crossings]


def whole(day: DerivedDay) -> float:
    return sum(day.dwell_s.values()) + day.outside_s + day.unknown_s


def test_time_is_split_where_the_way_crosses_the_border() -> None:
    # The border is reached after 303 s, between two fixes.
    day = derived(along((0, -303, 0), (900, 597, 0)), grids=[WEST, EAST])
    assert day.dwell_s == {"east": pytest.approx(597, abs=0.1), "west": pytest.approx(303, abs=0.1)}
    assert told(day) == [
        (0, "west", True),
        (pytest.approx(303, abs=0.1), "west", False),
        (pytest.approx(303, abs=0.1), "east", True),
        (900, "east", False),
    ]


def test_time_outside_every_grid_is_told_apart() -> None:
    day = derived(along((0, 500, 0), (1000, 1500, 0)), grids=[WEST, EAST])
    assert day.dwell_s == {"east": pytest.approx(500, abs=0.1)}
    assert day.outside_s == pytest.approx(500, abs=0.1)
    assert told(day)[-1][1:] == ("east", False)


def test_a_step_over_the_border_and_back_is_no_crossing() -> None:
    for deep_m in (20, 45):
        day = derived(
            along((0, -200, 0), (200, -2, 0), (220, deep_m, 0), (245, -5, 0), (600, -300, 0)), grids=[WEST, EAST]
        )
        assert day.dwell_s == {"west": 600}
        assert [each[1:] for each in told(day)] == [("west", True), ("west", False)]


def test_along_the_border_within_the_accuracy_nothing_flaps() -> None:
    moments = np.arange(0, 1200, 10.0)
    wobble = np.where(np.arange(120) // 9 % 2, 6.0, -6.0)
    wobble[:6] = -40
    day = derived(fixes_at(moments, np.column_stack([wobble, 0.8 * moments - 480]), 12.0), grids=[WEST, EAST])
    assert list(day.dwell_s) == ["west"]
    assert len(day.crossings) == 2


def test_a_corner_that_was_only_touched_is_not_entered() -> None:
    # From the south-west over some 10 m of the north-west block into the north-east block.
    blocks = [
        GridShape("sw", ground(-500, -500, 0, 0)),
        GridShape("nw", ground(-500, 0, 0, 500)),
        GridShape("ne", ground(0, 0, 500, 500)),
    ]
    day = derived(along((0, -310, -300), (500, 190, 200)), grids=blocks)
    assert list(day.dwell_s) == ["ne", "sw"]
    assert whole(day) == pytest.approx(500)


def test_a_grid_crossed_between_two_fixes_is_seen() -> None:
    strip = [
        GridShape("a", ground(-2000, -50, -50, 50)),
        GridShape("strip", ground(-50, -50, 50, 50)),
        GridShape("c", ground(50, -50, 2000, 50)),
    ]
    day = derived(along((0, -600, 0), (1200, 600, 0), every_s=240), grids=strip)
    assert [each[1] for each in told(day)] == ["a", "a", "strip", "strip", "c", "c"]
    assert day.dwell_s["strip"] == pytest.approx(50, abs=1)  # 100 s there, half of each interval is known
    assert day.unknown_s == pytest.approx(600)


def test_of_a_long_interval_only_two_minutes_are_known() -> None:
    day = derived(along((0, -500, 0), (200, -500, 0), every_s=200), grids=[WEST])
    assert (day.dwell_s, day.unknown_s) == ({"west": 120}, 80)


def test_standing_all_day_in_a_grid_is_known_throughout() -> None:
    moments = np.arange(0, 28_800, 10.0)
    day = derived(fixes_at(moments, np.full((len(moments), 2), -100.0), 5.0), grids=[WEST, EAST])
    assert day.dwell_s == {"west": 28_790}


def test_where_grids_lie_over_each_other_the_smaller_counts() -> None:
    inner = GridShape("inner", ground(-300, -100, -100, 100))
    for grids in ([WEST, inner], [inner, WEST]):
        day = derived(along((0, -500, 0), (500, 0, 0)), grids=grids)
        assert day.dwell_s == {"inner": pytest.approx(200, abs=0.5), "west": pytest.approx(300, abs=0.5)}


def test_after_a_gap_a_grid_is_entered_anew() -> None:
    moments = np.r_[np.arange(0, 300, 10.0), np.arange(900, 1200, 10.0)]
    day = derived(fixes_at(moments, np.full((60, 2), -100.0), 5.0), grids=[WEST])
    assert [each[1:] for each in told(day)] == [("west", True), ("west", False)] * 2
    assert (day.dwell_s, day.unknown_s) == ({"west": 580}, 610)


def test_longitude_is_not_latitude() -> None:
    # Ten minutes north of the equator's far side: swapped, this lies off the earth or in another grid.
    day = derived(along((0, -100, 0), (600, -100, 480)), grids=[WEST, EAST])
    assert day.dwell_s == {"west": 600}
    cells = day.coverage["west"]
    lng, lat = middles(cells)
    assert (np.abs(lng - 120) < 0.01).all()
    assert (np.abs(lat - 30) < 0.01).all()


@pytest.mark.parametrize("lat", [-89.99, -66.0, -30.0, 0.0, 18.2, 30.25, 53.5, 80.0])
def test_cells_are_of_one_size_and_fill_the_earth(lat: float) -> None:
    random = np.random.default_rng(1)
    lng, lats = random.uniform(-180, 180, 300), np.clip(random.normal(lat, 0.001, 300), -90, 90)
    cells = cells_at(lng, lats)
    west, south, east, north = bounds(cells).T
    assert ((west - 1e-9 <= lng) & (lng <= east + 1e-9) & (south - 1e-9 <= lats) & (lats <= north + 1e-9)).all()
    assert (cells_at(*middles(cells)) == cells).all()
    assert cells.max() < 2**39
    if abs(lat) < 85:
        width_m, height_m = cell_size_m(int(cells[0]))
        assert width_m == pytest.approx(50, abs=0.1)
        assert height_m == pytest.approx(50, abs=0.4)


def test_grids_that_tile_share_out_every_cell() -> None:
    # No cell's middle lies on this border.
    ours, theirs = cells_of(ground(-1000, -500, 7, 500)), cells_of(ground(7, -500, 1000, 500))
    assert not len(np.intersect1d(ours, theirs))
    both = cells_of(ground(-1000, -500, 1000, 500))
    assert np.array_equal(np.sort(np.r_[ours, theirs]), both)
    assert len(both) * 2500 == pytest.approx(area_m2(ground(-1000, -500, 1000, 500)), rel=0.06)
    assert (np.diff(ours) > 0).all()


def test_a_grid_smaller_than_a_cell_has_one() -> None:
    tiny = GridShape("tiny", ground(3, 3, 8, 8))
    assert len(cells_of(tiny.shape)) == 1
    day = derived(along((0, -100, 5), (200, 100, 5)), grids=[tiny])
    assert share(day.coverage["tiny"], tiny.shape) == 1


def test_coverage_is_what_lies_within_twenty_metres() -> None:
    fixes = along((0, -900, 13), (1500, -100, 250))
    day = derived(fixes, grids=[WEST])
    lng, lat = PLANE.to_degrees(np.array([[-900.0, 13.0], [-100.0, 250.0]]))
    line = PLANE.to_metres(lng, lat)
    cells = cells_of(WEST.shape)
    away_m = []
    for polygon in polygons(cells):
        metres = PLANE.to_metres(*shapely.get_coordinates(polygon).T)
        away_m.append(shapely.distance(Polygon(metres), shapely.linestrings(line)))
    away_m = np.array(away_m)
    covered = np.isin(cells, day.coverage["west"])
    assert covered[away_m < 19].all()
    assert not covered[away_m > 21].any()
    assert share(day.coverage["west"], WEST.shape) == pytest.approx(covered.mean())
    assert 0.05 < covered.mean() < 0.15


def test_coverage_does_not_run_over_a_gap() -> None:
    moments = np.r_[np.arange(0, 300, 10.0), np.arange(900, 1200, 10.0)]
    places = np.column_stack([np.where(moments < 600, -900.0, -100.0), 0 * moments])
    day = derived(fixes_at(moments, places, 5.0), grids=[WEST])
    east_m = PLANE.to_metres(*middles(day.coverage["west"]))[:, 0]
    assert not ((east_m > -800) & (east_m < -200)).any()


def test_coverage_over_the_180th_meridian() -> None:
    cells = cells_near([(np.array([179.999, -179.999]), np.array([10.0, 10.0]))], 20.0)
    lng, _lat = middles(cells)
    assert (np.abs(lng) > 179.99).all()
    assert 4 <= len(cells) <= 20


@pytest.mark.parametrize("seed", range(4))
def test_time_adds_up(seed: int) -> None:
    truth = patrol(seed)
    side_m = 150
    blocks = [
        GridShape(f"{x},{y}", ground(x * side_m, y * side_m, (x + 1) * side_m, (y + 1) * side_m))
        for x in range(-8, 8)
        for y in range(-8, 8)
    ]
    fixes = seen(truth, seed, every_s=5, sigma_m=5)
    recorded = [Period(START_MS - 700_000, START_MS + 2_000_000), Period(START_MS + 2_100_000, START_MS + 9_000_000)]
    day = derived(fixes, periods=recorded, grids=blocks)
    assert whole(day) == pytest.approx(day.recorded_s, abs=0.001)
    assert day.recorded_s == 9600
    assert len(day.dwell_s) > 3
    for code, cells in day.coverage.items():
        (shape,) = [each.shape for each in blocks if each.code == code]
        assert np.isin(cells, cells_of(shape)).all()
        assert (np.diff(cells) > 0).all()
    inside = set()
    for each in day.crossings:
        (inside.add if each.entered else inside.remove)(each.code)
        assert len(inside) <= 1
    assert not inside
    assert [each.at_ms for each in day.crossings] == sorted(each.at_ms for each in day.crossings)
