"""How many points a second get their grid among 100,000 grids, against the plain scan that needs no thought.

Ours is `grid_at` in a session of its own for every point, as a request has it; the floor asks `ST_Covers` of every grid in
turn, by bare psycopg. One point in ten lies in the gap between two nets, where the nearest grid is looked for. What the
statement takes in the database alone, planning included, is told too.
"""

import random
from contextlib import suppress
from datetime import date
from statistics import median

import psycopg
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.database import make_engine, make_sessions
from backend.errors import Malformed
from backend.grids.queries import grid_at, grid_at_statement
from backend.settings import Settings
from tests.bench.turns import Figures, in_turn, machine
from tests.conftest import cloned_database
from tests.nets import grid_rows, random_net

TODAY = date(2026, 11, 23)
NET = random_net(3, villages=150, grids=2_000, bends=9)
COUNTY = NET.county
# Copies of the net side by side, in degrees apart; with 2,000 leaves each they make 100,000.
ACROSS, DOWN, APART_DEG = 10, 5, 0.15
EACH, EACH_SCAN, ROUNDS = 500, 5, 3
SCAN = """
    SELECT code FROM grid
    WHERE county = %s AND level IN ('grid', 'micro') AND valid_to IS NULL
      AND ST_Covers(shape, ST_SetSRID(ST_MakePoint(%s, %s), 4326))
    ORDER BY kind = 'base', area_m2, code LIMIT 1
"""
COPY = """
    INSERT INTO grid
        (county, code, version, name, short_name, level, kind, path, area_m2, edition, indicative, valid_from, shape)
    SELECT county, chr(65 + :number) || substr(code, 2), version, name, short_name, level, kind, path, area_m2, edition,
        indicative, valid_from, ST_Translate(shape, :east, :north)
    FROM grid WHERE county = :county AND level = 'grid' AND code LIKE '3%'
"""


def points() -> list[tuple[float, float]]:
    """The same every time, spread over all copies and every tenth one just beyond the border of one of them."""
    chance = random.Random(3)
    west, south, east, north = NET.shapes[COUNTY].bounds
    inside = [
        (
            chance.uniform(west, east) + APART_DEG * chance.randrange(ACROSS),
            chance.uniform(south, north) + APART_DEG * chance.randrange(DOWN),
        )
        for _ in range(EACH)
    ]
    return [(east + 1e-4, lat) if number % 10 == 0 else (lng, lat) for number, (lng, lat) in enumerate(inside)]


async def run() -> Figures:
    with cloned_database("bench") as url:
        conninfo = Settings(database_url=url).conninfo
        engine = make_engine(url)
        sessions = make_sessions(engine)
        await _load(engine)
        wanted = points()
        in_database_ms = _in_database_ms(conninfo, wanted)

        async def ours() -> int:
            for lng, lat in wanted:
                async with sessions() as session:
                    with suppress(Malformed):
                        await grid_at(session, COUNTY, lng, lat, TODAY)
            return EACH

        async def scan() -> int:
            for lng, lat in wanted[:EACH_SCAN]:
                async with pool.connection() as connection:
                    await connection.execute("SET enable_indexscan = off; SET enable_bitmapscan = off")
                    await (await connection.execute(SCAN, [COUNTY, lng, lat])).fetchone()
            return EACH_SCAN

        pool = AsyncConnectionPool(conninfo, min_size=1, max_size=1, open=False)
        async with pool:
            figures = await in_turn(
                ours,
                scan,
                rounds=ROUNDS,
                what=f"grid_at among 100,000 grids, one point a session; in the database {in_database_ms:.2f} ms each",
                against="plain ST_Covers over all of them by psycopg, without the index",
                where=machine(conninfo),
                each=EACH,
            )
        await engine.dispose()
        return figures


async def _load(engine: AsyncEngine) -> None:
    """Fifty nets side by side; they have no parents in common, so that the tiling rule has to look away."""
    async with make_sessions(engine)() as session, session.begin():
        await session.execute(text("ALTER TABLE grid DISABLE TRIGGER USER"))
        session.add_all(grid_rows(NET))
        await session.flush()
        for number in range(1, ACROSS * DOWN):
            row, column = divmod(number, ACROSS)
            shift = {"number": number, "east": column * APART_DEG, "north": row * APART_DEG, "county": COUNTY}
            await session.execute(text(COPY), shift)
    async with engine.connect() as connection:
        analysing = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await analysing.execute(text("VACUUM ANALYZE grid"))


def _in_database_ms(conninfo: str, wanted: list[tuple[float, float]]) -> float:
    """Median of planning and execution together, as the database itself measures them."""
    taken = []
    with psycopg.connect(conninfo) as connection:
        for lng, lat in wanted:
            compiled = grid_at_statement(COUNTY, lng, lat, TODAY).compile(
                dialect=postgresql.psycopg.dialect(), compile_kwargs={"render_postcompile": True}
            )
            row = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {compiled}", compiled.params).fetchone()
            assert row is not None
            taken.append(row[0][0]["Planning Time"] + row[0][0]["Execution Time"])
    return median(taken)
