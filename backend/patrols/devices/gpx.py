"""GPX 1.0 and 1.1 files, in a form's part or as the body itself. All goes by local name: no two apps agree on namespaces.

Only track points count: a route has no times, a waypoint is no track. A new segment is a break in the recording. Speed is
metres per second, in the point itself (1.0) or anywhere in its extensions (1.1).
"""

import re
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from backend.patrols.devices.messages import multipart
from backend.patrols.devices.readings import Broken, Delivery, Reason, Said, Saying, SourceSettings, Unusable

MAX_DEPTH = 32
MAX_OF_POINT = 200
DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]{0,100}\?>""")
# The XML parser reads no encoding of several bytes but UTF-8 and UTF-16. GB 18030 holds the two older ones.
CHINESE = {"gbk", "gb2312", "gb18030", "cp936", "936", "ms936", "windows-936", "x-gbk"}
POINT = {"time", "ele", "speed", "course", "bearing", "heading", "accuracy", "hacc", "src"}


def sayings(delivery: Delivery, _settings: SourceSettings) -> Iterator[Saying]:
    file = _file(delivery)
    if not file:
        yield Unusable(Reason.UNREADABLE, delivery.body)
        return
    try:
        yield from _of_file(_in_utf8(file))
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        # What came before the fault is kept: a phone that died while writing leaves such files.
        yield Unusable(Reason.UNREADABLE, file)


def _file(delivery: Delivery) -> bytes:
    """The first part that looks like XML, or the whole body."""
    if delivery.content_type.startswith("multipart/"):
        return next((data for _, data in multipart(delivery) if _is_xml(data)), b"")
    return delivery.body if _is_xml(delivery.body) else b""


def _is_xml(data: bytes) -> bool:
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith((b"<", b"\xff\xfe<", b"\xfe\xff\0<"))


def _in_utf8(file: bytes) -> bytes:
    declared = DECLARED.match(file)
    if declared and declared[1].decode().lower() in CHINESE:
        return file[declared.end() :].decode("gb18030", "replace").encode()
    return file.lstrip(b" \t\r\n")


def _of_file(file: bytes) -> Iterator[Saying]:
    path: list[Element] = []
    in_point = 0  # elements of the present point so far, itself included
    for happening, element in iterparse(BytesIO(file), events=("start", "end"), forbid_dtd=True):
        name = _local(element)
        if happening == "start":
            if not path and name != "gpx":
                raise ValueError("not GPX")
            path.append(element)
            in_point += in_point > 0 or name == "trkpt"
            if len(path) > MAX_DEPTH or in_point > MAX_OF_POINT:
                raise ValueError("too deep or too much of one point")
            if name == "trkseg":
                yield Broken()
            continue
        path.pop()
        if name == "trkpt":
            yield _of_point(element)
            in_point = 0
        if path and not in_point:
            path[-1].remove(element)  # what has been read must not pile up


def _of_point(point: Element) -> Said:
    said: dict[str, object] = {}
    for element in point.iter():
        name, text = _local(element), (element.text or "").strip()
        if name in POINT and text:
            said.setdefault(name, text)
    lng, lat = point.get("lon"), point.get("lat")
    return Said(
        raw={"lat": lat, "lon": lng, **said},
        at=said.get("time"),
        lng=lng,
        lat=lat,
        accuracy_m=said.get("accuracy", said.get("hacc")),
        speed=said.get("speed"),
        heading_deg=said.get("course", said.get("bearing", said.get("heading"))),
        altitude_m=said.get("ele"),
    )


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2].lower()
