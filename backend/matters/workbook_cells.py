"""What single cells of a catalogue's workbook say. Pure: an empty cell is None, what cannot be read raises Unreadable."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from backend.errors import Say
from backend.matters.catalogue_words import SEVERITIES, UNITS, YES_NO
from backend.matters.content import LONGEST_TEXT
from backend.matters.rules import is_month_day
from backend.staff.staff_import_cells import plain_number


class Unreadable(Exception):  # noqa: N818 -- says what is so
    def __init__(self, sentence: Say, mend: Say) -> None:
        super().__init__(sentence.en)
        self.sentence = sentence
        self.mend = mend


Read = Callable[[str], Any]


def _text(most: int = LONGEST_TEXT) -> Read:
    def read(cell: str) -> str | None:
        if len(cell) > most:
            raise Unreadable(Say(f"超过 {most} 字", f"Longer than {most} characters"), Say("请缩短", "Shorten it"))
        return cell or None

    return read


def _whole(least: int, most: int) -> Read:
    def read(cell: str) -> int | None:
        plain = plain_number(cell)
        if not plain:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", plain):
            raise Unreadable(Say("不是整数", "This is not a whole number"), _between(least, most))
        if not least <= int(plain) <= most:
            raise Unreadable(Say("数值超出范围", "The number is out of range"), _between(least, most))
        return int(plain)

    return read


def _between(least: int, most: int) -> Say:
    return Say(f"写 {least} 到 {most} 的整数", f"Write a whole number from {least} to {most}")


def _weight(cell: str) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = -1
    if not 0 <= value <= 100_000:
        raise Unreadable(Say("不是数字", "This is not a number"), Say("写 0 到 100000 的数", "Write 0 to 100000"))
    return value


def _chosen(words: Mapping[Any, Say], also: Mapping[str, Any]) -> Read:
    by_word = {word.lower(): value for value, say in words.items() for word in (*say, str(value))} | dict(also)
    choose = "、".join(say.zh for say in words.values())

    def read(cell: str) -> Any:
        if not cell:
            return None
        value = by_word.get(cell.replace(" ", "").lower(), by_word.get(cell.lower()))
        if value is None:
            raise Unreadable(
                Say("不是可选的值", "This is not a possible value"), Say(f"写：{choose}", f"Write: {choose}")
            )
        return value

    return read


def _month_day(cell: str) -> str | None:
    """11-15, 11/15, 11.15, 11月15日, or the date into which a spreadsheet has turned it."""
    if not cell:
        return None
    found = re.fullmatch(r"(?:\d{4}[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?", cell.replace(" ", ""))
    day = f"{int(found[1]):02}-{int(found[2]):02}" if found else ""
    if not is_month_day(day):
        raise Unreadable(
            Say("认不出这一天", "This day is not understood"), Say("写成 11-15 这样", "Write it like 11-15")
        )
    return day


def _icon(cell: str) -> str | None:
    if cell and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", cell):
        raise Unreadable(
            Say("图标名不对", "This is no icon's name"), Say("写 Tabler 图标名，或留空", "Use Tabler's name")
        )
    return cell or None


_YES = _chosen(YES_NO, {"y": True, "n": False, "1": True, "0": False, "√": True, "×": False})

MATTER_READERS: Mapping[str, Read] = {
    "major_name": _text(40),
    "name": _text(40),
    "closing_condition": _text(),
    "photo_guidance": _text(),
    "photos_before.min": _whole(0, 3),
    "photos_before.max": _whole(1, 9),
    "photos_after.min": _whole(0, 3),
    "photos_after.max": _whole(1, 9),
    "near_far_hint": _YES,
    "self_handle": _YES,
    "review_needed": _YES,
    "self_dispatch": _YES,
    "duplicate_radius_m": _whole(0, 1_000),
    "duplicate_hours": _whole(0, 8_784),
    "weight": _weight,
    "icon": _icon,
    "legal_basis": _text(),
}


def _condition_code(cell: str) -> str | None:
    if cell and not re.fullmatch(r"[CE][0-9]{4}-[0-9]{1,2}", cell.upper()):
        raise Unreadable(
            Say("条件编码不对", "The condition's code is not right"),
            Say("写成 E0110-1 这样，或留空自动编号", "Write it like E0110-1, or leave it empty"),
        )
    return cell.upper() or None


CONDITION_READERS: Mapping[str, Read] = {
    "code": _condition_code,
    "words": _text(),
    "severity": _chosen(SEVERITIES, {}),
    "limit.amount": _whole(1, 999),
    "limit.unit": _chosen(UNITS, {"小时": "urgent_hour", "工作小时": "work_hour", "天": "natural_day"}),
    "is_default": _YES,
    "season.begins": _month_day,
    "season.ends": _month_day,
    "season.limit.amount": _whole(1, 999),
    "season.limit.unit": _chosen(UNITS, {"小时": "urgent_hour", "工作小时": "work_hour", "天": "natural_day"}),
}
