"""What follows a redraw: posts and jurisdictions on their days, cases by their ground, at once or by the job of the day."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.conftest import MONDAY_MORNING, Clock
from tests.drawing import TODAY, VILLAGE, Drafting, begin, line_through
from tests.people import HUANGTANG_3, PLACES, People

NEW, NEIGHBOUR = "320281104206015", "320281104206011"
SCHOOL = "320281104206901"
PATH = f"320281/320281104/{VILLAGE}"
DAY = timedelta(days=1)


async def posts_of(session: AsyncSession, phone: str) -> set[tuple[str, date, date | None]]:
    rows = await session.execute(
        text(
            "SELECT grid_path, starts_on, ends_on FROM post JOIN staff ON staff.id = post.staff_id WHERE phone = :phone"
        ),
        {"phone": phone},
    )
    return {(path.removeprefix(f"{PATH}/"), starts, ends) for path, starts, ends in rows}


async def split(people: People, on: date = TODAY) -> Drafting:
    draft = await begin(await people.administrator(), on=on)
    await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    return draft


SINCE = date(2026, 1, 1)
WORKER = "19900001050"


async def test_whoever_works_in_a_grid_that_is_split_works_in_both(people: People, session: AsyncSession) -> None:
    before = await posts_of(session, WORKER)
    draft = await split(people, TODAY + DAY)
    touched = {post["name"]: post for post in (await draft.impact())["posts"]}
    assert len(touched) == 5, "the worker and the four who hold a duty in all grids of the village"
    assert touched["网格员 050"]["new_grid_codes"] == [HUANGTANG_3, NEW]
    await draft.publish()
    assert await posts_of(session, WORKER) == before | {(NEW, TODAY + DAY, None)}


async def test_posts_at_a_merged_grid_go_on_at_the_one_that_stays(people: People, session: AsyncSession) -> None:
    draft = await begin(await people.administrator(), on=TODAY + DAY)
    await draft.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=NEIGHBOUR)
    impact = await draft.impact()
    assert impact["successors"] == [
        {
            "code": HUANGTANG_3,
            "name": "璜塘村第3网格",
            "into": [{"code": NEIGHBOUR, "name": "璜塘村第11网格", "share": 1.0}],
        }
    ]
    assert {post["grid_code"] for post in impact["posts"]} == {HUANGTANG_3}
    chiefs = await posts_of(session, "19900002007")
    await draft.publish()
    assert {(HUANGTANG_3, SINCE, TODAY), (NEIGHBOUR, TODAY + DAY, None)} <= await posts_of(session, WORKER)
    ended = {(HUANGTANG_3, SINCE, None)}
    assert await posts_of(session, "19900002007") == chiefs - ended | {(HUANGTANG_3, SINCE, TODAY)}, (
        "who held both holds the one that stays, once"
    )


async def test_a_post_that_goes_on_keeps_its_first_and_last_day(people: People, session: AsyncSession) -> None:
    begins, ends = TODAY + 7 * DAY, TODAY + 30 * DAY
    await session.execute(
        text(
            "UPDATE post SET starts_on = :begins, ends_on = :ends FROM staff"
            " WHERE staff.id = staff_id AND phone = :phone AND duty = 'grid_worker'"
        ),
        {"begins": begins, "ends": ends, "phone": WORKER},
    )
    await session.commit()
    await (await split(people, TODAY + DAY)).publish()
    assert {(HUANGTANG_3, begins, ends), (NEW, begins, ends)} <= await posts_of(session, WORKER)


async def test_a_moved_border_moves_nobody(people: People) -> None:
    draft = await begin(await people.administrator())
    (part,) = await draft.border(HUANGTANG_3, NEIGHBOUR)
    (lng, lat), start, end = PLACES[NEIGHBOUR], part[0], part[-1]
    dent = [(start[0] + end[0]) / 2 * 0.6 + lng * 0.4, (start[1] + end[1]) / 2 * 0.6 + lat * 0.4]
    await draft.do("move_boundary", a=HUANGTANG_3, b=NEIGHBOUR, line=[start, dent, end])
    impact = await draft.impact()
    assert (impact["posts"], impact["squads"]) == ([], [])
    (moved,) = impact["successors"]
    assert {heir["code"] for heir in moved["into"]} == {HUANGTANG_3, NEIGHBOUR}


async def test_posts_at_an_exclusive_grid_end_with_it(people: People, session: AsyncSession) -> None:
    draft = await begin(await people.administrator(), on=TODAY + DAY)
    await draft.do("end_exclusive", code=SCHOOL)
    (post,) = (await draft.impact())["posts"]
    assert (post["grid_code"], post["new_grid_codes"]) == (SCHOOL, [])
    await draft.publish()
    rows = await session.execute(text("SELECT ends_on FROM post WHERE grid_path LIKE :path"), {"path": f"%{SCHOOL}"})
    assert list(rows.scalars()) == [TODAY]


async def test_a_redraw_taken_back_the_same_day_leaves_the_posts_as_they_were(
    people: People, session: AsyncSession
) -> None:
    before = await posts_of(session, WORKER)
    await (await split(people)).publish()
    assert await posts_of(session, WORKER) == before | {(NEW, TODAY, None)}
    back = await begin(await people.administrator())
    await back.do("merge", codes=[HUANGTANG_3, NEW], keep=HUANGTANG_3)
    await back.publish()
    assert await posts_of(session, WORKER) == before


async def test_a_squad_can_be_saved_with_ground_that_is_still_to_come(people: People) -> None:
    administrator = await people.administrator()
    url = "/api/squads/xxk-squad-2"
    squad = (await administrator.http.get(url)).json()
    body = {name: squad[name] for name in ("name", "unit_code", "kind", "capabilities")}
    await administrator.http.put(url, json=body | {"jurisdiction": [HUANGTANG_3]})
    await (await split(people, TODAY + DAY)).publish()
    ground = (await administrator.http.get(url)).json()["jurisdiction"]
    assert ground == [HUANGTANG_3, NEW]
    saved = await administrator.http.put(url, json=body | {"jurisdiction": ground})
    assert (saved.status_code, saved.json().get("jurisdiction")) == (200, ground)


async def test_a_squad_keeps_its_ground_before_on_and_after_the_day(
    people: People, session: AsyncSession, drain_jobs: Any, clock: Clock
) -> None:
    await session.execute(
        text("INSERT INTO squad_jurisdiction VALUES ('320281', 'xxk-squad-2', :path)"),
        {"path": f"{PATH}/{HUANGTANG_3}"},
    )
    await session.commit()

    async def grids() -> set[str]:
        rows = await session.scalars(
            text("SELECT grid_path FROM squad_jurisdiction WHERE grid_path LIKE :path"), {"path": f"{PATH}/%"}
        )
        return {path.removeprefix(f"{PATH}/") for path in rows}

    draft = await begin(await people.administrator(), on=TODAY + DAY)
    await draft.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=NEIGHBOUR)
    assert (await draft.impact())["squads"] == [
        {"code": "xxk-squad-2", "name": "综合执法二中队", "grid_code": HUANGTANG_3, "new_grid_codes": [NEIGHBOUR]}
    ]
    await draft.publish()
    assert await grids() == {HUANGTANG_3, NEIGHBOUR}
    assert await drain_jobs() == 0, "not before its day"
    clock.at = MONDAY_MORNING + timedelta(hours=14, minutes=30)
    assert await drain_jobs() == 1
    assert await grids() == {NEIGHBOUR}


async def test_the_path_of_a_case_follows_on_the_day_and_what_it_was_filed_under_stays(
    people: People, session: AsyncSession, drain_jobs: Any, clock: Clock
) -> None:
    case = (await (await people.worker()).report()).json()["case"]
    await drain_jobs()
    draft = await begin(await people.administrator(), on=TODAY + DAY)
    await draft.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=NEIGHBOUR)
    impact = await draft.impact()
    assert impact["open_cases"]["count"] == 1
    assert impact["open_cases"]["list"][0] | {"matter_name": ""} == {
        "id": case["id"],
        "code": case["code"],
        "matter_name": "",
        "grid_code": HUANGTANG_3,
        "new_grid_code": NEIGHBOUR,
    }
    await draft.publish()
    found = text('SELECT grid_code, grid_version, grid_path FROM "case" WHERE id = :id')

    async def filed_under() -> tuple[Any, ...]:
        return tuple((await session.execute(found, {"id": case["id"]})).one())

    assert await filed_under() == (HUANGTANG_3, 1, f"{PATH}/{HUANGTANG_3}")
    # What else is due by then: nobody has looked at the case.
    clock.at = MONDAY_MORNING + timedelta(hours=14, minutes=28)
    while await drain_jobs():
        pass
    clock.at = MONDAY_MORNING + timedelta(hours=14, minutes=29)
    assert await drain_jobs() == 0, "23:59 is still the day before"
    clock.at += timedelta(minutes=1)
    assert await drain_jobs() == 1
    assert await filed_under() == (HUANGTANG_3, 1, f"{PATH}/{NEIGHBOUR}")
    told = await session.scalars(text("SELECT kind FROM outbox WHERE kind = 'net'"))
    assert len(told.all()) == 2, "when it was published, and when it came into force"
