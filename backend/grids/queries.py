"""Every SELECT about the net, above all the one that finds the grid of a point."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from backend.database import sql_point
from backend.errors import FieldError, Malformed, Say
from backend.grids.models import LEAF_LEVELS, Grid, GridKind, GridLevel, NetEdition
from geo.geodesy import metres_per_degree

BORDER_TOLERANCE_M = 15.0

_DIRECTIONS = (
    Say("北", "north"),
    Say("东北", "north-east"),
    Say("东", "east"),
    Say("东南", "south-east"),
    Say("南", "south"),
    Say("西南", "south-west"),
    Say("西", "west"),
    Say("西北", "north-west"),
)


@dataclass(frozen=True)
class FoundGrid:
    """The grid of a point. `distance_m` is 0 inside it and at most the border tolerance when `on_border`."""

    grid: Grid
    on_border: bool
    distance_m: float


def in_force(on: date) -> ColumnElement[bool]:
    """The version of each grid that holds on a local day; at most one of each code does."""
    return and_(col(Grid.valid_from) <= on, or_(col(Grid.valid_to).is_(None), col(Grid.valid_to) > on))


async def grid_at(session: AsyncSession, county: str, lng: float, lat: float, on: date) -> FoundGrid:
    """The leaf grid of a WGS84 point on a local day: the smallest exclusive grid that covers it, else the smallest base grid.

    Up to 15 m outside the net the nearest grid is taken and flagged. Beyond that raises Malformed `outside_the_net`
    with the distance in metres and the direction in which the point lies from the net.
    """
    for grid, distance_m in await session.execute(grid_at_statement(county, lng, lat, on)):
        return FoundGrid(grid, on_border=distance_m > 0, distance_m=distance_m)
    raise _outside(await _nearest(session, county, lng, lat, on))


def grid_at_statement(county: str, lng: float, lat: float, on: date) -> Select[Grid, float]:
    """At most one row: the grid of a point and how far away it is in metres, 0 if it covers the point."""
    here, shape = sql_point(lng, lat), col(Grid.shape)
    # Degrees let the index find the few grids within reach; metres, which cost more, decide about those that do not cover.
    reach_deg = BORDER_TOLERANCE_M / max(metres_per_degree(lat)[0], 1_000.0)
    away_m = func.ST_Distance(func.geography(shape), func.geography(here))
    reachable = (
        select(Grid, case((func.ST_Covers(shape, here), 0.0), else_=away_m).label("distance_m"))
        .where(
            col(Grid.county) == county,
            col(Grid.level).in_(LEAF_LEVELS),
            in_force(on),
            func.ST_DWithin(shape, here, reach_deg),
        )
        .offset(0)  # keeps the database from computing a distance once for each place where it is named below
        .subquery()
    )
    grid, distance_m = aliased(Grid, reachable), reachable.c.distance_m
    is_base = col(grid.kind) == GridKind.BASE
    return (
        select(grid, distance_m)
        .where(distance_m <= BORDER_TOLERANCE_M, or_(distance_m == 0, is_base))
        .order_by(distance_m, is_base, col(grid.area_m2), col(grid.code))
        .limit(1)
    )


@dataclass(frozen=True)
class _Nearest:
    grid: Grid
    distance_m: float
    bearing_deg: float


async def _nearest(session: AsyncSession, county: str, lng: float, lat: float, on: date) -> _Nearest | None:
    here = sql_point(lng, lat)
    geography = func.geography(here)
    # A degree of longitude is shorter than one of latitude; the closest point is sought where both are alike.
    shrink = max(math.cos(math.radians(lat)), 0.01)
    shrunk = func.ST_ClosestPoint(func.ST_Scale(col(Grid.shape), shrink, 1.0), func.ST_Scale(here, shrink, 1.0))
    closest = func.geography(func.ST_Scale(shrunk, 1.0 / shrink, 1.0))
    candidates = (
        select(Grid, func.ST_Distance(func.geography(col(Grid.shape)), geography), func.ST_Azimuth(closest, geography))
        .where(
            col(Grid.county) == county, col(Grid.level).in_(LEAF_LEVELS), in_force(on), col(Grid.kind) == GridKind.BASE
        )
        .order_by(col(Grid.shape).op("<->")(here))
        .limit(5)
    )
    # The index orders by degrees, in which east-west is stretched; metres decide among the first five.
    rows = [(grid, distance, azimuth) for grid, distance, azimuth in await session.execute(candidates)]
    if not rows:
        return None
    grid, distance_m, azimuth = min(rows, key=lambda row: row[1])
    return _Nearest(grid, distance_m, math.degrees(azimuth or 0.0))


def _outside(nearest: _Nearest | None) -> Malformed:
    if nearest is None:
        return Malformed.at(
            "place",
            "no_net",
            Say("本县还没有导入网格，请联系管理员", "This county has no grids yet; ask the administrator"),
        )
    direction = _DIRECTIONS[round(nearest.bearing_deg / 45) % 8]
    distance = distance_words(nearest.distance_m)
    sentence = Say(
        f"这里不在本辖区范围（在{direction.zh}方向 {distance.zh}外），请移动图钉或换地点",
        f"This place is outside the net ({distance.en} to the {direction.en}); move the pin or choose another place",
    )
    return Malformed(
        "outside_the_net",
        sentence,
        fields=(FieldError("place", sentence, "outside_the_net"),),
        distance_m=round(nearest.distance_m),
        direction=direction.en,
    )


def distance_words(distance_m: float) -> Say:
    if distance_m < 1000:
        return Say(f"{distance_m:.0f} 米", f"{distance_m:.0f} m")
    return Say(f"{distance_m / 1000:.1f} 公里", f"{distance_m / 1000:.1f} km")


async def grids(
    session: AsyncSession,
    county: str,
    *,
    on: date,
    within: str | None,
    levels: Sequence[GridLevel],
    kinds: Sequence[GridKind],
) -> Sequence[Grid]:
    """Grids in force on a local day at or below the grid `within`, by code."""
    wanted = select(Grid).where(col(Grid.county) == county, in_force(on))
    if levels:
        wanted = wanted.where(col(Grid.level).in_(levels))
    if kinds:
        wanted = wanted.where(col(Grid.kind).in_(kinds))
    if within:
        path = select(col(Grid.path)).where(col(Grid.county) == county, col(Grid.code) == within, in_force(on))
        top = path.scalar_subquery()
        wanted = wanted.where(or_(col(Grid.path) == top, col(Grid.path).like(top.op("||")("/%"))))
    return (await session.scalars(wanted.order_by(col(Grid.code)))).all()


async def grid_names(session: AsyncSession, county: str, codes: Iterable[str], *, on: date) -> dict[str, str]:
    rows = await session.execute(
        select(col(Grid.code), col(Grid.name)).where(
            col(Grid.county) == county, col(Grid.code).in_(set(codes)), in_force(on)
        )
    )
    return dict(rows.all())


async def grid_paths(session: AsyncSession, county: str, codes: Iterable[str], *, on: date) -> dict[str, str]:
    """Code to path of those of these grids that are in force on a local day or come later."""
    rows = await session.execute(
        select(col(Grid.code), col(Grid.path)).where(
            col(Grid.county) == county, col(Grid.code).in_(set(codes)), in_force(on) | (col(Grid.valid_from) > on)
        )
    )
    return dict(rows.all())


async def paths_ever(session: AsyncSession, county: str, code: str) -> tuple[str, ...]:
    """Where the grid with this code has ever been in the net; of a cluster, where its villages and grids have been."""
    found = select(col(Grid.path)).where(
        col(Grid.county) == county, or_(col(Grid.code) == code, col(Grid.cluster_code) == code)
    )
    return tuple(await session.scalars(found.distinct().order_by(col(Grid.path))))


async def paths_named(session: AsyncSession, county: str, part: str) -> tuple[str, ...]:
    """Where grids have ever been that had this in their name."""
    found = select(col(Grid.path)).where(col(Grid.county) == county, col(Grid.name).icontains(part, autoescape=True))
    return tuple(await session.scalars(found.distinct()))


async def net_version(session: AsyncSession, county: str, on: date) -> str:
    """Of the net on a local day: changes whenever an edition is published, and at midnight; used as an ETag."""
    newest = await session.scalar(select(func.max(col(NetEdition.number))).where(col(NetEdition.county) == county))
    return f"{newest or 0}-{on.isoformat()}"
