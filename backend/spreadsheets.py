"""The one writer of Excel workbooks (xlsx). It knows no formulas: whatever is a text stays one in whoever opens the file.

Every text is written as an inline string and marked as typed with an apostrophe, so that also editing the cell starts no
formula and makes no link. Control characters, which XML cannot carry, are left out. Rows are written as they come and not
kept, so that a long export takes no memory.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from backend.clock import SHANGHAI

TEXT_FORMAT = "@"
LONGEST_TEXT = 32_767
LONGEST_TITLE = 31
MOST_ROWS = 1_048_576
WRAPPED_FROM = 20

_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_SURROGATES = re.compile(r"[\ud800-\udfff\ufffe\uffff]")
_HEADING = PatternFill("solid", fgColor="E8EEF4")
_EDGE = Side("thin", color="9AA7B0")
_LINE = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)


class Share(float):
    """A part of a whole, 1.0 being all of it; shown as a percentage with two decimals."""


Cell = str | int | float | bool | date | datetime | None
"""What a cell can hold. Moments are aware and shown in the time of China; a bool is 是 or 否."""


@dataclass(frozen=True)
class Column:
    title: str
    width: float = 14


class Line(StrEnum):
    """How a line beside the table looks."""

    TITLE = "title"
    NOTE = "note"


@dataclass(frozen=True)
class Sheet:
    """One sheet: lines above the table, its columns and rows, lines below. `columns` may be empty: then there is no heading."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    above: Sequence[tuple[Line, str]] = ()
    below: Sequence[tuple[Line, str]] = ()


def plain_text(text: str) -> str:
    """The text as a workbook can carry it: without control characters and lone surrogates, not longer than a cell."""
    return _SURROGATES.sub("", ILLEGAL_CHARACTERS_RE.sub("", text))[:LONGEST_TEXT]


def put_text(cell: Any, text: str) -> None:
    """Set the text of an openpyxl cell so that it can never become a formula or a link."""
    cell.value = plain_text(text)
    cell.data_type = "s"
    cell.number_format = TEXT_FORMAT
    cell.quotePrefix = True


def write_book(out: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """Write the workbook. Raises ValueError if a sheet has more rows than Excel can open."""
    book = Workbook(write_only=True)
    titles: set[str] = set()
    for sheet in sheets:
        _write_sheet(book.create_sheet(_title(sheet.title, titles)), sheet)
    book.save(out)


def _title(wanted: str, taken: set[str]) -> str:
    base = _NOT_IN_TITLES.sub(" ", plain_text(wanted)).strip("' ")[:LONGEST_TITLE] or "Sheet"
    title, number = base, 1
    while title.casefold() in taken:
        number += 1
        title = f"{base[: LONGEST_TITLE - 4]} {number}"
    taken.add(title.casefold())
    return title


def _write_sheet(paper: Any, sheet: Sheet) -> None:
    for number, column in enumerate(sheet.columns, start=1):
        paper.column_dimensions[get_column_letter(number)].width = column.width
    if sheet.columns:
        paper.freeze_panes = f"A{len(sheet.above) + 2}"
    for number, row in enumerate(_lines(paper, sheet), start=1):
        if number > MOST_ROWS:
            raise ValueError(f"a sheet takes at most {MOST_ROWS} rows")
        paper.append(row)


def _lines(paper: Any, sheet: Sheet) -> Iterable[list[Any]]:
    for look, text in sheet.above:
        yield [_line(paper, look, text)]
    if sheet.columns:
        yield [_heading(paper, column.title) for column in sheet.columns]
    for row in sheet.rows:
        yield [_cell(paper, value) for value in row]
    for look, text in sheet.below:
        yield [_line(paper, look, text)]


def _line(paper: Any, look: Line, text: str) -> Any:
    cell = _text(paper, text)
    cell.font = Font(bold=True, size=14) if look == Line.TITLE else Font(size=11)
    cell.alignment = Alignment(wrap_text=False)
    return cell


def _heading(paper: Any, text: str) -> Any:
    cell = _text(paper, text)
    cell.font = Font(bold=True)
    cell.fill = _HEADING
    cell.border = _LINE
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    return cell


def _text(paper: Any, text: str) -> Any:
    cell = WriteOnlyCell(paper)
    put_text(cell, text)
    return cell


def _cell(paper: Any, value: Cell) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return _text(paper, "是" if value else "否")
    if isinstance(value, str):
        cell = _text(paper, value)
        if len(value) > WRAPPED_FROM:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
        return cell
    cell = WriteOnlyCell(paper)
    if isinstance(value, datetime):
        cell.value = value.astimezone(SHANGHAI).replace(tzinfo=None)
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.value = value
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, Share):
        cell.value = float(value)
        cell.number_format = "0.00%"
    else:
        cell.value = value
    return cell
