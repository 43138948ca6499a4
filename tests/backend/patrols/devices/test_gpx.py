"""GPX as apps write it, as people save it, and as an attacker would."""

import time

import pytest

from backend.patrols.devices.judging import batches
from backend.patrols.devices.protocols import MAX_GPX, Protocol, answer, body_limit
from backend.patrols.devices.readings import MAX_BATCH, MAX_POINTS, Reading
from tests.backend.patrols.devices.deliveries import NINTH_OF_OCTOBER, at, delivery, only, reading_of, said

GPX_11 = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="some app" xmlns="http://www.topografix.com/GPX/1/1"
 xmlns:gpxtpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v2">
<metadata><time>2025-10-09T08:00:00Z</time></metadata>
<wpt lat="30.2" lon="120.1"><time>2025-10-09T08:00:00Z</time><name>here</name></wpt>
<trk><name>巡查</name><trkseg>
<trkpt lat="30.25" lon="120.15"><ele>12.0</ele><time>2025-10-09T08:53:20Z</time><sat>9</sat><hdop>0.9</hdop>
<extensions><gpxtpx:TrackPointExtension><gpxtpx:speed>1.3</gpxtpx:speed><gpxtpx:bearing>91.0</gpxtpx:bearing>
</gpxtpx:TrackPointExtension><accuracy>5.0</accuracy></extensions></trkpt>
<trkpt lat="30.2501" lon="120.15"><time>2025-10-09T16:53:30+08:00</time></trkpt>
</trkseg><trkseg>
<trkpt lat="30.26" lon="120.16"><time>2025-10-09T08:55:00.5Z</time></trkpt>
</trkseg></trk></gpx>
"""
GPX_10 = """<?xml version="1.0" encoding="UTF-8" ?><gpx version="1.0" creator="GPSLogger 136 - http://gpslogger.mendhak.com/"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns="http://www.topografix.com/GPX/1/0"
 xsi:schemaLocation="http://www.topografix.com/GPX/1/0 http://www.topografix.com/GPX/1/0/gpx.xsd">
