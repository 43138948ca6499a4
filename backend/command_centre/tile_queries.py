"""Cases as vector tiles: single ones, and clusters made here, so that a map shows all that a filter finds, never a part.

A tile is cut into square cells. The cases of one cell are one feature; every case lies in exactly one cell of exactly one
tile, so that the counts of all tiles add up to the count of the list under the same filter.
"""

import math
from datetime import datetime
from typing import Any

from sqlalchemy import CTE, ColumnElement, Float, Integer, Select, String, case, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case
from backend.cases.queries import is_open
from backend.cases.queries_groups import Group, in_group
from backend.cases.queries_lists import CaseFilter, matching
from backend.cases.terms import Status
from backend.database import SRID
from backend.grids.queries_tiles import TileAddress
from backend.matters.models import Severity
from backend.permissions import Actor

EXTENT = 4096
# Maps draw a tile 512 pixels wide: cells of 64 pixels, and from the last zoom on of 8, where only what lies on one another
# is still together.
CELLS, FINE_CELLS = 8, 64
LAST_CLUSTER_ZOOM = 16
HEAT_CELLS = 64
# How far a cluster may stand from the middle of its cell, as a part of the way to the mean of its cases: with all of it,
# neighbours would cover one another.
LEANING = 0.5
# Degrees; far more than what arithmetic loses.
MARGIN = 1e-6

SEVERITY_RANK = {Severity.MINOR: 0, Severity.NORMAL: 1, Severity.URGENT: 2, Severity.EMERGENCY: 3}


def cells_of(zoom: int) -> int:
    return CELLS if zoom <= LAST_CLUSTER_ZOOM else FINE_CELLS


async def case_tile(session: AsyncSession, actor: Actor, wanted: CaseFilter, tile: TileAddress, at: datetime) -> bytes:
    """Layer `cases`: of each cell the one case, or how many there are and the worst of them. Lights are those of `at`.

    `rank` is the light (0 none, 1 in time, 2 nearly late, 3 late), `severity` from 0 (minor) to 3 (emergency); `waits` and
    `whistled` count the cases that wait for dispatch and those to which a squad is called and has not come.
    """
    cells = cells_of(tile.z)
    found = _found(actor, wanted, tile, cells, at)
    clusters = (
        select(
            found.c.gx,
            found.c.gy,
            func.count().label("n"),
            func.max(found.c.rank).label("rank"),
            func.max(found.c.severity).label("severity"),
            func.sum(found.c.waits).label("waits"),
            func.sum(found.c.whistled).label("whistled"),
            func.min(found.c.faded).label("faded"),
            func.avg(found.c.fx).label("fx"),
            func.avg(found.c.fy).label("fy"),
            func.min(found.c.lng).label("west"),
            func.min(found.c.lat).label("south"),
            func.max(found.c.lng).label("east"),
            func.max(found.c.lat).label("north"),
            # Of a single case, the case's own: a join to find it again is planned badly, nothing being known of the cells.
            func.min(found.c.id).label("id"),
            func.min(found.c.code).label("code"),
            func.min(found.c.status).label("status"),
        )
        .group_by(found.c.gx, found.c.gy)
        .cte("clusters")
    )
    alone = clusters.c.n == 1

    def lean(mean: ColumnElement[Any], cell: ColumnElement[Any]) -> ColumnElement[Any]:
        middle = cell + literal(0.5)
        return case((alone, mean), else_=middle + (mean - middle) * LEANING) / cells * EXTENT

    features = (
        select(
            _tile_point(lean(clusters.c.fx, clusters.c.gx), lean(clusters.c.fy, clusters.c.gy)).label("geometry"),
            *(clusters.c[name] for name in ("n", "rank", "severity", "waits", "whistled", "faded")),
            *(case((alone, clusters.c[name])).label(name) for name in ("id", "code", "status")),
            *(case((~alone, clusters.c[side])).label(side) for side in ("west", "south", "east", "north")),
        )
        .order_by(clusters.c.gy, clusters.c.gx)
        .cte("features")
        .prefix_with("MATERIALIZED")
    )
    return await _encoded(session, features, "cases")


