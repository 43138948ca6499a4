"""DingTalk's custom robot: 20 messages a minute, and ten minutes of silence for whoever sends the 21st.

Its signature goes into the query: HMAC-SHA256 over `timestamp\\nsecret` with the secret as the key, the time in milliseconds,
at most an hour from its clock.
"""

import base64
import hashlib
import hmac
import json
import re
from datetime import datetime, timedelta
from urllib.parse import quote

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

HOST = "oapi.dingtalk.com"
URL_SHAPE = re.compile(r"https?://[^/?#]+/robot/send\?access_token=[A-Za-z0-9_-]+")
# Of the whole body 20,000 octets are taken; the rest is for JSON around the text.
LONGEST_TEXT = 18_000
BLOCKED_FOR = timedelta(minutes=10)

_MEANINGS = {
    -1: Meaning(Result.LATER, "service_busy"),
    130101: Meaning(Result.LATER, "rate_limited", BLOCKED_FOR),
    410100: Meaning(Result.LATER, "rate_limited", BLOCKED_FOR),
    300001: Meaning(Result.REFUSED, "unknown_robot"),
    300005: Meaning(Result.REFUSED, "unknown_robot"),
    400101: Meaning(Result.REFUSED, "unknown_robot"),
    400106: Meaning(Result.REFUSED, "unknown_robot"),
    400013: Meaning(Result.REFUSED, "group_gone"),
    400102: Meaning(Result.REFUSED, "robot_off"),
    460101: Meaning(Result.REFUSED, "too_long"),
    310000: Meaning(Result.REFUSED, "refused_by_robot"),
    430101: Meaning(Result.REFUSED, "content_refused"),
    430102: Meaning(Result.REFUSED, "content_refused"),
    430103: Meaning(Result.REFUSED, "content_refused"),
    430104: Meaning(Result.REFUSED, "content_refused"),
}
# 310000 is every breach of the robot's own safety rules; which one stands only in its words, in either language.
_SAFETY = (
    (re.compile(r"签名不匹配|sign not match", re.IGNORECASE), "bad_signature"),
    (re.compile(r"关键词|keyword", re.IGNORECASE), "keyword_missing"),
    (re.compile(r"过期|timestamp", re.IGNORECASE), "bad_clock"),
    (re.compile(r"\bip\b|白名单|whitelist", re.IGNORECASE), "ip_not_listed"),
)


def sign(secret: str, timestamp_ms: int) -> str:
    """In base64, not yet escaped for the query."""
    signed = hmac.new(secret.encode(), f"{timestamp_ms}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(signed).decode()


def request(address: RobotAddress, message: GroupMessage, now: datetime) -> RobotRequest:
    url = address.url
    if address.secret:
        timestamp_ms = int(now.timestamp() * 1000)
        url += f"&timestamp={timestamp_ms}&sign={quote(sign(address.secret, timestamp_ms), safe='')}"
    body = {
        "msgtype": "markdown",
        "markdown": {"title": message.title, "text": fitted(message, LONGEST_TEXT, _markdown)},
        "at": {"atMobiles": list(message.mentions), "isAtAll": False},
    }
    return RobotRequest(url, json.dumps(body, ensure_ascii=False).encode())


def read(answer: Answer, address: RobotAddress, now: datetime) -> Outcome:
    return read_coded(answer, address, now, named=[("errcode", "errmsg")], meanings=_MEANINGS, refine=_which_rule)


def _which_rule(code: int, words: str) -> Meaning | None:
    if code == 310000:
        for pattern, reason in _SAFETY:
            if pattern.search(words):
                return Meaning(Result.REFUSED, reason)
    return None


def _markdown(message: GroupMessage) -> str:
    """Somebody is rung only if their number stands in the text too; DingTalk shows their name in its place."""
    parts = [f"#### {message.title}", *(f"- {line}" for line in message.lines)]
    if message.link:
        parts.append(f"[打开梭子]({message.link})")
    if message.mentions:
        parts.append(" ".join(f"@{phone}" for phone in message.mentions))
    return "\n\n".join(parts)
