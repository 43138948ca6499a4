"""Where people on patrol are now: told to those who may look, at most one message per second.

A position is told by NOTIFY with the person's county, and read from the table of latest positions when the message is made:
that row never moves backwards, so late fixes do not move anybody back either.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.live.listening import listen
from backend.staff.positions import remember_position

CHANNEL = "suozi_positions"


async def tell_position(
    session: AsyncSession,
    *,
    county: str,
    staff_id: UUID,
    at: datetime,
    lng: float,
    lat: float,
    accuracy_m: float | None,
) -> None:
    """Keep it as the latest unless a later one is known, and wake those who watch when the transaction commits."""
    await remember_position(session, county, staff_id, at, lng, lat, accuracy_m)
    await wake_watchers(session, county)


async def wake_watchers(session: AsyncSession, county: str) -> None:
    """Somebody of the county moved, or began or ended a patrol."""
    await session.execute(text("SELECT pg_notify(:channel, :county)"), {"channel": CHANNEL, "county": county})


@dataclass(eq=False)
class Watcher:
    """One stream that waits for movement in its county."""

    county: str
    stopped: bool = False
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def moved(self, at_most_s: float) -> bool:
        """Whether anything has moved since the last time, waiting for it so long at most."""
        try:
            await asyncio.wait_for(self._moved.wait(), at_most_s)
        except TimeoutError:
            return False
        self._moved.clear()
        return True

    def wake(self) -> None:
        self._moved.set()


class PositionWatch:
    """One per process. `run()` listens until cancelled; `stop()` ends every stream."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._watchers: set[Watcher] = set()
        self._stopped = False

    async def run(self) -> None:
        await listen(self._conninfo, CHANNEL, self._heard)

    def stop(self) -> None:
        self._stopped = True
        for watcher in self._watchers:
            watcher.stopped = True
            watcher.wake()

    @contextmanager
    def watch(self, county: str) -> Iterator[Watcher]:
        watcher = Watcher(county, stopped=self._stopped)
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def _heard(self, county: str) -> None:
        for watcher in self._watchers:
            if county in ("", watcher.county):
                watcher.wake()
