"""Signing in and out, guessing, sessions that end, and posts that count only while they last."""

from datetime import UTC, date, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access import COOKIE, token_hash
from backend.identifiers import new_id
from backend.permissions import Role
from backend.settings import Settings
from backend.staff.models import Post
from seeds.load import COUNTY, staff_id
from tests.conftest import Clock
from tests.people import People

PHONE, PASSWORD = "19900001050", "suozi-2026"
NEVER_GIVEN_A_PASSWORD = "19900001001"
UNKNOWN = "13800000000"


@pytest.fixture
async def cheap_hash(session: AsyncSession) -> None:
    """The same password under a hash that takes no time, for tests that guess often."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await change_staff(session, f"password_hash = '{cheap}'")


async def change_staff(session: AsyncSession, change: str) -> None:
    await session.execute(text(f"UPDATE staff SET {change} WHERE phone = '{PHONE}'"))
    await session.commit()


async def sign_in(client: httpx.AsyncClient, phone: str = PHONE, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/api/session", json={"phone": phone, "password": password})


async def test_the_right_password_opens_a_session_and_says_who_i_am(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/api/me")).status_code == 401
    answer = await sign_in(stranger)
    assert answer.status_code == 200
    me = answer.json()
    assert (me["name"], me["roles"], me["phone_masked"]) == ("网格员 050", ["worker"], "199****1050")
    assert me["posts"][0]["grid_name"] == "璜塘村第3网格"
    assert PHONE not in answer.text
    assert (await stranger.get("/api/me")).json() == me


@pytest.mark.parametrize(
    ("phone", "password", "change"),
    [
        (PHONE, "suozi-2025", None),
        (UNKNOWN, PASSWORD, None),
        (PHONE, PASSWORD, "active = false"),
        (PHONE, PASSWORD, "password_hash = NULL"),
        (PHONE, PASSWORD, "password_hash = 'not a hash'"),
        (NEVER_GIVEN_A_PASSWORD, PASSWORD, None),
    ],
    ids=["wrong password", "unknown phone", "has left", "no password", "damaged hash", "never had one"],
)
async def test_every_refusal_reads_the_same(
    stranger: httpx.AsyncClient, session: AsyncSession, phone: str, password: str, change: str | None
) -> None:
    if change:
        await change_staff(session, change)
    answer = await sign_in(stranger, phone, password)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/wrong_phone_or_password",
        "code": "wrong_phone_or_password",
        "title": "请先登录",
        "status": 401,
        "detail": "手机号或密码不对",
        "errors": [{"field": "password", "message": "手机号或密码不对", "code": "wrong_phone_or_password"}],
    }
    assert "set-cookie" not in answer.headers
    assert (await stranger.get("/api/me")).status_code == 401


@pytest.mark.parametrize("secure", [False, True])
async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    app: FastAPI, stranger: httpx.AsyncClient, session: AsyncSession, secure: bool
) -> None:
    settings: Settings = app.state.settings
    app.state.settings = settings.model_copy(update={"secure_cookie": secure})
    answer = await sign_in(stranger)
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert cookie.key == COOKIE
    assert len(cookie.value) >= 43, "256 bits"
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "lax", "/")
    assert (cookie["max-age"], bool(cookie["secure"]), cookie["domain"]) == (str(14 * 86400), secure, "")
    kept = (await session.execute(text("SELECT token_hash FROM sign_in"))).scalars().all()
    assert list(kept) == [token_hash(cookie.value)], "only the hash is kept"


# Guessing


@pytest.mark.usefixtures("cheap_hash")
async def test_five_wrong_guesses_are_free_then_each_costs_twice_the_wait(
    stranger: httpx.AsyncClient, clock: Clock
) -> None:
    for _ in range(5):
        assert (await sign_in(stranger, password="guess")).status_code == 401
    for wait_s in (15, 30, 60, 120, 240, 480, 900, 900):
        refused = await sign_in(stranger)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_tries")
        assert wait_s <= int(refused.headers["retry-after"]) <= wait_s + 1
        assert str(refused.headers["retry-after"]) in refused.json()["detail"]
        clock.at += timedelta(seconds=wait_s - 1)
        assert (await sign_in(stranger)).status_code == 429, "not a second early, even with the right password"
        clock.at += timedelta(seconds=1)
        assert (await sign_in(stranger, password="guess")).status_code == 401
    clock.at += timedelta(minutes=15)
    assert (await sign_in(stranger)).status_code == 200, "the owner is never locked out for good"
    assert (await sign_in(stranger, password="guess")).status_code == 401, "and the count begins anew"
    assert (await sign_in(stranger)).status_code == 200


@pytest.mark.usefixtures("cheap_hash")
async def test_guessing_at_one_person_does_not_hold_up_another(
    stranger: httpx.AsyncClient, session: AsyncSession
) -> None:
    for _ in range(6):
        await sign_in(stranger, password="guess")
    assert (await sign_in(stranger)).status_code == 429
    assert (await sign_in(stranger, phone="19900001081")).status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"phone": PHONE}, {"phone": "1", "password": "x"}, {"phone": PHONE, "password": ""}]
)
async def test_an_incomplete_sign_in_names_the_field(stranger: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await stranger.post("/api/session", json=body)
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} <= {"phone", "password"}


# Sessions end


async def test_a_session_ends_after_its_days(people: People, clock: Clock) -> None:
    worker = await people.worker()  # signed in for one day
    clock.at += timedelta(days=1, seconds=-1)
    assert (await worker.http.get("/api/me")).status_code == 200
    clock.at += timedelta(seconds=1)
    refused = await worker.http.get("/api/me")
    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")


async def test_signing_in_sweeps_the_persons_ended_sessions(
    people: People, session: AsyncSession, clock: Clock
) -> None:
    await people.worker()
    await people.inspector()
    clock.at += timedelta(days=2)
    await people.worker()
    left = (await session.execute(text("SELECT expires_at > :at FROM sign_in"), {"at": clock.at})).scalars().all()
    assert sorted(left) == [False, True], "the worker's new one, and the inspector's, who has not signed in since"


async def test_signing_out_ends_this_session_and_no_other(people: People) -> None:
    phone, tablet = await people.worker(), await people.worker()
    token = phone.http.cookies[COOKIE]
    left = await phone.http.delete("/api/session")
    assert left.status_code == 204
    assert SimpleCookie(left.headers["set-cookie"])[COOKIE]["max-age"] == "0"
    phone.http.cookies.set(COOKIE, token)
    assert (await phone.http.get("/api/me")).status_code == 401, "the token is dead, not only forgotten"
    assert (await tablet.http.get("/api/me")).status_code == 200
    assert (await phone.http.delete("/api/session")).status_code == 204, "again does no harm"


async def test_whoever_leaves_is_out_at_the_next_request(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    await change_staff(session, "active = false")
    assert (await worker.http.get("/api/me")).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "' OR 1=1 --", "é", "a" * 5000])
async def test_a_made_up_token_opens_nothing(stranger: httpx.AsyncClient, token: str) -> None:
    answer = await stranger.get("/api/me", headers={"cookie": f"{COOKIE}={token}".encode()})
    assert answer.status_code == 401


# Posts


async def give_post(session: AsyncSession, phone: str, role: Role, starts_on: date, ends_on: date | None) -> None:
    session.add(
        Post(
            county=COUNTY,
            id=new_id(),
            staff_id=staff_id(phone),
            role=role,
            grid_path="320281/320281104",
            starts_on=starts_on,
            ends_on=ends_on,
        )
    )
    await session.commit()


TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "counts"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (TODAY - DAY, TODAY + DAY, True),
        (TODAY + DAY, None, False),
        (TODAY - 9 * DAY, TODAY - DAY, False),
    ],
)
async def test_a_post_counts_from_its_first_day_to_its_last(
    people: People, session: AsyncSession, starts_on: date, ends_on: date | None, counts: bool
) -> None:
    worker = await people.worker()
    await give_post(session, PHONE, Role.OPERATOR, starts_on, ends_on)
    assert ("operator" in (await worker.http.get("/api/me")).json()["roles"]) == counts
    assert (await worker.http.get("/api/squads")).status_code == (200 if counts else 403)


async def test_a_posts_day_changes_at_midnight_in_china(people: People, session: AsyncSession, clock: Clock) -> None:
    clock.at = datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)  # 23:59:59 in Shanghai
    worker = await people.worker()
    await give_post(session, PHONE, Role.OPERATOR, TODAY + DAY, TODAY + DAY)
    assert (await worker.http.get("/api/squads")).status_code == 403
    clock.at += timedelta(seconds=1)
    assert (await worker.http.get("/api/squads")).status_code == 200
    clock.at += DAY
    assert (await (await people.worker()).http.get("/api/squads")).status_code == 403


async def test_a_changed_post_counts_at_the_next_request(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    case = (await worker.report()).json()["case"]
    neighbour = await people.worker("金凤村第3网格")
    assert (await neighbour.http.get(f"/api/cases/{case['id']}")).status_code == 404
    moved = {"id": staff_id(neighbour.about["phone"]), "path": "320281/320281104/320281104206"}
    await session.execute(text("UPDATE post SET grid_path = :path WHERE staff_id = :id"), moved)
    await session.commit()
    assert (await neighbour.http.get(f"/api/cases/{case['id']}")).status_code == 200
    await session.execute(text("DELETE FROM post WHERE staff_id = :id"), {"id": moved["id"]})
    await session.commit()
    assert (await neighbour.http.get(f"/api/cases/{case['id']}")).status_code == 403
    assert (await neighbour.http.get("/api/me")).json()["permissions"] == []
