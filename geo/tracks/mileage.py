"""How far a person went, from noisy fixes.

Summing fixes counts the noise (+63 % to +134 % on a patrol with halts). Here standing counts nothing, and a move from one to
the next is what straight legs at even speed explain of it (`legs`), given the noise that was seen on this very run (`noise`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.tracks.fixes import Floats
from geo.tracks.legs import steps_m
from geo.tracks.noise import Noise, expected_m, noise_of
from geo.tracks.plane import Plane, legs_m
from geo.tracks.rules import Rules
from geo.tracks.stays import Standing


@dataclass(frozen=True)
class _Move:
    """Fixes `leaves` to `arrives`: from the end of one standing to the beginning of the next, or of the run.

    `at_s` and `metres` are means over some seconds, and begin and end within the standings: when somebody set off is not known.
    """

    leaves: int
    arrives: int
    at_s: Floats
    metres: Floats
    plain_m: float  # the sum over its fixes, with all noise


def mileage_m(
    at_s: Floats, metres: Floats, accuracy_m: Floats, standing: Sequence[Standing], plane: Plane, rules: Rules
) -> Floats:
    """Metres gone since the run began, at each of its fixes: never falling, level while standing.

    `accuracy_m` is NaN where it is unknown.
    """
    gone: Floats = np.zeros(len(at_s))
    if len(at_s) < 2:
        return gone
    is_known = np.isfinite(accuracy_m)
    accuracy = float(np.median(accuracy_m[is_known])) if 2 * is_known.sum() > len(at_s) else None
    lag_s = max(rules.mean_s, float(np.median(np.diff(at_s))))
    plain_m = np.r_[0.0, np.cumsum(legs_m(*plane.to_degrees(metres)))]
    moves = _moves(at_s, metres, plain_m, standing, lag_s, rules)
    expected = expected_m(accuracy, at_s, metres, standing, rules.usual_accuracy_m)
    noise = noise_of([(move.at_s, move.metres) for move in moves], expected, lag_s)
    anchor_m = max(rules.anchor_m, accuracy or 0.0)
    before_m = 0.0
    for n, move in enumerate(moves):
        rows = slice(move.leaves, move.arrives + 1)
        gone[rows] = before_m + _gone(move, at_s[rows], noise, anchor_m, plane, rules)
        # What was gone within the seconds of a standing is told where it ends.
        if n:
            gone[move.leaves] = before_m
        before_m = float(gone[move.arrives])
        if n < len(standing):
            gone[standing[n].first : standing[n].last + 1] = before_m
    return gone


def _moves(
    at_s: Floats, metres: Floats, plain_m: Floats, standing: Sequence[Standing], mean_s: float, rules: Rules
) -> list[_Move]:
    """One more than there are standings; empty ones have no places."""
    moves = []
    for n in range(len(standing) + 1):
        earlier = standing[n - 1] if n else None
        later = standing[n] if n < len(standing) else None
        leaves, arrives = earlier.last if earlier else 0, later.first if later else len(at_s) - 1
        first, last = leaves, arrives
        if arrives > leaves and earlier:
            first = max(int(np.searchsorted(at_s, at_s[leaves] - rules.edge_s)), (earlier.first + earlier.last) // 2)
        if arrives > leaves and later:
            last = min(int(np.searchsorted(at_s, at_s[arrives] + rules.edge_s)), (later.first + later.last) // 2)
        whole = slice(first, last + 1 if arrives > leaves else first)
        moves.append(
            _Move(leaves, arrives, *means(at_s[whole], metres[whole], mean_s), float(plain_m[last] - plain_m[first]))
        )
    return moves


def means(at_s: Floats, metres: Floats, over_s: float) -> tuple[Floats, Floats]:
    """Mean moments and places of what lies within each stretch of so many seconds."""
    if not len(at_s):
        return at_s, metres
    starts = np.unique(np.floor((at_s - at_s[0]) / over_s), return_index=True)[1]
    count = np.diff(np.r_[starts, len(at_s)])
    return np.add.reduceat(at_s, starts) / count, np.add.reduceat(metres, starts, axis=0) / count[:, None]


def _gone(move: _Move, at_s: Floats, noise: Noise, anchor_m: float, plane: Plane, rules: Rules) -> Floats:
    """Metres of this move at these moments, all of it at the last."""
    if len(move.at_s) < 2:
        return np.zeros(len(at_s))
    steps = steps_m(move.at_s, move.metres, noise, rules.leg_cost, anchor_m, rules.bend_share)
    # The plane is true amid the run; the ellipsoid is everywhere.
    flat_m = np.hypot(*np.diff(move.metres, axis=0).T)
    steps = steps * np.where(flat_m > 1.0, legs_m(*plane.to_degrees(move.metres)) / np.maximum(flat_m, 1.0), 1.0)
    # The first and the last mean lie within the run: it went on as there.
    head_s, tail_s = max(move.at_s[0] - at_s[0], 0.0), max(at_s[-1] - move.at_s[-1], 0.0)
    head_m, tail_m = (
        head_s * steps[0] / (move.at_s[1] - move.at_s[0]),
        tail_s * steps[-1] / (move.at_s[-1] - move.at_s[-2]),
    )
    # Nobody is told to have gone farther than from fix to fix: what a bend gets back is a guess.
    share = min(1.0, move.plain_m / max(head_m + float(steps.sum()) + tail_m, 1e-9))
    moments = np.r_[move.at_s[0] - head_s, move.at_s, move.at_s[-1] + tail_s]
    gone = share * np.cumsum(np.r_[0.0, head_m, steps, tail_m])
    at: Floats = np.interp(at_s, moments, gone)
    at[-1] = gone[-1]
    return at
