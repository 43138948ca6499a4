"""Every SELECT about the net, above all the one that finds the grid of a point."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.database import sql_point
from backend.errors import FieldError, Malformed, Say
from backend.grids.models import Grid, GridKind, GridLevel

BORDER_TOLERANCE_M = 15.0

_LEAVES = (GridLevel.GRID, GridLevel.MICRO)
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


def in_force() -> ColumnElement[bool]:
    """The version of each grid that holds today: the one without an end."""
    return col(Grid.valid_to).is_(None)


async def grid_at(session: AsyncSession, county: str, lng: float, lat: float) -> FoundGrid:
    """The leaf grid of a WGS84 point: the smallest exclusive grid that covers it, else the base grid.

    Up to 15 m outside the net the nearest grid is taken and flagged. Beyond that raises Malformed `outside_the_net`
    with the distance in metres and the direction in which the point lies from the net.
    """
    here = sql_point(lng, lat)
    covering = (
        select(Grid)
        .where(
            col(Grid.county) == county,
            col(Grid.level).in_(_LEAVES),
            in_force(),
            func.ST_Covers(col(Grid.shape), here),
        )
        .order_by(case((col(Grid.kind) == GridKind.EXCLUSIVE, 0), else_=1), col(Grid.area_m2), col(Grid.code))
        .limit(1)
    )
    grid = (await session.scalars(covering)).one_or_none()
    if grid:
        return FoundGrid(grid, on_border=False, distance_m=0.0)
    nearest = await _nearest(session, county, lng, lat)
    if nearest and nearest.distance_m <= BORDER_TOLERANCE_M:
        return FoundGrid(nearest.grid, on_border=True, distance_m=nearest.distance_m)
    raise _outside(nearest)


@dataclass(frozen=True)
class _Nearest:
    grid: Grid
    distance_m: float
    bearing_deg: float


async def _nearest(session: AsyncSession, county: str, lng: float, lat: float) -> _Nearest | None:
    here = sql_point(lng, lat)
    geography = func.geography(here)
    # A degree of longitude is shorter than one of latitude; the closest point is sought where both are alike.
    shrink = max(math.cos(math.radians(lat)), 0.01)
    shrunk = func.ST_ClosestPoint(func.ST_Scale(col(Grid.shape), shrink, 1.0), func.ST_Scale(here, shrink, 1.0))
    closest = func.geography(func.ST_Scale(shrunk, 1.0 / shrink, 1.0))
    candidates = (
        select(Grid, func.ST_Distance(func.geography(col(Grid.shape)), geography), func.ST_Azimuth(closest, geography))
        .where(col(Grid.county) == county, col(Grid.level).in_(_LEAVES), in_force(), col(Grid.kind) == GridKind.BASE)
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
    within: str | None,
    levels: Sequence[GridLevel],
    kinds: Sequence[GridKind],
) -> Sequence[Grid]:
    """Grids in force at or below the grid `within`, by code."""
    wanted = select(Grid).where(col(Grid.county) == county, in_force())
    if levels:
        wanted = wanted.where(col(Grid.level).in_(levels))
    if kinds:
        wanted = wanted.where(col(Grid.kind).in_(kinds))
    if within:
        path = select(col(Grid.path)).where(col(Grid.county) == county, col(Grid.code) == within, in_force())
        top = path.scalar_subquery()
        wanted = wanted.where(or_(col(Grid.path) == top, col(Grid.path).like(top.op("||")("/%"))))
    return (await session.scalars(wanted.order_by(col(Grid.code)))).all()


async def grid_names(session: AsyncSession, county: str, codes: Iterable[str]) -> dict[str, str]:
    rows = await session.execute(
        select(col(Grid.code), col(Grid.name)).where(
            col(Grid.county) == county, col(Grid.code).in_(set(codes)), in_force()
        )
    )
    return dict(rows.all())


async def net_version(session: AsyncSession, county: str) -> str:
    """Changes whenever any grid of the county does; used as an ETag."""
    row = (
        await session.execute(
            select(func.count(), func.max(col(Grid.version)), func.max(col(Grid.valid_from))).where(
                col(Grid.county) == county
            )
        )
    ).one()
    return "-".join(str(part) for part in row)
