"""Whether somebody is on duty now, and when next: asked when a message is about to go out, not when it was written."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.matters.clocks import WorkCalendar, deadline
from backend.matters.models import LimitUnit
from backend.matters.queries import work_calendar
from backend.staff.duty import SquadDuty
from backend.staff.models import Post, Staff, Unit, UnitKind
from backend.staff.queries import present_on
from backend.staff.queries_duty import duty_of_squads
from backend.staff.queries_posts import is_away


@dataclass(frozen=True)
class OnDuty:
    """`next_at`: from when they are (again); None while they are, or when nothing is known. `leads`: their squad."""

    now: bool
    next_at: datetime | None = None
    leads: bool = False


async def duty_of(
    session: AsyncSession, county: str, at: datetime, staff_ids: Collection[UUID], squad_code: str | None
) -> dict[UUID, OnDuty]:
    """Of a squad by its rota; of everybody else by their post: a command centre is manned around the clock, the others keep
    the county's working hours. Who has left is missing."""
    found: dict[UUID, OnDuty] = {}
    if squad_code:
        calendar = await work_calendar(session, county)
        for squad in await duty_of_squads(session, county, at, squad_code=squad_code):
            found = duty_in(squad, calendar, at)
    others = set(staff_ids) - found.keys()
    return {k: v for k, v in found.items() if k in staff_ids} | await _by_post(session, county, at, others)


def duty_in(squad: SquadDuty, calendar: WorkCalendar, at: datetime) -> dict[UUID, OnDuty]:
    """Of every member of a squad. Leave counts as off duty until the squad's next shift."""
    next_at = squad.next_starts_at or _opens(calendar, at)
    return {
        member.id: OnDuty(member.on_duty, None if member.on_duty else next_at, member.leads) for member in squad.members
    }


def begins(duty: Collection[OnDuty], at: datetime) -> datetime:
    """From when the first of them can see something; at once if nothing is known."""
    if not duty or any(one.now for one in duty):
        return at
    return min((one.next_at for one in duty if one.next_at), default=at)


def _opens(calendar: WorkCalendar, at: datetime) -> datetime:
    """From when work goes on in the county: now, in working hours."""
    return deadline(calendar, at, 0, LimitUnit.WORK_DAY)


async def _by_post(session: AsyncSession, county: str, at: datetime, staff_ids: Collection[UUID]) -> dict[UUID, OnDuty]:
    if not staff_ids:
        return {}
    today = local_date(at)
    manned = func.coalesce(func.bool_or(col(Unit.kind) == UnitKind.COMMAND_CENTRE), False)
    wanted = (
        select(col(Staff.id), manned, is_away(at))
        .outerjoin(
            Post,
            and_(
                col(Post.county) == col(Staff.county),
                col(Post.staff_id) == col(Staff.id),
                col(Post.starts_on) <= today,
                or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= today),
            ),
        )
        .outerjoin(
            Unit,
            and_(
                col(Unit.county) == col(Staff.county),
                col(Unit.code) == func.coalesce(col(Post.unit_code), col(Staff.home_unit_code)),
            ),
        )
        .where(col(Staff.county) == county, col(Staff.id).in_(list(staff_ids)), present_on(today))
        .group_by(col(Staff.county), col(Staff.id))
    )
    opens = _opens(await work_calendar(session, county), at)
    return {
        staff_id: OnDuty(True)
        if (around_the_clock or opens <= at) and not on_leave
        else OnDuty(False, opens if opens > at else None)
        for staff_id, around_the_clock, on_leave in await session.execute(wanted)
    }
