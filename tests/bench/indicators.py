"""Every indicator for 16 towns and all units over a generated year, beside a plain count of the same rows; a tenth and in full.

The outcomes of some thousand cases, drawn from the whole year, are worked out from their histories as they always are. A tenth
and a full year are those many times over, under other cases: what is measured is the statement, and it reads nothing but
outcomes. Also told: a month of one town, and how many cases a second are worked out.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from statistics import median
from time import perf_counter

import psycopg
from psycopg import sql
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.assessment.measures import touched
from backend.assessment.models import CaseOutcome
from backend.assessment.queries import Dimension, Scope, Wanted, chosen, counts_by_group
from backend.assessment.refreshing import refresh
from backend.database import make_engine, make_sessions
from tests.bench.turns import Figures, in_turn, machine
from tests.bench.year import Year, ready_year
from tests.conftest import _conninfo, _maintenance_url, _named

ROUNDS = 3
SAMPLE, TENTH, FULL = 12_000, 6, 64
BATCH = 2_000
Sessions = async_sessionmaker[AsyncSession]


async def run() -> Figures:
    with ready_year(0.1) as year:
        worked_out_per_s = await _work_out(year)
        full_url = _copy(year)
        _many_times(full_url, 1, TENTH)
        tenth = await _measured(full_url, year)
        _many_times(full_url, TENTH, FULL)
        full = await _measured(full_url, year)
        engine = make_engine(full_url)
        sessions = make_sessions(engine)
        wanted = _of_the_year(year)
        rows = await _rows(sessions, wanted)

        async def ours() -> int:
            async with sessions() as session:
                assert await counts_by_group(session, wanted)
            return rows

        async def floor() -> int:
            assert await _rows(sessions, wanted) == rows
            return rows

        figures = await in_turn(
            ours,
            floor,
            rounds=ROUNDS,
            what=f"outcomes of a year read into 29 measures by town and unit; in full {full}, at a tenth {tenth}; "
            f"{worked_out_per_s:,.0f} cases a second worked out from their histories",
            against="the same rows counted",
            where=machine(_conninfo(full_url)),
            each=rows,
        )
        await engine.dispose()
        return figures


def _of_the_year(year: Year) -> Wanted:
    since = year.now - timedelta(days=365)
    return Wanted(year.county, Scope(paths=(year.county,)), since, year.now, by=(Dimension.TOWN, Dimension.UNIT))


async def _work_out(year: Year) -> float:
    """The outcomes of the sample, unless they are there; how many cases a second that takes (0 if they were)."""
    engine = make_engine(year.url)
    sessions = make_sessions(engine)
    drawn = f'SELECT county, gen_random_uuid(), id FROM "case" ORDER BY md5(id::text) LIMIT {SAMPLE}'
    async with sessions() as session, session.begin():
        there = await session.scalar(select(func.count(col(CaseOutcome.case_id).distinct()))) or 0
        await session.execute(text("DELETE FROM case_change"))
        if there < SAMPLE:
            await session.execute(text(f"INSERT INTO case_change (county, id, case_id) {drawn}"))
    began, done = perf_counter(), 0
    while True:
        async with sessions() as session, session.begin():
            taken = await refresh(session, year.county, limit=BATCH)
        if not taken:
            break
        done += taken
    took = perf_counter() - began
    await engine.dispose()
    return done / took


def _copy(year: Year) -> str:
    name = "figures_of_a_year"
    tenth = year.url.partition("?")[0].rsplit("/", 1)[1]
    with psycopg.connect(_conninfo(_maintenance_url()), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(tenth))
        )
    return _named(_maintenance_url(), name)


def _many_times(url: str, there: int, wanted: int) -> None:
    """Each outcome of the sample as often as wanted; it is `there` so often."""
    columns = [column.name for column in CaseOutcome.__table__.columns]  # type: ignore[attr-defined]
    taken = ", ".join("made.id" if name == "case_id" else f"o.{name}" for name in columns)
    with psycopg.connect(_conninfo(url), autocommit=True) as connection:
        connection.execute(
            "CREATE TEMP TABLE made AS SELECT c.id AS old, gen_random_uuid() AS id"
            ' FROM (SELECT DISTINCT o.case_id AS id FROM case_outcome o JOIN "case" c ON c.id = o.case_id) c,'
            f" generate_series({there + 1}, {wanted})"
        )
        connection.execute(
            f"INSERT INTO case_outcome ({', '.join(columns)})"
            f" SELECT {taken} FROM made JOIN case_outcome o ON o.case_id = made.old"
        )
        connection.execute("VACUUM (ANALYZE) case_outcome")


async def _measured(url: str, year: Year) -> str:
    """Medians in words: all indicators of the year by town and unit, and the month of a town by village."""
    engine = make_engine(url)
    sessions = make_sessions(engine)
    wanted = _of_the_year(year)
    async with sessions() as session:
        towns = await counts_by_group(session, replace(wanted, by=(Dimension.TOWN,)))
    town = f"{year.county}/{min(towns)[0]}"
    month = replace(wanted.during(year.now - timedelta(days=30), year.now), within=(town,), by=(Dimension.VILLAGE,))
    mid = replace(
        wanted.during(year.now - timedelta(days=210), year.now - timedelta(days=180)),
        within=(town,),
        by=(Dimension.VILLAGE,),
    )

    def asking(what: Wanted) -> Callable[[], Awaitable[int]]:
        async def ask() -> int:
            async with sessions() as session:
                return len(await counts_by_group(session, what))

        return ask

    said = [
        f"{words} {await _ms(asking(what)):,.0f} ms"
        for words, what in (
            ("the year", wanted),
            ("a town's last month", month),
            ("a town's month half a year ago", mid),
        )
    ]
    await engine.dispose()
    return ", ".join(said)


async def _ms(ask: Callable[[], Awaitable[int]]) -> float:
    taken = []
    for _ in range(ROUNDS + 1):
        began = perf_counter()
        assert await ask()
        taken.append(1000 * (perf_counter() - began))
    return median(taken[1:])


async def _rows(sessions: Sessions, wanted: Wanted) -> int:
    async with sessions() as session:
        statement = select(func.count(col(CaseOutcome.case_id))).where(
            *chosen(wanted), touched(wanted.since, wanted.until)
        )
        return await session.scalar(statement) or 0


if __name__ == "__main__":
    print(asyncio.run(run()))  # noqa: T201
