"""Robots against messengers that verify signatures and clocks, count, and answer 200 to everything."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.notifications.channels import bucket, dingtalk, feishu, wecom
from backend.notifications.channels.outcome import Outcome, Result
from backend.notifications.channels.robots import (
    ROBOT_HOSTS,
    BadRobot,
    GroupMessage,
    RobotAddress,
    RobotKind,
    checked_robot,
    send,
)
from backend.outbound import Answer, OutboundRules
from tests.examples import examples
from tests.outside.robots import Messengers, Robot, messengers, said
from tests.outside.serving import Reply

AT = datetime.fromtimestamp(1763861400, UTC)
LINK = "https://suozi.county.test/squad"
MESSAGE = GroupMessage("待办提醒", ("新任务 3 件", "返工 1 件"), LINK, ("13800001111",))


def unread(words: str) -> Outcome:
    return Outcome(Result.LATER, "not_understood", said=words)


class Now:
    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def service(now: Now) -> Iterator[Messengers]:
    with messengers(now) as service:
        yield service


def rules_for(service: Messengers) -> OutboundRules:
    return OutboundRules(ROBOT_HOSTS, origins=frozenset({service.origin}))


async def sent(
    service: Messengers, robot: Robot, at: datetime, message: GroupMessage = MESSAGE, *, secret: str | None = None
) -> Outcome:
    rules = rules_for(service)
    address = checked_robot(
        rules, RobotKind(robot.kind), service.url(robot), robot.secret if secret is None else secret
    )
    return await send(rules, address, message, now=at)


def test_signatures_are_exactly_the_messengers() -> None:
    """Worked out with openssl for the secret SEC1a2b3c4d at 1763861400 (23 November 2025, 01:30 UTC)."""
    assert dingtalk.sign("SEC1a2b3c4d", 1763861400000) == "JuOyJD5jrY0t1AcjdVEYjTDXOtC/hwisAiKG7fqF7j4="
    assert feishu.sign("SEC1a2b3c4d", 1763861400) == "tBq0JtAgUMMleoG8xnykGwH0VovvZ+GPeJjm/ltR9DA="


def test_dingtalk_signs_in_its_query_and_rings_by_number() -> None:
    address = RobotAddress(RobotKind.DINGTALK, "https://oapi.dingtalk.com/robot/send?access_token=abc", "SEC1a2b3c4d")
    request = dingtalk.request(address, MESSAGE, AT)
    assert request.url == (
        "https://oapi.dingtalk.com/robot/send?access_token=abc&timestamp=1763861400000"
        "&sign=JuOyJD5jrY0t1AcjdVEYjTDXOtC%2FhwisAiKG7fqF7j4%3D"
    )
    assert json.loads(request.body) == {
        "msgtype": "markdown",
        "markdown": {
            "title": "待办提醒",
            "text": f"#### 待办提醒\n\n- 新任务 3 件\n\n- 返工 1 件\n\n[打开梭子]({LINK})\n\n@13800001111",
        },
        "at": {"atMobiles": ["13800001111"], "isAtAll": False},
    }
    unsigned = dingtalk.request(RobotAddress(RobotKind.DINGTALK, address.url), MESSAGE, AT)
    assert unsigned.url == address.url


def test_wecom_signs_nothing_and_takes_text_where_somebody_is_rung() -> None:
    address = RobotAddress(RobotKind.WECOM, "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc")
    request = wecom.request(address, MESSAGE, AT)
    assert request.url == address.url
    assert json.loads(request.body) == {
        "msgtype": "text",
        "text": {
            "content": f"待办提醒\n新任务 3 件\n返工 1 件\n{LINK}",
            "mentioned_mobile_list": ["13800001111"],
        },
    }
    quiet = wecom.request(address, GroupMessage("待办提醒", ("新任务 3 件",), LINK), AT)
    assert json.loads(quiet.body) == {
        "msgtype": "markdown",
        "markdown": {"content": f"**待办提醒**\n> 新任务 3 件\n[打开梭子]({LINK})"},
    }


def test_feishu_signs_in_its_body_and_rings_nobody() -> None:
    address = RobotAddress(RobotKind.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/abc", "SEC1a2b3c4d")
    request = feishu.request(address, MESSAGE, AT)
    assert request.url == address.url
    assert json.loads(request.body) == {
        "timestamp": "1763861400",
        "sign": "tBq0JtAgUMMleoG8xnykGwH0VovvZ+GPeJjm/ltR9DA=",
        "msg_type": "post",
        "content": {
            "post": {
                "zh_cn": {
                    "title": "待办提醒",
                    "content": [
                        [{"tag": "text", "text": "新任务 3 件"}],
                        [{"tag": "text", "text": "返工 1 件"}],
                        [{"tag": "a", "text": "打开梭子", "href": LINK}],
                    ],
                }
            }
        },
    }
    assert b"13800001111" not in request.body
    unsigned = json.loads(feishu.request(RobotAddress(RobotKind.FEISHU, address.url), MESSAGE, AT).body)
    assert not {"sign", "timestamp"} & set(unsigned)


@settings(max_examples=examples(30, nightly=300))
@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=60), st.integers(0, 2**40))
def test_any_secret_and_time_is_signed_as_the_manuals_say(secret: str, milliseconds: int) -> None:
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    url = "https://oapi.dingtalk.com/robot/send?access_token=abc"
    query = parse_qs(urlsplit(dingtalk.request(RobotAddress(RobotKind.DINGTALK, url, secret), MESSAGE, at).url).query)
    signed = hmac.new(secret.encode(), f"{query['timestamp'][0]}\n{secret}".encode(), hashlib.sha256).digest()
    assert base64.b64decode(query["sign"][0]) == signed


@pytest.mark.parametrize("kind", list(RobotKind))
async def test_a_message_arrives_in_its_group(service: Messengers, now: Now, kind: RobotKind) -> None:
    robot = service.robot(kind)
    assert await sent(service, robot, now.at) == Outcome(Result.SENT)
    assert "新任务 3 件" in json.dumps(robot.messages, ensure_ascii=False)


@pytest.mark.parametrize("kind", [RobotKind.DINGTALK, RobotKind.FEISHU])
@pytest.mark.parametrize("off", [timedelta(minutes=59), timedelta(minutes=-59), timedelta(minutes=61)], ids=str)
async def test_a_clock_may_be_an_hour_off(service: Messengers, now: Now, kind: RobotKind, off: timedelta) -> None:
    outcome = await sent(service, service.robot(kind), now.at + off)
    if abs(off) < timedelta(hours=1):
        assert outcome.result is Result.SENT
    else:
        assert outcome.result is Result.REFUSED
        assert outcome.reason in {"bad_clock", "bad_signature"}  # Feishu does not tell them apart
        assert outcome.said


@pytest.mark.parametrize("kind", [RobotKind.DINGTALK, RobotKind.FEISHU])
async def test_a_wrong_secret_is_for_a_person_to_mend(service: Messengers, now: Now, kind: RobotKind) -> None:
    robot = service.robot(kind)
    for secret in ("SECwrong", ""):
        outcome = await sent(service, robot, now.at, secret=secret)
        assert (outcome.result, outcome.reason) == (Result.REFUSED, "bad_signature")
    assert not robot.messages


@pytest.mark.parametrize("kind", list(RobotKind))
async def test_a_robot_that_was_removed_is_for_a_person_to_mend(service: Messengers, now: Now, kind: RobotKind) -> None:
    robot = service.robot(kind)
    service.remove(robot)
    outcome = await sent(service, robot, now.at)
    assert (outcome.result, outcome.reason) == (Result.REFUSED, "unknown_robot")
    assert robot.path.rpartition("=")[2].rpartition("/")[2] not in f"{outcome}"


@pytest.mark.parametrize("kind", [RobotKind.DINGTALK, RobotKind.FEISHU])
async def test_a_word_that_the_robot_wants_is_named_as_missing(service: Messengers, now: Now, kind: RobotKind) -> None:
    outcome = await sent(service, service.robot(kind, keyword="警报"), now.at)
    assert (outcome.result, outcome.reason) == (Result.REFUSED, "keyword_missing")
    assert (await sent(service, service.robot(kind, keyword="待办"), now.at)).result is Result.SENT


@pytest.mark.parametrize(
    ("kind", "most", "wait"),
    [
        (RobotKind.DINGTALK, 20, timedelta(minutes=10)),
        (RobotKind.WECOM, 20, timedelta(minutes=1)),
        (RobotKind.FEISHU, 5, timedelta(minutes=1)),
    ],
)
async def test_too_many_are_for_later(
    service: Messengers, now: Now, kind: RobotKind, most: int, wait: timedelta
) -> None:
    robot = service.robot(kind)
    for _ in range(most):
        assert (await sent(service, robot, now.at)).result is Result.SENT
    outcome = await sent(service, robot, now.at)
    assert (outcome.result, outcome.reason, outcome.wait) == (Result.LATER, "rate_limited", wait)
    now.at += wait - timedelta(seconds=1)
    if kind is RobotKind.DINGTALK:  # silent although the minute is over
        assert (await sent(service, robot, now.at)).result is Result.LATER
    now.at += timedelta(seconds=1)
    assert (await sent(service, robot, now.at)).result is Result.SENT


@pytest.mark.parametrize("kind", list(RobotKind))
async def test_with_its_bucket_a_robot_is_never_told_that_it_was_too_much(
    service: Messengers, now: Now, kind: RobotKind
) -> None:
    """Two hundred messages at once, as fast as the bucket lets them."""
    robot, limit = service.robot(kind), bucket.LIMITS[kind]
    left = bucket.Bucket.full(limit, now.at)
    for _ in range(200):
        left, due = bucket.take(left, limit, now.at)
        if due:
            now.at = due
            left, due = bucket.take(left, limit, now.at)
            assert due is None
        assert (await sent(service, robot, now.at)).result is Result.SENT
    assert len(robot.messages) == 200


@pytest.mark.parametrize("kind", list(RobotKind))
@pytest.mark.parametrize("mentions", [(), ("13800001111",)], ids=["quiet", "ringing"])
async def test_a_long_digest_is_cut_at_a_line_and_says_how_many_are_left(
    service: Messengers, now: Now, kind: RobotKind, mentions: tuple[str, ...]
) -> None:
    robot = service.robot(kind)
    lines = tuple(f"新任务 {n} 件" + "，" * 40 for n in range(400))
    assert (await sent(service, robot, now.at, GroupMessage("待办提醒", lines, LINK, mentions))).result is Result.SENT
    text = json.dumps(robot.messages[0], ensure_ascii=False)
    kept = text.count("新任务")
    assert 0 < kept < 400
    assert f"还有 {400 - kept} 条" in text
    assert LINK in text
    for line in lines[:kept]:
        assert line in text


@settings(max_examples=examples(60, nightly=1000))
@given(
    st.sampled_from([(dingtalk, 20_000), (wecom, 4096), (feishu, 20_480)]),
    st.lists(st.text(max_size=300), max_size=60),
    st.text(max_size=300),
)
def test_no_digest_is_longer_than_its_messenger_takes(messenger, lines: list[str], title: str) -> None:
    module, most = messenger
    request = module.request(
        RobotAddress(RobotKind.WECOM, "https://a.test/"), GroupMessage(title, tuple(lines), LINK), AT
    )
    said_ = json.loads(request.body)
    octets = len(said_["markdown"]["content"].encode()) if module is wecom else len(request.body)
    assert octets <= most


@pytest.mark.parametrize(
    ("kind", "code", "words", "result", "reason"),
    [
        ("dingtalk", 310000, "sign not match, more: [https://ding-doc.dingtalk.com]", "refused", "bad_signature"),
        ("dingtalk", 310000, "keywords not in content", "refused", "keyword_missing"),
        ("dingtalk", 310000, "invalid timestamp", "refused", "bad_clock"),
        ("dingtalk", 310000, "ip 1.2.3.4 not in whitelist", "refused", "ip_not_listed"),
        ("dingtalk", 310000, "something new", "refused", "refused_by_robot"),
        ("dingtalk", 400102, "robot is stopped", "refused", "robot_off"),
        ("dingtalk", 400013, "group is dismissed", "refused", "group_gone"),
        ("dingtalk", 410100, "too fast", "later", "rate_limited"),
        ("dingtalk", -1, "system busy", "later", "service_busy"),
        ("dingtalk", 987654, "whatever", "refused", "code_987654"),
        ("wecom", 45009, "api freq out of limit", "later", "rate_limited"),
        ("wecom", 45033, "concurrent out of limit", "later", "rate_limited"),
        ("wecom", 40058, "content exceed max length", "refused", "too_long"),
        ("wecom", 93000, "invalid webhook url", "refused", "unknown_robot"),
        ("wecom", -1, "system busy", "later", "service_busy"),
        ("feishu", 9499, "too many request", "later", "rate_limited"),
        ("feishu", 9499, "Bad Request", "refused", "bad_request"),
        ("feishu", 11232, "frequency limited", "later", "rate_limited"),
        ("feishu", 19022, "Ip Not Allowed", "refused", "ip_not_listed"),
        ("feishu", 19024, "Key Words Not Found", "refused", "keyword_missing"),
    ],
)
async def test_what_messengers_mean(
    service: Messengers, now: Now, kind: str, code: int, words: str, result: str, reason: str
) -> None:
    service.replies.append(said(kind, code, words))
    outcome = await sent(service, service.robot(kind), now.at)
    assert (outcome.result, outcome.reason) == (Result(result), reason)


def test_an_older_robot_of_feishu_is_understood() -> None:
    address = RobotAddress(RobotKind.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/abc")
    ok = Answer(200, {}, b'{"Extra":null,"StatusCode":0,"StatusMessage":"success"}')
    assert feishu.read(ok, address, AT) == Outcome(Result.SENT)
    refused = Answer(400, {}, b'{"StatusCode":19024,"StatusMessage":"Key Words Not Found"}')
    assert feishu.read(refused, address, AT).reason == "keyword_missing"


@pytest.mark.parametrize("kind", list(RobotKind))
@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (
            Reply(200, b"<html>please sign in to the network"),
            unread("<html>please sign in to the network"),
        ),
        (Reply(200, b"[0]"), unread("[0]")),
        (
            Reply(200, b'{"errcode": true, "code": false}'),
            unread('{"errcode": true, "code": false}'),
        ),
        (Reply(200, b""), unread("")),
        (Reply(200, b"[" * 60_000), None),
        (Reply(502, b""), Outcome(Result.LATER, "http_502")),
        (Reply(429, b"", {"retry-after": "30"}), Outcome(Result.LATER, "rate_limited", timedelta(seconds=30))),
        (Reply(302, b"", {"location": "http://127.0.0.1/"}), Outcome(Result.REFUSED, "http_302")),
        (Reply(404, b""), Outcome(Result.REFUSED, "http_404")),
    ],
    ids=["portal", "array", "bools", "empty", "nested", "502", "429", "redirect", "404"],
)
async def test_what_is_no_answer_of_a_robot_is_no_yes(
    service: Messengers, now: Now, kind: RobotKind, reply: Reply, outcome: Outcome | None
) -> None:
    service.replies.append(reply)
    got = await sent(service, service.robot(kind), now.at)
    assert got.result is not Result.SENT
    assert outcome is None or got == outcome


@pytest.mark.parametrize(
    ("kind", "url", "code"),
    [
        ("dingtalk", "https://oapi.dingtalk.com/robot/send", "not_this_messenger"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=a&timestamp=1&sign=b", "not_this_messenger"),
        ("dingtalk", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a", "not_this_messenger"),
        ("wecom", "https://open.feishu.cn/open-apis/bot/v2/hook/a", "not_this_messenger"),
        ("feishu", "https://open.feishu.cn/open-apis/bot/v2/hook/a/../../im", "not_this_messenger"),
        ("feishu", "http://open.feishu.cn/open-apis/bot/v2/hook/a", "not_https"),
        ("feishu", "https://open.feishu.cn.evil.cn/open-apis/bot/v2/hook/a", "not_listed"),
        ("feishu", "https://127.0.0.1/open-apis/bot/v2/hook/a", "not_listed"),
        ("feishu", "", "malformed"),
    ],
)
def test_what_is_no_robot_is_refused_with_its_field(kind: str, url: str, code: str) -> None:
    with pytest.raises(BadRobot) as bad:
        checked_robot(OutboundRules(ROBOT_HOSTS), RobotKind(kind), url)
    assert (bad.value.field, bad.value.code) == ("url", code)
    with pytest.raises(BadRobot, match="secret"):
        checked_robot(
            OutboundRules(ROBOT_HOSTS), RobotKind.FEISHU, "https://open.feishu.cn/open-apis/bot/v2/hook/a", "密"
        )


def test_only_mobile_numbers_are_rung() -> None:
    for wrong in ("010-12345678", "1380000111", "张三", "13800001111\n", ""):
        with pytest.raises(ValueError, match="11 digits"):
            GroupMessage("t", mentions=(wrong,))


def test_a_line_stays_a_line() -> None:
    message = GroupMessage("a\nb", ("c\r\n- d\u2028e", "f\x00g"))
    assert (message.title, message.lines) == ("a b", ("c - d e", "f g"))


async def test_keys_are_in_nothing_that_is_shown(service: Messengers, now: Now) -> None:
    robot = service.robot("dingtalk")
    service.replies.append(Reply(400, f"bad {service.url(robot)} {robot.secret}".encode()))
    outcome = await sent(service, robot, now.at)
    address = RobotAddress(RobotKind.DINGTALK, service.url(robot), robot.secret)
    request = dingtalk.request(address, MESSAGE, now.at)
    for secret in (robot.secret, robot.path.rpartition("=")[2]):
        assert secret not in f"{outcome} {address!r} {request!r}"
    assert outcome.said.startswith("bad")


@pytest.mark.parametrize("kind", list(RobotKind))
async def test_no_key_is_in_any_log(
    service: Messengers, now: Now, kind: RobotKind, caplog: pytest.LogCaptureFixture
) -> None:
    robot = service.robot(kind)
    with caplog.at_level(0):
        await sent(service, robot, now.at)
        service.remove(robot)
        await sent(service, robot, now.at)
    logged = "\n".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    assert logged
    for secret in (robot.path.rpartition("=")[2].rpartition("/")[2], robot.secret or "SEC", "13800001111"):
        assert secret not in logged
