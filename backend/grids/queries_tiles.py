"""Every SELECT about maps of the net: what outlines are simplified from, and a tile as the database encodes it."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.grids.models import Grid, GridKind, GridLevel, NetEdition
from backend.grids.queries import in_force

# From which zoom on a level is drawn, and from which it is named; a name needs room.
DRAWN_FROM = {
    GridLevel.COUNTY: 0,
    GridLevel.TOWN: 7,
    GridLevel.VILLAGE: 9,
    GridLevel.GRID: 12,
    GridLevel.MICRO: 16,
}
NAMED_FROM = {
    GridLevel.COUNTY: 6,
    GridLevel.TOWN: 9,
    GridLevel.VILLAGE: 11,
    GridLevel.GRID: 14,
    GridLevel.MICRO: 17,
}
# Zooms up to each of these have outlines of their own, made with a view to the finest level drawn there. Beyond: true shapes.
OUTLINED_TO = {8: GridLevel.TOWN, 11: GridLevel.VILLAGE, 13: GridLevel.GRID}


class Drawn(NamedTuple):
    """A grid version with what a map needs of it; `wkb` is its shape in WGS84."""

    code: str
    version: int
    level: GridLevel
    kind: GridKind
    parent_code: str | None
    cluster_code: str | None
    wkb: bytes


class TileAddress(NamedTuple):
    """Web Mercator tile as maps count them: x from the west, y from the north."""

    z: int
    x: int
    y: int


async def shapes_in_force(session: AsyncSession, county: str, on: date) -> list[Drawn]:
    """Every grid that has a shape on a local day."""
    drawn = select(
        col(Grid.code),
        col(Grid.version),
        col(Grid.level),
        col(Grid.kind),
        col(Grid.parent_code),
        col(Grid.cluster_code),
        func.ST_AsBinary(col(Grid.shape)),
    ).where(col(Grid.county) == county, in_force(on), col(Grid.shape).is_not(None))
    return [Drawn(*row) for row in await session.execute(drawn)]


async def grid_tile(session: AsyncSession, county: str, tile: TileAddress, on: date) -> bytes:
    """The county's net on a local day as a Mapbox vector tile with layers `grids` and `labels`; empty where there is none."""
    edition = (
        select(col(NetEdition.number))
        .where(col(NetEdition.county) == county, col(NetEdition.effective_on) <= on)
        .order_by(col(NetEdition.number).desc())
        .limit(1)
    )
    found: bytes = await session.scalar(
        text(_statement()),
        {
            "z": tile.z,
            "x": tile.x,
            "y": tile.y,
            "county": county,
            "on": on,
            "edition": await session.scalar(edition),
            "max_zoom": next((zoom for zoom in OUTLINED_TO if tile.z <= zoom), None),
            "levels": [level for level, zoom in DRAWN_FROM.items() if tile.z >= zoom],
            "labelled": [level for level, zoom in NAMED_FROM.items() if tile.z >= zoom],
        },
    )
    return bytes(found)


@cache
def _statement() -> str:
    return (Path(__file__).parent / "sql" / "tile.sql").read_text(encoding="utf-8")
