"""How many photos a second are sought among 100,000 that came within half a year, mirrored and cut ones too, against one pass
that compares whole with whole only.

Ours is `photos_like` in a session of its own for every photo, as the job has it; the floor is bare psycopg. The hashes are
random, so that about as many candidates are read as unlike photos give.
"""

import random
from datetime import UTC, datetime

from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from backend.database import make_engine, make_sessions
from backend.photos.likeness import SMALL_VIEWS, VIEWS, Look
from backend.photos.queries import keep_look, photos_like
from backend.settings import Settings
from tests.bench.turns import Figures, in_turn, machine
from tests.conftest import cloned_database

COUNTY = "320281"
STORED, EACH, ROUNDS = 100_000, 5, 3
AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
HASH = "(('x' || md5(random()::text || n))::bit(128))::bit(64)"
FILL = f"""
    INSERT INTO photo_look
        (county, sha256, seen_at, whole, top_left, top_right, bottom_left, bottom_right, middle, large)
    SELECT :county, md5(n::text) || md5((-n)::text), :at - n * interval '1 minute',
        {", ".join([HASH] * SMALL_VIEWS)},
        decode((SELECT string_agg(md5(random()::text || n || k), '') FROM generate_series(1, {VIEWS * 2}) k), 'hex')
    FROM generate_series(1, :stored) n
"""
WHOLE_ONLY = """
    SELECT sha256 FROM photo_look
    WHERE county = %s AND seen_at > %s AND bit_count(whole # %s::bit(64)) <= 15
"""


async def run() -> Figures:
    with cloned_database("bench") as url:
        conninfo = Settings(database_url=url).conninfo
        engine = make_engine(url)
        sessions = make_sessions(engine)
        sought = await _fill(engine)

        async def ours() -> int:
            for sha256 in sought:
                async with sessions() as session:
                    await photos_like(session, COUNTY, sha256)
            return EACH

        async def whole_only() -> int:
            chance = random.Random(4)
            for _ in sought:
                async with pool.connection() as connection:
                    wanted = f"{chance.getrandbits(64):064b}"
                    await (
                        await connection.execute(WHOLE_ONLY, [COUNTY, datetime(2026, 1, 1, tzinfo=UTC), wanted])
                    ).fetchall()
            return EACH

        pool = AsyncConnectionPool(conninfo, min_size=1, max_size=1, open=False)
        async with pool:
            figures = await in_turn(
                ours,
                whole_only,
                rounds=ROUNDS,
                what=f"photos_like among {STORED:,} photos, a session each",
                against="one pass of psycopg that compares whole with whole only",
                where=machine(conninfo),
                each=EACH,
            )
        await engine.dispose()
        return figures


async def _fill(engine: AsyncEngine) -> list[str]:
    """SHA-256 of the photos to seek, among the stored."""
    chance = random.Random(3)
    sought = [f"{chance.getrandbits(256):064x}" for _ in range(EACH)]
    async with make_sessions(engine)() as session, session.begin():
        await session.execute(text(FILL), {"county": COUNTY, "at": AT, "stored": STORED})
        for sha256 in sought:
            small = tuple(chance.getrandbits(64) for _ in range(SMALL_VIEWS))
            large = tuple(chance.getrandbits(256) for _ in range(VIEWS))
            await keep_look(session, COUNTY, sha256, Look(small, large), AT)
    async with engine.connect() as connection:
        analysing = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await analysing.execute(text("VACUUM ANALYZE photo_look"))
    return sought
