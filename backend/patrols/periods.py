"""When a person recorded: their patrols less the pauses, as spans of milliseconds since 1970. Pure."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from backend.patrols.models import Patrol
from backend.patrols.packing import to_ms


class Recorded(NamedTuple):
    """From `start_ms` up to and including `end_ms`."""

    start_ms: int
    end_ms: int


def recorded_spans(patrol: Patrol, until_ms: int | None = None) -> list[Recorded]:
    """The patrol less its pauses, to its end, or to the end of the shift while it runs; to `until_ms` at the latest."""
    end_ms = to_ms(patrol.ended_at or patrol.shift_ends_at)
    if until_ms is not None:
        end_ms = min(end_ms, until_ms)
    spans, start_ms = [], to_ms(patrol.started_at)
    for pause in closed(patrol.pauses, end_ms):
        if pause.start_ms > start_ms:
            spans.append(Recorded(start_ms, min(pause.start_ms, end_ms)))
        start_ms = max(start_ms, pause.end_ms)
    if start_ms < end_ms or not spans:
        spans.append(Recorded(start_ms, max(start_ms, end_ms)))
    return [span for span in spans if span.end_ms > span.start_ms]


def closed(spans: Sequence[Sequence[Any]], end_ms: int) -> list[Recorded]:
    """Spans as a patrol keeps them, in order, the open one ended at `end_ms`."""
    return [Recorded(start, end_ms if end is None else min(end, end_ms)) for start, end in spans if start < end_ms]


def merged(spans: Iterable[Recorded]) -> list[Recorded]:
    """The same time, without overlaps, in order."""
    result: list[Recorded] = []
    for span in sorted(spans):
        if result and span.start_ms <= result[-1].end_ms:
            result[-1] = Recorded(result[-1].start_ms, max(result[-1].end_ms, span.end_ms))
        else:
            result.append(span)
    return result
