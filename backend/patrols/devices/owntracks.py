"""OwnTracks over HTTP: one message per request, of which only locations are positions.

Speed is km/h. What an iPhone sends as zero for accuracy, altitude, course and speed is what it does not know. A body may be
empty; waypoints, transitions and the other kinds are signs of life; encrypted messages cannot be read here.
"""

from collections.abc import Iterator

from backend.patrols.devices import values
from backend.patrols.devices.messages import fields, json_body
from backend.patrols.devices.readings import (
    Delivery,
    Encrypted,
    Heard,
    Reason,
    Said,
    Saying,
    SourceSettings,
    SpeedUnit,
    Unusable,
)

# `bs`: 0 unknown, 1 unplugged, 2 charging, 3 full.
CHARGING = {1.0: False, 2.0: True, 3.0: True}


def sayings(delivery: Delivery, _settings: SourceSettings) -> Iterator[Saying]:
    if not delivery.body.strip():
        yield Heard()
        return
    root = json_body(delivery)
    for message in root if isinstance(root, list) else [root]:
        if isinstance(message, dict):
            yield of_message(message, SpeedUnit.KMH)
        else:
            yield Unusable(Reason.UNREADABLE, delivery.body if message is root else message)


def of_message(message: dict[str, object], speed_unit: SpeedUnit) -> Saying:
    """One message in OwnTracks' names. GPSLogger's template uses them with speed in metres per second."""
    said = fields(message)
    kind = said.get("_type")
    if kind == "encrypted":
        return Encrypted()
    charging = charging_of(said.get("bs"))
    if kind != "location":
        return Heard(battery=said.get("batt"), charging=charging)
    return Said(
        raw={name: member for name, member in message.items() if name not in {"image", "imagename"}},
        at=said.get("tst"),
        lng=said.get("lon"),
        lat=said.get("lat"),
        accuracy_m=said.get("acc"),
        speed=_unless_zero(said.get("vel")),
        speed_unit=speed_unit,
        heading_deg=_unless_zero(said.get("cog")),
        altitude_m=_unless_zero(said.get("alt")),
        battery=said.get("batt"),
        charging=charging,
    )


def charging_of(bs: object) -> bool | None:
    level = values.number(bs)
    return CHARGING.get(level) if level is not None else None


def _unless_zero(value: object) -> object:
    return None if values.number(value) == 0 else value
