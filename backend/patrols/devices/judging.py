"""From what a client said to what can be believed: time, place and units of each point, the same for every protocol."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from backend.patrols.devices import values
from backend.patrols.devices.messages import keepable
from backend.patrols.devices.readings import (
    MAX_BATCH,
    MAX_POINTS,
    MAX_RAWS,
    Broken,
    Complaint,
    Datum,
    Delivery,
    Encrypted,
    Heard,
    OfAnother,
    Reading,
    Reason,
    Rejected,
    Said,
    Saying,
    SourceSettings,
    Unusable,
)
from backend.patrols.packing import NewFix
from geo.bd09 import from_bd09
from geo.crs import CHINA
from geo.gcj02 import from_gcj02

AHEAD, BEHIND = timedelta(minutes=5), timedelta(days=30)
# What a receiver without a position sends is zero, give or take a rounding.
ZERO_DEG = 1e-6

UNDO: dict[Datum, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    Datum.GCJ02: from_gcj02,
    Datum.BD09: from_bd09,
}


@dataclass
class _Gathered:
    fixes: list[NewFix] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    complaints: set[Complaint] = field(default_factory=set)
    heard: Heard | None = None
    elsewhere: int = 0
    contact: bool = False


def judge(sayings: Iterable[Saying], delivery: Delivery, settings: SourceSettings) -> Reading:
    """Everything that was said, judged. Fixes keep the order in which they were said."""
    got = _Gathered()
    for number, saying in enumerate(sayings):
        if number >= 2 * MAX_POINTS:
            return Reading(too_many=True)
        _gather(saying, got, delivery, settings)
        if len(got.fixes) + len(got.rejected) > MAX_POINTS:
            return Reading(too_many=True)
    return _reading(got, settings)


def _gather(saying: Saying, got: _Gathered, delivery: Delivery, settings: SourceSettings) -> None:
    match saying:
        case Said():
            found = _fix(saying, got, delivery, settings)
            if isinstance(found, NewFix):
                got.fixes.append(found)
            else:
                _reject(found, saying.raw, got, delivery)
        case Heard():
            got.heard = saying
        case Broken():
            if got.fixes and got.breaks[-1:] != [len(got.fixes)]:
                got.breaks.append(len(got.fixes))
        case OfAnother():
            got.elsewhere += 1
        case Encrypted():
            got.complaints.add(Complaint.ENCRYPTED)
        case Unusable():
            _reject(saying.reason, saying.raw, got, delivery)
    if isinstance(saying, Unusable) and saying.reason is Reason.UNREADABLE:
        got.complaints.add(Complaint.UNREADABLE)
    else:
        got.contact = True


def _reject(reason: Reason, raw: object, got: _Gathered, delivery: Delivery) -> None:
    kept = keepable(raw, delivery.token) if len(got.rejected) < MAX_RAWS else ""
    got.rejected.append(Rejected(reason, kept))


def _reading(got: _Gathered, settings: SourceSettings) -> Reading:
    fixes = in_wgs84(got.fixes, settings.datum)
    level, charging = _newest_battery(fixes, got.heard)
    return Reading(
        fixes=fixes,
        rejected=tuple(got.rejected),
        breaks=tuple(at for at in got.breaks if at < len(fixes)),
        contact=got.contact,
        battery=level,
        charging=charging,
        complaints=frozenset(got.complaints),
        elsewhere=got.elsewhere,
    )


def _newest_battery(fixes: Sequence[NewFix], heard: Heard | None) -> tuple[float | None, bool | None]:
    if heard:
        return values.battery(heard.battery, heard.battery_full), values.truth(heard.charging)
    newest = max(fixes, key=lambda fix: fix.at, default=None)
    return (newest.battery, newest.charging) if newest else (None, None)


def _fix(said: Said, got: _Gathered, delivery: Delivery, settings: SourceSettings) -> NewFix | Reason:
    place = _place(said)
    if isinstance(place, Reason):
        return place
    untimed = said.at is None and said.now_if_untimed
    at, zoneless = values.moment(delivery.received_at if untimed else said.at, settings.zone)
    if at is None:
        return Reason.NO_TIME if said.at in (None, "") else Reason.BAD_TIME
    if zoneless:
        got.complaints.add(Complaint.ZONELESS)
    if at > delivery.received_at + AHEAD:
        return Reason.CLOCK
    if at < delivery.received_at - BEHIND:
        return Reason.TOO_OLD
    return NewFix(
        at=at,
        lng=place[0],
        lat=place[1],
        accuracy_m=values.accuracy(said.accuracy_m),
        speed_mps=values.speed(said.speed, settings.speed_unit or said.speed_unit),
        heading_deg=values.heading(said.heading_deg),
        altitude_m=values.altitude(said.altitude_m),
        battery=values.battery(said.battery, said.battery_full),
        charging=values.truth(said.charging),
        mock=values.truth(said.mock),
    )


def _place(said: Said) -> tuple[float, float] | Reason:
    if said.lng in (None, "") or said.lat in (None, ""):
        return Reason.NO_PLACE
    lng, lat = values.number(said.lng), values.number(said.lat)
    if lng is None or lat is None:
        return Reason.BAD_PLACE
    if abs(lng) <= ZERO_DEG and abs(lat) <= ZERO_DEG:
        return Reason.ZERO_PLACE
    if _in_china(lat, lng) and not _in_china(lng, lat):
        return Reason.SWAPPED
    return (lng, lat) if abs(lng) <= 180 and abs(lat) <= 90 else Reason.BAD_PLACE


def _in_china(lng: float, lat: float) -> bool:
    west, south, east, north = CHINA
    return west <= lng <= east and south <= lat <= north


def in_wgs84(fixes: Sequence[NewFix], datum: Datum) -> tuple[NewFix, ...]:
    """The same fixes with the datum's shift undone, which only China's maps have: elsewhere the datums are WGS84 already."""
    undo = UNDO.get(datum)
    shifted = [i for i, fix in enumerate(fixes) if _in_china(fix.lng, fix.lat)]
    if not undo or not shifted:
        return tuple(fixes)
    found = list(fixes)
    places = undo(np.array([(fixes[i].lng, fixes[i].lat) for i in shifted]))
    for i, (lng, lat) in zip(shifted, places.tolist(), strict=True):
        found[i] = replace(fixes[i], lng=lng, lat=lat)
    return tuple(found)


def batches(reading: Reading) -> Iterator[tuple[NewFix, ...]]:
    """The fixes as they are to be stored: at most 500 at a time, and never across a break."""
    for start, end in pairwise((0, *reading.breaks, len(reading.fixes))):
        for at in range(start, end, MAX_BATCH):
            yield reading.fixes[at : min(at + MAX_BATCH, end)]