<time>2025-10-09T08:53:00.000Z</time><trk><trkseg><trkpt lat="30.25" lon="120.15"><ele>12.0</ele>
<time>2025-10-09T08:53:20.000Z</time><course>91.0</course><speed>1.3</speed><src>gps</src><sat>9</sat></trkpt>
</trkseg></trk></gpx>"""
LATER = at(NINTH_OF_OCTOBER + 3600)


def read(file: bytes | str, content_type: str = "application/gpx+xml") -> Reading:
    return reading_of(Protocol.GPX, delivery("POST /in/gpx", file, content_type, received_at=LATER))


def points(count: int, inner: str = "") -> str:
    return "<gpx><trk><trkseg>" + f"<trkpt>{inner}</trkpt>" * count + "</trkseg></trk></gpx>"


def test_gpx_1_1_with_extensions_of_two_vendors() -> None:
    reading = read(GPX_11)
    assert reading.rejected == ()
    first, second, third = reading.fixes
    assert (first.at, first.lng, first.lat) == (at(NINTH_OF_OCTOBER), 120.15, 30.25)
    assert said(first) == {"altitude_m": 12.0, "speed_mps": 1.3, "heading_deg": 91.0, "accuracy_m": 5.0}
    assert (second.at, third.at) == (at(NINTH_OF_OCTOBER + 10), at(NINTH_OF_OCTOBER + 100.5))
    assert said(second) == {}


def test_a_new_segment_is_a_break() -> None:
    reading = read(GPX_11)
    assert reading.breaks == (2,)
    assert [len(batch) for batch in batches(reading)] == [2, 1]


def test_gpx_1_0_as_gpslogger_writes_it() -> None:
    fix = only(read(GPX_10))
    assert (fix.at, fix.lng, fix.lat) == (at(NINTH_OF_OCTOBER), 120.15, 30.25)
    assert said(fix) == {
        "altitude_m": 12.0,
        "speed_mps": 1.3,
        "heading_deg": 91.0,
    }


def test_in_a_form() -> None:
    head = '--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--x\r\n'
    head += 'Content-Disposition: form-data; name="file"; filename="day.gpx"\r\nContent-Type: application/octet-stream\r\n\r\n'
    assert only(read(f"{head}{GPX_10}\r\n--x--\r\n", "multipart/form-data; boundary=x")).heading_deg == 91.0


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_byte_order_marks(encoding: str) -> None:
    declared = GPX_11 if encoding.startswith("utf-8") else GPX_11.replace("UTF-8", "UTF-16")
    marked = ("\ufeff" if encoding == "utf-16-be" else "") + declared
    assert len(read(marked.encode(encoding)).fixes) == 3


@pytest.mark.parametrize("name", ["GBK", "gb2312", "GB18030"])
def test_a_file_in_gbk(name: str) -> None:
    assert len(read(GPX_11.replace("UTF-8", name).encode("gb18030")).fixes) == 3


def test_points_without_a_time_are_a_route_and_rejected_with_their_reason() -> None:
    reading = read(GPX_11.replace("<time>2025-10-09T16:53:30+08:00</time>", ""))
    assert len(reading.fixes) == 2
    (rejected,) = reading.rejected
    assert rejected.reason == "no_time"
    assert rejected.raw == '{"lat": "30.2501", "lon": "120.15"}'


def test_of_a_file_that_breaks_off_the_beginning_is_kept() -> None:
    reading = read(GPX_11[: GPX_11.index("</trkseg>")])
    assert len(reading.fixes) == 2
    assert [r.reason for r in reading.rejected] == ["unreadable"]


def test_gpsloggers_own_test_upload_is_answered_well() -> None:
    body = '--x\r\nContent-Disposition: form-data; name="file"; filename="gpslogger_test.xml"\r\n\r\n<x>test</x>\r\n--x--\r\n'
    request = delivery("POST /in/gpx", body, "multipart/form-data; boundary=x")
    told = answer(Protocol.GPX, request, reading_of(Protocol.GPX, request))
    assert (told.status, told.body) == (200, b'{"result":"ok","points":0,"rejected":1}')


LAUGHS = '<!DOCTYPE lolz [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    "head",
    [
        f"{LAUGHS}]>",
        '<!DOCTYPE gpx [<!ENTITY j SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE gpx SYSTEM "http://127.0.0.1/x.dtd">',
    ],
)
def test_entities_and_document_types_are_refused(head: str) -> None:
    started = time.perf_counter()
    file = GPX_10.replace("?><gpx", f"?>{head}<gpx")
    reading = read(file.replace("<src>gps", "<src>&j;") if "ENTITY" in head else file)
    assert [r.reason for r in reading.rejected] == ["unreadable"]
    assert reading.fixes == ()
    assert time.perf_counter() - started < 1


def test_depth_and_width_are_bounded() -> None:
    for file in (
        "<gpx>" + "<a>" * 100_000,
        points(1, "<a/>" * 100_000),
        "<gpx>" + "<a/>" * 100_000 + GPX_10[GPX_10.index("<trk>") :],
    ):
        read(file)
    assert [r.reason for r in read("<gpx>" + "<a>" * 100_000).rejected] == ["unreadable"]
    assert [r.reason for r in read(points(1, "<a/>" * 100_000)).rejected] == ["unreadable"]


def test_as_many_points_as_are_allowed_come_in_batches() -> None:
    inner = "<time>2025-10-09T08:53:20Z</time>"
    reading = read(points(MAX_POINTS, inner).replace("<trkpt>", '<trkpt lat="30.25" lon="120.15">'))
    assert len(reading.fixes) == MAX_POINTS
    assert {len(batch) for batch in batches(reading)} == {MAX_BATCH}


def test_more_points_are_answered_413() -> None:
    request = delivery("POST /in/gpx", points(MAX_POINTS + 1), received_at=LATER)
    told = answer(Protocol.GPX, request, reading_of(Protocol.GPX, request))
    assert told.status == 413


def test_a_million_points_are_refused_at_once() -> None:
    # Within 5 MiB nobody gets a million points; what would be larger is refused by its length before it is read.
    file = points(1_000_000)
    assert len(file) > body_limit("/in/gpx/token") == MAX_GPX
    request = delivery("POST /in/gpx", file, received_at=LATER)
    started = time.perf_counter()
    assert reading_of(Protocol.GPX, request).too_many
    assert time.perf_counter() - started < 2
