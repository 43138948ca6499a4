"""How far a person went: the length of what is left of noisy fixes once standing, scatter and rounded bends are seen to.

Summing fixes counts the noise (+63 % to +134 % on a patrol with halts). Within a run: standing becomes one place; places are
means over some seconds; of these only the corners remain, where the noise that was measured on this very run decides what is
a corner; a corner nearer to the last one than max(10 m, accuracy) is none; and each bend is given back what means and sampling
round off it, about
(1 - cos θ) v √(w² + Δt²) / 3 for a bend of θ, means over w seconds and fixes every Δt.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from geo.tracks.fixes import Floats
from geo.tracks.plane import Plane, legs_m
from geo.tracks.rules import Rules
from geo.tracks.smoothing import corners, noise_m, smoothed
from geo.tracks.stays import Standing

Indices = NDArray[np.intp]


def way(metres: Floats, standing: Sequence[Standing]) -> tuple[Indices, Floats]:
    """The rows that remain when each standing is only its first and last fix, and the places there: its middle twice."""
    kept, places = np.ones(len(metres), dtype=bool), metres.copy()
    for one in standing:
        kept[one.first + 1 : one.last] = False
        places[[one.first, one.last]] = one.middle_m
    rows = np.flatnonzero(kept)
    return rows, places[rows]


def mileage_m(
    at_s: Floats, metres: Floats, accuracy_m: Floats, standing: Sequence[Standing], plane: Plane, rules: Rules
) -> Floats:
    """Metres gone since the run began, at each of its fixes: never falling, level while standing."""
    gone: Floats = np.zeros(len(at_s))
    if len(at_s) < 2:
        return gone
    rows, places = way(metres, standing)
    means = smoothed(at_s[rows], places, rules.smoothing_s)
    tolerance_m = _tolerance_m(at_s, metres, accuracy_m, standing, rules)
    vertices = _anchored(corners(means, tolerance_m), means, np.maximum(rules.anchor_m, accuracy_m[rows]))
    if len(vertices) < 2:
        return gone
    ends = rows[vertices]
    lengths_m = legs_m(*plane.to_degrees(means[vertices]))
    lengths_m = lengths_m + _given_back(means[vertices], at_s[ends], _rests(rows, standing)[vertices], at_s, rules)
    # Between two corners the metres follow the way along the means.
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(means, axis=0).T))]
    total = np.r_[0.0, np.cumsum(lengths_m)]
    leg = np.clip(np.searchsorted(vertices, np.arange(len(rows)), side="right") - 1, 0, len(vertices) - 2)
    whole = along[vertices[leg + 1]] - along[vertices[leg]]
    share = np.clip((along - along[vertices[leg]]) / whole, 0.0, 1.0)
    at_rows = total[leg] + share * lengths_m[leg]
    gone = at_rows[np.searchsorted(rows, np.arange(len(at_s)), side="right") - 1]
    for one in standing:
        before, after = gone[one.first], gone[one.last]
        level = before if one.first == 0 else after if one.last == len(gone) - 1 else (before + after) / 2
        gone[one.first : one.last + 1] = level
    return gone


def _tolerance_m(at_s: Floats, metres: Floats, accuracy_m: Floats, standing: Sequence[Standing], rules: Rules) -> float:
    moving = np.ones(len(at_s), dtype=bool)
    for one in standing:
        moving[one.first : one.last + 1] = False
    typical_m = float(np.median(accuracy_m))
    noise = noise_m(at_s, smoothed(at_s, metres, rules.smoothing_s), moving, rules.noise_lag_s)
    by_accuracy = rules.straightening_accuracies * typical_m
    by_noise = rules.noise_times * (typical_m / 3 if noise is None else noise)
    return max(rules.straightening_floor_m, min(by_accuracy, by_noise))


def _anchored(vertices: Indices, means: Floats, anchor_m: Floats) -> Indices:
    """The corners that are at least the anchor away from the one kept before."""
    kept = [int(vertices[0])]
    for vertex in vertices[1:].tolist():
        east, north = means[vertex] - means[kept[-1]]
        if east * east + north * north >= anchor_m[vertex] ** 2:
            kept.append(vertex)
    end = int(vertices[-1])
    if kept[-1] != end and len(kept) > 1 and np.hypot(*(means[end] - means[kept[-2]])) >= anchor_m[end]:
        kept[-1] = end  # the way ends where it ended
    return np.array(kept, dtype=np.intp)


def _rests(rows: Indices, standing: Sequence[Standing]) -> NDArray[np.bool_]:
    return np.isin(rows, [end for one in standing for end in (one.first, one.last)])


def _given_back(places: Floats, moments: Floats, rests: NDArray[np.bool_], at_s: Floats, rules: Rules) -> Floats:
    """By leg, the metres that rounding took off its two bends. A turn where the person stood was not rounded."""
    back = np.zeros(len(places) - 1)
    steps = np.diff(places, axis=0)
    lengths = np.hypot(*steps.T)
    speeds = np.minimum(lengths / np.diff(moments), rules.speed_limit_mps)
    straight = (steps[1:] * steps[:-1]).sum(axis=1) / (lengths[1:] * lengths[:-1])
    interval_s = min(rules.bend_interval_s, float(np.median(np.diff(at_s))))
    rounded_s = np.hypot(rules.smoothing_s, interval_s)
    bends = rules.bend_share * rounded_s * np.maximum(speeds[1:], speeds[:-1]) * (1 - np.clip(straight, -1, 1))
    bends = np.where(rests[1:-1], 0.0, np.minimum(bends, np.minimum(lengths[1:], lengths[:-1])))
    back[:-1] += bends / 2
    back[1:] += bends / 2
    return back
