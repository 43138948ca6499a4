"""OwnTracks over HTTP: the messages of its booklet, and the answer that both its apps understand."""

import pytest

from backend.patrols.devices.protocols import GRACE, Protocol, answer, waits
from backend.patrols.devices.readings import Complaint, Reading
from tests.backend.patrols.devices.deliveries import NINTH_OF_OCTOBER, at, delivery, only, reading_of, said

LOCATION = {
    "_type": "location",
    "t": "u",
    "batt": 11,
    "lat": 48.856826,
    "lon": 2.292713,
    "tid": "JJ",
    "tst": 1497476456,
    "topic": "owntracks/jane/phone",
}
TRANSITION = {
    "_type": "transition",
    "wtst": 1497470000,
    "lat": 48.8583,
    "lon": 2.2945,
    "tst": 1497476456,
    "acc": 16,
    "tid": "JJ",
    "event": "enter",
    "desc": "Grid 12",
    "t": "c",
}
WAYPOINT = {
    "_type": "waypoint",
    "desc": "Grid 12",
    "lat": 48.8583,
    "lon": 2.2945,
    "rad": 200,
    "tst": 1497470000,
    "rid": "6da9cf",
}


def read(body: object) -> Reading:
    request = delivery("POST /pub?u=jane&d=phone", body, received_at=at(1497476460))
    return reading_of(Protocol.OWNTRACKS, request)


def test_the_location_of_the_booklet() -> None:
    reading = read(LOCATION)
    fix = only(reading)
    assert (fix.at, fix.lng, fix.lat) == (at(1497476456), 2.292713, 48.856826)
    assert said(fix) == {"battery": 0.11}
    assert reading.battery == 0.11


def test_speed_is_in_kilometres_per_hour() -> None:
    fix = only(read(LOCATION | {"vel": 36, "cog": 270, "acc": 12, "alt": 35, "bs": 2}))
    assert said(fix) == {
        "battery": 0.11,
        "speed_mps": pytest.approx(10),
        "heading_deg": 270.0,
        "accuracy_m": 12.0,
        "altitude_m": 35.0,
        "charging": True,
    }


def test_the_zeros_of_an_iphone_are_what_it_does_not_know() -> None:
    assert said(only(read(LOCATION | {"vel": 0, "cog": 0, "acc": 0, "alt": 0, "bs": 0}))) == {"battery": 0.11}


@pytest.mark.parametrize("body", [TRANSITION, WAYPOINT, {"_type": "status"}, {"_type": "lwt"}, {"_type": "what"}, b""])
def test_other_kinds_are_signs_of_life(body: object) -> None:
    reading = read(body)
    assert (reading.contact, reading.fixes, reading.rejected, reading.complaints) == (True, (), (), frozenset())


def test_what_is_encrypted_is_complained_about_and_not_kept() -> None:
    reading = read({"_type": "encrypted", "data": "z7mD0ck"})
    assert reading.complaints == {Complaint.ENCRYPTED}
    assert (reading.contact, reading.rejected) == (True, ())


def test_the_answer_is_an_array_whatever_came() -> None:
    for body in (LOCATION, TRANSITION, b"", b"no json", {"_type": "encrypted"}, LOCATION | {"lat": "x"}):
        request = delivery("POST /pub", body)
        told = answer(Protocol.OWNTRACKS, request, reading_of(Protocol.OWNTRACKS, request))
        assert (told.status, told.media_type, told.body) == (200, "application/json", b"[]")


def test_pictures_of_points_of_interest_are_not_kept() -> None:
    reading = read(LOCATION | {"image": "iVBORw0KGgo", "lat": None})
    assert "iVBOR" not in reading.rejected[0].raw


def test_a_phone_that_forgets_what_is_refused_is_asked_to_wait() -> None:
    disabled_at = at(NINTH_OF_OCTOBER)
    assert waits(Protocol.OWNTRACKS, None, disabled_at)
    assert waits(Protocol.OWNTRACKS, disabled_at, disabled_at + GRACE / 2)
    assert not waits(Protocol.OWNTRACKS, disabled_at, disabled_at + GRACE)
    assert not any(waits(protocol, None, disabled_at) for protocol in Protocol if protocol is not Protocol.OWNTRACKS)
