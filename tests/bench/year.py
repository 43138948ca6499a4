"""A generated year of a whole county, for benches: 770,000 cases with their histories, some 2-3 % of them still open.

    with ready_year(1) as year: ...        # or ready_year(0.1): the same county with a tenth of the cases

16 towns, 486 villages, 2,099 grids, 38 squads (one for each town, the rest for matters in the whole county), people of every
role; the volume, mix and rates of `domain.md` §5 and the real catalogue with its limits and work calendar. Each database is
made once (some minutes) in the test cluster and kept until this generator, the migrations or the seeds change.

Histories follow the lifecycle's table, times ascend, and clocks, counters, hands and ends on the case follow from them. Plain
on purpose, for they cost hours and decide nothing here: the hash chain and fingerprints are empty, no photos, no routing
decisions, no words in the events, and nothing that a limit of a season would change.
"""

import asyncio
import hashlib
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, TypeVar

import numpy as np
import psycopg
from psycopg import sql
from sqlalchemy import select
from sqlmodel import col

from backend.database import make_engine, make_sessions
from backend.grids.models import NetEdition
from backend.matters.models import FilingCondition, Matter
from backend.matters.queries import work_calendar
from backend.migrations.runner import migrate
from backend.permissions import Actor
from backend.staff.models import Staff
from backend.staff.queries import actor_of
from seeds.reference import departments, reference
from tests.bench.year_county import BEGAN, COUNTY, GRIDS, NOW, PHONES, TOWNS, VILLAGES, people_of
from tests.bench.year_rows import Cases, wind_open_ones
from tests.bench.year_times import Limits
from tests.conftest import _conninfo, _maintenance_url, _named, _state_of_schema_and_seeds
from tests.nets import grid_rows, random_net

T = TypeVar("T")

CASES = 770_000
_LOCK = 0x5EA5


@dataclass(frozen=True)
class Year:
    """A ready database. `actor` is an operator of the county, `phones` of whom one may sign in for over HTTP, by role."""

    url: str
    size: float
    county: str
    now: datetime
    cases: int
    events: int
    actor: Actor
    phones: dict[str, str]


@contextmanager
def ready_year(size: float = 1.0) -> Iterator[Year]:
    """The year at this size (1 or 0.1), made first if it is not there. Needs SUOZI_TEST_DATABASE_URL; safe beside others."""
    maintenance = _maintenance_url()
    name = f"year_{round(size * 100):03}_{_state()}"
    with psycopg.connect(_conninfo(maintenance), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        made = connection.execute(
            "SELECT 1 FROM pg_database d WHERE datname = %s AND shobj_description(d.oid, 'pg_database') = 'ready'",
            [name],
        ).fetchone()
        if not made:
            _drop_older(connection, name[:9])
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            migrate(_named(maintenance, name))
            began = perf_counter()
            _apart(_fill(_named(maintenance, name), round(CASES * size)))
            print(f"{name}: made in {perf_counter() - began:.0f} s")  # noqa: T201 -- a bench tells what it waits for
            connection.execute(sql.SQL("COMMENT ON DATABASE {} IS 'ready'").format(sql.Identifier(name)))
        connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    yield _apart(_described(_named(maintenance, name), size))


def _apart(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in another thread: a bench has a loop of its own that is running."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def _state() -> str:
    digest = hashlib.sha256(_state_of_schema_and_seeds().encode())
    for path in sorted(Path(__file__).parent.glob("year*")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _drop_older(connection: psycopg.Connection[Any], kind: str) -> None:
    older = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [kind]).fetchall()
    for (name,) in older:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


async def _described(url: str, size: float) -> Year:
    engine = make_engine(url)
    async with make_sessions(engine)() as session:
        staff = (await session.scalars(select(Staff).where(col(Staff.phone) == PHONES["county"]))).one()
        actor = await actor_of(session, staff, NOW)
    await engine.dispose()
    with psycopg.connect(_conninfo(url)) as connection:
        row = connection.execute('SELECT (SELECT count(*) FROM "case"), (SELECT count(*) FROM case_event)').fetchone()
    assert row
    return Year(url, size, COUNTY, NOW, row[0], row[1], actor, PHONES)


async def _fill(url: str, cases: int) -> None:
    engine = make_engine(url)
    net = random_net(1, county=COUNTY, towns=TOWNS, villages=VILLAGES, grids=GRIDS, bends=3)
    grids = grid_rows(net, valid_from=date(2025, 1, 1))
    async with make_sessions(engine)() as session, session.begin():
        since = date(2025, 1, 1)
        session.add(
            NetEdition(
                county=COUNTY, number=1, title="year", effective_on=since, published_at=BEGAN, summary={"added": 1}
            )
        )
        for batch in (
            grids,
            departments(COUNTY, "兰考县", units=COUNTY),
            *reference(COUNTY, units=COUNTY, since=since),
        ):
            session.add_all(batch)
            await session.flush()
        towns = sorted(row.path for row in grids if row.level == "town")
        for batch in people_of(towns, since):
            session.add_all(batch)
            await session.flush()
        conditions = (await session.scalars(select(FilingCondition).order_by(col(FilingCondition.code)))).all()
        matters = {m.code: m for m in await session.scalars(select(Matter))}
        calendar = await work_calendar(session, COUNTY)
    leaves = [row for row in grids if row.level == "grid"]
    points = [(net.shapes[row.code].representative_point()) for row in leaves]
    numbers = np.random.default_rng(7)
    with psycopg.connect(_conninfo(url)) as connection:
        connection.execute(
            "SET session_replication_role = replica"
        )  # keys point where this file says; not proved again
        connection.execute("SET maintenance_work_mem = '512MB'")
        made = Cases(connection, numbers, towns, leaves, points, conditions, matters, Limits.of(calendar, BEGAN))
        made.write(cases)
        connection.commit()
        await wind_open_ones(url, connection)
        connection.commit()
    with psycopg.connect(_conninfo(url), autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
    await engine.dispose()


if __name__ == "__main__":
    for wanted in (0.1, 1.0):
        with ready_year(wanted) as ready:
            print(ready)  # noqa: T201
