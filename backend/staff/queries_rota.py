"""Every SELECT about rotas: patterns and exceptions laid out as dated shifts, who is put on them, leaves and swaps."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.permissions import SQUAD_ROLES, Role
from backend.staff.models import (
    DutySwap,
    DutyTurn,
    Engagement,
    Post,
    RequestStatus,
    RotaShift,
    ShiftChange,
    SquadJurisdiction,
    Staff,
    StaffLeave,
)
from backend.staff.rota import DatedShift, ShiftException, ShiftKind, WeeklyShift, dated_shifts

OPEN_REQUESTS = (RequestStatus.ASKED, RequestStatus.AGREED)


class Turn(NamedTuple):
    """The beginning of a shift, which names it within its squad: local day and local time."""

    on: date
    starts: time


@dataclass(frozen=True)
class Member:
    """A person's post in a squad."""

    staff_id: UUID
    name: str
    phone: str
    squad_code: str
    leads: bool
    engagement: Engagement | None
    starts_on: date
    ends_on: date | None

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


async def paths_of(session: AsyncSession, county: str, squad_code: str) -> tuple[str, ...]:
    rows = await session.scalars(
        select(col(SquadJurisdiction.grid_path))
        .where(col(SquadJurisdiction.county) == county, col(SquadJurisdiction.squad_code) == squad_code)
        .order_by(col(SquadJurisdiction.grid_path))
    )
    return tuple(rows)


async def pattern_of(session: AsyncSession, county: str, squad_code: str, first: date, last: date) -> list[RotaShift]:
    """The weekly shifts that hold on some day of the range, in order."""
    rows = await session.scalars(
        select(RotaShift)
        .where(
            col(RotaShift.county) == county,
            col(RotaShift.squad_code) == squad_code,
            col(RotaShift.starts_on) <= last,
            or_(col(RotaShift.ends_on).is_(None), col(RotaShift.ends_on) >= first),
        )
        .order_by(col(RotaShift.starts_on), col(RotaShift.weekday), col(RotaShift.starts))
    )
    return list(rows)


async def shifts_of(
    session: AsyncSession, county: str, squad_codes: Collection[str], first: date, last: date
) -> dict[str, list[DatedShift]]:
    """The dated shifts of these squads that begin in the range, cancelled ones too."""
    found = {}
    for code in squad_codes:
        pattern = await pattern_of(session, county, code, first, last)
        exceptions = await session.scalars(
            select(ShiftChange).where(
                col(ShiftChange.county) == county,
                col(ShiftChange.squad_code) == code,
                col(ShiftChange.on_day).between(first, last),
            )
        )
        found[code] = dated_shifts(
            [WeeklyShift(r.weekday, r.starts, r.ends, r.starts_on, r.ends_on) for r in pattern],
            [ShiftException(e.on_day, e.starts, ShiftKind(e.kind.value), e.ends, e.reason) for e in exceptions],
            first,
            last,
        )
    return found


async def shift_at(session: AsyncSession, county: str, squad_code: str, turn: Turn) -> DatedShift | None:
    """The shift of that day which begins then, cancelled or not."""
    shifts = (await shifts_of(session, county, [squad_code], turn.on, turn.on))[squad_code]
    return next((shift for shift in shifts if shift.starts == turn.starts), None)


async def turns_of_squad(
    session: AsyncSession, county: str, squad_code: str, first: date, last: date
) -> dict[Turn, list[UUID]]:
    rows = await session.scalars(
        select(DutyTurn).where(
            col(DutyTurn.county) == county,
            col(DutyTurn.squad_code) == squad_code,
            col(DutyTurn.on_day).between(first, last),
        )
    )
    turns: dict[Turn, list[UUID]] = defaultdict(list)
    for row in rows:
        turns[Turn(row.on_day, row.starts)].append(row.staff_id)
    return turns


async def squad_of_turn(session: AsyncSession, county: str, staff_id: UUID, turn: Turn) -> str | None:
    """The squad in which the person is put on the shift that begins then; nobody has two at once."""
    return await session.scalar(
        select(col(DutyTurn.squad_code))
        .where(
            col(DutyTurn.county) == county,
            col(DutyTurn.staff_id) == staff_id,
            col(DutyTurn.on_day) == turn.on,
            col(DutyTurn.starts) == turn.starts,
        )
        .order_by(col(DutyTurn.squad_code))
        .limit(1)
    )


async def squads_of(session: AsyncSession, county: str, staff_id: UUID, on: date) -> list[str]:
    """Codes of the squads in which the person has a post on that day."""
    rows = await session.scalars(
        select(col(Post.squad_code))
        .where(
            col(Post.county) == county,
            col(Post.staff_id) == staff_id,
            col(Post.squad_code).is_not(None),
            col(Post.role).in_(SQUAD_ROLES),
            col(Post.starts_on) <= on,
            or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= on),
        )
        .distinct()
        .order_by(col(Post.squad_code))
    )
    return [str(code) for code in rows]


