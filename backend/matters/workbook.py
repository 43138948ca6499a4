"""A catalogue as a workbook to edit and send back: the sheets 事项 and 立案条件, lists to choose from, and how to fill it in.

No cell of ours can become a formula in whoever opens the file: texts are stored as texts, and marked so that a spreadsheet
keeps them as such when somebody edits the cell. What is written here, workbook_rows.py reads back unchanged.
"""

import io
from collections.abc import Iterable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from backend.errors import Say
from backend.matters.catalogue_words import CONDITION_TITLES, MATTER_TITLES, SEVERITIES, UNITS, YES_NO
from backend.matters.content import ConditionContent, Content, MatterContent
from backend.spreadsheets import TEXT_FORMAT, plain_text, put_text

MATTERS_SHEET = "事项"
CONDITIONS_SHEET = "立案条件"
CHOICES_SHEET = "可选值"
GUIDE_SHEET = "填写说明"
MATTER_COLUMNS = tuple(field for field in MATTER_TITLES if field != "conditions")
CONDITION_COLUMNS = tuple(CONDITION_TITLES)
ROWS_WITH_CHOICES = 5_000
WIDE = {"name": 20, "major_name": 16, "department_code": 26, "closing_condition": 36, "photo_guidance": 44}
WIDE |= {"legal_basis": 40, "words": 44, "icon": 18, "matter_name": 20}
YES = {"near_far_hint", "self_handle", "review_needed", "self_dispatch", "is_default"}

NOTES: Mapping[str, str] = {
    "code": "事件写 E 加 4 位数字，部件写 C 加 4 位数字；前 3 位是大类。本地增加的从 99 往下编。",
    "major_name": "同一大类的事项写同一个名称。",
    "department_code": "写单位全称或编码，「可选值」表里有。",
    "photos_before.min": "0 到 3 张。0 表示可以不拍。",
    "photos_after.min": "0 到 3 张。0 表示可以不拍。",
    "photos_before.max": "手机一次最多能发的张数，1 到 9。",
    "photos_after.max": "手机一次最多能发的张数，1 到 9。",
    "near_far_hint": "写「是」，手机会提示远景、近景各拍一张。",
    "self_handle": "写「是」，网格员可以当场处理并直接办结。",
    "review_needed": "写「是」，处置结果先由队长审核，再去核查。",
    "self_dispatch": "写「否」，不按规则自动派遣，一律等指挥中心人工派遣。",
    "duplicate_radius_m": "多少米以内的未结同类案件提示可能重复；0 表示不提示。",
    "duplicate_hours": "多少小时以内的未结同类案件提示可能重复。",
    "weight": "越大在手机上越靠前，可按一年的件数填。",
    "icon": "Tabler 图标名；不清楚就留空。",
    "matter": "「事项」表里的编码。",
    "matter_name": "只为看得清楚，导入时不读。",
    "code_of_condition": "事项编码加「-」加序号，如 E0110-1；留空自动编号。",
    "limit.amount": "整数。",
    "limit.unit": "紧急工作时、自然日昼夜都算；工作时、工作日只算上班时间。",
    "is_default": "每个事项有且只有一个「是」。",
    "season.begins": "月和日，如 11-15。四个季节格要么都填，要么都空；可以跨年。",
    "season.ends": "月和日，如 03-31，当天也算在内。",
}
GUIDE = (
    "一行一个事项；它的立案条件写在「立案条件」表，用事项编码对应。",
    "表里没有的事项，导入后就不在新版本里；已有案件继续用它当时的版本，不受影响。",
    "导入只生成草案：先看清每一处问题和每一处变化，再发布；发布前什么都不会改变。",
    "整列删掉的，保持原来的内容；格子空着的，就是空的或用默认值。",
)


