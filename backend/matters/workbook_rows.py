"""A catalogue's workbook as people send it back, read into matters; every fault with its sheet, row and column. Pure.

A matter with any fault stays as it was before (or out, if it is new) until it is mended, so that what was read of a workbook
is always a catalogue that could be in force. Columns that are missing change nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from backend.errors import Say
from backend.matters.catalogue_words import CONDITION_TITLES, MATTER_TITLES
from backend.matters.content import MOST_MATTERS, Content, MatterContent, in_order
from backend.matters.rules import Fault, faults_of, others_of
from backend.matters.workbook_cells import CONDITION_READERS, MATTER_READERS, Read, Unreadable
from backend.staff.sheets import Sheet, plain_title

HEADER_WITHIN_ROWS = 10
NEEDED = "编码、名称"
NEEDED_OF_CONDITIONS = "事项编码、立案条件、严重程度、时限、时限单位"
FILL_IN = Say("请补上", "Fill it in")


@dataclass(frozen=True)
class CellFault:
    """What is wrong at one place of the workbook. `matter` is its code, where the place belongs to one."""

    sheet: str | None
    row: int | None
    column: str | None
    value: str
    sentence: Say
    mend: Say
    matter: str | None = None


@dataclass
class Reading:
    """What a workbook says. `content` is good as it stands; `faults` are why it is not all that the workbook meant."""

    content: Content
    faults: list[CellFault]
    ignored_columns: list[str]


@dataclass(frozen=True)
class Row:
    sheet: str
    number: int
    cells: Mapping[str, str]
    titles: Mapping[str, str]

    def fault(self, name: str, sentence: Say, mend: Say, matter: str | None) -> CellFault:
        value = self.cells.get(name, "")[:100]
        return CellFault(self.sheet, self.number, self.titles.get(name, name), value, sentence, mend, matter)


@dataclass
class Drawn:
    """A matter as its row says it, with the rows of its conditions, and what is wrong so far."""

    row: Row
    fields: dict[str, Any]
    conditions: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)


def read_workbook(sheets: Sequence[Sheet], base: Content, units: Mapping[str, str]) -> Reading:
    """The workbook over the catalogue that it is to replace; `units` are codes by code and by name."""
    matters = _table(sheets, MATTER_TITLES, frozenset({"code", "name"}))
    conditions = _table(
        sheets, CONDITION_TITLES, frozenset({"matter", "words", "severity", "limit.amount", "limit.unit"})
    )
    missing = [
        _no_sheet(name, titles)
        for table, name, titles in ((matters, "事项", NEEDED), (conditions, "立案条件", NEEDED_OF_CONDITIONS))
        if table is None
    ]
    if matters is None or conditions is None:
        return Reading(base, missing, [])
    reader = _Reader(base.by_code(), units)
    reader.read_matters(matters.rows)
    reader.read_conditions(conditions.rows)
    content = reader.judged()
    faults = sorted(reader.faults, key=lambda fault: (fault.sheet != matters.name, fault.row or 0))
    return Reading(content, faults, [*matters.ignored, *conditions.ignored])


def _no_sheet(name: str, titles: str) -> CellFault:
    return CellFault(
        None,
        None,
        None,
        "",
        Say(f"没有找到工作表「{name}」", f"The sheet {name} was not found"),
        Say(
            f"表里要有这些标题：{titles}；可以先导出现行目录对照",
            f"It needs the titles {titles}; the export shows them",
        ),
    )


# Sheets


@dataclass(frozen=True)
class _Table:
    name: str
    rows: list[Row]
    ignored: list[str]


def _table(sheets: Sequence[Sheet], titles: Mapping[str, Say], needed: frozenset[str]) -> _Table | None:
    """The sheet whose titles we know; the one with most of them if there are several."""
    fields = {plain_title(word): name for name, say in titles.items() for word in say}
    best: tuple[int, Sheet, int, dict[str, int]] | None = None
    for sheet in sheets:
        for position, (_number, cells) in enumerate(sheet.rows[:HEADER_WITHIN_ROWS]):
            columns: dict[str, int] = {}
            for index, cell in enumerate(cells):
                if name := fields.get(plain_title(cell)):
                    columns.setdefault(name, index)
            if needed <= columns.keys() and (best is None or len(columns) > best[0]):
                best = len(columns), sheet, position, columns
    if best is None:
        return None
    _, sheet, position, columns = best
    head = sheet.rows[position][1]
    own = {name: say.zh for name, say in titles.items()}
    own |= {name: head[index].strip() for name, index in columns.items()}
    ignored = [f"{sheet.name}：{title}" for index, title in enumerate(head) if title and index not in columns.values()]
    rows = []
    for number, cells in sheet.rows[position + 1 :]:
        said = {name: cells[index].strip() if index < len(cells) else "" for name, index in columns.items()}
        if any(said.values()):
            rows.append(Row(sheet.name, number, said, own))
    return _Table(sheet.name, rows, ignored)


# Rows


class _Reader:
    def __init__(self, base: Mapping[str, MatterContent], units: Mapping[str, str]) -> None:
        self.base = base
        self.units = units
        self.faults: list[CellFault] = []
        self.drawn: dict[str, Drawn] = {}
        self.faulty: set[str] = set()

    def complain(self, row: Row, name: str, sentence: Say, mend: Say, matter: str | None) -> None:
        self.faults.append(row.fault(name, sentence, mend, matter))
        if matter:
            self.faulty.add(matter)

    def read_matters(self, rows: Sequence[Row]) -> None:
        if len(rows) > MOST_MATTERS:
            sentence = Say(f"超过 {MOST_MATTERS} 个事项", f"More than {MOST_MATTERS} matters")
            mend = Say("请核对是否多复制了行", "See whether rows were copied too often")
            self.complain(rows[MOST_MATTERS], "code", sentence, mend, None)
        for row in rows[:MOST_MATTERS]:
            code = self._code(row, "code")
            if code is None:
                continue
            if code in self.drawn:
                sentence = Say(
                    f"第 {self.drawn[code].row.number} 行已经有 {code}",
                    f"Row {self.drawn[code].row.number} has {code} already",
                )
                self.complain(row, "code", sentence, Say("删去一行或改编码", "Delete one or change its code"), code)
                continue
            self.drawn[code] = Drawn(row, self._matter(row, code))

    def _code(self, row: Row, name: str) -> str | None:
        code = row.cells.get(name, "").upper()
        if re.fullmatch(r"[CE][0-9]{4}", code):
            return code
        if not code:
            self.complain(row, name, Say("缺编码", "There is no code"), FILL_IN, None)
        else:
            self.complain(
                row,
                name,
                Say("编码不对", "The code is not right"),
                Say("事件写 E 加 4 位数字，部件写 C 加 4 位数字", "E and four digits for events, C for components"),
                None,
            )
        return None

    def _matter(self, row: Row, code: str) -> dict[str, Any]:
        was = self.base.get(code)
        fields: dict[str, Any] = was.model_dump(exclude={"conditions"}) if was else {}
        fields["code"] = code
        for name, read in MATTER_READERS.items():
            if name in row.cells:
                _put(fields, name, self._read(row, name, read, code))
        if "department_code" in row.cells:
            self._department(row, code, fields)
        for name in ("name", "major_name", "department_code"):
            if not fields.get(name) and code not in self.faulty:
                title = MATTER_TITLES[name]
                self.complain(row, name, Say(f"缺{title.zh}", f"There is no {title.en.lower()}"), FILL_IN, code)
        return fields

    def _read(self, row: Row, name: str, read: Read, matter: str) -> Any:
        """The cell's value; what cannot be read is complained of and counts as not said."""
        try:
            return read(row.cells[name])
        except Unreadable as unreadable:
            self.complain(row, name, unreadable.sentence, unreadable.mend, matter)
            return None

    def _department(self, row: Row, code: str, fields: dict[str, Any]) -> None:
        word = row.cells["department_code"]
        unit = self.units.get(word)
        fields["department_code"] = unit
        if word and unit is None:
            self.complain(
                row,
                "department_code",
                Say("没有这个单位", "There is no such unit"),
                Say("写单位全称或编码，导出的「可选值」表里有", "Write its full name or code, as on the sheet 可选值"),
                code,
            )

    def read_conditions(self, rows: Sequence[Row]) -> None:
        for row in rows:
            code = self._code(row, "matter")
            if code is None:
                continue
            if code not in self.drawn:
                sentence = Say(f"「事项」表里没有 {code}", f"The sheet 事项 has no {code}")
                mend = Say("核对编码，或先在「事项」表加上", "Look at the code, or add the matter there first")
                self.complain(row, "matter", sentence, mend, None)
                continue
            self.drawn[code].conditions.append((row, self._condition(row, code)))
        for code, drawn in self.drawn.items():
            _number_conditions(code, drawn)
            if not drawn.conditions:
                sentence = Say("没有立案条件", "It has no filing condition")
                mend = Say("在「立案条件」表至少写一行", "Write at least one row on the sheet 立案条件")
                self.complain(drawn.row, "code", sentence, mend, code)

    def _condition(self, row: Row, matter: str) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, read in CONDITION_READERS.items():
            if name in row.cells:
                _put(fields, name, self._read(row, name, read, matter))
        for name in ("words", "severity", "limit.amount", "limit.unit"):
            if not row.cells.get(name):
                title = CONDITION_TITLES[name]
                self.complain(row, name, Say(f"缺{title.zh}", f"There is no {title.en.lower()}"), FILL_IN, matter)
        self._season(row, matter, fields)
        self._keep_what_has_no_column(row, matter, fields)
        return fields

    def _keep_what_has_no_column(self, row: Row, matter: str, fields: dict[str, Any]) -> None:
        before = self.base[matter].conditions if matter in self.base else []
        was = next((condition for condition in before if condition.code == fields.get("code")), None)
        if was and "is_default" not in row.cells:
            fields["is_default"] = was.is_default
        if was and not any(name.startswith("season.") for name in row.cells):
            fields["season"] = was.season and was.season.model_dump()

    def _season(self, row: Row, matter: str, fields: dict[str, Any]) -> None:
        names = [name for name in CONDITION_READERS if name.startswith("season.")]
        empty = [name for name in names if not row.cells.get(name)]
        if len(empty) == len(names):
            fields["season"] = None
        elif empty:
            sentence = Say("季节没有写全", "The season is not complete")
            mend = Say("四个季节格要么都填，要么都空", "Fill in all four cells of the season, or none")
            self.complain(row, empty[0], sentence, mend, matter)

    def judged(self) -> Content:
        """Every matter that is right as the workbook says it; the others as they were."""
        built = {code: matter for code, drawn in self.drawn.items() if (matter := self._built(code, drawn))}
        others = others_of(built.values(), frozenset(self.units.values()))
        for code, matter in built.items():
            for fault in faults_of(matter, others):
                self._complain_of(self.drawn[code], fault)
        kept = [matter for code, matter in built.items() if code not in self.faulty]
        majors = {matter.major_code for matter in kept}
        names = {matter.name for matter in kept}
        # Those that stay as they were must still agree with the rest; where they cannot, they stay out until mended.
        agreed = _majors(kept)
        for code in sorted(self.faulty & self.base.keys()):
            was = self.base[code]
            if was.name not in names:
                renamed = {"major_name": agreed[was.major_code]} if was.major_code in majors else {}
                kept.append(was.model_copy(update=renamed))
                names.add(was.name)
        return in_order(kept)

    def _built(self, code: str, drawn: Drawn) -> MatterContent | None:
        if code in self.faulty:
            return None
        said = {**drawn.fields, "conditions": [fields for _row, fields in drawn.conditions]}
        try:
            return MatterContent.model_validate(said)
        except ValidationError as error:
            for wrong in error.errors():
                place = ".".join(str(part) for part in wrong["loc"])
                self._complain_of(
                    drawn,
                    Fault(
                        wrong["type"],
                        place,
                        Say("内容不对", "This is not right"),
                        Say("照导出的目录核对这一格", "Compare this cell with the exported catalogue"),
                    ),
                )
            return None

    def _complain_of(self, drawn: Drawn, fault: Fault) -> None:
        """A rule's complaint, at the row and column where it is to be mended."""
        code = drawn.fields["code"]
        place = re.fullmatch(r"conditions\.(\d+)\.(.+)", fault.field)
        if place and int(place[1]) < len(drawn.conditions):
            row = drawn.conditions[int(place[1])][0]
            name = "limit.amount" if place[2] == "limit" else place[2]
            name = "season.limit.amount" if name == "season.limit" else name
        elif fault.field == "conditions" and drawn.conditions:
            row, name = drawn.conditions[0][0], "is_default"
        else:
            row, name = drawn.row, fault.field
        self.complain(row, name, fault.sentence, fault.mend, code)


def _majors(matters: Sequence[MatterContent]) -> dict[str, str]:
    return {matter.major_code: matter.major_name for matter in matters}


def _number_conditions(code: str, drawn: Drawn) -> None:
    """Conditions without a code get the next free number."""
    taken = {fields.get("code") for _row, fields in drawn.conditions}
    free = (f"{code}-{number}" for number in range(1, 100) if f"{code}-{number}" not in taken)
    for _row, fields in drawn.conditions:
        if not fields.get("code"):
            fields["code"] = next(free, f"{code}-99")


def _put(fields: dict[str, Any], name: str, value: Any) -> None:
    """Set the field at a dotted path; None takes it away, so that its default holds."""
    *outer, last = name.split(".")
    for part in outer:
        inner = fields.get(part)
        fields[part] = inner = dict(inner) if isinstance(inner, dict) else {}
        fields = inner
    if value is None:
        fields.pop(last, None)
    else:
        fields[last] = value
