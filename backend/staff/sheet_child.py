"""The process that opens an untrusted table (xlsx or csv), so that a hostile one can at worst kill this process.

Run as `python -I sheet_child.py`; imports nothing of ours. The file comes on standard input, whole; the answer goes to
standard output as one JSON object:

    {"sheets": [{"name": …, "rows": [[row number from 1, [cell, …]], …]}]}      every cell a string, rows without any left out
    {"refused": code, "detail": …}

Formulas give the value that was last computed. Hidden sheets are left out. It has no wall clock: whoever asks kills it.
"""

import csv
import io
import json
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime

ADDRESS_SPACE_BYTES = 2**30
CPU_S = 30
MAX_UNPACKED_BYTES = 120 * 2**20
MAX_PARTS = 2000
MAX_ROWS = 20_000
MAX_COLUMNS = 60
MAX_CELL = 500
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class Refused(Exception):  # noqa: N818 -- says what is so
    """This is no table that we read. The code stands first."""


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    warnings.simplefilter("ignore")
    data = sys.stdin.buffer.read()
    try:
        answer: dict[str, object] = {"sheets": [{"name": name, "rows": rows} for name, rows in sheets(data)]}
    except Refused as refused:
        answer = {"refused": str(refused), "detail": ""}
    except MemoryError:
        answer = {"refused": "too_large", "detail": "memory"}
    except Exception as error:  # noqa: BLE001 -- openpyxl raises whatever its parsers do on a broken file
        answer = {"refused": "damaged", "detail": f"{type(error).__name__}: {error}"[:200]}
    sys.stdout.write(json.dumps(answer))


def sheets(data: bytes) -> list[tuple[str, list[tuple[int, list[str]]]]]:
    if not data:
        raise Refused("empty")
    if data.startswith(OLE):
        raise Refused("old_excel")
    if data.startswith(b"PK"):
        return workbook(data)
    return [("", list(kept(records(text_of(data)))))]


# Workbooks


def workbook(data: bytes) -> list[tuple[str, list[tuple[int, list[str]]]]]:
    require_small_workbook(data)
    import openpyxl  # noqa: PLC0415 -- slow to import, and csv does not need it

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    found = []
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()  # some programs write a wrong size, and the rest would be left out
            found.append((sheet.title, list(kept(sheet.iter_rows(values_only=True)))))
    return found


def require_small_workbook(data: bytes) -> None:
    """A packed file says how large its parts are, and zipfile reads no more than that."""
    parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    names = {part.filename for part in parts}
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("macros")
    if "xl/workbook.xml" not in names:
        raise Refused("other_format")
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise Refused("too_large")


# Text files


def text_of(data: bytes) -> str:
    """UTF-8 or UTF-16 where a mark says so, UTF-8 where it fits, else GB18030 as Excel in China writes."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return decoded(data, encoding)
    if b"\0" in data:
        raise Refused("other_format")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return decoded(data, "gb18030")


def decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Refused("unreadable_text") from None


def records(text: str) -> Iterator[list[str]]:
    head = text[:20_000]
    separator = max(",\t;，", key=head.count)
    csv.field_size_limit(100_000)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator)


# Rows and cells


def kept(rows: Iterable[Iterable[object]]) -> Iterator[tuple[int, list[str]]]:
    """Rows with any content, numbered as a spreadsheet shows them."""
    count = 0
    for number, row in enumerate(rows, start=1):
        cells = [cell_text(value) for value, _ in zip(row, range(MAX_COLUMNS), strict=False)]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            count += 1
            if count > MAX_ROWS:
                raise Refused("too_many_rows")
            yield number, cells


def cell_text(value: object) -> str:
    """What the cell says. A whole number has no decimal point, however it is kept; a date is year-month-day."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value).replace("\0", "").strip()[:MAX_CELL]


if __name__ == "__main__":
    main()
