"""Stretches of time: when a person recorded, and what the phone said it could not see."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.tracks.fixes import Ints


@dataclass(frozen=True, order=True)
class Period:
    """From when to when a person recorded, both ends within. One that ends before it starts is no period."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, order=True)
class Span:
    """Time for which the phone said itself that it could see nothing, and why (page hidden, permission taken away …)."""

    start_ms: int
    end_ms: int
    why: str


def merged_periods(periods: Sequence[Period]) -> list[Period]:
    """Sorted, without overlaps; periods that touch are one."""
    merged: list[Period] = []
    for period in sorted(period for period in periods if period.start_ms <= period.end_ms):
        if merged and period.start_ms <= merged[-1].end_ms:
            last = merged.pop()
            merged.append(Period(last.start_ms, max(last.end_ms, period.end_ms)))
        else:
            merged.append(period)
    return merged


def sorted_spans(spans: Sequence[Span]) -> list[Span]:
    return sorted({span for span in spans if span.start_ms <= span.end_ms})


def period_of(at_ms: Ints, periods: Sequence[Period]) -> NDArray[np.intp]:
    """Which of the merged periods each moment lies in; -1 for none."""
    if not periods:
        return np.full(len(at_ms), -1, dtype=np.intp)
    starts = np.array([period.start_ms for period in periods], dtype=np.int64)
    ends = np.array([period.end_ms for period in periods], dtype=np.int64)
    number = np.searchsorted(starts, at_ms, side="right") - 1
    return np.where((number >= 0) & (at_ms <= ends[np.maximum(number, 0)]), number, -1)
