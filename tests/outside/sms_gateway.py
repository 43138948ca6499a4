"""A county's gateway for short messages, as docs/channels.md asks for it: it verifies, and sends one id once."""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.outside.serving import Asked, Reply, serving

KEY_ID, SECRET = "suozi", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
SKEW_S = 300


@dataclass
class SmsGateway:
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    origin: str = ""
    templates: dict[str, str] = field(default_factory=lambda: {"SMS_1001": "您有{count}件新任务，请打开梭子查看"})
    dead: set[str] = field(default_factory=set)
    replies: list[Reply] = field(default_factory=list)
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if self.replies:
            return self.replies.pop(0)
        if not self._is_signed(asked):
            return _said(401, "bad_signature", "signature, key or clock")
        message = json.loads(asked.body)
        if message["id"] in self.sent:
            return Reply(200, b'{"status": "sent_before"}')
        refusals = (
            (message["id"] != asked.headers.get("idempotency-key"), "bad_id", "id and idempotency-key differ"),
            (message["template"] not in self.templates, "unknown_template", message["template"]),
            (message["phone"] in self.dead, "dead_number", f"{message['phone']} is not in use"),
        )
        for broken, code, words in refusals:
            if broken:
                return _said(422, code, words)
        self.sent[message["id"]] = message
        return Reply(202, b'{"status": "accepted"}')

    def _is_signed(self, asked: Asked) -> bool:
        stamp = asked.headers.get("suozi-timestamp", "")
        if asked.headers.get("suozi-key") != KEY_ID or not stamp.isdecimal():
            return False
        if abs(int(stamp) - self.clock().timestamp()) > SKEW_S:
            return False
        lines = f"{asked.method}\n{asked.path}\n{stamp}\n{hashlib.sha256(asked.body).hexdigest()}"
        expected = hmac.new(SECRET.encode(), lines.encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(asked.headers.get("suozi-signature", ""), expected)


@contextmanager
def sms_gateway(clock: Callable[[], datetime] | None = None) -> Iterator[SmsGateway]:
    gateway = SmsGateway(clock) if clock else SmsGateway()
    with serving(gateway.answer) as origin:
        gateway.origin = origin
        yield gateway


def _said(status: int, code: str, message: str) -> Reply:
    return Reply(status, json.dumps({"code": code, "message": message}).encode())
