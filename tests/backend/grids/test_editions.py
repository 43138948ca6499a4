"""Publishing drafts: versions by day, editions to come, corrections of the same day, and what keeps a draft back."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from shapely.geometry import Point
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from geo.geodesy import area_m2
from geo.lattice import Shape
from geo.tiling import tiles
from tests.conftest import MONDAY_MORNING, Clock
from tests.drawing import TODAY, TOWN, VILLAGE, Drafting, begin, grids_on, line_through
from tests.people import HUANGTANG_3, People, Person

NEW = "320281104206015"
NEIGHBOUR = "320281104206011"
DAY = timedelta(days=1)


def assert_whole(net: dict[str, dict[str, Any]]) -> None:
    """Every parent is the sum of its base children, tiles exactly, and each name stands inside its grid."""
    children = defaultdict(list)
    for grid in net.values():
        if grid["kind"] == "base" and grid["parent_code"]:
            children[grid["parent_code"]].append(grid)
    assert len(children) == 1 + 1 + 21
    for code, parts in children.items():
        assert net[code]["area_m2"] == sum(part["area_m2"] for part in parts), code
        if net[code]["shape"] is not None:
            shapes: dict[str, Shape] = {part["code"]: part["shape"] for part in parts}
            assert tiles(net[code]["shape"], shapes) == []
    for code, grid in net.items():
        if grid["shape"] is not None:
            assert grid["shape"].covers(Point(grid["label_point"])), code


async def split_on(person: Person, on: date, code: str = HUANGTANG_3, title: str = "调整") -> Drafting:
    draft = await begin(person, title, on)
    await draft.do("split", code=code, line=line_through(code))
    return draft


async def versions_of(session: AsyncSession, code: str) -> list[tuple[int, int, date, date | None]]:
    rows = await session.execute(
        text("SELECT version, edition, valid_from, valid_to FROM grid WHERE code = :code ORDER BY version"),
        {"code": code},
    )
    return [tuple(row) for row in rows]


async def test_a_redraw_holds_from_its_day_on(people: People, session: AsyncSession) -> None:
    administrator = await people.administrator()
    on = TODAY + 7 * DAY
    edition = await (await split_on(administrator, on, title="三季度拆分")).publish()
    assert (edition["number"], edition["title"], edition["effective_on"]) == (2, "三季度拆分", on.isoformat())
    assert edition["published_by_name"] == "管理员 001"
    today, eve, then = [await grids_on(administrator, day) for day in (None, on - DAY, on)]
    assert today == eve
    assert (len(today), len(then)) == (214, 215)
    assert today[HUANGTANG_3]["version"] == 1
    assert (today[HUANGTANG_3]["valid_to"], today[HUANGTANG_3]["edition"]) == (on.isoformat(), 1)
    assert (then[HUANGTANG_3]["version"], then[HUANGTANG_3]["valid_from"]) == (2, on.isoformat())
    assert (then[NEW]["version"], then[NEW]["edition"], NEW in today) == (1, 2, False)
    assert_whole(today)
    assert_whole(then)
    untouched = {code for code in today if today[code]["version"] == then[code]["version"]}
    assert len(untouched) > 200, "only what differs gets a new version"
    assert await versions_of(session, VILLAGE) == [(1, 1, date(2026, 1, 1), None)]
    listed = (await administrator.http.get("/api/net/editions")).json()
    assert [each["number"] for each in listed] == [2, 1]
    assert listed[0]["summary"]["added"] == 1


async def test_a_merge_ends_grids_on_its_day(people: People, session: AsyncSession) -> None:
    administrator = await people.administrator()
    draft = await begin(administrator)
    await draft.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=HUANGTANG_3)
    assert (await draft.publish())["summary"]["ended"] == 1
    assert await versions_of(session, NEIGHBOUR) == [(1, 1, date(2026, 1, 1), TODAY)]
    today, yesterday = await grids_on(administrator), await grids_on(administrator, TODAY - DAY)
    assert (NEIGHBOUR in today, NEIGHBOUR in yesterday) == (False, True)
    assert_whole(today)


async def test_a_second_draft_builds_on_the_edition_to_come(people: People, session: AsyncSession) -> None:
    administrator = await people.administrator()
    await (await split_on(administrator, TODAY + 7 * DAY)).publish()
    second = await begin(administrator, "再调整", TODAY + 14 * DAY)
    await second.do("merge", codes=[NEW, HUANGTANG_3], keep=NEW)
    assert (await second.publish())["number"] == 3
    for day, there in ((6, {HUANGTANG_3}), (7, {HUANGTANG_3, NEW}), (13, {HUANGTANG_3, NEW}), (14, {NEW})):
        net = await grids_on(administrator, TODAY + day * DAY)
        assert net.keys() & {HUANGTANG_3, NEW} == there
        assert_whole(net)
    assert await versions_of(session, NEW) == [
        (1, 2, TODAY + 7 * DAY, TODAY + 14 * DAY),
        (2, 3, TODAY + 14 * DAY, None),
    ]


async def test_nothing_is_put_before_an_edition_to_come(people: People) -> None:
    administrator = await people.administrator()
    early = await split_on(administrator, TODAY + DAY, "320281104209003")
    await (await split_on(administrator, TODAY + 7 * DAY)).publish()
    refused = await early.try_publish()
    assert (refused.status_code, refused.json()["code"]) == (409, "before_newest_edition")
    assert refused.json()["effective_on"] == (TODAY + 7 * DAY).isoformat()
    await early.rename("改期", TODAY + 7 * DAY)
    assert (await early.publish())["number"] == 3


async def test_a_correction_of_the_same_day(people: People, session: AsyncSession) -> None:
    administrator = await people.administrator()
    before = await grids_on(administrator)
    await (await split_on(administrator, TODAY)).publish()
    correction = await begin(administrator, "更正")
    await correction.do("merge", codes=[HUANGTANG_3, NEW], keep=HUANGTANG_3)
    await correction.publish()
    assert (await versions_of(session, HUANGTANG_3))[1:] == [(2, 2, TODAY, TODAY), (3, 3, TODAY, None)]
    assert await versions_of(session, NEW) == [(1, 2, TODAY, TODAY)]
    after = await grids_on(administrator)
    assert after.keys() == before.keys()
    moved = after[HUANGTANG_3]["shape"].symmetric_difference(before[HUANGTANG_3]["shape"])
    assert area_m2(moved) < 1.0, "but for the vertices that the cut put on the border"
    assert_whole(after)
    again = await begin(administrator)
    await again.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    assert NEW not in again.changes(), "the code of the withdrawn grid is not given out again"


async def test_drafts_that_touch_the_same_grids_do_not_overwrite_each_other(people: People) -> None:
    administrator = await people.administrator()
    mine, theirs = await split_on(administrator, TODAY), await split_on(administrator, TODAY)
    elsewhere = await split_on(administrator, TODAY, "320281104209003")
    await theirs.do("describe", code=HUANGTANG_3, name="璜塘村三网格")
    await mine.undo()
    await mine.do("describe", code=HUANGTANG_3, management_grade=3)
    await theirs.publish()
    refused = await mine.try_publish()
    assert (refused.status_code, refused.json()["code"]) == (409, "net_changed")
    assert refused.json()["codes"] == [HUANGTANG_3]
    seen = await mine.look()
    assert [each["kind"] for each in seen["problems"]] == ["net_changed"]
    assert mine.changes()[HUANGTANG_3]["name"] == "璜塘村三网格", "redone on the net as it is now"
    assert (await mine.rename("已核对", TODAY))["problems"] == []
    await mine.publish()
    assert (await elsewhere.publish())["number"] == 4, "who touched other grids need not look again"
    net = await grids_on(administrator)
    assert (net[HUANGTANG_3]["name"], net[HUANGTANG_3]["management_grade"]) == ("璜塘村三网格", 3)
    assert_whole(net)


async def test_a_step_that_is_no_longer_possible_is_named(people: People) -> None:
    administrator = await people.administrator()
    mine = await begin(administrator)
    await mine.do("describe", code=NEIGHBOUR, management_grade=2)
    await mine.do("describe", code=HUANGTANG_3, management_grade=2)
    theirs = await begin(administrator)
    await theirs.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=NEIGHBOUR)
    await theirs.publish()
    seen = await mine.look()
    stuck = next(each for each in seen["problems"] if each["kind"] == "step_refused")
    assert (stuck["severity"], "第 2 步" in stuck["sentence"]) == ("error", True)
    assert (await mine.try_("describe", code=VILLAGE, management_grade=1)).json()["code"] == "step_refused"
    await mine.rename("已核对", TODAY)
    assert (await mine.try_publish()).json()["code"] == "draft_has_problems"
    await mine.undo()
    await mine.publish()


async def test_an_exclusive_grid_left_outside_its_village_keeps_a_draft_back(people: People) -> None:
    administrator = await people.administrator()
    draft = await begin(administrator)
    net = await grids_on(administrator)
    # Draw it against a border of two villages, then move that border through it.
    a, b = next(
        (one, other)
        for one in net
        for other in net
        if len(one) == len(other) == 15
        and one[:12] < other[:12]
        and net[one]["kind"] == net[other]["kind"] == "base"
        and net[one]["shape"].intersection(net[other]["shape"]).length > 0.002
    )
    parts = await draft.border(a, b)
    part = max(parts, key=len)
    (lng, lat), start, end = net[a]["label_point"], part[0], part[-1]
    dent = [(start[0] + end[0]) / 2 * 0.5 + lng * 0.5, (start[1] + end[1]) / 2 * 0.5 + lat * 0.5]
    ring = Point(lng, lat).buffer(0.0002).exterior.coords[:-1]
    await draft.do("draw_exclusive", name="学校", parent_code=a[:12], ring=[list(p) for p in ring])
    beyond = [lng * 1.05 - dent[0] * 0.05, lat * 1.05 - dent[1] * 0.05]
    seen = await draft.do("move_boundary", a=a, b=b, part=parts.index(part), line=[start, beyond, end])
    (problem,) = seen["problems"]
    assert (problem["kind"], problem["severity"]) == ("outside_parent", "error")
    assert problem["area_m2"] > 1
    assert problem["place"]["type"] in {"Polygon", "MultiPolygon"}
    refused = await draft.try_publish()
    assert (refused.status_code, refused.json()["code"]) == (409, "draft_has_problems")


async def test_what_cannot_be_published(people: People, clock: Clock) -> None:
    administrator = await people.administrator()
    draft = await begin(administrator)
    empty = await draft.try_publish()
    assert (empty.status_code, empty.json()["code"]) == (409, "nothing_to_publish")
    await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    clock.at = MONDAY_MORNING + timedelta(hours=15)
    passed = await draft.try_publish()
    assert (passed.status_code, passed.json()["code"]) == (422, "date_passed")
    assert len(await grids_on(administrator, TODAY + DAY)) == 214, "nothing was published by halves"


async def test_publishing_twice_gives_the_same_edition(people: People) -> None:
    administrator = await people.administrator()
    draft = await split_on(administrator, TODAY)
    first = await draft.publish()
    assert await draft.publish() == first | {"published_at": (await draft.publish())["published_at"]}
    seen = await draft.look()
    assert (seen["status"], seen["edition"], seen["totals"]["grids_after"]) == ("published", 2, 180)
    assert {"added", "changed"} == {each["change"] for each in draft.changes().values()}
    assert (await draft.try_("describe", code=HUANGTANG_3, management_grade=1)).json()["code"] == "draft_closed"
    assert (await administrator.http.delete(draft.url)).json()["code"] == "draft_closed"


async def test_an_edition_and_the_turn_of_the_day_change_the_etag(people: People, clock: Clock) -> None:
    administrator = await people.administrator()
    url = "/api/grids?level=town"

    async def unchanged(etag: str) -> bool:
        return (await administrator.http.get(url, headers={"If-None-Match": etag})).status_code == 304

    etag = (await administrator.http.get(url)).headers["etag"]
    assert await unchanged(etag)
    await (await split_on(administrator, TODAY + DAY)).publish()
    assert not await unchanged(etag)
    etag = (await administrator.http.get(url)).headers["etag"]
    clock.at = datetime.fromisoformat("2026-11-23T23:59:59+08:00")
    assert await unchanged(etag)
    clock.at += timedelta(seconds=1)
    assert not await unchanged(etag)


async def test_everybody_of_the_county_is_told(people: People, session: AsyncSession) -> None:
    await (await split_on(await people.administrator(), TODAY + DAY)).publish()
    row = (await session.execute(text("SELECT kind, case_id, body, audience FROM outbox"))).one()
    assert tuple(row) == ("net", None, {"effective_on": (TODAY + DAY).isoformat()}, {})


@pytest.mark.parametrize("on", ["2026-13-01", "yesterday", "3000-01-01"])
async def test_a_day_that_is_none_is_refused(people: People, on: str) -> None:
    answer = await (await people.worker()).http.get("/api/grids", params={"on": on})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "on")


async def test_before_the_first_edition_there_was_no_net(people: People) -> None:
    assert await grids_on(await people.worker(), date(2025, 12, 31)) == {}
    assert TOWN in await grids_on(await people.worker(), date(2026, 1, 1))
