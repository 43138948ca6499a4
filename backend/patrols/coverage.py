"""Coverage of grids: which cells somebody walked through, by day. It is about grids; no person stands in it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import cast

import numpy as np
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.database import shape_of
from backend.grids.models import Grid
from backend.grids.queries import in_force
from backend.patrols.models import CoverageDay, StaffDay
from geo.lattice import Shape
from geo.tracks.coverage import share


async def recount_coverage(session: AsyncSession, county: str, on_day: date, grid_codes: Iterable[str]) -> None:
    """Bring the day's coverage of these grids in line with the staff-days of that day."""
    for code in sorted(grid_codes):
        lists = await session.scalars(
            select(col(StaffDay.coverage)[code]).where(
                col(StaffDay.county) == county,
                col(StaffDay.on_day) == on_day,
                func.jsonb_exists(col(StaffDay.coverage), code),
            )
        )
        cells = sorted(set().union(*lists))
        key = (col(CoverageDay.county) == county, col(CoverageDay.grid_code) == code, col(CoverageDay.on_day) == on_day)
        if not cells:
            await session.execute(delete(CoverageDay).where(*key))
            continue
        row = insert(CoverageDay).values(county=county, grid_code=code, on_day=on_day, cells=cells)
        await session.execute(
            row.on_conflict_do_update(
                index_elements=["county", "grid_code", "on_day"], set_={"cells": row.excluded.cells}
            )
        )


async def cells_last_seen(
    session: AsyncSession, county: str, grid_codes: Sequence[str], first: date, last: date
) -> dict[str, dict[int, date]]:
    """For each grid the newest day within `first` to `last` on which each of its cells was walked through."""
    rows = await session.execute(
        select(col(CoverageDay.grid_code), col(CoverageDay.on_day), col(CoverageDay.cells))
        .where(
            col(CoverageDay.county) == county,
            col(CoverageDay.grid_code).in_(grid_codes),
            col(CoverageDay.on_day).between(first, last),
        )
        .order_by(col(CoverageDay.on_day))
    )
    seen: dict[str, dict[int, date]] = {code: {} for code in grid_codes}
    for code, on_day, cells in rows:
        seen[code].update(dict.fromkeys(cells, on_day))
    return seen


async def cells_by_day(
    session: AsyncSession, county: str, grid_code: str, first: date, last: date
) -> list[tuple[date, list[int]]]:
    """The days within `first` to `last` on which somebody walked in the grid, each with the cells, oldest first."""
    rows = await session.execute(
        select(col(CoverageDay.on_day), col(CoverageDay.cells))
        .where(
            col(CoverageDay.county) == county,
            col(CoverageDay.grid_code) == grid_code,
            col(CoverageDay.on_day).between(first, last),
        )
        .order_by(col(CoverageDay.on_day))
    )
    return [(on_day, cells) for on_day, cells in rows]


async def coverage_shares(
    session: AsyncSession, county: str, on_day: date, cells: Mapping[str, Sequence[int]]
) -> dict[str, float]:
    """Which share of each grid's cells these are, 0 to 1. Grids that were not in force on that day are left out."""
    if not cells:
        return {}
    rows = await session.execute(
        select(col(Grid.code), col(Grid.shape)).where(
            col(Grid.county) == county, col(Grid.code).in_(cells), in_force(on_day)
        )
    )
    return {code: share(np.array(cells[code], np.int64), cast(Shape, shape_of(shape))) for code, shape in rows if shape}
