"""The shift between WGS84 and GCJ-02, the datum of Chinese map services, in both directions. Degrees, lng before lat.

The forward formula is the public approximation of the official one ("eviltransform", MIT; the same as in
`pwa/src/lib/datum.ts`), good to a few metres inside mainland China. It has no closed inverse: `from_gcj02` iterates.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SEMI_MAJOR_M = 6_378_245.0  # Krassovsky's ellipsoid, on which the formula is built
ECCENTRICITY_2 = 0.006693421622965943
# The shift changes by less than 1 in 1,000 from point to point, so each round gains three digits.
_ROUNDS = 4


def to_gcj02(lng_lat: Floats) -> Floats:
    """WGS84 to GCJ-02, for an array of shape (n, 2)."""
    x, y = lng_lat[:, 0] - 105.0, lng_lat[:, 1] - 35.0
    phi = np.radians(lng_lat[:, 1])
    w = 1 - ECCENTRICITY_2 * np.sin(phi) ** 2
    meridian_m = SEMI_MAJOR_M * (1 - ECCENTRICITY_2) / (w * np.sqrt(w))
    parallel_m = SEMI_MAJOR_M / np.sqrt(w) * np.cos(phi)
    shift: Floats = np.column_stack((np.degrees(_east_m(x, y) / parallel_m), np.degrees(_north_m(x, y) / meridian_m)))
    return np.add(lng_lat, shift)


def from_gcj02(lng_lat: Floats) -> Floats:
    """GCJ-02 to WGS84, for an array of shape (n, 2); what `to_gcj02` gives is undone to less than a centimetre."""
    found: Floats = lng_lat.copy()
    for _ in range(_ROUNDS):
        found = np.add(found, lng_lat - to_gcj02(found))
    return found


def _ripple(x: Floats) -> Floats:
    return np.asarray(2 / 3 * (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)))


def _north_m(x: Floats, y: Floats) -> Floats:
    base = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    slow = 20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)
    slower = 160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)
    return np.asarray(base + _ripple(x) + 2 / 3 * (slow + slower))


def _east_m(x: Floats, y: Floats) -> Floats:
    base = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    slow = 20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)
    slower = 150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)
    return np.asarray(base + _ripple(x) + 2 / 3 * (slow + slower))
