"""How many fixes a second one process takes in, in batches of sixty, against COPY of the same packed rows into the same table.

Ours is the whole way of `PUT /api/patrols/{id}/fixes/{batch_id}`: sign-in, each fix checked, what is known already told
apart, the row, the day put down for deriving, the latest position, commit and the answer, without a socket. The floor packs
the same fixes and copies the row, one commit each. Told beside: requests a second of one fix each from a phone tracker, and
the bytes that a fix takes with all indexes.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from time import perf_counter
from uuid import UUID

import psycopg

from backend.identifiers import new_id
from backend.main import create_app
from backend.patrols.packing import NewFix, columns_of, pack
from backend.settings import Settings
from tests.backend.patrols.stories import agree, put_fixes, put_patrol
from tests.backend.patrols.walking import walk
from tests.bench.report_ingest import waiting_for_the_disk
from tests.bench.turns import Figures, in_turn, machine
from tests.conftest import MONDAY_MORNING, Clock, cloned_database
from tests.people import People, Person

SIZE, EACH, ROUNDS, SINGLES = 60, 30, 3, 100
COPY = (
    "COPY fix_batch (county, first_at, id, staff_id, patrol_id, source_id, last_at, received_at, content_check, skew_s,"
    " fixes, repeated, off_patrol, rejected, packed) FROM STDIN (FORMAT BINARY)"
)
TYPES = [
    "text",
    "timestamptz",
    "uuid",
    "uuid",
    "uuid",
    "uuid",
    "timestamptz",
    "timestamptz",
    "int8",
    "int4",
    "int4",
    "int4",
    "int4",
    "int4",
    "bytea",
]
BYTES = """
    SELECT sum(pg_total_relation_size(inhrelid)) / (SELECT sum(fixes) FROM fix_batch)
    FROM pg_inherits WHERE inhparent = 'fix_batch'::regclass
"""


def stretches() -> Iterator[list[NewFix]]:
    """One minute of a walk after the other, a fix each second."""
    for n in count():
        yield walk(SIZE, begins=MONDAY_MORNING + timedelta(minutes=n), every_s=1, seed=n)


async def run() -> Figures:
    with cloned_database("bench") as url, tempfile.TemporaryDirectory(dir=".") as folder:
        settings = Settings(database_url=url, data_dir=Path(folder), run_worker=False)
        app = create_app(settings)
        app.state.clock = Clock(MONDAY_MORNING + timedelta(hours=9))
        ways, others = stretches(), stretches()
        with (
            waiting_for_the_disk(settings.conninfo),
            psycopg.connect(settings.conninfo, autocommit=True) as plain,
        ):
            async with People(app) as people:
                worker = await people.worker()
                await agree(worker)
                patrol_id = new_id()
                assert (await put_patrol(worker, patrol_id)).status_code == 200

                async def ours() -> int:
                    for _ in range(EACH):
                        answer = await put_fixes(worker, patrol_id, next(ways))
                        assert answer.json()["stored"] == SIZE, answer.text
                    return EACH * SIZE

                async def floor() -> int:
                    for _ in range(EACH):
                        copy_row(plain, next(others), new_id())
                    return EACH * SIZE

                figures = await in_turn(
                    ours,
                    floor,
                    rounds=ROUNDS,
                    what=f"fixes taken in, {SIZE} in a batch, by one client in one process",
                    against="the same fixes packed and copied into the same table, one commit for each batch",
                    where=machine(settings.conninfo),
                    each=EACH * SIZE,
                )
                singles_per_s = await _singles(worker, patrol_id, next(ways), next(ways))
            bytes_each = plain.execute(BYTES).fetchone()
            await app.state.engine.dispose()
        assert bytes_each
        beside = f"one fix a request: {singles_per_s:.1f} requests/s; {bytes_each[0]:.1f} bytes a fix with all indexes"
        return replace(figures, how_often=f"{figures.how_often}; {beside}")


async def _singles(worker: Person, patrol_id: UUID, *ways: list[NewFix]) -> float:
    fixes = [fix for way in ways for fix in way][:SINGLES]
    began = perf_counter()
    for fix in fixes:
        answer = await put_fixes(worker, patrol_id, [fix])
        assert answer.json()["stored"] == 1, answer.text
    return len(fixes) / (perf_counter() - began)


def copy_row(connection: psycopg.Connection, fixes: list[NewFix], row_id: UUID) -> None:
    first, last = fixes[0].at, fixes[-1].at
    ids = [new_id() for _ in range(3)]
    at = datetime.now(first.tzinfo)
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.set_types(TYPES)
        copy.write_row(("320281", first, row_id, *ids, last, at, 0, 0, len(fixes), 0, 0, 0, pack(columns_of(fixes))))
