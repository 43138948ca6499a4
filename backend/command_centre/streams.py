"""What every live stream shares: the person behind it, read again every few seconds, and a sign of life."""

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from time import monotonic

from anyio import CapacityLimiter
from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from sse_starlette import ServerSentEvent

from backend.access import COOKIE, token_hash
from backend.permissions import Actor
from backend.staff.queries import actors_of_tokens

# How long a stream may go on with what it knows of its person: a sign-out or a changed post counts after that.
ACTOR_FRESH_S = 3.0
PING_S = 15


def ping_event(at: datetime) -> ServerSentEvent:
    """A named event, unlike a comment, is seen by the page: its silence tells of a dead connection."""
    return ServerSentEvent(event="ping", data=json.dumps({"server_time": at.isoformat()}))


class Viewers:
    """The people behind all streams of this process, read anew together every few seconds: with hundreds of streams one
    by one would leave the process no time for anything else."""

    def __init__(self, sessions: Callable[[], AsyncSession], reads: CapacityLimiter) -> None:
        self._sessions = sessions
        self._reads = reads
        self._streams: Counter[str] = Counter()
        self._actors: dict[str, Actor] = {}
        self._read_at = -ACTOR_FRESH_S
        self._one_reads = asyncio.Lock()

    @contextlib.contextmanager
    def attend(self, request: Request) -> Iterator["Viewer"]:
        """A stream of whoever sends the request, for as long as the block runs."""
        token = token_hash(request.cookies[COOKIE])
        self._streams[token] += 1
        try:
            yield Viewer(self, token)
        finally:
            self._streams[token] -= 1
            if not self._streams[token]:
                del self._streams[token]
                self._actors.pop(token, None)

    async def now(self, token: str, at: datetime, known: bool) -> Actor | None:
        """None when the session has ended. `known`: the stream has been told before who it is for."""
        if self._is_stale() or not known:
            async with self._one_reads:
                if self._is_stale():
                    await self._read(list(self._streams), at)
                    self._read_at = monotonic()
                elif token not in self._actors:
                    await self._read([token], at)
        return self._actors.get(token)

    def _is_stale(self) -> bool:
        return monotonic() - self._read_at >= ACTOR_FRESH_S

    async def _read(self, tokens: list[str], at: datetime) -> None:
        async with self._reads, self._sessions() as session, session.begin():
            found = await actors_of_tokens(session, tokens, at)
        for token in tokens:
            if token in found and token in self._streams:
                self._actors[token] = found[token]
            else:
                self._actors.pop(token, None)


class Viewer:
    """The person behind one stream."""

    def __init__(self, viewers: Viewers, token: str) -> None:
        self._viewers = viewers
        self._token = token
        self._known = False

    async def now(self, at: datetime) -> Actor | None:
        """None when the session has ended."""
        actor = await self._viewers.now(self._token, at, self._known)
        self._known = True
        return actor
