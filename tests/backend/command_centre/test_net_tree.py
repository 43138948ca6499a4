"""The net's browser: the tree of a day and the card of a grid, each person's names and cases within their scope."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from backend.command_centre.net_views import initials_of
from tests.people import HUANGTANG_3, People, Person

HUANGTANG = "320281104206"
TOWN = "320281104"
WORKER = "19900001050"


async def tree(person: Person, **query: Any) -> dict[str, dict[str, Any]]:
    answer = await person.http.get("/api/net/tree", params=query)
    assert answer.status_code == 200, answer.text
    return {grid["code"]: grid for grid in answer.json()["grids"]}


async def card(person: Person, code: str, **query: Any) -> dict[str, Any]:
    answer = await person.http.get(f"/api/grids/{code}/card", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_the_tree_names_every_grid_with_its_people_and_no_shapes(people: People) -> None:
    operator = await people.operator()
    grids = await tree(operator)
    assert len(grids) == 214
    assert not any("geometry" in grid for grid in grids.values())
    grid = grids[HUANGTANG_3]
    assert (grid["name"], grid["initials"], grid["parent_code"]) == ("璜塘村第3网格", "htcd3wg", HUANGTANG)
    (worker,) = [person for person in grid["people"] if person["duty"] == "grid_worker"]
    assert (worker["role"], worker["name"].startswith("网格员")) == ("worker", True)
    west, south, east, north = grid["bbox"]
    lng, lat = grid["label_point"]
    assert west < lng < east
    assert south < lat < north


async def test_open_cases_count_upwards_and_only_for_those_who_see_them(people: People) -> None:
    worker, operator = await people.worker(), await people.operator()
    assert (await worker.report("E0110")).status_code == 201
    seen = await tree(operator)
    assert [seen[code]["open_cases"] for code in ("320281", TOWN, HUANGTANG, HUANGTANG_3)] == [1, 1, 1, 1]
    elsewhere = await tree(await people.squad_member("二中队"))
    assert elsewhere[HUANGTANG_3]["open_cases"] == 0
    shown = await card(operator, HUANGTANG)
    assert (shown["open_count"], [case["matter_name"] for case in shown["open_cases"]]) == (1, ["暴露生活垃圾"])


async def test_a_case_that_is_closed_no_longer_counts(people: People, session: AsyncSession) -> None:
    assert (await (await people.worker()).report("E0110")).status_code == 201
    await session.execute(text("UPDATE \"case\" SET status = 'closed'"))
    await session.commit()
    operator = await people.operator()
    assert (await tree(operator))[HUANGTANG_3]["open_cases"] == 0
    shown = await card(operator, HUANGTANG_3)
    assert (shown["open_count"], shown["open_cases"]) == (0, [])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE post SET ends_on = '2026-11-22' FROM staff WHERE staff.id = staff_id AND phone = :phone",
        "UPDATE staff SET left_on = '2026-11-22' WHERE phone = :phone",
    ],
    ids=["the post has ended", "the person has left"],
)
async def test_people_are_named_until_their_last_day(people: People, session: AsyncSession, change: str) -> None:
    await session.execute(text(change), {"phone": WORKER})
    await session.commit()
    operator = await people.operator()
    for on, there in (("2026-11-22", True), ("2026-11-23", False)):
        node = (await tree(operator, on=on))[HUANGTANG_3]
        shown = await card(operator, HUANGTANG_3, on=on)
        for named in (node["people"], shown["people"]):
            assert ("网格员 050" in {person["name"] for person in named}) is there, on


async def test_people_are_named_within_the_askers_scope(people: People, session: AsyncSession) -> None:
    await session.execute(
        text("UPDATE post SET grid_path = :village WHERE role = 'operator'"), {"village": f"320281/{TOWN}/{HUANGTANG}"}
    )
    await session.commit()
    operator = await people.operator()
    inside = {code for code, grid in (await tree(operator)).items() if grid["people"]}
    assert HUANGTANG_3 in inside
    assert all(code.startswith(HUANGTANG) for code in inside)
    outside = await card(operator, "320281104200001")
    assert outside["people"] == []


async def test_names_are_for_those_who_may_see_staff(people: People) -> None:
    squad_member = await people.squad_member()
    assert not any(grid["people"] for grid in (await tree(squad_member)).values())
    shown = await card(squad_member, HUANGTANG_3)
    assert (shown["people"], shown["squads"]) == ([], [])


async def test_the_tree_takes_few_statements(people: People, connection: AsyncConnection) -> None:
    operator = await people.operator()
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    await tree(operator)
    read_for_the_tree = len([one for one in said if one.startswith("SELECT") and "JOIN sign_in" not in one])
    said.clear()
    await card(operator, HUANGTANG_3)
    read_for_the_card = len([one for one in said if one.startswith(("SELECT", "WITH")) and "JOIN sign_in" not in one])
    # Each with one statement for the actor's posts.
    assert (read_for_the_tree, read_for_the_card) == (5, 7)


async def test_the_card_has_the_whole_team_and_the_squads_that_come(people: People) -> None:
    shown = await card(await people.operator(), HUANGTANG_3)
    assert [above["name"] for above in shown["grid"]["path"]][1:] == ["徐霞客镇", "璜塘村"]
    held = {person["duty"]: person["held_at"]["code"] for person in shown["people"] if person["duty"]}
    assert held["grid_worker"] == HUANGTANG_3
    assert held["grid_chief"] in {HUANGTANG, HUANGTANG_3}
    assert all("****" in person["phone_masked"] for person in shown["people"])
    first = shown["squads"][0]
    assert (first["name"], first["on_duty"], first["why"]) == ("综合执法一中队", True, "辖区：璜塘村")
    assert not any(squad["name"] == "综合执法二中队" for squad in shown["squads"])


async def test_a_squad_off_duty_says_why(people: People, clock: Any) -> None:
    clock.at = clock.at.replace(hour=18, minute=30)
    shown = await card(await people.operator(), HUANGTANG_3)
    off = [squad for squad in shown["squads"] if not squad["on_duty"]]
    assert off
    assert off[0]["why"] == "辖区：徐霞客镇；不在班次内，下一班 11月24日（周二）08:30"


async def test_any_day_can_be_asked_for(people: People, session: AsyncSession) -> None:
    await session.execute(
        text(
            "INSERT INTO grid SELECT (jsonb_populate_record(NULL::grid, to_jsonb(g) || '{"
            '"version": 2, "edition": 2, "name": "璜塘村三号网格", "valid_from": "2026-12-01"}\')).*'
            " FROM grid g WHERE code = :code"
        ),
        {"code": HUANGTANG_3},
    )
    await session.execute(
        text("UPDATE grid SET valid_to = '2026-12-01' WHERE code = :code AND version = 1"), {"code": HUANGTANG_3}
    )
    await session.commit()
    operator = await people.operator()
    today, then = await tree(operator), await tree(operator, on="2026-12-01")
    assert (today[HUANGTANG_3]["name"], then[HUANGTANG_3]["name"]) == ("璜塘村第3网格", "璜塘村三号网格")
    shown = await card(operator, HUANGTANG_3, on="2026-12-01")
    assert (shown["grid"]["version"], shown["grid"]["edition"], shown["grid"]["valid_from"]) == (2, 2, "2026-12-01")
    assert [(one["version"], one["valid_to"]) for one in shown["versions"]] == [(1, "2026-12-01"), (2, None)]


async def test_a_grid_that_is_no_more_says_until_when_it_was(people: People, session: AsyncSession) -> None:
    code = "320281104206901"
    started = await session.scalar(text("SELECT valid_from FROM grid WHERE code = :code"), {"code": code})
    await session.execute(text("UPDATE grid SET valid_to = '2026-11-20' WHERE code = :code"), {"code": code})
    await session.commit()
    operator = await people.operator()
    gone = (await operator.http.get(f"/api/grids/{code}/card")).json()
    assert (gone["code"], gone["valid_to"], gone["valid_from"]) == ("no_such_grid", "2026-11-20", str(started))
    assert (await card(operator, code, on="2026-11-19"))["grid"]["valid_to"] == "2026-11-20"
    assert code not in await tree(operator)
    assert code in await tree(operator, on=str(date(2026, 11, 19)))


async def test_a_cluster_has_the_cases_of_its_members(people: People) -> None:
    assert (await (await people.worker()).report("E0110")).status_code == 201
    operator = await people.operator()
    grids = await tree(operator)
    assert [grids[f"{TOWN}L0{number}"]["open_cases"] for number in (1, 2, 3, 4)] == [1, 0, 0, 0]
    assert (await card(operator, f"{TOWN}L01"))["open_count"] == 1


async def test_days_and_codes_that_are_none_are_refused(people: People) -> None:
    operator = await people.operator()
    for url in (
        "/api/net/tree?on=yesterday",
        "/api/grids/%00/card",
        "/api/grids/1/card",
        f"/api/grids/{TOWN}/card?on=1",
    ):
        assert (await operator.http.get(url)).status_code == 422, url


def test_initials_are_for_typing() -> None:
    assert initials_of("璜塘村第3网格") == "htcd3wg"
    assert initials_of("A座") == "az"
