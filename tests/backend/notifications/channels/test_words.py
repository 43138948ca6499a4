"""What leaves our server in words: a subject and a count, and nothing that anybody typed."""

import ast
import inspect
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.notifications.channels import dingtalk, feishu, wecom, words
from backend.notifications.channels.group_messages import GroupMessage, RobotAddress, RobotKind
from backend.notifications.channels.web_push import PushMessage, payload
from backend.notifications.channels.words import Subject, Words, line_of, words_of

PERSONAL = [
    "张三",
    "13800001111",
    "人民路 12 号 3 单元",
    "120.26,31.91",
    "https://a.test/photo.jpg",
    "'; DROP TABLE",
    "<script>",
]


@pytest.mark.parametrize("subject", list(Subject))
@pytest.mark.parametrize("count", [1, 2, 999, 1000, 10**9])
def test_every_subject_has_a_title_and_a_sentence_in_both_languages(subject: Subject, count: int) -> None:
    for language in ("zh", "en"):
        title, body = words_of(subject, count, language)
        assert 2 <= len(title) <= 24
        assert 8 <= len(body) <= 80
        assert not set("{}！!") & set(title + body)
        assert body.isascii() == (language == "en")
        numbers = "".join(sign for sign in body if sign.isdecimal())
        assert numbers in {"", str(min(count, 999))}
        assert ("999+" in body) == (count > 999 and bool(numbers))


def test_one_is_said_as_one_in_english() -> None:
    assert words_of(Subject.TASK, 1, "en") == Words("New task", "You have a new task. Open Suozi to see it")
    assert words_of(Subject.TASK, 2, "en").body == "You have 2 new tasks. Open Suozi to see them"
    assert words_of(Subject.TASK, 1, "zh") == Words("新任务", "你有 1 件新任务，请打开梭子查看")
    assert words_of(Subject.TASK, 1, "fr") == words_of(Subject.TASK, 1, "zh")
    assert line_of(Subject.TASK, 3) == "新任务 3 件"


@pytest.mark.parametrize("personal", PERSONAL)
def test_nothing_personal_is_taken(personal: str) -> None:
    for say in (words_of, lambda *given_: line_of(*given_[:2])):
        with pytest.raises(ValueError, match="Subject"):
            say(personal, 1, "zh")
        with pytest.raises(TypeError, match="number"):
            say(Subject.TASK, personal, "zh")
    assert words_of(Subject.TASK, 1, personal) == words_of(Subject.TASK, 1, "zh")
    for count in (0, -1):
        with pytest.raises(ValueError, match="nothing"):
            words_of(Subject.TASK, count, "zh")
    for count in (True, 1.5, None):
        with pytest.raises(TypeError, match="number"):
            words_of(Subject.TASK, count, "zh")


def test_no_function_of_it_takes_anything_else() -> None:
    """So it stays: a case, a person or a text cannot even be passed."""
    tree = ast.parse(inspect.getsource(words))
    taken = {
        ast.unparse(argument.annotation)
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
        for argument in [*function.args.args, *function.args.kwonlyargs]
        if argument.annotation
    }
    assert taken == {"Subject", "int", "str"}
    signature = inspect.signature(words_of)
    assert [name for name, parameter in signature.parameters.items() if parameter.annotation is str] == ["language"]
    assert not {node.module for node in tree.body if isinstance(node, ast.ImportFrom)} & {
        "backend.cases",
        "backend.staff",
    }


@given(st.sampled_from(Subject), st.integers(1, 5000), st.sampled_from(["zh", "en"]) | st.text())
def test_all_that_can_be_said_is_known_beforehand(subject: Subject, count: int, language: str) -> None:
    shown = str(count) if count <= 999 else "999+"
    said = words_of(subject, count, language)
    skeleton = {part.replace(f"{shown}", "{}") for part in said}
    known = {
        text for sentences in words._SENTENCES.values() for text in (*sentences.title, *sentences.body, sentences.one)
    }
    assert skeleton <= known | {part.replace("1", "{}") for part in known}


def test_what_is_sent_has_nothing_but_words_a_link_and_a_tag() -> None:
    """End to end: the whole of what goes out, for a push and for each messenger."""
    title, body = words_of(Subject.TASK, 3, "zh")
    link = "https://suozi.county.test/t/01930000-0000-7000-8000-000000000001"
    pushed = json.loads(payload(PushMessage(title, body, link, "t1")))
    allowed = {title, body, link, "t1", "zh-CN", "ltr"}
    assert {text for text in pushed["notification"].values() if isinstance(text, str)} <= allowed
    message = GroupMessage(title, (line_of(Subject.TASK, 3), line_of(Subject.REWORK, 1)), link)
    for messenger in (dingtalk, wecom, feishu):
        request = messenger.request(
            RobotAddress(RobotKind.WECOM, "https://a.test/"), message, datetime(2026, 11, 23, tzinfo=UTC)
        )
        text = request.body.decode()
        for part in ("新任务 3 件", "返工 1 件", "打开梭子", title, link):
            text = text.replace(part, "")
        assert not any("\u4e00" <= sign <= "\u9fff" for sign in text)
