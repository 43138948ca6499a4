"""How many reports a second one process files, against the same rows written by hand in one transaction each.

Ours is the whole way of `PUT /api/reports/{id}` without photo bytes: sign-in, checks, grid, routing, history, outbox,
commit and the answer. The floor is what the database alone takes: the rows of such a report, copied under new ids.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from backend.identifiers import new_case_code, new_id
from backend.main import create_app
from backend.settings import Settings
from tests.bench.turns import Figures, in_turn, machine
from tests.conftest import cloned_database
from tests.people import People, Person, report_body

AT_ONCE, EACH, ROUNDS = 8, 40, 3
# Parents first. What the database fills in by itself is left to it.
TABLES = ("case", "report", "case_event", "case_photo", "assignment", "routing_decision", "outbox")
FILLED_IN = {"outbox": {"id", "tx"}}

Rows = list[tuple[str, dict[str, Any]]]


async def run() -> Figures:
    with cloned_database("bench") as url, tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=url, data_dir=Path(folder), run_worker=False)
        app = create_app(settings)
        pool = AsyncConnectionPool(settings.conninfo, min_size=AT_ONCE, max_size=AT_ONCE, open=False)
        async with People(app) as people, pool:
            worker = await people.worker()
            model = await _rows_of(settings.conninfo, await _file(worker))
            figures = await in_turn(
                lambda: _side_by_side(lambda: _file(worker)),
                lambda: _side_by_side(lambda: _copy(pool, model)),
                rounds=ROUNDS,
                what="reports filed, PUT /api/reports/{id} in one process",
                against="the same rows by bare psycopg, one transaction each",
                where=machine(settings.conninfo),
                each=EACH,
            )
        await app.state.engine.dispose()
        return figures


async def _side_by_side(once: Callable[[], Awaitable[Any]]) -> int:
    """EACH times, AT_ONCE at a time."""

    async def some() -> None:
        for _ in range(EACH // AT_ONCE):
            await once()

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return EACH


async def _file(worker: Person) -> str:
    answer = await worker.send_report(new_id(), report_body(photos=[b"follows later"]), [])
    assert answer.status_code == 201, answer.text
    case_id: str = answer.json()["case"]["id"]
    return case_id


async def _rows_of(conninfo: str, case_id: str) -> Rows:
    """Every row that filing this case has written, parents first."""
    rows: Rows = []
    async with await psycopg.AsyncConnection.connect(conninfo, row_factory=dict_row) as connection:
        for table in TABLES:
            query = sql.SQL("SELECT * FROM {} WHERE {} = %s").format(
                sql.Identifier(table), sql.Identifier("id" if table == "case" else "case_id")
            )
            rows += [(table, row) for row in await (await connection.execute(query, [case_id])).fetchall()]
    return rows


async def _copy(pool: AsyncConnectionPool, model: Rows) -> None:
    """The model's rows under new ids, each old id always becoming the same new one."""
    new_ids: dict[UUID, UUID] = {}
    kept = {row["reporter_id"] for table, row in model if table == "case"}

    def fresh(name: str, value: Any) -> Any:
        if isinstance(value, UUID) and value not in kept:
            return new_ids.setdefault(value, new_id())
        if isinstance(value, dict | list):
            return Jsonb(value)
        return new_case_code() if name == "code" else value

    async with pool.connection() as connection:
        for table, row in model:
            values = {n: fresh(n, value) for n, value in row.items() if n not in FILLED_IN.get(table, ())}
            names = sql.SQL(", ").join(map(sql.Identifier, values))
            places = sql.SQL(", ").join(map(sql.Placeholder, values))
            insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), names, places)
            await connection.execute(insert, values)
        await connection.execute("SELECT pg_notify('suozi_live', '320281')")
