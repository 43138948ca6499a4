"""People and their posts: the list and its filters, entering and changing, and what posts may be."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.permissions import Role
from seeds.load import staff_id
from tests.architecture.places import OTHER_COUNTY, OTHER_TOWN, county_rows, town_rows
from tests.backend.staff.people_bodies import GRID, NEXT_GRID, TOWN, VILLAGE, person, post, wanted
from tests.backend.staff.people_requests import enter, faults, names, put, read
from tests.conftest import Clock
from tests.people import People, Person

WORKER = "19900001050"
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)


@pytest.fixture
async def keeper(people: People) -> Person:
    return await people.administrator()


@pytest.fixture
async def operator(people: People) -> Person:
    return await people.operator()


# The list


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("网格员 050", ["网格员 050"]),
        ("wgy050", ["网格员 050"]),
        ("wgy 05", [f"网格员 {n:03}" for n in range(50, 60)]),
        ("1050", ["网格员 050"]),
        (WORKER, ["网格员 050"]),
        ("nobody", []),
        ("%", []),
        ("_", []),
    ],
)
async def test_people_are_found_by_name_initials_and_phone_tail(keeper: Person, q: str, found: list[str]) -> None:
    assert await names(keeper, q=q) == found


async def test_whoever_sees_masked_numbers_cannot_search_out_the_hidden_digits(operator: Person) -> None:
    assert await names(operator, q="1050") == ["网格员 050"]
    assert await names(operator, q="01050") == []
    assert await names(operator, q=WORKER) == []


@pytest.mark.parametrize(
    ("filters", "some", "count"),
    [
        ({"grid": GRID, "duty": "grid_worker"}, "网格员 050", 1),
        ({"grid": VILLAGE, "duty": "grid_chief"}, "网格长 007", 1),
        ({"grid": "999999999999999"}, None, 0),
        ({"squad": "xxk-squad-1", "role": "squad_leader"}, "执法队长 001", 1),
        ({"squad": "xxk-squad-1"}, "执法队员 001", 5),
        ({"unit": "xxk-supervision"}, "督查员 001", 7),
        ({"role": "administrator"}, "管理员 001", 1),
        ({"role": "squad_leader", "grid": GRID}, None, 0),
        ({"standing": "left"}, None, 0),
    ],
)
async def test_filters_ask_about_one_and_the_same_post(
    keeper: Person, filters: dict[str, str], some: str | None, count: int
) -> None:
    answer = (await keeper.http.get("/api/staff", params=filters)).json()
    assert answer["total"] == count
    assert some is None or some in [row["name"] for row in answer["items"]]


async def test_pages_hold_everybody_once_in_the_order_of_their_pinyin(keeper: Person) -> None:
    seen: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        page = (
            await keeper.http.get("/api/staff", params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += page["items"]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert len({row["id"] for row in seen}) == len(seen) == page["total"] > 300
    assert seen[0]["name"].startswith("班组")
    assert all(row["phone_masked"][3:7] == "****" for row in seen)


@pytest.mark.parametrize("cursor", ["x", "W10=", "WyJhIl0=", "WzEsMl0=", "éé", "bnVsbA=="])
async def test_a_made_up_cursor_is_refused(keeper: Person, cursor: str) -> None:
    answer = await keeper.http.get("/api/staff", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_operators_read_and_only_administrators_see_the_number(operator: Person, keeper: Person) -> None:
    assert (await read(operator, staff_id(WORKER)))["phone"] is None
    assert (await read(operator, staff_id(WORKER)))["changeable"] is False
    assert WORKER not in (await operator.http.get("/api/staff", params={"q": "050"})).text
    assert (await read(keeper, staff_id(WORKER)))["phone"] == WORKER
    assert (await read(keeper, staff_id(WORKER)))["changeable"] is True
    assert (await put(operator, uuid4(), person())).status_code == 403


async def test_units_are_listed(keeper: Person) -> None:
    units = (await keeper.http.get("/api/units")).json()
    assert {"code": "xxk-town", "name": "徐霞客镇人民政府", "kind": "town"} in units


# Entering and changing


async def test_a_person_with_several_posts_is_entered_and_the_posts_count_at_once(
    keeper: Person, people: People
) -> None:
    posts = [
        post(engagement="full_time"),
        post(duty="duty_info", grid_code=NEXT_GRID, engagement="part_time", unit_code="xxk-command"),
        post(duty="grid_instructor", grid_code=VILLAGE, ends_on="2026-12-31"),
        post("squad_member"),
    ]
    detail = await enter(keeper, *posts, phone="+86 138-0000-0900")
    assert (detail["phone"], detail["phone_masked"], detail["version"]) == ("13800000900", "138****0900", 1)
    assert detail["home_unit_name"] == "徐霞客镇人民政府"
    assert [p["grid_name"] for p in detail["posts"] if p["duty"] == "grid_worker"] == ["璜塘村第3网格"]
    assert {p["unit_name"] for p in detail["posts"]} == {None, "徐霞客镇指挥中心"}
    assert detail["can_sign_in"] is False
    me = (await (await people.person("13800000900")).http.get("/api/me")).json()
    assert sorted(me["roles"]) == ["squad_member", "worker"]
    assert len(me["posts"]) == 4


async def test_sending_the_same_again_changes_nothing(keeper: Person) -> None:
    body = person(post(), post("squad_member"))
    person_id = uuid4()
    first = await put(keeper, person_id, body)
    again = await put(keeper, person_id, body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    changed = await put(keeper, person_id, body | {"version": 1, "name": "网格员 901"})
    assert changed.json()["version"] == 2
    late = await put(keeper, person_id, body | {"version": 1, "name": "网格员 901"})
    assert (late.status_code, late.json()["version"]) == (200, 2), "the answer was lost, the change was not"


async def test_a_change_on_an_old_reading_is_refused(keeper: Person) -> None:
    detail = await enter(keeper, post())
    await put(keeper, detail["id"], wanted(detail, name="网格员 901"))
    stale = await put(keeper, detail["id"], wanted(detail, name="网格员 902"))
    assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (409, "stale_person", 2)
    blind = await put(keeper, detail["id"], wanted(detail, version=None, name="网格员 902"))
    assert blind.status_code == 409
    assert (await read(keeper, detail["id"]))["name"] == "网格员 901"


async def test_a_post_that_has_begun_ends_yesterday_and_one_that_has_not_disappears(
    keeper: Person, people: People, clock: Clock
) -> None:
    begun, coming = post(), post("squad_member", starts_on="2026-12-01")
    detail = await enter(keeper, begun, coming)
    clock.at += DAY
    keeper = await people.administrator()
    kept = (await put(keeper, detail["id"], wanted(detail, posts=[]))).json()["posts"]
    assert [(p["id"], p["ends_on"]) for p in kept] == [(begun["id"], "2026-11-23")]
    again = await put(keeper, detail["id"], wanted(await read(keeper, detail["id"]), posts=[]))
    assert again.json()["version"] == 2, "what is over stays as it was"


async def test_a_begun_post_may_end_but_not_become_another(keeper: Person, people: People, clock: Clock) -> None:
    detail = await enter(keeper, post())
    clock.at += 3 * DAY
    keeper = await people.administrator()
    for change in ({"role": "inspector", "duty": None}, {"grid_code": NEXT_GRID}, {"starts_on": "2026-11-01"}):
        body = wanted(detail)
        body["posts"][0] |= change
        assert set(faults(await put(keeper, detail["id"], body)).values()) == {"post_has_begun"}, change
    body = wanted(detail)
    body["posts"][0] |= {"ends_on": "2026-12-31", "engagement": "part_time", "duty": "grid_chief"}
    assert (await put(keeper, detail["id"], body)).status_code == 200


async def test_one_is_never_given_an_id_that_somebody_elses_post_has(keeper: Person) -> None:
    first = await enter(keeper, post())
    stolen = post(id=first["posts"][0]["id"])
    answer = await put(keeper, uuid4(), person(stolen, phone="13800000901"))
    assert (answer.status_code, answer.json()["code"]) == (409, "other_content")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"grid_code": None}, "grid_code", "place_needed"),
        ({"squad_code": "xxk-squad-1"}, "squad_code", "place_not_here"),
        ({"grid_code": "320281104206999"}, "grid_code", "unknown_grid"),
        ({"grid_code": TOWN}, "grid_code", "too_wide"),
        ({"duty": "duty_inspector"}, "duty", "wrong_duty"),
        ({"role": "operator", "duty": "grid_worker"}, "duty", "wrong_duty"),
        ({"role": "squad_member", "squad_code": None}, "squad_code", "place_needed"),
        ({"role": "squad_member", "squad_code": "xxk-squad-9"}, "squad_code", "unknown_squad"),
        ({"unit_code": "nowhere"}, "unit_code", "unknown_unit"),
        ({"ends_on": "2026-11-22"}, "ends_on", "ends_before_start"),
        ({"starts_on": "2200-01-01"}, "starts_on", "value_error"),
        ({"starts_on": "tomorrow"}, "starts_on", "date_from_datetime_parsing"),
        ({"role": "king"}, "role", "enum"),
        ({"more": 1}, "more", "extra_forbidden"),
    ],
)
async def test_a_post_that_cannot_be_names_its_field(
    keeper: Person, session: AsyncSession, change: dict[str, Any], field: str, code: str
) -> None:
    answer = await put(keeper, uuid4(), person(post("squad_leader"), post(**change)))
    assert faults(answer)[f"posts.1.{field}"] == code
    assert await session.scalar(text("SELECT count(*) FROM staff WHERE phone = '13800000900'")) == 0


@pytest.mark.parametrize(
    ("first", "second", "twice"),
    [
        ({}, {}, True),
        ({}, {"duty": "grid_chief"}, False),
        ({}, {"grid_code": NEXT_GRID}, False),
        ({"ends_on": "2026-12-01"}, {"starts_on": "2026-12-01"}, True),
        ({"ends_on": "2026-12-01"}, {"starts_on": "2026-12-02"}, False),
        ({"starts_on": "2027-01-01"}, {"ends_on": "2026-12-31"}, False),
        ({"starts_on": "2027-01-01"}, {}, True),
    ],
)
async def test_the_same_post_is_not_held_twice_at_once(
    keeper: Person, first: dict[str, str], second: dict[str, str], twice: bool
) -> None:
    answer = await put(keeper, uuid4(), person(post(**first), post(**second)))
    assert (faults(answer) == {"posts.1.starts_on": "held_twice"}) if twice else answer.status_code == 201


async def test_one_place_in_a_squad_is_enough(keeper: Person) -> None:
    answer = await put(keeper, uuid4(), person(post("squad_member"), post("squad_leader")))
    assert faults(answer) == {"posts.1.starts_on": "held_twice"}


# Exclusive grids lie over the others, so that one may begin or end by itself.
SCHOOL, MARKET = "320281104206901", "320281104206902"


async def test_a_grid_must_be_in_force_while_it_is_staffed(keeper: Person, session: AsyncSession) -> None:
    await session.execute(text(f"UPDATE grid SET valid_to = '2026-12-01' WHERE code = '{SCHOOL}'"))
    await session.execute(text(f"UPDATE grid SET valid_from = '2026-12-01' WHERE code = '{MARKET}'"))
    await session.commit()
    too_long = await put(keeper, uuid4(), person(post(grid_code=SCHOOL)))
    assert faults(too_long) == {"posts.0.ends_on": "grid_ends"}
    assert "2026-11-30" in too_long.json()["detail"]
    too_late = post(grid_code=SCHOOL, starts_on="2026-12-01", ends_on="2026-12-05")
    assert faults(await put(keeper, uuid4(), person(too_late))) == {"posts.0.grid_code": "grid_not_in_force"}
    too_early = post(grid_code=MARKET)
    assert faults(await put(keeper, uuid4(), person(too_early))) == {"posts.0.grid_code": "grid_not_in_force"}
    await enter(keeper, post(grid_code=SCHOOL, ends_on="2026-11-30"), post(grid_code=MARKET, starts_on="2026-12-01"))


async def test_a_post_on_a_grid_that_has_ended_does_not_hold_up_other_changes(
    keeper: Person, session: AsyncSession
) -> None:
    detail = await enter(keeper, post(grid_code=SCHOOL, ends_on="2026-12-31"))
    await session.execute(text(f"UPDATE grid SET valid_to = '2026-11-23' WHERE code = '{SCHOOL}'"))
    await session.commit()
    assert (await put(keeper, detail["id"], wanted(detail, phone="13800000911"))).status_code == 200


@pytest.mark.parametrize("phone", ["1380000090", "0510-8655 1234", "23800000900", "138000009000", "abc", "١٣٨٠٠٠٠٠٩٠٠"])
async def test_only_a_mobile_number_is_a_login_name(keeper: Person, phone: str) -> None:
    assert faults(await put(keeper, uuid4(), person(phone=phone))) == {"phone": "not_a_mobile_number"}


@pytest.mark.parametrize("name", ["", " ", "x" * 51, "\u202e网格员", "a\nb", "\x1b[0m"])
async def test_a_name_reads_as_it_is_written(keeper: Person, name: str) -> None:
    assert set(faults(await put(keeper, uuid4(), person(name=name)))) == {"name"}


async def test_a_number_is_one_persons(keeper: Person, session: AsyncSession) -> None:
    for rows in (*county_rows(OTHER_COUNTY), *town_rows(OTHER_COUNTY), *town_rows(OTHER_TOWN)):
        session.add_all(rows)
        await session.flush()
    await session.commit()
    near = await put(keeper, uuid4(), person(phone=WORKER))
    assert (near.status_code, near.json()["code"]) == (409, "phone_taken")
    assert "网格员 050" in near.json()["detail"]
    for place in (OTHER_TOWN, OTHER_COUNTY):
        far = await put(keeper, uuid4(), person(phone=place.phone(Role.WORKER)))
        assert far.status_code == 409
        assert far.json()["errors"] == [
            {"field": "phone", "message": "这个手机号已被登记，请核对", "code": "phone_taken"}
        ]
    detail = await enter(keeper)
    assert (await put(keeper, detail["id"], wanted(detail, phone=WORKER))).status_code == 409


async def test_nobody_takes_away_their_own_last_administrators_post(keeper: Person) -> None:
    me = (await keeper.http.get("/api/me")).json()
    detail = await read(keeper, me["id"])
    answer = await put(keeper, me["id"], wanted(detail, posts=[]))
    assert (answer.status_code, answer.json()["code"]) == (409, "own_last_post")
    assert (await read(keeper, me["id"]))["posts"] == detail["posts"]
    other = await enter(keeper, post("administrator", grid_code=TOWN))
    assert (await put(keeper, other["id"], wanted(other, posts=[]))).status_code == 200


async def test_a_changed_post_counts_at_the_next_request(keeper: Person, people: People) -> None:
    detail = await enter(keeper, post("operator", grid_code=TOWN))
    someone = await people.person("13800000900")
    assert (await someone.http.get("/api/squads")).status_code == 200
    await put(keeper, detail["id"], wanted(detail, posts=[]))
    assert (await someone.http.get("/api/squads")).status_code == 403
