"""Catalogues to test with: one small and plain, and generated ones that are right."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from backend.matters.content import ConditionContent, Content, LimitContent, MatterContent, SeasonContent, in_order
from backend.matters.models import LimitUnit, Severity
from backend.matters.rules import LONGEST
from backend.staff.sheet_child import sheets as read_bytes
from backend.staff.sheets import Sheet

UNITS = {
    "xxk-sanitation": "环境卫生管理所",
    "xxk-greening": "园林绿化管理所",
    "xxk-twin-1": "重名",
    "xxk-twin-2": "重名",
}
UNITS_BY_WORD = {word: code for code, name in UNITS.items() for word in (name, code)}
FORMULAS = (
    '=HYPERLINK("http://x")',
    "+1+1",
    "-1",
    "@SUM(A1)",
    "'=1",
    "_x0041_",
    "\u3000全角\u3000",
    "2026-11-15",
    "0012",
)


def condition(code: str = "E0110-1", **more: Any) -> ConditionContent:
    return ConditionContent.model_validate(
        {
            "code": code,
            "words": "生活垃圾裸露堆放",
            "severity": "normal",
            "limit": {"amount": 4, "unit": "work_hour"},
            "is_default": True,
        }
        | more
    )


def matter(code: str = "E0110", name: str = "暴露生活垃圾", **more: Any) -> MatterContent:
    own = {"code": code, "major_name": code[:3], "name": name, "department_code": "xxk-sanitation"}
    return MatterContent.model_validate(own | {"conditions": [condition(f"{code}-1")]} | more)


def sheets_of(data: bytes) -> list[Sheet]:
    """The workbook as the child process reads it."""
    return [Sheet(name=name, rows=rows) for name, rows in read_bytes(data)]


def changed(data: bytes, change: Callable[[Workbook], None]) -> bytes:
    """The workbook after somebody worked on it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet(book: Workbook, name: str) -> Worksheet:
    found = book[name]
    assert isinstance(found, Worksheet)
    return found


def column(page: Worksheet, title: str) -> int:
    return next(cell.column for cell in page[1] if cell.value == title)


# Generated catalogues

# Words as people type and paste them, and what a spreadsheet could take for something else.
texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0"), max_size=30
) | st.sampled_from(FORMULAS)
shown = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=12)
names = shown | st.sampled_from(FORMULAS)
days = st.dates().map(lambda day: f"{day:%m-%d}")


@st.composite
def limits(draw: st.DrawFn) -> LimitContent:
    unit = draw(st.sampled_from(LimitUnit))
    return LimitContent(amount=draw(st.integers(1, LONGEST[unit])), unit=unit)


@st.composite
def matters(draw: st.DrawFn, code: str, name: str) -> MatterContent:
    numbers = draw(st.lists(st.integers(1, 99), min_size=1, max_size=3, unique=True))
    default = draw(st.sampled_from(numbers))
    season = st.none() | st.builds(SeasonContent, begins=days, ends=days, limit=limits())
    photos = st.tuples(st.integers(0, 3), st.integers(3, 9)).map(lambda pair: {"min": pair[0], "max": pair[1]})
    return MatterContent.model_validate(
        {
            "code": code,
            "major_name": f"大类 {code[:3]}",
            "name": name,
            "department_code": draw(st.sampled_from(sorted(UNITS))),
            "closing_condition": draw(texts),
            "photo_guidance": draw(texts),
            "legal_basis": draw(st.none() | shown),
            "weight": draw(st.floats(0, 100_000).map(lambda value: round(value, 3))),
            "photos_before": draw(photos),
            "photos_after": draw(photos),
            "duplicate_radius_m": draw(st.integers(0, 1000)),
            "duplicate_hours": draw(st.integers(0, 8784)),
            "conditions": [
                {
                    "code": f"{code}-{number}",
                    "words": draw(shown),
                    "severity": draw(st.sampled_from(Severity)),
                    "limit": draw(limits()).model_dump(),
                    "season": (found := draw(season)) and found.model_dump(),
                    "is_default": number == default,
                }
                for number in numbers
            ],
        }
        | {flag: draw(st.booleans()) for flag in ("self_dispatch", "self_handle", "near_far_hint", "review_needed")}
    )


@st.composite
def contents(draw: st.DrawFn) -> Content:
    codes = draw(st.lists(st.from_regex(r"[CE]0[1-3]9[0-9]", fullmatch=True), max_size=4, unique=True))
    # Blanks inside a name are one blank, so that two names that look alike are one.
    free = st.lists(names.map(lambda name: " ".join(name.split())).filter(bool), unique=True)
    own = draw(free.filter(lambda found: len(found) >= len(codes)))
    return in_order([draw(matters(code, name)) for code, name in zip(codes, own, strict=False)])
