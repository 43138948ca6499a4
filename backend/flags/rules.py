"""When a fact about positions and times is worth telling. Pure; a false alarm is worse than a miss.

Each rule gives the facts of a flag, or None. Distances in metres over the ellipsoid, times in seconds. What a phone may do
by itself is no fact against its owner: waiting for a signal, a camera that never had its clock set, the datum of Chinese
maps (docs/decisions/0021-honest-evidence.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

import numpy as np

from backend.cases.marks import SAME_TIME
from backend.cases.models import PlaceSource
from backend.clock import local_date
from geo.gcj02 import from_gcj02, to_gcj02
from geo.geodesy import distance_m

Facts = dict[str, Any]
LngLat = tuple[float, float]

# Neither taken from the photo itself, nor nobody's.
MEASURED_BY_ITSELF = frozenset({PlaceSource.GPS, PlaceSource.MAP})

PHOTO_AWAY_M = 500.0
SHORTEST_SHIFT_M = 200.0
SHIFT_LEFT_M = 50.0
ROUGH_M = 100.0
PHOTO_AGE = timedelta(hours=24)
CLOCK_OFF = SAME_TIME
FASTEST_MPS = 40.0
# Below it a position may jump by itself, from one mast or one reflection to the next.
SHORTEST_JUMP_M = 500.0
SAME_PLACE_TIMES = 3
# One fix may serve several reports in a row.
SAME_PLACE_APART = timedelta(minutes=10)
SAME_ACCURACY_TIMES = 10
# A camera whose clock was never set starts in one of these years.
FIRST_BELIEVED_YEAR = 2015


@dataclass(frozen=True)
class Fix:
    """A position as a phone sent it, WGS84."""

    lng: float
    lat: float
    accuracy_m: float | None = None
    source: PlaceSource = PlaceSource.GPS


@dataclass(frozen=True)
class Reported:
    """A report of one person; `at` is the phone's time of it."""

    report_id: UUID
    case_id: UUID
    at: datetime
    fix: Fix


def photo_away(photo_place: LngLat, fix: Fix) -> Facts | None:
    """The position in the photo lies more than 500 m beside the one that was sent, and beside its accuracy."""
    if fix.source not in MEASURED_BY_ITSELF or datum_shift(photo_place, fix):
        return None
    away_m = distance_m(*photo_place, fix.lng, fix.lat)
    if away_m <= PHOTO_AWAY_M + (fix.accuracy_m or 0.0):
        return None
    return {"away_m": round(away_m)}


def datum_shift(photo_place: LngLat, fix: Fix) -> Facts | None:
    """The two positions differ by what lies between WGS84 and GCJ-02 there (300 to 600 m), one way or the other.

    Some phones write GCJ-02 into photos, and so does whoever copies a position from a map to pretend.
    """
    accuracy_m = fix.accuracy_m or 0.0
    if fix.source not in MEASURED_BY_ITSELF or accuracy_m > ROUGH_M:
        return None
    away_m = distance_m(*photo_place, fix.lng, fix.lat)
    read_as = np.concatenate([shifted(np.array([photo_place])) for shifted in (from_gcj02, to_gcj02)])
    left_m = min(distance_m(float(lng), float(lat), fix.lng, fix.lat) for lng, lat in read_as)
    if away_m < SHORTEST_SHIFT_M or left_m > max(SHIFT_LEFT_M, accuracy_m):
        return None
    return {"away_m": round(away_m)}


def photo_aged(taken_at: datetime, at: datetime) -> Facts | None:
    """Taken more than a day before, or after, what the phone says of the step: two times of the same clock."""
    if taken_at.year < FIRST_BELIEVED_YEAR or abs(at - taken_at) <= PHOTO_AGE:
        return None
    return {"before_s": round((at - taken_at).total_seconds())}


def clock_off(times: Sequence[datetime], received_at: datetime, sent_at: datetime | None) -> Facts | None:
    """The phone's clock is more than 5 minutes off.

    Known for certain from `sent_at`, what the phone's clock showed when it sent. Without it only a fast clock shows: nothing
    is reported before it happens, while a time in the past says that the report waited.
    """
    ahead = sent_at - received_at if sent_at else max(times, default=received_at) - received_at
    if ahead <= CLOCK_OFF and (sent_at is None or ahead >= -CLOCK_OFF):
        return None
    return {"ahead_s": round(ahead.total_seconds())}


def too_fast(one: Reported, other: Reported) -> Facts | None:
    """Being at both places would have taken more than 40 m/s, whatever the accuracies."""
    if one.fix.source != PlaceSource.GPS or other.fix.source != PlaceSource.GPS:
        return None
    apart_m = distance_m(one.fix.lng, one.fix.lat, other.fix.lng, other.fix.lat)
    at_least_m = apart_m - (one.fix.accuracy_m or 0.0) - (other.fix.accuracy_m or 0.0)
    apart_s = max(1.0, abs((one.at - other.at).total_seconds()))
    if at_least_m <= SHORTEST_JUMP_M or at_least_m / apart_s <= FASTEST_MPS:
        return None
    return {"apart_m": round(apart_m), "apart_s": round(apart_s), "speed_kmh": round(apart_m / apart_s * 3.6)}


def same_place(report: Reported, others: Sequence[Reported]) -> Facts | None:
    """The third or later report of a day with the same coordinates to 7 decimals (1 cm), over 10 minutes and more.

    `others` are the person's other reports.
    """
    if report.fix.source != PlaceSource.GPS:
        return None
    same = [
        other.at
        for other in others
        if other.fix.source == PlaceSource.GPS
        and other.at <= report.at
        and local_date(other.at) == local_date(report.at)
        and _rounded(other.fix) == _rounded(report.fix)
    ]
    if len(same) + 1 < SAME_PLACE_TIMES or report.at - min(same) < SAME_PLACE_APART:
        return None
    return {"times": len(same) + 1}


def _rounded(fix: Fix) -> tuple[float, float]:
    return round(fix.lng, 7), round(fix.lat, 7)


def odd_accuracy(report: Reported, earlier: Sequence[Reported]) -> Facts | None:
    """The accuracy is exactly 0, which no receiver knows, or for the tenth time running the same; told once in a run.

    `earlier` are the person's reports before this one, the latest first.
    """
    fix = report.fix
    if fix.source != PlaceSource.GPS or fix.accuracy_m is None:
        return None
    measured = [other.fix.accuracy_m for other in earlier if other.fix.source == PlaceSource.GPS]
    run = 1 + sum(1 for _ in takewhile(lambda accuracy_m: accuracy_m == fix.accuracy_m, measured))
    if fix.accuracy_m == 0:
        return {"accuracy_m": 0.0, "times": run}
    return {"accuracy_m": fix.accuracy_m, "times": run} if run == SAME_ACCURACY_TIMES else None


def time_in(identifier: UUID) -> datetime | None:
    """The moment in a UUIDv7 (RFC 9562, 5.7), by the clock of whoever made it."""
    if identifier.version != 7:
        return None
    try:
        return datetime.fromtimestamp((identifier.int >> 80) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
