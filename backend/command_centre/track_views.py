"""Others' positions and tracks as they are shown: only what a look names, within the reader's scope."""

import asyncio
from base64 import b64encode
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case, CaseEvent, CasePhoto
from backend.cases.queries import visible_to
from backend.cases.views import summaries
from backend.command_centre.track_schemas import (
    PatrolSpan,
    Positions,
    Replay,
    ReplayCase,
    ReplayPerson,
    ReplayStep,
    Whereabouts,
)
from backend.patrols.day_views import gaps_out, objections_of, posts_on, stays_out
from backend.patrols.looks import named_by, note_looked, patrols_looked_at, tracks_visible_to
from backend.patrols.models import Patrol, StaffDay, StaffDayWanted, TrackLook
from backend.patrols.packing import to_ms
from backend.patrols.schemas import ObjectionOut
from backend.permissions import Actor
from backend.staff.models import LatestPosition, Staff
from backend.staff.rota import midnight
from geo.tracks.moment import Known, place_at
from geo.tracks.wire import decode

MOST_CASES = 500


async def positions_now(session: AsyncSession, actor: Actor, look: TrackLook, at: datetime, language: str) -> Positions:
    """Everybody on patrol whom the look is about. Whoever shows it tells them (`note_looked`)."""
    rows = (
        await session.execute(
            select(
                Patrol,
                col(Staff.name),
                col(LatestPosition.at),
                func.ST_X(col(LatestPosition.place)),
                func.ST_Y(col(LatestPosition.place)),
                col(LatestPosition.accuracy_m),
            )
            .join(Staff, and_(col(Staff.county) == col(Patrol.county), col(Staff.id) == col(Patrol.staff_id)))
            .outerjoin(
                LatestPosition,
                and_(
                    col(LatestPosition.county) == col(Patrol.county),
                    col(LatestPosition.staff_id) == col(Patrol.staff_id),
                    col(LatestPosition.at) >= col(Patrol.started_at),
                ),
            )
            .where(
                tracks_visible_to(actor),
                named_by(look),
                col(Patrol.ended_at).is_(None),
                col(Patrol.started_at) <= at,
                col(Patrol.shift_ends_at) > at,
            )
            .order_by(col(Patrol.staff_id))
        )
    ).all()
    posts = await posts_on(session, actor.county, {patrol.staff_id: at for patrol, *_ in rows}, language)
    people = [
        Whereabouts(
            staff_id=patrol.staff_id,
            name=name,
            post=posts.get(patrol.staff_id, ""),
            squad_code=patrol.squad_code,
            patrol_id=patrol.id,
            travel=patrol.travel,
            since=patrol.started_at,
            paused=is_paused(patrol, at),
            at=measured_at,
            lng=lng,
            lat=lat,
            accuracy_m=accuracy_m,
        )
        for patrol, name, measured_at, lng, lat, accuracy_m in rows
    ]
    return Positions(as_of=at, people=people)


async def positions_then(
    session: AsyncSession, actor: Actor, look: TrackLook, moment: datetime, language: str
) -> Positions:
    """Everybody of the look's day who was on patrol at that moment, and where, by the derived day. As of `positions_now`,
    whoever shows it tells them."""
    rows = (
        await session.execute(
            select(Patrol, col(Staff.name), col(StaffDay.track))
            .join(Staff, and_(col(Staff.county) == col(Patrol.county), col(Staff.id) == col(Patrol.staff_id)))
            .outerjoin(
                StaffDay,
                and_(
                    col(StaffDay.county) == col(Patrol.county),
                    col(StaffDay.staff_id) == col(Patrol.staff_id),
                    col(StaffDay.on_day) == col(Patrol.on_day),
                ),
            )
            .where(
                tracks_visible_to(actor),
                named_by(look),
                col(Patrol.started_at) <= moment,
                or_(col(Patrol.ended_at).is_(None), col(Patrol.ended_at) > moment),
                col(Patrol.shift_ends_at) > moment,
            )
            .order_by(col(Patrol.staff_id))
        )
    ).all()
    posts = await posts_on(session, actor.county, {patrol.staff_id: moment for patrol, *_ in rows}, language)
    places = await asyncio.to_thread(_places, [(patrol, track) for patrol, _name, track in rows], moment)
    people = [
        Whereabouts(
            staff_id=patrol.staff_id,
            name=name,
            post=posts.get(patrol.staff_id, ""),
            squad_code=patrol.squad_code,
            patrol_id=patrol.id,
            travel=patrol.travel,
            since=patrol.started_at,
            paused=is_paused(patrol, moment),
            at=datetime.fromtimestamp(place.at_s, UTC) if place else None,
            lng=place.lng if place else None,
            lat=place.lat if place else None,
            accuracy_m=None,
        )
        for (patrol, name, _track), place in zip(rows, places, strict=True)
    ]
    return Positions(as_of=moment, people=people)


def _places(days: Sequence[tuple[Patrol, bytes | None]], moment: datetime) -> list[Known | None]:
    second = int(moment.timestamp())
    return [
        place_at(decode(track), second, int(patrol.started_at.timestamp())) if track else None for patrol, track in days
    ]


def is_paused(patrol: Patrol, at: datetime) -> bool:
    now_ms = to_ms(at)
    return any(start <= now_ms and (end is None or now_ms < end) for start, end in patrol.pauses)


