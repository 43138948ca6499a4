"""Others' positions and tracks over HTTP: live, replayed, raw and as a file. Each asks for a look, which is a reason."""

import asyncio
import math
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession
from sse_starlette import EventSourceResponse, ServerSentEvent

from backend.access import TrackReader
from backend.clock import Now, local_date
from backend.command_centre.past_moment import PastMoment
from backend.command_centre.streams import PING_S, ping_event
from backend.command_centre.track_schemas import Positions, RawDay, RawFix, Replay
from backend.command_centre.track_views import positions_now, positions_then, replay
from backend.database import Session
from backend.errors import Conflict, Malformed, Problem, Say
from backend.language import Language, request_language
from backend.patrols.day_views import no_such_day
from backend.patrols.deriving import day_of, fixes_live
from backend.patrols.files import TrackFormat, track_file
from backend.patrols.looks import look_for, note_looked, patrols_looked_at
from backend.patrols.models import LookKind, TrackLook
from backend.patrols.packing import from_ms
from backend.permissions import Actor, Permission
from geo.tracks.cleaning import Flag

router = APIRouter(prefix="/api", tags=["tracks"])

LookId = Annotated[UUID, Query(description="a look of mine that is open: PUT /api/track-looks/{id}")]
AT_MOST_EVERY_S = 1.0
QUIET_S = 15.0


@router.get("/positions")
async def get_positions(look: LookId, actor: TrackReader, session: Session, at: Now, language: Language) -> Positions:
    """Everybody on patrol whom my look is about, with the age of each position."""
    opened = await look_for(session, actor, look, at, LookKind.LIVE)
    shown = await positions_now(session, actor, opened, at, language)
    await note_looked(session, opened, [person.staff_id for person in shown.people], at)
    return shown


@router.get("/past/positions")
async def get_past_positions(
    look: LookId, moment: PastMoment, actor: TrackReader, session: Session, at: Now, language: Language
) -> Positions:
    """Where those whom my look is about were at a moment of its day. They must have been on patrol then; each is told."""
    opened = await look_for(session, actor, look, at, LookKind.REPLAY)
    if local_date(moment) != opened.on_day:
        raise Malformed.at("at", "not_in_range", Say("这次查看只限登记的那一天", "This look is about another day"))
    shown = await positions_then(session, actor, opened, moment, language)
    await note_looked(session, opened, [person.staff_id for person in shown.people], at)
    return shown


@router.get("/positions/live", response_class=EventSourceResponse)
async def live_positions(
    look: LookId, request: Request, actor: TrackReader, session: Session, at: Now
) -> EventSourceResponse:
    """Server-sent events: `positions` with everybody on patrol, at most once per second and only when somebody moved;
    `reason_needed` when the look is over."""
    await look_for(session, actor, look, at, LookKind.LIVE)
    return EventSourceResponse(
        _stream(request, actor.county, look),
        ping=PING_S,
        ping_message_factory=lambda: ping_event(request.app.state.clock()),
        send_timeout=10,
        headers={"X-Accel-Buffering": "no"},
    )


async def _stream(request: Request, county: str, look_id: UUID) -> AsyncIterator[ServerSentEvent]:
    state = request.app.state
    language = request_language(request)
    told: set[UUID] = set()
    with state.viewers.attend(request) as viewer, state.positions.watch(county) as watcher:
        while not watcher.stopped:
            try:
                actor = await viewer.now(state.clock())
                if actor is None or not actor.may(Permission.SEE_TRACKS):
                    return
                async with state.stream_reads, state.sessions() as session, session.begin():
                    at = state.clock()
                    look = await look_for(session, actor, look_id, at, LookKind.LIVE)
                    shown = await positions_now(session, actor, look, at, language)
                    people = {person.staff_id for person in shown.people}
                    await note_looked(session, look, people - told, at)
                told |= people
            except Problem as problem:
                yield ServerSentEvent(event=problem.code, data="{}")
                return
            except SQLAlchemyError:
                return  # the browser comes back by itself
            yield ServerSentEvent(event="positions", data=shown.model_dump_json(), retry=2000)
            await asyncio.sleep(AT_MOST_EVERY_S)
            await watcher.moved(QUIET_S)


@router.get("/replays/{look_id}")
async def get_replay(look_id: UUID, actor: TrackReader, session: Session, at: Now, language: Language) -> Replay:
    """The day that my look is about: tracks, stays, gaps, and what happened to cases meanwhile."""
    look = await look_for(session, actor, look_id, at, LookKind.REPLAY)
    return await replay(session, actor, look, at, language)


@router.get("/replays/{look_id}/people/{staff_id}/fixes")
async def get_fixes(look_id: UUID, staff_id: UUID, actor: TrackReader, session: Session, at: Now) -> RawDay:
    """Every position of one person's day as measured, and why it counts or not. They live at most 30 days."""
    look = await _look_at_one(session, actor, look_id, staff_id, at)
    assert look.on_day is not None
    if not await fixes_live(session, actor.county, look.on_day, at):
        raise Conflict(
            "fixes_gone", Say("原始位置已过保存期限并删除", "The positions were deleted when their time was over")
        )
    day = await day_of(session, actor.county, staff_id, look.on_day, at)
    if day is None:
        raise no_such_day()
    columns = zip(
        day.fixes.at_ms.tolist(),
        day.fixes.lng.tolist(),
        day.fixes.lat.tolist(),
        day.fixes.accuracy_m.tolist(),
        day.flags.tolist(),
        strict=True,
    )
    return RawDay(
        on_day=look.on_day,
        staff_id=staff_id,
        fixes=[
            RawFix(
                at=from_ms(at_ms),
                lng=lng,
                lat=lat,
                accuracy_m=accuracy_m if math.isfinite(accuracy_m) else None,
                flag=Flag(flag).name.lower(),
            )
            for at_ms, lng, lat, accuracy_m, flag in columns
        ],
    )


@router.get("/replays/{look_id}/people/{staff_id}/track", response_class=Response)
async def get_track(
    look_id: UUID,
    staff_id: UUID,
    actor: TrackReader,
    session: Session,
    at: Now,
    form: Annotated[TrackFormat, Query(alias="format")] = TrackFormat.GPX,
) -> Response:
    """One person's day as a file. That it was taken out is listed to them besides."""
    look = await _look_at_one(session, actor, look_id, staff_id, at)
    assert look.on_day is not None
    answer = await track_file(session, actor.county, staff_id, look.on_day, form, at)
    await note_looked(session, look, [staff_id], at, LookKind.EXPORT)
    return answer


async def _look_at_one(session: AsyncSession, actor: Actor, look_id: UUID, staff_id: UUID, at: datetime) -> TrackLook:
    """My open look, which must be about this person. Raises NotFound, Conflict."""
    look = await look_for(session, actor, look_id, at, LookKind.REPLAY)
    if staff_id not in {patrol.staff_id for patrol in await patrols_looked_at(session, actor, look)}:
        raise no_such_day()
    await note_looked(session, look, [staff_id], at)
    return look
