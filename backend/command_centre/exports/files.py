"""Cases as files: GeoJSON (RFC 7946), GPX 1.1 way points, and a workbook. Written row by row, so that a year fits in memory.

Pure of database and HTTP; run as `python -m backend.command_centre.exports.files xlsx <path> <language>` it writes what comes
on standard input, one JSON array a line, in a process of its own: a workbook of a year costs a minute of one core.
"""

import json
import sys
import xml.etree.ElementTree as ET  # only written with, never read
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from backend.clock import SHANGHAI
from backend.command_centre.exports.columns import COLUMNS, Column, Value
from backend.command_centre.exports.models import ExportForm
from backend.spreadsheets import Cell, Sheet, plain_text, write_book
from backend.spreadsheets import Column as SheetColumn

Row = Sequence[Value]
GPX = "http://www.topografix.com/GPX/1/1"
_PLACE = {column.key: position for position, column in enumerate(COLUMNS)}


def write_geojson(rows: Iterable[Row], path: Path, language: str) -> None:
    """A point per case, its properties under the columns' keys, one feature a line."""
    del language  # keys are for programs
    with path.open("w", encoding="utf-8") as out:
        out.write('{"type":"FeatureCollection","features":[')
        for number, row in enumerate(rows):
            out.write((",\n" if number else "\n") + json.dumps(_feature(row), ensure_ascii=False))
        out.write("\n]}\n")


def write_gpx(rows: Iterable[Row], path: Path, language: str) -> None:
    """A way point per case: its number and matter as the name, what and where as the description, when it was reported."""
    with path.open("w", encoding="utf-8") as out:
        out.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<gpx xmlns="{GPX}" version="1.1" creator="Suozi">\n')
        for row in rows:
            out.write(ET.tostring(_way_point(row, language), encoding="unicode") + "\n")
        out.write("</gpx>\n")


def write_xlsx(rows: Iterable[Row], path: Path, language: str) -> None:
    """One sheet, a row a case. No text of a case can become a formula or a link (`spreadsheets.py`)."""
    columns = [SheetColumn(column.title.in_language(language), column.width) for column in COLUMNS]
    with path.open("wb") as out:
        write_book(out, [Sheet("Cases" if language == "en" else "案件", columns, map(_cells, rows))])


WRITERS: dict[ExportForm, Callable[[Iterable[Row], Path, str], None]] = {
    ExportForm.XLSX: write_xlsx,
    ExportForm.GEOJSON: write_geojson,
    ExportForm.GPX: write_gpx,
}


def _feature(row: Row) -> dict[str, object]:
    named = {column.key: value for column, value in zip(COLUMNS, row, strict=True)}
    place = [named.pop("lng"), named.pop("lat")]
    return {
        "type": "Feature",
        "id": named["code"],
        "geometry": {"type": "Point", "coordinates": place},
        "properties": named,
    }


def _way_point(row: Row, language: str) -> ET.Element:
    point = ET.Element("wpt", {"lat": f"{row[_PLACE['lat']]:.6f}", "lon": f"{row[_PLACE['lng']]:.6f}"})
    opened_at = datetime.fromisoformat(str(row[_PLACE["opened_at"]]))
    ET.SubElement(point, "time").text = opened_at.isoformat()
    ET.SubElement(point, "name").text = plain_text(f"{row[_PLACE['code']]} {row[_PLACE['matter']]}")
    told = ("status", "severity", "village", "grid", "words", "handler", "due_at")
    lines = (_told(COLUMNS[_PLACE[key]], row[_PLACE[key]], language) for key in told if row[_PLACE[key]])
    ET.SubElement(point, "desc").text = plain_text("\n".join(lines))
    return point


def _told(column: Column, value: Value, language: str) -> str:
    if column.kind == "time":
        value = f"{datetime.fromisoformat(str(value)).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return f"{column.title.in_language(language)}：{value}" if language != "en" else f"{column.title.en}: {value}"


def _cells(row: Row) -> list[Cell]:
    return [
        datetime.fromisoformat(str(value)) if column.kind == "time" and value else value
        for column, value in zip(COLUMNS, row, strict=True)
    ]


def _lines(stream: Iterable[str]) -> Iterator[Row]:
    return (json.loads(line) for line in stream)


def main() -> None:
    form, path, language = sys.argv[1:]
    WRITERS[ExportForm(form)](_lines(sys.stdin), Path(path), language)


if __name__ == "__main__":
    main()
