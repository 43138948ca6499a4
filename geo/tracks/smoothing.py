"""Smoothing and straightening of a way in metres: means over time, the noise that is left, and the corners that remain."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tracks.fixes import Floats

Indices = NDArray[np.intp]
# Straightening looks at so many points at once: its cost can grow with their square.
_PIECE = 1_000


def smoothed(at_s: Floats, metres: Floats, over_s: float) -> Floats:
    """The mean place over the time around each moment, as if the way between two fixes were straight.

    Towards the ends the time shrinks, so that both ends stay where they are. `at_s` strictly grows.
    """
    if len(at_s) < 3 or over_s <= 0:
        return metres
    steps = np.diff(at_s)[:, None]
    travelled = np.concatenate([np.zeros((1, 2)), np.cumsum(steps * (metres[1:] + metres[:-1]) / 2, axis=0)])
    slopes = np.diff(metres, axis=0) / steps

    def integral(moment: Floats) -> Floats:
        k = np.clip(np.searchsorted(at_s, moment, side="right") - 1, 0, len(at_s) - 2)
        past = (moment - at_s[k])[:, None]
        whole: Floats = travelled[k] + past * (metres[k] + slopes[k] * past / 2)
        return whole

    half = np.minimum(over_s / 2, np.minimum(at_s - at_s[0], at_s[-1] - at_s))
    inner = half > 1e-3
    means = metres.copy()
    means[inner] = (integral((at_s + half)[inner]) - integral((at_s - half)[inner])) / (2 * half[inner])[:, None]
    return means


def noise_m(at_s: Floats, metres: Floats, moving: NDArray[np.bool_], lag_s: float) -> float | None:
    """How far places scatter around straight ways at even speed (metres by axis); None if too little of it was walked.

    From second differences over the lag: what is even drops out. A low quantile, because bends are no noise.
    """
    moments = np.arange(at_s[0] + lag_s, at_s[-1] - lag_s, lag_s / 2)
    spans = [moments - lag_s, moments, moments + lag_s]
    walked = np.all([np.interp(moment, at_s, moving) >= 1 for moment in spans], axis=0)
    if walked.sum() < 20:
        return None
    before, here, after = (_places(moment[walked], at_s, metres) for moment in spans)
    squares = ((after - 2 * here + before) ** 2).sum(axis=1)
    # Of a sum of two squared normals with variance v, the 30 % quantile is -2 ln(0.7) v; a second difference has 6 variances.
    return float(np.sqrt(np.quantile(squares, 0.3) / (-2 * np.log(0.7) * 6)))


def _places(moments: Floats, at_s: Floats, metres: Floats) -> Floats:
    return np.column_stack([np.interp(moments, at_s, metres[:, axis]) for axis in (0, 1)])


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
