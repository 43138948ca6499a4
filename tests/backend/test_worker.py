"""The job worker with real commits: it does what is deferred, and goes on after the database has thrown it out."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import psycopg
import pytest
from sqlalchemy import text

from backend import worker
from backend.database import make_engine, make_sessions
from backend.jobs import defer
from backend.photos.keys import photo_key
from backend.settings import Settings
from backend.storage import exists, open_store, put
from tests.people import photo, sha256

COUNTY = "320281"
PATIENCE_S = 20.0


@pytest.fixture
async def town(loaded_town: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Settings]:
    """The town with a worker running in this process."""
    monkeypatch.setattr(worker, "BEGIN_AGAIN_S", 0.2)
    engine = make_engine(loaded_town.database_url)
    store = open_store(loaded_town.photo_store)
    task = asyncio.create_task(worker.work(loaded_town, make_sessions(engine), store))
    yield loaded_town
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await engine.dispose()


async def derive(town: Settings, name: str) -> bool:
    """Defer the derivatives of a stored photo; whether they are there in time."""
    store = open_store(town.photo_store)
    data = photo(name)
    await put(store, photo_key(COUNTY, sha256(data), "original"), data)
    engine = make_engine(town.database_url)
    async with make_sessions(engine)() as session, session.begin():
        await defer(session, "photos.derive", county=COUNTY, sha256=sha256(data))
    await engine.dispose()
    for _ in range(int(PATIENCE_S / 0.1)):
        if await exists(store, photo_key(COUNTY, sha256(data), 320)):
            return True
        await asyncio.sleep(0.1)
    return False


def throw_everybody_out(town: Settings) -> int:
    with psycopg.connect(town.conninfo, autocommit=True) as connection:
        thrown = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    return len(thrown)


async def test_a_deferred_job_is_done(town: Settings) -> None:
    assert await derive(town, "orientation/Landscape_6.jpg")


async def test_the_worker_goes_on_after_losing_the_database(town: Settings) -> None:
    assert await derive(town, "orientation/Portrait_1.jpg")
    assert throw_everybody_out(town) > 0
    assert await derive(town, "orientation/Portrait_2.jpg")


async def test_a_job_of_a_transaction_that_failed_does_not_exist(town: Settings) -> None:
    engine = make_engine(town.database_url)
    async with make_sessions(engine)() as session:
        await defer(session, "photos.derive", county=COUNTY, sha256="0" * 64)
        await session.rollback()
    async with make_sessions(engine)() as session:
        found = await session.scalar(
            text("SELECT count(*) FROM procrastinate_jobs WHERE args->>'sha256' = repeat('0', 64)")
        )
    await engine.dispose()
    assert found == 0


async def test_the_worker_begins_again_whatever_ended_it(
    loaded_town: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rounds = 0
    second = asyncio.Event()

    async def one_round(*_about: object) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            raise psycopg.OperationalError("the server is gone")
        second.set()
        await asyncio.sleep(3600)

    monkeypatch.setattr(worker, "BEGIN_AGAIN_S", 0.0)
    monkeypatch.setattr(worker, "_work_once", one_round)
    engine = make_engine(loaded_town.database_url)
    task = asyncio.create_task(worker.work(loaded_town, make_sessions(engine), open_store(loaded_town.photo_store)))
    await asyncio.wait_for(second.wait(), PATIENCE_S)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await engine.dispose()
    assert rounds == 2
