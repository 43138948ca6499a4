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

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from backend.clock import SHANGHAI
from backend.command_centre.exports.columns import COLUMNS, Column, Value
from backend.command_centre.exports.models import ExportForm

Row = Sequence[Value]
GPX = "http://www.topografix.com/GPX/1/1"
TEXT_FORMAT, TIME_FORMAT, DEGREES_FORMAT = "@", "yyyy-mm-dd hh:mm", "0.000000"
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
    """One sheet with a heading that stays in sight and filters. No text of a case can become a formula or a link."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("案件" if language != "en" else "Cases")
    for position, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    sheet.freeze_panes = "B2"
    sheet.append([_heading(sheet, column, language) for column in COLUMNS])
    count = 1
    for count, row in enumerate(rows, start=2):  # noqa: B007 -- the last number is what the filter needs
        sheet.append([_cell(sheet, column, value) for column, value in zip(COLUMNS, row, strict=True)])
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{count}"
    book.save(path)


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
    ET.SubElement(point, "name").text = _printable(f"{row[_PLACE['code']]} {row[_PLACE['matter']]}")
    told = ("status", "severity", "village", "grid", "words", "handler", "due_at")
    lines = (_told(COLUMNS[_PLACE[key]], row[_PLACE[key]], language) for key in told if row[_PLACE[key]])
    ET.SubElement(point, "desc").text = _printable("\n".join(lines))
    return point


def _told(column: Column, value: Value, language: str) -> str:
    if column.kind == "time":
        value = f"{datetime.fromisoformat(str(value)).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return f"{column.title.in_language(language)}：{value}" if language != "en" else f"{column.title.en}: {value}"


def _printable(words: str) -> str:
    """XML 1.0 has no way to write most control characters."""
    return ILLEGAL_CHARACTERS_RE.sub("", words)


_HEADING = {"font": Font(bold=True), "fill": PatternFill("solid", fgColor="E8EEF4")}


def _heading(sheet: WriteOnlyWorksheet, column: Column, language: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, column.title.in_language(language))
    cell.font, cell.fill = _HEADING["font"], _HEADING["fill"]
    return cell


def _cell(sheet: WriteOnlyWorksheet, column: Column, value: Value) -> WriteOnlyCell | Value:
    if value is None or column.kind == "number":
        return value
    if column.kind == "degrees":
        return _formatted(WriteOnlyCell(sheet, value), DEGREES_FORMAT)
    if column.kind == "time":
        # A spreadsheet knows no zones: it shows the time of the place it is about.
        local = datetime.fromisoformat(str(value)).astimezone(SHANGHAI).replace(tzinfo=None)
        return _formatted(WriteOnlyCell(sheet, local), TIME_FORMAT)
    cell = WriteOnlyCell(sheet, _printable(str(value)))
    cell.data_type = "s"  # openpyxl takes what begins with "=" for a formula
    return _formatted(cell, TEXT_FORMAT)


def _formatted(cell: WriteOnlyCell, number_format: str) -> WriteOnlyCell:
    cell.number_format = number_format
    return cell


def _lines(stream: Iterable[str]) -> Iterator[Row]:
    return (json.loads(line) for line in stream)


def main() -> None:
    form, path, language = sys.argv[1:]
    WRITERS[ExportForm(form)](_lines(sys.stdin), Path(path), language)


if __name__ == "__main__":
    main()
