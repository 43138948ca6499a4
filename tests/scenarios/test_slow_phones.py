"""Phones on the worst links send for minutes. Whoever else asks something meanwhile is answered as always."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest

from backend.access import COOKIE
from backend.clock import utc_now
from backend.identifiers import new_id
from tests.people import SIGN_INS, cookie_for, report_body, sha256
from tests.pictures import noise
from tests.scenarios.conftest import ServedTown

# More than there are database connections in a process.
PHOTOS_A_REPORT = 3  # as many as a resident may send
SLOW_PHONES = 12
WORKER = next(row["phone"] for row in SIGN_INS if row["role"] == "worker")


@asynccontextmanager
async def trickling(port: int, path: str, cookie: str, body: bytes) -> AsyncIterator[None]:
    """A request whose body has come only in part while the block runs."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"PUT {path} HTTP/1.1\r\nHost: suozi\r\nCookie: {COOKIE}={cookie}\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body[: len(body) // 2])
    await writer.drain()
    yield
    writer.write(body[len(body) // 2 :])
    await writer.drain()
    assert b" 200 " in await reader.readline()
    writer.close()


async def announced(quick: httpx.AsyncClient, pictures: list[bytes], way: str) -> list[str]:
    """Where the photos of a new report are to be sent."""
    if way == "resident":
        report = f"/api/residents/reports/{new_id()}"
        photos = [{"sha256": sha256(picture)} for picture in pictures]
        content = {"matter": "E0110", "place": {"lng": 120.2884, "lat": 31.7857}, "photos": photos}
    else:
        report = f"/api/reports/{new_id()}"
        content = report_body(photos=pictures, occurred_at=utc_now().isoformat())
    answer = await quick.put(report, json=content)
    assert answer.status_code == 201, answer.text
    tail = "/parts/0?size={}" if way == "in parts" else ""
    return [f"{report}/photos/{sha256(picture)}" + tail.format(len(picture)) for picture in pictures]


@pytest.mark.parametrize(
    "way", ["in parts", *(pytest.param(way, marks=pytest.mark.nightly) for way in ("whole", "resident"))]
)
async def test_slow_phones_keep_nobody_else_waiting(town: ServedTown, way: str) -> None:
    cookie = await cookie_for(town.own, WORKER)
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{town.port}", cookies={COOKIE: cookie}, timeout=60) as quick,
        AsyncExitStack() as sending,
    ):
        for _ in range(SLOW_PHONES // PHOTOS_A_REPORT):
            pictures = [noise(str(new_id())) for _ in range(PHOTOS_A_REPORT)]
            for path, picture in zip(await announced(quick, pictures, way), pictures, strict=True):
                await sending.enter_async_context(trickling(town.port, path, cookie, picture))
        await asyncio.sleep(1)
        # A connection that is not to be had within 10 s is a 503.
        assert (await quick.get("/api/cases")).status_code == 200
