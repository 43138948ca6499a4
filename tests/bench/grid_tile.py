"""How many tiles of a full county a second: 2,099 grids from zoom 8 to 16, against the true shapes straight into `ST_AsMVT`.

Both answer the same addresses, those over the county's middle. Ours also carries the labels and asks for the edition of the
day; the floor shows every level at every zoom, because that is what it takes not to think about it.
"""

import math
from dataclasses import replace
from datetime import UTC, date, datetime

from psycopg_pool import AsyncConnectionPool

from backend.database import make_engine, make_sessions
from backend.grids.models import NetEdition
from backend.grids.outlines import write_outlines
from backend.grids.queries_tiles import TileAddress, grid_tile
from backend.settings import Settings
from tests.bench.turns import Figures, in_turn, machine
from tests.conftest import cloned_database
from tests.nets import SINCE, grid_rows, random_net

TODAY = date(2026, 11, 23)
NET = random_net(1, towns=17, villages=250, grids=2_099, bends=9)
ZOOMS = range(8, 17)
ROUNDS = 5
STATEMENT = """
    SELECT ST_AsMVT(q, 'grids', 4096, 'geometry') FROM (
        SELECT ST_AsMVTGeom(ST_Transform(shape, 3857), ST_TileEnvelope(%(z)s, %(x)s, %(y)s)) AS geometry,
            code, name, short_name, level, kind, parent_code
        FROM grid
        WHERE county = %(county)s AND shape && ST_Transform(ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4326)
    ) AS q
"""


def over_the_middle(zoom: int) -> TileAddress:
    middle = NET.shapes[NET.county].centroid
    across = 1 << zoom
    south = (1 - math.asinh(math.tan(math.radians(middle.y))) / math.pi) / 2
    return TileAddress(zoom, int((middle.x + 180) / 360 * across), int(south * across))


async def run() -> Figures:
    with cloned_database("bench") as url:
        engine = make_engine(url)
        sessions = make_sessions(engine)
        async with sessions() as session, session.begin():
            session.add_all(grid_rows(NET))
            session.add(
                NetEdition(
                    county=NET.county,
                    number=1,
                    title="bench",
                    effective_on=SINCE,
                    published_at=datetime(2026, 1, 1, tzinfo=UTC),
                    summary={},
                )
            )
            await session.flush()
            await write_outlines(session, NET.county, 1, SINCE)
        wanted = [over_the_middle(zoom) for zoom in ZOOMS]
        bytes_of = {"ours": 0, "floor": 0}

        async def ours() -> int:
            bytes_of["ours"] = 0
            for tile in wanted:
                async with sessions() as session:
                    bytes_of["ours"] += len(await grid_tile(session, NET.county, tile, TODAY))
            return len(wanted)

        async def floor() -> int:
            bytes_of["floor"] = 0
            for tile in wanted:
                async with pool.connection() as connection:
                    asked = {"z": tile.z, "x": tile.x, "y": tile.y, "county": NET.county}
                    row = await (await connection.execute(STATEMENT, asked)).fetchone()
                    bytes_of["floor"] += len(row[0]) if row else 0
            return len(wanted)

        conninfo = Settings(database_url=url).conninfo
        pool = AsyncConnectionPool(conninfo, min_size=1, max_size=1, open=False)
        async with pool:
            figures = await in_turn(
                ours,
                floor,
                rounds=ROUNDS,
                what="tiles of a county of 2,099 grids, zooms 8 to 16",
                against="true shapes of every level by one ST_AsMVT",
                where=machine(conninfo),
                each=len(wanted),
            )
        await engine.dispose()
        sizes = ", ".join(f"{name} {size / 1000:,.0f} kB" for name, size in bytes_of.items())
        return replace(figures, how_often=f"{figures.how_often}; the {len(wanted)} tiles weigh {sizes}")
