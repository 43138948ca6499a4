"""GPSLogger, OpenGTS, µlogger, Colota and a forwarding Traccar: what each sends, and what it must hear."""

import json

import pytest

from backend.patrols.devices.protocols import Protocol, answer
from backend.patrols.devices.readings import Answer, Delivery, SourceSettings
from tests.backend.patrols.devices.deliveries import (
    FORM,
    NINTH_OF_OCTOBER,
    TOKEN,
    at,
    delivery,
    only,
    reading_of,
    said,
)

KNOT_MPS = 1852 / 3600
ALL = (
    f"GET /in/gpslogger/{TOKEN}?lat=30.25&lon=120.15&sat=9&desc=&alt=12.0&acc=5.0&dir=91.0&prov=gps&spd_kph=4.68&spd=1.3"
    "&timestamp=1760000000&time=2025-10-09T08:53:20.000Z&batt=66&ischarging=false&aid=0&dist=1204&"
)


def told(protocol: Protocol, request: Delivery) -> Answer:
    return answer(protocol, request, reading_of(protocol, request))


def test_gpslogger_sends_all_its_placeholders() -> None:
    fix = only(reading_of(Protocol.GPSLOGGER, delivery(ALL)))
    assert (fix.at, fix.lng, fix.lat) == (at(NINTH_OF_OCTOBER), 120.15, 30.25)
    assert said(fix) == {
        "altitude_m": 12.0,
        "accuracy_m": 5.0,
        "heading_deg": 91.0,
        "speed_mps": 1.3,
        "battery": 0.66,
        "charging": False,
    }


def test_gpslogger_with_speed_in_kilometres_per_hour_and_iso_time_only() -> None:
    fix = only(
        reading_of(
            Protocol.GPSLOGGER, delivery("GET /?lat=30.25&lon=120.15&spd_kph=36&time=2025-10-09T08:53:20.000Z&acc=")
        )
    )
    assert fix.at == at(NINTH_OF_OCTOBER)
    assert said(fix) == {"speed_mps": pytest.approx(10)}


def test_gpsloggers_template_in_owntracks_names_has_strings_and_metres_per_second() -> None:
    body = {
        "_type": "location",
        "t": "u",
        "acc": "5.0",
        "alt": "12.0",
        "batt": "66",
        "lat": "30.25",
        "lon": "120.15",
        "tst": "1760000000",
        "vel": "1.3",
    }
    fix = only(reading_of(Protocol.GPSLOGGER, delivery("POST /", body)))
    assert (fix.at, fix.lng, fix.lat) == (at(NINTH_OF_OCTOBER), 120.15, 30.25)
    assert said(fix) == {"accuracy_m": 5.0, "altitude_m": 12.0, "battery": 0.66, "speed_mps": 1.3}


def test_gpslogger_hears_ok() -> None:
    assert told(Protocol.GPSLOGGER, delivery(ALL)) == Answer(200, "text/plain", b"OK")


GPRMC = "$GPRMC,085320.000,A,3015.00000,N,12009.00000,E,2.53,91.0,091025,,*1C"


def test_opengts_sends_one_sentence() -> None:
    request = delivery(f"GET /gprmc/Data?id=p1&dev=p1&acct=p1&batt=66&code=0xF020&alt=12.0&gprmc={GPRMC}")
    fix = only(reading_of(Protocol.OPENGTS, request))
    assert fix.at == at(NINTH_OF_OCTOBER)
    assert (fix.lng, fix.lat) == (pytest.approx(120.15, abs=1e-9), pytest.approx(30.25, abs=1e-9))
    assert said(fix) == {"speed_mps": 2.53 * KNOT_MPS, "heading_deg": 91.0, "altitude_m": 12.0, "battery": 0.66}
    assert told(Protocol.OPENGTS, request).status == 200


def test_south_and_west_are_negative() -> None:
    sentence = GPRMC.replace(",N,", ",S,").replace(",E,", ",W,")
    fix = only(reading_of(Protocol.OPENGTS, delivery(f"GET /?gprmc={sentence}")))
    assert (round(fix.lng, 9), round(fix.lat, 9)) == (-120.15, -30.25)


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        (GPRMC.replace(",A,", ",V,"), "not_valid"),
        (GPRMC[:30], "unreadable"),
        (GPRMC.replace("091025", "321325"), "bad_time"),
        ("$GPGGA,1,2", "unreadable"),
    ],
)
def test_sentences_that_are_no_position(sentence: str, reason: str) -> None:
    reading = reading_of(Protocol.OPENGTS, delivery(f"GET /?gprmc={sentence}"))
    assert [r.reason for r in reading.rejected] == [reason]


