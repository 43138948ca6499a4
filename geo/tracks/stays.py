"""Standing, by net displacement: where a person was for some time without getting anywhere.

A standing person's fixes wander; spread and net displacement over a minute and a half, or three, stay small all the same.
What is found is cut down to the fixes around its middle, so that the last steps there and the first away are still walked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.tracks.fixes import Floats
from geo.tracks.rules import Rules

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """Rows `first` to `last` of one run, around a middle in metres."""

    first: int
    last: int
    middle_m: tuple[float, float]
    radius_m: float


def standings(at_s: Floats, metres: Floats, accuracy_m: Floats, rules: Rules) -> list[Standing]:
    """All of one run by time, the open last one as well. `at_s` strictly grows; `metres` has shape (n, 2)."""
    marked = _resting(at_s, metres, accuracy_m, rules)
    edges = np.flatnonzero(np.diff(np.r_[False, marked, False].astype(np.int8)))
    found: list[Standing] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        one = _around_its_middle(int(start), int(end) - 1, at_s, metres, accuracy_m, rules)
        if one is None:
            continue
        while found and _same_place(found[-1], one, at_s, accuracy_m, rules):
            before = found.pop()
            one = _standing(before.first, one.last, metres)
        found.append(one)
    return _to_the_edges(found, at_s, metres, accuracy_m, rules)


def _to_the_edges(
    found: list[Standing], at_s: Floats, metres: Floats, accuracy_m: Floats, rules: Rules
) -> list[Standing]:
    """No window fits the last half minute of a run: whoever stands to within it and is seen nowhere else then stands on."""
    if not found:
        return found
    first, last = found[0], found[-1]
    if first.first > 0 and _stays(first, slice(0, first.first), at_s, metres, accuracy_m, rules):
        found[0] = _standing(0, first.last, metres)
    if last.last < len(at_s) - 1 and _stays(last, slice(last.last + 1, len(at_s)), at_s, metres, accuracy_m, rules):
        found[-1] = _standing(found[-1].first, len(at_s) - 1, metres)
    return found


def _stays(one: Standing, rows: slice, at_s: Floats, metres: Floats, accuracy_m: Floats, rules: Rules) -> bool:
    if at_s[rows][-1] - at_s[rows][0] > rules.standing_windows_s[0]:
        return False
    off_m = np.hypot(*(metres[rows] - one.middle_m).T)
    return bool((off_m <= np.maximum(rules.standing_floor_m, rules.standing_edge_accuracies * accuracy_m[rows])).all())


def way(metres: Floats, standing: Sequence[Standing]) -> tuple[NDArray[np.intp], Floats]:
    """The rows that remain when each standing is only its first and last fix, and the places there: its middle twice."""
    kept, places = np.ones(len(metres), dtype=bool), metres.copy()
    for one in standing:
        kept[one.first + 1 : one.last] = False
        places[[one.first, one.last]] = one.middle_m
    rows = np.flatnonzero(kept)
    return rows, places[rows]


def _resting(at_s: Floats, metres: Floats, accuracy_m: Floats, rules: Rules) -> Bools:
    """Every fix within some window of rest."""
    n = len(at_s)
    opens = np.zeros(n + 1, dtype=np.int64)
    spread_limit = np.maximum(rules.standing_floor_m, rules.standing_spread_accuracies * accuracy_m)
    net_limit = np.maximum(rules.standing_floor_m, rules.standing_net_accuracies * accuracy_m)
    sums = np.concatenate([np.zeros((1, 2)), np.cumsum(metres, axis=0)])
    squares = np.r_[0.0, np.cumsum((metres**2).sum(axis=1))]
    here = np.arange(n)
    for window_s in rules.standing_windows_s:
        first = np.searchsorted(at_s, at_s - window_s / 2)
        after = np.searchsorted(at_s, at_s + window_s / 2, side="right")
        count = after - first
        mean = (sums[after] - sums[first]) / count[:, None]
        spread_m = np.sqrt(np.maximum((squares[after] - squares[first]) / count - (mean**2).sum(axis=1), 0.0))
        earlier = (sums[here] - sums[first]) / np.maximum(here - first, 1)[:, None]
        later = (sums[after] - sums[here]) / (after - here)[:, None]
        net_m = np.hypot(*(later - earlier).T)
        full = (at_s[after - 1] - at_s[first] >= 0.8 * window_s) & (here > first)
        rest = full & (spread_m < spread_limit) & (net_m < net_limit)
        np.add.at(opens, first[rest], 1)
        np.add.at(opens, after[rest], -1)
    # A device that rests may be silent for longer than any window.
    step_m = np.hypot(*np.diff(metres, axis=0).T)
    slow = (np.diff(at_s) >= rules.standing_windows_s[0]) & (step_m < np.minimum(net_limit[1:], net_limit[:-1]))
    np.add.at(opens, here[:-1][slow], 1)
    np.add.at(opens, here[:-1][slow] + 2, -1)
    return np.cumsum(opens)[:n] > 0


def _around_its_middle(
    first: int, last: int, at_s: Floats, metres: Floats, accuracy_m: Floats, rules: Rules
) -> Standing | None:
    for _ in range(2):
        part = metres[first : last + 1]
        off_m = np.hypot(*(part - np.median(part, axis=0)).T)
        typical_m = float(np.median(accuracy_m[first : last + 1]))
        reach_m = max(rules.standing_floor_m, typical_m, 2 * float(np.median(off_m)))
        near = np.flatnonzero(off_m <= reach_m)
        if not len(near):
            return None
        # Where the run begins or ends with it, there was no step to cut off.
        last = last if last == len(at_s) - 1 else first + int(near[-1])
        first = first if first == 0 else first + int(near[0])
    return _standing(first, last, metres) if at_s[last] - at_s[first] >= rules.standing_s else None


def _standing(first: int, last: int, metres: Floats) -> Standing:
    part = metres[first : last + 1]
    middle = part.mean(axis=0)
    radius_m = float(np.quantile(np.hypot(*(part - middle).T), 0.95))
    return Standing(first, last, (float(middle[0]), float(middle[1])), radius_m)


def _same_place(before: Standing, after: Standing, at_s: Floats, accuracy_m: Floats, rules: Rules) -> bool:
    away_m = float(np.hypot(after.middle_m[0] - before.middle_m[0], after.middle_m[1] - before.middle_m[1]))
    near_m = max(rules.standing_merge_m, float(accuracy_m[before.last]), float(accuracy_m[after.first]))
    return at_s[after.first] - at_s[before.last] <= rules.standing_merge_s and away_m <= near_m