async def heat_tile(session: AsyncSession, actor: Actor, wanted: CaseFilter, tile: TileAddress, at: datetime) -> bytes:
    """Layer `heat`: how many cases the filter finds in each small cell, as `n`."""
    found = _found(actor, wanted, tile, HEAT_CELLS, at, plain=True)
    features = (
        select(
            _tile_point(
                (found.c.gx + literal(0.5)) / HEAT_CELLS * EXTENT, (found.c.gy + literal(0.5)) / HEAT_CELLS * EXTENT
            ).label("geometry"),
            func.count().label("n"),
        )
        .group_by(found.c.gx, found.c.gy)
        .order_by(found.c.gy, found.c.gx)
        .cte("features")
        .prefix_with("MATERIALIZED")
    )
    return await _encoded(session, features, "heat")


def _found(
    actor: Actor, wanted: CaseFilter, tile: TileAddress, cells: int, at: datetime, *, plain: bool = False
) -> CTE:
    """The wanted cases in the tile, each with its cell (counted inside the tile) and what a cluster is made of.

    `fx` and `fy` count cells from the tile's corner. Web Mercator is worked out here (as `ST_Transform` would): the cell then
    is one function of the place for every tile, and no case falls between two of them.
    """
    across = (1 << tile.z) * cells
    lng, lat = func.ST_X(col(Case.place)), func.ST_Y(col(Case.place))
    stretched = func.ln(func.tan(func.pi() / 4 + func.radians(lat) / 2))
    fx = (lng + 180.0) / 360.0 * across - tile.x * cells
    fy = (0.5 - stretched / (2 * func.pi())) * across - tile.y * cells
    place = select(
        cast(col(Case.id), String).label("id"), lng.label("lng"), lat.label("lat"), fx.label("fx"), fy.label("fy")
    ).where(matching(actor, wanted, at), col(Case.place).op("&&")(_around(tile)))
    if not plain:
        place = place.add_columns(
            col(Case.code).label("code"),
            cast(col(Case.status), String).label("status"),
            _light_rank(at).label("rank"),
            case(SEVERITY_RANK, value=col(Case.severity), else_=0).label("severity"),
            _as_number(col(Case.status) == Status.PENDING_DISPATCH).label("waits"),
            _as_number(in_group(Group.WHISTLED, at)).label("whistled"),
            _as_number(~is_open()).label("faded"),
        )
    placed = place.cte("q").prefix_with("MATERIALIZED")
    gx, gy = func.floor(placed.c.fx), func.floor(placed.c.fy)
    here = select(*placed.c, cast(gx, Integer).label("gx"), cast(gy, Integer).label("gy")).where(
        gx.between(0, cells - 1), gy.between(0, cells - 1)
    )
    return here.cte("found").prefix_with("MATERIALIZED")


def _around(tile: TileAddress) -> ColumnElement[Any]:
    """The tile's box in degrees and a little more: which tile a case is in is decided by its cell."""
    across = 1 << tile.z
    west, east = (x / across * 360 - 180 for x in (tile.x, tile.x + 1))
    north, south = (math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / across)))) for y in (tile.y, tile.y + 1))
    return func.ST_MakeEnvelope(west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN, SRID)


def _light_rank(at: datetime) -> ColumnElement[int]:
    """As `lightOf` of the pages: no clock runs for what has ended or is suspended."""
    return case(
        (~is_open() | (col(Case.status) == Status.SUSPENDED) | col(Case.due_at).is_(None), 0),
        (col(Case.due_at) < at, 3),
        (col(Case.warn_at) <= at, 2),
        else_=1,
    )


def _as_number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(condition, Integer)


def _tile_point(x: ColumnElement[Any], y: ColumnElement[Any]) -> ColumnElement[Any]:
    """In the tile's own coordinates, where y grows to the south; whole ones, as the format has them."""
    return func.ST_MakePoint(cast(func.floor(x), Float), cast(func.floor(y), Float))


async def _encoded(session: AsyncSession, features: CTE, layer: str) -> bytes:
    row = features.table_valued()
    encoded: Select[Any] = select(func.ST_AsMVT(row, layer, EXTENT, "geometry")).select_from(features)
    return bytes(await session.scalar(encoded) or b"")
