"""Straightening of a way in metres: which of its points remain."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tracks.fixes import Floats

Indices = NDArray[np.intp]
# Straightening looks at so many points at once: its cost can grow with their square.
_PIECE = 1_000


def corners(metres: Floats, tolerance_m: float) -> Indices:
    """Which points remain if the way may leave none farther than this aside (Douglas-Peucker); both ends always do."""
    if len(metres) < 3:
        return np.arange(len(metres))
    kept = [np.array([0])]
    for start in range(0, len(metres) - 1, _PIECE):
        piece = metres[start : start + _PIECE + 1]
        numbered = shapely.linestrings(np.column_stack([piece, np.arange(len(piece))]))
        rest = shapely.get_coordinates(shapely.simplify(numbered, tolerance_m, preserve_topology=False), include_z=True)
        kept.append(start + rest[1:, 2].astype(np.intp))
    return np.concatenate(kept)
