"""How long after the operator's tap a squad's open screen knows of its new task, with 500 streams open.

Ours: from sending the request of the dispatch, over HTTP, to the event `notice` on the member's stream; the server is a process
of its own. The floor is what nothing can do without: one row committed with a NOTIFY, heard by one LISTEN. Both in one run.
"""

import asyncio
import json
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any
from uuid import uuid4

import httpx
import psycopg

from backend.access import COOKIE
from backend.clock import utc_now
from backend.main import create_app
from backend.settings import Settings
from tests.bench.turns import Figures, machine
from tests.conftest import cloned_database
from tests.people import as_parts, cookie_for, photo, report_body
from tests.served import served_apart

STREAMS, DISPATCHES = 500, 60
MEMBER, OPERATOR, WORKER = "19900009101", "19900007001", "19900001050"
SQUADS = ("xxk-squad-2", "xxk-squad-1")


class Stream:
    """One open screen. `heard` gets the moment of each notice that is not over, by case."""

    def __init__(self, heard: dict[str, asyncio.Future[float]] | None = None) -> None:
        self._heard = heard

    async def listen(self, port: int, cookie: str) -> None:
        """As a browser does it: a stream that ends is opened again where it was cut."""
        last = ""
        while True:
            last = await self._listen_once(port, cookie, last)
            await asyncio.sleep(1)

    async def _listen_once(self, port: int, cookie: str, last: str) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            f"GET /api/live?last_event_id={last} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {COOKIE}={cookie}\r\n\r\n".encode()
        )
        event = b""
        try:
            while line := await reader.readline():
                if line.startswith(b"event: "):
                    event = line[7:].strip()
                if line.startswith(b"id: "):
                    last = line[4:].strip().decode()
                if self._heard and event == b"notice" and line.startswith(b"data: "):
                    self._note(json.loads(line[6:]))
        finally:
            writer.close()
        return last

    def _note(self, body: dict[str, Any]) -> None:
        waiting = self._heard.get(body["case_id"]) if self._heard else None
        if waiting and not waiting.done() and not body["over"] and body["kind"] == "task":
            waiting.set_result(perf_counter())


async def run() -> Figures:
    with cloned_database("bench_heard") as url, tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=url, data_dir=Path(folder), run_worker=False)
        app = create_app(settings)
        app.state.clock = utc_now
        cookies = {phone: await cookie_for(app, phone) for phone in (MEMBER, OPERATOR, WORKER)}
        await app.state.engine.dispose()
        with served_apart(settings) as port:
            async with AsyncExitStack() as stack:
                heard: dict[str, asyncio.Future[float]] = {}
                tasks = await stack.enter_async_context(asyncio.TaskGroup())
                listening = await _open(tasks, port, cookies, heard)
                operator = await stack.enter_async_context(
                    httpx.AsyncClient(
                        base_url=f"http://127.0.0.1:{port}", cookies={COOKIE: cookies[OPERATOR]}, timeout=30
                    )
                )
                await asyncio.sleep(5)
                picture = photo()
                worker = await stack.enter_async_context(
                    httpx.AsyncClient(
                        base_url=f"http://127.0.0.1:{port}", cookies={COOKIE: cookies[WORKER]}, timeout=30
                    )
                )
                parts = as_parts("report", report_body(photos=[picture]), [picture])
                answer = await worker.put(f"/api/reports/{uuid4()}", files=parts)
                taken = await _dispatch_all(operator, answer.json()["case"], heard)
                floor = await _notify_all(settings.conninfo)
                for task in listening:
                    task.cancel()
            where = machine(settings.conninfo)
    cuts, bare = quantiles(taken, n=100), quantiles(floor, n=100)
    return Figures(
        what=f"dispatches heard on the squad's screen, {STREAMS} streams open",
        against="one row committed with NOTIFY, heard by LISTEN",
        where=where,
        how_often=(
            f"{len(taken)} dispatches p50 {cuts[49] * 1000:.0f} ms, p95 {cuts[94] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms;"
            f" bare p50 {bare[49] * 1000:.1f} ms, p95 {bare[94] * 1000:.1f} ms, p99 {bare[98] * 1000:.1f} ms"
        ),
        ours_per_s=round(1 / median(taken), 1),
        floor_per_s=round(1 / median(floor), 1),
        ratio=round(median(floor) / median(taken), 3),
    )


async def _open(
    tasks: asyncio.TaskGroup, port: int, cookies: dict[str, str], heard: dict[str, asyncio.Future[float]]
) -> list[asyncio.Task[None]]:
    """The member's stream, then the others' a few at a time; those are the operators' and get every change of the town."""
    listening = [tasks.create_task(Stream(heard).listen(port, cookies[MEMBER]))]
    while len(listening) < STREAMS:
        listening.append(tasks.create_task(Stream().listen(port, cookies[OPERATOR])))
        if len(listening) % 25 == 0:
            await asyncio.sleep(0.5)
    return listening


async def _dispatch_all(
    operator: httpx.AsyncClient, case: dict[str, Any], heard: dict[str, asyncio.Future[float]]
) -> list[float]:
    """One case is given to the one squad and to the other in turn; only what reaches the member's counts."""
    taken = []
    for number in range(2 * DISPATCHES + 2):
        squad = SQUADS[number % 2]
        action = "dispatch" if case["status"] == "pending_dispatch" else "reassign"
        body = {"action": action, "version": case["version"], "squad": squad, "words": "bench", "photos": []}
        waiting = heard[case["id"]] = asyncio.get_running_loop().create_future()
        began = perf_counter()
        answer = await operator.put(
            f"/api/cases/{case['id']}/actions/{uuid4()}",
            files=[("action", (None, json.dumps(body), "application/json"))],
        )
        assert answer.status_code == 201, answer.text
        case = answer.json()["case"]
        if number % 2:
            moment = await asyncio.wait_for(waiting, 20)
            if number > 2:
                taken.append(moment - began)
        await asyncio.sleep(0.1)
    return taken


async def _notify_all(conninfo: str) -> list[float]:
    taken = []
    async with (
        await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as listener,
        await psycopg.AsyncConnection.connect(conninfo) as writer,
    ):
        await listener.execute("LISTEN bench_heard")
        await writer.execute("CREATE TABLE bench_row (at timestamptz)")
        await writer.commit()
        for _ in range(DISPATCHES):
            began = perf_counter()
            await writer.execute("INSERT INTO bench_row VALUES (now())")
            await writer.execute("NOTIFY bench_heard")
            await writer.commit()
            heard = [note async for note in listener.notifies(timeout=5, stop_after=1)]
            taken.append(perf_counter() - began)
            assert heard
    return taken
