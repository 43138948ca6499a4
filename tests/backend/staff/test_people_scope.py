"""How far an administrator reaches among people and their posts: what is seen, what is changed, what protects an account."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identifiers import new_id
from backend.permissions import Role
from backend.staff.models import Post, Staff
from seeds.load import COUNTY, staff_id
from tests.architecture.places import OTHER_TOWN, town_rows
from tests.backend.staff.people_bodies import TOWN, VILLAGE, person, post, wanted
from tests.backend.staff.people_requests import enter, faults, names, put, read
from tests.people import People, Person


@pytest.fixture
async def keeper(people: People) -> Person:
    return await people.administrator()


async def village_administrator(people: People, session: AsyncSession) -> Person:
    """Somebody who keeps the staff of one village only."""
    phone = "13800000800"
    someone = Staff(county=COUNTY, id=new_id(), name="村管理员", phone=phone, keeper_path=f"{COUNTY}/{TOWN}")
    session.add(someone)
    await session.flush()
    await give_post(session, someone, Role.ADMINISTRATOR, f"{COUNTY}/{TOWN}/{VILLAGE}")
    await session.commit()
    return await people.person(phone)


async def give_post(session: AsyncSession, someone: Staff, role: Role, grid_path: str) -> None:
    session.add(
        Post(
            county=someone.county,
            id=new_id(),
            staff_id=someone.id,
            role=role,
            grid_path=grid_path,
            starts_on=date(2026, 1, 1),
        )
    )
    await session.flush()


async def test_another_towns_people_are_not_there(keeper: Person, session: AsyncSession) -> None:
    for rows in town_rows(OTHER_TOWN):
        session.add_all(rows)
        await session.flush()
    await session.commit()
    stranger_id = await session.scalar(text("SELECT id FROM staff WHERE name LIKE 'canary-staff-worker%'"))
    assert await names(keeper, q="canary") == []
    missing = await keeper.http.get(f"/api/staff/{uuid4()}")
    for answer in (
        await keeper.http.get(f"/api/staff/{stranger_id}"),
        await put(keeper, stranger_id, person(version=1)),
        await put(keeper, stranger_id, person()),
        await keeper.http.post(f"/api/staff/{stranger_id}/password"),
    ):
        assert (answer.status_code, answer.json()) == (404, missing.json())
    answer = await put(
        keeper, uuid4(), person(post(grid_code=OTHER_TOWN.grid), post("squad_member", squad_code=OTHER_TOWN.squad))
    )
    assert faults(answer) == {"posts.0.grid_code": "unknown_grid", "posts.1.squad_code": "unknown_squad"}


async def test_a_village_keeps_its_own_people_and_no_more(
    people: People, session: AsyncSession, keeper: Person
) -> None:
    village = await village_administrator(people, session)
    assert "网格员 050" in await names(village)
    assert "网格员 001" not in await names(village)
    assert "执法队员 001" in await names(village, q="执法队员 001"), "the squad works here too"
    await enter(village, post())
    beyond = await put(village, uuid4(), person(post(grid_code="320281104200001"), phone="13800000902"))
    assert faults(beyond) == {"posts.0.grid_code": "unknown_grid"}
    squad = await put(village, uuid4(), person(post("squad_member"), phone="13800000902"))
    assert faults(squad) == {"posts.0.squad_code": "unknown_squad"}, "the squad reaches further than the village"
    above = await put(village, uuid4(), person(post("administrator", grid_code=TOWN), phone="13800000902"))
    assert faults(above) == {"posts.0.grid_code": "unknown_grid"}, "nobody gives more than they have"
    created = await enter(village, phone="13800000903", name="还没有岗位")
    assert (await read(village, created["id"]))["posts"] == []
    assert (await read(keeper, created["id"]))["name"] == "还没有岗位"


async def test_posts_elsewhere_are_neither_shown_nor_touched_and_protect_the_account(
    people: People, session: AsyncSession, keeper: Person
) -> None:
    village = await village_administrator(people, session)
    detail = await enter(keeper, post(), post("administrator", grid_code=TOWN))
    seen = await read(village, detail["id"])
    assert [p["role"] for p in seen["posts"]] == ["worker"]
    assert (seen["posts_elsewhere"], seen["changeable"]) == (1, False)
    for answer in (
        await put(village, detail["id"], wanted(seen, phone="13800000999")),
        await put(village, detail["id"], wanted(seen, name="别人")),
        await village.http.post(f"/api/staff/{detail['id']}/password"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "beyond_your_scope")
    (above,) = [p["id"] for p in detail["posts"] if p["role"] == "administrator"]
    stolen = await put(village, detail["id"], wanted(seen, posts=[post("administrator", grid_code=VILLAGE, id=above)]))
    assert (stolen.status_code, stolen.json()["code"]) == (409, "beyond_your_scope")
    ended = await put(village, detail["id"], wanted(seen, posts=[]))
    assert ended.status_code == 200
    assert [p["role"] for p in (await read(keeper, detail["id"]))["posts"]] == ["administrator"]


async def test_posts_that_are_shown_but_not_ones_own_to_change_may_be_sent_back(
    people: People, session: AsyncSession
) -> None:
    village = await village_administrator(people, session)
    member = staff_id("19900009101")
    seen = await read(village, member)
    assert [(p["squad_code"], p["changeable"]) for p in seen["posts"]] == [("xxk-squad-1", False)]
    body = wanted(seen)
    body["posts"].append(post(duty="grid_instructor", grid_code=VILLAGE))
    added = await put(village, member, body)
    assert (added.status_code, len(added.json()["posts"])) == (200, 2), added.text
    body = wanted(added.json())
    body["posts"][0]["ends_on"] = "2026-12-01"
    assert (await put(village, member, body)).json()["code"] == "beyond_your_scope"
    dropped = await put(village, member, wanted(added.json(), posts=[]))
    assert [p["squad_code"] for p in dropped.json()["posts"]] == ["xxk-squad-1"], "only what is in reach ends"


async def test_reading_as_worker_of_a_wider_place_gives_no_power_there(people: People, session: AsyncSession) -> None:
    village = await village_administrator(people, session)
    me = (await village.http.get("/api/me")).json()
    someone = await session.get(Staff, (COUNTY, me["id"]))
    assert someone
    await give_post(session, someone, Role.INSPECTOR, f"{COUNTY}/{TOWN}")
    await session.commit()
    assert "网格员 001" not in await names(village)
    beyond = await put(village, uuid4(), person(post(grid_code="320281104200001")))
    assert faults(beyond) == {"posts.0.grid_code": "unknown_grid"}
