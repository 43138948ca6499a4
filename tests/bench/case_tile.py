"""How many tiles of cases a second on a generated year, against a plain count of the rows that they show.

Both look at the same cases: those that an operator of the whole county has open, tile by tile over its middle, from the whole
county in one tile down to a street. Ours also reads lights and severities, makes cells of them and encodes; the floor counts
what lies in the tile's box. Once more at a tenth of the cases, to see how it grows; and the heat map of ninety days.
"""

import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from statistics import median, quantiles
from time import perf_counter
from typing import TypeVar

from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text

from backend.cases.queries_groups import Group
from backend.cases.queries_lists import CaseFilter
from backend.clock import local_date
from backend.command_centre.search import search
from backend.command_centre.tile_queries import case_tile, heat_tile
from backend.database import make_engine, make_sessions
from backend.grids.queries_tiles import TileAddress
from backend.settings import Settings
from tests.bench.turns import Figures, in_turn, machine
from tests.bench.year import Year, ready_year

T = TypeVar("T")

ZOOMS = range(8, 18)
ROUNDS = 5
OPEN = CaseFilter(group=Group.OPEN)
STATEMENT = """
    SELECT count(*) FROM "case" WHERE county = %(county)s
        AND status IN ('handling', 'pending_ack', 'pending_dispatch', 'pending_filing', 'pending_inspection',
            'pending_review', 'rework', 'suspended', 'verifying')
        AND place && ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4326)
"""
TYPED = ("路口", "垃圾", "学校门口", "没有的话", "htc", "0000", "村", "综合执法")


async def run() -> Figures:
    with ready_year(0.1) as tenth:
        smaller = await _figures(tenth)
    with ready_year(1) as year:
        whole = await _figures(year)
        more = await _more(year)
    growth = f"at a tenth of the cases ours {smaller.ours_per_s:,.1f}/s, floor {smaller.floor_per_s:,.1f}/s"
    return replace(whole, how_often=f"{whole.how_often}; {growth}; {more}")


async def _tiles(year: Year) -> list[TileAddress]:
    """Over the middle of the cases, where they lie thickest."""
    engine = make_engine(year.url)
    async with engine.connect() as connection:
        lng, lat = (
            await connection.execute(
                text('SELECT avg(ST_X(place)), avg(ST_Y(place)) FROM "case" TABLESAMPLE system (2)')
            )
        ).one()
    await engine.dispose()
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return [TileAddress(z, int((lng + 180) / 360 * (1 << z)), int(y * (1 << z))) for z in ZOOMS]


async def _figures(year: Year) -> Figures:
    engine = make_engine(year.url)
    sessions = make_sessions(engine)
    wanted = await _tiles(year)

    async def ours() -> int:
        for tile in wanted:
            async with sessions.begin() as session:
                await case_tile(session, year.actor, OPEN, tile, year.now)
        return len(wanted)

    async def floor() -> int:
        for tile in wanted:
            async with pool.connection() as connection:
                asked = {"county": year.county, "z": tile.z, "x": tile.x, "y": tile.y}
                await (await connection.execute(STATEMENT, asked)).fetchone()
        return len(wanted)

    conninfo = Settings(database_url=year.url).conninfo
    pool = AsyncConnectionPool(conninfo, min_size=1, max_size=1, open=False)
    async with pool:
        figures = await in_turn(
            ours,
            floor,
            rounds=ROUNDS,
            what=f"tiles of the open ones of {year.cases:,} cases, zooms 8 to 17",
            against="a plain count of the open cases in the tile's box",
            where=machine(conninfo),
            each=len(wanted),
        )
    await engine.dispose()
    return figures


async def _more(year: Year) -> str:
    """Milliseconds of single tiles, of heat, and of the search box."""
    engine = make_engine(year.url)
    sessions = make_sessions(engine)
    wanted = await _tiles(year)
    ninety = CaseFilter(opened_from=local_date(year.now) - timedelta(days=89))

    async def open_tile(tile: TileAddress) -> None:
        async with sessions.begin() as session:
            await case_tile(session, year.actor, OPEN, tile, year.now)

    async def heat(tile: TileAddress) -> None:
        async with sessions.begin() as session:
            await heat_tile(session, year.actor, ninety, tile, year.now)

    async def find(typed: str) -> None:
        async with sessions.begin() as session:
            await search(session, year.actor, typed, base_map=b'{"features": []}', at=year.now)

    told = [
        f"slowest tile {max(await _times(open_tile, wanted)):.0f} ms",
        f"heat of ninety days median {median(await _times(heat, wanted)):.0f} ms",
        "search " + _percentiles(await _times(find, TYPED * 4)),
    ]
    await engine.dispose()
    return ", ".join(told)


async def _times(ask: Callable[[T], Awaitable[None]], each: Sequence[T]) -> list[float]:
    for one in each:
        await ask(one)
    taken = []
    for one in each:
        began = perf_counter()
        await ask(one)
        taken.append((perf_counter() - began) * 1000)
    return taken


def _percentiles(taken: list[float]) -> str:
    return f"median {median(taken):.0f} ms, p95 {quantiles(taken, n=20)[-1]:.0f} ms"
