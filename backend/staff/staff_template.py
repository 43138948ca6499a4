"""The empty table of people to download: titles, examples on a sheet of their own, and lists to choose from.

The same titles are read back by staff_import_rows.py. No cell of ours can become a formula in whoever opens the file.
"""

import csv
import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from backend.staff.people_words import DUTY_WORDS, ENGAGEMENT_WORDS, ROLE_WORDS
from backend.staff.staff_import_rows import COLUMNS, TITLES

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
ROWS_WITH_TEXT = 300
ROWS_WITH_CHOICES = 20_000
TEXT_FORMAT = "@"
WIDTHS = {"name": 12, "phone": 15, "home_unit": 24, "grid": 20, "squad": 18, "unit": 24}

EXAMPLES: tuple[dict[str, str], ...] = (
    {"name": "网格员 001", "phone": "19900000001", "role": "网格员", "engagement": "专职", "starts_on": "2026-01-05"},
    {"name": "网格长 001", "phone": "19900000002", "role": "网格长", "engagement": "兼职"},
    {"name": "网格长 001", "phone": "19900000002", "role": "网格指导员", "engagement": "兼职", "ends_on": "2026-12-31"},
    {"name": "执法队员 001", "phone": "19900000003", "role": "执法队员"},
)
NOTES = (
    "一个人有几个岗位就写几行，姓名和手机号相同；同一岗位管几个网格，可把网格编码写在一格里，用顿号隔开。",
    "网格岗位和督查员写网格编码，执法队员、执法队长写中队；开始日期不写就从导入当天算起，结束日期不写就是长期。",
    "空着的格子不会改动已有内容；表里没写到的岗位保持不变。先试读、看清每一行的问题，再正式导入。",
)


def safe_cell(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula: an apostrophe stands before what could begin one."""
    plain = ILLEGAL_CHARACTERS_RE.sub("", text)
    return f"'{plain}" if plain.startswith(FORMULA_SIGNS) else plain


def csv_template() -> bytes:
    """Titles only. With a byte order mark, without which Excel in China takes UTF-8 for GBK."""
    text = io.StringIO(newline="")
    csv.writer(text).writerow(TITLES.values())
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def xlsx_template(*, units: Sequence[str], squads: Sequence[str], grids: Sequence[tuple[str, str]]) -> bytes:
    """A workbook with the sheets 人员 (titles, lists to choose from), 填写示例, 可选值 and 网格 (code and name)."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "人员"
    duties = [words.zh for words in DUTY_WORDS.values()]
    choices = {
        "role": list(dict.fromkeys([words.zh for words in ROLE_WORDS.values()] + duties)),
        "duty": duties,
        "engagement": [words.zh for words in ENGAGEMENT_WORDS.values()],
        "home_unit": list(units),
        "squad": list(squads),
    }
    _write_titles(sheet)
    _write_examples(book.create_sheet("填写示例"), units, squads, grids)
    _write_choices(book.create_sheet("可选值"), choices)
    _write_rows(book.create_sheet("网格"), [("网格编码", "网格名称"), *grids])
    for name, values in choices.items():
        _offer(sheet, name, list(choices).index(name), len(values))
    _offer(sheet, "unit", list(choices).index("home_unit"), len(units))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_titles(sheet: Worksheet) -> None:
    """The row of titles; every column below it is text, so that long numbers keep their digits."""
    _write_rows(sheet, [list(TITLES.values())])
    for index, (name, _title, _others) in enumerate(COLUMNS, start=1):
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = WIDTHS.get(name, 12)
        sheet.column_dimensions[letter].number_format = TEXT_FORMAT
        sheet.cell(1, index).font = Font(bold=True)
        sheet.cell(1, index).fill = PatternFill("solid", fgColor="E8EEF4")
        for row in range(2, ROWS_WITH_TEXT + 1):
            sheet.cell(row, index).number_format = TEXT_FORMAT
    sheet.freeze_panes = "A2"


def _write_examples(
    sheet: Worksheet, units: Sequence[str], squads: Sequence[str], grids: Sequence[tuple[str, str]]
) -> None:
    """Made-up people in real places, where there are any. Reading a file never looks at this sheet."""
    rows = [list(TITLES.values())]
    for example in EXAMPLES:
        person = {"home_unit": units[0] if units else "", **example}
        if example["role"] == "执法队员":
            person["squad"] = squads[0] if squads else ""
        else:
            person["grid"] = grids[-1][0] if grids else ""
        rows.append([person.get(name, "") for name in TITLES])
    rows += [[], *([note] for note in NOTES)]
    _write_rows(sheet, rows)


def _write_choices(sheet: Worksheet, choices: Mapping[str, Sequence[str]]) -> None:
    """One column for each list, under its title."""
    for column, (name, values) in enumerate(choices.items(), start=1):
        for row, value in enumerate([TITLES[name], *values], start=1):
            _write(sheet, row, column, value)
        sheet.column_dimensions[get_column_letter(column)].width = WIDTHS.get(name, 14)


def _offer(sheet: Worksheet, name: str, list_column: int, count: int) -> None:
    """Let the column of this field be chosen from its list; other values may still be typed, and are judged on import."""
    letter, source = get_column_letter(list(TITLES).index(name) + 1), get_column_letter(list_column + 1)
    choice = DataValidation(
        type="list",
        formula1=f"可选值!${source}$2:${source}${max(count, 1) + 1}",
        allow_blank=True,
        showErrorMessage=False,
    )
    choice.add(f"{letter}2:{letter}{ROWS_WITH_CHOICES}")
    sheet.add_data_validation(choice)


def _write_rows(sheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            _write(sheet, number, column, value)


def _write(sheet: Worksheet, row: int, column: int, value: str) -> None:
    cell = sheet.cell(row, column, safe_cell(value))
    cell.number_format = TEXT_FORMAT
