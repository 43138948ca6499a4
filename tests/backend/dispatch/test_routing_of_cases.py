"""Routing on the demo town's rules and rota: by day, at night, with load, and what is stored of it."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.conftest import Clock
from tests.people import People

SQUAD_1 = "xxk-squad-1"


async def rest(session: AsyncSession, *squads: str) -> None:
    """Take these squads off the rota."""
    await session.execute(text("DELETE FROM rota_shift WHERE squad_code = ANY(:squads)"), {"squads": list(squads)})
    await session.commit()


async def test_a_departments_team_steps_in_by_day_and_not_at_night(
    people: People, session: AsyncSession, clock: Clock
) -> None:
    await rest(session, SQUAD_1)
    by_day = (await (await people.worker()).report("E0110")).json()["case"]
    assert (by_day["squad"]["code"], by_day["routing"]["rule_code"]) == ("xxk-team-sanitation", "R3")
    clock.at = datetime.fromisoformat("2026-11-23T17:30:00+08:00")
    at_night = (await (await people.worker()).report("E0110")).json()["case"]
    assert (at_night["status"], at_night["squad"]) == ("pending_dispatch", None)
    assert "综合执法一中队、环卫保洁组不在岗" in at_night["why"]


async def test_an_emergency_is_taken_by_a_neighbour_with_the_least_to_do(people: People, session: AsyncSession) -> None:
    worker, operator = await people.worker(), await people.operator()
    await rest(session, SQUAD_1)
    first = (await worker.report("E0505")).json()["case"]
    assert (first["squad"]["code"], first["routing"]["rule_code"]) == ("xxk-squad-2", "R1")
    second = (await worker.report("E0505")).json()["case"]
    assert second["squad"]["code"] == "xxk-squad-3"
    board = {s["code"]: s for s in (await operator.http.get("/api/squads")).json()}
    assert {code: board[code]["open_cases"] for code in (SQUAD_1, "xxk-squad-2", "xxk-squad-3")} == {
        SQUAD_1: 0,
        "xxk-squad-2": 1,
        "xxk-squad-3": 1,
    }
    assert [board[SQUAD_1]["on_duty"], board["xxk-squad-2"]["on_duty"]] == [False, True]
    assert next(iter(board)) == "xxk-squad-2", "those on duty come first"


async def test_the_decision_stays_as_it_was_when_the_rules_change(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    case = (await worker.report("E0110")).json()["case"]
    before = (await worker.http.get(f"/api/cases/{case['id']}/routing")).json()
    assert before == case["routing"]
    assert (before["rule_code"], before["squad_code"]) == ("R2", SQUAD_1)
    assert before["inputs"]["matter_code"] == "E0110"
    assert {c["squad_code"]: c["reason"] for c in before["candidates"]} == {
        SQUAD_1: "选中；没有位置，未计距离",
        "xxk-squad-2": "不是本辖区",
        "xxk-squad-3": "不是本辖区",
    }
    assert (before["rule_set"], before["rule_name"]) == (1, "本辖区在岗综合执法中队")
    assert before["shortfalls"] == ["综合执法一中队没有位置，未计距离"]
    await session.execute(text("UPDATE rule_set SET number = 9, rules = '[]'"))
    await rest(session, SQUAD_1)
    assert (await worker.http.get(f"/api/cases/{case['id']}/routing")).json() == before
    in_english = await worker.http.get(f"/api/cases/{case['id']}/routing", headers={"Accept-Language": "en"})
    assert "in its jurisdiction, on duty" in in_english.json()["sentence"]
