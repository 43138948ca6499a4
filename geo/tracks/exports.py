"""A day as a file for others: GPX 1.1, GeoJSON (RFC 7946) and OGC Moving Features JSON (19-045r3).

All carry the fixes that count as they were measured, one line per unbroken run: what is a gap stays a gap.
"""

import json
import xml.etree.ElementTree as ET  # only written with, never read
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from geo.tracks.day import DerivedDay

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GPX = "http://www.topografix.com/GPX/1/1"


def gpx(day: DerivedDay, name: str) -> bytes:
    """One track with a `trkseg` per run; accuracy in metres in the extensions."""
    root = ET.Element("gpx", {"xmlns": _GPX, "version": "1.1", "creator": "Suozi"})
    track = ET.SubElement(root, "trk")
    ET.SubElement(track, "name").text = _printable(name)
    for rows in _runs(day):
        segment = ET.SubElement(track, "trkseg")
        for row in rows.tolist():
            place = {"lat": f"{day.fixes.lat[row]:.7f}", "lon": f"{day.fixes.lng[row]:.7f}"}
            point = ET.SubElement(segment, "trkpt", place)
            ET.SubElement(point, "time").text = _iso(int(day.fixes.at_ms[row]))
            accuracy_m = float(day.fixes.accuracy_m[row])
            if np.isfinite(accuracy_m):
                ET.SubElement(ET.SubElement(point, "extensions"), "accuracy").text = f"{accuracy_m:.1f}"
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def geojson(day: DerivedDay) -> str:
    """A line per run (a point where it is one fix) with `times`, and a point per stay; gaps are features without a place."""
    features = [_feature("run", _line(day, rows), times=_times(day, rows)) for rows in _runs(day)]
    for stay in day.stays:
        place = {"type": "Point", "coordinates": [round(stay.lng, 7), round(stay.lat, 7)]}
        span = {"start": _iso(stay.start_ms), "end": _iso(stay.end_ms)}
        features.append(_feature("stay", place, **span, radius_m=round(stay.radius_m, 1)))
    features += [_feature("gap", None, start=_iso(gap.start_ms), end=_iso(gap.end_ms), why=gap.why) for gap in day.gaps]
    return _json({"type": "FeatureCollection", "features": features})


def mf_json(day: DerivedDay) -> str:
    """A feature with a `MovingPoint` per run, and the metres gone as its temporal property."""
    features = []
    gone_m = dict(zip(day.clean.tolist(), day.gone_m.tolist(), strict=True))
    for rows in _runs(day):
        times = _times(day, rows)
        moving = {
            "type": "MovingPoint",
            "coordinates": _coordinates(day, rows),
            "datetimes": times,
            "interpolation": "Linear",
        }
        values = [round(gone_m[row], 1) for row in rows.tolist()]
        measured = {"type": "Measure", "form": "MTR", "values": values, "interpolation": "Linear"}
        features.append(
            {
                "type": "Feature",
                "properties": {"run": int(day.run[rows[0]])},
                "temporalGeometry": moving,
                "temporalProperties": [{"datetimes": times, "gone": measured}],
            }
        )
    return _json({"type": "FeatureCollection", "features": features})


def _runs(day: DerivedDay) -> Iterator[NDArray[np.int64]]:
    if len(day.clean):
        run = day.run[day.clean]
        yield from np.split(day.clean, np.flatnonzero(run[1:] != run[:-1]) + 1)


def _coordinates(day: DerivedDay, rows: NDArray[np.int64]) -> list[list[float]]:
    places: list[list[float]] = np.column_stack([day.fixes.lng[rows], day.fixes.lat[rows]]).round(7).tolist()
    return places


def _line(day: DerivedDay, rows: NDArray[np.int64]) -> dict[str, object]:
    places = _coordinates(day, rows)
    if len(places) == 1:
        return {"type": "Point", "coordinates": places[0]}
    return {"type": "LineString", "coordinates": places}


def _times(day: DerivedDay, rows: NDArray[np.int64]) -> list[str]:
    return [_iso(at_ms) for at_ms in day.fixes.at_ms[rows].tolist()]


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
