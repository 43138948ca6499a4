"""Several devices of one person: one of them speaks at a time, so that two opinions on one place are no journey.

Minute by minute the devices that tell of most of it are candidates; the one that spoke before goes on speaking unless
another is much more accurate.
"""

import numpy as np
from numpy.typing import NDArray

from geo.tracks.fixes import Floats, Ints
from geo.tracks.rules import Rules


def speaking(at_ms: Ints, source: Ints, accuracy_m: Floats, rules: Rules) -> NDArray[np.bool_]:
    """Which fixes come from the device that speaks at their time; rows sorted by time."""
    everyone = np.ones(len(at_ms), dtype=bool)
    if not len(at_ms) or (source == source[0]).all():
        return everyone
    # Only the minutes in which there is a choice are looked at one by one.
    window = at_ms // rules.source_window_ms
    edges = np.flatnonzero(np.r_[True, window[1:] != window[:-1]])
    speaker: int | None = None
    for start, end in zip(edges, np.r_[edges[1:], len(window)], strict=True):
        here = slice(int(start), int(end))
        speaker = _speaker(at_ms[here], source[here], accuracy_m[here], speaker, rules)
        everyone[here] = source[here] == speaker
    return everyone


def _speaker(at_ms: Ints, source: Ints, accuracy_m: Floats, before: int | None, rules: Rules) -> int:
    if (source == source[0]).all():
        return int(source[0])
    told = {}
    for one in np.unique(source):
        mine = source == one
        slots = len(np.unique(at_ms[mine] // rules.source_slot_ms))
        told[int(one)] = (slots, float(np.median(accuracy_m[mine])))
    most = max(slots for slots, _ in told.values())
    candidates = {one: accuracy for one, (slots, accuracy) in told.items() if 2 * slots > most}
    best = min(candidates, key=lambda one: (candidates[one], one))
    if before in candidates and candidates[before] <= rules.source_better_times * candidates[best]:
        return before
    return best