async def hold_people(session: AsyncSession, county: str, staff_ids: Collection[UUID]) -> None:
    """Hold these people until the transaction ends, so that two who plan do not book one person twice at once."""
    await session.execute(
        select(col(Staff.id))
        .where(col(Staff.county) == county, col(Staff.id).in_(staff_ids))
        .order_by(col(Staff.id))
        .with_for_update()
    )


class BookedShift(NamedTuple):
    squad_code: str
    shift: DatedShift


async def booked_shifts(
    session: AsyncSession, county: str, staff_ids: Collection[UUID], first: date, last: date
) -> dict[UUID, list[BookedShift]]:
    """The shifts that count on which each of these people is put by name, in whatever squad."""
    rows = (
        await session.scalars(
            select(DutyTurn).where(
                col(DutyTurn.county) == county,
                col(DutyTurn.staff_id).in_(staff_ids),
                col(DutyTurn.on_day).between(first, last),
            )
        )
    ).all()
    shifts = {
        (code, shift.on, shift.starts): shift
        for code, found in (await shifts_of(session, county, {r.squad_code for r in rows}, first, last)).items()
        for shift in found
        if shift.counts
    }
    booked: dict[UUID, list[BookedShift]] = defaultdict(list)
    for row in rows:
        shift = shifts.get((row.squad_code, row.on_day, row.starts))
        if shift:
            booked[row.staff_id].append(BookedShift(row.squad_code, shift))
    return booked


async def members_of(
    session: AsyncSession, county: str, squad_codes: Collection[str], first: date, last: date
) -> list[Member]:
    """Who has a post in these squads on some day of the range, leaders first; one row per post."""
    rows = await session.execute(
        select(Post, Staff)
        .join(Staff, (col(Staff.county) == col(Post.county)) & (col(Staff.id) == col(Post.staff_id)))
        .where(
            col(Post.county) == county,
            col(Post.squad_code).in_(squad_codes),
            col(Post.role).in_(SQUAD_ROLES),
            col(Post.starts_on) <= last,
            or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= first),
            col(Staff.active),
        )
        .order_by(col(Post.role) != Role.SQUAD_LEADER, col(Staff.name), col(Staff.id), col(Post.starts_on))
    )
    return [
        Member(
            staff.id,
            staff.name,
            staff.phone,
            str(post.squad_code),
            post.role == Role.SQUAD_LEADER,
            post.engagement,
            post.starts_on,
            post.ends_on,
        )
        for post, staff in rows.all()
    ]


async def leaves_overlapping(
    session: AsyncSession,
    county: str,
    staff_ids: Collection[UUID],
    starts_at: datetime,
    ends_at: datetime,
    statuses: Collection[RequestStatus] = (RequestStatus.APPROVED,),
) -> Sequence[StaffLeave]:
    """Leaves of these people that have some time in common with [starts_at, ends_at)."""
    return (
        await session.scalars(
            select(StaffLeave)
            .where(
                col(StaffLeave.county) == county,
                col(StaffLeave.staff_id).in_(staff_ids),
                col(StaffLeave.status).in_(statuses),
                col(StaffLeave.starts_at) < ends_at,
                col(StaffLeave.ends_at) > starts_at,
            )
            .order_by(col(StaffLeave.starts_at), col(StaffLeave.id))
        )
    ).all()


async def leaves_of(
    session: AsyncSession, county: str, staff_id: UUID, *, ending_after: datetime
) -> Sequence[StaffLeave]:
    return (
        await session.scalars(
            select(StaffLeave)
            .where(
                col(StaffLeave.county) == county,
                col(StaffLeave.staff_id) == staff_id,
                col(StaffLeave.ends_at) > ending_after,
            )
            .order_by(col(StaffLeave.starts_at), col(StaffLeave.id))
        )
    ).all()


async def swaps_of_squad(
    session: AsyncSession, county: str, squad_code: str, first: date, last: date
) -> Sequence[DutySwap]:
    """Swaps of which one of the turns lies in the range."""
    return (
        await session.scalars(
            select(DutySwap)
            .where(
                col(DutySwap.county) == county,
                col(DutySwap.squad_code) == squad_code,
                or_(col(DutySwap.asker_day).between(first, last), col(DutySwap.taker_day).between(first, last)),
            )
            .order_by(col(DutySwap.asked_at), col(DutySwap.id))
        )
    ).all()


async def swaps_of(session: AsyncSession, county: str, staff_id: UUID, *, from_day: date) -> Sequence[DutySwap]:
    """Swaps that the person asked for or was asked for, of turns on that day and later."""
    return (
        await session.scalars(
            select(DutySwap)
            .where(
                col(DutySwap.county) == county,
                or_(col(DutySwap.asker_id) == staff_id, col(DutySwap.taker_id) == staff_id),
                func.greatest(col(DutySwap.asker_day), col(DutySwap.taker_day)) >= from_day,
            )
            .order_by(col(DutySwap.asked_at), col(DutySwap.id))
        )
    ).all()


async def names_of(session: AsyncSession, county: str, staff_ids: Collection[UUID]) -> dict[UUID, str]:
    """Names, also of people who have left."""
    rows = await session.execute(
        select(col(Staff.id), col(Staff.name)).where(col(Staff.county) == county, col(Staff.id).in_(staff_ids))
    )
    return dict(rows.all())
