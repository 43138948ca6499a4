"""A table of people as administrators really keep it, read into rows: which column is which, and what each row says.

Pure: no database. Single cells are read in staff_import_cells.py; whether a grid, squad or unit exists is decided in
staff_import.py. Row numbers are the file's own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from backend.errors import Say
from backend.permissions import Role
from backend.staff.models import Duty, Engagement
from backend.staff.people_words import DUTY_NAMES, DUTY_WORDS, ENGAGEMENT_NAMES, ROLE_NAMES, PostWords
from backend.staff.phones import read_phone
from backend.staff.sheets import Sheet, plain_title
from backend.staff.staff_import_cells import clean_name, is_scientific, plain_number, read_day

HEADER_WITHIN_ROWS = 30

# Field, its title in our template, and other titles under which people keep it.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("name", "姓名", "名字 人员姓名 员工姓名 人员名称 name"),
    ("phone", "手机号", "手机 手机号码 电话 电话号码 联系电话 联系方式 移动电话 登录名 账号 phone mobile"),
    ("home_unit", "所属单位", "单位 单位名称 工作单位 所在单位 人事单位 部门 所属部门 unit"),
    ("role", "岗位", "岗位名称 角色 职务 人员类型 人员类别 role post"),
    ("duty", "职责", "网格职责 一长五员 分工 duty"),
    ("engagement", "专职/兼职", "专兼职 专职兼职 专/兼职 全职/兼职 用工形式 engagement"),
    ("grid", "网格编码", "网格 网格代码 网格编号 所属网格 所属网格编码 责任网格 责任网格编码 grid"),
    ("squad", "中队", "所属中队 所在中队 队伍 中队名称 执法队伍 执法中队 squad"),
    ("unit", "任职单位", "派驻单位 挂职单位 岗位单位"),
    ("starts_on", "开始日期", "上岗日期 到岗日期 任职日期 起始日期 开始时间 起始时间 starts"),
    ("ends_on", "结束日期", "离岗日期 截止日期 终止日期 到期日期 结束时间 ends"),
)
TITLES: Mapping[str, str] = {name: title for name, title, _others in COLUMNS}
NO_END = frozenset({"长期", "至今", "无", "无期限", "永久", "/", "-", "—", "——"})
SAID_NOTHING = frozenset({"", "/", "-", "—", "——"})


@dataclass(frozen=True)
class RowProblem:
    """What is wrong at one place of the file. `column` is the title in the file's own words where there is one."""

    row: int | None
    column: str | None
    value: str
    sentence: Say
    what_to_do: Say


@dataclass(frozen=True)
class RowPost:
    """A post as a row says it: places by code or name, empty where the row says nothing."""

    row: int
    role: Role
    duty: Duty | None
    engagement: Engagement | None
    grid: str
    squad: str
    unit: str
    starts_on: date | None
    ends_on: date | None


@dataclass
class RowPerson:
    """Everything the file says of one phone number."""

    row: int
    name: str
    phone: str
    home_unit: str = ""
    home_unit_row: int = 0
    posts: list[RowPost] = field(default_factory=list)


@dataclass
class Table:
    """A file that was read. `titles` are the file's own, by field."""

    sheet: str | None
    rows: int = 0
    titles: dict[str, str] = field(default_factory=dict)
    ignored_columns: list[str] = field(default_factory=list)
    people: list[RowPerson] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)

    def complain(self, row: int | None, name: str | None, value: str, sentence: Say, what_to_do: Say) -> None:
        title = self.titles.get(name, TITLES.get(name, name)) if name else None
        self.problems.append(RowProblem(row, title, value[:100], sentence, what_to_do))


def read_people(sheets: Sequence[Sheet]) -> Table:
    """The people in the first sheet that has titles we know."""
    for sheet in sheets:
        found = _header(sheet)
        if found:
            position, columns = found
            return _read_rows(sheet, position, columns)
    table = Table(None)
    table.complain(
        None,
        None,
        "",
        Say("没有找到标题行", "No row of titles was found"),
        Say(
            "表里要有一行标题，至少包括「姓名」和「手机号」；可以下载模板对照",
            "One row must hold the titles, at least 姓名 and 手机号; the template shows them",
        ),
    )
    return table


# Titles


