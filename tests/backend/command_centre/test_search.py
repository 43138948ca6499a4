"""The one search box: every group finds what people type, in their scope and for their role only."""

from typing import Any

import pytest
from fastapi import FastAPI

from backend.grids.routes import base_map_key
from backend.settings import ROOT
from backend.storage import put
from tests.people import People, Person, photo

ELSEWHERE = "320281104216001"
GROUPS = ("cases", "places", "grids", "matters", "people", "squads")


async def found(person: Person, q: str) -> dict[str, list[dict[str, Any]]]:
    answer = await person.http.get("/api/search", params={"q": q})
    assert answer.status_code == 200, answer.text
    return {group: answer.json()[group] for group in GROUPS}


def names(hits: list[dict[str, Any]]) -> list[str]:
    return [hit["name"] for hit in hits]


async def reported(person: Person, **more: Any) -> dict[str, Any]:
    answer = await person.report("E0110", **more)
    case: dict[str, Any] = answer.json()["case"]
    return case


@pytest.mark.parametrize("shape", ["{}", " {} "], ids=["as it is", "with blanks"])
async def test_a_case_is_found_by_its_code_and_by_the_end_of_it(people: People, shape: str) -> None:
    case = await reported(await people.worker())
    operator = await people.operator()
    for typed in (case["code"], case["code"][-4:], case["code"][-3:].lower()):
        hits = (await found(operator, shape.format(typed)))["cases"]
        assert case["id"] in [hit["id"] for hit in hits], typed


@pytest.mark.parametrize("typed", ["文化路", "文化路东侧的水果", "化路", "ATM", "atm"])
async def test_a_case_is_found_by_the_words_in_which_it_was_reported(people: People, typed: str) -> None:
    worker = await people.worker()
    case = await reported(worker, words="文化路东侧的水果店旁，ATM 机前堆了纸箱")
    await reported(worker, words="化肥厂门口的路")
    (hit,) = (await found(await people.operator(), typed))["cases"]
    assert (hit["id"], hit["grid_name"], hit["matter_name"]) == (case["id"], "璜塘村第3网格", "暴露生活垃圾")


async def test_open_cases_come_first_and_never_more_than_six(people: People) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    cases = [await reported(worker, words="桥头积水") for _ in range(8)]
    case = (await squad.act("acknowledge", cases[-1])).json()["case"]
    case = (await squad.act("feedback", case, photos=[photo()], words="好")).json()["case"]
    assert (await worker.act("pass", case)).json()["case"]["status"] == "closed"
    hits = (await found(await people.operator(), "桥头"))["cases"]
    assert len(hits) == 6
    assert case["id"] not in [hit["id"] for hit in hits]


async def test_nobody_finds_a_case_out_of_their_scope(people: People) -> None:
    far = await people.worker("峭岐村第3网格")
    canary = await reported(far, at=ELSEWHERE, words="金丝雀路口")
    worker = await people.worker()
    for typed in (canary["code"], canary["code"][-4:], "金丝雀"):
        assert (await found(worker, typed))["cases"] == [], typed
        assert [hit["id"] for hit in (await found(far, typed))["cases"]] == [canary["id"]]


async def test_grids_matters_squads_and_people_are_found_by_name_code_and_initials(people: People) -> None:
    operator = await people.operator()
    assert "璜塘村" in names((await found(operator, "璜塘"))["grids"])
    assert (await found(operator, "璜塘村"))["grids"][0]["name"] == "璜塘村"
    assert (await found(operator, "320281104206003"))["grids"][0]["name"] == "璜塘村第3网格"
    assert "璜塘村" in names((await found(operator, "htc"))["grids"])
    assert "暴露生活垃圾" in names((await found(operator, "生活垃圾"))["matters"])
    assert "暴露生活垃圾" in names((await found(operator, "blshlj"))["matters"])
    assert "综合执法二中队" in names((await found(operator, "二中队"))["squads"])
    assert "综合执法二中队" in names((await found(operator, "zhzfezd"))["squads"])
    someone = (await operator.http.get("/api/staff", params={"limit": 1})).json()["items"][0]
    assert someone["id"] in [hit["id"] for hit in (await found(operator, someone["name"]))["people"]]


async def test_people_and_squads_only_for_who_may_see_them(people: People) -> None:
    for person in (await people.worker(), await people.squad_member()):
        hits = await found(person, "综合执法")
        assert (hits["people"], hits["squads"]) == ([], [])
        assert (await found(person, "网格员"))["people"] == []


async def test_roads_and_places_are_those_of_the_base_map(people: People, app: FastAPI) -> None:
    operator = await people.operator()
    await put(app.state.store, base_map_key("320281"), (ROOT / "seeds/demo/base_map.geojson").read_bytes())
    try:
        hit = (await found(operator, "农贸市场"))["places"][0]
    finally:  # the store is the whole process's
        await app.state.store.delete_async(base_map_key("320281"))
    assert hit["name"] == "璜塘农贸市场"
    assert (hit["lng"], hit["lat"]) == (pytest.approx(120.3, abs=0.3), pytest.approx(31.8, abs=0.2))


@pytest.mark.parametrize("q", ["", " ", "x" * 51])
async def test_nothing_and_too_much_is_refused(people: People, q: str) -> None:
    answer = await (await people.operator()).http.get("/api/search", params={"q": q})
    assert answer.status_code == 422


@pytest.mark.parametrize("q", ["%", "_", "\\", "'", "100%_", "{}", "a\u0301", "🗑️🗑️", "))"])
async def test_signs_that_mean_something_elsewhere_mean_themselves(people: People, q: str) -> None:
    await reported(await people.worker(), words="门前有一堆")
    assert (await found(await people.operator(), q))["cases"] == []
