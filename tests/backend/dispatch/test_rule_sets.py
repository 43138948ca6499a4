"""Drafts of rules over HTTP: kept, checked, tried, published; and what a published set then decides."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.people import HUANGTANG_3, PLACES, People, Person

CHIEFS = {
    "code": "N1",
    "priority": 10,
    "name": "轻微问题交网格长",
    "matters": ["*"],
    "severities": ["normal"],
    "grids": ["320281104206"],
    "target": {"kind": "duty", "code": "grid_chief"},
}


async def in_force(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = (await person.http.get("/api/routing-rules")).json()["in_force"]
    return found


def spread(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same rules with room between their priorities."""
    return [rule | {"priority": rule["priority"] * 100} for rule in rules]


async def keep(
    person: Person, rules: list[dict[str, Any]], *, draft_id: str | None = None, version: int = 0, base: int = 1
) -> httpx.Response:
    body = {"version": version, "base": base, "title": "演练", "rules": rules}
    return await person.http.put(f"/api/routing-rules/drafts/{draft_id or uuid4()}", json=body)


async def post(person: Person, draft: dict[str, Any], what: str, body: dict[str, Any] | None = None) -> httpx.Response:
    return await person.http.post(f"/api/routing-rules/drafts/{draft['id']}/{what}", json=body)


async def test_a_draft_is_kept_whole_and_once(people: People) -> None:
    operator, draft_id = await people.operator(), str(uuid4())
    rules = [*spread((await in_force(operator))["rules"]), CHIEFS]
    first = await keep(operator, rules, draft_id=draft_id)
    assert first.status_code == 201, first.text
    kept = first.json()
    assert [rule["code"] for rule in kept["rules"]] == ["N1", "R1", "R2", "R3"]
    again = await keep(operator, rules, draft_id=draft_id)
    assert again.status_code == 200
    assert again.json() | {"updated_at": kept["updated_at"]} == kept
    changed = await keep(operator, rules[:3], draft_id=draft_id, version=1)
    assert changed.json()["version"] == 2
    late = await keep(await people.administrator(), rules[1:], draft_id=draft_id, version=1)
    assert (late.status_code, late.json()["code"], late.json()["version"]) == (409, "stale_draft", 2)
    listed = (await operator.http.get("/api/routing-rules")).json()["drafts"]
    assert [d["version"] for d in listed if d["id"] == draft_id] == [2]
    assert (await operator.http.delete(f"/api/routing-rules/drafts/{draft_id}")).status_code == 204
    gone = await keep(operator, rules, draft_id=draft_id, version=2)
    assert (gone.status_code, gone.json()["code"]) == (404, "no_such_draft")


async def test_those_who_may_not_keep_rules_read_them_without_the_drafts(people: People) -> None:
    await keep(await people.operator(), [CHIEFS])
    read = (await (await people.worker()).http.get("/api/routing-rules")).json()
    assert (read["may_edit"], read["drafts"]) == (False, [])
    assert [rule["code"] for rule in read["in_force"]["rules"]] == ["R1", "R2", "R3"]


WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown key": (CHIEFS | {"squads": ["a"]}, "rules.0.squads", "extra_forbidden"),
    "an unknown matter": (CHIEFS | {"matters": ["E0110", "X1"]}, "rules.0.matters.1", "unknown_matter"),
    "an unknown grid": (CHIEFS | {"grids": ["999999"]}, "rules.0.grids.0", "unknown_grid"),
    "an unknown severity": (CHIEFS | {"severities": ["awful"]}, "rules.0.severities.0", "enum"),
    "an unknown squad": (
        CHIEFS | {"target": {"kind": "squad", "code": "nobody"}}, "rules.0.target.code", "unknown_squad"
    ),
    "an unknown unit": (CHIEFS | {"target": {"kind": "unit", "code": "nobody"}}, "rules.0.target.code", "unknown_unit"),
    "an unknown weekday": (
        CHIEFS | {"windows": [{"weekdays": [7], "starts": "08:00", "ends": "09:00"}]},
        "rules.0.windows.0.weekdays.0",
        "less_than_equal",
    ),
    "an unknown key of hours": (
        CHIEFS | {"windows": [{"starts": "08:00", "ends": "09:00", "holidays": True}]},
        "rules.0.windows.0.holidays",
        "extra_forbidden",
    ),
    "no matter at all": (CHIEFS | {"matters": []}, "rules.0.matters", "too_short"),
}  # fmt: skip


