"""Codes of grids, as text: county 6 digits, town 9, village 12, all below a village 15; clusters 9 digits, L, 2 digits.

A code begins with that of its village, town or county. Source: the statistical division codes down to the village
(GB/T 2260, GB/T 10114 and the yearly list of 统计用区划代码), and the 15-digit unit grids of CJ/T 213 and GB/T 30428.1.
"""

import re
from collections.abc import Collection

from backend.errors import Conflict, Say
from backend.grids.models import GridKind, GridLevel

DIGITS = {GridLevel.COUNTY: 6, GridLevel.TOWN: 9, GridLevel.VILLAGE: 12, GridLevel.GRID: 15, GridLevel.MICRO: 15}
CLUSTER = re.compile(r"\d{9}L\d{2}")
# The last three digits: base and micro grids count from 1, exclusive ones from 901, so that nobody mistakes them.
FIRST_EXCLUSIVE, LAST = 901, 999


def well_formed(code: str, level: GridLevel, kind: GridKind) -> bool:
    """Whether a code has the form of a grid of this level and kind."""
    if kind == GridKind.CLUSTER:
        return CLUSTER.fullmatch(code) is not None
    return code.isascii() and code.isdigit() and len(code) == DIGITS[level]


def belongs_under(code: str, parent_code: str) -> bool:
    """Whether the code begins as its parent's does; below a village all share the village's twelve digits."""
    return code.startswith(parent_code[:12])


def next_code(used: Collection[str], parent_code: str, kind: GridKind) -> str:
    """The next free code under a parent: never one that was in use before. Raises Conflict `no_free_code`."""
    if kind == GridKind.CLUSTER:
        return _first_free(used, f"{parent_code[:9]}L", range(1, 100), 2)
    first = FIRST_EXCLUSIVE if kind == GridKind.EXCLUSIVE else 1
    numbers = range(first, (LAST if kind == GridKind.EXCLUSIVE else FIRST_EXCLUSIVE - 1) + 1)
    return _first_free(used, parent_code[:12].ljust(12, "0"), numbers, 3)


def _first_free(used: Collection[str], start: str, numbers: range, digits: int) -> str:
    for number in numbers:
        code = f"{start}{number:0{digits}}"
        if code not in used:
            return code
    raise Conflict(
        "no_free_code",
        Say(
            f"{start} 下的编码已经用完，请自己填写一个没用过的编码",
            f"All codes under {start} have been used; enter an unused one yourself",
        ),
    )
