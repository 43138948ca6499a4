"""OpenGTS' HTTP form, which GPSLogger can send: one NMEA sentence `$GPRMC` in the query, always UTC and knots.

The sentence's checksum is not looked at: HTTP has its own, and some senders compute it wrongly.
"""

import re
from collections.abc import Iterator

from backend.patrols.devices import values
from backend.patrols.devices.messages import Fields, all_fields
from backend.patrols.devices.readings import Delivery, Heard, Reason, Said, Saying, SourceSettings, SpeedUnit, Unusable

# $GPRMC,hhmmss[.sss],A,DDMM.MMMM,N,DDDMM.MMMM,E,knots,course,ddmmyy,…
SENTENCE = re.compile(
    r"\$?G[PN]RMC,(?P<h>\d\d)(?P<m>\d\d)(?P<s>\d\d(?:\.\d{1,6})?),(?P<status>[AV]),"
    r"(?P<lat>\d{2})(?P<lat_min>\d\d(?:\.\d{1,12})?),(?P<ns>[NS]),"
    r"(?P<lng>\d{3})(?P<lng_min>\d\d(?:\.\d{1,12})?),(?P<ew>[EW]),"
    r"(?P<speed>[\d.]*),(?P<course>[\d.]*),(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d\d)",
    re.ASCII,
)


def sayings(delivery: Delivery, _settings: SourceSettings) -> Iterator[Saying]:
    said = all_fields(delivery)
    sentence = said.get("gprmc")
    if not said.named:
        yield Unusable(Reason.UNREADABLE, delivery.body)
    elif sentence is None:
        yield Heard(battery=said.get("batt"))
    else:
        yield _of_sentence(str(sentence), said)


def _of_sentence(sentence: str, said: Fields) -> Saying:
    found = SENTENCE.match(sentence.strip())
    if not found:
        return Unusable(Reason.UNREADABLE, dict(said.named))
    if found["status"] == "V":
        return Unusable(Reason.NOT_VALID, dict(said.named))
    date = f"20{found['year']}-{found['month']}-{found['day']}"
    return Said(
        raw=dict(said.named),
        at=f"{date}T{found['h']}:{found['m']}:{found['s']}+00:00",
        lng=_degrees(found["lng"], found["lng_min"], found["ew"]),
        lat=_degrees(found["lat"], found["lat_min"], found["ns"]),
        accuracy_m=said.get("acc", "accuracy"),
        speed=found["speed"],
        speed_unit=SpeedUnit.KNOTS,
        heading_deg=found["course"],
        altitude_m=said.get("alt"),
        battery=said.get("batt"),
    )


def _degrees(whole: str, minutes: str, side: str) -> float:
    found = int(whole) + (values.number(minutes) or 0) / 60
    return -found if side in "SW" else found
