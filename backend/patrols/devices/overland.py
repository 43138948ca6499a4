"""Overland's batches: GeoJSON points with properties, 50 to 500 at a time. Overland, Colota and GPSLogger 136 send them.

Speed is metres per second, the battery's level 0 to 1, and -1 stands for what is not known. Times may have an offset without
its colon.
"""

from collections.abc import Iterator

from backend.patrols.devices.messages import fields, json_body
from backend.patrols.devices.readings import Delivery, Heard, Reason, Said, Saying, SourceSettings, Unusable

CHARGING = {"charging": True, "full": True, "unplugged": False}


def sayings(delivery: Delivery, _settings: SourceSettings) -> Iterator[Saying]:
    yield from of_envelope(json_body(delivery), delivery)


def of_envelope(envelope: object, delivery: Delivery) -> Iterator[Saying]:
    """What a parsed body holds."""
    locations = fields(envelope).get("locations")
    if not isinstance(locations, list):
        yield Unusable(Reason.UNREADABLE, delivery.body)
        return
    if not locations:
        yield Heard()
    for feature in locations:
        yield _of_feature(feature)


def _of_feature(feature: object) -> Saying:
    if not isinstance(feature, dict):
        return Unusable(Reason.UNREADABLE, feature)
    said = fields(feature)
    known = said.within("properties")
    coordinates = said.within("geometry").get("coordinates")
    lng, lat, *up = [*coordinates, None, None] if isinstance(coordinates, list) else [None, None]
    state = known.get("battery_state")
    return Said(
        raw=feature,
        at=known.get("timestamp"),
        lng=lng,
        lat=lat,
        accuracy_m=known.get("horizontal_accuracy"),
        speed=known.get("speed"),
        heading_deg=known.get("course", "heading", "bearing"),
        altitude_m=known.get("altitude") if known.get("altitude") is not None else next(iter(up), None),
        battery=known.get("battery_level"),
        battery_full=1,
        charging=CHARGING.get(state) if isinstance(state, str) else None,
    )
