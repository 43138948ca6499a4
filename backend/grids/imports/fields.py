"""What the columns of a layer mean, and what their values say: codes, names, levels, kinds and grades, as text.

Levels and kinds are the words of the net (`GridLevel`, `GridKind`) as plain text: the child does not load the
database's models.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

LEVELS = ("county", "town", "village", "grid", "micro")
DIGITS = {"county": 6, "town": 9, "village": 12, "grid": 15, "micro": 15}
MAX_NAME = 60
USES = ("code", "name", "short_name", "level", "kind", "parent", "grade")

_CLUSTER = re.compile(r"\d{9}L\d{2}")

# How columns are called in files that counties hand over: in Chinese, in English, and by the initials of the pinyin.
_CALLED: dict[str, tuple[str, ...]] = {
    "code": (
        "code",
        "grid_code",
        "gridcode",
        "编码",
        "网格编码",
        "网格编号",
        "网格代码",
        "代码",
        "编号",
        "wgbm",
        "wgdm",
        "wgbh",
        "bm",
        "dm",
        "xzqdm",
    ),
    "name": ("name", "grid_name", "gridname", "名称", "网格名称", "网格名", "wgmc", "mc", "xzqmc", "名稱", "網格名稱"),
    "short_name": ("short_name", "shortname", "简称", "网格简称", "jc", "wgjc", "簡稱"),
    "level": ("level", "grid_level", "层级", "网格层级", "级别", "cj", "jb", "層級"),
    "kind": ("kind", "grid_kind", "类型", "网格类型", "类别", "wglx", "lx", "類型"),
    "parent": (
        "parent",
        "parent_code",
        "parentcode",
        "parent_cod",
        "上级编码",
        "上级网格",
        "上级网格编码",
        "上级",
        "父级编码",
        "所属村",
        "所属村编码",
        "sjbm",
        "sjwgbm",
        "pcode",
    ),
    "grade": ("grade", "management_grade", "管理等级", "等级", "网格等级", "gldj", "dj"),
}
_LEVEL_WORDS = {
    "county": ("county", "县", "区县", "县级", "市", "区", "区级"),
    "town": ("town", "镇", "乡", "镇街", "街道", "乡镇", "镇级", "乡镇街道", "一级网格"),
    "village": ("village", "村", "社区", "村社区", "村级", "行政村", "二级网格", "community"),
    "grid": ("grid", "网格", "单元网格", "基础网格", "网格级", "三级网格"),
    "micro": ("micro", "微网格", "四级网格", "microgrid"),
}
_KIND_WORDS = {
    "base": ("base", "基础", "基础网格", "普通", "一般", "综合网格", "1"),
    "cluster": ("cluster", "连片", "连片网格", "2"),
    "exclusive": ("exclusive", "专属", "专属网格", "3"),
}
_MEANING = {
    "level": {word: level for level, words in _LEVEL_WORDS.items() for word in words},
    "kind": {word: kind for kind, words in _KIND_WORDS.items() for word in words},
}


def text_of(value: Any) -> str:
    """A cell as clean text: full-width digits made plain, numbers without `.0`, controls and surrogates dropped."""
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 -- NaN is not itself
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e17:
        value = int(value)
    kept = (sign for sign in str(value) if unicodedata.category(sign) not in {"Cc", "Cs", "Cf"})
    return "".join(kept).strip()[:1000]


def code_of(value: Any) -> str:
    """A code as text: no blanks, full-width signs made plain, letters large."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text_of(value))).upper()


def meaning(use: str, word: str) -> str | None:
    """The level or kind that a word stands for, None for an unknown one."""
    return _MEANING[use].get(word.lower().replace(" ", ""))


def level_of_code(code: str) -> str | None:
    """The level that a code has by its length; fifteen digits are taken for a grid, not a micro grid."""
    if _CLUSTER.fullmatch(code):
        return "grid"
    by_digits = {digits: level for level, digits in DIGITS.items() if level != "micro"}
    return by_digits.get(len(code)) if _all_digits(code) else None


def well_formed(code: str, level: str, kind: str) -> bool:
    """Whether a code has the form of a grid of this level and kind; the same rule as `codes.well_formed`."""
    if kind == "cluster":
        return _CLUSTER.fullmatch(code) is not None
    return _all_digits(code) and len(code) == DIGITS[level]


def kind_of_code(code: str) -> str:
    return "cluster" if _CLUSTER.fullmatch(code) else "base"


def parent_of_code(code: str, level: str) -> str | None:
    """The parent that a code implies; a micro grid's grid does not show in its code."""
    digits = {"town": 6, "village": 9, "grid": 12}.get(level)
    return code[:digits] if digits else None


def _all_digits(code: str) -> bool:
    return code.isascii() and code.isdigit()


def guess_fields(columns: Mapping[str, Sequence[Any]]) -> dict[str, str | None]:
    """The likeliest column for each use: by its name, and code and name by what is in them too."""
    found: dict[str, str | None] = dict.fromkeys(USES)
    for use, called in _CALLED.items():
        by_name = {column.lower().strip(): column for column in reversed(list(columns))}
        taken = set(found.values())
        found[use] = next((by_name[n] for n in called if n in by_name and by_name[n] not in taken), None)
    rest = [column for column in columns if column not in found.values()]
    if found["code"] is None:
        found["code"] = next((column for column in rest if _holds_codes(columns[column])), None)
    if found["name"] is None:
        found["name"] = next(
            (column for column in rest if column != found["code"] and _holds_names(columns[column])), None
        )
    return found


def _holds_codes(values: Sequence[Any]) -> bool:
    codes = [code for value in values[:200] if (code := code_of(value))]
    return bool(codes) and len(set(codes)) > 0.9 * len(codes) and all(level_of_code(code) for code in codes)


def _holds_names(values: Sequence[Any]) -> bool:
    names = [name for value in values[:200] if (name := text_of(value))]
    chinese = [name for name in names if any("\u4e00" <= sign <= "\u9fff" for sign in name)]
    return bool(names) and len(chinese) > 0.5 * len(names) and len(set(names)) > 0.5 * len(names)


def shared_scope(codes: Sequence[str]) -> str | None:
    """The lowest county, town or village to which all of these codes belong."""
    whole = [code for code in codes if level_of_code(code)]
    if not whole:
        return None
    for digits in (12, 9, 6):
        starts = {code[:digits] for code in whole}
        if len(starts) == 1 and all(len(code) >= digits for code in whole):
            return starts.pop()
    return None
