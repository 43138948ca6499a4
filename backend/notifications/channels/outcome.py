"""What became of a message on its way out, in the same words for every channel.

Reading an answer is each channel's; what to do about it is the delivery job's.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

from backend.outbound import Answer, NoAnswer, NotListed

LONGEST_WAIT = timedelta(hours=1)
LONGEST_SAID = 200

# Long runs of the letters that keys are made of, and numbers that may be somebody's telephone.
_KEY_LIKE = re.compile(r"[A-Za-z0-9_\-+/=]{20,}")
_PHONE_LIKE = re.compile(r"\d{7,}")


class Result(StrEnum):
    """SENT: taken by the service. GONE: the address is dead, forget it. LATER: try again. REFUSED: a person must mend it."""

    SENT = "sent"
    GONE = "gone"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """`reason` is a short code (`http_410`, `rate_limited`, `bad_signature`, `not_allowed`, `timeout`), empty when sent.

    `wait`: no sooner than after this, an hour at most; None leaves it to the caller. `said`: the service's own words, without
    anything that looks like a key, an address of ours or a number of somebody's.
    """

    result: Result
    reason: str = ""
    wait: timedelta | None = None
    said: str = ""


SENT = Outcome(Result.SENT)


def not_sent(error: NotListed | NoAnswer) -> Outcome:
    """What it means that the guarded client did not bring an answer."""
    if isinstance(error, NotListed):
        return Outcome(Result.REFUSED, "not_allowed", said=error.reason)
    return Outcome(Result.REFUSED if error.reason == "untrusted" else Result.LATER, error.reason)


def busy(answer: Answer, now: datetime, *, said: str = "") -> Outcome | None:
    """LATER for what any HTTP service says when it cannot now (408, 425, 429, 5xx), with its Retry-After; else None."""
    if answer.status not in {408, 425, 429} and answer.status < 500:
        return None
    reason = "rate_limited" if answer.status == 429 else f"http_{answer.status}"
    return Outcome(Result.LATER, reason, retry_after(answer.headers, now), said)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The wait that a Retry-After asks for, in seconds or as a date (RFC 9110, 10.2.3): an hour at most, None if unreadable."""
    asked = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", asked):
        wait = timedelta(seconds=int(asked))
    else:
        try:
            until = parsedate_to_datetime(asked)
        except ValueError:
            return None
        wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(seconds=1)), LONGEST_WAIT)


def read_json(body: bytes) -> dict[str, Any] | None:
    """The object that an answer is, or None: a proxy's page of HTML with status 200 is nobody's yes."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def cut(words: object, secrets: Iterable[str] = ()) -> str:
    """A service's words for a person to read: one line of 200 signs at most, without `secrets` and what looks like them."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    for secret in secrets:
        if secret:
            text = text.replace(secret, "…")
    text = _PHONE_LIKE.sub("…", _KEY_LIKE.sub("…", text))
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return text if len(text) <= LONGEST_SAID else text[: LONGEST_SAID - 1] + "…"
