"""Blind spots of grids, as the map shows them: how long ago each part was last walked through, and where to go next."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import cast

import numpy as np
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.database import shape_of
from backend.errors import NotFound, Say
from backend.grids.models import LEAF_LEVELS, Grid
from backend.grids.queries import in_force
from backend.patrols.coverage import cells_by_day, cells_last_seen
from backend.patrols.schemas import BlindSpot, CellSeen, GridCoverage, GridCoverageDetail, WeekSeen
from geo.lattice import Shape
from geo.tracks.coverage import bounds, cells_of
from geo.tracks.patches import patches

WEEK = timedelta(days=7)
# What was not walked for longer than this is only told to be longer ago.
LOOKED_BACK = timedelta(days=90)
MOST_SPOTS = 5
WEEKS = 12


async def coverage_of_grids(session: AsyncSession, county: str, within: str | None, today: date) -> list[GridCoverage]:
    """Every grid in force below a path, or of the county: how much of it was walked through in the seven days to `today`."""
    grids = await _leaves(session, county, within, today)
    seen = await cells_last_seen(session, county, [grid.code for grid in grids], today - LOOKED_BACK, today)
    # A county's cells take a second of arithmetic: not on the event loop.
    return await asyncio.to_thread(
        lambda: [_summary(grid, cells_of(_shape(grid)), seen[grid.code], today) for grid in grids]
    )


async def coverage_of_grid(session: AsyncSession, county: str, code: str, today: date) -> GridCoverageDetail:
    """One grid with all its cells as of `today`, the places in it that nobody has seen for longest, and its last weeks.

    Raises NotFound.
    """
    grid = next((one for one in await _leaves(session, county, None, today, code) if one.code == code), None)
    if grid is None:
        raise NotFound("no_such_grid", Say("没有这个网格", "There is no such grid"))
    days = await cells_by_day(session, county, code, today - LOOKED_BACK, today)
    return await asyncio.to_thread(_detail, grid, days, today)


def _detail(grid: Grid, walked: Sequence[tuple[date, list[int]]], today: date) -> GridCoverageDetail:
    seen = {cell: on_day for on_day, those in walked for cell in those}
    cells = cells_of(_shape(grid))
    days = [_days_ago(seen.get(cell), today) for cell in cells.tolist()]
    boxes = bounds(cells)
    return GridCoverageDetail(
        **_summary(grid, cells, seen, today).model_dump(),
        cells_seen=[
            CellSeen(cell=cell, days_ago=ago, bounds=(box[0], box[1], box[2], box[3]))
            for cell, ago, box in zip(cells.tolist(), days, boxes.tolist(), strict=True)
        ],
        blind_spots=_blind_spots(cells, days),
        weeks=_weeks(cells, walked, today),
    )


def _weeks(cells: np.ndarray, walked: Sequence[tuple[date, list[int]]], today: date) -> list[WeekSeen]:
    mine = set(cells.tolist())
    weeks = []
    for back in range(WEEKS - 1, -1, -1):
        last = today - back * WEEK
        first = last - WEEK + timedelta(days=1)
        seen = mine & set().union(*(those for on_day, those in walked if first <= on_day <= last))
        share = len(seen) / len(mine) if mine else 0.0
        weeks.append(WeekSeen(first_on=first, last_on=last, cells=len(seen), share=share))
    return weeks


def _blind_spots(cells: np.ndarray, days: Sequence[int | None]) -> list[BlindSpot]:
    """The largest connected parts that nobody has walked through for a week, those unseen for longest first."""
    ago = np.array([LOOKED_BACK.days + 1 if one is None else one for one in days])
    blind = ago > WEEK.days
    spots = []
    for patch in patches(cells[blind]):
        west, south, east, north = bounds(patch).T
        longest = int(np.median(ago[np.isin(cells, patch)]))
        middle = int(np.argmin((west - west.mean()) ** 2 + (south - south.mean()) ** 2))
        spots.append(
            BlindSpot(
                lng=float(west[middle] + east[middle]) / 2,
                lat=float(south[middle] + north[middle]) / 2,
                cells=len(patch),
                days_ago=longest if longest <= LOOKED_BACK.days else None,
            )
        )
    spots.sort(key=lambda spot: (-(spot.days_ago or LOOKED_BACK.days + 1) * spot.cells, spot.lng, spot.lat))
    return spots[:MOST_SPOTS]


def _summary(grid: Grid, cells: np.ndarray, seen: dict[int, date], today: date) -> GridCoverage:
    days = [_days_ago(seen.get(cell), today) for cell in cells.tolist()]
    this_week = sum(ago is not None and ago < WEEK.days for ago in days)
    return GridCoverage(
        grid_code=grid.code,
        grid_name=grid.name,
        cells=len(cells),
        seen_this_week=this_week,
        share=this_week / len(cells) if len(cells) else 0.0,
        last_seen_on=max(seen.values(), default=None),
    )


def _days_ago(day: date | None, today: date) -> int | None:
    return None if day is None else (today - day).days


def _shape(grid: Grid) -> Shape:
    return cast(Shape, shape_of(grid.shape))


async def _leaves(
    session: AsyncSession, county: str, within: str | None, on: date, code: str | None = None
) -> Sequence[Grid]:
    wanted = select(Grid).where(
        col(Grid.county) == county, col(Grid.level).in_(LEAF_LEVELS), in_force(on), col(Grid.shape).is_not(None)
    )
    if within:
        path = col(Grid.path)
        wanted = wanted.where(or_(path == within, path.startswith(f"{within}/", autoescape=True)))
    if code:
        wanted = wanted.where(col(Grid.code) == code)
    return (await session.scalars(wanted.order_by(col(Grid.code)))).all()
