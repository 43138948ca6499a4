"""One-time passwords, and choosing one's own: what it must be, and which sessions end."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.staff.passwords import password_fault
from seeds.load import staff_id
from tests.conftest import Clock
from tests.people import People, Person

PHONE = "19900001050"
OLD = "an old password"
NEW = "heron over the river"


@pytest.fixture
async def cheap_hashes(app: FastAPI, session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time; the person's password is OLD."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr("backend.staff.passwords._HASHER", hasher)
    await session.execute(text(f"UPDATE staff SET password_hash = '{hasher.hash(OLD)}' WHERE phone = '{PHONE}'"))
    await session.commit()


async def sign_in(client: httpx.AsyncClient, password: str) -> httpx.Response:
    return await client.post("/api/session", json={"phone": PHONE, "password": password})


async def choose(client: httpx.AsyncClient, old: str, new: str) -> httpx.Response:
    return await client.put("/api/me/password", json={"old": old, "new": new})


async def one_time_password(people: People) -> str:
    keeper = await people.administrator()
    answer = await keeper.http.post(f"/api/staff/{staff_id(PHONE)}/password")
    assert answer.status_code == 200, answer.text
    password: str = answer.json()["password"]
    return password


@pytest.mark.usefixtures("cheap_hashes")
async def test_a_one_time_password_opens_nothing_but_the_choice_of_ones_own(
    people: People, stranger: httpx.AsyncClient
) -> None:
    worker = await people.worker()
    password = await one_time_password(people)
    assert len(password) == 10
    assert (await worker.http.get("/api/me")).status_code == 401, "signed out everywhere"
    assert (await sign_in(stranger, OLD)).status_code == 401
    me = (await sign_in(stranger, password)).json()
    assert me["must_change_password"] is True
    for refused in (await stranger.get("/api/cases"), await Person(stranger, {}).report()):
        assert (refused.status_code, refused.json()["code"]) == (401, "password_change_needed")
    chosen = await choose(stranger, password, NEW)
    assert (chosen.status_code, chosen.json()["must_change_password"]) == (200, False)
    assert (await stranger.get("/api/cases")).status_code == 200, "no need to sign in again"
    assert (await sign_in(stranger, password)).status_code == 401, "it was for one time"
    assert (await sign_in(stranger, NEW)).status_code == 200


@pytest.mark.usefixtures("cheap_hashes")
async def test_choosing_a_password_signs_one_out_elsewhere(people: People) -> None:
    phone, tablet = await people.worker(), await people.worker()
    assert (await choose(phone.http, OLD, NEW)).status_code == 200
    assert (await phone.http.get("/api/me")).status_code == 200
    assert (await tablet.http.get("/api/me")).status_code == 401


@pytest.mark.usefixtures("cheap_hashes")
async def test_the_present_password_cannot_be_guessed_either(people: People, clock: Clock) -> None:
    worker = await people.worker()
    for _ in range(5):
        answer = await choose(worker.http, "guess", NEW)
        assert (answer.status_code, answer.json()["code"]) == (422, "wrong_old_password")
        assert answer.json()["errors"][0]["field"] == "old"
    assert (await choose(worker.http, OLD, NEW)).status_code == 429
    clock.at += timedelta(seconds=16)
    assert (await choose(worker.http, OLD, NEW)).status_code == 200
    assert (await worker.http.get("/api/me")).status_code == 200


@pytest.mark.usefixtures("cheap_hashes")
async def test_a_refused_password_leaves_the_old_one(people: People, stranger: httpx.AsyncClient) -> None:
    worker = await people.worker()
    answer = await choose(worker.http, OLD, "12345678")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "new")
    assert (await sign_in(stranger, OLD)).status_code == 200


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short7!", "password_too_short"),
        ("七个字的密码啊", "password_too_short"),
        (OLD, "password_unchanged"),
        (PHONE, "password_is_phone"),
        (f"a{PHONE}", "password_is_phone"),
        ("00001050", "password_is_phone"),
        ("88888888", "password_too_common"),
        ("ababababab", "password_too_common"),
        ("12345678", "password_too_common"),
        ("hgfedcba", "password_too_common"),
        ("Woaini1314", "password_too_common"),
        ("suozi-2026", "password_too_common"),
        ("梭子来回织布不停", None),
        (NEW, None),
        ("x" * 7 + "yz", None),
    ],
)
def test_what_a_password_must_be(password: str, code: str | None) -> None:
    fault = password_fault(password, phone=PHONE, old=OLD)
    assert (fault.code if fault else None) == code


async def test_somebody_who_has_left_gets_no_password(people: People, session: AsyncSession) -> None:
    await session.execute(text(f"UPDATE staff SET left_on = '2026-11-22' WHERE phone = '{PHONE}'"))
    await session.commit()
    keeper = await people.administrator()
    answer = await keeper.http.post(f"/api/staff/{staff_id(PHONE)}/password")
    assert (answer.status_code, answer.json()["code"]) == (409, "has_left")


@pytest.mark.parametrize("body", [{}, {"old": OLD}, {"old": "", "new": NEW}, {"old": OLD, "new": "x" * 201}])
async def test_an_incomplete_change_names_the_field(people: People, body: dict[str, Any]) -> None:
    worker = await people.worker()
    answer = await worker.http.put("/api/me/password", json=body)
    assert answer.status_code == 422
    assert {fault["field"] for fault in answer.json()["errors"]} <= {"old", "new"}
