"""What a member says of their own duty, leave and who decides it, and that nothing of it becomes an attendance record."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from seeds.load import staff_id
from tests.conftest import Clock
from tests.people import People, Person

SQUAD_1 = "xxk-squad-1"
ONE, TWO = (str(staff_id(f"1990000{n}")) for n in (9101, 9102))


async def say(person: Person, status: str) -> httpx.Response:
    return await person.http.put("/api/duty/status", json={"status": status})


async def my_squad(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await person.http.get("/api/me")).json()["squad"]
    return found


async def ask_leave(person: Person, starts: str, ends: str, leave_id: str | None = None, **more: Any) -> httpx.Response:
    times = {"starts_at": f"{starts}+08:00", "ends_at": f"{ends}+08:00"}
    return await person.http.put(f"/api/duty/leaves/{leave_id or uuid4()}", json={"kind": "annual"} | times | more)


async def decide(person: Person, leave: httpx.Response, decision: str) -> httpx.Response:
    assert leave.status_code == 200, leave.text
    return await person.http.post(f"/api/duty/leaves/{leave.json()['id']}/decision", json={"decision": decision})


async def test_rostered_and_silent_is_on_duty(people: People) -> None:
    squad = await my_squad(await people.squad_member())
    assert (squad["my_duty"], squad["my_standing"], squad["status"]) == (True, "rostered", None)
    assert squad["my_until"] == "2026-11-23T12:00:00Z"
    assert {m["base"] for m in squad["on_duty_members"]} == {"available"}


async def test_the_county_words_its_statuses_on_five_bases(people: People) -> None:
    member = await people.squad_member()
    statuses = (await member.http.get("/api/duty/statuses")).json()
    assert [(s["name"], s["base"]) for s in statuses] == [
        ("待命", "available"),
        ("备勤", "available"),
        ("出动", "en_route"),
        ("到场", "on_scene"),
        ("忙碌", "busy"),
        ("用餐", "busy"),
        ("下班", "off_duty"),
    ]
    english = await member.http.get("/api/duty/statuses", headers={"Accept-Language": "en"})
    assert english.json()[2]["name"] == "Under way"


async def test_the_board_shows_what_each_member_said(people: People) -> None:
    member, operator = await people.squad_member(), await people.operator()
    said = (await say(member, "under_way")).json()
    assert said["squad"]["status"] == {"code": "under_way", "name": "出动", "base": "en_route"}
    squad = (await operator.http.get("/api/squads")).json()[0]
    assert (squad["code"], squad["on_duty_count"]) == (SQUAD_1, 3)
    assert {m["name"]: m["base"] for m in squad["on_duty_members"]} == {
        "执法队长 001": "available",
        "执法队员 001": "en_route",
        "执法队员 002": "available",
    }
    snapshot = (await operator.http.get("/api/live/snapshot")).json()
    assert snapshot["squads"][0] == squad


async def test_signing_off_and_coming_back(people: People, clock: Clock) -> None:
    member = await people.squad_member()
    off = (await say(member, "home")).json()["squad"]
    assert (off["my_duty"], off["my_standing"], off["status"]["code"]) == (False, "signed_off", "home")
    assert off["on_duty"] is True, "the others are still there"
    assert (await say(member, "standby")).json()["squad"]["my_duty"] is True
    await say(member, "home")
    clock.at = datetime.fromisoformat("2026-11-24T08:00:00+08:00")
    squad = await my_squad(await people.squad_member())
    assert (squad["my_standing"], squad["status"]) == ("rostered", None), "the next shift begins afresh"


async def test_stepping_in_outside_the_rota_counts_for_twelve_hours(people: People, clock: Clock) -> None:
    clock.at = datetime.fromisoformat("2026-11-23T20:30:00+08:00")
    member = await people.squad_member()
    assert (await my_squad(member))["my_standing"] == "not_rostered"
    squad = (await say(member, "standby")).json()["squad"]
    assert (squad["my_standing"], squad["my_until"]) == ("stepped_in", "2026-11-24T00:30:00Z")


async def test_a_squad_whose_crew_has_signed_off_gets_no_case_and_the_case_says_why(people: People) -> None:
    for phone in ("19900009001", "19900009101", "19900009102"):
        await say(await people.person(phone), "home")
    case = (await (await people.worker()).report("E0110")).json()["case"]
    assert case["squad"]["code"] == "xxk-team-sanitation"
    reasons = {c["squad_code"]: c["reason"] for c in case["routing"]["candidates"]}
    assert reasons[SQUAD_1] == "不在岗：当班的 3 人已下班，下一班 11月23日（周一）20:00"


@pytest.mark.parametrize("status", ["", "asleep", "x" * 33])
async def test_an_unknown_status_is_refused(people: People, status: str) -> None:
    assert (await say(await people.squad_member(), status)).status_code == 422


async def test_one_row_a_person_is_all_that_is_kept(people: People, session: AsyncSession, clock: Clock) -> None:
    member = await people.squad_member()
    for minute, status in enumerate(("standby", "under_way", "arrived", "home", "standby")):
        clock.at = datetime.fromisoformat(f"2026-11-23T10:0{minute}:00+08:00")
        assert (await say(member, status)).status_code == 200
    rows = (await session.execute(text("SELECT staff_id::text, status_code FROM duty_state"))).all()
    assert [tuple(row) for row in rows] == [(ONE, "standby")]
    told = await session.scalar(text("SELECT string_agg(body::text, '') FROM outbox WHERE kind = 'duty'"))
    assert told == '{"squad_code": "xxk-squad-1"}' * 5, "who said what is not in the feed"


async def test_leave_counts_once_the_leader_has_approved_it(people: People) -> None:
    member, leader = await people.squad_member(), await people.squad_leader()
    leave = await ask_leave(member, "2026-11-23T09:00", "2026-11-23T12:00", reason="看牙")
    assert (leave.json()["status"], leave.json()["may"]) == ("asked", ["withdraw"])
    assert (await my_squad(member))["my_duty"] is True
    waiting = (await leader.http.get("/api/duty/mine")).json()["to_decide_leaves"]
    assert [(w["staff_name"], w["reason"], w["may"]) for w in waiting] == [
        ("执法队员 001", "看牙", ["approve", "refuse"])
    ]
    approved = await decide(leader, leave, "approve")
    assert (approved.json()["status"], approved.json()["decided_by_name"]) == ("approved", "执法队长 001")
    assert (await decide(leader, leave, "approve")).json() == approved.json(), "a repeat is harmless"
    squad = await my_squad(member)
    assert (squad["my_duty"], squad["my_standing"]) == (False, "on_leave")
    refused = await say(member, "standby")
    assert (refused.status_code, refused.json()["code"]) == (409, "on_leave")
    assert (await say(member, "home")).status_code == 200


async def test_a_leave_that_has_begun_is_given_back_from_now_on(people: People, session: AsyncSession) -> None:
    member, leader = await people.squad_member(), await people.squad_leader()
    leave = await ask_leave(member, "2026-11-23T09:00", "2026-11-23T12:00")
    await decide(leader, leave, "approve")
    back = await decide(member, leave, "withdraw")
    assert (back.json()["status"], back.json()["ends_at"]) == ("approved", "2026-11-23T01:30:00Z")
    assert (await my_squad(member))["my_duty"] is True
    assert (await decide(member, leave, "withdraw")).status_code == 409
    later = await ask_leave(member, "2026-12-23T09:00", "2026-12-23T12:00")
    await decide(leader, later, "approve")
    assert (await decide(member, later, "withdraw")).json()["status"] == "withdrawn"


async def test_nobody_decides_their_own_leave(people: People) -> None:
    leader, operator, member = await people.squad_leader(), await people.operator(), await people.squad_member()
    own = await ask_leave(leader, "2026-12-01T00:00", "2026-12-02T00:00")
    assert (await decide(leader, own, "approve")).json()["code"] == "not_yours_to_decide"
    assert (await decide(member, own, "approve")).status_code == 404
    assert (await leader.http.get("/api/duty/mine")).json()["to_decide_leaves"] == []
    assert (await decide(operator, own, "approve")).json()["status"] == "approved"


async def test_colleagues_see_that_somebody_is_away_and_not_why(people: People) -> None:
    member, leader = await people.squad_member(), await people.squad_leader()
    await ask_leave(member, "2026-11-24T00:00", "2026-11-25T00:00", kind="sick", reason="体检")
    url = f"/api/squads/{SQUAD_1}/rota?from=2026-11-24&to=2026-11-24"
    colleague = await people.person("19900009102")
    seen = {
        name: (await person.http.get(url)).json()["leaves"][0]
        for name, person in (("own", member), ("leader", leader), ("colleague", colleague))
    }
    assert {name: (row["kind"], row["reason"]) for name, row in seen.items()} == {
        "own": ("sick", "体检"),
        "leader": ("sick", "体检"),
        "colleague": (None, None),
    }


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        ("2026-12-01T08:00", "2026-12-01T08:00", "ends_at"),
        ("2026-11-22T08:00", "2026-11-23T09:30", "ends_at"),
        ("2026-12-01T08:00", "2028-12-01T08:00", "ends_at"),
        ("2026-11-30T08:00", "2026-12-01T08:00", "starts_at"),
        ("0001-01-01T00:00", "2026-12-01T08:00", "starts_at"),
    ],
)
async def test_a_leave_that_makes_no_sense_is_refused(people: People, starts: str, ends: str, field: str) -> None:
    member = await people.squad_member()
    await ask_leave(member, "2026-11-30T08:00", "2026-11-30T18:00")
    answer = await ask_leave(member, starts, ends)
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_leave_is_asked_once_under_its_id(people: People) -> None:
    member, colleague = await people.squad_member(), await people.person("19900009102")
    leave_id = str(uuid4())
    first = await ask_leave(member, "2026-12-01T08:00", "2026-12-01T18:00", leave_id)
    assert (await ask_leave(member, "2026-12-01T08:00", "2026-12-01T18:00", leave_id)).json() == first.json()
    for other in (
        await ask_leave(member, "2026-12-01T08:00", "2026-12-01T19:00", leave_id),
        await ask_leave(colleague, "2026-12-01T08:00", "2026-12-01T18:00", leave_id),
    ):
        assert (other.status_code, other.json()["code"]) == (409, "other_content")


async def test_my_turns_of_the_next_days_and_nothing_of_the_others(people: People) -> None:
    member = await people.person("19900009103")
    turns = (await member.http.get("/api/duty/mine")).json()["turns"]
    assert [(t["shift"]["on"], t["shift"]["starts"], t["mine"]) for t in turns[:2]] == [
        ("2026-11-23", "20:00:00", True),
        ("2026-11-24", "20:00:00", True),
    ]
    assert all(any(m["name"] == "执法队员 003" for m in t["shift"]["members"]) for t in turns)
