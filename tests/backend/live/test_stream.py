"""The live stream over a real port: what arrives, in whose scope, from where it goes on, and when it ends."""

import asyncio
import json
import time
from datetime import datetime, timedelta

import psycopg
import pytest

from backend.clock import local_date, utc_now
from backend.command_centre import streams
from backend.live import hub
from backend.settings import Settings
from tests.backend.live.listening import SOON_S, RunningTown, listen, person, running, snapshot
from tests.drawing import begin


async def test_changes_arrive_after_the_snapshot_each_once_and_only_in_scope(town: RunningTown) -> None:
    async with (
        person(town, "worker", "璜塘村第3网格") as worker,
        person(town, "worker", "金凤村第3网格") as stranger,
        person(town, "squad_member", "一中队") as squad,
        person(town, "squad_member", "二中队") as other_squad,
    ):
        last = (await snapshot(squad))["last_event_id"]
        async with (
            listen(squad, last) as squad_hears,
            listen(stranger, (await snapshot(stranger))["last_event_id"]) as stranger_hears,
            listen(other_squad, (await snapshot(other_squad))["last_event_id"]) as other_hears,
        ):
            for stream in (squad_hears, stranger_hears, other_hears):
                assert (await stream.next()).name == "ready", "a snapshot's own cursor is good to go on from"
            case = (await worker.report()).json()["case"]
            about = {"case_id": case["id"], "code": case["code"]}
            free = about | {"version": 1, "status": "pending_dispatch"}
            assert (await squad_hears.next()).data == free, "whoever is responsible for the place could claim it"
            taken = about | {"version": 2, "status": "pending_ack"}
            assert (await squad_hears.next()).data == taken
            await squad.act("acknowledge", case)
            assert (await squad_hears.next()).data["status"] == "handling"
            assert await stranger_hears.hears_nothing()
            assert await other_hears.hears_nothing(0.1)


async def test_a_stream_goes_on_where_it_was_cut(town: RunningTown) -> None:
    async with person(town, "worker", "璜塘村第3网格") as worker, person(town, "operator") as operator:
        async with listen(operator, (await snapshot(operator))["last_event_id"]) as hears:
            await hears.next()
            first = (await worker.report()).json()["case"]
            seen = [await hears.next()]
        missed = [(await worker.report()).json()["case"] for _ in range(3)]
        async with listen(operator, seen[-1].id) as hears:
            assert (await hears.next()).name == "ready"
            seen += [await hears.next() for _ in range(7)]
        assert [event.data["case_id"] for event in seen] == [case["id"] for case in [first, *missed] for _ in range(2)]
        assert [event.data["version"] for event in seen] == [1, 2] * 4


@pytest.mark.parametrize("after", [None, "nonsense", "1-1", "999999999999999-1"])
async def test_a_position_that_cannot_be_trusted_means_take_the_snapshot_again(
    town: RunningTown, after: str | None
) -> None:
    async with person(town, "worker", "璜塘村第3网格") as worker, person(town, "operator") as operator:
        await worker.report()
        async with listen(operator, after) as hears:
            first = await hears.next()
            assert first.name == "resync"
            case = (await worker.report()).json()["case"]
            assert (await hears.next()).data["case_id"] == case["id"], "and it goes on from there"


async def test_a_stream_pings_as_often_as_it_was_asked_to_and_says_until_when_all_has_been_told(
    town: RunningTown,
) -> None:
    async with (
        person(town, "operator") as operator,
        operator.http.stream("GET", "/api/live", params={"ping": 1}) as answer,
    ):
        started_at, told_until = time.monotonic(), []
        lines = answer.aiter_lines()
        async for line in lines:
            if line == "event: ping":
                told_until.append(
                    datetime.fromisoformat(json.loads((await anext(lines)).removeprefix("data: "))["server_time"])
                )
            if len(told_until) == 3:
                break
        assert time.monotonic() - started_at < 5
    assert told_until == sorted(told_until)
    assert utc_now() - told_until[-1] < timedelta(seconds=5)
    async with person(town, "operator") as operator:
        assert (await operator.http.get("/api/live", params={"ping": 0})).status_code == 422


