"""Feishu's custom robot: 100 messages a minute and 5 a second, 20 KB each.

Its signature goes into the body: HMAC-SHA256 over nothing, with `timestamp\\nsecret` as the key, the time in seconds, at most
an hour from its clock. A robot rings nobody by number: mentions are left out.
"""

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime, timedelta
from typing import Any

from backend.notifications.channels.group_messages import (
    GroupMessage,
    Meaning,
    RobotAddress,
    RobotRequest,
    fitted,
    read_coded,
)
from backend.notifications.channels.outcome import Outcome, Result
from backend.outbound import Answer

HOST = "open.feishu.cn"
URL_SHAPE = re.compile(r"https?://[^/?#]+/open-apis/bot/v2/hook/[A-Za-z0-9-]+")
# Of the whole body 20 KB are taken; the rest is for the time and the signature.
LONGEST_CONTENT = 18_000
_MINUTE = timedelta(minutes=1)

_MEANINGS = {
    11232: Meaning(Result.LATER, "rate_limited", _MINUTE),
    9499: Meaning(Result.REFUSED, "bad_request"),
    19001: Meaning(Result.REFUSED, "unknown_robot"),
    19002: Meaning(Result.REFUSED, "bad_request"),
    19007: Meaning(Result.REFUSED, "robot_off"),
    19021: Meaning(Result.REFUSED, "bad_signature"),
    19022: Meaning(Result.REFUSED, "ip_not_listed"),
    19024: Meaning(Result.REFUSED, "keyword_missing"),
}


def sign(secret: str, timestamp_s: int) -> str:
    """The roles are as Feishu has them: time and secret are the key, and the message is empty."""
    return base64.b64encode(hmac.new(f"{timestamp_s}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


def request(address: RobotAddress, message: GroupMessage, now: datetime) -> RobotRequest:
    signature = {}
    if address.secret:
        timestamp_s = int(now.timestamp())
        signature = {"timestamp": str(timestamp_s), "sign": sign(address.secret, timestamp_s)}
    content = json.loads(fitted(message, LONGEST_CONTENT, _post))
    body = signature | {"msg_type": "post", "content": {"post": {"zh_cn": content}}}
    return RobotRequest(address.url, json.dumps(body, ensure_ascii=False).encode())


def read(answer: Answer, address: RobotAddress, now: datetime) -> Outcome:
    """Older robots name code and words differently; some answers have both, and then they agree."""
    named = [("code", "msg"), ("StatusCode", "StatusMessage")]
    return read_coded(answer, address, now, named=named, meanings=_MEANINGS, refine=_too_many)


def _too_many(code: int, words: str) -> Meaning | None:
    """9499 is both a malformed message and too many of them."""
    if code == 9499 and "too many" in words.lower():
        return Meaning(Result.LATER, "rate_limited", _MINUTE)
    return None


def _post(message: GroupMessage) -> str:
    paragraphs: list[list[dict[str, Any]]] = [[{"tag": "text", "text": line}] for line in message.lines]
    if message.link:
        paragraphs.append([{"tag": "a", "text": "打开梭子", "href": message.link}])
    return json.dumps({"title": message.title, "content": paragraphs}, ensure_ascii=False)
