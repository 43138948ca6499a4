"""What the group robots have in common: whom they are, what they are given, how it is made to fit, how their answers are read.

Each messenger's own signature, format and codes are in its file; `robots.py` sends.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from backend.notifications.channels.outcome import SENT, Outcome, Result, busy, cut, read_json
from backend.outbound import Answer

LONGEST_LINE = 200
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_TOKEN_IN_PATH = re.compile(r"[A-Za-z0-9_-]{16,}")


class RobotKind(StrEnum):
    DINGTALK = "dingtalk"
    WECOM = "wecom"
    FEISHU = "feishu"


@dataclass(frozen=True)
class RobotAddress:
    """A robot of one group. `url` holds its key, `secret` is empty where it does not sign; neither is ever shown again."""

    kind: RobotKind
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class GroupMessage:
    """A digest for one group: neutral words and case codes alone (`words.py`), each matter a line.

    `mentions` are mobile numbers of staff who are to be rung; the messenger knows them already. Feishu cannot ring by number.
    """

    title: str
    lines: tuple[str, ...] = ()
    link: str = ""
    mentions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not all(_MOBILE.fullmatch(phone) for phone in self.mentions):
            raise ValueError("mentions are mobile numbers of 11 digits")
        object.__setattr__(self, "title", _one_line(self.title)[:LONGEST_LINE])
        object.__setattr__(self, "lines", tuple(_one_line(line)[:LONGEST_LINE] for line in self.lines))


class RobotRequest(NamedTuple):
    """What is posted, as JSON in UTF-8."""

    url: str = ""
    body: bytes = b""

    def __repr__(self) -> str:
        return f"RobotRequest({len(self.body)} octets)"


class Meaning(NamedTuple):
    """What one of a messenger's codes stands for."""

    result: Result
    reason: str
    wait: timedelta | None = None


def fitted(message: GroupMessage, most: int, rendered: Callable[[GroupMessage], str]) -> str:
    """`message` as `rendered`, at most `most` octets long: lines are left out from the end and counted in a last one."""

    def with_lines(kept: int) -> str:
        left_out = len(message.lines) - kept
        lines = (*message.lines[:kept], f"还有 {left_out} 条") if left_out else message.lines
        return rendered(replace(message, lines=lines))

    def octets(kept: int) -> int:
        return len(with_lines(kept).encode())

    every = len(message.lines)
    if octets(every) <= most:
        return with_lines(every)
    kept = bisect_right(range(every), most, key=octets) - 1
    if kept < 0:
        raise ValueError(f"title and link alone are longer than {most} octets")
    return with_lines(kept)


def read_coded(
    answer: Answer,
    address: RobotAddress,
    now: datetime,
    *,
    named: Sequence[tuple[str, str]],
    meanings: Mapping[int, Meaning],
    refine: Callable[[int, str], Meaning | None] = lambda _code, _words: None,
) -> Outcome:
    """A robot's answer. They say 200 to everything and mean the code in it: `named` are the members with code and words.

    `refine` looks closer where one code stands for several things.
    """
    said = read_json(answer.body) or {}
    for code_name, words_name in named:
        code, words = said.get(code_name), said.get(words_name, "")
        if isinstance(code, int) and not isinstance(code, bool):
            if code == 0:
                return SENT
            meaning = refine(code, str(words)) or meanings.get(code) or Meaning(Result.REFUSED, f"code_{code}")
            return Outcome(meaning.result, meaning.reason, meaning.wait, cut(words, secrets_of(address)))
    words = cut(answer.body, secrets_of(address))
    if answer.status < 300:
        return Outcome(Result.LATER, "not_understood", said=words)
    return busy(answer, now, said=words) or Outcome(Result.REFUSED, f"http_{answer.status}", said=words)


def secrets_of(address: RobotAddress) -> tuple[str, ...]:
    """What may not be repeated: the address, the keys in it, and the secret."""
    return (address.url, *_TOKEN_IN_PATH.findall(address.url), address.secret)


def _one_line(text: Any) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in str(text)).split())
