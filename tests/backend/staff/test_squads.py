"""A squad over HTTP: who may look at it, what it says, and making or changing one with every field at fault named."""

from typing import Any

import pytest

from tests.people import People

SQUAD_1, SQUAD_2 = "xxk-squad-1", "xxk-squad-2"
HUANGTANG = "320281104206"


def squad_body(**more: Any) -> dict[str, Any]:
    return {
        "name": "水上中队",
        "unit_code": "xxk-enforcement",
        "kind": "all_round",
        "capabilities": ["E0110", "E05"],
        "jurisdiction": [HUANGTANG],
    } | more


async def test_a_squad_shows_its_people_with_masked_numbers_and_its_duty(people: People) -> None:
    leader = await people.squad_leader()
    squad = (await leader.http.get(f"/api/squads/{SQUAD_1}")).json()
    assert (squad["name"], squad["unit_name"]) == ("综合执法一中队", "徐霞客镇综合行政执法局")
    assert [m["name"] for m in squad["members"]] == ["执法队长 001", *(f"执法队员 00{n}" for n in range(1, 5))]
    assert squad["members"][0]["phone_masked"] == "199****9001"
    assert HUANGTANG in squad["jurisdiction"]
    assert [m["name"] for m in squad["on_duty_members"]] == ["执法队长 001", "执法队员 001", "执法队员 002"]
    assert (squad["may_plan"], squad["may_edit"]) == (True, False)


@pytest.mark.parametrize(
    ("role", "plans", "edits"),
    [("squad_member", False, False), ("operator", False, False), ("administrator", True, True)],
)
async def test_what_the_reader_may_do_with_a_squad(people: People, role: str, plans: bool, edits: bool) -> None:
    reader = await getattr(people, role)()
    squad = (await reader.http.get(f"/api/squads/{SQUAD_1}")).json()
    assert (squad["may_plan"], squad["may_edit"]) == (plans, edits)


async def test_a_new_squad_stands_on_the_board_and_can_be_changed(people: People) -> None:
    administrator, operator = await people.administrator(), await people.operator()
    made = await administrator.http.put("/api/squads/xxk-water-1", json=squad_body())
    assert made.status_code == 200, made.text
    assert made.json()["members"] == []
    again = await administrator.http.put("/api/squads/xxk-water-1", json=squad_body())
    assert again.json() == made.json()
    changed = await administrator.http.put(
        "/api/squads/xxk-water-1", json=squad_body(name="河道中队", capabilities=["*"])
    )
    assert (changed.json()["name"], changed.json()["capabilities"]) == ("河道中队", ["*"])
    board = {squad["code"]: squad for squad in (await operator.http.get("/api/squads")).json()}
    assert board["xxk-water-1"]["on_duty"] is False
    assert board["xxk-water-1"]["why_off_duty"] == "不在班次内，近期没有班次"


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"unit_code": "nowhere"}, "unit_code", "unknown_unit"),
        ({"capabilities": ["E0110", "E9999"]}, "capabilities.1", "unknown_matter"),
        ({"capabilities": []}, "capabilities", "too_short"),
        ({"jurisdiction": [HUANGTANG, "320281104999"]}, "jurisdiction.1", "unknown_grid"),
        ({"jurisdiction": ["320281"]}, "jurisdiction.0", "unknown_grid"),  # above the administrator's scope
        ({"jurisdiction": []}, "jurisdiction", "too_short"),
        ({"name": "  "}, "name", "string_too_short"),
        ({"kind": "flying"}, "kind", "enum"),
        ({"leader": "me"}, "leader", "extra_forbidden"),
    ],
)
async def test_each_field_at_fault_is_named(people: People, wrong: dict[str, Any], field: str, code: str) -> None:
    administrator = await people.administrator()
    answer = await administrator.http.put("/api/squads/xxk-water-1", json=squad_body(**wrong))
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], [e["field"] for e in answer.json()["errors"]]) == ("malformed", [field])
    assert (await administrator.http.get("/api/squads/xxk-water-1")).status_code == 404


@pytest.mark.parametrize("code", ["XXK", "-a", "a" * 33, "a b"])
async def test_a_squads_code_is_short_and_plain(people: People, code: str) -> None:
    administrator = await people.administrator()
    assert (await administrator.http.put(f"/api/squads/{code}", json=squad_body())).status_code == 422


async def test_who_is_on_duty_is_answered_with_the_reasons_against_the_others(people: People) -> None:
    operator = await people.operator()
    answer = await operator.http.get(
        "/api/duty/on", params={"grid": f"{HUANGTANG}003", "matter": "E0110", "at": "2026-11-23T19:00:00+08:00"}
    )
    squads = {squad["code"]: squad for squad in answer.json()["squads"]}
    first = answer.json()["squads"][0]
    assert (first["code"], first["suits"], first["until"]) == (SQUAD_1, True, "2026-11-23T12:00:00Z")
    assert [m["name"] for m in first["members"]] == ["执法队长 001", "执法队员 001", "执法队员 002"]
    assert squads[SQUAD_2]["reasons"] == ["不是本辖区"]
    assert squads["xxk-team-sanitation"]["reasons"] == ["不在班次内，下一班 11月24日（周二）08:30"]
    assert "不办这类事项" in squads["xxk-team-police"]["reasons"]
    english = await operator.http.get(
        "/api/duty/on", params={"at": "2026-11-23T19:00:00+08:00"}, headers={"Accept-Language": "en"}
    )
    team = next(s for s in english.json()["squads"] if s["code"] == "xxk-team-police")
    assert (team["reasons"], team["can_do"]) == (["no shift now, next shift Tue 24/11 08:30"], None)


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"grid": "999999999999999"}, 404),
        ({"matter": "E9999"}, 422),
        ({"at": "yesterday"}, 422),
        ({"at": "2026-11-23T19:00:00"}, 422),
        ({"at": "0001-01-01T00:00:00Z"}, 422),
        ({"at": "1970-01-01T00:00:00Z"}, 200),
        ({"at": "2100-12-31T23:59:59Z"}, 200),
        ({"grid": "x" * 16}, 422),
        ({"grid": "\0"}, 422),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused(people: People, params: dict[str, str], status: int) -> None:
    operator = await people.operator()
    assert (await operator.http.get("/api/duty/on", params=params)).status_code == status
