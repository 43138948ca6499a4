"""What every test stands on: a real PostGIS with the demo town, the app on it, and named people who sign in.

One template database is built by the migrations and the seeds, once per state of both; each test process clones it. A test
runs inside a transaction that is rolled back; those that need real commits, several connections or a port use `town_server`
or `committing`.
"""

import asyncio
import gc
import hashlib
import os
import shutil
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from hypothesis import settings as generation
from psycopg import sql
from sqlalchemy import event, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session
from sqlmodel import col

from backend.clock import local_date
from backend.database import make_engine, make_sessions
from backend.grids.routes import base_map_key
from backend.main import create_app, put_state
from backend.migrations.runner import migrate
from backend.photos.intake import PhotoChildren
from backend.settings import ROOT, Settings
from backend.staff.models import Staff
from backend.worker import job_table
from seeds.load import write_demo
from tests.people import SIGN_INS, People
from tests.s3_server import S3Server, s3_server

WATCHED = ("backend/migrations/versions", "seeds")
LOCK = 0x5A5A


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="run the long tests too")


def pytest_configure(config: pytest.Config) -> None:
    """Generated examples are the same in every daily run, so that a red one is about the change; new ones are sought nightly.

    No example has a time limit: how long one takes says something about the machine.
    """
    generation.register_profile("daily", deadline=None, derandomize=True)
    generation.register_profile("nightly", deadline=None, max_examples=1000)
    generation.load_profile("nightly" if config.getoption("--nightly") else "daily")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--nightly"):
        skip = pytest.mark.skip(reason="long; run with --nightly")
        for item in items:
            if "nightly" in item.keywords:
                item.add_marker(skip)


def pytest_collection_finish() -> None:
    """What is imported by now stays: the garbage collector need not walk through it again and again."""
    gc.collect()
    gc.freeze()


def _maintenance_url() -> str:
    url = os.environ.get("SUOZI_TEST_DATABASE_URL")
    if not url:
        pytest.exit("SUOZI_TEST_DATABASE_URL is not set: run the tests with ./suozi test", returncode=2)
    return url


def _named(url: str, database: str) -> str:
    """The same server, another database."""
    head, _, query = url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{database}" + (f"?{query}" if query else "")


def _conninfo(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _state_of_schema_and_seeds() -> str:
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for folder in WATCHED:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _template(url: str) -> str:
    """The name of a database with schema and demo town, made if no earlier run has made it."""
    name = f"template_{_state_of_schema_and_seeds()}"
    with psycopg.connect(_conninfo(url), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name]).fetchone():
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            migrate(_named(url, name))
            _in_a_loop_of_its_own(_seed(_named(url, name)))
            connection.execute(
                sql.SQL("ALTER DATABASE {} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false").format(sql.Identifier(name))
            )
    return name


def _in_a_loop_of_its_own(work: Coroutine[Any, Any, None]) -> None:
    """Run to the end in another thread: in this one a browser's loop may be running."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def _seed(url: str) -> None:
    engine = make_engine(url)
    async with make_sessions(engine)() as session, session.begin():
        await write_demo(session, local_date(MONDAY_MORNING))
        # The demo password under a hash that costs nothing to check; what the real one costs is nothing that changes.
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(SIGN_INS[0]["password"])
        await session.execute(update(Staff).where(col(Staff.password_hash).is_not(None)).values(password_hash=cheap))
    await engine.dispose()


@contextmanager
def cloned_database(label: str) -> Iterator[str]:
    """URL of a fresh copy of the template, dropped at the end."""
    url = _maintenance_url()
    template = _template(url)
    name = f"test_{label}_{os.getpid()}"
    with psycopg.connect(_conninfo(url), autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        try:
            yield _named(url, name)
        finally:
            connection.execute(drop)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    with cloned_database("shared") as url:
        yield url


@pytest.fixture(scope="session")
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def constraints_checked_at_commit() -> Iterator[None]:
    """Under savepoints a deferred constraint would never fire; check it where production would: at commit."""

    def check(session: Session) -> None:
        if not session.in_nested_transaction():
            # The next commit of the same outer transaction is a transaction of its own to the code under test.
            session.connection().exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    event.listen(Session, "before_commit", check)
    yield
    event.remove(Session, "before_commit", check)


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        outer = await connection.begin()
        yield connection
        await outer.rollback()


@pytest.fixture
def sessions(connection: AsyncConnection) -> async_sessionmaker[AsyncSession]:
    return async_sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


@pytest.fixture(scope="session")
async def photo_children() -> AsyncIterator[PhotoChildren]:
    children = PhotoChildren()
    yield children
    await children.close()


@pytest.fixture(scope="session")
def bucket_server() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


class Clock:
    """The server's clock in a test: real time unless set, moved on by `advance`."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