async def replay(session: AsyncSession, actor: Actor, look: TrackLook, at: datetime, language: str) -> Replay:
    """The day of everybody whom the look is about, with what they did with cases; each of them is told."""
    assert look.on_day is not None
    patrols: dict[UUID, list[Patrol]] = defaultdict(list)
    for patrol in await patrols_looked_at(session, actor, look):
        patrols[patrol.staff_id].append(patrol)
    await note_looked(session, look, list(patrols), at)
    people = await _people(session, actor.county, look.on_day, patrols, language)
    cases = await _cases(session, actor, look.on_day, list(patrols), at, language)
    return Replay(on_day=look.on_day, as_of=at, people=people, cases=cases)


async def _people(
    session: AsyncSession, county: str, on_day: date, patrols: dict[UUID, list[Patrol]], language: str
) -> list[ReplayPerson]:
    ids = list(patrols)
    that_day = (col(StaffDay.county) == county, col(StaffDay.on_day) == on_day, col(StaffDay.staff_id).in_(ids))
    days = {day.staff_id: day for day in await session.scalars(select(StaffDay).where(*that_day))}
    pending = set(
        await session.scalars(
            select(col(StaffDayWanted.staff_id)).where(
                col(StaffDayWanted.county) == county, col(StaffDayWanted.on_day) == on_day
            )
        )
    )
    names = dict(
        (
            await session.execute(
                select(col(Staff.id), col(Staff.name)).where(col(Staff.county) == county, col(Staff.id).in_(ids))
            )
        ).all()
    )
    posts = await posts_on(session, county, dict.fromkeys(ids, midnight(on_day) + timedelta(hours=12)), language)
    objections = await objections_of(session, county, ids, on_day, on_day)
    return [
        _person(
            patrols[staff_id],
            days.get(staff_id),
            objections[staff_id],
            name=names[staff_id],
            post=posts.get(staff_id, ""),
            pending=staff_id in pending,
        )
        for staff_id in ids
    ]


def _person(
    patrols: Sequence[Patrol],
    day: StaffDay | None,
    objections: list[ObjectionOut],
    *,
    name: str,
    post: str,
    pending: bool,
) -> ReplayPerson:
    """A day that is not worked out yet has its patrols, and nothing else."""
    return ReplayPerson(
        staff_id=patrols[0].staff_id,
        name=name,
        post=post,
        squad_code=patrols[0].squad_code,
        patrols=[PatrolSpan.model_validate(patrol, from_attributes=True) for patrol in patrols],
        clean_m=day.clean_m if day else 0.0,
        raw_m=day.raw_m if day else 0.0,
        recorded_s=day.recorded_s if day else 0,
        unknown_s=day.unknown_s if day else 0.0,
        flagged=day.flagged if day else {},
        rules_version=day.rules_version if day else None,
        derived_at=day.derived_at if day else None,
        pending=pending or day is None,
        stays=stays_out(day) if day else [],
        gaps=gaps_out(day) if day else [],
        coverage=day.coverage if day else {},
        objections=objections,
        track=b64encode(day.track).decode() if day else "",
    )


async def _cases(
    session: AsyncSession, actor: Actor, on_day: date, staff_ids: Sequence[UUID], at: datetime, language: str
) -> list[ReplayCase]:
    """Cases with which these people did something on that local day, in the order of the first of it."""
    day = col(CaseEvent.at).between(midnight(on_day), midnight(on_day + timedelta(days=1)))
    events = (
        await session.scalars(
            select(CaseEvent)
            .join(Case, and_(col(Case.county) == col(CaseEvent.county), col(Case.id) == col(CaseEvent.case_id)))
            .where(
                visible_to(actor), col(CaseEvent.county) == actor.county, col(CaseEvent.actor_id).in_(staff_ids), day
            )
            .order_by(col(CaseEvent.at), col(CaseEvent.id))
        )
    ).all()
    steps: dict[UUID, list[CaseEvent]] = defaultdict(list)
    for event in events:
        steps[event.case_id].append(event)
    shown = list(steps)[:MOST_CASES]
    photos = await _photos(session, actor.county, [event for case_id in shown for event in steps[case_id]])
    cases = {case.id: case for case in await summaries(session, actor, shown, at=at, language=language)}
    return [
        ReplayCase(case=cases[case_id], steps=[_step(event, photos[event.id]) for event in steps[case_id]])
        for case_id in shown
        if case_id in cases
    ]


async def _photos(session: AsyncSession, county: str, events: Sequence[CaseEvent]) -> dict[UUID, list[str]]:
    rows = await session.execute(
        select(col(CasePhoto.event_id), col(CasePhoto.sha256))
        .where(
            col(CasePhoto.county) == county,
            tuple_(col(CasePhoto.case_id), col(CasePhoto.event_id)).in_([(e.case_id, e.id) for e in events]),
            col(CasePhoto.received_at).is_not(None),
        )
        .order_by(col(CasePhoto.position))
    )
    found: dict[UUID, list[str]] = defaultdict(list)
    for event_id, sha256 in rows:
        found[event_id].append(sha256)
    return found


def _step(event: CaseEvent, photos: list[str]) -> ReplayStep:
    assert event.actor_id is not None
    return ReplayStep(
        # When it happened by the phone, if it came later: that is where the person stood then.
        at=min(event.client_at or event.at, event.at),
        by=event.actor_id,
        action=event.action,
        to_status=event.to_status,
        photos=photos,
    )
