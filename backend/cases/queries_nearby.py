"""Every SELECT about what was reported close by: for the likeliest matters here, and for what may be the same thing again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case
from backend.cases.queries import within
from backend.cases.terms import OPEN_STATUSES
from backend.database import sql_point
from backend.matters.likely import SeenMatter
from backend.permissions import Actor

LIKELY_RADIUS_M = 800.0
LIKELY_DAYS = 30
MOST_SEEN = 500


async def matters_seen_near(
    session: AsyncSession, county: str, lng: float, lat: float, at: datetime
) -> list[SeenMatter]:
    """Cases within 800 m in the last 30 days, the newest 500 at most."""
    here = sql_point(lng, lat)
    rows = await session.execute(
        select(
            col(Case.matter_code),
            col(Case.opened_at),
            func.ST_Distance(func.geography(col(Case.place)), func.geography(here)),
        )
        .where(
            col(Case.county) == county,
            col(Case.opened_at) > at - timedelta(days=LIKELY_DAYS),
            _within_reach(here, LIKELY_RADIUS_M),
        )
        .order_by(col(Case.opened_at).desc())
        .limit(MOST_SEEN)
    )
    return [SeenMatter(*row) for row in rows]


class Nearby(NamedTuple):
    """An open case close by, with its distance in metres."""

    case: Case
    distance_m: float


async def open_cases_near(
    session: AsyncSession,
    actor: Actor,
    *,
    matter_code: str,
    lng: float,
    lat: float,
    radius_m: float,
    since: datetime,
    limit: int = 5,
) -> Sequence[Nearby]:
    """Open cases of a matter within a radius, opened since a moment, nearest first; of the towns where the actor works."""
    here = sql_point(lng, lat)
    distance_m = func.ST_Distance(func.geography(col(Case.place)), func.geography(here))
    rows = await session.execute(
        select(Case, distance_m)
        .where(
            col(Case.county) == actor.county,
            within(actor.town_paths),
            col(Case.matter_code) == matter_code,
            col(Case.status).in_(OPEN_STATUSES),
            col(Case.opened_at) >= since,
            _within_reach(here, radius_m),
        )
        .order_by(distance_m, col(Case.id))
        .limit(limit)
    )
    return [Nearby(case, metres) for case, metres in rows]


async def joinable_case(
    session: AsyncSession, county: str, case_id: UUID, *, lng: float, lat: float, radius_m: float
) -> Case | None:
    """The case if it is open and within the radius, held until the transaction ends."""
    found = select(Case).where(
        col(Case.county) == county,
        col(Case.id) == case_id,
        col(Case.status).in_(OPEN_STATUSES),
        _within_reach(sql_point(lng, lat), radius_m),
    )
    return (await session.scalars(found.with_for_update(of=Case))).one_or_none()


def _within_reach(here: ColumnElement[Any], radius_m: float) -> ColumnElement[bool]:
    """The box lets the index find the few cases about which metres, which cost more, decide."""
    degrees = radius_m / 111_320 * 2  # a box that holds the circle at any latitude below 60°
    return and_(
        col(Case.place).op("&&")(func.ST_Expand(here, degrees)),
        func.ST_DWithin(func.geography(col(Case.place)), func.geography(here), radius_m),
    )