_FIELD_OF_TITLE = {plain_title(title): name for name, own, others in COLUMNS for title in (own, *others.split())}


def _header(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """Position of the row of titles among the rows, and the column of each field; titles may stand above it."""
    best: tuple[int, dict[str, int]] | None = None
    for position, (_number, cells) in enumerate(sheet.rows[:HEADER_WITHIN_ROWS]):
        columns: dict[str, int] = {}
        for index, cell in enumerate(cells):
            name = _FIELD_OF_TITLE.get(plain_title(cell))
            if name:
                columns.setdefault(name, index)
        if {"name", "phone"} <= columns.keys() and (best is None or len(columns) > len(best[1])):
            best = position, columns
    return best


def _read_rows(sheet: Sheet, position: int, columns: Mapping[str, int]) -> Table:
    titles = sheet.rows[position][1]
    table = Table(sheet.name or None, titles={name: titles[index].strip() for name, index in columns.items()})
    table.ignored_columns = [title for index, title in enumerate(titles) if title and index not in columns.values()]
    for name, own in table.titles.items():
        twice = [title for title in table.ignored_columns if _FIELD_OF_TITLE.get(plain_title(title)) == name]
        if twice:
            table.complain(
                sheet.rows[position][0],
                name,
                twice[0],
                Say(f"「{own}」和「{twice[0]}」两列说的是同一件事", f"“{own}” and “{twice[0]}” mean the same"),
                Say("只留一列，或把另一列改个标题", "Keep one of the columns, or rename the other"),
            )
    people: dict[str, RowPerson] = {}
    previous: RowPerson | None = None
    for number, cells in sheet.rows[position + 1 :]:
        row = {name: _cell(cells, index) for name, index in columns.items()}
        if any(row.values()):
            table.rows += 1
            previous = _read_row(table, people, previous, number, row)
    table.people = list(people.values())
    return table


def _cell(cells: Sequence[str], index: int) -> str:
    text = " ".join(cells[index].split()) if index < len(cells) else ""
    return "" if text in SAID_NOTHING else text


# One row


def _read_row(
    table: Table, people: dict[str, RowPerson], previous: RowPerson | None, number: int, row: Mapping[str, str]
) -> RowPerson | None:
    """Add what the row says. A row without name and phone goes on with the person above, as under merged cells."""
    if row["name"] or row["phone"]:
        person = _person(table, people, number, row)
    else:
        person = previous
        if person is None:
            table.complain(number, "phone", "", Say("缺手机号", "There is no phone number"), FILL_IN)
    posts = list(_posts(table, number, row))
    if person:
        person.posts += posts
        _home_unit(table, person, number, row.get("home_unit", ""))
    return person


FILL_IN = Say("请补上", "Fill it in")


def _person(table: Table, people: dict[str, RowPerson], number: int, row: Mapping[str, str]) -> RowPerson | None:
    name = clean_name(row["name"])
    phone = _phone(table, number, row["phone"])
    if not name:
        table.complain(number, "name", "", Say("缺姓名", "There is no name"), FILL_IN)
    elif len(name) > 50:
        sentence = Say("姓名太长", "The name is too long")
        table.complain(number, "name", name, sentence, Say("请缩短到 50 字以内", "Use at most 50 letters"))
        name = ""
    if not name or not phone:
        return None
    person = people.setdefault(phone, RowPerson(number, name, phone))
    if person.name != name:
        table.complain(
            number,
            "phone",
            phone,
            Say(
                f"第 {person.row} 行的「{person.name}」用了同一个手机号",
                f"“{person.name}” in row {person.row} has the same number",
            ),
            Say("核对两行的姓名和手机号", "Look at name and number of both rows"),
        )
    return person


def _phone(table: Table, number: int, text: str) -> str | None:
    if not text:
        table.complain(number, "phone", "", Say("缺手机号", "There is no phone number"), FILL_IN)
        return None
    phone = read_phone(plain_number(text))
    if phone is None:
        lost = is_scientific(text)
        table.complain(
            number,
            "phone",
            text,
            LOST_DIGITS
            if lost
            else Say("手机号不是 11 位大陆手机号", "This is not a mainland mobile number of 11 digits"),
            AS_TEXT if lost else Say("核对号码；座机不能登录", "Look at the number; a landline cannot sign in"),
        )
    return phone


LOST_DIGITS = Say(
    "变成了科学计数法，后面的数字已经丢失", "It was turned into scientific notation and has lost its last digits"
)
AS_TEXT = Say(
    "把这一列设为「文本」格式，重新填写后再上传", "Format the column as text, fill it in again and send the file anew"
)


def _home_unit(table: Table, person: RowPerson, number: int, text: str) -> None:
    if text and person.home_unit and person.home_unit != text:
        table.complain(
            number,
            "home_unit",
            text,
            Say(
                f"第 {person.home_unit_row} 行写的是「{person.home_unit}」",
                f"Row {person.home_unit_row} says “{person.home_unit}”",
            ),
            Say("一个人只能有一个所属单位，改成一样的", "A person has one home unit; make the rows agree"),
        )
    elif text:
        person.home_unit, person.home_unit_row = text, number


# Posts


def _posts(table: Table, number: int, row: Mapping[str, str]) -> Iterator[RowPost]:
    """The posts of one row: one for each grid named in it; none if it names no post at all."""
    meant = _role(table, number, row)
    starts_on = _day(table, number, "starts_on", row.get("starts_on", ""))
    ends_text = row.get("ends_on", "")
    ends_on = None if ends_text in NO_END else _day(table, number, "ends_on", ends_text)
    engagement = _engagement(table, number, row.get("engagement", ""))
    grids = list(_grid_codes(table, number, row.get("grid", "")))
    if meant is None:
        return
    for grid in grids or [""]:
        yield RowPost(
            row=number,
            role=meant.role,
            duty=meant.duty,
            engagement=engagement or meant.engagement,
            grid=grid,
            squad=row.get("squad", ""),
            unit=row.get("unit", ""),
            starts_on=starts_on,
            ends_on=ends_on,
        )


def _role(table: Table, number: int, row: Mapping[str, str]) -> PostWords | None:
    role_text, duty_text = row.get("role", ""), row.get("duty", "")
    role = ROLE_NAMES.get(role_text.replace(" ", "").lower())
    duty = DUTY_NAMES.get(duty_text.replace(" ", ""))
    if role_text and role is None:
        choose = "、".join(dict.fromkeys(word for word in ROLE_NAMES if word not in set(Role)))
        table.complain(
            number,
            "role",
            role_text,
            Say("没有这个岗位", "There is no such role"),
            Say(f"可以写：{choose}", f"It may be: {choose}"),
        )
        return None
    if duty_text and duty is None:
        choose = "、".join(words.zh for words in DUTY_WORDS.values())
        table.complain(
            number,
            "duty",
            duty_text,
            Say("没有这项职责", "There is no such duty"),
            Say(f"可以写：{choose}", f"It may be: {choose}"),
        )
        return None
    if role is None and duty is None:
        if any(row.get(name) for name in ("grid", "squad", "starts_on", "ends_on")):
            sentence = Say("缺岗位", "There is no role")
            table.complain(number, "role", "", sentence, Say("请写岗位或职责", "Fill in role or duty"))
        return None
    if role and duty:
        return PostWords(role.role, duty.duty, role.engagement)
    return role or duty


def _engagement(table: Table, number: int, text: str) -> Engagement | None:
    if not text:
        return None
    found = ENGAGEMENT_NAMES.get(text)
    if found is None:
        sentence = Say("认不出专职还是兼职", "This is neither full time nor part time")
        table.complain(number, "engagement", text, sentence, Say("写「专职」或「兼职」", "Write 专职 or 兼职"))
    return found


def _grid_codes(table: Table, number: int, text: str) -> Iterator[str]:
    """Several codes may stand in one cell, between commas, blanks or lines."""
    for part in re.split(r"[、，,;；|\s]+", text):
        code = plain_number(part)
        if is_scientific(code):
            table.complain(number, "grid", part, LOST_DIGITS, AS_TEXT)
        elif code:
            yield code


def _day(table: Table, number: int, name: str, text: str) -> date | None:
    if not text:
        return None
    day = read_day(text)
    if day is None:
        table.complain(
            number,
            name,
            text,
            Say("认不出这个日期", "This date is not understood"),
            Say("写成 2026-01-05 这样，年月日都要有", "Write it like 2026-01-05, with year, month and day"),
        )
    return day