async def test_what_names_nothing_is_refused_at_its_field(people: People) -> None:
    operator = await people.operator()
    for name, (rule, field, code) in WRONG.items():
        answer = await keep(operator, [rule])
        assert answer.status_code == 422, name
        errors = answer.json()["errors"]
        assert (field, code) in [(e["field"], e["code"]) for e in errors], f"{name}: {errors}"
    twice = await keep(operator, [CHIEFS, CHIEFS | {"code": "N2", "name": "同级"}, CHIEFS | {"priority": 11}])
    assert [(e["field"], e["code"]) for e in twice.json()["errors"]] == [
        ("rules.1.priority", "priority_taken"),
        ("rules.2.code", "code_taken"),
    ]
    assert "轻微问题交网格长" in twice.json()["errors"][0]["message"]


async def test_a_published_set_decides_and_the_earlier_one_keeps_its_time(people: People) -> None:
    operator, worker = await people.operator(), await people.worker()
    before = (await worker.report("E0110")).json()["case"]
    assert before["routing"]["rule_set"] == 1
    squad_two = {"code": "N2", "priority": 1, "name": "全部部门", "matters": ["E01"], "target": {"kind": "department"}}
    draft = (await keep(operator, [squad_two, *spread((await in_force(operator))["rules"])])).json()
    published = await post(operator, draft, "publish", {"version": 1})
    assert published.status_code == 200, published.text
    assert published.json()["number"] == 2
    after = (await worker.report("E0110")).json()["case"]
    routing = after["routing"]
    assert (routing["rule_set"], routing["rule_code"], routing["rule_name"]) == (2, "N2", "全部部门")
    assert routing["squad_code"] == "xxk-team-sanitation"
    assert (await worker.case(before["id"]))["routing"] == before["routing"]
    history = (await worker.http.get("/api/routing-rules")).json()["history"]
    assert [s["number"] for s in history] == [1]
    until, since = history[0]["in_force_to"], published.json()["in_force_from"]
    assert datetime.fromisoformat(until) == datetime.fromisoformat(since)
    again = await post(operator, draft, "publish", {"version": 1})
    assert (again.status_code, again.json()["code"]) == (409, "draft_closed")


async def test_publishing_wants_the_draft_and_the_rules_in_force_as_they_were_seen(people: People) -> None:
    operator = await people.operator()
    rules = (await in_force(operator))["rules"]
    one, two = (await keep(operator, rules)).json(), (await keep(operator, rules[:2])).json()
    stale = await post(operator, one, "publish", {"version": 7})
    assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (409, "stale_draft", 1)
    assert (await post(operator, one, "publish", {"version": 1})).status_code == 200
    newer = await post(operator, two, "publish", {"version": 1})
    assert (newer.status_code, newer.json()["code"], newer.json()["number"]) == (409, "newer_rules", 2)
    assert (await post(operator, two, "check")).json()["outdated"]
    seen = await keep(operator, rules[:2], draft_id=two["id"], version=1, base=2)
    assert seen.json()["version"] == 2
    assert (await post(operator, two, "publish", {"version": 2})).status_code == 200


