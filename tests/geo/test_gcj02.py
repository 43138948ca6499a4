"""GCJ-02: against published pairs, against what the phones compute, and there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.gcj02 import from_gcj02, to_gcj02
from geo.geodesy import metres_per_degree

# The test pairs of eviltransform (MIT, github.com/googollee/eviltransform), WGS84 then GCJ-02.
PAIRS = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


def metres(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.hypot(*((one - other) * metres_per_degree(float(one[0, 1])))[0]))


def one(lng: float, lat: float) -> np.ndarray:
    return np.array([[lng, lat]])


@pytest.mark.parametrize(("wgs84", "gcj02"), PAIRS)
def test_published_pairs(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert metres(to_gcj02(one(*wgs84)), one(*gcj02)) < 1.0


def test_jiangyin_is_shifted_by_about_490_m_as_the_phones_say() -> None:
    place = one(120.3664, 31.8045)
    assert 470 < metres(place, to_gcj02(place)) < 510


@given(st.floats(74, 134), st.floats(18, 53))
def test_there_and_back_is_closer_than_a_centimetre(lng: float, lat: float) -> None:
    place = one(lng, lat)
    assert metres(from_gcj02(to_gcj02(place)), place) < 0.01


@given(st.floats(74, 134), st.floats(18, 53))
def test_back_and_there_too(lng: float, lat: float) -> None:
    place = one(lng, lat)
    assert metres(to_gcj02(from_gcj02(place)), place) < 0.01
