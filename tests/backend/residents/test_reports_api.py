"""A resident's report over the API, as other clients send it."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case, CasePhoto, Report
from backend.identifiers import new_id
from tests.people import HUANGTANG_3, PLACES, as_parts, photo, sha256


def body(**more: Any) -> dict[str, Any]:
    lng, lat = PLACES[HUANGTANG_3]
    return {"matter": "E0110", "place": {"lng": lng, "lat": lat, "accuracy_m": 8}} | more


async def test_photos_may_simply_come_along(stranger: httpx.AsyncClient, session: AsyncSession) -> None:
    report_id = new_id()
    parts = as_parts("report", body(words="桶边"), [photo()])
    answer = await stranger.put(f"/api/residents/reports/{report_id}", files=parts)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert told["missing"] == []
    assert told["follow_url"] == f"/r/{told['code']}"
    assert (await stranger.get(told["follow_url"])).status_code == 200
    again = await stranger.put(f"/api/residents/reports/{report_id}", files=parts)
    assert (again.status_code, again.json() | {"received_at": ""}) == (200, told | {"received_at": ""})
    assert (await session.scalars(select(col(CasePhoto.sha256)))).all() == [sha256(photo())]
    assert (await session.scalars(select(Case))).one().status == "verifying"


async def test_photos_may_be_declared_and_follow(stranger: httpx.AsyncClient) -> None:
    report_id, late = new_id(), photo()
    declared = body(photos=[{"sha256": sha256(late)}])
    answer = await stranger.put(f"/api/residents/reports/{report_id}", json=declared)
    assert answer.json()["missing"] == [sha256(late)]
    address = f"/api/residents/reports/{report_id}/photos/{sha256(late)}"
    other = await stranger.put(address, content=photo("orientation/Portrait_3.jpg"))
    assert (other.status_code, other.json()["code"]) == (422, "other_bytes")
    followed = await stranger.put(address, content=late)
    assert (followed.status_code, followed.json()["missing"]) == (200, [])
    absent = await stranger.put(f"/api/residents/reports/{new_id()}/photos/{sha256(late)}", content=late)
    assert (absent.status_code, absent.json()["code"]) == (404, "no_such_report")


async def test_photos_of_staff_reports_are_not_taken_here(stranger: httpx.AsyncClient, people: Any) -> None:
    report_id, late = new_id(), photo()
    worker = await people.worker()
    from tests.people import report_body

    assert (await worker.send_report(report_id, report_body(photos=[late]), [])).status_code == 201
    answer = await stranger.put(f"/api/residents/reports/{report_id}/photos/{sha256(late)}", content=late)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_report")


async def test_other_content_under_the_same_id(stranger: httpx.AsyncClient) -> None:
    report_id = new_id()
    await stranger.put(f"/api/residents/reports/{report_id}", json=body())
    answer = await stranger.put(f"/api/residents/reports/{report_id}", json=body(words="别的"))
    assert (answer.status_code, answer.json()["code"]) == (409, "other_content")


async def test_a_grid_stands_for_a_position(stranger: httpx.AsyncClient, session: AsyncSession) -> None:
    sent = body(place={"grid": HUANGTANG_3, "words": "公交站"})
    assert (await stranger.put(f"/api/residents/reports/{new_id()}", json=sent)).status_code == 201
    report = (await session.scalars(select(Report))).one()
    assert (report.place_source, report.content["words"]) == ("grid", "地点：公交站。")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"matter": "E9999"}, "matter", "unknown_matter"),
        ({"county": "999999"}, "county", "unknown_county"),
        ({"place": {"grid": "320281999999999"}}, "place.grid", "unknown_grid"),
        ({"place": {"lng": 121.9, "lat": 31.8}}, "place", "outside_the_net"),
        ({"place": {}}, "place", "value_error"),
        ({"place": {"lng": 1, "lat": 1, "grid": "320281"}}, "place", "value_error"),
        ({"place": {"lng": 120.4, "lat": 31.8, "source": "grid"}}, "place.source", "literal_error"),
        ({"contact": {"phone": "12"}}, "contact.phone", "not_a_phone"),
        ({"photos": [{"sha256": "0" * 64}] * 2}, "photos", "value_error"),
        ({"words": "x" * 501}, "words", "string_too_long"),
        ({"status": "closed"}, "status", "extra_forbidden"),
    ],
)
async def test_what_is_wrong_is_named(
    stranger: httpx.AsyncClient, change: dict[str, Any], field: str, code: str
) -> None:
    answer = await stranger.put(f"/api/residents/reports/{new_id()}", json=body(**change))
    assert answer.status_code == 422
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]


@pytest.mark.parametrize(
    "report_id",
    [
        "00000000-0000-4000-8000-000000000000",
        "ffffffff-ffff-4fff-bfff-ffffffffffff",
        "ffffffff-ffff-7fff-bfff-ffffffffffff",
    ],
)
async def test_an_id_that_carries_no_time_needs_one(stranger: httpx.AsyncClient, report_id: object) -> None:
    address = f"/api/residents/reports/{report_id}"
    answer = await stranger.put(address, json=body())
    assert (answer.status_code, answer.json()["code"]) == (422, "no_time")
    timed = body(occurred_at="2026-11-23T09:00:00+08:00")
    assert (await stranger.put(address, json=timed)).status_code == 201


async def test_too_many_photos_and_undeclared_ones(stranger: httpx.AsyncClient) -> None:
    four = [photo(f"orientation/{name}.jpg") for name in ("Landscape_6", "Landscape_3", "Portrait_3", "Portrait_6")]
    answer = await stranger.put(f"/api/residents/reports/{new_id()}", files=as_parts("report", body(), four))
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_photos")
    declared = body(photos=[{"sha256": sha256(four[0])}])
    other = await stranger.put(f"/api/residents/reports/{new_id()}", files=as_parts("report", declared, four[1:2]))
    assert (other.status_code, other.json()["code"]) == (422, "undeclared_photo")


async def test_where_a_position_lies(stranger: httpx.AsyncClient) -> None:
    lng, lat = PLACES[HUANGTANG_3]
    found = await stranger.get("/api/residents/place", params={"lng": lng, "lat": lat, "county": "320281"})
    assert found.json() == {"grid_name": "璜塘村第3网格", "village_name": "璜塘村", "on_border": False}
    outside = await stranger.get("/api/residents/place", params={"lng": 121.9, "lat": 31.8, "county": "320281"})
    assert (outside.status_code, outside.json()["code"]) == (422, "outside_the_net")
    assert "公里外" in outside.json()["detail"]
    elsewhere = await stranger.get("/api/residents/place", params={"lng": lng, "lat": lat, "county": "999999"})
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "unknown_county")
