"""Web Push: one message, encrypted for one browser (RFC 8291), signed as ours (RFC 8292), sent to its push service (RFC 8030).

`webpush` encrypts and nothing else. It would sign for a host without its port, keep one call's TTL for the next, take any
address and any key, and send records too long to be opened; so we check, sign and count ourselves. No database here.
"""

import base64
import binascii
import functools
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from webpush import WebPush, WebPushSubscription

from backend.notifications.channels.outcome import SENT, Outcome, Result, busy, cut, not_sent
from backend.outbound import Answer, NoAnswer, NotListed, OutboundRules, allowed_target, post

# The push services of Chrome, Edge, Firefox and Safari. Of those, Apple's and Microsoft's hosts have names of their own below.
PUSH_HOSTS = frozenset(
    {
        "fcm.googleapis.com",
        "*.notify.windows.com",
        "updates.push.services.mozilla.com",
        "*.push.apple.com",
    }
)
# Every push service takes 4,096 octets; header, tag and delimiter are 86 + 16 + 1 of them (RFC 8291, 4).
LONGEST_PLAIN = 3993
# How long a message is tells what it says; all ours look alike.
_PADDED_TO = 256
# A phone in a cellar comes back within the hour; push services keep nothing for longer than 28 days.
LEAST_TTL, LONGEST_TTL = timedelta(hours=1), timedelta(days=28)
_TOKEN_FOR = timedelta(hours=12)
_TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
_SUBJECT = re.compile(r"mailto:[^@\s]+@[^@\s]+|https://\S+")


class BadSubscription(ValueError):  # noqa: N818 -- says what is so
    """What a browser sent is no subscription. `field` is `endpoint`, `p256dh` or `auth`; `code` says what is wrong with it."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code


class PushTooLong(ValueError):  # noqa: N818 -- says what is so
    """Even the neutral message does not fit, so its address is too long."""


class Urgency(StrEnum):
    """RFC 8030, 5.3: how much battery it is worth. HIGH wakes a sleeping phone."""

    VERY_LOW = "very-low"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@dataclass(frozen=True)
class Subscription:
    """A browser's address and keys, checked; all of it is secret: whoever has the address may knock there."""

    endpoint: str = field(repr=False)
    p256dh: bytes = field(repr=False)
    auth: bytes = field(repr=False)


@dataclass(frozen=True)
class PushMessage:
    """What is shown. `navigate` is absolute; of messages with one `tag` the newest stays; `badge` counts what is open.

    Safari shows it without our worker (Declarative Web Push); our own worker reads the same members.
    """

    title: str
    body: str
    navigate: str
    tag: str
    lang: str = "zh-CN"
    silent: bool = False
    badge: int | None = None


