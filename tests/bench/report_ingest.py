"""How many reports with one photo of 300 KB a second one process files, against writing the same bytes and one row.

Ours is the whole way of `PUT /api/reports/{id}`: sign-in, the photo decoded in a child process and kept, grid, routing,
history, outbox, commit and the answer, without a socket. The floor is what nothing can do without: the photo's bytes in a
file, fsynced, and one row committed. Both commit to a disk that is waited for. One client, then four at once.
"""

import asyncio
import io
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

import psycopg
from PIL import Image
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from backend.identifiers import new_id
from backend.main import create_app
from backend.settings import Settings
from tests.bench.turns import Figures, in_turn, machine
from tests.conftest import cloned_database
from tests.people import People, Person, report_body

CLIENTS, EACH, ROUNDS = (1, 4), 40, 3
INSERT = "INSERT INTO plain_report VALUES (%s, %s)"
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


async def run() -> Figures:
    with cloned_database("bench") as url, tempfile.TemporaryDirectory(dir=".") as folder:
        settings = Settings(database_url=url, data_dir=Path(folder), run_worker=False)
        app = create_app(settings)
        pool = AsyncConnectionPool(settings.conninfo, min_size=max(CLIENTS), max_size=max(CLIENTS), open=False)
        with waiting_for_the_disk(settings.conninfo):
            async with People(app) as people, pool:
                async with pool.connection() as connection:
                    await connection.execute("CREATE TABLE plain_report (id uuid PRIMARY KEY, content jsonb)")
                worker = await people.worker()
                by_clients = [await _with_clients(clients, worker, pool, settings) for clients in CLIENTS]
            await app.state.photo_children.close()
            await app.state.engine.dispose()
        one, many = by_clients
        alone = f"one client alone {one.ours_per_s}/s against {one.floor_per_s}/s, ratio {one.ratio}: {one.how_often}"
        return replace(many, how_often=f"{many.how_often}; {alone}")


async def _with_clients(clients: int, worker: Person, pool: AsyncConnectionPool, settings: Settings) -> Figures:
    """Throughput of ours and the floor in turn, and how long one report takes."""
    taken_s: list[float] = []
    photos = _photos()

    async def ours() -> None:
        photo = next(photos)
        began = perf_counter()
        answer = await worker.send_report(new_id(), report_body(photos=[photo]), [photo])
        taken_s.append(perf_counter() - began)
        assert (answer.status_code, answer.json()["missing"]) == (201, []), answer.text

    async def floor() -> None:
        photo, report_id = next(photos), new_id()
        await asyncio.to_thread(_write, settings.data_dir / f"{report_id}.jpg", photo)
        async with pool.connection() as connection:
            await connection.execute(INSERT, [report_id, Jsonb(report_body(photos=[photo]))])

    figures = await in_turn(
        lambda: _side_by_side(clients, ours),
        lambda: _side_by_side(clients, floor),
        rounds=ROUNDS,
        what=f"reports with a photo of 300 KB filed, {clients} at a time, in one process",
        against="the same bytes in a file, fsynced, and one row committed",
        where=machine(settings.conninfo),
        each=EACH,
    )
    shares = quantiles(taken_s[EACH:], n=20)
    return replace(figures, how_often=f"p50 {shares[9] * 1000:.0f} ms, p95 {shares[18] * 1000:.0f} ms")


async def _side_by_side(clients: int, once: Callable[[], Awaitable[None]]) -> int:
    """EACH times, so many at a time."""

    async def some() -> None:
        for _ in range(EACH // clients):
            await once()

    await asyncio.gather(*(some() for _ in range(clients)))
    return EACH


def _photos() -> Iterator[bytes]:
    """JPEGs of 1600 × 1200 and 300 KB, each with other bytes behind the picture so that none was seen before."""
    plane = Image.effect_noise((200, 150), 60).resize((1600, 1200), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    Image.merge("RGB", [plane] * 3).save(file, "JPEG", quality=77)
    while True:
        yield file.getvalue() + os.urandom(16)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def waiting_for_the_disk(conninfo: str) -> Iterator[None]:
    """The cluster of the tests does not wait for the disk; for the block it does."""

    def set_all(statement: Callable[[str, str], Any]) -> None:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            for name, value in DURABLE.items():
                connection.execute(statement(name, value))
            connection.execute("SELECT pg_reload_conf()")

    set_all(lambda name, value: f"ALTER SYSTEM SET {name} = {value}")
    try:
        yield
    finally:
        set_all(lambda name, value: f"ALTER SYSTEM RESET {name}")
