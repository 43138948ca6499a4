"""Stretches of time: when a person recorded, and what the phone said it could not see."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.tracks.fixes import Ints
from geo.tracks.rules import Rules, Travel, rules_for


@dataclass(frozen=True, order=True)
class Period:
    """From when to when a person recorded, both ends within, and how they went about; None as the day's rules say.

    One that ends before it starts is no period.
    """

    start_ms: int
    end_ms: int
    travel: Travel | None = None

    def rules(self, of_day: Rules) -> Rules:
        return of_day if self.travel is None else rules_for(self.travel)


@dataclass(frozen=True, order=True)
class Span:
    """Time for which the phone said itself that it could see nothing, and why (page hidden, permission taken away …)."""

    start_ms: int
    end_ms: int
    why: str


def merged_periods(periods: Sequence[Period]) -> list[Period]:
    """Sorted, without overlaps. Periods that touch are one, unless the person went about differently: then the earlier one
    counts until its end."""
    merged: list[Period] = []
    for period in sorted(periods, key=lambda one: (one.start_ms, one.end_ms, one.travel or "")):
        last = merged[-1] if merged else None
        if last and period.start_ms <= last.end_ms and period.travel == last.travel:
            merged[-1] = Period(last.start_ms, max(last.end_ms, period.end_ms), last.travel)
            continue
        start_ms = max(period.start_ms, last.end_ms + 1) if last else period.start_ms
        if start_ms <= period.end_ms:
            merged.append(Period(start_ms, period.end_ms, period.travel))
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
