"""A walk as straight legs at even speed: all ways to cut it into such legs, each weighed by how well it explains the places.

Whether a bend is one or the noise's cannot be known of a single fix. So no one cut is chosen: speeds are the mean over all of
them, by forward and backward sums over the ends of legs (Rabiner 1989; Fearnhead 2006, exact inference for changepoints). The
noise has a memory, so within a leg what counts is what is new in each place against the one before.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.tracks.fixes import Floats
from geo.tracks.noise import Noise

# A leg has at most so many steps, and so many places are looked at together: bounds the work by the number of places.
_LONGEST = 120
_PIECE = 1_000
# So long a leg below the anchor is a rest.
_REST_S = 30.0
# Of the variance of a leg's velocity, by axis; 1 would do for legs whose ends are known (docs/decisions/0022).
_LENGTHENED = 1.5


@dataclass(frozen=True)
class _Legs:
    """Row i, column k: the leg from place i to place i + k + 1. `weight` is -inf where there is none."""

    weight: Floats
    speed_mps: Floats
    is_far: NDArray[np.bool_]  # at least the anchor
    towards: Floats  # unit vectors, shape (places, longest, 2)
    end: NDArray[np.intp]


def steps_m(at_s: Floats, metres: Floats, noise: Noise, leg_cost: float, anchor_m: float, bend_share: float) -> Floats:
    """Metres gone from each place to the next, expected. `at_s` strictly grows; `metres` has shape (n, 2).

    A further leg must explain the places better by `leg_cost` (twice a log likelihood). A leg shorter than the anchor counts
    only between longer ones, and between one and a rest.
    """
    if len(at_s) < 2:
        return np.zeros(0)
    cuts = [*range(0, len(at_s) - 1, _PIECE), len(at_s) - 1]
    return np.concatenate(
        [
            _piece_m(at_s[start : end + 1], metres[start : end + 1], noise, leg_cost, anchor_m, bend_share)
            for start, end in pairwise(cuts)
        ]
    )


def _piece_m(at_s: Floats, metres: Floats, noise: Noise, leg_cost: float, anchor_m: float, bend_share: float) -> Floats:
    legs = _legs(at_s - at_s[0], metres - metres.mean(axis=0), noise, leg_cost, anchor_m)
    chance = _chances(legs)
    count = len(chance)
    starts = np.broadcast_to(np.arange(count)[:, None], chance.shape)

    def by_place(values: Floats, places: NDArray[np.intp]) -> Floats:
        return np.bincount(places.ravel(), values.ravel(), minlength=count).astype(np.float64)

    # Given that legs meet at a place, the one before and the one after know nothing of each other. A leg below the anchor is
    # part of the way between two that are not, as across a corner, or between one and a rest.
    begin, finish = by_place(chance, starts), by_place(chance, legs.end)
    is_rest = ~legs.is_far & (at_s[legs.end] - at_s[starts] >= _REST_S)
    (gone_before, gone_after), (rested_before, rested_after) = (
        (by_place(some, legs.end) / np.maximum(finish, 1e-12), by_place(some, starts) / np.maximum(begin, 1e-12))
        for some in (np.where(legs.is_far, chance, 0.0), np.where(is_rest, chance, 0.0))
    )
    is_way = gone_before[starts] * (gone_after + rested_after)[legs.end] + rested_before[starts] * gone_after[legs.end]
    counts = np.where(legs.is_far, 1.0, is_way)
    speed = chance * counts * legs.speed_mps
    speeds = np.cumsum(by_place(speed, starts) - by_place(speed, legs.end))[:-1]
    gone = np.maximum(speeds, 0.0) * np.diff(at_s)
    counted = chance * counts
    both = [
        by_place(counted * legs.towards[..., axis], starts) * by_place(counted * legs.towards[..., axis], legs.end)
        for axis in (0, 1)
    ]
    cosine = (both[0] + both[1])[1:-1] / np.maximum(begin * finish, 1e-12)[1:-1]
    turned = np.minimum(begin, finish)[1:-1] * (1 - np.clip(cosine, -1, 1))
    around_s = np.diff(at_s)
    bends = bend_share * turned * (gone[1:] + gone[:-1]) / (around_s[1:] + around_s[:-1]) * float(np.median(around_s))
    gone[1:] += bends / 2
    gone[:-1] += bends / 2
    return gone


def _legs(at_s: Floats, metres: Floats, noise: Noise, leg_cost: float, anchor_m: float) -> _Legs:
    """Each leg as a line in time, fitted by generalised least squares under noise of first order (AR(1))."""
    count = len(at_s)
    longest = min(_LONGEST, count - 1)
    start = np.arange(count)[:, None]
    end = start + np.arange(1, longest + 1)
    is_one = end < count
    end = np.minimum(end, count - 1)

    kept = noise.kept(np.diff(at_s))
    scale = 1 / (noise.sigma_m * np.sqrt(1 - kept**2))
    ones = np.r_[0.0, (1 - kept) * scale]
    times = np.r_[0.0, (at_s[1:] - kept * at_s[:-1]) * scale]
    places = np.vstack([np.zeros((1, 2)), (metres[1:] - kept[:, None] * metres[:-1]) * scale[:, None]])
    first, first_time, first_place = np.ones(count), at_s, metres
    first, first_time, first_place = (column / noise.sigma_m for column in (first, first_time, first_place))

    def over(new: Floats, at_first: Floats) -> Floats:
        """Sums over each leg: its first place as it is, every further one by what is new in it."""
        sums = np.cumsum(new)
        whole: Floats = sums[end] - sums[start] + at_first[start]
        return whole

    n, t, tt = (
        over(ones * ones, first * first),
        over(ones * times, first * first_time),
        over(times * times, first_time**2),
    )
    determinant = np.maximum(n * tt - t * t, 1e-12)
    misfit = over((places**2).sum(axis=1), (first_place**2).sum(axis=1))
    velocity = []
    for axis in (0, 1):
        x = over(places[:, axis] * ones, first_place[:, axis] * first)
        xt = over(places[:, axis] * times, first_place[:, axis] * first_time)
        misfit -= (tt * x * x - 2 * t * x * xt + n * xt * xt) / determinant
        velocity.append((n * xt - t * x) / determinant)
    fitted = np.hypot(*velocity)
    # Noise aside of a leg lengthens it by half its variance over the length; the best of many cuts lengthens by more.
    speed_mps = np.sqrt(np.maximum(fitted**2 - _LENGTHENED * n / determinant, 0.0))
    is_far = speed_mps * (at_s[end] - at_s[start]) >= anchor_m
    towards = np.stack(velocity, axis=-1) / np.maximum(fitted, 1e-12)[..., None]
    weight = np.where(is_one, -(np.maximum(misfit, 0.0) + leg_cost) / 2, -np.inf)
    return _Legs(weight, speed_mps, is_far, towards, end)


def _chances(legs: _Legs) -> Floats:
    """How likely each leg is one of the cut, over all cuts."""
    count, longest = legs.weight.shape
    start, column = np.arange(count)[:, None], np.arange(longest)
    # The same weights by the place where a leg ends.
    from_place = start - column - 1
    into = np.where(from_place >= 0, legs.weight[np.maximum(from_place, 0), column], -np.inf)
    before, after = np.full(count, -np.inf), np.full(count, -np.inf)
    before[0] = after[-1] = 0.0
    for place in range(1, count):
        reach = min(place, longest)
        before[place] = _log_sum(before[place - reach : place][::-1] + into[place, :reach])
    for place in range(count - 2, -1, -1):
        reach = min(longest, count - 1 - place)
        after[place] = _log_sum(legs.weight[place, :reach] + after[place + 1 : place + 1 + reach])
    chances: Floats = np.exp(before[:, None] + legs.weight + after[legs.end] - before[-1])
    return chances


def _log_sum(logs: Floats) -> float:
    most = logs.max()
    return float(most + np.log(np.exp(logs - most).sum()))
