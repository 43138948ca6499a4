"""What a person sees of their own tracks: every day, who looked, a file to take along, and a word against it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access import Patroller
from backend.clock import Now, local_date
from backend.database import Session
from backend.errors import Conflict, Malformed, Say
from backend.language import Language
from backend.patrols import day_views, queries
from backend.patrols.deriving import derive_staff_day
from backend.patrols.files import TrackFormat, track_file
from backend.patrols.models import Patrol, StaffDay, StaffDayWanted, TrackObjection
from backend.patrols.rules import rules_of
from backend.patrols.schemas import DayDetail, LookedAtMe, MyDays, ObjectionIn, ObjectionOut
from backend.permissions import Actor

router = APIRouter(prefix="/api/my", tags=["my tracks"])

OnDay = Annotated[date, Path(description="local day")]
LOOKS_SHOWN = timedelta(days=180)


@router.get("/days")
async def get_my_days(actor: Patroller, session: Session, at: Now) -> MyDays:
    """Every day of mine of which a track is kept, the newest first."""
    rules = await rules_of(session, actor.county)
    first = local_date(at) - timedelta(days=rules.track_days)
    days = await queries.days_of(session, actor.county, actor.staff_id, first)
    patrols = await queries.patrols_since(session, actor.county, actor.staff_id, first)
    by_day: dict[date, list[Patrol]] = defaultdict(list)
    for patrol in patrols:
        by_day[patrol.on_day].append(patrol)
    return MyDays(items=[day_views.summary_out(day, by_day[day.on_day]) for day in days])


@router.get("/days/{on_day}")
async def get_my_day(on_day: OnDay, actor: Patroller, session: Session, at: Now) -> DayDetail:
    """One day of mine with its track, as everybody else sees it. What is not worked out yet is worked out now."""
    day, patrols = await _my_day(session, actor, on_day, at)
    objections = await day_views.objections_of(session, actor.county, [actor.staff_id], on_day, on_day)
    return await day_views.detail_out(session, day, patrols, objections[actor.staff_id])


@router.get("/days/{on_day}/track", response_class=Response)
async def get_my_track(
    on_day: OnDay,
    actor: Patroller,
    session: Session,
    at: Now,
    form: Annotated[TrackFormat, Query(alias="format")] = TrackFormat.GPX,
) -> Response:
    """My own track of a day as a file: GPX, GeoJSON or OGC Moving Features JSON. While the positions live, as measured."""
    return await track_file(session, actor.county, actor.staff_id, on_day, form, at)


@router.get("/looks")
async def get_my_looks(actor: Patroller, session: Session, at: Now, language: Language) -> list[LookedAtMe]:
    """Who looked at my position or my tracks, and why."""
    return await day_views.looks_at(session, actor.county, actor.staff_id, at - LOOKS_SHOWN, language)


@router.put("/objections/{objection_id}")
async def put_objection(
    objection_id: UUID, body: ObjectionIn, actor: Patroller, session: Session, at: Now
) -> ObjectionOut:
    """Say what is wrong with what is kept of a day of mine; it stands beside the track for everybody who looks at it."""
    known = await session.get(TrackObjection, (actor.county, objection_id))
    if known and known.staff_id != actor.staff_id:
        raise day_views.no_such_objection()
    if known and (known.on_day, known.words) != (body.on_day, body.words):
        raise Conflict(
            "objection_differs", Say("这条说明已经保存，内容不能改", "This is kept already and cannot be changed")
        )
    if known is None:
        if not await queries.patrols_of_day(session, actor.county, actor.staff_id, body.on_day):
            sentence = Say("这一天没有巡查记录", "There was no patrol on that day")
            raise Malformed.at("on_day", "no_patrol_that_day", sentence)
        known = TrackObjection(
            county=actor.county, id=objection_id, staff_id=actor.staff_id, at=at, **body.model_dump()
        )
        session.add(known)
        await session.flush()
    return day_views.objection_out(known, None)


async def _my_day(session: AsyncSession, actor: Actor, on_day: date, at: datetime) -> tuple[StaffDay, Sequence[Patrol]]:
    """Raises NotFound."""
    patrols = await queries.patrols_of_day(session, actor.county, actor.staff_id, on_day)
    key = (actor.county, actor.staff_id, on_day)
    day = await session.get(StaffDay, key)
    wanted = await session.get(StaffDayWanted, key)
    if patrols and (day is None or wanted):
        day = await derive_staff_day(session, *key, at)
    if day is None:
        raise day_views.no_such_day()
    return day, patrols