async def test_whoever_looks_after_a_case_is_told_to_the_desks_of_its_place(town: RunningTown) -> None:
    async with (
        person(town, "worker", "璜塘村第3网格") as worker,
        person(town, "worker", "金凤村第3网格") as stranger,
        person(town, "operator") as operator,
        listen(operator) as hears,
        listen(stranger) as stranger_hears,
    ):
        await hears.next()
        await stranger_hears.next()
        case = (await worker.report()).json()["case"]
        for _ in range(2):
            await hears.next()
        assert (await operator.http.put(f"/api/cases/{case['id']}/attention")).status_code == 204
        heard = await hears.next()
        assert (heard.name, heard.data) == ("attention", {"case_id": case["id"], "by": operator.about["name"]})
        assert await stranger_hears.hears_nothing()


async def test_a_signed_out_stream_ends_by_itself_when_nothing_happens(
    town: RunningTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ACTOR_FRESH_S", 0.3)
    async with person(town, "operator") as operator, listen(operator) as hears:
        await hears.next()
        await operator.http.delete("/api/session")
        assert await hears.ends(2)


async def test_stopping_the_server_ends_every_stream_properly_and_at_once(settings: Settings) -> None:
    with running(settings) as town:
        async with person(town, "operator") as operator, listen(operator) as hears, listen(operator) as hears_too:
            await hears.next()
            await hears_too.next()
            started_at = time.monotonic()
            stopping = asyncio.create_task(asyncio.to_thread(town.stop))
            assert await hears.ends()
            assert await hears_too.ends()
            await stopping
            assert time.monotonic() - started_at < 4


async def test_nothing_is_lost_when_the_listening_connection_is_cut(town: RunningTown) -> None:
    async with (
        person(town, "worker", "璜塘村第3网格") as worker,
        person(town, "operator") as operator,
        listen(operator) as hears,
    ):
        await hears.next()
        before = set(listeners(town))
        cut(town)
        case = (await worker.report()).json()["case"]
        assert [(await hears.next()).data["case_id"] for _ in range(2)] == [case["id"]] * 2
        deadline = time.monotonic() + SOON_S
        while not set(listeners(town)) - before:
            assert time.monotonic() < deadline, "it listens again on a new connection"
            await asyncio.sleep(0.05)
        case = (await worker.report()).json()["case"]
        assert (await hears.next()).data["case_id"] == case["id"]


LISTENERS = "FROM pg_stat_activity WHERE application_name = 'suozi_live' AND datname = current_database()"


def listeners(town: RunningTown) -> list[int]:
    with psycopg.connect(town.settings.conninfo) as connection:
        return [pid for (pid,) in connection.execute(f"SELECT pid {LISTENERS}")]


def cut(town: RunningTown) -> None:
    with psycopg.connect(town.settings.conninfo) as connection:
        assert connection.execute(f"SELECT pg_terminate_backend(pid) {LISTENERS}").fetchall() == [(True,)]


async def test_a_change_held_back_by_an_older_transaction_is_looked_for_again_without_another_wake_up(
    town: RunningTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "POLL_S", 600.0)
    monkeypatch.setattr(hub, "SETTLING_S", (0.2,) * 50)
    async with (
        person(town, "worker", "璜塘村第3网格") as worker,
        person(town, "operator") as operator,
        listen(operator, (await snapshot(operator))["last_event_id"]) as hears,
    ):
        await hears.next()
        with psycopg.connect(town.settings.conninfo) as older:
            older.execute("SELECT pg_current_xact_id()")
            case = (await worker.report()).json()["case"]
            await asyncio.sleep(0.5)
            older.commit()
        assert (await hears.next()).data["case_id"] == case["id"]


async def test_a_published_net_is_told_to_everybody(town: RunningTown) -> None:
    async with (
        person(town, "administrator") as administrator,
        person(town, "worker", "马镇村第3网格") as worker,
        person(town, "squad_member", "一中队") as member,
        listen(worker) as hears,
        listen(member) as hears_too,
    ):
        await hears.next()
        await hears_too.next()
        day = local_date(utc_now()) + timedelta(days=30)
        draft = await begin(administrator, on=day)
        await draft.do("describe", code="320281104206003", management_grade=2)
        await draft.publish()
        for told in (await hears.next(), await hears_too.next()):
            assert (told.name, told.data) == ("net", {"effective_on": day.isoformat()})
