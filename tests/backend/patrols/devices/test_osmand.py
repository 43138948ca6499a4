"""OsmAnd's form in its three generations: the requests that the apps really send, field by field."""

from datetime import UTC, datetime

import pytest

from backend.patrols.devices.protocols import Protocol, answer
from backend.patrols.devices.readings import Complaint, Reading, SourceSettings, SpeedUnit, Zone
from tests.backend.patrols.devices.deliveries import (
    FORM,
    NINTH_OF_OCTOBER,
    at,
    delivery,
    only,
    reading_of,
    said,
    soon_after,
)

KNOT_MPS = 1852 / 3600
JSON_9 = {
    "location": {
        "timestamp": "2025-06-15T13:45:12.862Z",
        "coords": {
            "latitude": 37.4219983,
            "longitude": -122.084,
            "accuracy": 5,
            "speed": 0,
            "heading": -1,
            "altitude": 5,
        },
        "is_moving": False,
        "odometer": 0,
        "event": "motionchange",
        "battery": {"level": 1, "is_charging": False},
        "activity": {"type": "still"},
        "extras": {},
        "_": "&id=48241179&lat=37.4219983&lon=-122.084&timestamp=2025-06-15T13:45:12.862Z&",
    },
    "device_id": "48241179",
}
JUNE = datetime(2025, 6, 15, 13, 45, 12, 862000, UTC)


def read(*args: object, settings: SourceSettings | None = None, **more: object) -> Reading:
    return reading_of(Protocol.OSMAND, delivery(*args, **more), settings)  # type: ignore[arg-type]


def test_traccars_first_vector_is_a_query() -> None:
    request = "GET /?id=123456&timestamp=1377177267&lat=60.0&lon=30.0&speed=0.0&bearing=0.0&altitude=0&hdop=0.0"
    fix = only(read(request, received_at=soon_after(at(1377177267))))
    assert (fix.at, fix.lng, fix.lat) == (datetime(2013, 8, 22, 13, 14, 27, tzinfo=UTC), 30.0, 60.0)
    assert said(fix) == {"speed_mps": 0.0, "heading_deg": 0.0, "altitude_m": 0.0}


def test_traccars_second_vector_has_an_iso_time() -> None:
    request = "GET /?id=902064&lat=42.06288&lon=-88.23412&timestamp=2016-01-27T18%3A55%3A47Z&hdop=6.0&altitude=224.0&speed=0.0"
    fix = only(read(request, received_at=datetime(2016, 1, 27, 18, 56, tzinfo=UTC)))
    assert (fix.at, fix.lng, fix.lat) == (datetime(2016, 1, 27, 18, 55, 47, tzinfo=UTC), -88.23412, 42.06288)
    assert said(fix) == {"speed_mps": 0.0, "altitude_m": 224.0}


def test_traccar_client_8_posts_everything_in_the_query_and_an_empty_body() -> None:
    request = (
        "POST /?id=123456&timestamp=1760000000&lat=30.25&lon=120.15&speed=2.53&bearing=91.0&altitude=12.0"
        "&accuracy=5.0&batt=77.0&charge=true"
    )
    reading = read(request)
    fix = only(reading)
    assert (fix.at, fix.lng, fix.lat) == (at(NINTH_OF_OCTOBER), 120.15, 30.25)
    assert said(fix) == {
        "speed_mps": 2.53 * KNOT_MPS,
        "heading_deg": 91.0,
        "altitude_m": 12.0,
        "accuracy_m": 5.0,
        "battery": 0.77,
        "charging": True,
    }
    assert (reading.battery, reading.charging) == (0.77, True)


def test_traccar_client_10_posts_a_form() -> None:
    body = (
        "id=48241179&lat=30.25&lon=120.15&timestamp=1760000000&accuracy=5.0&altitude=12.0&speed=2.53&bearing=91.0"
        "&batt=77&charge=false"
    )
    fix = only(read("POST /", body, FORM))
    assert (fix.at, fix.lng, fix.lat) == (at(NINTH_OF_OCTOBER), 120.15, 30.25)
    assert said(fix)["speed_mps"] == pytest.approx(1.30154, abs=1e-5)
    assert (fix.battery, fix.charging) == (0.77, False)


def test_a_form_without_its_content_type_is_still_a_form() -> None:
    assert only(read("POST /", "lat=30.25&lon=120.15&timestamp=1760000000")).lat == 30.25


def test_traccar_client_9_sends_json_with_other_units() -> None:
    fix = only(read("POST /", JSON_9, received_at=soon_after(JUNE)))
    assert (fix.at, fix.lng, fix.lat) == (JUNE, -122.084, 37.4219983)
    assert said(fix) == {
        "accuracy_m": 5.0,
        "speed_mps": 0.0,
        "altitude_m": 5.0,
        "battery": 1.0,
        "charging": False,
    }


