"""Where somebody was at a second of a kept day: on the way, standing, out of reach, and before it began."""

import numpy as np
import pytest

from geo.tracks.moment import Known, place_at
from geo.tracks.wire import Replay

# Two runs with half an hour between of which nothing is known; in the second, an hour of standing.
TRACK = Replay(
    at_s=np.array([1000, 1010, 1030, 2830, 6430]),
    lng=np.array([120.0, 120.001, 120.003, 120.01, 120.01]),
    lat=np.array([31.0, 31.0, 31.002, 31.01, 31.01]),
    gone_m=np.zeros(5),
    run_points=np.array([3, 2]),
    stays=[(3, 4, 10)],
)


@pytest.mark.parametrize(
    ("second", "since", "known"),
    [
        (999, 0, None),
        (1000, 0, Known(1000, 120.0, 31.0)),
        (1005, 0, Known(1005, 120.0005, 31.0)),
        (1020, 0, Known(1020, 120.002, 31.001)),
        (1030, 0, Known(1030, 120.003, 31.002)),
        (2000, 0, Known(1030, 120.003, 31.002)),
        (2000, 1500, None),
        (5000, 0, Known(5000, 120.01, 31.01)),
        (9999, 0, Known(6430, 120.01, 31.01)),
    ],
)
def test_place(second: int, since: int, known: Known | None) -> None:
    found = place_at(TRACK, second, since)
    assert found == (pytest.approx(known) if known else None)


def test_a_day_without_a_point_knows_nothing() -> None:
    nothing = np.zeros(0)
    empty = Replay(np.zeros(0, dtype=np.int64), nothing, nothing, nothing, np.zeros(0, dtype=np.int64), [])
    assert place_at(empty, 1000, 0) is None
