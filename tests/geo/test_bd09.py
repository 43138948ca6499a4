"""BD-09: against published pairs, and there and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.bd09 import bd09_to_gcj02, from_bd09, gcj02_to_bd09, to_bd09
from geo.geodesy import metres_per_degree

# What the README of coordtransform (MIT, github.com/wandergis/coordtransform) gives for 116.404, 39.915.
PLACE = (116.404, 39.915)
AS_BD09 = (116.41036949371029, 39.92133699351021)
FROM_BD09 = (116.39762729119315, 39.90865673957631)


def one(lng: float, lat: float) -> np.ndarray:
    return np.array([[lng, lat]])


def metres(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.hypot(*((a - b) * metres_per_degree(float(a[0, 1])))[0]))


def test_the_published_pair_there() -> None:
    assert gcj02_to_bd09(one(*PLACE))[0] == pytest.approx(AS_BD09, abs=1e-9)


def test_the_published_pair_back_is_an_approximation_that_we_better() -> None:
    ours = bd09_to_gcj02(one(*PLACE))
    assert metres(ours, one(*FROM_BD09)) < 0.1
    assert metres(gcj02_to_bd09(ours), one(*PLACE)) < metres(gcj02_to_bd09(one(*FROM_BD09)), one(*PLACE)) / 10


def test_baidu_lies_hundreds_of_metres_off() -> None:
    assert 600 < metres(to_bd09(one(120.3664, 31.8045)), one(120.3664, 31.8045)) < 1500


@given(st.floats(74, 134), st.floats(18, 53))
def test_there_and_back_is_closer_than_a_centimetre(lng: float, lat: float) -> None:
    place = one(lng, lat)
    assert metres(bd09_to_gcj02(gcj02_to_bd09(place)), place) < 0.01
    assert metres(from_bd09(to_bd09(place)), place) < 0.02