def test_ulogger_signs_in_begins_a_track_and_adds_points() -> None:
    signing_in = delivery("POST /client/index.php", "action=auth&user=p1&pass=geheim", FORM)
    assert json.loads(told(Protocol.ULOGGER, signing_in).body) == {"error": False}
    assert reading_of(Protocol.ULOGGER, signing_in).contact
    beginning = delivery("POST /client/index.php", "action=addtrack&track=Morning", FORM)
    assert json.loads(told(Protocol.ULOGGER, beginning).body) == {"error": False, "trackid": 1}
    adding = delivery(
        "POST /client/index.php",
        "action=addpos&lat=30.25&lon=120.15&time=1760000000&altitude=12.0&speed=1.3&bearing=91.0&accuracy=5.0"
        "&provider=gps&comment=&trackid=1",
        FORM,
    )
    fix = only(reading_of(Protocol.ULOGGER, adding))
    assert (fix.at, fix.lng, fix.lat) == (at(NINTH_OF_OCTOBER), 120.15, 30.25)
    assert said(fix) == {
        "altitude_m": 12.0,
        "speed_mps": 1.3,
        "heading_deg": 91.0,
        "accuracy_m": 5.0,
    }
    assert told(Protocol.ULOGGER, adding).body == b'{"error":false}'


def test_ulogger_with_a_photo_sends_parts() -> None:
    parts = {"action": "addpos", "lat": "30.25", "lon": "120.15", "time": "1760000000"}
    body = "".join(f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in parts.items())
    image = '--b\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"\r\n\r\n\x00\x01\r\n--b--\r\n'
    request = delivery("POST /client/index.php", body + image, "multipart/form-data; boundary=b")
    assert only(reading_of(Protocol.ULOGGER, request)).lat == 30.25


COLOTA = {
    "lat": 30.25,
    "lon": 120.15,
    "acc": 12,
    "alt": 12,
    "vel": 1.3,
    "batt": 66,
    "bs": 2,
    "tst": 1760000000,
    "bear": 91,
}


def test_colotas_own_form() -> None:
    request = delivery("POST /", COLOTA)
    fix = only(reading_of(Protocol.COLOTA, request))
    assert (fix.at, fix.lng, fix.lat) == (at(NINTH_OF_OCTOBER), 120.15, 30.25)
    assert said(fix) == {
        "accuracy_m": 12.0,
        "altitude_m": 12.0,
        "speed_mps": 1.3,
        "heading_deg": 91.0,
        "battery": 0.66,
        "charging": True,
    }
    assert told(Protocol.COLOTA, request).status == 200


def test_colota_may_send_overland_batches_to_the_same_address() -> None:
    point = {"type": "Point", "coordinates": [120.15, 30.25]}
    feature = {"type": "Feature", "geometry": point, "properties": {"timestamp": "2025-10-09T08:53:20Z"}}
    assert only(reading_of(Protocol.COLOTA, delivery("POST /", {"locations": [feature]}))).lng == 120.15


FORWARDED = {
    "position": {
        "id": 7,
        "protocol": "huabao",
        "deviceTime": "2025-10-09T08:53:21.000+00:00",
        "fixTime": "2025-10-09T08:53:20.000+00:00",
        "outdated": False,
        "valid": True,
        "latitude": 30.25,
        "longitude": 120.15,
        "altitude": 12.0,
        "speed": 2.53,
        "course": 91.0,
        "accuracy": 0.0,
        "attributes": {"batteryLevel": 66, "charge": True, "motion": True},
    },
    "device": {"id": 3, "name": "Car", "uniqueId": "013800138000"},
}


def test_a_traccar_forwards_what_200_kinds_of_hardware_say() -> None:
    request = delivery("POST /", FORWARDED)
    fix = only(reading_of(Protocol.TRACCAR, request))
    assert (fix.at, fix.lng, fix.lat) == (at(NINTH_OF_OCTOBER), 120.15, 30.25)
    assert said(fix) == {
        "altitude_m": 12.0,
        "speed_mps": 2.53 * KNOT_MPS,
        "heading_deg": 91.0,
        "battery": 0.66,
        "charging": True,
    }
    assert told(Protocol.TRACCAR, request).status == 200


def test_of_other_devices_nothing_is_kept() -> None:
    reading = reading_of(Protocol.TRACCAR, delivery("POST /", FORWARDED), SourceSettings(device_id="other"))
    assert (reading.fixes, reading.rejected, reading.elsewhere) == ((), (), 1)
    mine = reading_of(Protocol.TRACCAR, delivery("POST /", FORWARDED), SourceSettings(device_id="013800138000"))
    assert only(mine).lat == 30.25


def test_a_repeated_place_is_only_a_sign_of_life() -> None:
    position = FORWARDED["position"] | {"outdated": True}  # type: ignore[operator]
    reading = reading_of(Protocol.TRACCAR, delivery("POST /", FORWARDED | {"position": position}))
    assert (reading.fixes, reading.contact, reading.battery) == ((), True, 0.66)
