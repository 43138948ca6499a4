"""Stays beside those of MovingPandas and trackintel on the same days: they must tell the same halts.

Both look at distance and duration alone (40 m, 3 min). They know no noise, so they start a stay when a person comes within
their radius and end it when they leave it; hence the tolerance of a minute on its ends.
"""

import warnings
from datetime import timedelta

import numpy as np
import pytest

from geo.tracks.day import Stay
from geo.tracks.fixes import Fixes
from tests.geo.tracks.generate import PLANE, START_MS, Patrol, derived, patrol, seen

RADIUS_M, LEAST_S, TOLERANCE_S = 40.0, 180.0, 60.0
Span = tuple[float, float]


def of_movingpandas(fixes: Fixes) -> list[Span]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import movingpandas
        import pandas

        table = pandas.DataFrame(
            {"t": pandas.to_datetime(fixes.at_ms, unit="ms"), "x": fixes.lng, "y": fixes.lat, "id": 1}
        )
        way = movingpandas.Trajectory(table, traj_id=1, t="t", x="x", y="y")
        detector = movingpandas.TrajectoryStopDetector(way)
        stops = detector.get_stop_time_ranges(max_diameter=RADIUS_M, min_duration=timedelta(seconds=LEAST_S))
        return [(seconds(stop.t_0), seconds(stop.t_n)) for stop in stops]


def of_trackintel(fixes: Fixes) -> list[Span]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import geopandas
        import pandas
        import trackintel

        table = geopandas.GeoDataFrame(
            {"user_id": 1, "tracked_at": pandas.to_datetime(fixes.at_ms, unit="ms", utc=True)},
            geometry=geopandas.points_from_xy(fixes.lng, fixes.lat),
            crs=4326,
        )
        table.index.name = "id"
        positions = trackintel.Positionfixes(table)
        _fixes, stays = positions.generate_staypoints(
            dist_threshold=RADIUS_M, time_threshold=LEAST_S / 60, gap_threshold=15, include_last=True
        )
        starts, ends = stays["started_at"].dt.tz_localize(None), stays["finished_at"].dt.tz_localize(None)
        return [(seconds(start), seconds(end)) for start, end in zip(starts, ends, strict=True)]


def seconds(moment: object) -> float:
    return moment.timestamp() - START_MS / 1000  # type: ignore[attr-defined,no-any-return]


def matched(ours: list[Span], theirs: list[Span]) -> int:
    """How many of ours have their counterpart: most of the shorter one's time is common."""
    return sum(
        any(min(end, b) - max(start, a) > 0.6 * min(end - start, b - a) for a, b in theirs) for start, end in ours
    )


def spans(stays: tuple[Stay, ...]) -> list[Span]:
    return [((stay.start_ms - START_MS) / 1000, (stay.end_ms - START_MS) / 1000) for stay in stays]


def clear(truth: Patrol) -> list[Span]:
    """Halts that are well beyond the least duration, so that nobody may miss them."""
    return [(start, end) for start, end, _place in truth.halts if end - start > LEAST_S + TOLERANCE_S]


@pytest.mark.parametrize("oracle", [of_movingpandas, of_trackintel])
def test_the_oracles_find_the_same_halts(oracle) -> None:  # type: ignore[no-untyped-def]
    found = theirs_found = wanted = extra = theirs_count = 0
    off_s = []
    for seed in range(20, 28):
        truth = patrol(seed, minutes=75, speed_mps=1.3)
        fixes = seen(truth, seed, every_s=10, sigma_m=3)
        ours, theirs = spans(derived(fixes).stays), oracle(fixes)
        halts = clear(truth)
        wanted += len(halts)
        found += matched(halts, ours)
        theirs_found += matched(halts, theirs)
        extra += len(ours) - matched(ours, theirs)
        theirs_count += len(theirs)
        for start, end in halts:
            near = [(a, b) for a, b in theirs if min(b, end) > max(a, start)]
            mine = [(a, b) for a, b in ours if min(b, end) > max(a, start)]
            if len(near) == len(mine) == 1:
                off_s += [abs(near[0][0] - mine[0][0]), abs(near[0][1] - mine[0][1])]
    assert wanted > 15
    assert found == wanted
    assert theirs_found >= 0.9 * wanted
    assert extra <= 0.1 * theirs_count + 1
    assert np.median(off_s) < 30
    assert np.mean(np.array(off_s) < TOLERANCE_S) > 0.85


def test_the_places_are_those_of_the_truth() -> None:
    truth = patrol(21, minutes=75)
    day = derived(seen(truth, 21, every_s=10, sigma_m=3))
    places = np.array([place for *_span, place in truth.halts])
    for stay in day.stays:
        here = PLANE.to_metres(np.array([stay.lng]), np.array([stay.lat]))[0]
        assert np.hypot(*(places - here).T).min() < 6
