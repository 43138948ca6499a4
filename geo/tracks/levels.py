"""Simplified tracks for display: which fixes remain if the drawn line may leave none farther aside than so many metres.

Real fixes only, no means. Ends of runs and of stays always remain: no line is drawn over a gap, none leaves a stay out.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.tracks.fixes import Floats
from geo.tracks.straightening import corners

Indices = NDArray[np.intp]


def simplified(metres: Floats, fixed: Sequence[int], tolerance_m: float) -> Indices:
    """Rows of one run that remain; `fixed` are rows that must."""
    stops = sorted({0, len(metres) - 1, *fixed})
    kept = [start + corners(metres[start : end + 1], tolerance_m) for start, end in pairwise(stops)]
    return np.unique(np.concatenate([np.array(stops, dtype=np.intp), *kept]))
