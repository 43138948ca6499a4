"""The two-sided speed test: fixes that cannot be reached from what is believed before and after them.

Fixes that are within reach of each other, one after the other, form a cluster. The first cluster of good size is believed;
from there forwards and backwards a cluster is believed if it is within reach of the last one believed, or so large that it
must be true. In that case nothing is known about the way there.
"""

import numpy as np
from numpy.typing import NDArray

from geo.geodesy import distance_m
from geo.tracks.fixes import Floats, Ints
from geo.tracks.plane import legs_m, wrapped
from geo.tracks.rules import Rules

Bools = NDArray[np.bool_]


def out_of_reach(
    at_ms: Ints, lng: Floats, lat: Floats, accuracy_m: Floats, limit_mps: Floats, rules: Rules
) -> tuple[Bools, Bools]:
    """(which fixes are too fast, which believed ones are out of reach of the believed one before); rows sorted by time.

    `limit_mps` holds around each fix; between two the higher one does: somebody changed over on the way.
    """
    too_fast, apart = np.zeros(len(at_ms), dtype=bool), np.zeros(len(at_ms), dtype=bool)
    if len(at_ms) < 2:
        return too_fast, apart
    jitter_m = np.maximum(rules.jitter_m, rules.jitter_accuracies * (accuracy_m[1:] + accuracy_m[:-1]))
    jumps = legs_m(lng, lat) - jitter_m > np.maximum(limit_mps[1:], limit_mps[:-1]) * np.diff(at_ms) / 1000
    if not jumps.any():
        return too_fast, apart
    starts = np.r_[0, np.flatnonzero(jumps) + 1]
    ends = np.r_[starts[1:], len(at_ms)] - 1
    large = (ends - starts + 1 >= rules.believed_fixes) & (at_ms[ends] - at_ms[starts] >= 1000 * rules.believed_s)
    seed = int(np.argmax(large)) if large.any() else int(np.argmax(ends - starts))

    def within_reach(one: int, other: int) -> bool:
        metres = distance_m(float(lng[one]), float(lat[one]), float(lng[other]), float(lat[other]))
        jitter_m = max(rules.jitter_m, rules.jitter_accuracies * float(accuracy_m[one] + accuracy_m[other]))
        limit = max(float(limit_mps[one]), float(limit_mps[other]))
        return metres - jitter_m <= limit * abs(int(at_ms[other] - at_ms[one])) / 1000

    def agree(before: slice, after: slice) -> bool:
        """Whether what some fixes agree on is within reach of what others do: one wide fix between them is no leap."""
        one, other = (
            (
                float(at_ms[rows].mean()),
                float(lng[rows.start] + wrapped(lng[rows] - lng[rows.start]).mean()),
                float(lat[rows].mean()),
            )
            for rows in (before, after)
        )
        metres = distance_m(one[1], one[2], other[1], other[2])
        jitter_m = max(rules.jitter_m, float(np.mean(accuracy_m[before]) + np.mean(accuracy_m[after])))
        return metres - jitter_m <= float(limit_mps[after].max()) * (other[0] - one[0]) / 1000

    begun, last = int(starts[seed]), int(ends[seed])
    for n in range(seed + 1, len(starts)):
        start, some = int(starts[n]), rules.believed_fixes
        reached = within_reach(last, start)
        if reached or large[n]:
            apart[start] = not reached and not agree(
                slice(max(begun, last + 1 - some), last + 1), slice(start, start + some)
            )
            begun, last = start, int(ends[n])
        else:
            too_fast[starts[n] : ends[n] + 1] = True
    first = int(starts[seed])
    for n in range(seed - 1, -1, -1):
        if within_reach(first, int(ends[n])):
            first = int(starts[n])
        else:  # a large cluster would have been the seed
            too_fast[starts[n] : ends[n] + 1] = True
    return too_fast, apart
