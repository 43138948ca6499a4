"""The three messengers' robots: they verify signatures and clocks, count, and answer 200 with the real services' codes.

Written from the messengers' manuals, not from our code: the signatures are computed here once more.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from tests.outside.serving import Asked, Reply, serving

HOUR_S = 3600


@dataclass
class Robot:
    """One group's robot. `keyword`: a word that each message must have, where an administrator chose that rule."""

    kind: str
    path: str
    secret: str
    keyword: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    went_at: list[datetime] = field(default_factory=list)
    silent_until: datetime | None = None


@dataclass
class Messengers:
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    origin: str = ""
    replies: list[Reply] = field(default_factory=list)
    _robots: dict[str, Robot] = field(default_factory=dict)

    def robot(self, kind: str, *, signed: bool = True, keyword: str = "") -> Robot:
        key = secrets.token_hex(32)
        path = {
            "dingtalk": f"/robot/send?access_token={key}",
            "wecom": f"/cgi-bin/webhook/send?key={key}",
            "feishu": f"/open-apis/bot/v2/hook/{key}",
        }[kind]
        robot = Robot(kind, path, f"SEC{secrets.token_hex(16)}" if signed and kind != "wecom" else "", keyword)
        self._robots[path] = robot
        return robot

    def url(self, robot: Robot) -> str:
        return self.origin + robot.path

    def remove(self, robot: Robot) -> None:
        del self._robots[robot.path]

    def answer(self, asked: Asked) -> Reply:
        if self.replies:
            return self.replies.pop(0)
        path, _, signature = asked.path.partition("&")
        kind = next(k for start, k in STARTS.items() if path.startswith(start))
        robot, now = self._robots.get(path), self.clock()
        if robot is None:
            return said(*UNKNOWN[kind])
        if "application/json" not in asked.headers.get("content-type", ""):
            return said(kind, 43004, "无效的HTTP HEADER Content-Type")
        message = json.loads(asked.body)
        refused = CHECKS[kind](robot, asked, signature, message, now)
        if refused:
            return said(*refused)
        robot.messages.append(message)
        robot.went_at.append(now)
        return said(kind, 0, "success" if kind == "feishu" else "ok")


@contextmanager
def messengers(clock: Callable[[], datetime] | None = None) -> Iterator[Messengers]:
    service = Messengers(clock) if clock else Messengers()
    with serving(service.answer) as origin:
        service.origin = origin
        yield service


Refusal = tuple[str, int, str] | None


def said(kind: str, code: int, words: str) -> Reply:
    body: dict[str, Any] = {"errcode": code, "errmsg": words}
    if kind == "feishu":
        body = {"code": code, "msg": words, "data": {}}
        if not code:
            body |= {"StatusCode": 0, "StatusMessage": "success"}
    return Reply(200, json.dumps(body, ensure_ascii=False).encode(), {"content-type": "application/json"})


def _dingtalk(robot: Robot, asked: Asked, signature: str, message: dict[str, Any], now: datetime) -> Refusal:
    if robot.silent_until and now < robot.silent_until:
        return "dingtalk", 130101, "send too fast, exceed 20 times per minute"
    if robot.secret and (words := _wrong_signature(robot.secret, signature, now)):
        return "dingtalk", 310000, words
    markdown = message.get("markdown", {})
    refusals = (
        (message["msgtype"] != "markdown" or set(markdown) != {"title", "text"}, 400105, "unsupported msgtype"),
        (
            robot.keyword not in "".join(markdown.values()),
            310000,
            "description:机器人发送关键词不匹配;solution:请在发送的信息中包含此关键词",
        ),
        (len(asked.body) > 20_000, 460101, "message too long"),
    )
    for broken, code, words in refusals:
        if broken:
            return "dingtalk", code, words
    if len(_lately(robot, now, 60)) < 20:
        return None
    robot.silent_until = now + timedelta(minutes=10)
    return "dingtalk", 130101, "send too fast, exceed 20 times per minute"


def _wrong_signature(secret: str, signature: str, now: datetime) -> str:
    query = parse_qs(signature)
    timestamp = query.get("timestamp", [""])[0]
    expected = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    if query.get("sign", [""])[0] != base64.b64encode(expected).decode():
        return "description:机器人发送签名不匹配;solution:请确认签名和生成签名的时间戳必须都放在调用的网址中"
    if abs(int(timestamp) / 1000 - now.timestamp()) > HOUR_S:
        return "description:机器人发送签名过期;solution:签名生成时间和发送时间请保持在一小时以内"
    return ""


def _wecom(robot: Robot, _asked: Asked, _signature: str, message: dict[str, Any], now: datetime) -> Refusal:
    content, most = message.get(message["msgtype"], {}).get("content", ""), {"text": 2048, "markdown": 4096}
    if message["msgtype"] not in most:
        return "wecom", 40008, "invalid message type"
    if not content:
        return "wecom", 44004, "empty content"
    if len(content.encode()) > most[message["msgtype"]]:
        return "wecom", 40058, f"{message['msgtype']}.content exceed max length {most[message['msgtype']]}"
    if message["msgtype"] == "markdown" and "mentioned_mobile_list" in message["markdown"]:
        return "wecom", 40058, "markdown rings nobody"
    if len(_lately(robot, now, 60)) >= 20:
        return "wecom", 45009, "api freq out of limit, hint: [1700000000_1_abcdef]"
    return None


def _feishu(robot: Robot, asked: Asked, _signature: str, message: dict[str, Any], now: datetime) -> Refusal:
    if robot.secret:
        timestamp = message.get("timestamp", "")
        expected = hmac.new(f"{timestamp}\n{robot.secret}".encode(), b"", hashlib.sha256).digest()
        late = not timestamp.isdecimal() or abs(int(timestamp) - now.timestamp()) > HOUR_S
        if late or message.get("sign") != base64.b64encode(expected).decode():
            return "feishu", 19021, "sign match fail or timestamp is not within one hour from current time"
    if message.get("msg_type") != "post":
        return "feishu", 19002, "params error, msg_type need"
    post = message["content"]["post"]["zh_cn"]
    if robot.keyword and robot.keyword not in json.dumps(post, ensure_ascii=False):
        return "feishu", 19024, "Key Words Not Found"
    if len(asked.body) > 20 * 1024:
        return "feishu", 9499, "Bad Request"
    if len(_lately(robot, now, 1)) >= 5 or len(_lately(robot, now, 60)) >= 100:
        return "feishu", 11232, "frequency limited"
    return None


def _lately(robot: Robot, now: datetime, seconds: int) -> list[datetime]:
    return [at for at in robot.went_at if now - at < timedelta(seconds=seconds)]


STARTS = {"/robot/send": "dingtalk", "/cgi-bin/webhook/send": "wecom", "/open-apis/bot/": "feishu"}
CHECKS = {"dingtalk": _dingtalk, "wecom": _wecom, "feishu": _feishu}
UNKNOWN = {
    "dingtalk": ("dingtalk", 300005, "token is not exist"),
    "wecom": ("wecom", 93000, "invalid webhook url, hint: [1700000000_1_abcdef]"),
    "feishu": ("feishu", 19001, "param invalid: incoming webhook access token invalid"),
}
