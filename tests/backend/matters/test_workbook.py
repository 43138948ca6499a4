"""The catalogue's workbook: it comes back as it went out, nothing in it is a formula, and every fault has its place."""

import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from backend.matters.content import Content, MatterContent, in_order
from backend.matters.differences import differences
from backend.matters.initials import initials_of
from backend.matters.models import Severity
from backend.matters.workbook import write_workbook
from backend.matters.workbook_rows import CellFault, Reading, read_workbook
from tests.backend.matters.catalogues import (
    FORMULAS,
    UNITS,
    UNITS_BY_WORD,
    changed,
    column,
    condition,
    contents,
    matter,
    sheet,
    sheets_of,
)

LITTER = matter(
    conditions=[condition("E0110-1", severity="urgent", is_default=False), condition("E0110-2", words="散落")]
)
TREE = matter(
    "C0402",
    "行道树",
    department_code="xxk-greening",
    duplicate_hours=720,
    conditions=[
        condition(
            "C0402-1",
            season={"begins": "11-15", "ends": "03-31", "limit": {"amount": 15, "unit": "work_day"}},
        )
    ],
)
SMALL = in_order([LITTER, TREE])


def read(data: bytes, base: Content = SMALL) -> Reading:
    return read_workbook(sheets_of(data), base, UNITS_BY_WORD)


def set_cell(row: int, title: str, value: Any, page: str = "事项", base: Content = SMALL) -> Reading:
    """What is read when somebody writes one cell of the exported workbook."""

    def change(book: Workbook) -> None:
        found = sheet(book, page)
        cell = found.cell(row, column(found, title))
        cell.value = value

    return read(changed(write_workbook(base, UNITS), change), base)


def places(faults: list[CellFault]) -> list[tuple[str | None, int | None, str | None]]:
    return [(fault.sheet, fault.row, fault.column) for fault in faults]


# There and back


@settings(max_examples=25)
@given(contents(), st.booleans())
def test_what_is_exported_comes_back_unchanged(content: Content, over_itself: bool) -> None:
    reading = read(write_workbook(content, UNITS), content if over_itself else Content())
    assert (reading.faults, reading.ignored_columns) == ([], [])
    assert reading.content == content
    assert not differences(content, reading.content)


@settings(max_examples=15)
@given(contents())
def test_no_cell_is_a_formula_or_a_link(content: Content) -> None:
    with zipfile.ZipFile(io.BytesIO(write_workbook(content, UNITS))) as parts:
        pages = [parts.read(name) for name in parts.namelist() if "worksheets/sheet" in name and name.endswith(".xml")]
    assert len(pages) == 4
    assert not any(re.search(rb"<f[ >]|hyperlink", page) for page in pages)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_looks_like_a_formula_stays_a_text(text: str) -> None:
    tricky = in_order([matter(closing_condition=text, name=text)])
    data = write_workbook(tricky, UNITS)
    page = sheet(openpyxl.load_workbook(io.BytesIO(data)), "事项")
    cell = page.cell(2, column(page, "结案条件"))
    assert (cell.data_type, cell.quotePrefix, cell.value) == ("s", True, text.strip())
    assert read(data, Content()).content == tricky


def test_a_unit_is_written_by_name_unless_two_bear_it() -> None:
    twin = in_order([LITTER, matter("E0111", "积存", department_code="xxk-twin-2")])
    page = sheet(openpyxl.load_workbook(io.BytesIO(write_workbook(twin, UNITS))), "事项")
    at = column(page, "责任单位")
    assert [page.cell(2, at).value, page.cell(3, at).value] == ["环境卫生管理所", "xxk-twin-2"]


# What people write


@pytest.mark.parametrize(
    ("page", "title", "value", "field", "expected"),
    [
        ("事项", "可自处置", "√", "self_handle", True),
        ("事项", "可自处置", "YES", "self_handle", True),
        ("事项", "责任单位", "xxk-greening", "department_code", "xxk-greening"),
        ("事项", "重复距离米", "80.0", "duplicate_radius_m", 80),
        ("事项", "常见程度", 2.5, "weight", 2.5),
        ("事项", "法律依据", None, "legal_basis", None),
        ("立案条件", "严重程度", "特急", "conditions.0.severity", Severity.EMERGENCY),
        ("立案条件", "时限单位", " 工作日 ", "conditions.0.limit.unit", "work_day"),
    ],
)
def test_cells_as_people_write_them(page: str, title: str, value: Any, field: str, expected: Any) -> None:
    reading = set_cell(3, title, value, page)  # row 3: E0110, and its first condition
    assert reading.faults == []
    found: Any = reading.content.by_code()["E0110"]
    for part in field.split("."):
        found = found[int(part)] if part.isdigit() else getattr(found, part)
    assert found == expected


