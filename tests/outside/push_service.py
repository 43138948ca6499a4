"""A push service with its browsers: it checks who sends (RFC 8292), keeps what it is sent (RFC 8030), and opens it (RFC 8291).

What it does not have is a connection to a browser: `waiting` is what a phone that comes back would be given.
"""

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.outside.serving import Asked, Reply, serving

LONGEST_BODY = 4096


@dataclass(frozen=True)
class Browser:
    """A subscription as a browser would send it to us, and the private half of its key."""

    endpoint: str
    p256dh: str
    auth: str
    key: ec.EllipticCurvePrivateKey

    def open(self, body: bytes) -> bytes:
        """As RFC 8291 has it: one record of aes128gcm (RFC 8188). Raises InvalidTag, or ValueError for no such record."""
        salt, record_size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        sender, record = body[21 : 21 + length], body[21 + length :]
        if length != 65 or len(record) > record_size:
            raise ValueError("not one record with its sender's key")
        secret = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
        own = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        shared = _derived(secret, decoded(self.auth), b"WebPush: info\0" + own + sender, 32)
        key = _derived(shared, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(shared, salt, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
        if not padded.endswith(b"\2"):
            raise ValueError("no delimiter of a last record")
        return padded[:-1]


@dataclass(frozen=True)
class Kept:
    """One accepted message: opened, with the claims of whoever sent it."""

    text: str
    claims: dict[str, Any]
    headers: dict[str, str]
    octets: int
    until: datetime


@dataclass
class PushService:
    """`clock` decides what has expired. `replies`: what the next requests are told, whatever they are."""

    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    origin: str = ""
    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    _browsers: dict[str, Browser] = field(default_factory=dict)
    _waiting: dict[str, list[Kept]] = field(default_factory=dict)

    def subscribe(self) -> Browser:
        key = ec.generate_private_key(ec.SECP256R1())
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        path = f"/push/{encoded(os.urandom(24))}"
        browser = Browser(self.origin + path, encoded(point), encoded(os.urandom(16)), key)
        self._browsers[path] = browser
        self._waiting[path] = []
        return browser

    def unsubscribe(self, browser: Browser) -> None:
        del self._browsers[browser.endpoint.removeprefix(self.origin)]

    def waiting(self, browser: Browser) -> list[Kept]:
        """What a phone gets that comes back now: nothing that is too old, and of each topic the last."""
        return [kept for kept in self._waiting[browser.endpoint.removeprefix(self.origin)] if kept.until > self.clock()]

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        if self.replies:
            return self.replies.pop(0)
        browser = self._browsers.get(asked.path)
        if browser is None:
            return Reply(410 if asked.path in self._waiting else 404)
        refusal = _refused(asked)
        if refusal:
            return refusal
        try:
            claims = self._claims(asked.headers.get("authorization", ""))
        except (ValueError, jwt.InvalidTokenError) as error:
            return Reply(403, str(error).encode())
        ttl_s = int(asked.headers["ttl"])
        kept = Kept(
            browser.open(asked.body).decode(),
            claims,
            dict(asked.headers),
            len(asked.body),
            self.clock() + timedelta(seconds=ttl_s),
        )
        self._keep(asked.path, kept)
        return Reply(201, headers={"location": f"{self.origin}/message/{len(self.asked)}", "ttl": str(ttl_s)})

    def _keep(self, path: str, kept: Kept) -> None:
        """A message replaces the waiting one of the same topic (RFC 8030, 5.4)."""
        topic = kept.headers.get("topic")
        others = [other for other in self._waiting[path] if topic is None or other.headers.get("topic") != topic]
        self._waiting[path] = [*others, kept]

    def _claims(self, authorization: str) -> dict[str, Any]:
        read = re.fullmatch(r"vapid t=([^,\s]+), ?k=([A-Za-z0-9_-]+)", authorization)
        if not read:
            raise ValueError("no vapid authorization")
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(read[2]))
        claims: dict[str, Any] = jwt.decode(
            read[1],
            key,
            algorithms=["ES256"],
            audience=self.origin,
            options={"verify_exp": False, "require": ["aud", "exp", "sub"]},
        )
        left_s = claims["exp"] - self.clock().timestamp()
        if not 0 < left_s <= 24 * 3600:
            raise ValueError("exp is over or more than 24 hours away")
        if not re.match("mailto:|https:", claims["sub"]):
            raise ValueError("sub is nobody")
        return claims


@contextmanager
def push_service(clock: Callable[[], datetime] | None = None) -> Iterator[PushService]:
    service = PushService(clock) if clock else PushService()
    with serving(service.answer) as origin:
        service.origin = origin
        yield service


def _refused(asked: Asked) -> Reply | None:
    headers = asked.headers
    refusals = (
        (len(asked.body) > LONGEST_BODY, Reply(413)),
        (not re.fullmatch("[0-9]+", headers.get("ttl", "")), Reply(400, b"a message has a TTL")),
        (headers.get("content-encoding") != "aes128gcm", Reply(400, b"content-encoding")),
        (headers.get("urgency", "normal") not in {"very-low", "low", "normal", "high"}, Reply(400, b"urgency")),
        (not re.fullmatch("[A-Za-z0-9_-]{1,32}", headers.get("topic", "none")), Reply(400, b"topic")),
    )
    return next((reply for broken, reply in refusals if broken), None)


def _derived(secret: bytes, salt: bytes, for_what: bytes, octets: int) -> bytes:
    return HKDF(hashes.SHA256(), octets, salt, for_what).derive(secret)


def encoded(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
