"""A history retold: every step and state has its words, and nothing personal of any party is ever in the page's bytes."""

from datetime import UTC, date, datetime, timedelta
from html import escape
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as some
from starlette.requests import Request

from backend.cases.terms import ENDED_STATUSES, Action, Status
from backend.residents import story
from backend.residents.following import AskedAnswer, Story
from backend.residents.pages import page
from backend.residents.story import Persons, Told
from backend.residents.words import WORDS

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
NAMES = ["周建国", "欧阳明月", "网格员 050", "李婶", "Anna Smith"]
NUMBERS = [
    "13900001111",
    "139 0000 1111",
    "0510-86812345",
    "32028119900101123X",
    "+86 139-0000-1111",
    "１３９００００１１１１",
]
PERSONS = Persons(frozenset(NAMES))

plain = some.text("的在门口清运垃圾联系和，。a1 ", max_size=12)
personal = some.sampled_from(NAMES + NUMBERS)
words = some.lists(some.one_of(plain, personal), max_size=6).map("".join)
histories = some.lists(
    some.builds(
        Told,
        action=some.sampled_from(list(Action)),
        from_status=some.sampled_from(list(Status)),
        to_status=some.sampled_from(list(Status)),
        at=some.just(AT),
        words=words,
        unit=some.sampled_from(["", "综合执法一中队"]),
        reason=some.sampled_from(["", "season", "out_of_scope", "not_ours", "x"]),
        day=some.one_of(some.none(), some.just(date(2026, 12, 20))),
    ),
    max_size=12,
)


def request_in(language: str) -> Request:
    return Request(
        {"type": "http", "method": "GET", "path": "/r/x", "headers": [(b"accept-language", language.encode())]}
    )


def rendered(history: list[Told], status: Status, language: str = "zh") -> str:
    answer = AskedAnswer(status == Status.CLOSED, "answer.over", AT, was_reopened=False, id=uuid4())
    told = Story(
        code="ABCDEFGH12",
        matter_name="暴露生活垃圾",
        place_name="璜塘村",
        unit_name="综合执法一中队",
        icon="trash",
        good_end=False,
        standing=story.standing(status, due_at=AT, resume_on=None, at=AT),
        advice="",
        lines=story.lines(history, PERSONS),
        before=[0],
        after=[1],
        inspection=[],
        answer=answer,
        offers_new=True,
        as_of=AT,
    )
    return bytes(
        page(
            request_in(language), "follow.html", at=AT, story=told, sent=None, answered=None, refused=story.NOTHING
        ).body
    ).decode()


@given(histories, some.sampled_from(list(Status)), some.sampled_from(["zh", "en"]))
def test_nothing_personal_is_in_the_bytes_of_any_page(history: list[Told], status: Status, language: str) -> None:
    html = rendered(history, status, language)
    for secret in (*NAMES, *NUMBERS):
        assert secret not in html
        assert escape(secret) not in html


@given(histories)
def test_only_words_written_for_the_resident_are_told(history: list[Told]) -> None:
    marked = [Told(**{**vars(event), "words": f"note-{event.action}-{number}"}) for number, event in enumerate(history)]
    told = " ".join(line.words for line in story.lines(marked, PERSONS))
    shown = {"feedback", "self_handle", "decline", "force_close"}
    for number, event in enumerate(history):
        assert (f"note-{event.action}-{number}" in told) == (event.action in shown)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("2026-11-28 已清运", "2026-11-28 已清运"),
        ("2026.1.8清，13900001111", "2026.1.8清，***"),
        ("2026-11-28 13900001111", "2026-11-28 ***"),
        ("2026-11-28-1", "***"),
        ("2026-13-28", "***"),
        ("12026-11-28", "***"),
        ("86812345", "***"),
    ],
)
def test_a_day_is_told_and_a_number_is_not(written: str, told: str) -> None:
    assert PERSONS.taken_out(written) == told


def test_the_search_for_persons_would_find_them() -> None:
    """The property above can fail: with nobody taken out, the words stand in the page."""
    history = [Told(Action.FEEDBACK, Status.HANDLING, Status.PENDING_INSPECTION, AT, words="周建国清的")]
    lines = story.lines(history, Persons())
    assert lines[0].words == "周建国清的"
    assert story.lines(history, PERSONS)[0].words == "工作人员清的"


@pytest.mark.parametrize("status", list(Status))
def test_every_state_is_told_in_both_languages(status: Status) -> None:
    standing = story.standing(status, due_at=None, resume_on=None, at=AT)
    assert standing.now.zh
    assert standing.now.en.isascii() or "“" in standing.now.en
    assert standing.ended == (status in ENDED_STATUSES)
    assert bool(standing.next_steps) != standing.ended


def test_every_step_that_changes_something_for_a_resident_is_told() -> None:
    silent = set(Action) - {line_action for line_action in Action if story.lines([told(line_action)], PERSONS)}
    assert silent == {
        Action.JOIN,
        Action.HAND_OVER,
        Action.ESCALATE,
        Action.REVIEW_PASS,
        Action.ASK_EXTENSION,
        Action.REFUSE_EXTENSION,
        Action.ASK_SUSPENSION,
        Action.REFUSE_SUSPENSION,
        Action.REMIND,
        Action.SUPERVISE,
        Action.REPLY_SUPERVISION,
        Action.ADD_CO_HANDLER,
        Action.WHISTLE,
        Action.WAIVE_PART,
        Action.CO_ACKNOWLEDGE,
        Action.CO_ARRIVE,
        Action.CO_FEEDBACK,
        Action.RECATEGORISE,
        Action.ASK_VOID,
        Action.REFUSE_VOID,
    }


def told(action: Action) -> Told:
    return Told(action, Status.HANDLING, Status.HANDLING, AT)


@pytest.mark.parametrize(
    ("moment", "zh", "en"),
    [
        (AT + timedelta(hours=3), "今天 12:30", "today 12:30"),
        (AT + timedelta(days=1), "11月24日 09:30", "24 Nov, 09:30"),
        (AT + timedelta(hours=15), "11月24日 00:30", "24 Nov, 00:30"),
        (AT + timedelta(days=60), "2027年1月22日 09:30", "22 Jan 2027, 09:30"),
    ],
)
def test_moments_are_local_and_named_as_people_do(moment: datetime, zh: str, en: str) -> None:
    assert story.moment_words(moment, AT) == (zh, en)


def test_every_fixed_word_is_in_both_languages() -> None:
    for key, said in WORDS.items():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in said.zh), key
        assert said.en, key
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in said.en), key
        assert "!" not in said.zh + said.en
        assert "！" not in said.zh