@pytest.mark.parametrize("written", ["11-15", "11月15日", "11/15", "2026-11-15"])
def test_days_of_a_season_in_every_usual_form(written: str) -> None:
    reading = set_cell(2, "季节起", written, "立案条件")
    season = reading.content.by_code()["C0402"].conditions[0].season
    assert (reading.faults, season and season.begins) == ([], "11-15")


def test_conditions_without_a_code_get_the_next_free_number() -> None:
    reading = set_cell(3, "条件编码", None, "立案条件")
    assert [one.code for one in reading.content.by_code()["E0110"].conditions] == ["E0110-1", "E0110-2"]


def test_a_column_that_is_missing_changes_nothing() -> None:
    def change(book: Workbook) -> None:
        page = sheet(book, "事项")
        page.delete_cols(column(page, "重复时间小时"))
        page = sheet(book, "立案条件")
        for title in ("默认", "季节起", "季节止", "季节时限", "季节时限单位"):
            page.delete_cols(column(page, title))

    reading = read(changed(write_workbook(SMALL, UNITS), change))
    assert (reading.faults, reading.content) == ([], SMALL)


def test_rows_taken_out_are_removed_and_new_ones_added() -> None:
    def change(book: Workbook) -> None:
        sheet(book, "事项").delete_rows(2)
        conditions = sheet(book, "立案条件")
        conditions.delete_rows(2)
        sheet(book, "事项").append(["E0199", "E01", "本地新增", "环境卫生管理所"])
        conditions.append(["E0199", "", "", "有人报告", "一般", 2, "工作日", "是"])

    reading = read(changed(write_workbook(SMALL, UNITS), change))
    found = differences(SMALL, reading.content)
    assert reading.faults == []
    assert ([one.code for one in found.added], [one.code for one in found.removed]) == (["E0199"], ["C0402"])


def test_a_change_is_told_field_by_field() -> None:
    reading = set_cell(3, "时限", 8, "立案条件")
    (change,) = differences(SMALL, reading.content).changed
    assert [(f.field, f.title.zh, f.before.zh, f.after.zh) for f in change.fields] == [
        ("conditions.E0110-1.limit", "条件 E0110-1 时限", "4 工作时", "8 工作时")
    ]


# Faults


@pytest.mark.parametrize(
    ("page", "title", "value", "sentence"),
    [
        ("事项", "编码", "X0110", "编码不对"),
        ("事项", "编码", None, "缺编码"),
        ("事项", "编码", "C0402", "第 2 行已经有 C0402"),
        ("事项", "名称", None, "缺名称"),
        ("事项", "名称", "长" * 41, "超过 40 字"),
        ("事项", "名称", "行道树", "C0402 也叫「行道树」"),
        ("事项", "责任单位", "没有的单位", "没有这个单位"),
        ("事项", "上报照片至少", 4, "数值超出范围"),
        ("事项", "上报照片至少", "两张", "不是整数"),
        ("事项", "可自处置", "也许", "不是可选的值"),
        ("事项", "常见程度", "很多", "不是数字"),
        ("事项", "结案条件", "长" * 600, "超过 400 字"),
        ("立案条件", "事项编码", "E0999", "「事项」表里没有 E0999"),
        ("立案条件", "条件编码", "E0110-2", "条件编码 E0110-2 用了两次"),
        ("立案条件", "条件编码", "C0402-7", "条件编码不是 E0110 的"),
        ("立案条件", "立案条件", None, "缺立案条件"),
        ("立案条件", "严重程度", "很急", "不是可选的值"),
        ("立案条件", "时限", 0, "数值超出范围"),
        ("立案条件", "时限", 900, "时限太长，这种单位最多 240"),
        ("立案条件", "时限单位", "世纪", "不是可选的值"),
        ("立案条件", "默认", "是", "有 2 个默认条件"),
        ("立案条件", "季节起", "11-15", "季节没有写全"),
    ],
)
def test_each_fault_is_told_at_its_place(page: str, title: str, value: Any, sentence: str) -> None:
    reading = set_cell(3, title, value, page)
    (fault,) = [fault for fault in reading.faults if fault.sentence.zh == sentence]
    # Of two that are the same, the second is at fault.
    assert (fault.sheet, fault.row) == (page, 4 if "用了两次" in sentence else 3)
    assert fault.column == {"季节起": "季节止"}.get(title, title)
    assert all((fault.mend.zh, fault.mend.en, fault.sentence.en))


