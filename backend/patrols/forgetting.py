"""Forgetting: raw fixes and tracks are deleted when their time is over, and each round is written down as proof.

By local day: what was recorded on a day is gone at the latest on the night after it became too old. Coverage of grids stays;
no person stands in it.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.patrols.models import (
    FixBatch,
    FixQuarantine,
    OffPatrolCount,
    Patrol,
    RetentionRun,
    StaffDay,
    StaffDayWanted,
    TrackConsent,
    TrackObjection,
)
from backend.patrols.partitions import drop_empty_months, ensure_months, month_of, next_month
from backend.patrols.rules import MAX_RAW_DAYS, rules_of
from backend.staff.models import LatestPosition
from backend.staff.rota import midnight


async def counties_with_tracks(session: AsyncSession) -> list[str]:
    """Every county in which anybody ever answered the consent screen; without that there is nothing to forget."""
    return list(await session.scalars(select(col(TrackConsent.county)).distinct().order_by(col(TrackConsent.county))))


async def forget_tracks(session: AsyncSession, county: str, at: datetime) -> RetentionRun:
    """Delete what is older than the county's rules allow; the row that proves it."""
    rules = await rules_of(session, county)
    fixes_before = local_date(at) - timedelta(days=rules.fixes_days)
    tracks_before = local_date(at) - timedelta(days=rules.track_days)
    batches = (
        await session.scalars(
            delete(FixBatch)
            .where(col(FixBatch.county) == county, col(FixBatch.first_at) < midnight(fixes_before))
            .returning(col(FixBatch.fixes))
        )
    ).all()
    quarantined = (
        await session.scalars(
            delete(FixQuarantine)
            .where(col(FixQuarantine.county) == county, col(FixQuarantine.received_at) < midnight(fixes_before))
            .returning(col(FixQuarantine.id))
        )
    ).all()
    # A position of that age is where nobody is any more.
    await session.execute(
        delete(LatestPosition).where(
            col(LatestPosition.county) == county, col(LatestPosition.at) < midnight(fixes_before)
        )
    )
    days = (
        await session.scalars(
            delete(StaffDay)
            .where(col(StaffDay.county) == county, col(StaffDay.on_day) < tracks_before)
            .returning(col(StaffDay.on_day))
        )
    ).all()
    for table in (StaffDayWanted, OffPatrolCount, TrackObjection, Patrol):
        await session.execute(delete(table).where(col(table.county) == county, col(table.on_day) < tracks_before))
    run = RetentionRun(
        county=county,
        at=at,
        fixes_before=fixes_before,
        tracks_before=tracks_before,
        batches=len(batches),
        fixes=sum(batches),
        quarantined=len(quarantined),
        days=len(days),
        oldest_fix_at=await session.scalar(
            select(func.min(col(FixBatch.first_at))).where(col(FixBatch.county) == county)
        ),
    )
    session.add(run)
    await session.flush()
    return run


async def keep_months(session: AsyncSession, at: datetime) -> None:
    """Make the coming month's part of the table of fixes, and drop the parts in which nothing is left."""
    await ensure_months(session, [at, next_month(month_of(at))])
    await drop_empty_months(session, at - timedelta(days=MAX_RAW_DAYS))
