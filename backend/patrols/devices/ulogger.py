"""µlogger: form posts to `client/index.php`: sign in, begin a track, add points. Metres per second, seconds since 1970."""

from collections.abc import Iterator

from backend.patrols.devices.messages import Fields, all_fields
from backend.patrols.devices.readings import Delivery, Heard, Reason, Said, Saying, SourceSettings, Unusable


def sayings(delivery: Delivery, _settings: SourceSettings) -> Iterator[Saying]:
    said = all_fields(delivery)
    if not said.named:
        yield Unusable(Reason.UNREADABLE, delivery.body)
    elif action(delivery) == "addpos":
        yield _of_fields(said)
    else:
        yield Heard()


def action(delivery: Delivery) -> str:
    """`auth`, `addtrack` or `addpos`; empty if the message names none."""
    return str(all_fields(delivery).get("action") or "")


def _of_fields(said: Fields) -> Said:
    return Said(
        raw={name: member for name, member in said.named.items() if name != "image"},
        at=said.get("time"),
        lng=said.get("lon"),
        lat=said.get("lat"),
        accuracy_m=said.get("accuracy"),
        speed=said.get("speed"),
        heading_deg=said.get("bearing"),
        altitude_m=said.get("altitude"),
    )
