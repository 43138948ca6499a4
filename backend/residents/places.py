"""Places that a resident can name without a position: counties, the grid on a notice board, a village."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from backend.database import lng_lat
from backend.grids.models import Grid, GridLevel
from backend.grids.queries import in_force


@dataclass(frozen=True)
class NamedPlace:
    """A grid by its name. `is_place`: small enough for somebody standing at its notice board to say “right here”."""

    county: str
    code: str
    name: str
    is_place: bool


@dataclass(frozen=True)
class MiddleOfGrid:
    """A point inside a grid, and how far the truth may be from it: the radius of a circle as large as the grid."""

    lng: float
    lat: float
    accuracy_m: float


async def counties(session: AsyncSession, on: date) -> list[NamedPlace]:
    """The counties of this installation, by code."""
    found = await session.scalars(
        select(Grid).where(col(Grid.level) == GridLevel.COUNTY, in_force(on)).order_by(col(Grid.county))
    )
    return [_named(grid) for grid in found]


async def place_by_code(session: AsyncSession, code: str, on: date) -> NamedPlace | None:
    """The grid of any level with this code; a village or something smaller carries its village's name before its own."""
    grid = (await session.scalars(_by_code(code, on))).one_or_none()
    return _named(grid) if grid else None


def _by_code(code: str, on: date) -> Select[Grid]:
    # A grid's code begins with its county's.
    return select(Grid).where(col(Grid.county) == code[:6], col(Grid.code) == code, in_force(on))


def _named(grid: Grid) -> NamedPlace:
    return NamedPlace(grid.county, grid.code, grid.name, is_place=grid.level not in {GridLevel.COUNTY, GridLevel.TOWN})


async def middle_of(session: AsyncSession, county: str, code: str, on: date) -> MiddleOfGrid | None:
    """Where a report lies that names this grid instead of a position; None if there is no such grid."""
    inside = func.coalesce(col(Grid.label_point), func.ST_PointOnSurface(col(Grid.shape)))
    row = (
        await session.execute(
            _by_code(code, on).where(col(Grid.county) == county).with_only_columns(inside, col(Grid.area_m2))
        )
    ).one_or_none()
    if row is None or row[0] is None:
        return None
    lng, lat = lng_lat(row[0])
    return MiddleOfGrid(lng, lat, round(math.sqrt(row[1] / math.pi)))


async def villages_by_town(session: AsyncSession, county: str, on: date) -> list[tuple[str, Sequence[NamedPlace]]]:
    """The villages that may be chosen, under the names of their towns."""
    town = aliased(Grid)
    rows = await session.execute(
        select(Grid, col(town.name))
        .outerjoin(
            town,
            (col(town.county) == col(Grid.county))
            & (col(town.code) == col(Grid.parent_code))
            & col(town.valid_to).is_(None),
        )
        .where(col(Grid.county) == county, col(Grid.level) == GridLevel.VILLAGE, in_force(on))
        .order_by(col(Grid.path))
    )
    named = [(name or "", _named(grid)) for grid, name in rows]
    return [(name, [village for _, village in group]) for name, group in groupby(named, key=lambda pair: pair[0])]


async def village_of(session: AsyncSession, grid: Grid, on: date) -> str:
    """The name of the village that the grid is in; empty where the net has none above it."""
    above = grid.path.split("/")
    name = await session.scalar(
        select(col(Grid.name)).where(
            col(Grid.county) == grid.county,
            col(Grid.code).in_(above),
            col(Grid.level) == GridLevel.VILLAGE,
            in_force(on),
        )
    )
    return name or ""
