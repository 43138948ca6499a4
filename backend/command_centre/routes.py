"""The live side: a snapshot to start from and the stream of what changes after it, each within the asker's scope."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from sse_starlette import EventSourceResponse, ServerSentEvent

from backend.access import COOKIE, CaseReader, token_hash
from backend.cases import views
from backend.cases.queries import visible_ids
from backend.clock import Now
from backend.command_centre import queries
from backend.command_centre.schemas import Snapshot
from backend.database import Session
from backend.dispatch.routes import squad_board
from backend.language import Language
from backend.live.feed import Cursor, changes_after, is_stale, latest_cursor, parse_cursor
from backend.live.hub import Wake
from backend.permissions import Permission

router = APIRouter(prefix="/api", tags=["command centre"])

SHOWN_AFTER_CLOSING = timedelta(hours=1)
MOST_CASES = 500
# A session may end without a wake-up: look again this often.
RECHECK_S = 15.0
# After a wake-up a change stays unreadable for as long as an older transaction runs: look again soon, a few times.
SETTLING_S = (0.3, 1.0, 3.0)
PING_S = 15


@router.get("/live/snapshot")
async def snapshot(actor: CaseReader, session: Session, at: Now, language: Language) -> Snapshot:
    """Everything open in my scope, late ones first, and where the live feed goes on from."""
    cursor = await latest_cursor(session)  # first: a change that comes while we read is then delivered, not lost
    ids = await queries.board_case_ids(session, actor, closed_after=at - SHOWN_AFTER_CLOSING, limit=MOST_CASES)
    counts = await queries.open_counts(session, actor)
    return Snapshot(
        as_of=at,
        last_event_id=str(cursor),
        counts=counts,
        overdue=await queries.overdue_count(session, actor, at),
        cases=await views.summaries(session, actor, ids, at=at, language=language),
        squads=await squad_board(session, actor.county, at) if actor.may(Permission.SEE_SQUADS) else [],
    )


@router.get("/live", response_class=EventSourceResponse)
async def live(
    request: Request,
    _actor: CaseReader,
    last_event_id: Annotated[str | None, Query(max_length=60, description="from a snapshot")] = None,
    last_event_id_header: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
) -> EventSourceResponse:
    """Server-sent events: `case` whenever a case in my scope changes, `resync` when the snapshot must be taken again."""
    start = parse_cursor(last_event_id_header or last_event_id)
    return EventSourceResponse(
        _stream(request, start),
        ping=PING_S,
        ping_message_factory=lambda: _ping(request.app.state.clock()),
        send_timeout=10,
        headers={"X-Accel-Buffering": "no"},
    )


def _ping(at: datetime) -> ServerSentEvent:
    """A named event, unlike a comment, is seen by the page: its silence tells of a dead connection."""
    return ServerSentEvent(event="ping", data=json.dumps({"server_time": at.isoformat()}))


async def _stream(request: Request, start: Cursor | None) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state
    token = token_hash(request.cookies[COOKIE])
    with state.hub.subscription() as wakes:
        cursor = await _first_cursor(request, token, start)
        yield ServerSentEvent(event="ready" if start == cursor else "resync", data="{}", id=str(cursor), retry=2000)
        settling: list[float] = []
        while True:
            async with state.sessions() as session:
                # The session and its posts are read again each time: whoever is signed out hears nothing more.
                actor = await state.find_actor(session, token, state.clock())
                if actor is None:
                    return
                changes = await changes_after(session, actor.county, cursor)
                seen = await visible_ids(session, actor, (change.case_id for change in changes))
            for change in changes:
                cursor = change.cursor
                if change.case_id in seen:
                    yield ServerSentEvent(event=change.kind, data=json.dumps(change.body), id=str(cursor))
            if changes:
                continue
            wake = await _next_wake(wakes, settling.pop(0) if settling else RECHECK_S)
            if wake == Wake.STOP:
                return
            if wake == Wake.READ:
                settling = list(SETTLING_S)


async def _first_cursor(request: Request, token: str, start: Cursor | None) -> Cursor:
    """Where to begin: after `start` if that is still whole, else now."""
    state = request.app.state
    async with state.sessions() as session:
        actor = await state.find_actor(session, token, state.clock())
        if start and actor and not await is_stale(session, actor.county, start):
            return start
        return await latest_cursor(session)


async def _next_wake(wakes: "asyncio.Queue[Wake]", at_most_s: float) -> Wake | None:
    """The next wake-up, or None if none comes in time."""
    with suppress(TimeoutError):
        return await asyncio.wait_for(wakes.get(), at_most_s)
    return None
