"""Pinyin initials of a name, as people type them to find a matter. Pure."""

from functools import lru_cache
from itertools import islice, product

from backend.pinyin import first_letters

# Characters that people also read with another first letter than the one that is right in the phrase.
ALSO_READ = {
    "重": "zc", "长": "cz", "行": "xh", "乐": "ly", "降": "jx", "传": "cz", "调": "dt", "弹": "dt", "藏": "cz",
    "朝": "cz", "参": "cs", "便": "bp", "盛": "sc", "省": "sx", "校": "xj", "解": "jx", "壳": "kq", "系": "xj",
    "折": "zs", "卡": "kq", "圈": "qj", "会": "hk", "屏": "pb", "畜": "xc", "属": "sz", "粘": "nz",
    "泊": "bp", "曾": "zc", "单": "ds", "给": "gj", "识": "sz", "吓": "xh", "仇": "cq", "车": "cj",
}  # fmt: skip
MOST_READINGS = 8


@lru_cache(maxsize=4096)
def initials_of(name: str) -> str:
    """The first letters of the name's syllables, and after blanks other readings of it: `cdcb` or `zcbh ccbh`.

    The reading that is right in the phrase stands first. Letters and digits of the name stand for themselves.
    """
    kept = "".join(sign for sign in name.lower() if sign.isalnum())
    choices = [
        (letter, *(other for other in ALSO_READ.get(sign, "") if other != letter))
        for sign, letter in zip(kept, first_letters(kept), strict=True)
    ]
    return " ".join("".join(reading) for reading in islice(product(*choices), MOST_READINGS))
