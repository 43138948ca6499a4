"""The table of protocols: how each is read, what its client must hear, and what it hears when its token opens nothing.

What a client does with an answer decides whether points are lost (docs/decisions/0023-phone-trackers.md): everything that could
be read is answered 2xx, whatever was made of it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backend.patrols.devices import colota, gpslogger, gpx, opengts, osmand, overland, owntracks, traccar, ulogger
from backend.patrols.devices.judging import judge
from backend.patrols.devices.readings import Answer, Delivery, Reading, Saying, SourceSettings

MIB = 2**20
MAX_BODY, MAX_GPX = 2 * MIB, 5 * MIB
# For so long after a source was disabled a client that forgets what is refused is asked to wait instead.
GRACE = timedelta(days=7)


class Protocol(StrEnum):
    OSMAND = "osmand"
    OVERLAND = "overland"
    OWNTRACKS = "owntracks"
    GPSLOGGER = "gpslogger"
    GPX = "gpx"
    OPENGTS = "opengts"
    ULOGGER = "ulogger"
    COLOTA = "colota"
    TRACCAR = "traccar"


@dataclass(frozen=True)
class Rules:
    """`waits`: the client deletes what is answered 4xx, so that it is asked to wait (503) while that may be a mistake."""

    sayings: Callable[[Delivery, SourceSettings], Iterator[Saying]]
    answer: Callable[[Delivery, Reading], Answer]
    waits: bool = False


def _json(content: object) -> Answer:
    return Answer(200, "application/json", json.dumps(content, separators=(",", ":")).encode())


def _text(_delivery: Delivery, _reading: Reading) -> Answer:
    return Answer(200, "text/plain", b"OK")


def _nothing(_delivery: Delivery, _reading: Reading) -> Answer:
    # Traccar Client takes the body for a command.
    return Answer(200, "text/plain", b"")


def _result(_delivery: Delivery, _reading: Reading) -> Answer:
    return _json({"result": "ok"})


def _array(_delivery: Delivery, _reading: Reading) -> Answer:
    return _json([])


def _counted(_delivery: Delivery, reading: Reading) -> Answer:
    return _json({"result": "ok", "points": len(reading.fixes), "rejected": len(reading.rejected)})


def _ulogger(delivery: Delivery, _reading: Reading) -> Answer:
    # A track's number means nothing here: patrols are begun and ended in Suozi.
    return _json({"error": False, "trackid": 1} if ulogger.action(delivery) == "addtrack" else {"error": False})


RULES: dict[Protocol, Rules] = {
    Protocol.OSMAND: Rules(osmand.sayings, _nothing),
    Protocol.OVERLAND: Rules(overland.sayings, _result),
    Protocol.OWNTRACKS: Rules(owntracks.sayings, _array, waits=True),
    Protocol.GPSLOGGER: Rules(gpslogger.sayings, _text),
    Protocol.GPX: Rules(gpx.sayings, _counted),
    Protocol.OPENGTS: Rules(opengts.sayings, _text),
    Protocol.ULOGGER: Rules(ulogger.sayings, _ulogger),
    Protocol.COLOTA: Rules(colota.sayings, _result),
    Protocol.TRACCAR: Rules(traccar.sayings, _nothing),
}


def read(protocol: Protocol, delivery: Delivery, settings: SourceSettings) -> Reading:
    """What a request holds. Never raises, whatever came."""
    return judge(RULES[protocol].sayings(delivery, settings), delivery, settings)


def answer(protocol: Protocol, delivery: Delivery, reading: Reading) -> Answer:
    """What the client must hear once everything is stored, be it a fix, a repetition or a rejected point."""
    if reading.too_many:
        return Answer(413, "application/json", b'{"error":"too many points"}')
    return RULES[protocol].answer(delivery, reading)


def waits(protocol: Protocol, disabled_at: datetime | None, at: datetime) -> bool:
    """Whether a client whose token opens nothing is asked to keep its points (503) and not refused (404).

    `disabled_at` is None for a token that nobody knows: most of all one that was typed wrongly, which can be mended any time.
    """
    return RULES[protocol].waits and (disabled_at is None or at < disabled_at + GRACE)


def body_limit(path: str) -> int:
    """The most bytes that a request to `/in/…` may carry."""
    return MAX_GPX if path.startswith("/in/gpx") else MAX_BODY