def test_a_faulty_matter_stays_as_it_was_and_the_others_are_taken_over() -> None:
    def change(book: Workbook) -> None:
        page = sheet(book, "事项")
        page.cell(2, column(page, "可自处置")).value = "也许"
        page.cell(3, column(page, "可自处置")).value = "是"

    reading = read(changed(write_workbook(SMALL, UNITS), change))
    assert reading.content == in_order([TREE, LITTER.model_copy(update={"self_handle": True})])
    assert [fault.matter for fault in reading.faults] == ["C0402"]


@pytest.mark.parametrize(("title", "value"), [("时限", 900), ("默认", "是"), ("条件编码", "C0402-7")])
def test_a_matter_that_only_a_rule_refuses_stays_as_it_was_too(title: str, value: Any) -> None:
    reading = set_cell(3, title, value, "立案条件")
    assert (reading.content, [fault.matter for fault in reading.faults]) == (SMALL, ["E0110"])


def test_a_hundred_faults_are_all_told() -> None:
    many = in_order([matter(f"E{n:04}", f"事项 {n}", major_name=f"E{n // 100:02}") for n in range(110, 210)])

    def change(book: Workbook) -> None:
        page = sheet(book, "立案条件")
        for row in range(2, 102):
            page.cell(row, column(page, "时限")).value = "许多"

    reading = read(changed(write_workbook(many, UNITS), change), many)
    assert places(reading.faults) == [("立案条件", row, "时限") for row in range(2, 102)]
    assert reading.content == many


def test_two_thousand_matters_are_read_and_one_more_is_told() -> None:
    many = in_order([matter(f"E{n:04}", f"事项 {n}") for n in range(2001)])
    reading = read(write_workbook(many, UNITS), Content())
    assert [fault.sentence.zh for fault in reading.faults] == ["超过 2000 个事项", "「事项」表里没有 E2000"]
    assert len(reading.content.matters) == 2000


@pytest.mark.parametrize("gone", ["事项", "立案条件"])
def test_a_missing_sheet_is_told_and_changes_nothing(gone: str) -> None:
    reading = read(changed(write_workbook(SMALL, UNITS), lambda book: book.remove(book[gone])))
    assert [fault.sentence.zh for fault in reading.faults] == [f"没有找到工作表「{gone}」"]
    assert reading.content == SMALL


@settings(max_examples=30)
@given(st.lists(st.lists(st.text(max_size=8), max_size=14), max_size=6))
def test_no_table_makes_it_stumble(rows: list[list[str]]) -> None:
    head = sheets_of(write_workbook(SMALL, UNITS))
    for page in head[:2]:
        page.rows += [(n, row) for n, row in enumerate(rows, start=50)]
    reading = read_workbook(head, SMALL, UNITS_BY_WORD)
    assert isinstance(reading.content, Content)
    assert {one.code for one in reading.content.matters} >= {"C0402", "E0110"}


# Initials


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("暴露生活垃圾", {"blshlj"}),
        ("行道树", {"xds", "hds"}),
        ("重型车", {"zxc", "cxc", "zxj", "cxj"}),
        ("LED 屏", {"ledp", "ledb"}),
    ],
)
def test_initials_with_the_readings_that_people_may_type(name: str, readings: set[str]) -> None:
    assert set(initials_of(name).split()) == readings


@given(st.text(max_size=40))
def test_initials_of_any_name(name: str) -> None:
    readings = initials_of(name).split()
    assert len(readings) <= 8
    assert len(set(map(len, readings))) <= 1


def test_the_document_of_a_matter_says_kind_and_major_by_its_code() -> None:
    found: MatterContent = matter("C0199", "爱心驿站")
    assert (found.kind.value, found.major_code) == ("component", "C01")
