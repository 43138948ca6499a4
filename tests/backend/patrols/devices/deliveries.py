"""Requests as phones send them, for the tests of the protocols."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from backend.patrols.devices.protocols import Protocol, read
from backend.patrols.devices.readings import Delivery, Reading, SourceSettings
from backend.patrols.packing import NewFix

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
TOKEN = "q3Jt0Zx9vLrW5uYb2mKc8A"
# 2025-10-09T08:53:20Z
NINTH_OF_OCTOBER = 1_760_000_000


def at(epoch_s: float) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)


SOON = datetime.fromtimestamp(NINTH_OF_OCTOBER + 2, UTC)


def delivery(
    request: str = "POST /",
    body: bytes | str | object = b"",
    content_type: str = "",
    *,
    received_at: datetime = SOON,
    **headers: str,
) -> Delivery:
    """A request such as `GET /?id=1`; a body that is neither bytes nor text is sent as JSON."""
    method, _, path = request.partition(" ")
    if not isinstance(body, bytes | str):
        body, content_type = json.dumps(body), content_type or JSON
    data = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if content_type:
        named["content-type"] = content_type
    return Delivery(method, urlsplit(path).query, named, data, received_at, TOKEN)


def soon_after(moment: datetime) -> datetime:
    return moment + timedelta(seconds=2)


def only(reading: Reading) -> NewFix:
    """The one fix of a reading in which nothing was rejected."""
    assert reading.rejected == ()
    assert reading.contact
    (fix,) = reading.fixes
    return fix


def said(fix: NewFix) -> dict[str, Any]:
    """What a fix says besides time and place, without what the client did not say."""
    told = {f.name: getattr(fix, f.name) for f in fields(fix)}
    return {n: v for n, v in told.items() if v is not None and n not in {"at", "lng", "lat"}}


def reading_of(protocol: Protocol, request: Delivery, settings: SourceSettings | None = None) -> Reading:
    return read(protocol, request, settings or SourceSettings())
