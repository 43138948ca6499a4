"""In which encoding the words of a file are written: decided by strict decoding and by how common the signs are that come
out. Shapefiles seldom say, and what they say is often wrong."""

import codecs
import contextlib
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

UTF_8, GB18030, BIG5 = "utf-8", "gb18030", "big5"
SAMPLE_LENGTH = 60

# Python's codec for each name that a person can choose; GBK and GB2312 are parts of GB18030.
CODECS = {UTF_8: "utf-8", GB18030: "gb18030", BIG5: "big5hkscs"}

# Other names under which they go in .cpg files, and the language byte of a .dbf (dBASE's code pages).
_NAMES = {
    "utf8": UTF_8,
    "utf-8": UTF_8,
    "65001": UTF_8,
    "gbk": GB18030,
    "gb2312": GB18030,
    "gb18030": GB18030,
    "cp936": GB18030,
    "936": GB18030,
    "ansi936": GB18030,
    "54936": GB18030,
    "big5": BIG5,
    "big-5": BIG5,
    "cp950": BIG5,
    "950": BIG5,
    "ansi950": BIG5,
}
LANGUAGE_BYTES = {0x4D: GB18030, 0x7A: GB18030, 0x4F: BIG5, 0x78: BIG5}

# Signs of which names of grids are made; seeing them is the best evidence.
_OF_PLACES = frozenset(
    "村社区居委会镇乡街道网格第片县市路号东西南北中上下大小新一二三四五六七八九十名称编码類編碼網東縣區鎮號會稱"
)


@dataclass(frozen=True)
class Reading:
    """What comes out in one encoding; `score` between -1 (garbled) and about 1.5 (place names)."""

    encoding: str
    score: float
    sample: str


def known_encoding(name: str) -> str | None:
    """One of CODECS for a name as it stands in a .cpg file."""
    return _NAMES.get(name.strip().lower().replace("_", "-").replace(" ", ""))


def decode(raw: bytes, encoding: str) -> str:
    """The words, without a sign that the end of the field cut in two. Raises UnicodeDecodeError for anything else."""
    return codecs.getincrementaldecoder(CODECS[encoding])("strict").decode(raw, final=False).strip("\0 ")


def readings(words: Sequence[bytes]) -> list[Reading]:
    """Every encoding in which all of `words` can be read, the most plausible first."""
    telling = [raw for raw in words if any(byte >= 0x80 for byte in raw)]
    found = []
    for encoding in CODECS:
        read = list(_readable(telling, encoding))
        if len(read) == len(telling):
            found.append(Reading(encoding, _score(read, encoding), "、".join(read)[:SAMPLE_LENGTH]))
    if not found:  # some words are damaged: the encoding that reads most of them, and the report names the rest
        best = max(CODECS, key=lambda encoding: len(list(_readable(telling, encoding))))
        found = [Reading(best, -1.0, "、".join(_readable(telling, best))[:SAMPLE_LENGTH])]
    # UTF-8 has a strict form that other text meets only by chance: it needs less proof.
    return sorted(found, key=lambda r: -(r.score + (0.3 if r.encoding == UTF_8 else 0.0)))


def _readable(words: Iterable[bytes], encoding: str) -> Iterator[str]:
    for raw in words:
        with contextlib.suppress(UnicodeDecodeError):
            yield decode(raw, encoding)


def _score(words: Iterable[str], encoding: str) -> float:
    signs = [sign for word in words for sign in word if ord(sign) >= 0x80]
    return sum(_commonness(sign, encoding) for sign in signs) / len(signs) if signs else 0.0


def _commonness(sign: str, encoding: str) -> float:
    """How likely a sign is in a place name, by where the old character sets put it: common signs come in their first level."""
    if sign in _OF_PLACES:
        return 1.5
    if sign in "（）、，。：；“”《》—·０１２３４５６７８９":
        return 0.5
    if unicodedata.category(sign) in {"Co", "Cc", "Cn", "Cs"}:
        return -1.0
    levels = {GB18030: (_in_gb2312,), BIG5: (_in_big5,)}.get(encoding, (_in_gb2312, _in_big5))
    return max(level(sign) for level in levels)


def _in_gb2312(sign: str) -> float:
    try:
        lead, trail = sign.encode("gbk")[:2]
    except (UnicodeEncodeError, ValueError):
        return -0.5
    if trail < 0xA1:
        return 0.0
    return 1.0 if 0xB0 <= lead <= 0xD7 else 0.3 if 0xD8 <= lead <= 0xF7 else 0.0


def _in_big5(sign: str) -> float:
    try:
        lead, _trail = sign.encode("big5")[:2]
    except (UnicodeEncodeError, ValueError):
        return -0.5
    return 1.0 if 0xA4 <= lead <= 0xC6 else 0.3 if lead >= 0xC9 else 0.0
