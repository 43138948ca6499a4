"""Whatever arrives under a known token, a reading comes of it and an answer that the client understands."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.patrols.devices.protocols import Protocol, answer, read
from backend.patrols.devices.readings import Datum, Delivery, Reading, SourceSettings, SpeedUnit, Zone
from tests.backend.patrols.devices.deliveries import FORM, JSON, SOON, TOKEN
from tests.backend.patrols.devices.test_gpx import GPX_11
from tests.backend.patrols.devices.test_minor_protocols import ALL, COLOTA, FORWARDED, GPRMC
from tests.backend.patrols.devices.test_osmand import JSON_9
from tests.backend.patrols.devices.test_overland import feature
from tests.backend.patrols.devices.test_owntracks import LOCATION

LITERALS: list[Any] = [JSON_9, {"locations": [feature(), feature()]}, LOCATION, COLOTA, FORWARDED, [COLOTA], [[]]]
QUERIES = [ALL.partition("?")[2], f"gprmc={GPRMC}&batt=3", "id=1&timestamp=1377177267&lat=60.0&lon=30.0", ""]
CONTENT_TYPES = [
    "",
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/gpx+xml",
]

numbers = st.one_of(st.floats(), st.integers(), st.just(10**400), st.just(1_760_000_000), st.just(30.25))
texts = st.one_of(st.text(max_size=20), numbers.map(str), st.sampled_from(["2025-10-09T08:53:20Z", "", "true", "-1"]))
leaves = st.one_of(st.none(), st.booleans(), numbers, texts)
wild = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=10
)


@st.composite
def mutated(draw: st.DrawFn, value: Any) -> Any:
    """The same shape with some of its members gone wild, missing or doubled."""
    fate = draw(st.integers(0, 29))
    if fate == 0:
        return draw(wild)
    if isinstance(value, dict):
        return {n: draw(mutated(v)) for n, v in value.items() if draw(st.integers(0, 19))}
    if isinstance(value, list):
        return [draw(mutated(v)) for v in value for _ in range(draw(st.integers(0, 2)))]
    return draw(leaves) if fate == 1 else value


def _dumped(value: Any) -> bytes:
    return json.dumps(value, default=str).encode("utf-8", "surrogatepass")


@st.composite
def cut_or_changed(draw: st.DrawFn, source: bytes) -> bytes:
    start = draw(st.integers(0, len(source)))
    return source[:start] + draw(st.binary(max_size=4)) + source[start + draw(st.integers(0, 40)) :]


bodies = st.one_of(
    st.binary(max_size=200),
    wild.map(_dumped),
    st.sampled_from(LITERALS).flatmap(mutated).map(_dumped),
    cut_or_changed(GPX_11.encode()),
    st.sampled_from(LITERALS).map(_dumped).flatmap(cut_or_changed),
    st.sampled_from(QUERIES).map(str.encode).flatmap(cut_or_changed),
    cut_or_changed(f'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n{GPX_11}\r\n--x--\r\n'.encode()),
)
queries = st.one_of(
    st.text(max_size=60),
    st.sampled_from(QUERIES),
    st.sampled_from(QUERIES)
    .map(str.encode)
    .flatmap(cut_or_changed)
    .map(lambda changed: changed.decode("utf-8", "replace")),
)
IN_2015, IN_2017 = datetime(2015, 10, 1, 16, tzinfo=UTC), datetime(2017, 6, 14, 22, tzinfo=UTC)
foreign = st.builds(
    Delivery,
    method=st.sampled_from(["GET", "POST", "PUT"]),
    query=queries,
    headers=st.sampled_from(CONTENT_TYPES).map(lambda kind: {"content-type": kind}),
    body=bodies,
    received_at=st.sampled_from([SOON, IN_2017, IN_2015]),
    token=st.just(TOKEN),
)
# What the client of each protocol sends: content type, body (JSON is mutated member by member, text is cut), and when.
OWN: dict[Protocol, tuple[str, Any, datetime]] = {
    Protocol.OSMAND: (FORM, "id=4&lat=30.25&lon=120.15&timestamp=1760000000&speed=2.53&batt=77", SOON),
    Protocol.OVERLAND: (JSON, {"locations": [feature(), feature(), feature()]}, IN_2015),
    Protocol.OWNTRACKS: (JSON, LOCATION | {"vel": 3, "cog": 8, "bs": 1}, IN_2017),
    Protocol.GPSLOGGER: (FORM, ALL.partition("?")[2], SOON),
    Protocol.GPX: ("application/gpx+xml", GPX_11, SOON),
    Protocol.OPENGTS: (FORM, f"batt=3&alt=3&gprmc={GPRMC}", SOON),
    Protocol.ULOGGER: (FORM, "action=addpos&lat=30.25&lon=120.15&time=1760000000&speed=1.3&provider=gps", SOON),
    Protocol.COLOTA: (JSON, COLOTA, SOON),
    Protocol.TRACCAR: (JSON, FORWARDED, SOON),
}


@st.composite
def own(draw: st.DrawFn, protocol: Protocol) -> Delivery:
    kind, message, received_at = OWN[protocol]
    spoilt = cut_or_changed(message.encode()) if isinstance(message, str) else mutated(message).map(_dumped)
    return Delivery("POST", "", {"content-type": kind}, draw(spoilt), received_at, TOKEN)


sources = st.builds(
    SourceSettings,
    datum=st.sampled_from(Datum),
    speed_unit=st.none() | st.sampled_from(SpeedUnit),
    zone=st.sampled_from(Zone),
)


def is_believable(reading: Reading, delivery: Delivery) -> bool:
    return all(
        -180 <= fix.lng <= 180
        and -90 <= fix.lat <= 90
        and fix.at.utcoffset() == timedelta(0)
        and fix.at.microsecond % 1000 == 0
        and timedelta(days=-30, seconds=-1) <= fix.at - delivery.received_at <= timedelta(minutes=5)
        and (fix.accuracy_m is None or 0 < fix.accuracy_m <= 100_000)
        and (fix.speed_mps is None or 0 <= fix.speed_mps <= 300)
        and (fix.heading_deg is None or 0 <= fix.heading_deg < 360)
        and (fix.battery is None or 0 <= fix.battery <= 1)
        for fix in reading.fixes
    )


@pytest.mark.parametrize("protocol", list(Protocol))
@settings(max_examples=200, deadline=None)
@given(drawn=st.data(), source=sources)
def test_any_request_gives_a_reading_and_an_answer(
    protocol: Protocol, drawn: st.DataObject, source: SourceSettings
) -> None:
    delivery = drawn.draw(own(protocol) | foreign)
    reading = read(protocol, delivery, source)
    assert is_believable(reading, delivery)
    for rejected in reading.rejected:
        assert len(rejected.raw) <= 500
        assert "\0" not in rejected.raw
        assert TOKEN not in rejected.raw
        rejected.raw.encode()
    told = answer(protocol, delivery, reading)
    assert told.status == 200
    if told.media_type == "application/json":
        json.loads(told.body)


@pytest.mark.parametrize("protocol", list(Protocol))
def test_what_is_spoilt_above_is_whole_before(protocol: Protocol) -> None:
    kind, message, received_at = OWN[protocol]
    body = message.encode() if isinstance(message, str) else _dumped(message)
    whole = Delivery("POST", "", {"content-type": kind}, body, received_at, TOKEN)
    assert read(protocol, whole, SourceSettings()).fixes
    assert not read(protocol, whole, SourceSettings()).rejected
