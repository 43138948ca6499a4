"""Batches of fixes, sent once or again, in any order: kept within the patrol, counted outside it, set apart if unbelievable."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identifiers import new_id
from backend.patrols.packing import NewFix, unpack
from tests.backend.patrols.stories import put_fixes, put_patrol, start
from tests.backend.patrols.walking import said, walk
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import People

MINUTE = timedelta(minutes=1)


def counts(answer: Any) -> tuple[int, int, int, int]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["stored"], body["repeated"], body["off_patrol"], body["rejected"]


async def kept_moments(session: AsyncSession) -> list[int]:
    rows = await session.scalars(text("SELECT packed FROM fix_batch ORDER BY first_at, id"))
    return sorted(at for packed in rows for at in unpack(packed).at_ms.tolist())


async def test_a_batch_is_kept_once_however_often_it_is_sent(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    clock.at += 10 * MINUTE
    fixes, batch_id = walk(60), new_id()
    first = await put_fixes(worker, patrol_id, fixes, batch_id=batch_id)
    again = await put_fixes(worker, patrol_id, fixes, batch_id=batch_id)
    assert counts(first) == (60, 0, 0, 0)
    assert again.json() == first.json()
    assert len(await kept_moments(session)) == 60
    assert (await worker.http.get(f"/api/patrols/{patrol_id}")).json()["fixes"] == 60


async def test_overlapping_batches_keep_each_moment_once(people: People, clock: Clock, session: AsyncSession) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    clock.at += 10 * MINUTE
    fixes = walk(100)
    assert counts(await put_fixes(worker, patrol_id, fixes[40:])) == (60, 0, 0, 0)
    assert counts(await put_fixes(worker, patrol_id, fixes[:70])) == (40, 30, 0, 0)
    assert counts(await put_fixes(worker, patrol_id, fixes[10:20] * 2)) == (0, 20, 0, 0)
    moments = await kept_moments(session)
    assert len(moments) == len(set(moments)) == 100


async def test_other_content_under_the_same_id_is_kept_too(people: People, clock: Clock, session: AsyncSession) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    clock.at += 10 * MINUTE
    batch_id = new_id()
    await put_fixes(worker, patrol_id, walk(10), batch_id=batch_id)
    other = walk(20)
    assert counts(await put_fixes(worker, patrol_id, other, batch_id=batch_id)) == (10, 10, 0, 0)
    assert counts(await put_fixes(worker, patrol_id, other, batch_id=batch_id)) == (10, 10, 0, 0)
    assert len(await kept_moments(session)) == 20


async def test_outside_the_patrol_and_in_its_pauses_nothing_is_kept(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    pause = {"from_at": (MONDAY_MORNING + 2 * MINUTE).isoformat(), "to_at": (MONDAY_MORNING + 4 * MINUTE).isoformat()}
    ended_at = (MONDAY_MORNING + 6 * MINUTE).isoformat()
    await put_patrol(worker, patrol_id, revision=2, pauses=[pause], ended_at=ended_at)
    clock.at += 20 * MINUTE
    # One fix a minute from two minutes before to nine minutes after the start, on the half minute.
    fixes = walk(12, begins=MONDAY_MORNING - timedelta(seconds=90), every_s=60)
    assert counts(await put_fixes(worker, patrol_id, fixes)) == (4, 0, 8, 0)
    assert await session.scalar(text("SELECT sum(fixes) FROM off_patrol_count")) == 8
    assert len(await kept_moments(session)) == 4


@pytest.mark.parametrize(
    ("fix", "reason"),
    [
        ({"lng": 0, "lat": 0}, "nowhere"),
        ({"lng": 500}, "unreadable"),
        ({"lat": "north"}, "unreadable"),
        ({"accuracy_m": -5}, "unreadable"),
        ({"at": "2026-11-23T09:31:00"}, "unreadable"),
        ({"at": "2026-11-23T19:31:00+08:00"}, "clock"),
        ({"at": "2026-10-01T09:31:00+08:00"}, "too_old"),
        ({"colour": "red"}, "unreadable"),
    ],
)
async def test_one_unbelievable_position_is_set_apart_and_costs_no_other(
    people: People, clock: Clock, session: AsyncSession, fix: dict[str, Any], reason: str
) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    clock.at += 10 * MINUTE
    body = {"fixes": said(walk(3))}
    body["fixes"][1] |= fix
    path = f"/api/patrols/{patrol_id}/fixes/{new_id()}"
    answer = await worker.http.put(path, json=body)
    assert counts(answer) == (2, 0, 0, 1)
    assert answer.json()["rejections"] == [{"index": 1, "reason": reason}]
    assert counts(await worker.http.put(path, json=body)) == (2, 0, 0, 1)
    kept_apart = (await session.execute(text("SELECT reason, raw FROM fix_quarantine"))).all()
    assert [row.reason for row in kept_apart] == [reason]


async def test_the_skew_of_the_phones_clock_is_taken_off(people: People, clock: Clock, session: AsyncSession) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    clock.at += 10 * MINUTE
    ahead = timedelta(hours=1)
    fixes = [NewFix(f.at + ahead, f.lng, f.lat) for f in walk(5)]
    headers = {"Suozi-Phone-Time": (clock.at + ahead).isoformat()}
    assert counts(await put_fixes(worker, patrol_id, fixes, headers=headers)) == (5, 0, 0, 0)
    first = min(await kept_moments(session))
    assert abs(first / 1000 - MONDAY_MORNING.timestamp()) < 1


async def test_more_than_a_batch_may_hold_is_refused_with_the_limit(people: People) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    answer = await put_fixes(worker, patrol_id, walk(501))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_fixes")
    assert "500" in answer.json()["detail"]


async def test_late_fixes_do_not_move_the_latest_position_back(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    clock.at += 10 * MINUTE
    fixes = walk(60)
    latest = text("SELECT at FROM latest_position ORDER BY at DESC LIMIT 1")
    await put_fixes(worker, patrol_id, fixes[30:])
    newest = await session.scalar(latest)
    await put_fixes(worker, patrol_id, fixes[:30])
    assert await session.scalar(latest) == newest
    assert abs((newest - fixes[-1].at).total_seconds()) < 0.001


async def test_fixes_of_two_months_lie_in_the_parts_of_their_months(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    clock.at = MONDAY_MORNING.replace(day=30, hour=19, minute=55)
    worker = await people.worker()
    first = await start(worker, started_at=clock.at)
    await put_fixes(worker, first, walk(3, begins=clock.at))
    clock.at += timedelta(hours=13)
    second = new_id()
    assert (await put_patrol(worker, second, started_at=clock.at)).status_code == 200
    await put_fixes(worker, second, walk(4, begins=clock.at))
    parts = await session.execute(
        text("SELECT tableoid::regclass::text, sum(fixes) FROM fix_batch GROUP BY 1 ORDER BY 1")
    )
    assert parts.all() == [("fix_batch_2026_11", 3), ("fix_batch_2026_12", 4)]
