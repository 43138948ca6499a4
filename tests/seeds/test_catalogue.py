"""The catalogue of matters: complete, one default filing condition each, known limits kept, initials and icons."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pypinyin import Style, lazy_pinyin

from backend.matters.initials import initials_of

ROOT = Path(__file__).parents[2]
CATALOGUE = json.loads((ROOT / "seeds/catalogue/matters.json").read_text(encoding="utf-8"))
MATTERS: dict[str, dict[str, Any]] = {matter["code"]: matter for matter in CATALOGUE["matters"]}
ICONS = ROOT / "pwa/node_modules/@tabler/icons/icons/outline"
HARDEST_FIRST = ["emergency", "urgent", "normal", "minor"]

MINOR_CODES = {
    "C01": "01 02 03 04 05 06 07 08 09 10 11 12 13 14 18 23 25 26 27 28 29 30 31 37 38 39 40 45 46 49 50 51 52 54 57 "
    "99",
    "C02": "01 04 06 07 08 09 11 12 17 19 20 21 24 25 30",
    "C03": "01 02 03 04 05 06 07 08",
    "C04": "01 02 04 05 06 07 08 09 10",
    "C05": "03 04 06 07 08",
    "E01": "01 02 03 04 05 06 07 08 10 11 12 13 14 17 18 19 20 21 22 25 26 28 29 30 31 32 33 35 36 37 38",
    "E02": "01 02 03 04 05 06 07",
    "E03": "01 02 03 04 05 06 07 08 09 10 11 12",
    "E04": "01 02 04 05 06 10 93 96",
    "E05": "01 02 03 04 05 06 07 08",
    "E06": "02 04 99",
}

# Limits printed in the source lists: h = urgent hour, w = working hour, d = working day, n = natural day.
KNOWN_LIMITS = {
    "C0101": "2h 4w 2d 5d", "C0102": "2h 4w 2d 5d", "C0103": "2h 4w 2d 5d", "C0126": "4h 1d", "C0131": "4h",
    "C0211": "4h", "C0303": "4h 2d 1d", "C0402": "15d", "C0504": "2h", "E0101": "2n 15d", "E0107": "2h", "E0110": "4w",
    "E0111": "5d", "E0112": "2w", "E0113": "5d", "E0114": "4w", "E0120": "2h", "E0122": "1h 3d", "E0128": "2h",
    "E0129": "2h", "E0136": "1d", "E0137": "4w", "E0201": "1d", "E0202": "2w", "E0301": "2h", "E0304": "2w",
    "E0401": "2h", "E0402": "2h", "E0404": "1d", "E0405": "2h", "E0406": "2h", "E0410": "2w", "E0501": "1h 5d",
    "E0502": "1h 5d", "E0504": "1h 5d", "E0505": "2h", "E0506": "2h", "E0508": "2w", "E0602": "2w",
}  # fmt: skip
UNITS = {"h": "urgent_hour", "w": "work_hour", "d": "work_day", "n": "natural_day"}


def test_every_matter_of_the_source_list_is_there_once_and_the_catch_all_comes_last() -> None:
    assert list(MATTERS) == [major + minor for major, minors in MINOR_CODES.items() for minor in minors.split()]
    assert len(MATTERS) == len(CATALOGUE["matters"])
    assert len({matter["name"] for matter in MATTERS.values()}) == len(MATTERS)
    assert CATALOGUE["matters"][-1]["name"] == "目录外问题"
    assert [code for code, matter in MATTERS.items() if not matter["self_dispatch"]] == ["E0699"]


@pytest.mark.parametrize("code", MATTERS)
def test_matter_is_coherent(code: str) -> None:
    matter = MATTERS[code]
    assert matter["major_code"] + matter["minor_code"] == code
    assert matter["kind"] == {"C": "component", "E": "event"}[code[0]]
    assert initials_of(matter["name"]).split()[0] == "".join(lazy_pinyin(matter["name"], style=Style.FIRST_LETTER))
    assert matter["weight"] > 0
    assert matter["photo_guidance"].endswith("。")
    assert matter["closing_condition"].endswith("。")
    for photos in (matter["photos_before"], matter["photos_after"]):
        assert 0 <= photos["min"] <= 3 <= photos["max"] <= 9
    assert matter["duplicate_hours"] >= (720 if matter["kind"] == "component" else 1)
    assert 0 <= matter["duplicate_radius_m"] <= 200
    # What is settled on the spot needs no works, and works are what a leader looks at.
    assert not (matter["self_handle"] and matter["review_needed"])
    if matter["legal_basis"]:
        assert matter["legal_basis"].startswith("《")


@pytest.mark.parametrize("code", MATTERS)
def test_filing_conditions_are_numbered_hardest_first_with_one_default(code: str) -> None:
    conditions = MATTERS[code]["conditions"]
    assert [condition["code"] for condition in conditions] == [f"{code}-{n}" for n in range(1, len(conditions) + 1)]
    assert sum(condition["default"] for condition in conditions) == 1
    ranks = [HARDEST_FIRST.index(condition["severity"]) for condition in conditions]
    assert ranks == sorted(ranks)
    for condition in conditions:
        assert condition["words"]
        assert condition["limit"]["amount"] > 0
        assert condition["limit"]["unit"] in UNITS.values()


@pytest.mark.parametrize("code", KNOWN_LIMITS)
def test_known_limits_are_kept(code: str) -> None:
    conditions = MATTERS[code]["conditions"]
    every = [limit for c in conditions for limit in (c["limit"], c.get("limit_in_season")) if limit]
    limits = {(limit["amount"], limit["unit"]) for limit in every}
    assert limits >= {(int(known[:-1]), UNITS[known[-1]]) for known in KNOWN_LIMITS[code].split()}


def test_every_major_has_one_name_and_a_fallback_icon() -> None:
    names = {(matter["major_code"], matter["major_name"]) for matter in MATTERS.values()}
    assert sorted(code for code, _ in names) == sorted(CATALOGUE["icon_for_major"]) == sorted(MINOR_CODES)


def test_most_frequent_matters_lead_as_in_the_published_counts() -> None:
    frequent = sorted(MATTERS.values(), key=lambda matter: -matter["weight"])[:4]
    assert [matter["name"] for matter in frequent] == ["非机动车乱停放", "违规标语", "乱堆物堆料", "暴露生活垃圾"]
    weights = Counter[str]()
    for matter in MATTERS.values():
        weights[matter["kind"]] += matter["weight"]
    assert weights["component"] < 0.1 * weights.total()


def test_icons_are_kebab_case_names() -> None:
    for icon in [*(matter["icon"] for matter in MATTERS.values()), *CATALOGUE["icon_for_major"].values()]:
        assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", icon), icon


@pytest.mark.skipif(not ICONS.is_dir(), reason="the icon set is there once the PWA's packages are installed")
def test_icons_exist_in_the_icon_set() -> None:
    icons = {*(matter["icon"] for matter in MATTERS.values()), *CATALOGUE["icon_for_major"].values()}
    assert [icon for icon in sorted(icons) if not (ICONS / f"{icon}.svg").exists()] == []
