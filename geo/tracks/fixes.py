"""Fixes as columns: what every rule about tracks works on. One row is one position with its time and accuracy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fixes:
    """Columns of equal length, in any order.

    `at_ms` is milliseconds since 1970 (UTC) by the phone's clock, already corrected for its skew. `lng` and `lat` are WGS84
    degrees on a lattice of 1e-7. `accuracy_m` (68 %) and `speed_mps` are NaN where the phone did not say. `source` tells the
    devices of one person apart.
    """

    at_ms: Ints
    lng: Floats
    lat: Floats
    accuracy_m: Floats
    speed_mps: Floats
    source: Ints

    def __len__(self) -> int:
        return len(self.at_ms)
