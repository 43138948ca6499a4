"""Colota's own form: one flat message in OwnTracks' short names, as JSON or in the query, with speed in metres per second.

Colota can also send Overland batches, which are taken here as well, so that one address serves both.
"""

from collections.abc import Iterator

from backend.patrols.devices import overland
from backend.patrols.devices.messages import Fields, all_fields, fields, json_body, looks_like_json
from backend.patrols.devices.owntracks import charging_of
from backend.patrols.devices.readings import Delivery, Heard, Reason, Said, Saying, SourceSettings, Unusable


def sayings(delivery: Delivery, _settings: SourceSettings) -> Iterator[Saying]:
    if not looks_like_json(delivery):
        found = all_fields(delivery)
        yield _of_fields(found) if found.named else Unusable(Reason.UNREADABLE, delivery.body)
        return
    root = json_body(delivery)
    if isinstance(root, dict) and "locations" in root:
        yield from overland.of_envelope(root, delivery)
        return
    for message in root if isinstance(root, list) else [root]:
        if isinstance(message, dict):
            yield _of_fields(fields(message))
        else:
            yield Unusable(Reason.UNREADABLE, delivery.body if message is root else message)


def _of_fields(said: Fields) -> Saying:
    lat, lng = said.get("lat"), said.get("lon")
    charging = charging_of(said.get("bs"))
    if lat is None and lng is None:
        return Heard(battery=said.get("batt"), charging=charging)
    return Said(
        raw=dict(said.named),
        at=said.get("tst"),
        lng=lng,
        lat=lat,
        accuracy_m=said.get("acc"),
        speed=said.get("vel"),
        heading_deg=said.get("bear"),
        altitude_m=said.get("alt"),
        battery=said.get("batt"),
        charging=charging,
    )