@dataclass(frozen=True)
class VapidKey:
    """The key by which push services know us. A new one makes every subscription void.

    `subject` is whom they turn to when something is wrong with us: `mailto:` or `https:`.
    """

    subject: str
    _private: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def make(cls, subject: str) -> Self:
        """A new key, to be kept as `pem()` or `raw()`."""
        return cls(_checked_subject(subject), ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def read(cls, kept: str, subject: str) -> Self:
        """From PEM, or from the 32 octets of the private number in base64url; raises ValueError, without the key in it."""
        return cls(_checked_subject(subject), _read_private(kept.strip()))

    @property
    def public(self) -> str:
        """What the browser subscribes with (`applicationServerKey`), in base64url."""
        return _base64url(self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def pem(self) -> str:
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def raw(self) -> str:
        return _base64url(self._private.private_numbers().private_value.to_bytes(32, "big"))

    def token(self, audience: str, at: datetime) -> str:
        """Our signature for one push service, good for twelve hours. `audience` is its origin, with the port if it has one."""
        claims = {"aud": audience, "exp": int((at + _TOKEN_FOR).timestamp()), "sub": self.subject}
        return jwt.encode(claims, self._private, "ES256")


class PushRequest(NamedTuple):
    headers: dict[str, str]
    body: bytes


def checked_subscription(rules: OutboundRules, *, endpoint: str, p256dh: str, auth: str) -> Subscription:
    """What a browser sent, if its service is on the list and its keys are keys; raises BadSubscription."""
    try:
        allowed_target(rules, endpoint)
    except NotListed as error:
        raise BadSubscription("endpoint", error.reason) from None
    point, secret = _read_base64url("p256dh", p256dh), _read_base64url("auth", auth)
    if len(point) != 65 or point[0] != 4:
        raise BadSubscription("p256dh", "not_a_key")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise BadSubscription("p256dh", "not_a_key") from None
    if len(secret) != 16:
        raise BadSubscription("auth", "not_16_octets")
    return Subscription(endpoint, point, secret)


async def send(
    rules: OutboundRules,
    key: VapidKey,
    subscription: Subscription,
    message: PushMessage,
    *,
    ttl: timedelta,
    urgency: Urgency = Urgency.NORMAL,
    topic: str | None = None,
    now: datetime,
) -> Outcome:
    """One message to one browser; see `push_request`. SENT means that its push service keeps it for up to `ttl`."""
    try:
        audience = allowed_target(rules, subscription.endpoint).origin
        request = push_request(
            key, subscription, message, audience=audience, ttl=ttl, urgency=urgency, topic=topic, now=now
        )
        answer = await post(rules, subscription.endpoint, headers=request.headers, body=request.body)
    except (NotListed, NoAnswer) as error:
        return not_sent(error)
    return read_answer(answer, subscription, now)


def push_request(
    key: VapidKey,
    subscription: Subscription,
    message: PushMessage,
    *,
    audience: str,
    ttl: timedelta,
    urgency: Urgency,
    topic: str | None,
    now: datetime,
) -> PushRequest:
    """Headers and encrypted body. What is too long is replaced by the neutral message with the same address.

    `ttl` is from an hour to 28 days. `topic`: of messages with the same one, a phone that was off gets only the last; up to 32
    letters, digits, `-` and `_`. Raises ValueError for others.
    """
    if not LEAST_TTL <= ttl <= LONGEST_TTL:
        raise ValueError(f"a push message is kept from an hour to 28 days, not {ttl}")
    if topic is not None and not _TOPIC.fullmatch(topic):
        raise ValueError("a topic is 1 to 32 of A-Z a-z 0-9 - _")
    headers = {
        "content-type": "application/octet-stream",
        "content-encoding": "aes128gcm",
        "ttl": str(int(ttl.total_seconds())),
        "urgency": urgency.value,
        "authorization": f"vapid t={key.token(audience, now)}, k={key.public}",
    }
    if topic is not None:
        headers["topic"] = topic
    return PushRequest(headers, encrypted(payload(message), subscription))


def payload(message: PushMessage) -> bytes:
    """JSON as Declarative Web Push has it, filled up with blanks to a multiple of 256 octets."""
    for candidate in (message, _neutral(message)):
        plain = json.dumps(_declared(candidate), ensure_ascii=False, separators=(",", ":")).encode()
        if len(plain) <= LONGEST_PLAIN:
            # RFC 8188 pads behind the delimiter, which the library writes by itself; blanks behind JSON say as little.
            return plain.ljust(min(-(-len(plain) // _PADDED_TO) * _PADDED_TO, LONGEST_PLAIN))
    raise PushTooLong("the address of a push message is too long")


def encrypted(plain: bytes, subscription: Subscription) -> bytes:
    """One aes128gcm record of at most 4,096 octets, which only this browser opens."""
    if len(plain) > LONGEST_PLAIN:
        raise PushTooLong(f"{len(plain)} octets do not fit into one record")
    # The library takes an address only to sign for it, and what it signs is thrown away: it learns neither ours nor theirs.
    keys = {"p256dh": _base64url(subscription.p256dh), "auth": _base64url(subscription.auth)}
    receiver = WebPushSubscription.model_validate({"endpoint": "https://push.invalid/", "keys": keys})
    return bytes(_encrypter().get(plain, receiver).encrypted)


def read_answer(answer: Answer, subscription: Subscription, now: datetime) -> Outcome:
    """What a push service's answer means. 401 and 403 are about our key, and a person must look."""
    if answer.status in {200, 201, 202, 204}:
        return SENT
    said = cut(answer.body, (subscription.endpoint,))
    if answer.status in {404, 410}:
        return Outcome(Result.GONE, f"http_{answer.status}", said=said)
    return busy(answer, now, said=said) or Outcome(Result.REFUSED, f"http_{answer.status}", said=said)


def _declared(message: PushMessage) -> dict[str, Any]:
    """The count stands in both places where it was ever specified: beside the notification (W3C) and in it (Safari 18.4)."""
    badge = {} if message.badge is None else {"app_badge": message.badge}
    notification = {
        "title": message.title,
        "body": message.body,
        "navigate": message.navigate,
        "tag": message.tag,
        "lang": message.lang,
        "dir": "ltr",
        "silent": message.silent,
    }
    return {"web_push": 8030, "notification": notification | badge} | badge


def _neutral(message: PushMessage) -> PushMessage:
    title, body = ("Suozi", "Something new. Open Suozi to see it.")
    if not message.lang.lower().startswith("en"):
        title, body = "梭子", "有新消息，请打开梭子查看"
    return replace(message, title=title, body=body, tag=message.tag[:64])


@functools.cache
def _encrypter() -> WebPush:
    """One for all, with a key that nobody knows: only the ciphertext is used, and that depends on no state of it."""
    own = ec.generate_private_key(ec.SECP256R1())
    return WebPush(
        private_key=own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        public_key=own.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        subscriber="nobody@push.invalid",
    )


def _read_private(kept: str) -> ec.EllipticCurvePrivateKey:
    with suppress(ValueError, TypeError, UnsupportedAlgorithm):
        if not kept.startswith("-----BEGIN"):
            number = base64.urlsafe_b64decode(kept + "=" * (-len(kept) % 4))
            if len(number) == 32:
                return ec.derive_private_key(int.from_bytes(number, "big"), ec.SECP256R1())
        else:
            key = load_pem_private_key(kept.encode(), password=None)
            if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
                return key
    raise ValueError("not a private key on P-256, neither as PEM nor as 32 octets in base64url")


def _checked_subject(subject: str) -> str:
    if not _SUBJECT.fullmatch(subject):
        raise ValueError("whom push services turn to is mailto:name@host or https://…")
    return subject


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _read_base64url(field: str, text: str) -> bytes:
    """With or without padding; also the other alphabet, which some browsers' libraries write. Nothing else is skipped over."""
    plain = text.rstrip("=").replace("+", "-").replace("/", "_")
    try:
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,200}", plain):
            raise binascii.Error
        return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    except binascii.Error:
        raise BadSubscription(field, "not_base64url") from None
