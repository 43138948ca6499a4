"""GPSLogger's custom URL: whatever template a person wrote, above all `%ALL`; OwnTracks' names in JSON; an Overland batch.

Speed is metres per second, whatever its name, unless that is `spd_kph`. Placeholders that had nothing are empty.
"""

from collections.abc import Iterator

from backend.patrols.devices import overland, owntracks
from backend.patrols.devices.messages import Fields, all_fields, fields, json_body, looks_like_json
from backend.patrols.devices.readings import Delivery, Heard, Reason, Said, Saying, SourceSettings, SpeedUnit, Unusable


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
        if not isinstance(message, dict):
            yield Unusable(Reason.UNREADABLE, delivery.body if message is root else message)
        elif "_type" in message:
            yield owntracks.of_message(message, SpeedUnit.MPS)
        else:
            yield _of_fields(fields(message))


def _of_fields(said: Fields) -> Saying:
    lat, lng = said.get("lat", "latitude"), said.get("lon", "lng", "longitude")
    level = said.get("batt", "battery")
    charging = said.get("ischarging", "charging")
    if lat is None and lng is None:
        return Heard(battery=level, charging=charging)
    mps = said.get("spd", "speed", "vel")
    return Said(
        raw=dict(said.named),
        at=said.get("timestamp", "tst", "time"),
        lng=lng,
        lat=lat,
        accuracy_m=said.get("acc", "accuracy"),
        speed=mps if mps is not None else said.get("spd_kph"),
        speed_unit=SpeedUnit.MPS if mps is not None else SpeedUnit.KMH,
        heading_deg=said.get("dir", "bearing", "heading", "direction"),
        altitude_m=said.get("alt", "altitude"),
        battery=level,
        charging=charging,
    )
