"""One night of a squad: a turn is swapped, a case comes after midnight, one goes home, the case after that waits."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from tests.conftest import Clock
from tests.people import People, Person

SQUAD_1 = "xxk-squad-1"
TONIGHT = {"on": "2026-11-23", "starts": "20:00"}
TOMORROW = {"on": "2026-11-24", "starts": "08:00"}


def at(words: str) -> datetime:
    return datetime.fromisoformat(f"{words}+08:00")


async def on_duty(operator: Person, **asked: str) -> dict[str, Any]:
    """The first squad's line in the answer to: who is on duty?"""
    answer = await operator.http.get("/api/duty/on", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = next(squad for squad in answer.json()["squads"] if squad["code"] == SQUAD_1)
    return found


def names(squad: dict[str, Any]) -> list[str]:
    return [member["name"] for member in squad["members"]]


async def test_a_night_across_midnight(people: People, clock: Clock) -> None:
    leader, operator, worker = await people.squad_leader(), await people.operator(), await people.worker()
    one, four = await people.squad_member(), await people.person("19900009104")
    night = {"grid": "320281104206003", "matter": "E0110", "at": "2026-11-24T01:00:00+08:00"}
    assert names(await on_duty(operator, **night)) == ["执法队员 003", "执法队员 004"]

    # The fourth member cannot come tonight; the first takes the night for tomorrow's day.
    taker = (await one.http.get("/api/me")).json()["id"]
    body = {"turn": TONIGHT, "taker_id": taker, "return_turn": TOMORROW, "reason": "孩子发烧"}
    swap = await four.http.put(f"/api/duty/swaps/{uuid4()}", json=body)
    assert swap.status_code == 200, swap.text
    url = f"/api/duty/swaps/{swap.json()['id']}/decision"
    assert (await one.http.post(url, json={"decision": "agree"})).status_code == 200
    assert names(await on_duty(operator, **night)) == ["执法队员 003", "执法队员 004"], "not before it is approved"
    assert (await leader.http.post(url, json={"decision": "approve"})).status_code == 200
    assert names(await on_duty(operator, **night)) == ["执法队员 001", "执法队员 003"]

    # After midnight a case goes to the squad whose shift began the evening before.
    clock.at = at("2026-11-24T01:00:00")
    case = (await worker.report("E0110")).json()["case"]
    assert case["squad"]["code"] == SQUAD_1
    assert "在岗" in case["why"]

    # One goes home, the other is out; the squad is still on duty until the shift ends.
    three = await people.person("19900009103")
    assert (await three.http.put("/api/duty/status", json={"status": "home"})).status_code == 200
    assert (await one.http.put("/api/duty/status", json={"status": "under_way"})).status_code == 200
    now = await on_duty(operator)
    assert [(m["name"], m["base"]) for m in now["members"]] == [("执法队员 001", "en_route")]
    assert now["until"] == "2026-11-24T00:00:00Z"

    # When the last goes home too, the next case waits, and says why and until when.
    assert (await one.http.put("/api/duty/status", json={"status": "home"})).status_code == 200
    waiting = (await worker.report("E0110")).json()["case"]
    assert waiting["status"] == "pending_dispatch"
    reasons = {c["squad_code"]: c["reason"] for c in waiting["routing"]["candidates"]}
    assert reasons[SQUAD_1] == "不在岗：当班的 2 人已下班，下一班 11月24日（周二）08:00"

    # In the morning the day's crew is on duty without having said a word, with whom the turn was swapped.
    clock.at = at("2026-11-24T08:00:00")
    morning = await on_duty(operator)
    assert names(morning) == ["执法队长 001", "执法队员 002", "执法队员 004"]
    assert {m["base"] for m in morning["members"]} == {"available"}
