"""Tables of people as they really come: titles, encodings, cells, every problem with its row and column, and taking over."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.staff.phones import read_phone
from backend.staff.sheets import Sheet
from backend.staff.staff_import_cells import plain_number, read_day
from backend.staff.staff_import_rows import read_people
from backend.staff.staff_template import safe_cell, xlsx_template
from seeds.load import staff_id
from tests.backend.staff.people_bodies import GRID, NEXT_GRID
from tests.people import People, Person

TITLES = ["姓名", "手机号", "所属单位", "岗位", "职责", "专职/兼职", "网格编码", "中队", "开始日期", "结束日期"]
ROW = ["网格员 901", "13800000901", "徐霞客镇人民政府", "网格员", "", "专职", GRID, "", "2026-11-23", ""]
SQUAD_ROW = ["执法队员 901", "13800000902", "", "执法队员", "", "", "", "综合执法一中队", "", ""]


@pytest.fixture
async def keeper(people: People) -> Person:
    return await people.administrator()


def as_csv(*rows: Sequence[object], encoding: str = "utf-8-sig", separator: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(*rows: Sequence[Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def send(asker: Person, data: bytes, *, apply: bool = False, import_id: Any = None) -> httpx.Response:
    return await asker.http.put(
        f"/api/staff/imports/{import_id or uuid4()}",
        params={"apply": str(apply).lower()},
        files={"file": ("人员.xlsx", data, "application/octet-stream")},
    )


async def read(asker: Person, data: bytes, *, apply: bool = False) -> dict[str, Any]:
    answer = await send(asker, data, apply=apply)
    assert answer.status_code == 200, answer.text
    report: dict[str, Any] = answer.json()
    return report


def counts(report: dict[str, Any]) -> tuple[int, int, int, int]:
    return report["create"], report["update"], report["unchanged"], report["problem_count"]


async def everybody(session: AsyncSession) -> Any:
    return await session.scalar(
        text(
            "SELECT md5(string_agg(t, '' ORDER BY t)) FROM"
            " (SELECT s::text AS t FROM staff s UNION ALL SELECT p::text FROM post p) AS everything"
        )
    )


# Taking over


async def test_a_rehearsal_changes_nothing_and_the_same_file_twice_changes_nothing_more(
    keeper: Person, session: AsyncSession
) -> None:
    before = await everybody(session)
    table = as_xlsx(TITLES, ROW, SQUAD_ROW)
    rehearsed = await read(keeper, table)
    assert counts(rehearsed) == (2, 0, 0, 0)
    assert (rehearsed["rows"], rehearsed["applied"], rehearsed["sheet"]) == (2, False, "Sheet")
    assert await everybody(session) == before
    taken = await read(keeper, table, apply=True)
    assert (counts(taken), taken["applied"]) == ((2, 0, 0, 0), True)
    found = (await keeper.http.get("/api/staff", params={"q": "网格员 901"})).json()["items"]
    assert [(p["grid_code"], p["duty"], p["engagement"]) for p in found[0]["posts"]] == [
        (GRID, "grid_worker", "full_time")
    ]
    assert found[0]["home_unit_code"] == "xxk-town"
    after = await everybody(session)
    again = await read(keeper, table, apply=True)
    assert (counts(again), again["applied"]) == ((0, 0, 2, 0), True)
    assert await everybody(session) == after


async def test_one_bad_row_and_nothing_is_taken_over(keeper: Person, session: AsyncSession) -> None:
    before = await everybody(session)
    report = await read(keeper, as_csv(TITLES, ROW, [*SQUAD_ROW[:7], "没有的中队", "", ""]), apply=True)
    assert (report["applied"], report["problem_count"]) == (False, 1)
    assert await everybody(session) == before


async def test_several_rows_are_several_posts_of_one_person(keeper: Person) -> None:
    rows = [
        ROW,
        ["", "", "", "信息员", "", "兼职", f"{GRID}、{NEXT_GRID}", "", "", "2026-12-31"],
        [*ROW[:3], "网格长", "", "", NEXT_GRID, "", "2027-01-01", "长期"],
    ]
    report = await read(keeper, as_csv(TITLES, *rows), apply=True)
    assert (counts(report), report["applied"], report["rows"]) == ((1, 0, 0, 0), True, 3), report["problems"]
    (found,) = (await keeper.http.get("/api/staff", params={"q": "网格员 901"})).json()["items"]
    assert sorted((p["duty"], p["grid_code"], p["starts_on"], p["ends_on"]) for p in found["posts"]) == [
        ("duty_info", GRID, "2026-11-23", "2026-12-31"),
        ("duty_info", NEXT_GRID, "2026-11-23", "2026-12-31"),
        ("grid_chief", NEXT_GRID, "2027-01-01", None),
        ("grid_worker", GRID, "2026-11-23", None),
    ]


async def test_cells_that_say_nothing_change_nothing(keeper: Person, session: AsyncSession) -> None:
    titles = ["姓名", "手机", "岗位", "网格"]
    row = ["网格员 050", "19900001050", "网格员", GRID]
    assert counts(await read(keeper, as_csv(titles, row), apply=True)) == (0, 0, 1, 0)
    ends = await read(keeper, as_csv([*titles, "结束日期"], [*row, "2026-12-31"]), apply=True)
    assert counts(ends) == (0, 1, 0, 0)
    detail = (await keeper.http.get(f"/api/staff/{staff_id('19900001050')}")).json()
    assert [(p["ends_on"], p["starts_on"]) for p in detail["posts"] if p["grid_code"] == GRID] == [
        ("2026-12-31", "2026-01-01")
    ]
    assert len(detail["posts"]) == 1
    assert detail["home_unit_code"] == "xxk-town"
    assert detail["version"] == 2


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=pytest.mark.nightly)])
async def test_thousands_of_people_in_one_go(keeper: Person, session: AsyncSession, count: int) -> None:
    rows = [[f"信息员 {n:05}", f"139{n:08}", "", "信息员", "", "兼职", GRID, "", "", ""] for n in range(count)]
    report = await read(keeper, as_xlsx(TITLES, *rows), apply=True)
    assert (counts(report), report["applied"]) == ((count, 0, 0, 0), True)
    assert await session.scalar(text("SELECT count(*) FROM post WHERE duty = 'duty_info'")) >= count


# Files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
async def test_text_files_in_every_usual_encoding(keeper: Person, encoding: str, separator: str) -> None:
    report = await read(keeper, as_csv(TITLES, ROW, SQUAD_ROW, encoding=encoding, separator=separator))
    assert counts(report) == (2, 0, 0, 0), report["problems"]


async def test_titles_stand_below_a_heading_and_under_other_names(keeper: Person) -> None:
    rows = [
        ["徐霞客镇网格员花名册"],
        [],
        ["填报单位：", "徐霞客镇", None, "日期", date(2026, 11, 23)],
        ["序号", " 姓 名 *", "手机号码（必填）", "单位名称", "岗位名称", "所属网格编码", "备注"],
        [1, "张　三", 13800000901.0, "xxk-town", " 专职网格员 ", int(GRID), "新招"],
        [None, None, None],
        [2, "李四", "１３８０００００９０２", "", "网格长", GRID, ""],
    ]
    report = await read(keeper, as_xlsx(*rows))
    assert counts(report) == (2, 0, 0, 0), report["problems"]
    assert report["ignored_columns"] == ["序号", "备注"]


async def test_hidden_sheets_and_sheets_without_titles_are_passed_over(keeper: Person) -> None:
    book = Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["说明"])
    hidden = book.create_sheet("旧表")
    hidden.append(TITLES)
    hidden.append([*ROW[:1], "13800000999", *ROW[2:]])
    hidden.sheet_state = "hidden"
    shown = book.create_sheet("花名册")
    shown.append(TITLES)
    shown.append(ROW)
    report = await read(keeper, saved(book))
    assert (report["sheet"], counts(report)) == ("花名册", (1, 0, 0, 0))


async def test_formulas_count_by_their_last_value(keeper: Person) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(TITLES)
    sheet.append(["=1+1", *ROW[1:]])
    report = await read(keeper, saved(book))
    assert [(p["row"], p["column"]) for p in report["problems"]] == [(2, "姓名")], "openpyxl stored no value"


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    return zipped(parts | {name: content})


GOOD = as_xlsx(TITLES, ROW)
# Entities within entities that would unfold to gigabytes.
BAD_XML = (
    b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>"
    + b"".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>".encode() for n in range(9))
    + b"]><worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData><row r='1'>"
    + b"<c r='A1' t='inlineStr'><is><t>&j;</t></is></c></row></sheetData></worksheet>"
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "old_excel"),
        (with_part(GOOD, "xl/vbaProject.bin", b"x"), "macros"),
        (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "other_format"),
        (b"%PDF-1.7\n\0\0\0", "other_format"),
        (GOOD[: len(GOOD) // 2], "damaged"),
        (with_part(GOOD, "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row r="), "damaged"),
        (with_part(GOOD, "xl/media/huge.bin", bytes(130 * 2**20)), "too_large"),
        (with_part(GOOD, "xl/worksheets/sheet1.xml", BAD_XML), "damaged"),
        (b"\x81\xff\xfe\xff\xff\x80", "unreadable_text"),
        (as_csv(TITLES, *([ROW] * 20_001)), "too_many_rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_file_that_is_no_table_says_what_to_do(keeper: Person, data: bytes, reason: str) -> None:
    answer = await send(keeper, data)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_table")
    assert answer.json()["reason"] == reason
    assert answer.json()["errors"][0]["field"] == "file"


async def test_a_file_that_is_too_big_or_missing_is_refused(keeper: Person) -> None:
    assert (await send(keeper, bytes(11 * 2**20))).status_code == 413
    answer = await keeper.http.put(f"/api/staff/imports/{uuid4()}", data={"file": "text"})
    assert answer.status_code == 422


async def test_a_table_without_titles_says_so(keeper: Person) -> None:
    report = await read(keeper, as_csv(["张三", "13800000901"]))
    assert [p["sentence"] for p in report["problems"]] == ["没有找到标题行"]


# Rows


def but(**changes: str) -> list[str]:
    row = dict(zip(TITLES, ROW, strict=True))
    return list((row | changes).values())


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (but(姓名=""), "姓名", "缺姓名"),
        (but(手机号=""), "手机号", "缺手机号"),
        (but(手机号="1380000090"), "手机号", "不是 11 位"),
        (but(手机号="0510-86551234"), "手机号", "不是 11 位"),
        (but(手机号="1.38E+10"), "手机号", "科学计数法"),
        (but(手机号="19900001050"), "手机号", "登记的是「网格员 050」"),
        (but(所属单位="没有的单位"), "所属单位", "没有这个单位"),
        (but(岗位="县长"), "岗位", "没有这个岗位"),
        (but(岗位=""), "岗位", "缺岗位"),
        (but(职责="喝茶"), "职责", "没有这项职责"),
        (but(岗位="管理员", 职责="网格长"), "职责", "没有这项职责"),
        (but(**{"专职/兼职": "全"}), "专职/兼职", "认不出"),
        (but(网格编码=""), "网格编码", "要选网格"),
        (but(网格编码="320281104206999"), "网格编码", "没有这个网格"),
        (but(网格编码="3.20281E+14"), "网格编码", "科学计数法"),
        (but(网格编码="320281104"), "网格编码", "村（社区）"),
        (but(网格编码="璜塘村第3网格"), "网格编码", "没有这个网格"),
        (but(中队="综合执法一中队"), "中队", "不选中队"),
        (but(岗位="队员", 网格编码=""), "中队", "要选中队"),
        (but(岗位="队员", 网格编码="", 中队="四中队"), "中队", "没有这支中队"),
        (but(开始日期="去年"), "开始日期", "认不出这个日期"),
        (but(开始日期="2026.2.30"), "开始日期", "认不出这个日期"),
        (but(结束日期="2026-11-01"), "结束日期", "早于开始日期"),
    ],
)
async def test_every_problem_names_its_row_and_column(keeper: Person, row: list[str], column: str, said: str) -> None:
    report = await read(keeper, as_csv(["某镇花名册"], TITLES, SQUAD_ROW, row))
    found = [(p["row"], p["column"]) for p in report["problems"]]
    assert found[0] == (4, column), report["problems"]
    assert said in report["problems"][0]["sentence"]
    assert all(p["what_to_do"] for p in report["problems"])


async def test_names_lose_what_cannot_be_seen(keeper: Person) -> None:
    await read(keeper, as_csv(TITLES, but(姓名="\u202e张\u3000三\x07")), apply=True)
    assert (await keeper.http.get("/api/staff", params={"q": "zs"})).json()["items"][0]["name"] == "张三"


async def test_rows_that_contradict_each_other(keeper: Person) -> None:
    report = await read(
        keeper, as_csv(TITLES, ROW, ROW, but(姓名="别人", 岗位="网格长"), but(岗位="巡查员", 所属单位="徐霞客镇派出所"))
    )
    assert [(p["row"], p["column"]) for p in report["problems"]] == [(3, "岗位"), (4, "手机号"), (5, "所属单位")]


async def test_sentences_come_in_english_too(keeper: Person) -> None:
    keeper.http.headers["Accept-Language"] = "en"
    report = await read(keeper, as_csv(TITLES, but(手机号="")))
    assert report["problems"][0]["sentence"] == "There is no phone number"


# Cells, without a server


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-01-05", date(2026, 1, 5)),
        ("2026.1.5", date(2026, 1, 5)),
        ("2026/1/5", date(2026, 1, 5)),
        ("2026年1月5日", date(2026, 1, 5)),
        ("２０２６年１月５日", date(2026, 1, 5)),
        ("20260105", date(2026, 1, 5)),
        ("46027", date(2026, 1, 5)),
        ("2026-01-05 08:30:00", date(2026, 1, 5)),
        ("2026-13-05", None),
        ("1.5", None),
        ("2026", None),
        ("", None),
        ("9999-01-01", None),
    ],
)
def test_dates_as_people_write_them(typed: str, day: date | None) -> None:
    assert read_day(typed) == day


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("13800000901", "13800000901"),
        ("１３８０００００９０１", "13800000901"),
        ("138 0000 0901", "13800000901"),
        ("138-0000-0901", "13800000901"),
        ("+8613800000901", "13800000901"),
        ("8613800000901", "13800000901"),
        ("13800000901.0", "13800000901"),
        ("1.3800000901E+10", "13800000901"),
        ("1.38E+10", None),
        ("'13800000901", "13800000901"),
        ("12800000901", None),
        ("138000009011", None),
        ("", None),
    ],
)
def test_phones_as_people_write_them(typed: str, phone: str | None) -> None:
    assert read_phone(plain_number(typed)) == phone


@given(st.lists(st.lists(st.text(max_size=30), max_size=12), max_size=20))
@settings(max_examples=150, deadline=None)
def test_no_table_breaks_the_reader(rows: list[list[str]]) -> None:
    numbered = [(1, TITLES), *enumerate(rows, start=2)]
    table = read_people([Sheet(name="x", rows=numbered)])
    assert all(problem.row for problem in table.problems)
    assert {person.phone for person in table.people} == {read_phone(person.phone) for person in table.people}


# The template


async def test_the_template_is_read_back_without_a_word(keeper: Person) -> None:
    answer = await keeper.http.get("/api/staff/template", params={"format": "xlsx"})
    assert "attachment" in answer.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["人员", "填写示例", "可选值", "网格"]
    sheet = book["人员"]
    assert [cell.value for cell in sheet[1]][:10] == [*TITLES[:8], "任职单位", "开始日期"]
    offered = {validation.formula1 for validation in sheet.data_validations.dataValidation}
    assert "可选值!$D$2:$D$13" in offered
    assert book["网格"]["A2"].value == "320281104200"
    assert counts(await read(keeper, answer.content)) == (0, 0, 0, 0), "the examples are nobody"
    sheet.append([*ROW[:8], "", *ROW[8:]])
    assert counts(await read(keeper, saved(book))) == (1, 0, 0, 0)


async def test_the_examples_of_the_template_are_right_themselves(keeper: Person) -> None:
    answer = await keeper.http.get("/api/staff/template")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    del book["人员"]
    rows = [[cell.value for cell in row] for row in book["填写示例"].iter_rows(max_row=5)]
    assert counts(await read(keeper, as_xlsx(*rows))) == (3, 0, 0, 0)


async def test_the_csv_template_opens_in_excel(keeper: Person) -> None:
    answer = await keeper.http.get("/api/staff/template", params={"format": "csv"})
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert counts(await read(keeper, answer.content + ",".join([*ROW[:8], "", *ROW[8:]]).encode())) == (1, 0, 0, 0)


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\x01=1"])
def test_no_cell_of_ours_is_a_formula(name: str) -> None:
    assert safe_cell(name).startswith("'")
    data = xlsx_template(units=[name], squads=[name], grids=[(name, name)])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [archive.read(part) for part in archive.namelist() if "worksheets" in part]
    assert all(b"<f>" not in sheet and b"hyperlink" not in sheet for sheet in sheets)
