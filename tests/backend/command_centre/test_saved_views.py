"""Filters of the queue that are kept under a name: one's own, and those shared with the county's operators."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from backend.command_centre import saved_views
from tests.people import People, Person

LATE_HERE = "queue=late&grid=320281104206"


def body(name: str = "璜塘村超时", query: str = LATE_HERE, *, shared: bool = False) -> dict[str, Any]:
    return {"name": name, "query": query, "shared": shared}


async def keep(person: Person, view_id: UUID | None = None, **content: Any) -> httpx.Response:
    return await person.http.put(f"/api/saved-views/{view_id or uuid4()}", json=body(**content))


async def names(person: Person) -> list[str]:
    return [view["name"] for view in (await person.http.get("/api/saved-views")).json()]


async def test_a_view_is_kept_renamed_ordered_and_deleted(people: People) -> None:
    operator, view_id = await people.operator(), uuid4()
    first = await keep(operator, view_id)
    assert first.status_code == 201, first.text
    assert (first.json()["mine"], first.json()["query"]) == (True, LATE_HERE)
    assert (await keep(operator, view_id)).status_code == 200, "a repeat after a lost answer"
    await keep(operator, name="待派", query="queue=pending_dispatch")
    await keep(operator, view_id, name="璜塘超时")
    assert await names(operator) == ["璜塘超时", "待派"]

    ids = [view["id"] for view in (await operator.http.get("/api/saved-views")).json()]
    ordered = await operator.http.put("/api/saved-view-order", json={"ids": [*reversed(ids), str(uuid4())]})
    assert [view["name"] for view in ordered.json()] == ["待派", "璜塘超时"]

    assert (await operator.http.delete(f"/api/saved-views/{view_id}")).status_code == 204
    assert await names(operator) == ["待派"]
    assert (await operator.http.delete(f"/api/saved-views/{view_id}")).json()["code"] == "no_such_view"


async def test_only_a_shared_view_is_shown_to_others_and_only_its_owner_changes_it(people: People) -> None:
    owner, colleague = await people.operator(), await people.administrator()
    mine, ours = uuid4(), uuid4()
    await keep(owner, mine, name="只给自己")
    await keep(owner, ours, name="大家都用", shared=True)
    (shown,) = (await colleague.http.get("/api/saved-views")).json()
    assert (shown["name"], shown["mine"], shown["owner_name"]) == ("大家都用", False, owner.about["name"])
    for view_id in (mine, ours):
        assert (await keep(colleague, view_id, name="改掉")).status_code == 404
        assert (await colleague.http.delete(f"/api/saved-views/{view_id}")).status_code == 404
    assert sorted(await names(owner)) == ["只给自己", "大家都用"]
    assert (await keep(colleague, name="只给自己")).status_code == 201, "names are one's own"


async def test_a_name_is_used_once_and_a_shelf_has_an_end(people: People) -> None:
    operator = await people.operator()
    assert [(await keep(operator, name="同名")).status_code for _ in range(3)] == [201, 409, 409]
    for n in range(saved_views.MAX_VIEWS - 1):
        assert (await keep(operator, name=f"视图 {n}")).status_code == 201
    refused = await keep(operator, name="多了一个")
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_views")


async def test_a_filter_that_the_queue_does_not_know_is_refused_by_name(people: People) -> None:
    operator = await people.operator()
    for query in ("queue=late&colour=red", "late", "=", "&", "queue=late&;DROP"):
        refused = await keep(operator, query=query)
        assert refused.status_code == 422, query
        assert refused.json()["errors"][0]["field"] == "query"
    assert "colour" in (await keep(operator, query="colour=red")).json()["detail"]
    for content in ({"name": " "}, {"name": "x" * 41}, {"query": "text=" + "x" * 1000}, {"name": "a\0"}):
        assert (await keep(operator, **content)).status_code == 422, content
    assert (await keep(operator, name="全部", query="")).status_code == 201
    assert (await keep(operator, name="两类", query="matter=E01&matter=E02&text=%E5%9E%83%E5%9C%BE")).status_code == 201


async def test_two_tabs_that_keep_the_same_name_at_once_keep_it_once(committing: FastAPI) -> None:
    async with People(committing) as people:
        operator = await people.operator()
        answers = await asyncio.gather(*(keep(operator, name="同时") for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
