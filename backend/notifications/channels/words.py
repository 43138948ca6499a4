"""All that leaves our server in words: neutral sentences with a count, for lock screens, groups and foreign servers.

No function here takes a case, a place, a person or free text, so none of those can get out. What it is about is read in
Suozi, by whoever may. Not even the code of a case is here: it opens the residents' page, and with it photos.
"""

from enum import StrEnum
from typing import NamedTuple

from backend.errors import Say

# A number that matters is small; a larger one is not worth its signs.
MOST_SHOWN = 999


class Subject(StrEnum):
    """What somebody is told about; the values are those of notifications' kinds where there is one."""

    TASK = "task"
    REWORK = "rework"
    RETURNED = "returned"
    TO_VERIFY = "to_verify"
    TO_INSPECT = "to_inspect"
    ASKED = "asked"
    DECIDED = "decided"
    PRESSED = "pressed"
    WHISTLED = "whistled"
    UNSEEN = "unseen"
    ENDED = "ended"
    HANDED_OVER = "handed_over"
    DIGEST = "digest"
    TEST = "test"
    # To residents
    FILED = "filed"
    CLOSED = "closed"


class Words(NamedTuple):
    """One language's title and sentence."""

    title: str
    body: str


class _Sentences(NamedTuple):
    """`body` has a place for the count; `one` is the English sentence for exactly one, where it differs."""

    title: Say
    body: Say
    one: str


_SENTENCES: dict[Subject, _Sentences] = {
    Subject.TASK: _Sentences(
        Say("新任务", "New task"),
        Say("你有 {} 件新任务，请打开梭子查看", "You have {} new tasks. Open Suozi to see them"),
        "You have a new task. Open Suozi to see it",
    ),
    Subject.REWORK: _Sentences(
        Say("返工", "Rework"),
        Say("有 {} 件案件需要返工，请打开梭子查看", "{} cases need rework. Open Suozi to see them"),
        "A case needs rework. Open Suozi to see it",
    ),
    Subject.RETURNED: _Sentences(
        Say("等指挥中心处理", "For the command centre"),
        Say(
            "有 {} 件案件退回指挥中心，请打开梭子处理",
            "{} cases came back to the command centre. Open Suozi to see them",
        ),
        "A case came back to the command centre. Open Suozi to see it",
    ),
    Subject.TO_VERIFY: _Sentences(
        Say("待核实", "To verify"),
        Say("有 {} 件上报等你核实，请打开梭子查看", "{} reports wait for you to verify them. Open Suozi"),
        "A report waits for you to verify it. Open Suozi",
    ),
    Subject.TO_INSPECT: _Sentences(
        Say("待核查", "To inspect"),
        Say("有 {} 件案件等你核查，请打开梭子查看", "{} cases wait for you to inspect them. Open Suozi"),
        "A case waits for you to inspect it. Open Suozi",
    ),
    Subject.ASKED: _Sentences(
        Say("待审批", "For your decision"),
        Say("有 {} 件申请等你审批，请打开梭子查看", "{} requests wait for your decision. Open Suozi"),
        "A request waits for your decision. Open Suozi",
    ),
    Subject.DECIDED: _Sentences(
        Say("申请有结果", "Decided"),
        Say("你的 {} 件申请有了结果，请打开梭子查看", "{} of your requests were decided. Open Suozi to see them"),
        "Your request was decided. Open Suozi to see it",
    ),
    Subject.PRESSED: _Sentences(
        Say("催办督办", "Reminder"),
        Say("有 {} 件案件被催办或督办，请打开梭子查看", "You are reminded of {} cases. Open Suozi to see them"),
        "You are reminded of a case. Open Suozi to see it",
    ),
    Subject.WHISTLED: _Sentences(
        Say("吹哨、协办", "Called to help"),
        Say("有 {} 件案件请你们协办，请打开梭子查看", "Your help is asked for with {} cases. Open Suozi to see them"),
        "Your help is asked for with a case. Open Suozi to see it",
    ),
    Subject.UNSEEN: _Sentences(
        Say("无人查看", "Nobody has looked"),
        Say(
            "有 {} 条通知一直没有人看，请打开梭子查看", "Nobody has looked at {} notifications. Open Suozi to see them"
        ),
        "Nobody has looked at a notification. Open Suozi to see it",
    ),
    Subject.ENDED: _Sentences(
        Say("上报有结果", "Outcome of your report"),
        Say(
            "你上报的 {} 件案件已办结，请打开梭子查看", "{} cases that you reported have ended. Open Suozi to see them"
        ),
        "A case that you reported has ended. Open Suozi to see it",
    ),
    Subject.HANDED_OVER: _Sentences(
        Say("交接", "Handed over"),
        Say("有 {} 件案件交接给你，请打开梭子查看", "{} cases were handed over to you. Open Suozi to see them"),
        "A case was handed over to you. Open Suozi to see it",
    ),
    Subject.DIGEST: _Sentences(
        Say("待办提醒", "Waiting for you"),
        Say("有 {} 件事项等待处理，请打开梭子查看", "{} matters wait. Open Suozi to see them"),
        "A matter waits. Open Suozi to see it",
    ),
    Subject.TEST: _Sentences(
        Say("测试消息", "Test"),
        Say("这是一条测试消息，收到说明通知可以送达", "This is a test. Notifications reach you"),
        "This is a test. Notifications reach you",
    ),
    Subject.FILED: _Sentences(
        Say("已受理", "Received"),
        Say("你反映的问题已受理，可凭查询码查看进展", "Your report was received. Follow it with your code"),
        "Your report was received. Follow it with your code",
    ),
    Subject.CLOSED: _Sentences(
        Say("已办结", "Done"),
        Say("你反映的问题已办结，可凭查询码查看结果", "Your report was dealt with. See the outcome with your code"),
        "Your report was dealt with. See the outcome with your code",
    ),
}


def words_of(subject: Subject, count: int, language: str) -> Words:
    """Title and sentence about `count` of them, in `zh` or `en`; any other language is Chinese.

    Raises ValueError for a subject that is none and for a count below one, TypeError for one that is no number.
    """
    sentences = _SENTENCES[Subject(subject)]
    number = _shown(count)
    sentence = (
        sentences.one if language == "en" and number == "1" else sentences.body.in_language(language).format(number)
    )
    return Words(sentences.title.in_language(language), sentence)


def line_of(subject: Subject, count: int) -> str:
    """One line of a group's digest, in Chinese: `新任务 3 件`. Raises as `words_of`."""
    return f"{_SENTENCES[Subject(subject)].title.zh} {_shown(count)} 件"


def _shown(count: int) -> str:
    if not isinstance(count, int) or isinstance(count, bool):
        raise TypeError("a count is a number")
    if count < 1:
        raise ValueError("there is nothing to tell")
    return str(count) if count <= MOST_SHOWN else f"{MOST_SHOWN}+"
