"""A day as a file for others: GPX 1.1, GeoJSON (RFC 7946) and OGC Moving Features JSON (19-045r3).

One line per unbroken run: what is a gap stays a gap. The fixes that count are carried as they were measured while they live
(`as_measured`), and as the replay keeps them afterwards (`as_kept`).
"""

import json
import xml.etree.ElementTree as ET  # only written with, never read
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from geo.tracks.day import DerivedDay, Stay
from geo.tracks.fixes import Floats, Ints
from geo.tracks.gaps import Gap
from geo.tracks.wire import Replay

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GPX = "http://www.topografix.com/GPX/1/1"


@dataclass(frozen=True, eq=False)
class FileTrack:
    """Columns by point in order of time; `ends` are the points behind each run. `accuracy_m` is NaN where it is unknown."""

    at_ms: Ints
    lng: Floats
    lat: Floats
    accuracy_m: Floats
    gone_m: Floats
    ends: Ints
    stays: Sequence[Stay]
    gaps: Sequence[Gap]


def as_measured(day: DerivedDay) -> FileTrack:
    rows, fixes = day.clean, day.fixes
    return FileTrack(
        at_ms=fixes.at_ms[rows],
        lng=fixes.lng[rows],
        lat=fixes.lat[rows],
        accuracy_m=fixes.accuracy_m[rows],
        gone_m=day.gone_m,
        ends=np.cumsum(np.unique(day.run[rows], return_counts=True)[1]),
        stays=day.stays,
        gaps=day.gaps,
    )


def as_kept(replay: Replay, stays: Sequence[Stay], gaps: Sequence[Gap]) -> FileTrack:
    """Whole seconds and places to a decimetre; of each stay the first point and the last."""
    unknown = np.full(len(replay.at_s), np.nan)
    ends = np.cumsum(replay.run_points)
    return FileTrack(1000 * replay.at_s, replay.lng, replay.lat, unknown, replay.gone_m, ends, stays, gaps)


def gpx(day: FileTrack, name: str) -> bytes:
    """One track with a `trkseg` per run; accuracy in metres in the extensions."""
    root = ET.Element("gpx", {"xmlns": _GPX, "version": "1.1", "creator": "Suozi"})
    track = ET.SubElement(root, "trk")
    ET.SubElement(track, "name").text = _printable(name)
    for run in _runs(day):
        segment = ET.SubElement(track, "trkseg")
        for row in range(run.start, run.stop):
            place = {"lat": f"{day.lat[row]:.7f}", "lon": f"{day.lng[row]:.7f}"}
            point = ET.SubElement(segment, "trkpt", place)
            ET.SubElement(point, "time").text = _iso(int(day.at_ms[row]))
            accuracy_m = float(day.accuracy_m[row])
            if np.isfinite(accuracy_m):
                ET.SubElement(ET.SubElement(point, "extensions"), "accuracy").text = f"{accuracy_m:.1f}"
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def geojson(day: FileTrack) -> str:
    """A line per run (a point where it is one fix) with `times`, and a point per stay; gaps are features without a place."""
    features = [_feature("run", _line(day, run), times=_times(day, run)) for run in _runs(day)]
    for stay in day.stays:
        place = {"type": "Point", "coordinates": [round(stay.lng, 7), round(stay.lat, 7)]}
        span = {"start": _iso(stay.start_ms), "end": _iso(stay.end_ms)}
        features.append(_feature("stay", place, **span, radius_m=round(stay.radius_m, 1)))
    features += [_feature("gap", None, start=_iso(gap.start_ms), end=_iso(gap.end_ms), why=gap.why) for gap in day.gaps]
    return _json({"type": "FeatureCollection", "features": features})


def mf_json(day: FileTrack) -> str:
    """A feature with a `MovingPoint` per run, and the metres gone as its temporal property."""
    features = []
    for number, run in enumerate(_runs(day)):
        times = _times(day, run)
        moving = {
            "type": "MovingPoint",
            "coordinates": _coordinates(day, run),
            "datetimes": times,
            "interpolation": "Linear",
        }
        values = day.gone_m[run].round(1).tolist()
        measured = {"type": "Measure", "form": "MTR", "values": values, "interpolation": "Linear"}
        features.append(
            {
                "type": "Feature",
                "properties": {"run": number},
                "temporalGeometry": moving,
                "temporalProperties": [{"datetimes": times, "gone": measured}],
            }
        )
    return _json({"type": "FeatureCollection", "features": features})


def _runs(day: FileTrack) -> Iterator[slice]:
    ends = day.ends.tolist()
    return (slice(start, end) for start, end in pairwise([0, *ends]))


def _coordinates(day: FileTrack, run: slice) -> list[list[float]]:
    places: list[list[float]] = np.column_stack([day.lng[run], day.lat[run]]).round(7).tolist()
    return places


def _line(day: FileTrack, run: slice) -> dict[str, object]:
    places = _coordinates(day, run)
    if len(places) == 1:
        return {"type": "Point", "coordinates": places[0]}
    return {"type": "LineString", "coordinates": places}


def _times(day: FileTrack, run: slice) -> list[str]:
    return [_iso(at_ms) for at_ms in day.at_ms[run].tolist()]


def _feature(kind: str, geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "geometry": geometry, "properties": {"kind": kind, **properties}}


def _iso(at_ms: int) -> str:
    return (_EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _printable(text: str) -> str:
    """XML 1.0 has no control characters, not even escaped."""
    return "".join(
        letter
        for letter in text
        if letter in "\t\n\r" or " " <= letter <= "\ud7ff" or "\ue000" <= letter <= "\ufffd" or letter > "\uffff"
    )
