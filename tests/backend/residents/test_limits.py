"""How much strangers may ask: the windows, what counts and what does not, and that several processes agree."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from backend.cases.models import Report
from backend.identifiers import new_case_code, new_id
from backend.main import create_app
from backend.residents import limits
from backend.residents.limits import Limit
from backend.residents.models import RateCount
from backend.settings import Settings
from tests.backend.residents.resident import Form, Resident, fault
from tests.conftest import Clock
from tests.people import HUANGTANG_3, PLACES, photo


@given(some.floats(9e8, 4e9))
def test_every_moment_lies_in_exactly_one_window(timestamp: float) -> None:
    at = datetime.fromtimestamp(timestamp, UTC)
    limit = Limit("x", 1, timedelta(minutes=10))
    starts = limit.window_at(at)
    assert starts <= at < starts + limit.window
    assert limit.window_at(starts) == starts
    assert limit.window_at(starts + limit.window) == starts + limit.window
    assert limit.window_at(starts - timedelta(microseconds=1)) == starts - limit.window


def request_from(address: str | None) -> Request:
    return Request({"type": "http", "client": (address, 1) if address else None})


def test_an_address_is_a_hash_and_of_ipv6_one_household() -> None:
    subjects = [limits.subject_of(request_from(a)) for a in ("192.0.2.1", "192.0.2.2", "2001:db8::1", None, "unix")]
    assert len(set(subjects)) == 5
    assert all(re.fullmatch("[0-9a-f]{64}", subject) for subject in subjects)
    household = {limits.subject_of(request_from(f"2001:db8:0:1::{end}")) for end in ("1", "2", "ffff")}
    assert len(household) == 1
    assert limits.subject_of(request_from("2001:db8:0:2::1")) not in household


@pytest.fixture
async def elsewhere(app: FastAPI) -> Any:
    """The same server, seen from another address."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://suozi.test") as client:
        yield client


async def test_the_seventh_report_of_ten_minutes_waits_and_keeps_what_was_typed(
    resident: Resident, session: AsyncSession, clock: Clock, elsewhere: httpx.AsyncClient
) -> None:
    for _ in range(6):
        await resident.report()
    form = (await resident.open_form()).fill(matter="E0110", words="第七件", where_words="桥头")
    refused = await resident.send(form, [photo()])
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) == 601
    assert "请 11 分钟后再试" in refused.text
    again = Form(refused.text)
    assert (again["words"], again["where_words"], again["matter"]) == ("第七件", "桥头", "E0110")
    assert again["kept"], "its photo need not be chosen again"
    script = await resident.send(form, Accept="application/json")
    assert (script.status_code, script.json()["faults"]) == (429, {})
    api = await resident.http.put(f"/api/residents/reports/{new_id()}", json=body())
    assert (api.status_code, api.json()["code"]) == (429, "too_many_requests")
    other = await elsewhere.put(f"/api/residents/reports/{new_id()}", json=body())
    assert other.status_code == 201
    clock.at += timedelta(minutes=10)
    assert (await resident.send(again)).status_code == 303
    assert await session.scalar(select(func.count()).select_from(Report)) == 8


def body() -> dict[str, Any]:
    lng, lat = PLACES[HUANGTANG_3]
    return {"matter": "E0110", "place": {"lng": lng, "lat": lat}}


async def test_the_thirty_first_report_of_a_day_waits(resident: Resident, clock: Clock) -> None:
    for number in range(30):
        await resident.report()
        if number % 6 == 5:
            clock.at += timedelta(minutes=10)
    refused = await resident.send((await resident.open_form()).fill(matter="E0110"))
    assert refused.status_code == 429
    assert "小时后再试" in refused.text


async def test_repeats_and_forms_that_must_be_mended_cost_no_report(resident: Resident) -> None:
    form = (await resident.open_form()).fill(matter="E0110")
    for _ in range(8):
        assert (await resident.send(form)).status_code == 303
        assert (await resident.send(await resident.open_form())).status_code == 422
    for _ in range(5):
        await resident.report()


async def test_after_twenty_wrong_codes_even_a_right_one_waits(
    resident: Resident, clock: Clock, elsewhere: httpx.AsyncClient
) -> None:
    code = await resident.report([photo()])
    paths = ["/r/{}", "/api/residents/cases/{}", "/r/{}/photos/0/320"]
    for number in range(20):
        answer = await resident.http.get(paths[number % 3].format(new_case_code()))
        assert answer.status_code == 404
    for path in paths:
        refused = await resident.http.get(path.format(code))
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
    assert "操作太频繁" in (await resident.http.get(f"/r/{code}")).text
    assert (await elsewhere.get(f"/r/{code}")).status_code == 200
    clock.at += timedelta(minutes=10)
    assert (await resident.http.get(f"/r/{code}")).status_code == 200


async def test_right_codes_cost_nothing(resident: Resident) -> None:
    code = await resident.report()
    for _ in range(30):
        assert (await resident.http.get(f"/r/{code}")).status_code == 200


async def test_photos_of_a_day_are_bounded(resident: Resident, session: AsyncSession, clock: Clock) -> None:
    subject = limits.subject_of(request_from("127.0.0.1"))
    session.add(
        RateCount(
            county=limits.EVERYWHERE,
            limit_name=limits.PHOTO_BYTES.name,
            subject=subject,
            starts_at=limits.PHOTO_BYTES.window_at(clock.at),
            used=limits.PHOTO_BYTES.most,
        )
    )
    await session.commit()
    refused = await resident.send((await resident.open_form()).fill(matter="E0110"), [photo()])
    assert refused.status_code == 429
    assert fault(refused.text, "photos") == ""
    assert (await resident.send((await resident.open_form()).fill(matter="E0110"))).status_code == 303


async def test_counts_go_after_two_days(resident: Resident, session: AsyncSession, clock: Clock) -> None:
    await resident.report()
    clock.at += timedelta(days=3)
    await resident.report()
    oldest = await session.scalar(select(func.min(RateCount.starts_at)).where(RateCount.limit_name == "reports"))
    assert oldest is not None
    assert clock.at - oldest < timedelta(days=2)


async def test_two_processes_count_together(
    committing: FastAPI, loaded_town: Settings, clock: Clock, photo_children: Any
) -> None:
    """Sixteen at once through two apps: six are taken, and the count says sixteen."""
    second = create_app(loaded_town)
    await second.state.photo_children.close()
    second.state.photo_children, second.state.clock = photo_children, clock
    clients = [
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://suozi.test")
        for app in (committing, second)
    ]
    sent = [clients[i % 2].put(f"/api/residents/reports/{new_id()}", json=body()) for i in range(16)]
    answers = await asyncio.gather(*sent)
    assert sorted(answer.status_code for answer in answers) == [201] * 6 + [429] * 10
    one = new_id()
    clock.at += timedelta(minutes=10)
    taps = await asyncio.gather(*(clients[i % 2].put(f"/api/residents/reports/{one}", json=body()) for i in range(4)))
    assert {answer.json().get("code") for answer in taps if answer.status_code < 300} == {taps[0].json()["code"]}
    assert sorted(answer.status_code for answer in taps) == [200, 200, 200, 201]
    for client in clients:
        await client.aclose()
    await second.state.engine.dispose()
