"""Staff-days as the API shows them."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.errors import NotFound, Say
from backend.grids.queries import grid_names
from backend.patrols.coverage import coverage_shares
from backend.patrols.models import Patrol, StaffDay, TrackLook, TrackLooked, TrackObjection
from backend.patrols.packing import from_ms
from backend.patrols.schemas import DayDetail, DaySummary, GapOut, GridDwell, LookedAtMe, ObjectionOut, Stay
from backend.staff.models import Post, Staff
from backend.staff.people_words import post_words


def summary_out(day: StaffDay, patrols: Sequence[Patrol]) -> DaySummary:
    return DaySummary(
        on_day=day.on_day,
        started_at=min((patrol.started_at for patrol in patrols), default=None),
        ended_at=_ended_at(patrols),
        recorded_s=day.recorded_s,
        clean_m=day.clean_m,
        raw_m=day.raw_m,
        stays=len(day.stays),
        gaps=len(day.gaps),
        unknown_s=day.unknown_s,
        fixes=day.fixes,
        has_track=bool(day.track),
    )


def _ended_at(patrols: Sequence[Patrol]) -> datetime | None:
    """None while one of them runs."""
    ends = [patrol.ended_at for patrol in patrols]
    return None if not ends or None in ends else max(end for end in ends if end)


async def detail_out(
    session: AsyncSession, day: StaffDay, patrols: Sequence[Patrol], objections: Sequence[ObjectionOut]
) -> DayDetail:
    """The whole day. How much of each grid was walked through is told of this day alone."""
    codes = sorted(set(day.dwell_s) | set(day.coverage))
    names = await grid_names(session, day.county, codes, on=day.on_day)
    shares = await coverage_shares(session, day.county, day.on_day, day.coverage)
    return DayDetail(
        **summary_out(day, patrols).model_dump(),
        rules_version=day.rules_version,
        flagged=day.flagged,
        stay_list=stays_out(day),
        gap_list=gaps_out(day),
        dwell=[
            GridDwell(
                grid_code=code,
                grid_name=names.get(code, code),
                seconds=day.dwell_s.get(code, 0.0),
                coverage=shares.get(code),
            )
            for code in codes
        ],
        objections=list(objections),
        track=b64encode(day.track).decode(),
    )


def stays_out(day: StaffDay) -> list[Stay]:
    return [
        Stay(start_at=from_ms(stay["start_ms"]), end_at=from_ms(stay["end_ms"]), lng=stay["lng"], lat=stay["lat"])
        for stay in day.stays
    ]


def gaps_out(day: StaffDay) -> list[GapOut]:
    return [
        GapOut(start_at=from_ms(gap["start_ms"]), end_at=from_ms(gap["end_ms"]), why=gap["why"]) for gap in day.gaps
    ]


async def objections_of(
    session: AsyncSession, county: str, staff_ids: Sequence[UUID], first: date, last: date
) -> dict[UUID, list[ObjectionOut]]:
    """What these people said against their days, by person."""
    answerer = Staff
    rows = await session.execute(
        select(TrackObjection, col(answerer.name))
        .outerjoin(
            answerer,
            (col(answerer.county) == col(TrackObjection.county))
            & (col(answerer.id) == col(TrackObjection.answered_by)),
        )
        .where(
            col(TrackObjection.county) == county,
            col(TrackObjection.staff_id).in_(staff_ids),
            col(TrackObjection.on_day).between(first, last),
        )
        .order_by(col(TrackObjection.at))
    )
    found: dict[UUID, list[ObjectionOut]] = {staff_id: [] for staff_id in staff_ids}
    for objection, name in rows:
        found[objection.staff_id].append(objection_out(objection, name))
    return found


def objection_out(objection: TrackObjection, answered_by: str | None) -> ObjectionOut:
    return ObjectionOut(
        id=objection.id,
        on_day=objection.on_day,
        words=objection.words,
        at=objection.at,
        answer=objection.answer,
        answered_by_name=answered_by,
        answered_at=objection.answered_at,
    )


async def looks_at(
    session: AsyncSession, county: str, staff_id: UUID, since: datetime, language: str
) -> list[LookedAtMe]:
    """Who looked at this person's position or track since then, and why; the newest first."""
    rows = (
        await session.execute(
            select(TrackLooked, TrackLook, Staff)
            .join(
                TrackLook,
                (col(TrackLook.county) == col(TrackLooked.county)) & (col(TrackLook.id) == col(TrackLooked.look_id)),
            )
            .join(Staff, (col(Staff.county) == col(TrackLook.county)) & (col(Staff.id) == col(TrackLook.by)))
            .where(
                col(TrackLooked.county) == county, col(TrackLooked.staff_id) == staff_id, col(TrackLooked.at) >= since
            )
            .order_by(col(TrackLooked.at).desc(), col(TrackLooked.look_id), col(TrackLooked.kind))
        )
    ).all()
    posts = await posts_on(session, county, {look.by: look.at for _, look, _ in rows}, language)
    return [
        LookedAtMe(
            by_name=staff.name,
            by_post=posts.get(look.by, ""),
            kind=looked.kind,
            reason=look.reason,
            on_day=look.on_day,
            at=looked.at,
        )
        for looked, look, staff in rows
    ]


async def posts_on(
    session: AsyncSession, county: str, moments: Mapping[UUID, datetime], language: str
) -> dict[UUID, str]:
    """What each person is called by their first post at that moment."""
    rows = await session.scalars(
        select(Post)
        .where(col(Post.county) == county, col(Post.staff_id).in_(moments))
        .order_by(col(Post.starts_on), col(Post.id))
    )
    words: dict[UUID, str] = {}
    for post in rows:
        day = local_date(moments[post.staff_id])
        if post.starts_on <= day and (post.ends_on is None or day <= post.ends_on):
            words.setdefault(post.staff_id, post_words(post.role, post.duty).in_language(language))
    return words


def no_such_day() -> NotFound:
    return NotFound(
        "no_such_track",
        Say("这一天没有轨迹，或已过保存期限", "There is no track of that day, or it may no longer be kept"),
    )


def no_such_objection() -> NotFound:
    return NotFound(
        "no_such_objection", Say("没有这条说明，或不在你的辖区", "No such objection, or outside your scope")
    )
