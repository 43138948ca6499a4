"""Requests about people for tests: as an administrator's screen sends them, and what is wanted of the answer."""

from typing import Any
from uuid import uuid4

import httpx

from tests.backend.staff.people_bodies import person
from tests.people import Person


async def put(asker: Person, person_id: Any, body: dict[str, Any]) -> httpx.Response:
    return await asker.http.put(f"/api/staff/{person_id}", json=body)


async def enter(asker: Person, *posts: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = await put(asker, uuid4(), person(*posts, **more))
    assert answer.status_code == 201, answer.text
    detail: dict[str, Any] = answer.json()
    return detail


async def read(asker: Person, person_id: Any) -> dict[str, Any]:
    answer = await asker.http.get(f"/api/staff/{person_id}")
    assert answer.status_code == 200, answer.text
    detail: dict[str, Any] = answer.json()
    return detail


async def names(asker: Person, **filters: Any) -> list[str]:
    answer = await asker.http.get("/api/staff", params=filters)
    assert answer.status_code == 200, answer.text
    return [row["name"] for row in answer.json()["items"]]


def faults(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {fault["field"]: fault["code"] for fault in answer.json()["errors"]}
