"""Positions live over a real port: to whoever gave a reason, at most one message per second, in scope, and never backwards."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from backend.command_centre import streams, track_routes
from backend.identifiers import new_id
from backend.settings import Settings
from tests.backend.live.listening import Event, RunningTown, listen, person, running
from tests.backend.patrols.stories import put_fixes, put_patrol, start
from tests.backend.patrols.walking import walk
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import Person


@pytest.fixture
def monday(settings: Settings) -> Iterator[RunningTown]:
    """The town on a Monday morning, in everybody's shift."""
    with running(settings) as town:
        town.server.app.state.clock = Clock(MONDAY_MORNING + timedelta(minutes=20))
        yield town


async def live_look(operator: Person) -> str:
    look_id = new_id()
    answer = await operator.http.put(f"/api/track-looks/{look_id}", json={"kind": "live", "reason": "应急调度"})
    assert answer.status_code == 200, answer.text
    return f"/api/positions/live?look={look_id}"


def moment_of(message: Event, name: str) -> datetime | None:
    """When the person of that name was last seen; None if they are not on patrol or nothing was heard of them."""
    found = [one["at"] for one in message.data["people"] if one["name"] == name]
    return datetime.fromisoformat(found[0]) if found and found[0] else None


async def test_whoever_moves_is_told_once_a_second_at_most_and_late_fixes_move_nobody_back(monday: RunningTown) -> None:
    async with (
        person(monday, "worker", "璜塘村第3网格") as worker,
        person(monday, "operator") as operator,
        person(monday, "squad_leader", "二中队") as leader,
    ):
        name = worker.about["name"]
        patrol_id = await start(worker)
        async with (
            listen(operator, path=await live_look(operator)) as hears,
            listen(leader, path=await live_look(leader)) as leader_hears,
        ):
            assert moment_of(await hears.next(), name) is None
            assert (await leader_hears.next()).data["people"] == []
            fixes = walk(40)
            began, messages = time.monotonic(), 1
            for n in range(10, 40):
                await put_fixes(worker, patrol_id, [fixes[n]])
            while moment_of(await hears.next(), name) != fixes[39].at:
                messages += 1
            assert messages <= time.monotonic() - began + 2, "thirty fixes are not thirty messages"
            await put_fixes(worker, patrol_id, fixes[:10])
            assert moment_of(await hears.next(), name) == fixes[39].at
            ended_at = (MONDAY_MORNING + timedelta(minutes=15)).isoformat()
            await put_patrol(worker, patrol_id, revision=2, ended_at=ended_at)
            while moment_of(await hears.next(), name):
                pass
        looks = (await worker.http.get("/api/my/looks")).json()
        assert [one["by_name"] for one in looks] == [operator.about["name"]]


async def test_a_look_that_is_over_ends_the_stream_and_says_why(monday: RunningTown) -> None:
    async with person(monday, "worker", "璜塘村第3网格") as worker, person(monday, "operator") as operator:
        patrol_id = await start(worker)
        async with listen(operator, path=await live_look(operator)) as hears:
            await hears.next()
            monday.server.app.state.clock.at += timedelta(hours=8)
            await put_fixes(worker, patrol_id, walk(3))
            assert (await hears.next()).name == "reason_needed"
            assert await hears.ends()


async def test_signing_out_ends_the_stream(monday: RunningTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "ACTOR_FRESH_S", 0.3)
    monkeypatch.setattr(track_routes, "QUIET_S", 0.5)
    async with person(monday, "operator") as operator, listen(operator, path=await live_look(operator)) as hears:
        await hears.next()
        await operator.http.delete("/api/session")
        await hears.to_the_end(5)
