"""What can be believed of a point: hostile and clumsy numbers, times and places, the datums, and secrets that are not kept."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from backend.patrols.devices.judging import batches
from backend.patrols.devices.protocols import Protocol, read
from backend.patrols.devices.readings import Datum, Delivery, Reading, SourceSettings, Zone
from backend.patrols.devices.values import moment, number
from backend.patrols.packing import NewFix
from geo.bd09 import to_bd09
from geo.gcj02 import to_gcj02
from tests.backend.patrols.devices.deliveries import (
    FORM,
    NINTH_OF_OCTOBER,
    SOON,
    TOKEN,
    delivery,
    only,
    reading_of,
    said,
)


def reading(
    lat: object = "30.25", lon: object = "120.15", timestamp: object = NINTH_OF_OCTOBER, **more: object
) -> Reading:
    pairs = {"lat": lat, "lon": lon, "timestamp": timestamp, **more}
    query = "&".join(f"{name}={value}" for name, value in pairs.items())
    return reading_of(Protocol.OSMAND, delivery(f"GET /?{query}"))


def reason(**said_of_it: object) -> str:
    found = reading(**said_of_it)
    assert found.fixes == ()
    return found.rejected[0].reason


@pytest.mark.parametrize(
    "value", ["nan", "NaN", "inf", "1e999", "1_0", "0x1", "１２", "", " ", "1,5", "9" * 500, "--1"]
)
def test_what_is_no_number(value: str) -> None:
    assert number(value) is None


@pytest.mark.parametrize("value", [True, None, [], {}, float("nan"), float("inf"), 10**400, object()])
def test_what_json_has_that_is_no_number(value: object) -> None:
    assert number(value) is None


def test_numbers_as_text() -> None:
    assert [number(text) for text in ("1", " 1.5 ", "+.5", "-0", "1E2", "1.")] == [1, 1.5, 0.5, 0, 100, 1]


@pytest.mark.parametrize(
    ("lat", "lon", "why"),
    [
        ("", "120.15", "no_place"),
        ("nan", "120.15", "bad_place"),
        ("1e999", "120.15", "bad_place"),
        ("91", "0.1", "bad_place"),
        ("30.25", "180.1", "bad_place"),
        ("9" * 5000, "120.15", "bad_place"),
        ("0", "0.0", "zero_place"),
        ("-0.0", "0", "zero_place"),
        ("120.15", "30.25", "swapped"),
        ("87.6", "43.8", "swapped"),
        ("north", "120.15", "bad_place"),
    ],
)
def test_places_that_are_none(lat: str, lon: str, why: str) -> None:
    assert reason(lat=lat, lon=lon) == why


@pytest.mark.parametrize(
    ("timestamp", "why"),
    [
        (NINTH_OF_OCTOBER + 2 + 301, "clock"),
        ("2106-02-07T06:28:16Z", "clock"),
        ("99999999999999999999", "clock"),
        ("9999-12-31T23:59:59-23:59", "clock"),
        (NINTH_OF_OCTOBER - 30 * 86_400, "too_old"),
        (0, "too_old"),
        (-1, "too_old"),
        (-(10**30), "too_old"),
        ("0001-01-01T00:00:00%2B23:59", "too_old"),
        ("yesterday", "bad_time"),
        ("2025-10-09", "bad_time"),
        ("2025-13-09T00:00:00Z", "bad_time"),
        ("nan", "bad_time"),
        ("T" * 1000, "bad_time"),
    ],
)
def test_times_that_are_none(timestamp: object, why: str) -> None:
    assert reason(timestamp=timestamp) == why


def test_the_edges_of_time_are_inside() -> None:
    assert len(reading(timestamp=NINTH_OF_OCTOBER + 2 + 300).fixes) == 1
    assert len(reading(timestamp=NINTH_OF_OCTOBER + 2 - 30 * 86_400).fixes) == 1


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2015-10-01T08:00:00-0700", datetime(2015, 10, 1, 15, tzinfo=UTC)),
        ("2015-10-01T08:00:00.1239Z", datetime(2015, 10, 1, 8, 0, 0, 123000, UTC)),
        ("2015-10-01 08:00:00+08:00", datetime(2015, 10, 1, tzinfo=UTC)),
        ("1443657600", datetime(2015, 10, 1, tzinfo=UTC)),
        ("1443657600000", datetime(2015, 10, 1, tzinfo=UTC)),
        (1443657600.25, datetime(2015, 10, 1, 0, 0, 0, 250000, UTC)),
    ],
)
def test_the_forms_of_time(text: object, utc: datetime) -> None:
    assert moment(text, Zone.SHANGHAI) == (utc, False)


def test_optional_values_out_of_all_bounds_are_not_said() -> None:
    wild = reading(speed="1e9", accuracy="-5", altitude="1e7", bearing="361", batt="250", charge="perhaps", mock="x")
    assert said(only(wild)) == {}
    assert only(reading(bearing="360")).heading_deg == 0
    assert only(reading(accuracy="1e30")).accuracy_m == 100_000


@pytest.mark.parametrize(("datum", "shift"), [(Datum.GCJ02, to_gcj02), (Datum.BD09, to_bd09)])
def test_the_datum_of_a_source_is_undone(datum: Datum, shift: object) -> None:
    lng, lat = shift(np.array([[120.15, 30.25]]))[0]  # type: ignore[operator]
    request = delivery(f"GET /?lat={lat}&lon={lng}&timestamp={NINTH_OF_OCTOBER}&speed=1")
    fix = only(reading_of(Protocol.OSMAND, request, SourceSettings(datum=datum)))
    assert (fix.lng, fix.lat) == (pytest.approx(120.15, abs=1e-7), pytest.approx(30.25, abs=1e-7))
    assert fix.speed_mps


def test_outside_china_there_is_nothing_to_undo() -> None:
    request = delivery(f"GET /?lat=48.85&lon=2.29&timestamp={NINTH_OF_OCTOBER}")
    fix = only(reading_of(Protocol.OSMAND, request, SourceSettings(datum=Datum.GCJ02)))
    assert (fix.lng, fix.lat) == (2.29, 48.85)


def test_batches_are_at_most_500_and_lose_nothing() -> None:
    fixes = tuple(NewFix(SOON + timedelta(seconds=n), 120.0, 30.0) for n in range(1201))
    cut = list(batches(Reading(fixes=fixes, breaks=(600,))))
    assert [len(batch) for batch in cut] == [500, 100, 500, 101]
    assert tuple(fix for batch in cut for fix in batch) == fixes
    assert list(batches(Reading())) == []


@pytest.mark.parametrize(
    "request_",
    [
        delivery(f"GET /in/osmand/{TOKEN}?lat=x&lon=1&api_key={TOKEN}&notificationToken=fcm123secret"),
        delivery("POST /", f"lat=x&lon=1&password=fcm123secret&note={TOKEN}", FORM),
        delivery(
            "POST /", {"location": {"coords": {"latitude": "x", "longitude": 1}, "auth": {"bearer": "fcm123secret"}}}
        ),
        delivery("POST /", [{"lat": "x", "lon": 1, "url": f"https://host/in/osmand/{TOKEN}?api_key=fcm123secret"}]),
        delivery("POST /", '{"lat": "x", "token": "fcm123secret", broken', "application/json"),
        delivery("POST /", "{Authorization: Bearer fcm123secret", "application/json"),
        delivery("POST /", [f"{TOKEN} api_key=fcm123secret"]),
    ],
)
def test_what_is_kept_of_a_rejected_point_holds_no_secret(request_: Delivery) -> None:
    kept = reading_of(Protocol.OSMAND, request_).rejected
    assert kept
    for rejected in kept:
        assert TOKEN not in rejected.raw
        assert "fcm123secret" not in rejected.raw


def test_what_is_kept_is_short_and_can_be_stored() -> None:
    for body in (b"\0" * 10_000, b"\xff" * 10_000, b'{"a":"' + b"x" * 10_000 + b'"}', b'["\\ud800"]', b"[" * 100_000):
        for protocol in Protocol:
            for rejected in reading_of(protocol, delivery("POST /", body)).rejected:
                assert len(rejected.raw) <= 500
                assert "\0" not in rejected.raw
                rejected.raw.encode()


def test_more_points_than_anybody_sends_are_too_many() -> None:
    body = b'{"locations":[' + b"{}," * 30_000 + b"{}]}"
    assert read(Protocol.OVERLAND, delivery("POST /", body), SourceSettings()).too_many


def test_of_very_many_rejected_points_only_the_first_are_kept_in_their_words() -> None:
    rejected = reading_of(Protocol.OVERLAND, delivery("POST /", {"locations": [{}] * 300})).rejected
    assert len(rejected) == 300
    assert [bool(r.raw) for r in rejected] == [True] * 200 + [False] * 100