# A Monday morning in working hours, with every squad and team on duty.
MONDAY_MORNING = datetime.fromisoformat("2026-11-23T09:30:00+08:00")


@pytest.fixture
def clock() -> Clock:
    return Clock(MONDAY_MORNING)


NOBODY_THERE = "http://127.0.0.1:9"


@pytest.fixture(scope="session")
def app_settings(database_url: str, data_dir: Path) -> Settings:
    # Nothing leaves the machine: the one address that may be posted to is a port where nobody listens.
    return Settings(
        database_url=database_url,
        data_dir=data_dir,
        run_worker=False,
        outbound_hosts=(),
        outbound_origins=(NOBODY_THERE,),
    )


@pytest.fixture(scope="session")
def built_app(app_settings: Settings) -> FastAPI:
    """Built once: FastAPI works each route out when it is first asked for, which takes longer than most tests."""
    return create_app(app_settings)


@pytest.fixture
async def app(
    built_app: FastAPI,
    app_settings: Settings,
    sessions: async_sessionmaker[AsyncSession],
    photo_children: PhotoChildren,
    clock: Clock,
) -> FastAPI:
    """The app inside the test's transaction, at the test's time, with a state of its own. Its own engine is never used."""
    put_state(built_app, app_settings)
    built_app.state.sessions = sessions
    built_app.state.photo_children = photo_children
    built_app.state.clock = clock
    return built_app


@pytest.fixture
async def people(app: FastAPI) -> AsyncIterator[People]:
    """Named people of the demo town: `await people.worker()`, `people.squad_member("xxk-squad-1")`, …"""
    async with People(app) as people:
        yield people


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who has not signed in."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://suozi.test") as client:
        yield client


@pytest.fixture
def drain_jobs(app: FastAPI, session: AsyncSession, photo_children: PhotoChildren, clock: Clock) -> Any:
    """Run every job deferred so far in this test's transaction that is due by the test's clock, in order; returns how many."""

    async def drain() -> int:
        table = job_table(app.state.store, photo_children, app.state.sessions, app.state.outside, clock)
        waiting = (
            await session.execute(
                text(
                    "SELECT id, task_name, args FROM procrastinate_jobs"
                    " WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= :at) ORDER BY id"
                ),
                {"at": clock()},
            )
        ).all()
        for job_id, name, arguments in waiting:
            await table[name](**arguments)
            await session.execute(
                text("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = :id"), {"id": job_id}
            )
        await session.commit()
        return len(waiting)

    return drain


@pytest.fixture(scope="module")
def loaded_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A town of its own with real commits and its files, for tests that need a port, LISTEN or several connections."""
    data_dir = tmp_path_factory.mktemp("town")
    with cloned_database("town") as url:
        settings = Settings(database_url=url, data_dir=data_dir, run_worker=True)
        base_map = Path(settings.photo_store) / base_map_key("320281")
        base_map.parent.mkdir(parents=True)
        shutil.copy(ROOT / "seeds" / "demo" / "base_map.geojson", base_map)
        yield settings


@pytest.fixture
async def committing(loaded_town: Settings, photo_children: PhotoChildren, clock: Clock) -> AsyncIterator[FastAPI]:
    """The app on a town of its own, where every request has its own connection and really commits."""
    app = create_app(loaded_town)
    app.state.photo_children = photo_children
    app.state.clock = clock
    yield app
    await app.state.engine.dispose()
