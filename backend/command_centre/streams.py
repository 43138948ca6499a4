"""What every live stream shares: the person behind it, read again every few seconds, and a sign of life."""

import json
from datetime import datetime
from time import monotonic

from fastapi import Request
from sse_starlette import ServerSentEvent

from backend.access import COOKIE, token_hash
from backend.permissions import Actor

# How long a stream may go on with what it knows of its person: a sign-out or a changed post counts after that.
ACTOR_FRESH_S = 3.0
PING_S = 15


def ping_event(at: datetime) -> ServerSentEvent:
    """A named event, unlike a comment, is seen by the page: its silence tells of a dead connection."""
    return ServerSentEvent(event="ping", data=json.dumps({"server_time": at.isoformat()}))


class Viewer:
    """The person behind a stream, read again every few seconds."""

    def __init__(self, request: Request) -> None:
        self._state = request.app.state
        self._token = token_hash(request.cookies[COOKIE])
        self._actor: Actor | None = None
        self._read_at = -ACTOR_FRESH_S

    async def now(self) -> Actor | None:
        """None when the session has ended."""
        if monotonic() - self._read_at >= ACTOR_FRESH_S:
            async with self._state.stream_reads, self._state.sessions.begin() as session:
                self._actor = await self._state.find_actor(session, self._token, self._state.clock())
            self._read_at = monotonic()
        return self._actor
