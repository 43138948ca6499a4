"""A case's history retold for whoever holds its code: plain sentences with their times, and what comes next. Pure.

Told are steps and the names of units; of what the staff wrote, only what was written for the resident (what was done, why
not, why later), with persons taken out. Not told: who reported, who acted, notes, reminders, requests, refusals.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from backend.cases.lifecycle import REASONS
from backend.cases.terms import ENDED_STATUSES, Action, Status
from backend.clock import SHANGHAI
from backend.errors import Say

NOTHING = Say("", "")
_STAFF = Say("工作人员", "the staff")
# A day of this century, which is no telephone number however much it looks like one.
_DAY = (
    r"(?<![0-9０-９])20[0-9]{2}(?P<mark>[-./])(?:0?[1-9]|1[0-2])(?P=mark)(?:0?[1-9]|[12][0-9]|3[01])"
    r"(?![0-9０-９]|\s*[-–—－./·]\s*[0-9０-９])"
)
# Numbers that reach or identify a person: seven digits and more, however they are set apart, and the X that ends an id card.
_NUMBERS = re.compile(rf"(?P<day>{_DAY})|[+＋]?[0-9０-９](?:[\s\-–—－.·()（）]*[0-9０-９]){{6,}}[XxＸｘ]?")


@dataclass(frozen=True)
class Told:
    """One event of the history, as far as it is needed here. `unit` is the squad's name, `reason` a code of REASONS."""

    action: Action
    from_status: Status | None
    to_status: Status
    at: datetime
    words: str = ""
    unit: str = ""
    reason: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Line:
    """What happened, when, and in the unit's own words if there are any. `joined`: it happened to the case this one joined."""

    at: datetime
    what: Say
    words: str = ""
    joined: bool = False


@dataclass(frozen=True)
class Standing:
    """How the case stands in one sentence, until when that is expected to last, and what comes after."""

    now: Say
    until: Say = NOTHING
    next_steps: tuple[Say, ...] = ()
    ended: bool = False


@dataclass(frozen=True)
class Persons:
    """Names that no line may show."""

    names: frozenset[str] = field(default_factory=frozenset)

    def taken_out(self, words: str) -> str:
        """The words without these names, and without any number that could be a telephone's or an identity card's."""
        plain = _NUMBERS.sub(lambda found: found["day"] or "***", words)
        for name in sorted(self.names, key=len, reverse=True):
            plain = plain.replace(name, _STAFF.zh)
        return plain


# Whose words are meant for the resident.
_SHOWN_WORDS = frozenset({Action.FEEDBACK, Action.SELF_HANDLE, Action.DECLINE, Action.FORCE_CLOSE})

_SHOWN_REASONS = frozenset({Action.DECLINE, Action.FORCE_CLOSE})

