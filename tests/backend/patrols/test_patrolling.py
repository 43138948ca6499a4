"""Starting, pausing and ending a patrol: only with consent and in a shift, one at a time, never past the shift's end."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identifiers import new_id
from backend.patrols.patrolling import end_after_shift
from tests.backend.patrols.stories import agree, put_patrol, start
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import People

MINUTE = timedelta(minutes=1)
EVENING = MONDAY_MORNING.replace(hour=20, minute=0)


async def test_without_consent_no_patrol_starts_and_reporting_goes_on(people: People) -> None:
    worker = await people.worker()
    assert (await worker.http.get("/api/patrolling")).json()["consent"]["needed"] is True
    refused = await put_patrol(worker, new_id())
    assert (refused.status_code, refused.json()["code"]) == (409, "consent_needed")
    assert (await worker.report()).status_code == 201
    await agree(worker)
    assert (await put_patrol(worker, new_id())).status_code == 200
    assert (await worker.http.get("/api/patrolling")).json()["consent"]["needed"] is False


async def test_taking_consent_back_ends_the_patrol_that_runs(people: People, clock: Clock) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    clock.at += 5 * MINUTE
    await worker.http.put("/api/track-consent", json={"text_version": 1, "agreed": False})
    patrol = (await worker.http.get(f"/api/patrols/{patrol_id}")).json()
    assert patrol["ended_by"] == "consent_withdrawn"
    assert datetime.fromisoformat(patrol["ended_at"]) == clock.at
    assert (await put_patrol(worker, new_id(), started_at=clock.at)).json()["code"] == "consent_needed"


async def test_another_version_of_the_consent_text_is_read_first(people: People) -> None:
    worker = await people.worker()
    answer = await worker.http.put("/api/track-consent", json={"text_version": 7, "agreed": True})
    assert (answer.status_code, answer.json()["code"]) == (422, "consent_text_changed")


@pytest.mark.parametrize("local", ["06:59", "20:00", "23:30"])
async def test_outside_the_shift_no_patrol_starts_and_the_next_one_is_told(
    people: People, clock: Clock, local: str
) -> None:
    worker = await people.worker()
    await agree(worker)
    hour, minute = map(int, local.split(":"))
    clock.at = MONDAY_MORNING.replace(hour=hour, minute=minute)
    refused = await put_patrol(worker, new_id(), started_at=clock.at)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_on_duty")
    assert "07:00" in refused.json()["detail"]
    assert (await worker.http.get("/api/patrolling")).json()["shift"]["running_until"] is None


async def test_a_squad_member_patrols_in_the_shift_of_the_rota(people: People, clock: Clock) -> None:
    member = await people.squad_member()
    patrol_id = await start(member)
    patrol = (await member.http.get(f"/api/patrols/{patrol_id}")).json()
    duty = (await member.http.get("/api/me")).json()["squad"]
    assert duty["my_until"] is not None
    assert patrol["shift_ends_at"] == duty["my_until"]


async def test_a_patrol_ends_by_itself_at_the_end_of_the_shift(
    people: People, clock: Clock, session: AsyncSession
) -> None:
    worker = await people.worker()
    patrol_id = await start(worker)
    clock.at = EVENING + MINUTE
    assert await end_after_shift(session, clock.at) == 1
    await session.commit()
    patrol = (await worker.http.get(f"/api/patrols/{patrol_id}")).json()
    assert (datetime.fromisoformat(patrol["ended_at"]), patrol["ended_by"]) == (EVENING, "shift_end")
    # A phone that was away says later that it went on: it did not.
    late = await put_patrol(worker, patrol_id, revision=2, ended_at=(EVENING + 90 * MINUTE).isoformat())
    assert datetime.fromisoformat(late.json()["ended_at"]) == EVENING
    # Or that it had ended before: it had.
    late = await put_patrol(worker, patrol_id, revision=3, ended_at=(EVENING - 90 * MINUTE).isoformat())
    assert (datetime.fromisoformat(late.json()["ended_at"]), late.json()["ended_by"]) == (
        EVENING - 90 * MINUTE,
        "staff",
    )


async def test_a_repeat_changes_nothing_and_an_older_revision_neither(people: People) -> None:
    worker = await people.worker()
    await agree(worker)
    patrol_id = new_id()
    ended_at = (MONDAY_MORNING + 30 * MINUTE).isoformat()
    first = await put_patrol(worker, patrol_id)
    ended = await put_patrol(worker, patrol_id, revision=2, ended_at=ended_at)
    assert ended.json()["ended_by"] == "staff"
    assert (await put_patrol(worker, patrol_id, revision=2, ended_at=ended_at)).json() == ended.json()
    older = await put_patrol(worker, patrol_id)
    assert older.status_code == 200
    assert older.json()["ended_at"] == ended.json()["ended_at"]
    assert first.json()["ended_at"] is None
    other = await put_patrol(worker, patrol_id, revision=2)
    assert (other.status_code, other.json()["code"]) == (409, "patrol_differs")


async def test_a_patrol_begun_on_another_phone_ends_the_first(people: People, clock: Clock) -> None:
    worker = await people.worker()
    first = await start(worker)
    clock.at += 30 * MINUTE
    second = new_id()
    assert (await put_patrol(worker, second, started_at=clock.at)).status_code == 200
    ended = (await worker.http.get(f"/api/patrols/{first}")).json()
    assert (ended["ended_by"], datetime.fromisoformat(ended["ended_at"])) == ("replaced", clock.at)
    assert (await worker.http.get("/api/patrolling")).json()["patrol"]["id"] == str(second)


async def test_an_older_patrol_that_comes_late_without_an_end_ends_where_the_next_began(
    people: People, clock: Clock
) -> None:
    worker = await people.worker()
    await start(worker, started_at=MONDAY_MORNING)
    early = new_id()
    late = await put_patrol(worker, early, started_at=MONDAY_MORNING - 60 * MINUTE)
    assert (late.json()["ended_by"], datetime.fromisoformat(late.json()["ended_at"])) == ("replaced", MONDAY_MORNING)


async def test_the_clock_of_a_phone_that_is_an_hour_ahead_is_set_right(people: People) -> None:
    worker = await people.worker()
    await agree(worker)
    ahead = MONDAY_MORNING + 60 * MINUTE
    answer = await worker.http.put(
        f"/api/patrols/{new_id()}",
        json={"revision": 1, "travel": "walk", "started_at": ahead.isoformat()},
        headers={"Suozi-Phone-Time": ahead.isoformat()},
    )
    assert datetime.fromisoformat(answer.json()["started_at"]) == MONDAY_MORNING


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"started_at": (MONDAY_MORNING + 60 * MINUTE).isoformat()}, 422, "in_the_future"),
        ({"started_at": (MONDAY_MORNING - timedelta(days=31)).isoformat()}, 409, "patrol_too_old"),
        ({"started_at": "2026-11-23T09:30:00"}, 422, "malformed"),
        ({"travel": "horse"}, 422, "malformed"),
        ({"revision": 0}, 422, "malformed"),
        ({"pauses": [{"from_at": "no"}]}, 422, "malformed"),
        ({"mileage_m": 9000}, 422, "malformed"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(
    people: People, said: dict[str, object], status: int, code: str
) -> None:
    worker = await people.worker()
    await agree(worker)
    body = {"revision": 1, "travel": "walk", "started_at": MONDAY_MORNING.isoformat()} | said
    answer = await worker.http.put(f"/api/patrols/{new_id()}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_somebody_elses_patrol_is_not_there(people: People) -> None:
    patrol_id = await start(await people.worker())
    other = await people.squad_member()
    await agree(other)
    assert (await other.http.get(f"/api/patrols/{patrol_id}")).status_code == 404
    assert (await put_patrol(other, patrol_id, revision=9)).status_code == 404