def test_what_json_says_is_minus_one_is_unknown() -> None:
    coords = {"latitude": 30.25, "longitude": 120.15, "accuracy": -1, "speed": -1, "heading": -1, "altitude": 3}
    location = {"timestamp": NINTH_OF_OCTOBER * 1000, "coords": coords, "battery": {"level": -1}, "mock": True}
    assert said(only(read("POST /", {"location": location}))) == {"altitude_m": 3.0, "mock": True}


def test_json_speed_is_metres_per_second_and_the_query_is_knots() -> None:
    coords = {"latitude": 30.25, "longitude": 120.15, "speed": 10}
    of_json = only(read("POST /", {"location": {"timestamp": NINTH_OF_OCTOBER, "coords": coords}}))
    of_query = only(read(f"GET /?lat=30.25&lon=120.15&speed=10&timestamp={NINTH_OF_OCTOBER}"))
    assert (of_json.speed_mps, of_query.speed_mps) == (10, pytest.approx(5.14444, abs=1e-5))


def test_colotas_template_sends_metres_per_second_in_the_query_so_the_source_says_so() -> None:
    request = f"GET /?lat=30.25&lon=120.15&speed=1.5&timestamp={NINTH_OF_OCTOBER}"
    assert only(read(request, settings=SourceSettings(speed_unit=SpeedUnit.MPS))).speed_mps == 1.5


def test_a_batch_of_locations_and_a_bare_array_are_taken() -> None:
    one = {"timestamp": NINTH_OF_OCTOBER, "coords": {"latitude": 30.25, "longitude": 120.15}}
    two = {"timestamp": NINTH_OF_OCTOBER + 1, "coords": {"latitude": 30.26, "longitude": 120.15}}
    assert [fix.lat for fix in read("POST /", {"location": [one, two]}).fixes] == [30.25, 30.26]
    flat = [{"id": "1", "lat": 30.25, "lon": 120.15, "timestamp": NINTH_OF_OCTOBER + n, "speed": 1} for n in range(3)]
    reading = read("POST /", flat)
    assert [fix.at for fix in reading.fixes] == [at(NINTH_OF_OCTOBER + n) for n in range(3)]
    assert {fix.speed_mps for fix in reading.fixes} == {KNOT_MPS}


def test_without_a_place_it_is_a_sign_of_life_that_tells_the_battery() -> None:
    for reading in (
        read("POST /", "id=1&timestamp=1760000000&batt=41&charge=true", FORM),
        read("POST /", {"location": {"battery": {"level": 0.41, "is_charging": True}}, "device_id": "1"}),
    ):
        assert (reading.fixes, reading.rejected, reading.contact) == ((), (), True)
        assert (reading.battery, reading.charging) == (0.41, True)


def test_without_a_time_it_is_from_now() -> None:
    now = datetime(2025, 10, 9, 8, 0, 0, 123456, UTC)
    assert only(read("GET /?lat=30.25&lon=120.15", received_at=now)).at == now.replace(microsecond=123000)


def test_a_location_in_one_field() -> None:
    fix = only(read("GET /?id=1&location=30.25,120.15&timestamp=1760000000"))
    assert (fix.lng, fix.lat) == (120.15, 30.25)


def test_milliseconds() -> None:
    assert only(read("GET /?lat=30.25&lon=120.15&timestamp=1760000000250")).at == at(NINTH_OF_OCTOBER + 0.25)


def test_a_time_without_its_zone_is_read_in_the_sources_and_complained_about() -> None:
    request = "GET /?lat=30.25&lon=120.15&timestamp=2025-10-09+16:53:20"
    reading = read(request)
    assert only(reading).at == at(NINTH_OF_OCTOBER)
    assert reading.complaints == {Complaint.ZONELESS}
    in_utc = read(request.replace("16:53", "08:53"), settings=SourceSettings(zone=Zone.UTC))
    assert only(in_utc).at == at(NINTH_OF_OCTOBER)


def test_a_point_that_the_phone_calls_invalid_is_rejected() -> None:
    reading = read("GET /?lat=30.25&lon=120.15&valid=false&timestamp=1760000000")
    assert [r.reason for r in reading.rejected] == ["not_valid"]


def test_the_answer_is_empty_because_a_body_would_be_taken_for_a_command() -> None:
    request = delivery("GET /?lat=30.25&lon=120.15")
    told = answer(Protocol.OSMAND, request, reading_of(Protocol.OSMAND, request))
    assert (told.status, told.body) == (200, b"")
