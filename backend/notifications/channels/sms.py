"""Short messages through a gateway of the county: one signed request, described in docs/channels.md.

Every provider signs in its own way and wants its templates approved; a gateway of a few lines turns this request into theirs.
A message is a template and code-like parameters, never free words: what no parameter can hold cannot leave.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from backend.notifications.channels.outcome import SENT, Outcome, Result, busy, cut, not_sent, read_json
from backend.notifications.channels.words import Subject
from backend.outbound import Answer, NoAnswer, NotListed, OutboundRules, post

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
# A count, a case code, a short path: no blanks, no Chinese, and too short for a name in Latin letters with a number behind it.
_PARAMETER = re.compile(r"[0-9A-Z-]{1,20}")


@dataclass(frozen=True)
class SmsProvider:
    """A gateway and what it knows us by. `templates`: the gateway's name for the template of each subject that has one."""

    url: str
    key_id: str
    secret: str = field(repr=False)
    sign_name: str
    templates: Mapping[Subject, str]


@dataclass(frozen=True)
class ShortMessage:
    """`id` is the delivery's: a gateway sends one id once, however often it is asked. `parameters` fill the template."""

    id: UUID
    phone: str = field(repr=False)
    subject: Subject
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _MOBILE.fullmatch(self.phone):
            raise ValueError("a short message goes to a mobile number of 11 digits")
        for name, text in self.parameters.items():
            if not _PARAMETER.fullmatch(text) or _MOBILE.fullmatch(text):
                raise ValueError(f"the parameter {name} is not a count or a code")


def signature(secret: str, method: str, path: str, timestamp_s: int, body: bytes) -> str:
    """HMAC-SHA256 in lower-case hex over method, path with query, time and the body's SHA-256, one a line."""
    signed = "\n".join([method, path, str(timestamp_s), hashlib.sha256(body).hexdigest()])
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()


def request(provider: SmsProvider, message: ShortMessage, now: datetime) -> tuple[dict[str, str], bytes]:
    """Headers and body. Raises KeyError for a subject without a template: not every kind goes by short message."""
    body = json.dumps(
        {
            "id": str(message.id),
            "phone": message.phone,
            "sign_name": provider.sign_name,
            "template": provider.templates[message.subject],
            "params": dict(message.parameters),
        },
        ensure_ascii=False,
    ).encode()
    timestamp_s = int(now.timestamp())
    parts = urlsplit(provider.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "content-type": "application/json; charset=utf-8",
        "idempotency-key": str(message.id),
        "suozi-key": provider.key_id,
        "suozi-timestamp": str(timestamp_s),
        "suozi-signature": signature(provider.secret, "POST", path, timestamp_s, body),
    }
    return headers, body


async def send(rules: OutboundRules, provider: SmsProvider, message: ShortMessage, *, now: datetime) -> Outcome:
    """One short message. SENT means that the gateway has it, not that a telephone has."""
    if message.subject not in provider.templates:
        return Outcome(Result.REFUSED, "no_template")
    headers, body = request(provider, message, now)
    try:
        answer = await post(rules, provider.url, headers=headers, body=body)
    except (NotListed, NoAnswer) as error:
        return not_sent(error)
    return read_answer(answer, provider, message, now)


def read_answer(answer: Answer, provider: SmsProvider, message: ShortMessage, now: datetime) -> Outcome:
    """200 and 202 with a JSON object is taken; whatever is refused has a `code`, of which `dead_number` is for good."""
    said = read_json(answer.body)
    words = answer.body if said is None else said.get("message", "")
    words = cut(words, (provider.secret, provider.url, message.phone))
    if answer.status in {200, 202}:
        return SENT if said is not None else Outcome(Result.LATER, "not_understood", said=words)
    if later := busy(answer, now, said=words):
        return later
    if answer.status in {401, 403}:
        return Outcome(Result.REFUSED, "bad_signature", said=words)
    code = str((said or {}).get("code", ""))
    if code == "dead_number":
        return Outcome(Result.GONE, code, said=words)
    reason = code if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", code) else f"http_{answer.status}"
    return Outcome(Result.REFUSED, reason, said=words)
