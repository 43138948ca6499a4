"""SELECTs about patrols and tracks that several parts ask."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.patrols.models import FixBatch, Patrol, StaffDay, TrackLooked


async def fixes_kept(session: AsyncSession, patrol: Patrol) -> int:
    """How many fixes of a patrol are kept."""
    return (
        await session.scalar(
            select(func.coalesce(func.sum(col(FixBatch.fixes)), 0)).where(
                col(FixBatch.county) == patrol.county,
                col(FixBatch.staff_id) == patrol.staff_id,
                col(FixBatch.first_at).between(patrol.started_at, patrol.ended_at or patrol.shift_ends_at),
                col(FixBatch.patrol_id) == patrol.id,
            )
        )
        or 0
    )


async def patrols_of_day(session: AsyncSession, county: str, staff_id: UUID, on_day: date) -> Sequence[Patrol]:
    """One person's patrols of a local day, in order."""
    rows = await session.scalars(
        select(Patrol)
        .where(col(Patrol.county) == county, col(Patrol.staff_id) == staff_id, col(Patrol.on_day) == on_day)
        .order_by(col(Patrol.started_at), col(Patrol.id))
    )
    return rows.all()


async def batches_of(session: AsyncSession, patrols: Sequence[Patrol]) -> Sequence[FixBatch]:
    """What is kept of these patrols of one person, in an order that does not depend on that of arrival."""
    if not patrols:
        return []
    first, last = patrols[0].started_at, max(patrol.shift_ends_at for patrol in patrols)
    rows = await session.scalars(
        select(FixBatch)
        .where(
            col(FixBatch.county) == patrols[0].county,
            col(FixBatch.staff_id) == patrols[0].staff_id,
            col(FixBatch.first_at).between(first, last),
            col(FixBatch.patrol_id).in_([patrol.id for patrol in patrols]),
        )
        .order_by(col(FixBatch.first_at), col(FixBatch.id))
    )
    return rows.all()


async def days_of(session: AsyncSession, county: str, staff_id: UUID, first: date) -> Sequence[StaffDay]:
    """The derived days of one person since `first`, the newest first."""
    rows = await session.scalars(
        select(StaffDay)
        .where(col(StaffDay.county) == county, col(StaffDay.staff_id) == staff_id, col(StaffDay.on_day) >= first)
        .order_by(col(StaffDay.on_day).desc())
    )
    return rows.all()


async def times_looked_at(session: AsyncSession, county: str, staff_id: UUID, since: datetime) -> int:
    return (
        await session.scalar(
            select(func.count()).where(
                col(TrackLooked.county) == county, col(TrackLooked.staff_id) == staff_id, col(TrackLooked.at) >= since
            )
        )
        or 0
    )


async def patrols_since(session: AsyncSession, county: str, staff_id: UUID, first: date) -> Sequence[Patrol]:
    """One person's patrols from a local day on, in order."""
    rows = await session.scalars(
        select(Patrol)
        .where(col(Patrol.county) == county, col(Patrol.staff_id) == staff_id, col(Patrol.on_day) >= first)
        .order_by(col(Patrol.started_at), col(Patrol.id))
    )
    return rows.all()