_SENTENCES: dict[Action, Say] = {
    Action.REPORT: Say("收到上报", "Report received"),
    Action.SELF_HANDLE: Say("发现时已当场处理完", "Handled on the spot when it was found"),
    Action.VERIFY_FOUND: Say("已到现场核实，情况属实", "Verified on site: it is as reported"),
    Action.VERIFY_ABSENT: Say("已到现场核实，当时没有看到", "Verified on site: it was not there at the time"),
    Action.VERIFY_UNABLE: Say("已到现场，还不能确定", "On site it could not be told yet"),
    Action.WAIVE_VERIFICATION: Say("情况清楚，不用再到现场核实", "Clear enough; no need to verify on site"),
    Action.SEND_VERIFICATION: Say("再到现场核实一次", "To be verified on site once more"),
    Action.FILE: Say("已立案", "Filed as a case"),
    Action.DECLINE: Say("没有受理", "Not accepted"),
    Action.ROUTE: Say("已派人处理", "Somebody has been sent"),
    Action.DISPATCH: Say("已派人处理", "Somebody has been sent"),
    Action.REASSIGN: Say("改由别的单位处理", "Given to another unit"),
    Action.CLAIM: Say("已有人接手处理", "Somebody has taken it on"),
    Action.ACKNOWLEDGE: Say("处理人员已接手", "The unit has taken it on"),
    Action.ARRIVE: Say("处理人员已到现场", "The unit is on site"),
    Action.FEEDBACK: Say("处理完了", "Handled"),
    Action.REVIEW_RETURN: Say("还要补做，继续处理", "More is to be done; handling goes on"),
    Action.SEND_BACK: Say("重新安排处理单位", "Another unit is being found"),
    Action.RAISE_TIER: Say("已请上一级协调", "Raised to the next level"),
    Action.GRANT_EXTENSION: Say("处理时间延长", "Given more time"),
    Action.GRANT_SUSPENSION: Say("暂缓处理", "Put off for now"),
    Action.RESUME: Say("继续处理", "Handling goes on"),
    Action.PASS: Say("现场核查通过，结案", "Inspected on site and closed"),
    Action.FAIL: Say("现场核查没有通过，要重新处理", "The inspection failed; it is being redone"),
    Action.FORCE_CLOSE: Say("结案", "Closed"),
    Action.REOPEN: Say("重新处理", "Taken up again"),
    Action.MERGE: Say("和同一件事的上报并在一起处理", "Joined with another report of the same matter"),
    Action.UNMERGE: Say("恢复单独处理", "Handled on its own again"),
    Action.CONFIRM_VOID: Say("这份上报已作废", "This report has been voided"),
    Action.SATISFIED: Say("评价：已解决", "Answer: fixed"),
    Action.NOT_SATISFIED: Say("评价：没解决", "Answer: not fixed"),
}
_BY_UNIT: dict[Action, tuple[str, str]] = {
    Action.ROUTE: ("已派给{unit}", "Sent to {unit}"),
    Action.DISPATCH: ("已派给{unit}", "Sent to {unit}"),
    Action.REASSIGN: ("改由{unit}处理", "Given to {unit} instead"),
    Action.CLAIM: ("{unit}已接手处理", "{unit} has taken it on"),
    Action.ACKNOWLEDGE: ("{unit}已接手", "{unit} has taken it on"),
    Action.ARRIVE: ("{unit}已到现场", "{unit} is on site"),
    Action.FEEDBACK: ("{unit}处理完了", "{unit} has handled it"),
}


def lines(history: Sequence[Told], persons: Persons, *, joined: bool = False) -> list[Line]:
    """What of the history is told, oldest first. The unit of a step without one is the last that was named before it, and a
    suspension is granted for the reason for which it was asked."""
    found: list[Line] = []
    unit = asked = ""
    for event in history:
        unit = event.unit or unit
        if event.action == Action.ASK_SUSPENSION:
            asked = event.reason
        if event.action not in _SENTENCES:
            continue
        words = persons.taken_out(event.words) if event.action in _SHOWN_WORDS else ""
        found.append(Line(event.at, _sentence(event, unit, asked), words, joined))
    return found


def _sentence(event: Told, unit: str, asked: str) -> Say:
    plain = _SENTENCES[event.action]
    if unit and event.action in _BY_UNIT:
        zh, en = _BY_UNIT[event.action]
        plain = Say(zh.format(unit=unit), en.format(unit=unit))
    if event.action == Action.NOT_SATISFIED:
        again = event.to_status != event.from_status
        return Say("评价：没解决，重新处理", "Answer: not fixed; it is taken up again") if again else plain
    reason = REASONS[event.action].get(event.reason, NOTHING) if event.action in _SHOWN_REASONS else NOTHING
    if event.action == Action.GRANT_SUSPENSION:
        reason = REASONS[Action.ASK_SUSPENSION].get(asked, NOTHING)
        if event.day:
            day = day_words(event.day)
            plain = Say(f"暂缓处理，预计 {day.zh}恢复", f"Put off until {day.en}")
    return Say(f"{plain.zh}：{reason.zh}", f"{plain.en}: {reason.en}") if reason.zh else plain


