"""The live side: a snapshot to start from and the stream of what changes after it, each within the asker's scope."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from time import monotonic
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from sqlalchemy.exc import SQLAlchemyError
from sse_starlette import EventSourceResponse, ServerSentEvent

from backend.access import CaseReader
from backend.cases import views
from backend.cases.queries import visible_to
from backend.cases.queries_groups import Group, group_counts
from backend.clock import Now
from backend.command_centre import queries, streams
from backend.command_centre.schemas import Snapshot
from backend.command_centre.streams import PING_S, ping_event
from backend.database import Session
from backend.dispatch.views import squad_board
from backend.language import Language
from backend.live.feed import Change, Cursor, changes_after, is_stale, latest_cursor, parse_cursor
from backend.live.hub import Inbox
from backend.permissions import Permission

router = APIRouter(prefix="/api", tags=["command centre"])

MOST_CASES = 500
CATCH_UP_PAGE = 200


@router.get("/live/snapshot")
async def snapshot(actor: CaseReader, session: Session, at: Now, language: Language) -> Snapshot:
    """Everything open in my scope, what waits for the command centre first, and where the live feed goes on from."""
    cursor = await latest_cursor(session)  # first: a change that comes while we read is then delivered, not lost
    ids = await queries.board_case_ids(session, actor, at=at, limit=MOST_CASES)
    counts = await queries.open_counts(session, actor)
    groups = await group_counts(session, visible_to(actor), at)
    return Snapshot(
        as_of=at,
        last_event_id=str(cursor),
        counts=counts,
        groups=groups,
        overdue=groups[Group.LATE],
        cases=await views.summaries(session, actor, ids, at=at, language=language),
        squads=await squad_board(session, actor, at=at, language=language) if actor.may(Permission.SEE_SQUADS) else [],
    )


@router.get("/live", response_class=EventSourceResponse)
async def live(
    request: Request,
    actor: CaseReader,
    last_event_id: Annotated[str | None, Query(max_length=60, description="from a snapshot")] = None,
    last_event_id_header: Annotated[str | None, Header(alias="Last-Event-ID")] = None,
    ping: Annotated[int, Query(ge=1, le=PING_S, description="seconds between two `ping`s")] = PING_S,
) -> EventSourceResponse:
    """Server-sent events: `case` whenever a case in my scope changes, `duty` when a squad's duty or rota changes,
    `net` when another edition of the net is published or comes into force, `notice` when
    I am told something or what I was told is read or settled, `attention` when somebody of the command centre
    looks after a case, `resync` when the snapshot must be taken again. A `ping` says that everything until its `server_time`
    has been told."""
    start = parse_cursor(last_event_id_header or last_event_id)
    return EventSourceResponse(
        _stream(request, actor.county, start, ping),
        send_timeout=10,
        headers={"X-Accel-Buffering": "no"},
    )


async def _stream(
    request: Request, county: str, start: Cursor | None, ping_s: float
) -> AsyncIterator[ServerSentEvent | bytes]:
    state = request.app.state
    round_s = min(streams.ACTOR_FRESH_S, ping_s)
    pinged_at = monotonic()
    async with AsyncExitStack() as stack:
        inbox = await stack.enter_async_context(state.hub.subscribe(county))
        viewer = stack.enter_context(state.viewers.attend(request))
        cursor = await _first_cursor(request, county, start)
        yield ServerSentEvent(event="ready" if start == cursor else "resync", data="{}", id=str(cursor), retry=2000)
        while True:
            try:
                at = state.clock()
                changes = await _next_changes(request, inbox, cursor, round_s)
                actor = await viewer.now(at)
            except SQLAlchemyError:
                return  # the browser comes back by itself and resumes where it was
            if actor is None:
                return
            for change in changes:
                if change.cursor > cursor:
                    cursor = change.cursor
                    if change.audience is None or actor.sees(change.audience):
                        yield change.frame
            if inbox.stopped and not changes and not inbox.behind:
                return
            # Made here and not beside the stream: a ping tells that this very loop still delivers.
            if not inbox.behind and monotonic() - pinged_at >= ping_s - round_s / 2:
                pinged_at = monotonic()
                yield ping_event(at)


async def _next_changes(request: Request, inbox: Inbox, cursor: Cursor, at_most_s: float) -> list[Change]:
    """From the queue; or from the table while the stream is behind, page by page."""
    if not inbox.behind:
        return [] if inbox.stopped else await inbox.next(at_most_s)
    state = request.app.state
    async with state.stream_reads, state.sessions.begin() as session:
        inbox.behind = False
        page = await changes_after(session, inbox.county, cursor, CATCH_UP_PAGE)
    inbox.behind = inbox.behind or len(page) == CATCH_UP_PAGE
    return page


async def _first_cursor(request: Request, county: str, start: Cursor | None) -> Cursor:
    """Where to begin: after `start` if that is still whole, else now."""
    state = request.app.state
    async with state.stream_reads, state.sessions.begin() as session:
        if start and not await is_stale(session, county, start):
            return start
        return await latest_cursor(session)
