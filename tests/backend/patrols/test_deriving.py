"""A staff-day is worked out when it is due, comes out the same however its fixes arrived, and again after a late batch."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identifiers import new_id
from backend.patrols.deriving import days_due, derive_wanted, want_by_present_rules
from tests.backend.patrols.stories import agree, put_fixes, put_patrol, start
from tests.backend.patrols.walking import walk
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import HUANGTANG_3, People, Person

MINUTE = timedelta(minutes=1)
WALK = walk(240)  # twenty minutes


async def derive(session: AsyncSession, clock: Clock) -> int:
    due = await days_due(session, clock.at)
    for wanted in due:
        await derive_wanted(session, wanted, clock.at)
    await session.commit()
    return len(due)


async def end(person: Person, patrol_id: UUID, **more: Any) -> None:
    answer = await put_patrol(
        person, patrol_id, revision=2, ended_at=(MONDAY_MORNING + 25 * MINUTE).isoformat(), **more
    )
    assert answer.status_code == 200, answer.text


async def walked_and_derived(people: People, clock: Clock, session: AsyncSession) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    clock.at += 25 * MINUTE
    await put_fixes(worker, patrol_id, WALK)
    await end(worker, patrol_id)
    await derive(session, clock)


async def the_day(session: AsyncSession) -> Any:
    return (await session.execute(text("SELECT * FROM staff_day"))).one()


async def test_a_day_is_derived_when_it_is_due_and_once(people: People, clock: Clock, session: AsyncSession) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    clock.at += 25 * MINUTE
    await put_fixes(worker, patrol_id, WALK)
    await end(worker, patrol_id)
    assert await derive(session, clock) == 1
    assert await derive(session, clock) == 0
    day = await the_day(session)
    assert 1100 < day.clean_m < 1600
    assert day.fixes == 240
    assert day.recorded_s == 25 * 60
    assert sum(day.dwell_s.values()) + day.unknown_s + day.outside_s == day.recorded_s
    assert HUANGTANG_3 in day.coverage
    covered = await session.scalar(text(f"SELECT cells FROM coverage_day WHERE grid_code = '{HUANGTANG_3}'"))
    assert covered == day.coverage[HUANGTANG_3]


async def test_while_the_patrol_runs_the_day_waits_two_minutes(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    await put_fixes(worker, patrol_id, walk(1))
    assert await derive(session, clock) == 0
    clock.at += 2 * MINUTE
    assert await derive(session, clock) == 1


async def test_any_batching_and_order_of_arrival_gives_the_same_day(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    days = []
    for seed, size in ((0, 240), (1, 7), (2, 60)):
        worker = await people.worker()
        patrol_id = await start(worker)
        clock.at = MONDAY_MORNING + 25 * MINUTE
        batches = [WALK[n : n + size] for n in range(0, len(WALK), size)]
        chance = random.Random(seed)
        chance.shuffle(batches)
        for batch in [*batches, *chance.sample(batches, len(batches) // 3)]:
            await put_fixes(worker, patrol_id, batch)
        await end(worker, patrol_id)
        await derive(session, clock)
        day = (await the_day(session))._asdict()
        days.append({name: day[name] for name in day if name != "derived_at"})
        clock.at = MONDAY_MORNING
        for table in ("fix_batch", "patrol", "staff_day", "coverage_day"):
            await session.execute(text(f"DELETE FROM {table}"))
        await session.commit()
    assert days[0] == days[1] == days[2]


async def test_a_late_batch_changes_its_own_day_only(people: People, clock: Clock, session: AsyncSession) -> None:
    worker = await people.worker()
    monday = await start(worker)
    clock.at += 25 * MINUTE
    await put_fixes(worker, monday, WALK[:120])
    await end(worker, monday)
    clock.at = MONDAY_MORNING + timedelta(days=1)
    worker, tuesday = await people.worker(), new_id()
    assert (await put_patrol(worker, tuesday, started_at=clock.at)).status_code == 200
    clock.at += 10 * MINUTE
    await put_fixes(worker, tuesday, walk(60, begins=MONDAY_MORNING + timedelta(days=1)))
    await derive(session, clock)
    rows = text("SELECT on_day, derived_at, clean_m FROM staff_day ORDER BY on_day")
    before = (await session.execute(rows)).all()
    clock.at += MINUTE
    await put_fixes(worker, monday, WALK[120:])
    await derive(session, clock)
    after = (await session.execute(rows)).all()
    assert after[1] == before[1]
    assert after[0].clean_m > before[0].clean_m + 300


async def test_new_rules_make_a_day_again_while_its_fixes_live(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    await walked_and_derived(people, clock, session)
    made = await the_day(session)
    assert await want_by_present_rules(session, "320281", clock.at) == 0
    old = text("UPDATE staff_day SET rules_version = 1, clean_m = 1, input_hash = 'as it was'")
    await session.execute(old)
    clock.at += timedelta(days=1)
    assert await want_by_present_rules(session, "320281", clock.at) == 1
    assert await want_by_present_rules(session, "320281", clock.at) == 0  # it is wanted already
    assert await derive(session, clock) == 1
    again = await the_day(session)
    assert (again.rules_version, again.clean_m) == (made.rules_version, made.clean_m)
    await session.execute(old)
    clock.at += timedelta(days=30)
    assert await want_by_present_rules(session, "320281", clock.at) == 0
    assert (await the_day(session)).rules_version == 1


async def test_what_the_phone_hid_is_a_gap_and_no_way(people: People, clock: Clock, session: AsyncSession) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    clock.at += 25 * MINUTE
    await put_fixes(worker, patrol_id, WALK[:60] + WALK[180:])
    hidden = {"from_at": WALK[59].at.isoformat(), "to_at": WALK[180].at.isoformat()}
    await end(worker, patrol_id, hidden=[hidden])
    await derive(session, clock)
    day = await the_day(session)
    assert "hidden" in [gap["why"] for gap in day.gaps]
    assert day.clean_m < 800


async def test_a_day_whose_fixes_may_be_gone_stays_as_it_is(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    await walked_and_derived(people, clock, session)
    before = await the_day(session)
    await session.execute(text("DELETE FROM fix_batch"))
    await session.execute(
        text("INSERT INTO staff_day_wanted SELECT county, staff_id, on_day, derived_at, 1 FROM staff_day")
    )
    clock.at += timedelta(days=31)
    assert await derive(session, clock) == 1
    assert await the_day(session) == before


async def test_a_phone_whose_clock_is_an_hour_ahead_gives_the_same_day(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    days = []
    for ahead in (timedelta(0), timedelta(hours=1)):
        worker = await people.worker()
        clock.at = MONDAY_MORNING
        phone = {"Suozi-Phone-Time": (clock.at + ahead).isoformat()}
        await agree(worker)
        patrol_id = new_id()
        begun = (MONDAY_MORNING + ahead).isoformat()
        body = {"revision": 1, "travel": "walk", "started_at": begun}
        assert (await worker.http.put(f"/api/patrols/{patrol_id}", json=body, headers=phone)).status_code == 200
        clock.at += 25 * MINUTE
        phone = {"Suozi-Phone-Time": (clock.at + ahead).isoformat()}
        told = [replace(fix, at=fix.at + ahead) for fix in WALK]
        assert (await put_fixes(worker, patrol_id, told, headers=phone)).json()["stored"] == len(WALK)
        body |= {"revision": 2, "ended_at": (clock.at + ahead).isoformat()}
        assert (await worker.http.put(f"/api/patrols/{patrol_id}", json=body, headers=phone)).status_code == 200
        await derive(session, clock)
        days.append((await the_day(session)).input_hash)
        for table in ("fix_batch", "patrol", "staff_day", "coverage_day"):
            await session.execute(text(f"DELETE FROM {table}"))
        await session.commit()
    assert days[0] == days[1]


async def test_a_start_finer_than_a_millisecond_loses_no_fix(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker = await people.worker()
    patrol_id = await start(worker, started_at=MONDAY_MORNING + timedelta(microseconds=987))
    clock.at += 25 * MINUTE
    first = replace(WALK[0], at=MONDAY_MORNING + timedelta(microseconds=987))
    await put_fixes(worker, patrol_id, [first, *WALK[1:]])
    assert (await worker.http.get(f"/api/patrols/{patrol_id}")).json()["fixes"] == 240
    clock.at += 2 * MINUTE
    assert await derive(session, clock) == 1
    assert (await the_day(session)).fixes == 240
