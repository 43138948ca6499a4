"""Rows of one fix each are packed together; what is kept, and what is known already, stays the same."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.patrols.deriving import day_of
from backend.patrols.repacking import loose_rows, pack_loose
from geo.tracks.day import to_bytes
from tests.backend.patrols.stories import put_fixes, start
from tests.backend.patrols.test_intake import counts, kept_moments
from tests.backend.patrols.walking import walk
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import People

HOUR = timedelta(hours=1)


async def packed(session: AsyncSession, clock: Clock) -> int:
    """How many rows the small ones have become."""
    return sum([await pack_loose(session, loose, clock.at) for loose in await loose_rows(session, clock.at)])


async def test_small_rows_become_few_and_nothing_else_changes(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    staff_id = await session.scalar(text("SELECT staff_id FROM patrol"))
    clock.at += timedelta(minutes=10)
    fixes = walk(90)
    for fix in [*fixes[30:60][::-1], *fixes[:30]]:
        await put_fixes(worker, patrol_id, [fix])
    await put_fixes(worker, patrol_id, fixes[60:])
    moments = await kept_moments(session)
    day = await day_of(session, "320281", staff_id, MONDAY_MORNING.date(), clock.at)
    assert await packed(session, clock) == 0, "the hour is not over"
    clock.at += HOUR + timedelta(seconds=1)
    assert await packed(session, clock) == 1
    assert (await session.execute(text("SELECT fixes FROM fix_batch ORDER BY first_at"))).scalars().all() == [60, 30]
    assert await kept_moments(session) == moments
    again = await day_of(session, "320281", staff_id, MONDAY_MORNING.date(), clock.at - HOUR - timedelta(seconds=1))
    assert day
    assert again
    assert to_bytes(again) == to_bytes(day)
    assert await packed(session, clock) == 0
    assert counts(await put_fixes(worker, patrol_id, fixes[10:12])) == (0, 2, 0, 0)


async def test_a_few_small_rows_stay_as_they_are(people: People, clock: Clock, session: AsyncSession) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    for fix in walk(11):
        clock.at = fix.at
        await put_fixes(worker, patrol_id, [fix])
    clock.at += 2 * HOUR
    assert await packed(session, clock) == 0
