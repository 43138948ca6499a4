"""OsmAnd's HTTP form, which three generations of Traccar Client, OsmAnd itself, Colota and many others speak.

Up to Traccar Client 8 everything is in the query, even of a POST; from 10 on it is a form in the body; 9 sends JSON, with other
units. Speed in a query or form is knots, in JSON metres per second. Without a time a point is from now; without a place it is
a sign of life.
"""

from collections.abc import Iterator

from backend.patrols.devices import values
from backend.patrols.devices.messages import Fields, all_fields, fields, json_body, looks_like_json
from backend.patrols.devices.readings import (
    Delivery,
    Heard,
    Reason,
    Said,
    Saying,
    SourceSettings,
    SpeedUnit,
    Unusable,
)


def sayings(delivery: Delivery, _settings: SourceSettings) -> Iterator[Saying]:
    if not looks_like_json(delivery):
        found = all_fields(delivery)
        yield _of_fields(found) if found.named else Unusable(Reason.UNREADABLE, delivery.body)
        return
    root = json_body(delivery)
    messages = root if isinstance(root, list) else [root]
    for message in messages:
        if not isinstance(message, dict):
            yield Unusable(Reason.UNREADABLE, delivery.body if message is root else message)
            continue
        location = fields(message).get("location")
        if isinstance(location, str | None):
            yield _of_fields(fields(message))
        else:
            for one in location if isinstance(location, list) else [location]:
                yield _of_location(one)


def _of_fields(said: Fields) -> Saying:
    """One flat message: names as in the query."""
    if values.truth(said.get("valid")) is False:
        return Unusable(Reason.NOT_VALID, dict(said.named))
    lat, lng = said.get("lat"), said.get("lon", "lng")
    both = said.get("location")
    if isinstance(both, str) and lat is None and lng is None:
        lat, _, lng = both.partition(",")
    level, charging = said.get("batt", "battery"), said.get("charge", "charging")
    if lat is None and lng is None:
        return Heard(battery=level, charging=charging)
    return Said(
        raw=dict(said.named),
        at=said.get("timestamp"),
        lng=lng,
        lat=lat,
        accuracy_m=said.get("accuracy"),
        speed=said.get("speed"),
        speed_unit=SpeedUnit.KNOTS,
        heading_deg=said.get("bearing", "heading"),
        altitude_m=said.get("altitude"),
        battery=level,
        charging=charging,
        mock=said.get("mock"),
        now_if_untimed=True,
    )


def _of_location(location: object) -> Saying:
    """A location of the JSON form; `-1` stands for what the phone does not know."""
    if not isinstance(location, dict):
        return Unusable(Reason.UNREADABLE, location)
    said = fields(location)
    coords, level = said.within("coords"), said.within("battery")
    lat, lng = coords.get("latitude"), coords.get("longitude")
    if lat is None and lng is None:
        return Heard(battery=level.get("level"), battery_full=1, charging=level.get("is_charging"))
    return Said(
        raw=location,
        at=said.get("timestamp"),
        lng=lng,
        lat=lat,
        accuracy_m=coords.get("accuracy"),
        speed=coords.get("speed"),
        speed_unit=SpeedUnit.MPS,
        heading_deg=coords.get("heading"),
        altitude_m=coords.get("altitude"),
        battery=level.get("level"),
        battery_full=1,
        charging=level.get("is_charging"),
        mock=said.get("mock"),
        now_if_untimed=True,
    )
