"""Every SELECT about what a redraw touches: cases, posts and jurisdictions by the paths of the grids that change."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from shapely import Point
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case
from backend.cases.queries import visible_to
from backend.cases.terms import OPEN_STATUSES
from backend.matters.models import Matter
from backend.permissions import Actor
from backend.staff.models import Post, Squad, SquadJurisdiction, Staff


@dataclass(frozen=True)
class PlacedCase:
    """An open case in a grid that changes, with its place in degrees."""

    case: Case
    matter_name: str
    place: Point


async def open_cases_in(session: AsyncSession, actor: Actor, paths: Collection[str]) -> list[PlacedCase]:
    """Open cases in these very grids, oldest first, as far as the actor sees them."""
    rows = (
        await session.execute(
            select(Case, col(Matter.name), func.ST_AsBinary(col(Case.place)))
            .join(
                Matter,
                (col(Matter.county) == col(Case.county))
                & (col(Matter.catalogue_version) == col(Case.catalogue_version))
                & (col(Matter.code) == col(Case.matter_code)),
            )
            .where(visible_to(actor), col(Case.status).in_(OPEN_STATUSES), col(Case.grid_path).in_(paths))
            .order_by(col(Case.opened_at), col(Case.id))
        )
    ).all()
    places = shapely.from_wkb([row[2] for row in rows])
    return [PlacedCase(row[0], row[1], place) for row, place in zip(rows, places, strict=True)]


async def posts_at(session: AsyncSession, county: str, paths: Collection[str], on: date) -> Sequence[tuple[Post, str]]:
    """Posts at these very grids that last on or beyond a local day, each with its holder's name."""
    rows = await session.execute(
        select(Post, col(Staff.name))
        .join(Staff, (col(Staff.county) == col(Post.county)) & (col(Staff.id) == col(Post.staff_id)))
        .where(
            col(Post.county) == county,
            col(Post.grid_path).in_(paths),
            or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= on),
        )
        .order_by(col(Staff.name), col(Post.id))
    )
    return [(post, name) for post, name in rows]


async def jurisdictions_at(
    session: AsyncSession, county: str, paths: Collection[str]
) -> Sequence[tuple[SquadJurisdiction, str]]:
    """What squads are responsible for at these very grids, each with the squad's name."""
    rows = await session.execute(
        select(SquadJurisdiction, col(Squad.name))
        .join(
            Squad,
            (col(Squad.county) == col(SquadJurisdiction.county))
            & (col(Squad.code) == col(SquadJurisdiction.squad_code)),
        )
        .where(col(SquadJurisdiction.county) == county, col(SquadJurisdiction.grid_path).in_(paths))
        .order_by(col(SquadJurisdiction.squad_code), col(SquadJurisdiction.grid_path))
    )
    return [(jurisdiction, name) for jurisdiction, name in rows]
