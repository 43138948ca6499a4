"""Where phone trackers send: `/in/{protocol}/{token}`, by any method that their apps use. The token is the only key.

While a slow phone sends, nobody waits for a database connection: the token is looked up in a short transaction of its own,
and `session` is not asked anything before the body is here and read.
"""

import base64
import binascii
from urllib.parse import parse_qs

import anyio
from fastapi import APIRouter, Request, Response
from sqlalchemy.exc import DBAPIError

from backend.access import Public
from backend.clock import Now
from backend.database import Session
from backend.errors import NotFound, Say, Unavailable
from backend.patrols.devices.arrival import take_reading
from backend.patrols.devices.models import TrackSource
from backend.patrols.devices.protocols import Protocol, answer, read, waits
from backend.patrols.devices.readings import Delivery
from backend.patrols.devices.sources import settings_of, source_of_token
from backend.problems import unavailable

router = APIRouter(tags=["phone trackers"], dependencies=[Public])

# What is larger is read in a thread, so that nobody waits for it.
BRIEF_BYTES = 16 * 1024
RETRY_S = 600


async def _take(request: Request, protocol: str, token: str, session: Session, at: Now) -> Response:
    spoken = _protocol(protocol)
    source = await _source(request, spoken, token, at)
    body = await request.body()
    delivery = Delivery(request.method, request.url.query, dict(request.headers), body, at, token)
    if len(body) <= BRIEF_BYTES:
        reading = read(spoken, delivery, settings_of(source))
    else:
        reading = await anyio.to_thread.run_sync(read, spoken, delivery, settings_of(source))
    if not reading.too_many:
        try:
            await take_reading(session, source, reading, at)
        except DBAPIError as error:
            # Some apps delete what is answered 4xx, which other routes say to what the database refuses.
            raise unavailable() from error
    told = answer(spoken, delivery, reading)
    return Response(told.body, told.status, {"Cache-Control": "no-store"}, told.media_type)


def _protocol(named: str) -> Protocol:
    try:
        return Protocol(named)
    except ValueError:
        raise _nothing_here() from None


async def _source(request: Request, protocol: Protocol, token: str, at: Now) -> TrackSource:
    """The source in use that the token opens. Raises Unavailable for clients that must keep their points, "
    "else NotFound."""
    async with request.app.state.sessions.begin() as brief:
        source = await source_of_token(brief, token) if token else None
    if source and source.protocol is protocol and source.disabled_at is None:
        return source
    if waits(protocol, source.disabled_at if source else None, at):
        raise Unavailable(
            "source_switched_off",
            Say(
                "这个网址没有对应的定位 App 设置，或已停用；请核对网址",
                "No tracker is set up under this address, or it is switched off; check the address",
            ),
            headers={"Retry-After": str(RETRY_S)},
        )
    raise _nothing_here()


def _nothing_here() -> NotFound:
    return NotFound(
        "no_such_source",
        Say(
            "这个网址没有对应的定位 App 设置，或已停用",
            "No tracker is set up under this address, or it is switched off",
        ),
    )


def _token_of_headers(request: Request) -> str:
    """The token where the app has a field for it: bearer, `?api_key=`, or the password of Basic."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return secret.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(secret, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return next(iter(parse_qs(request.url.query).get("api_key", [])), "")


async def take_under_token(request: Request, protocol: str, rest: str, session: Session, at: Now) -> Response:
    """A tracker's request. Behind the token may stand what the app adds by itself."""
    return await _take(request, protocol, rest.partition("/")[0] or _token_of_headers(request), session, at)


async def take_under_key(request: Request, protocol: str, session: Session, at: Now) -> Response:
    """The same with the token in a header or as `api_key`."""
    return await _take(request, protocol, _token_of_headers(request), session, at)


BODY = {"requestBody": {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}

for method in ("GET", "POST", "PUT"):
    for path, take, how in (
        ("/in/{protocol}", take_under_key, "key"),
        ("/in/{protocol}/{rest:path}", take_under_token, "token"),
    ):
        router.add_api_route(
            path,
            take,
            methods=[method],
            response_class=Response,
            operation_id=f"{method.lower()}_positions_under_{how}",
            openapi_extra=None if method == "GET" else BODY,
        )
