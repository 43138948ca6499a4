"""One LISTEN connection per process that wakes every open stream. It carries wake-ups only; the outbox table is the truth."""

import asyncio
import contextlib
from collections.abc import Iterator
from enum import Enum

import psycopg
from psycopg import sql

from backend.live.feed import CHANNEL


class Wake(Enum):
    READ = "read"
    STOP = "stop"


class Hub:
    """Streams subscribe with `subscription()`; `run()` is the process's one listening task; `stop()` ends all streams."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._queues: set[asyncio.Queue[Wake]] = set()
        self._stopped = False

    async def run(self) -> None:
        """Listen until cancelled; reconnects by itself, and wakes everybody after each reconnect."""
        delay_s = 0.1
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._conninfo,
                    autocommit=True,
                    application_name="suozi-live",
                    connect_timeout=5,
                    keepalives_idle=10,
                    keepalives_interval=5,
                    keepalives_count=3,
                ) as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
                    delay_s = 0.1
                    self._wake()
                    while True:
                        async for _note in connection.notifies(timeout=30):
                            self._wake()
                        await connection.execute("SELECT 1")  # a dead server shows here
            except psycopg.Error:
                await asyncio.sleep(delay_s)
                delay_s = min(delay_s * 2, 5)

    def stop(self) -> None:
        """End every stream, now and from now on. Called before the server waits for its connections to close."""
        self._stopped = True
        self._wake(Wake.STOP)

    @contextlib.contextmanager
    def subscription(self) -> Iterator[asyncio.Queue[Wake]]:
        """A queue of wake-ups. One unread wake-up says as much as many, so it holds two: READ and STOP."""
        queue: asyncio.Queue[Wake] = asyncio.Queue(maxsize=2)
        if self._stopped:
            queue.put_nowait(Wake.STOP)
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def _wake(self, wake: Wake = Wake.READ) -> None:
        for queue in tuple(self._queues):
            if wake == Wake.STOP or queue.empty():
                with contextlib.suppress(asyncio.QueueFull):
                    queue.put_nowait(wake)
