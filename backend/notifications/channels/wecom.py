"""WeCom's group robot: 20 messages a minute. Its key stands in the address and nothing is signed.

Markdown may have 4,096 octets and rings nobody; plain text may have 2,048 and rings people by their number.
"""

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

HOST = "qyapi.weixin.qq.com"
URL_SHAPE = re.compile(r"https?://[^/?#]+/cgi-bin/webhook/send\?key=[A-Za-z0-9-]+")
LONGEST_MARKDOWN = 4096
LONGEST_TEXT = 2048
_MINUTE = timedelta(minutes=1)

_MEANINGS = {
    -1: Meaning(Result.LATER, "service_busy"),
    45009: Meaning(Result.LATER, "rate_limited", _MINUTE),
    45033: Meaning(Result.LATER, "rate_limited", _MINUTE),
    93000: Meaning(Result.REFUSED, "unknown_robot"),
    93004: Meaning(Result.REFUSED, "robot_off"),
    93008: Meaning(Result.REFUSED, "group_gone"),
    40008: Meaning(Result.REFUSED, "bad_request"),
    44004: Meaning(Result.REFUSED, "bad_request"),
    40058: Meaning(Result.REFUSED, "too_long"),
    45002: Meaning(Result.REFUSED, "too_long"),
}


def request(address: RobotAddress, message: GroupMessage, _now: datetime) -> RobotRequest:
    body: dict[str, Any]
    if message.mentions:
        text = {"content": fitted(message, LONGEST_TEXT, _text), "mentioned_mobile_list": list(message.mentions)}
        body = {"msgtype": "text", "text": text}
    else:
        body = {"msgtype": "markdown", "markdown": {"content": fitted(message, LONGEST_MARKDOWN, _markdown)}}
    return RobotRequest(address.url, json.dumps(body, ensure_ascii=False).encode())


def read(answer: Answer, address: RobotAddress, now: datetime) -> Outcome:
    return read_coded(answer, address, now, named=[("errcode", "errmsg")], meanings=_MEANINGS)


def _markdown(message: GroupMessage) -> str:
    link = [f"[打开梭子]({message.link})"] if message.link else []
    return "\n".join([f"**{message.title}**", *(f"> {line}" for line in message.lines), *link])


def _text(message: GroupMessage) -> str:
    return "\n".join([message.title, *message.lines, *([message.link] if message.link else [])])
