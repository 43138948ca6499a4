"""The feed's order: a reader who follows the cursor sees every committed change once, whoever commits when."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from backend.live.feed import (
    KEPT_FOR,
    Change,
    Cursor,
    changes_after,
    is_stale,
    latest_cursor,
    parse_cursor,
    publish,
    sweep,
)
from backend.permissions import Audience
from backend.settings import Settings

COUNTY = "320281"
NOBODY = Audience("320281", (UUID(int=0),), ())
WRITERS, EACH = 16, 25
PATIENCE_S = 20.0
Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
async def sessions(loaded_town: Settings) -> AsyncIterator[Sessions]:
    """Sessions that really commit, with room for all writers and the reader at once."""
    engine = create_async_engine(loaded_town.database_url, pool_size=WRITERS + 2)
    yield async_sessionmaker(engine, expire_on_commit=False)
    await engine.dispose()


async def write(
    sessions: Sessions,
    number: int,
    *,
    hold_s: float = 0,
    county: str = COUNTY,
    keep: bool = True,
    at: datetime | None = None,
) -> None:
    """One change in a transaction of its own, which stays open for a while after the row is written."""
    at = at or datetime.now(UTC)
    async with sessions() as session:
        await publish(
            session, county=county, kind="case", case_id=UUID(int=number), body={"n": number}, audience=NOBODY, at=at
        )
        await session.flush()
        await asyncio.sleep(hold_s)
        await (session.commit() if keep else session.rollback())


async def now(sessions: Sessions) -> Cursor:
    async with sessions() as session:
        return await latest_cursor(session)


async def read(sessions: Sessions, cursor: Cursor, limit: int = 200) -> list[Change]:
    async with sessions() as session:
        return await changes_after(session, COUNTY, cursor, limit)


async def read_all(sessions: Sessions, cursor: Cursor, count: int) -> list[Change]:
    """The changes after the cursor as soon as there are so many; autovacuum may hold them back a moment."""
    deadline = time.monotonic() + PATIENCE_S
    while len(changes := await read(sessions, cursor)) < count:
        assert time.monotonic() < deadline, changes
        await asyncio.sleep(0.02)
    return changes


async def test_sixteen_writers_lose_nothing_and_repeat_nothing(sessions: Sessions) -> None:
    start = await now(sessions)
    chance = random.Random(4)
    seen: list[int] = []
    done = asyncio.Event()

    async def writer(first: int) -> None:
        for number in range(first, first + EACH):
            await write(sessions, number, hold_s=chance.uniform(0, 0.004), keep=chance.random() > 0.1)

    async def reader() -> None:
        cursor = start
        deadline = time.monotonic() + PATIENCE_S
        while not (done.is_set() and len(seen) >= await written()):
            assert time.monotonic() < deadline
            for change in await read(sessions, cursor, limit=7):
                assert change.cursor > cursor
                cursor = change.cursor
                seen.append(change.body["n"])
            await asyncio.sleep(0.002)

    async def written() -> int:
        async with sessions() as session:
            rows = text("SELECT count(*) FROM outbox WHERE tx > CAST(:tx AS xid8) AND county = :county")
            return int(await session.scalar(rows, {"tx": str(start.tx), "county": COUNTY}) or 0)

    reading = asyncio.create_task(reader())
    await asyncio.gather(*(writer(1000 * n) for n in range(WRITERS)))
    done.set()
    await reading
    again = await read(sessions, start, limit=1000)
    assert WRITERS * EACH > len(again) > WRITERS * EACH * 0.8
    assert seen == [change.body["n"] for change in again]
    assert len(set(seen)) == len(seen) == await written()
    for first in range(0, 1000 * WRITERS, 1000):
        own = [n for n in seen if first <= n < first + 1000]
        assert own == sorted(own), "what one writer wrote one after the other stays in that order"


async def test_a_change_is_held_back_while_an_older_transaction_is_open(sessions: Sessions) -> None:
    start = await now(sessions)
    slow = asyncio.create_task(write(sessions, 1, hold_s=0.3))
    await asyncio.sleep(0.1)
    await write(sessions, 2)
    assert await read(sessions, start) == [], "the younger one could be read, but the older would then come behind it"
    await slow
    assert [change.body["n"] for change in await read_all(sessions, start, 2)] == [1, 2]


async def test_what_is_rolled_back_is_never_heard_of(sessions: Sessions) -> None:
    start = await now(sessions)
    await write(sessions, 1, keep=False)
    await write(sessions, 2)
    assert [change.body["n"] for change in await read_all(sessions, start, 1)] == [2]


async def test_another_countys_changes_are_not_ours(sessions: Sessions) -> None:
    start = await now(sessions)
    await write(sessions, 1, county="320282")
    await write(sessions, 2)
    assert [change.body["n"] for change in await read_all(sessions, start, 1)] == [2]


async def test_old_changes_are_swept_and_a_cursor_from_before_them_is_stale(sessions: Sessions) -> None:
    start = await now(sessions)
    await write(sessions, 1, at=datetime.now(UTC) - KEPT_FOR - timedelta(minutes=1))
    await write(sessions, 2, at=datetime.now(UTC) - KEPT_FOR + timedelta(minutes=1))
    assert len(await read_all(sessions, start, 2)) == 2
    async with sessions() as session:
        await sweep(session, datetime.now(UTC))
        (left,) = await changes_after(session, COUNTY, start)
        assert left.body == {"n": 2}
        assert not await is_stale(session, COUNTY, left.cursor)
        assert await is_stale(session, COUNTY, Cursor(1, 1)), "from before everything that is kept"
        assert await is_stale(session, COUNTY, Cursor(2**60 // 10, 1)), "from another life of the database"


@pytest.mark.parametrize(
    "value",
    [None, "", "-", "1", "1-", "-1", "a-b", "1-2-3", "１-２", "9" * 19 + "-1", "1-" + "9" * 19, "1.5-2", " 1-2"],
)
def test_a_cursor_that_cannot_be_read_means_from_now_on(value: str | None) -> None:
    assert parse_cursor(value) is None


def test_a_cursor_is_read_as_written() -> None:
    for cursor in (Cursor(0, 0), Cursor(123, 45), Cursor(10**17, 10**17)):
        assert parse_cursor(str(cursor)) == cursor


async def test_a_snapshots_cursor_can_be_read_and_is_fresh(sessions: Sessions) -> None:
    cursor = await now(sessions)
    assert parse_cursor(str(cursor)) == cursor
    async with sessions() as session:
        assert not await is_stale(session, COUNTY, cursor)


async def test_a_change_for_everybody_names_no_case_and_no_audience(sessions: Sessions) -> None:
    start = await now(sessions)
    async with sessions() as session, session.begin():
        body = {"effective_on": "2026-12-01"}
        await publish(session, county=COUNTY, kind="net", case_id=None, body=body, audience=None, at=datetime.now(UTC))
    (change,) = await read(sessions, start)
    assert (change.kind, change.case_id, change.audience, change.body) == ("net", None, None, body)
