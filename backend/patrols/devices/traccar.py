"""What a Traccar server forwards (`forward.type=json`): one position of one of its devices. Speed is knots.

A Traccar forwards all its devices to one address. A source follows the one that its settings name; of the others nothing is
kept, as they may be other people's.
"""

from collections.abc import Iterator

from backend.patrols.devices import values
from backend.patrols.devices.messages import fields, json_body
from backend.patrols.devices.readings import (
    Delivery,
    Heard,
    OfAnother,
    Reason,
    Said,
    Saying,
    SourceSettings,
    SpeedUnit,
    Unusable,
)


def sayings(delivery: Delivery, settings: SourceSettings) -> Iterator[Saying]:
    root = json_body(delivery)
    for message in root if isinstance(root, list) else [root]:
        if isinstance(message, dict) and isinstance(message.get("position"), dict):
            yield _of_message(message, settings.device_id)
        else:
            yield Unusable(Reason.UNREADABLE, delivery.body if message is root else message)


def _of_message(message: dict[str, object], device_id: str | None) -> Saying:
    if device_id is not None and str(fields(message).within("device").get("uniqueid")) != device_id:
        return OfAnother()
    said = fields(message).within("position")
    more = said.within("attributes")
    level, charging = more.get("batterylevel"), more.get("charge")
    # Traccar repeats the last place for a message without one and says so.
    if values.truth(said.get("outdated")):
        return Heard(battery=level, charging=charging)
    if values.truth(said.get("valid")) is False:
        return Unusable(Reason.NOT_VALID, message)
    return Said(
        raw=message,
        at=said.get("fixtime", "devicetime"),
        lng=said.get("longitude"),
        lat=said.get("latitude"),
        accuracy_m=said.get("accuracy"),
        speed=said.get("speed"),
        speed_unit=SpeedUnit.KNOTS,
        heading_deg=said.get("course"),
        altitude_m=said.get("altitude"),
        battery=level,
        charging=charging,
        mock=more.get("mock"),
    )
