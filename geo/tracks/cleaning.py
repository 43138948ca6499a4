"""Which fixes count. Nothing is thrown away: every fix keeps its place in the day, and one reason why it counts or does not.

The order of the tests matters: a fix carries the first reason that applies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from geo.tracks.fixes import Fixes, Floats, Ints
from geo.tracks.rules import Rules
from geo.tracks.sources import speaking
from geo.tracks.spans import Period, period_of
from geo.tracks.speed import out_of_reach

Bools = NDArray[np.bool_]
Flags = NDArray[np.uint8]


class Flag(IntEnum):
    """Why a fix counts for nothing; numbers are stored, so they are never given a new meaning."""

    OK = 0
    ODD_TIME = 1
    ODD_PLACE = 2
    OUTSIDE_PATROL = 3
    DUPLICATE = 4  # the same device said something better about the same moment
    INACCURATE = 5
    CROWDED = 6  # a better fix of the same device within the same half second
    OTHER_SOURCE = 7  # another device of the person spoke at that time
    TOO_FAST = 8


@dataclass(frozen=True)
class Cleaned:
    """`accuracy_m` is known everywhere. `apart`: which fixes that count are out of reach of the one that counts before."""

    flags: Flags
    accuracy_m: Floats
    period: NDArray[np.intp]
    apart: Bools


def in_order(fixes: Fixes) -> Fixes:
    """Sorted by content alone, rows that came twice once: the same whatever order or batches they arrived in."""
    whole = [fixes.at_ms.astype(np.int64), fixes.source.astype(np.int64)]
    real = [_canonical(column) for column in (fixes.accuracy_m, fixes.lng, fixes.lat, fixes.speed_mps)]
    order = np.lexsort([*reversed(real), *reversed(whole)])
    if len(order):
        bits = [column[order] for column in (*whole, *(column.view(np.int64) for column in real))]
        fresh = np.any([column[1:] != column[:-1] for column in bits], axis=0)
        order = order[np.r_[True, fresh]]
    at_ms, source = (column[order] for column in whole)
    accuracy_m, lng, lat, speed_mps = (column[order] for column in real)
    return Fixes(at_ms, lng, lat, accuracy_m, speed_mps, source)


def clean(fixes: Fixes, periods: Sequence[Period], rules: Rules) -> Cleaned:
    """`fixes` in order; `periods` merged."""
    flags: Flags = np.full(len(fixes), Flag.OK, dtype=np.uint8)
    period = period_of(fixes.at_ms, periods)
    known = np.isfinite(fixes.accuracy_m) & (fixes.accuracy_m > 0)
    accuracy_m = np.where(known, fixes.accuracy_m, rules.unknown_accuracy_m)

    def flag(where: Bools, reason: Flag) -> None:
        flags[where & (flags == Flag.OK)] = reason

    flag((fixes.at_ms < rules.earliest_ms) | (fixes.at_ms > rules.latest_ms), Flag.ODD_TIME)
    flag(~_on_earth(fixes), Flag.ODD_PLACE)
    flag(period < 0, Flag.OUTSIDE_PATROL)
    flag(_not_best(fixes, accuracy_m, flags, 1), Flag.DUPLICATE)
    flag(accuracy_m > _of_period(period, [one.rules(rules).accuracy_limit_m for one in periods]), Flag.INACCURATE)
    flag(_not_best(fixes, accuracy_m, flags, rules.crowding_ms), Flag.CROWDED)
    left = np.flatnonzero(flags == Flag.OK)
    spoken = speaking(fixes.at_ms[left], fixes.source[left], accuracy_m[left], rules)
    flags[left[~spoken]] = Flag.OTHER_SOURCE
    left = left[spoken]
    limit_mps = _of_period(period[left], [one.rules(rules).speed_limit_mps for one in periods])
    too_fast, apart_of_left = out_of_reach(
        fixes.at_ms[left], fixes.lng[left], fixes.lat[left], accuracy_m[left], limit_mps, rules
    )
    flags[left[too_fast]] = Flag.TOO_FAST
    apart = np.zeros(len(fixes), dtype=bool)
    apart[left[apart_of_left]] = True
    return Cleaned(flags, accuracy_m, period, apart)


def _of_period(period: NDArray[np.intp], by_period: Sequence[float]) -> Floats:
    """The value of each fix's period; what lies in none does not matter."""
    return np.array([*by_period, 0.0])[period]


def _canonical(column: Floats) -> Floats:
    """One NaN and one zero, so that equal numbers have equal bits."""
    return np.where(np.isnan(column), np.nan, column.astype(np.float64) + 0.0)


def _on_earth(fixes: Fixes) -> Bools:
    finite = np.isfinite(fixes.lng) & np.isfinite(fixes.lat)
    with np.errstate(invalid="ignore"):
        within = (np.abs(fixes.lng) <= 180) & (np.abs(fixes.lat) <= 90)
    nowhere = (fixes.lng == 0) & (fixes.lat == 0)  # what chips say before they know
    there: Bools = finite & within & ~nowhere
    return there


def _not_best(fixes: Fixes, accuracy_m: Floats, flags: Flags, step_ms: int) -> Bools:
    """Fixes to which the same device has a better one in the same stretch of time, judged from their content alone."""
    left = np.flatnonzero(flags == Flag.OK)
    stretch: Ints = fixes.at_ms[left] // step_ms
    # Rows are in order of content already: of equally good ones the first stays.
    order = np.lexsort((left, accuracy_m[left], fixes.source[left], stretch))
    sorted_stretch, source = stretch[order], fixes.source[left][order]
    worse = np.zeros(len(left), dtype=bool)
    worse[1:] = (sorted_stretch[1:] == sorted_stretch[:-1]) & (source[1:] == source[:-1])
    beaten = np.zeros(len(fixes), dtype=bool)
    beaten[left[order[worse]]] = True
    return beaten