async def test_a_town_publishes_what_concerns_itself_alone(people: People, session: AsyncSession) -> None:
    """A second town makes the county wider than the operator's scope."""
    await session.execute(
        text(
            "INSERT INTO grid (county, code, version, name, short_name, level, kind, path, area_m2, edition, indicative,"
            " valid_from) VALUES ('320281', '320281199', 1, '邻镇', '邻镇', 'town', 'cluster', '320281/320281199', 1, 1,"
            " false, '2026-01-01')"
        )
    )
    operator = await people.operator()
    rules = spread((await in_force(operator))["rules"])
    wide = (await keep(operator, [CHIEFS | {"grids": []}, *rules])).json()
    assert (await post(operator, wide, "check")).json()["out_of_scope"] == ["轻微问题交网格长"]
    refused = await post(operator, wide, "publish", {"version": 1})
    assert (refused.status_code, refused.json()["code"], refused.json()["rules"]) == (
        409,
        "rules_beyond_your_scope",
        ["N1"],
    )
    turned = (await keep(operator, [rules[0] | {"priority": 900}, *rules[1:]])).json()
    assert (await post(operator, turned, "publish", {"version": 1})).json()["code"] == "rules_beyond_your_scope"
    dropped = (await keep(operator, rules[:2])).json()
    assert (await post(operator, dropped, "publish", {"version": 1})).json()["rules"] == ["R3"]
    narrow = (await keep(operator, [CHIEFS, *rules])).json()
    assert (await post(operator, narrow, "check")).json()["out_of_scope"] == []
    assert (await post(operator, narrow, "publish", {"version": 1})).status_code == 200


async def test_a_trial_tells_who_would_get_it_and_keeps_nothing(people: People, session: AsyncSession) -> None:
    operator = await people.operator()
    asked = {"grid": HUANGTANG_3, "matter": "E0110", "severity": "normal"}
    now = (await operator.http.post("/api/routing-rules/try", json=asked)).json()
    assert (now["rule_set"], now["rule_code"], now["squad_code"]) == (1, "R2", "xxk-squad-1")
    rules = [CHIEFS | {"windows": [{"starts": "18:00", "ends": "08:00"}]}, *spread((await in_force(operator))["rules"])]
    by_day = await operator.http.post("/api/routing-rules/try", json=asked | {"rules": rules})
    assert by_day.json()["squad_code"] == "xxk-squad-1"
    at_night = (
        await operator.http.post(
            "/api/routing-rules/try", json=asked | {"rules": rules, "at": "2026-11-24T03:00+08:00"}
        )
    ).json()
    assert (at_night["duty"], at_night["squad_code"], at_night["rule_name"]) == ("grid_chief", None, "轻微问题交网格长")
    assert at_night["sentence"].startswith("派给网格长：")
    assert {c["verdict"] for c in at_night["candidates"]} <= {"chosen", "higher_up", "on_leave"}
    assert all(c["staff_name"] and c["squad_code"] is None for c in at_night["candidates"])
    assert await session.scalar(text("SELECT count(*) FROM routing_decision")) == 0


async def test_candidates_by_hand_show_distance_load_and_all_that_speaks_against(
    people: People, session: AsyncSession
) -> None:
    operator, member = await people.operator(), await people.squad_member()
    lng, lat = PLACES[HUANGTANG_3]
    await session.execute(
        text(
            "INSERT INTO latest_position SELECT county, id, '2026-11-23T09:20+08:00',"
            " ST_SetSRID(ST_MakePoint(:lng, :lat), 4326), 10 FROM staff WHERE phone = :phone"
        ),
        {"lng": lng + 0.01, "lat": lat, "phone": member.about["phone"]},
    )
    asked = {"grid": HUANGTANG_3, "matter": "E0110", "severity": "normal", "lng": lng, "lat": lat}
    found = (await operator.http.get("/api/dispatch/candidates", params=asked)).json()
    assert found["by_rule"].startswith("派给综合执法一中队：辖区内、在岗、手上没有别的案件")
    first = found["squads"][0]
    assert (first["squad_code"], first["suits"], first["reasons"]) == ("xxk-squad-1", True, [])
    assert 900 < first["distance_m"] < 1000
    assert first["position_age_s"] == 600
    by_code = {squad["squad_code"]: squad for squad in found["squads"]}
    assert by_code["xxk-squad-2"]["reasons"] == ["不是本辖区", "没有位置，未计距离"]
    assert by_code["xxk-team-market"]["can_do"] is False
    assert [s["suits"] for s in found["squads"]] == sorted((s["suits"] for s in found["squads"]), reverse=True)
