"""One per process: hears that something changed, reads the changes once, and hands them to every open stream of the county.

NOTIFY only wakes; the outbox table is the truth. A stream that is too slow loses its queue and is told to read the table
for itself. Who may see what is not decided here.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from backend.live.feed import CHANNEL, Change, Cursor, changes_after, latest_cursor
from backend.live.listening import listen

log = logging.getLogger(__name__)

# After a wake-up a change stays unreadable for as long as an older transaction runs: look again soon, a few times.
SETTLING_S = (0.05, 0.2, 0.5, 1.0, 3.0)
# Without any wake-up, look this often: LISTEN may be down while the database is not.
POLL_S = 5.0
PAGE = 200
QUEUE_SIZE = 1000


@dataclass(eq=False)
class Inbox:
    """What waits for one stream. `behind`: read the table after your cursor before you trust the queue again."""

    county: str
    behind: bool = True
    stopped: bool = False
    _queue: asyncio.Queue[Change | None] = field(default_factory=lambda: asyncio.Queue(QUEUE_SIZE))

    def put(self, change: Change) -> None:
        try:
            self._queue.put_nowait(change)
        except asyncio.QueueFull:
            while not self._queue.empty():
                self._queue.get_nowait()
            self.behind = True

    def stop(self) -> None:
        self.stopped = True
        with contextlib.suppress(asyncio.QueueFull):
            self._queue.put_nowait(None)

    async def next(self, at_most_s: float) -> list[Change]:
        """The changes that have come, in order; empty when none came in time or the hub has stopped."""
        try:
            first = await asyncio.wait_for(self._queue.get(), at_most_s)
        except TimeoutError:
            return []
        changes = [first]
        while not self._queue.empty():
            changes.append(self._queue.get_nowait())
        return [change for change in changes if change is not None]


class Hub:
    """`run()` is the process's task that listens and delivers; streams come in by `subscribe`; `stop()` ends them all."""

    def __init__(self, conninfo: str, sessions: Callable[[], AsyncSession]) -> None:
        self._conninfo = conninfo
        self._sessions = sessions
        self._inboxes: set[Inbox] = set()
        self._cursors: dict[str, Cursor] = {}
        self._wake = asyncio.Event()
        self._stopped = False

    async def run(self) -> None:
        """Listen and deliver until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(listen(self._conninfo, CHANNEL, lambda _county: self._wake.set()))
            tasks.create_task(self._deliver())

    def stop(self) -> None:
        """End every stream, now and from now on. Called before the server waits for its connections to close."""
        self._stopped = True
        for inbox in self._inboxes:
            inbox.stop()

    @contextlib.asynccontextmanager
    async def subscribe(self, county: str) -> AsyncIterator[Inbox]:
        """An inbox that gets every change of the county from now on. It begins `behind`: read the table first."""
        inbox = Inbox(county)
        self._inboxes.add(inbox)
        try:
            # The inbox is registered before the cursor is taken, so nothing falls between the table and the queue.
            if county not in self._cursors:
                async with self._sessions() as session, session.begin():
                    self._cursors.setdefault(county, await latest_cursor(session))
            if self._stopped:
                inbox.stop()
            yield inbox
        finally:
            self._inboxes.discard(inbox)
            if not any(other.county == county for other in self._inboxes):
                self._cursors.pop(county, None)

    async def _deliver(self) -> None:
        settling: list[float] = []
        while True:
            try:
                await asyncio.wait_for(self._wake.wait(), settling.pop(0) if settling else POLL_S)
                settling = list(SETTLING_S)
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                for county in {inbox.county for inbox in self._inboxes} & self._cursors.keys():
                    await self._deliver_county(county)
            except (SQLAlchemyError, OSError) as error:
                log.warning("the live feed waits for the database: %s", type(error).__name__)
                await asyncio.sleep(1)

    async def _deliver_county(self, county: str) -> None:
        while county in self._cursors:
            async with self._sessions() as session, session.begin():
                changes = await changes_after(session, county, self._cursors[county], PAGE)
            if changes and county in self._cursors:
                self._cursors[county] = changes[-1].cursor
                for inbox in self._inboxes:
                    if inbox.county == county:
                        for change in changes:
                            inbox.put(change)
            if len(changes) < PAGE:
                return