def write_workbook(content: Content, units: Mapping[str, str]) -> bytes:
    """The workbook; `units` are the names of all units by code. A name that two units bear is written as the code."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = MATTERS_SHEET
    words = _words_of_units(units)
    _fill(sheet, MATTER_COLUMNS, MATTER_TITLES, (_matter_row(matter, words) for matter in content.matters))
    conditions = book.create_sheet(CONDITIONS_SHEET)
    rows = (_condition_row(matter, one) for matter in content.matters for one in matter.conditions)
    _fill(conditions, CONDITION_COLUMNS, CONDITION_TITLES, rows)
    _offer_choices(book, sheet, conditions, sorted(words.values()))
    guide = book.create_sheet(GUIDE_SHEET)
    for number, line in enumerate(GUIDE, start=1):
        _write(guide, number, 1, line)
    guide.column_dimensions["A"].width = 100
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _words_of_units(units: Mapping[str, str]) -> dict[str, str]:
    names = list(units.values())
    return {code: name if names.count(name) == 1 and name not in units else code for code, name in units.items()}


def _matter_row(matter: MatterContent, units: Mapping[str, str]) -> list[object]:
    values: dict[str, object] = {
        "department_code": units.get(matter.department_code, matter.department_code),
        "photos_before.min": matter.photos_before.min,
        "photos_before.max": matter.photos_before.max,
        "photos_after.min": matter.photos_after.min,
        "photos_after.max": matter.photos_after.max,
        "legal_basis": matter.legal_basis or "",
    }
    return [_cell(values[field] if field in values else getattr(matter, field)) for field in MATTER_COLUMNS]


def _condition_row(matter: MatterContent, condition: ConditionContent) -> list[object]:
    season = condition.season
    return [
        matter.code,
        matter.name,
        condition.code,
        condition.words,
        SEVERITIES[condition.severity].zh,
        condition.limit.amount,
        UNITS[condition.limit.unit].zh,
        _cell(condition.is_default),
        season.begins if season else "",
        season.ends if season else "",
        season.limit.amount if season else "",
        UNITS[season.limit.unit].zh if season else "",
    ]


def _cell(value: object) -> object:
    return YES_NO[value].zh if isinstance(value, bool) else value


def _fill(
    sheet: Worksheet, columns: Sequence[str], titles: Mapping[str, Say], rows: Iterable[Sequence[object]]
) -> None:
    for column, field in enumerate(columns, start=1):
        _write(sheet, 1, column, titles[field].zh)
        heading = sheet.cell(1, column)
        heading.font = Font(bold=True)
        heading.fill = PatternFill("solid", fgColor="E8EEF4")
        note = NOTES.get("code_of_condition" if titles is CONDITION_TITLES and field == "code" else field)
        if note:
            heading.comment = Comment(note, "梭子", width=260, height=90)
        letter = get_column_letter(column)
        sheet.column_dimensions[letter].width = WIDE.get(field, 13)
        sheet.column_dimensions[letter].number_format = TEXT_FORMAT
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            _write(sheet, number, column, value)
    sheet.freeze_panes = "D2"


def _write(sheet: Worksheet, row: int, column: int, value: object) -> None:
    """A number as a number; everything else as a text that stays one."""
    cell = sheet.cell(row, column)
    if isinstance(value, int | float):
        cell.value = value
        return
    text = plain_text(str(value))
    if not text:
        return
    put_text(cell, text)
    cell.alignment = Alignment(vertical="top", wrap_text=len(text) > 20)


def _offer_choices(book: Workbook, matters: Worksheet, conditions: Worksheet, units: Sequence[str]) -> None:
    """Lists on a sheet of their own; other values may still be typed, and are judged on import."""
    sheet = book.create_sheet(CHOICES_SHEET)
    lists = {
        "department_code": units,
        "severity": [say.zh for say in SEVERITIES.values()],
        "limit.unit": [say.zh for say in UNITS.values()],
        "yes": [say.zh for say in YES_NO.values()],
    }
    heads = {"department_code": "责任单位", "severity": "严重程度", "limit.unit": "时限单位", "yes": "是或否"}
    for column, (name, values) in enumerate(lists.items(), start=1):
        for row, value in enumerate([heads[name], *values], start=1):
            _write(sheet, row, column, value)
        sheet.column_dimensions[get_column_letter(column)].width = 26
    places = list(lists)
    for target, columns in ((matters, MATTER_COLUMNS), (conditions, CONDITION_COLUMNS)):
        for position, field in enumerate(columns, start=1):
            name = "yes" if field in YES else "limit.unit" if field == "season.limit.unit" else field
            if name in lists and (target is conditions or field == "department_code" or field in YES):
                source = get_column_letter(places.index(name) + 1)
                choice = DataValidation(
                    type="list",
                    formula1=f"{CHOICES_SHEET}!${source}$2:${source}${max(len(lists[name]), 1) + 1}",
                    allow_blank=True,
                    showErrorMessage=False,
                )
                letter = get_column_letter(position)
                choice.add(f"{letter}2:{letter}{ROWS_WITH_CHOICES}")
                target.add_data_validation(choice)
