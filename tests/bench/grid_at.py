"""How many points a second get their grid, against the one bare statement that a point in a polygon needs.

Ours is `grid_at` in a session of its own for every point, as a request has it. The points are spread over the demo town; one
in ten lies north of it, where the nearest grid is looked for.
"""

import random
from contextlib import suppress

from psycopg_pool import AsyncConnectionPool

from backend.database import make_engine, make_sessions
from backend.errors import Malformed
from backend.grids.queries import grid_at
from backend.settings import Settings
from tests.bench.turns import Figures, in_turn, machine
from tests.conftest import cloned_database
from tests.people import PLACES

COUNTY = "320281"
EACH, ROUNDS = 500, 5
NORTH_OF_TOWN = 31.87
STATEMENT = """
    SELECT code FROM grid
    WHERE county = %s AND level IN ('grid', 'micro') AND valid_to IS NULL
      AND ST_Covers(shape, ST_SetSRID(ST_MakePoint(%s, %s), 4326))
    ORDER BY kind = 'base', area_m2, code LIMIT 1
"""


def points() -> list[tuple[float, float]]:
    """The same every time: near a grid's label point, and every tenth one moved out of the town."""
    chance = random.Random(3)
    near = [chance.choice(list(PLACES.values())) for _ in range(EACH)]
    spread = [(lng + chance.uniform(-1, 1) * 1e-3, lat + chance.uniform(-1, 1) * 1e-3) for lng, lat in near]
    return [(lng, NORTH_OF_TOWN) if number % 10 == 0 else (lng, lat) for number, (lng, lat) in enumerate(spread)]


async def run() -> Figures:
    with cloned_database("bench") as url:
        engine = make_engine(url)
        sessions = make_sessions(engine)
        wanted = points()

        async def ours() -> int:
            for lng, lat in wanted:
                async with sessions() as session:
                    with suppress(Malformed):
                        await grid_at(session, COUNTY, lng, lat)
            return EACH

        async def floor() -> int:
            for lng, lat in wanted:
                async with pool.connection() as connection:
                    await (await connection.execute(STATEMENT, [COUNTY, lng, lat])).fetchone()
            return EACH

        conninfo = Settings(database_url=url).conninfo
        pool = AsyncConnectionPool(conninfo, min_size=1, max_size=1, open=False)
        async with pool:
            figures = await in_turn(
                ours,
                floor,
                rounds=ROUNDS,
                what="grid_at, one point a session",
                against="one bare ST_Covers by psycopg",
                where=machine(conninfo),
                each=EACH,
            )
        await engine.dispose()
        return figures
