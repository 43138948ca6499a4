"""The shift between GCJ-02 and BD-09, the datum of Baidu's maps, and from it to WGS84. Degrees, lng before lat.

Baidu publishes no formula. This is the one in common use ("coordtransform", MIT, github.com/wandergis/coordtransform), good
to a few metres. Its own way back is an approximation, some centimetres off: `bd09_to_gcj02` iterates on the way there instead.
"""

import numpy as np
from numpy.typing import NDArray

from geo.gcj02 import from_gcj02, to_gcj02

Floats = NDArray[np.float64]

_RIPPLE = np.pi * 3000.0 / 180.0
_EAST, _NORTH = 0.0065, 0.006
# The ripple's slope is below 0.002, so each round gains almost three digits.
_ROUNDS = 4


def gcj02_to_bd09(lng_lat: Floats) -> Floats:
    """GCJ-02 to BD-09, for an array of shape (n, 2)."""
    lng, lat = lng_lat[:, 0], lng_lat[:, 1]
    length = np.hypot(lng, lat) + 0.00002 * np.sin(lat * _RIPPLE)
    turn = np.arctan2(lat, lng) + 0.000003 * np.cos(lng * _RIPPLE)
    return np.column_stack((length * np.cos(turn) + _EAST, length * np.sin(turn) + _NORTH))


def bd09_to_gcj02(lng_lat: Floats) -> Floats:
    """BD-09 to GCJ-02, for an array of shape (n, 2); what `gcj02_to_bd09` gives is undone to less than a centimetre."""
    found: Floats = lng_lat - np.array([_EAST, _NORTH])
    for _ in range(_ROUNDS):
        found = np.add(found, lng_lat - gcj02_to_bd09(found))
    return found


def to_bd09(lng_lat: Floats) -> Floats:
    """WGS84 to BD-09, for an array of shape (n, 2)."""
    return gcj02_to_bd09(to_gcj02(lng_lat))


def from_bd09(lng_lat: Floats) -> Floats:
    """BD-09 to WGS84, for an array of shape (n, 2)."""
    return from_gcj02(bd09_to_gcj02(lng_lat))
