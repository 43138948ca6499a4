"""Gaps: time for which nothing is known. They cut the fixes that count into unbroken runs, and are never travel."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.tracks.fixes import Ints
from geo.tracks.rules import Rules
from geo.tracks.spans import Period, Span

SILENCE, PAUSED, TOO_FAST = "silence", "paused", "too_fast"


@dataclass(frozen=True)
class Gap:
    """`why`: silence, paused (between two periods), too_fast (no way leads there so fast), or what the phone declared."""

    start_ms: int
    end_ms: int
    why: str


def cut(
    at_ms: Ints,
    period: NDArray[np.intp],
    apart: NDArray[np.bool_],
    periods: Sequence[Period],
    declared: Sequence[Span],
    rules: Rules,
) -> tuple[NDArray[np.intp], list[Gap]]:
    """The run of each fix that counts (0, 1, …, rows sorted by time) and all gaps by time; gaps do not overlap.

    `period` is each fix's own, `apart` as in `Cleaned`; `periods` and `declared` are merged and sorted.
    """
    gaps = [Gap(one.end_ms, other.start_ms, PAUSED) for one, other in pairwise(periods)]
    breaks = np.zeros(len(at_ms), dtype=bool)
    if len(at_ms):
        breaks[1:] = period[1:] != period[:-1]
    # Each period's ends stand beside the fixes within it, so that silence at an edge is silence too.
    numbers = np.arange(len(periods), dtype=np.intp)
    edges = np.array([(each.start_ms, each.end_ms) for each in periods], dtype=np.int64).reshape(-1, 2)
    times = np.concatenate([at_ms, edges[:, 0], edges[:, 1]])
    owner = np.concatenate([period, numbers, numbers])
    order = np.lexsort((np.repeat([1, 0, 2], [len(at_ms), len(periods), len(periods)]), times, owner))
    row = np.concatenate([np.arange(len(at_ms)), np.full(2 * len(periods), -1)])[order]
    times, owner = times[order], owner[order]
    starts, ends, next_row = times[:-1], times[1:], row[1:]
    inside = (owner[1:] == owner[:-1]) & (ends >= starts)
    silent = inside & (ends - starts > 1000 * rules.silence_s)
    leapt = inside & (next_row >= 0) & apart[next_row] if len(at_ms) else np.zeros(len(starts), dtype=bool)
    reason = np.full(len(starts), -1)
    for n, span in enumerate(declared):
        low = np.searchsorted(times, span.start_ms, side="right") - 1
        high = np.searchsorted(times, span.end_ms, side="left")
        near = slice(max(int(low), 0), max(int(high), 0))
        overlap = np.minimum(ends[near], span.end_ms) - np.maximum(starts[near], span.start_ms)
        whole = (starts[near] <= span.start_ms) & (ends[near] >= span.end_ms)
        hit = inside[near] & (whole | (overlap > 1000 * rules.declared_s)) & (reason[near] < 0)
        reason[near] = np.where(hit, n, reason[near])
    broken = silent | leapt | (reason >= 0)
    for n in np.flatnonzero(broken).tolist():
        why = declared[reason[n]].why if reason[n] >= 0 else SILENCE if silent[n] else TOO_FAST
        gaps.append(Gap(int(starts[n]), int(ends[n]), why))
        if next_row[n] >= 0:
            breaks[next_row[n]] = True
    gaps.sort(key=lambda gap: (gap.start_ms, gap.end_ms, gap.why))
    return np.cumsum(breaks).astype(np.intp), gaps
