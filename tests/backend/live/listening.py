"""A town that answers on a port of its own, and people who listen to its streams."""

import asyncio
import json
import math
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from backend.main import create_app
from backend.serve import Server, listening
from backend.settings import Settings
from tests.people import SIGN_INS, Person

SOON_S = 20.0
# Signs of life, and what is told to single persons, which follows every other change.
LEFT_OUT = ("ping", "notice")


@dataclass
class RunningTown:
    """A server on a port of its own, in a thread with its own loop."""

    settings: Settings
    server: Server
    address: str
    thread: threading.Thread

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()


@contextmanager
def running(settings: Settings) -> Iterator[RunningTown]:
    with listening("127.0.0.1", 0) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = create_app(settings)
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=5)
        # Without a worker it never calls itself ready, and would stop for that in the middle of a slow run.
        server = Server(config, app, address, "ready", math.inf)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        town = RunningTown(settings, server, address, thread)
        try:
            yield town
        finally:
            town.stop()


@asynccontextmanager
async def person(town: RunningTown, role: str, note: str = "") -> AsyncIterator[Person]:
    about = next(row for row in SIGN_INS if row["role"] == role and note in row["note"])
    async with httpx.AsyncClient(base_url=town.address, timeout=20) as client:
        answer = await client.post("/api/session", json={key: about[key] for key in ("phone", "password")})
        assert answer.status_code == 200, answer.text
        yield Person(client, about)


@dataclass(frozen=True)
class Event:
    name: str
    id: str
    data: dict[str, Any]


class Stream:
    """The events of one open stream, comments, pings and notices left out."""

    def __init__(self, response: httpx.Response) -> None:
        self._events = self._read(response)

    async def _read(self, response: httpx.Response) -> AsyncIterator[Event]:
        fields: dict[str, str] = {}
        async for line in response.aiter_lines():
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            else:
                if fields.get("event", "ping") not in LEFT_OUT:
                    yield Event(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
                fields = {}

    async def next(self, within_s: float = SOON_S) -> Event:
        return await asyncio.wait_for(anext(self._events), within_s)

    async def hears_nothing(self, for_s: float = 0.4) -> bool:
        """True if nothing comes. The stream cannot be read any further afterwards."""
        try:
            await asyncio.wait_for(anext(self._events), for_s)
        except TimeoutError:
            return True
        return False

    async def ends(self, within_s: float = SOON_S) -> bool:
        """True if the next thing is the end, and a proper one."""
        try:
            await asyncio.wait_for(anext(self._events), within_s)
        except StopAsyncIteration:
            return True
        return False

    async def to_the_end(self, each_within_s: float) -> None:
        """Hear it out. Raises TimeoutError if it goes silent without an end."""
        with suppress(StopAsyncIteration):
            while True:
                await self.next(each_within_s)


@asynccontextmanager
async def listen(listener: Person, after: str | None = None, path: str = "/api/live") -> AsyncIterator[Stream]:
    headers = {"Last-Event-ID": after} if after else {}
    async with listener.http.stream("GET", path, headers=headers, timeout=None) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


async def snapshot(listener: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await listener.http.get("/api/live/snapshot")).json()
    return found
