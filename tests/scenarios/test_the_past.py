"""The town time machine: at any moment of a case's life the past shows what the operator's screen showed then."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from tests.backend.cases.whole import faults
from tests.conftest import Clock
from tests.people import People, Person, photo

# What the past cannot tell, or does not offer.
NOT_OF_THEN = {"allowed_actions", "why", "my_part", "open_parts", "cover_photo", "mine"}


async def _snapshot(operator: Person) -> dict[str, Any]:
    answer = await operator.http.get("/api/live/snapshot")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _past(operator: Person, at: datetime, **more: Any) -> dict[str, Any]:
    answer = await operator.http.get("/api/past", params={"at": at.isoformat(), **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _comparable(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    open_ones = [row for row in rows if row["status"] not in ("closed", "declined", "voided", "merged")]
    return [{key: value for key, value in row.items() if key not in NOT_OF_THEN} for row in open_ones]


async def test_the_past_is_what_the_screen_showed(app: FastAPI, people: People, clock: Clock) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    operator, inspector = await people.operator(), await people.inspector()
    shown: list[tuple[datetime, dict[str, Any]]] = []

    async def look(minutes: float) -> None:
        """What the screen shows now; then the time goes on."""
        shown.append((clock.at, await _snapshot(operator)))
        clock.at += timedelta(minutes=minutes)

    clock.at += timedelta(minutes=5)
    case = (await worker.report("E0110", words="路边有垃圾")).json()["case"]
    waiting = (await worker.report("E0699", words="不知归谁")).json()["case"]
    await look(20)
    case = (await squad.act("acknowledge", case)).json()["case"]
    await look(10)
    until = (clock.at + timedelta(hours=3)).isoformat()
    case = (await operator.act("supervise", case, words="今天要有结果", until=until)).json()["case"]
    await look(40)
    case = (await squad.act("ask_extension", case, words="等设备")).json()["case"]
    await look(600)
    case = (await operator.act("grant_extension", case)).json()["case"]
    waiting = (await operator.act("recategorise", waiting, matter="E0410", words="是占道停车")).json()["case"]
    await look(30)
    case = (
        await operator.act("whistle", case, squads=["xxk-squad-2"], until=until_in(clock, 2), words="请到场")
    ).json()["case"]
    await look(200)
    case = (await squad.act("feedback", case, photos=[photo()], words="清理完毕")).json()["case"]
    await look(45)
    case = (await inspector.act("fail", case, words="还有一堆")).json()["case"]
    await look(45)
    case = (await squad.act("send_back", case, words="不是本队的")).json()["case"]
    await look(45)
    waiting = await operator.case(waiting["id"])
    await operator.act("ask_void", waiting, words="重复了")
    await look(200)

    for at, snapshot in shown:
        then = await _past(operator, at)
        assert _comparable(then["cases"]) == _comparable(snapshot["cases"]), at
        assert then["groups"] == snapshot["groups"], at
        assert then["unlisted"] == 0
        assert all(row["allowed_actions"] == [] for row in then["cases"])
    assert len({tuple(row["status"] for row in snapshot["cases"]) for _at, snapshot in shown}) > 4
    assert await faults(app.state.sessions, [UUID(case["id"]), UUID(waiting["id"])]) == []


def until_in(clock: Clock, hours: int) -> str:
    return (clock.at + timedelta(hours=hours)).isoformat()


async def test_an_ended_case_is_there_as_long_as_it_lived(people: People, clock: Clock) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    operator, inspector = await people.operator(), await people.inspector()
    before = clock.at
    clock.at += timedelta(minutes=30)
    case = (await worker.report("E0110")).json()["case"]
    for person, step, more in (
        (squad, "acknowledge", {}),
        (squad, "feedback", {"photos": [photo()], "words": "好"}),
        (inspector, "pass", {}),
    ):
        clock.at += timedelta(minutes=30)
        case = (await person.act(step, case, **more)).json()["case"]
    closed_at = clock.at
    clock.at += timedelta(hours=12)
    statuses = {
        minutes: [row["status"] for row in (await _past(operator, closed_at - timedelta(minutes=minutes)))["cases"]]
        for minutes in (100, 90, 61, 60, 31, 30, 1, 0)
    }
    assert statuses == {
        100: [],
        90: ["pending_ack"],
        61: ["pending_ack"],
        60: ["handling"],
        31: ["handling"],
        30: ["pending_inspection"],
        1: ["pending_inspection"],
        0: [],
    }
    assert (await _past(operator, closed_at))["groups"]["ended"] == 1
    assert (await _past(operator, closed_at + timedelta(hours=1)))["groups"]["ended"] == 0

    card = f"/api/past/cases/{case['id']}"
    at = closed_at - timedelta(minutes=45)
    then = (await operator.http.get(card, params={"at": at.isoformat()})).json()
    assert (then["status"], then["version"], len(then["events"])) == ("handling", 3, 3)
    assert (then["closed_at"], then["answer_until"], then["allowed_actions"]) == (None, None, [])
    assert [given["ended_at"] for given in then["assignments"]] == [None]
    assert [clock_["stopped_at"] is None for clock_ in then["clocks"]] == [False, True]
    gone = await operator.http.get(card, params={"at": before.isoformat()})
    assert (gone.status_code, gone.json()["code"]) == (404, "no_such_case")


async def test_what_is_refused(people: People, clock: Clock) -> None:
    operator = await people.operator()
    for at, code in (
        ((clock.at + timedelta(seconds=1)).isoformat(), "not_in_range"),
        ("2026-11-20T08:00:00", "malformed"),
        ("0001-01-01T00:00:00+08:00", "malformed"),
        ("yesterday", "malformed"),
    ):
        answer = await operator.http.get("/api/past", params={"at": at})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "at"), at
        assert code in (answer.json()["errors"][0]["code"], "malformed")
    everywhere = await _past(operator, clock.at, bbox="120,31,121,32", limit=1)
    assert everywhere["cases"] == []
