"""Phones on the worst links send for minutes. Whoever else asks something meanwhile is answered as always."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from fastapi import FastAPI

from backend.access import COOKIE
from backend.clock import utc_now
from backend.identifiers import new_id
from backend.main import create_app
from backend.settings import Settings
from tests.architecture.world import cookie_for, noise
from tests.people import SIGN_INS, report_body, sha256
from tests.served import served

# More than there are database connections in a process.
SLOW_PHONES = 14
WORKER = next(row["phone"] for row in SIGN_INS if row["role"] == "worker")


@pytest.fixture
def town(loaded_town: Settings) -> Iterator[tuple[FastAPI, int]]:
    app = create_app(loaded_town)
    with served(app) as port:
        yield app, port


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


@pytest.mark.parametrize("way", ["whole", "in parts"])
async def test_slow_phones_keep_nobody_else_waiting(town: tuple[FastAPI, int], way: str) -> None:
    app, port = town
    cookie = await cookie_for(app, WORKER)
    pictures = [noise(f"slow-{way}-{n}") for n in range(SLOW_PHONES)]
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", cookies={COOKIE: cookie}, timeout=60) as quick,
        AsyncExitStack() as sending,
    ):
        for picture in pictures:
            report = f"/api/reports/{new_id()}"
            content = report_body(photos=[picture], occurred_at=utc_now().isoformat())
            assert (await quick.put(report, json=content)).status_code == 201
            photo = f"{report}/photos/{sha256(picture)}"
            path = photo if way == "whole" else f"{photo}/parts/0?size={len(picture)}"
            await sending.enter_async_context(trickling(port, path, cookie, picture))
        await asyncio.sleep(1)
        # A connection that is not to be had within 10 s is a 503.
        assert (await quick.get("/api/cases")).status_code == 200
