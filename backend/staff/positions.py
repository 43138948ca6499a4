"""Where people last were: one row per person, which never moves backwards in time. Tracks are not kept here."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.database import point
from backend.staff.models import LatestPosition


class Position(NamedTuple):
    """WGS84 degrees; `accuracy_m` is the radius that the phone gave, if it gave one."""

    at: datetime
    lng: float
    lat: float
    accuracy_m: float | None


async def remember_position(
    session: AsyncSession,
    county: str,
    staff_id: UUID,
    at: datetime,
    lng: float,
    lat: float,
    accuracy_m: float | None = None,
) -> None:
    """Keep where the person was at `at`, unless a later position is known already."""
    told = insert(LatestPosition).values(
        county=county, staff_id=staff_id, at=at, place=point(lng, lat), accuracy_m=accuracy_m
    )
    await session.execute(
        told.on_conflict_do_update(
            index_elements=["county", "staff_id"],
            set_={name: told.excluded[name] for name in ("at", "place", "accuracy_m")},
            where=col(LatestPosition.at) < told.excluded.at,
        )
    )


async def latest_positions(session: AsyncSession, county: str, staff_ids: Collection[UUID]) -> dict[UUID, Position]:
    """Where these people last were, of those of whom anything is known."""
    place = col(LatestPosition.place)
    rows = await session.execute(
        select(
            col(LatestPosition.staff_id),
            col(LatestPosition.at),
            func.ST_X(place),
            func.ST_Y(place),
            col(LatestPosition.accuracy_m),
        ).where(col(LatestPosition.county) == county, col(LatestPosition.staff_id).in_(staff_ids))
    )
    return {staff_id: Position(*rest) for staff_id, *rest in rows}