_FILE, _SEND, _HANDLE, _INSPECT, _CLOSE = (
    Say("立案", "Filing"),
    Say("派人处理", "Sending somebody"),
    Say("现场处理", "Handling on site"),
    Say("现场核查", "Inspection on site"),
    Say("结案，告诉您结果", "Closing, and telling you the result"),
)
_NOW: dict[Status, tuple[Say, tuple[Say, ...]]] = {
    Status.VERIFYING: (
        Say("正在安排人到现场核实", "Somebody is being sent to verify it"),
        (_FILE, _SEND, _HANDLE, _INSPECT, _CLOSE),
    ),
    Status.PENDING_FILING: (
        Say("核实过了，正在办理立案", "Verified; it is being filed"),
        (_SEND, _HANDLE, _INSPECT, _CLOSE),
    ),
    Status.PENDING_DISPATCH: (
        Say("正在安排处理的单位", "A unit is being found"),
        (_HANDLE, _INSPECT, _CLOSE),
    ),
    Status.PENDING_ACK: (Say("已派出，等处理人员接手", "Sent; waiting to be taken on"), (_HANDLE, _INSPECT, _CLOSE)),
    Status.HANDLING: (Say("正在处理", "Being handled"), (_INSPECT, _CLOSE)),
    Status.SUSPENDED: (Say("暂缓处理", "Put off for now"), (_HANDLE, _INSPECT, _CLOSE)),
    Status.PENDING_REVIEW: (Say("处理完了，处理单位正在复核", "Handled; the unit is checking it"), (_INSPECT, _CLOSE)),
    Status.PENDING_INSPECTION: (Say("处理完了，正在核查是否到位", "Handled; being inspected"), (_CLOSE,)),
    Status.REWORK: (Say("没有处理好，正在重新处理", "Not good enough yet; being redone"), (_INSPECT, _CLOSE)),
    Status.CLOSED: (Say("已结案", "Closed"), ()),
    Status.DECLINED: (Say("没有受理", "Not accepted"), ()),
    Status.VOIDED: (Say("已作废", "Voided"), ()),
    Status.MERGED: (Say("并入同一件事处理", "Joined with another report of the same matter"), ()),
}
_UNTIL: dict[Status, tuple[str, str]] = {
    Status.VERIFYING: ("预计 {by} 前核实完", "Verified by {by}"),
    Status.PENDING_FILING: ("预计 {by} 前立案并派人", "Filed and sent by {by}"),
    Status.PENDING_DISPATCH: ("预计 {by} 前派人", "Sent by {by}"),
    Status.PENDING_ACK: ("预计 {by} 前处理完", "Handled by {by}"),
    Status.HANDLING: ("预计 {by} 前处理完", "Handled by {by}"),
    Status.PENDING_REVIEW: ("预计 {by} 前处理完", "Handled by {by}"),
    Status.REWORK: ("预计 {by} 前处理完", "Handled by {by}"),
    Status.PENDING_INSPECTION: ("预计 {by} 前核查完", "Inspected by {by}"),
}


def standing(status: Status, *, due_at: datetime | None, resume_on: date | None, at: datetime) -> Standing:
    now, next_steps = _NOW[status]
    return Standing(now, _until(status, due_at, resume_on, at), next_steps, status in ENDED_STATUSES)


def _until(status: Status, due_at: datetime | None, resume_on: date | None, at: datetime) -> Say:
    if status == Status.SUSPENDED and resume_on:
        return Say(f"预计 {day_words(resume_on).zh}恢复处理", f"To go on on {day_words(resume_on).en}")
    if due_at is None or status not in _UNTIL:
        return NOTHING
    by = moment_words(due_at, at)
    if due_at < at:
        return Say(
            f"比预计的时间晚了（原定 {by.zh} 前），还在办理", f"Later than expected (it was {by.en}); still in hand"
        )
    zh, en = _UNTIL[status]
    return Say(zh.format(by=by.zh), en.format(by=by.en))


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_words(on: date) -> Say:
    return Say(f"{on.month}月{on.day}日", f"{on.day} {_MONTHS[on.month - 1]}")


def moment_words(moment: datetime, at: datetime) -> Say:
    """Local time; the day by its name when it is today's, with the year when it is another year's."""
    there, here = moment.astimezone(SHANGHAI), at.astimezone(SHANGHAI)
    clock = f"{there:%H:%M}"
    if there.date() == here.date():
        return Say(f"今天 {clock}", f"today {clock}")
    day = day_words(there.date())
    if there.year != here.year:
        return Say(f"{there.year}年{day.zh} {clock}", f"{day.en} {there.year}, {clock}")
    return Say(f"{day.zh} {clock}", f"{day.en}, {clock}")


def read_day(written: object) -> date | None:
    """The day in an event's content, where it is written as text."""
    return date.fromisoformat(written) if isinstance(written, str) and written else None


def names_of(*groups: Iterable[str | None]) -> Persons:
    return Persons(frozenset(name.strip() for group in groups for name in group if name and len(name.strip()) > 1))
