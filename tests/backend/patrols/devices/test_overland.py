"""Overland's batches: the request of its page, field by field, and the one answer on which it lets go of a batch."""

import json
from datetime import UTC, datetime

from backend.patrols.devices.protocols import Protocol, answer
from backend.patrols.devices.readings import Complaint, Reading
from tests.backend.patrols.devices.deliveries import delivery, only, reading_of, said

IN_2015 = datetime(2015, 10, 1, 15, 0, tzinfo=UTC)


def feature(**more: object) -> dict[str, object]:
    properties = {
        "timestamp": "2015-10-01T08:00:00-0700",
        "altitude": 0,
        "speed": 4,
        "horizontal_accuracy": 30,
        "vertical_accuracy": -1,
        "motion": ["walking"],
        "battery_state": "charging",
        "battery_level": 0.89,
        "device_id": "",
        "wifi": "",
    }
    geometry = {"type": "Point", "coordinates": [120.15, 30.25]}
    return {"type": "Feature", "geometry": geometry, "properties": properties | more}


def read(body: object) -> Reading:
    return reading_of(Protocol.OVERLAND, delivery("POST /api/overland", body, received_at=IN_2015))


def test_the_request_of_its_page() -> None:
    reading = read({"locations": [feature()], "current": {}, "trip": {}})
    fix = only(reading)
    assert (fix.at, fix.lng, fix.lat) == (IN_2015, 120.15, 30.25)
    assert said(fix) == {
        "altitude_m": 0.0,
        "speed_mps": 4.0,
        "accuracy_m": 30.0,
        "battery": 0.89,
        "charging": True,
    }


def test_what_is_not_known_is_minus_one() -> None:
    told = feature(speed=-1, horizontal_accuracy=-1, battery_level=-1, battery_state="unknown", course=-1)
    assert said(only(read({"locations": [told]}))) == {"altitude_m": 0.0}


def test_a_full_batch_with_one_bad_point_keeps_the_others() -> None:
    batch = [feature(timestamp=f"2015-10-01T14:{n // 60:02}:{n % 60:02}Z") for n in range(200)]
    batch[100]["geometry"] = {"type": "Point", "coordinates": [None, 30.25]}
    reading = read({"locations": batch, "device_id": "phone"})
    assert len(reading.fixes) == 199
    assert [r.reason for r in reading.rejected] == ["no_place"]
    assert "2015-10-01T14:01:40Z" in reading.rejected[0].raw


def test_an_empty_batch_is_a_sign_of_life() -> None:
    reading = read({"locations": []})
    assert (reading.contact, reading.fixes, reading.rejected) == (True, (), ())


def test_what_is_no_batch_is_kept_as_unreadable_and_complained_about() -> None:
    for body in (b"", b"{", b"[]", b'{"location":[]}', b"\xff\xfe"):
        reading = reading_of(Protocol.OVERLAND, delivery("POST /", body))
        assert [r.reason for r in reading.rejected] == ["unreadable"]
        assert reading.complaints == {Complaint.UNREADABLE}
        assert not reading.contact


def test_any_other_answer_would_make_it_send_the_batch_again() -> None:
    for body in ({"locations": [feature()]}, {"locations": [{}]}, {}):
        request = delivery("POST /", body)
        told = answer(Protocol.OVERLAND, request, reading_of(Protocol.OVERLAND, request))
        assert (told.status, told.media_type) == (200, "application/json")
        assert json.loads(told.body) == {"result": "ok"}
