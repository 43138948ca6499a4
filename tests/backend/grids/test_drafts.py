"""Drafts of the net over HTTP: every operation and what it changes, undo, versions, scope, and refusals that say what to do."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from shapely import Polygon
from shapely.geometry import mapping
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.permissions import Role
from geo.geodesy import area_m2
from tests.architecture.places import OTHER_TOWN, town_rows
from tests.conftest import Clock
from tests.drawing import REACH, TODAY, TOWN, VILLAGE, Drafting, begin, grids_on, line_through
from tests.people import HUANGTANG_3, PLACES, People

NEIGHBOUR = "320281104206011"
SCHOOL = "320281104206901"
OTHER_VILLAGE = "320281104200"
NEXT_FREE = "320281104206015"
CLUSTER = "320281104L01"


def square(code: str, half_deg: float = 0.0004) -> list[list[float]]:
    """A ring around the grid's label, some 75 m wide."""
    lng, lat = PLACES[code]
    return [[lng + dx * half_deg, lat + dy * half_deg] for dx, dy in ((-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1))]


async def test_a_split_cuts_a_grid_in_two_and_names_the_new_one(people: People) -> None:
    draft = await begin(await people.administrator())
    seen = await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    assert seen["operations"] == [
        {"n": 1, "kind": "split", "words": "拆分璜塘村第3网格，分出璜塘村第15网格（320281104206015）"}
    ]
    changes = draft.changes()
    new, old = changes[NEXT_FREE], changes[HUANGTANG_3]
    assert (new["change"], new["name"], new["short_name"], new["version"]) == ("added", "璜塘村第15网格", "璜塘15", 1)
    assert (new["parent_code"], new["level"], new["kind"], new["replaces"]) == (VILLAGE, "grid", "base", [HUANGTANG_3])
    assert (old["change"], old["version"], old["replaces"]) == ("changed", 2, [])
    assert old["area_m2"] > new["area_m2"], "the larger piece keeps the code"
    assert (new["valid_from"], new["valid_to"], new["edition"]) == (TODAY.isoformat(), None, 2)
    totals = seen["totals"]
    assert (totals["grids_before"], totals["grids_after"]) == (179, 180)
    assert totals["area_before_m2"] == pytest.approx(totals["area_after_m2"], abs=1)
    assert seen["problems"] == []
    assert VILLAGE not in changes, "a cut within the village does not touch its outline"


async def test_the_neighbours_that_get_a_vertex_come_along(people: People) -> None:
    administrator = await people.administrator()
    draft = await begin(administrator)
    await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    before = await grids_on(administrator)
    others = set(draft.changes()) - {HUANGTANG_3, NEXT_FREE}
    assert others
    for code in others:
        assert area_m2(draft.shape(code).symmetric_difference(before[code]["shape"])) < 1.0


async def test_a_merge_keeps_one_code_and_ends_the_others(people: People) -> None:
    draft = await begin(await people.administrator())
    seen = await draft.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=NEIGHBOUR, name="璜塘村大网格")
    changes = draft.changes()
    assert (changes[HUANGTANG_3]["change"], changes[HUANGTANG_3]["valid_to"]) == ("ended", TODAY.isoformat())
    kept = changes[NEIGHBOUR]
    assert (kept["name"], kept["short_name"], kept["replaces"]) == ("璜塘村大网格", "璜塘村大网格", [HUANGTANG_3])
    assert seen["totals"]["grids_after"] == 178
    assert seen["operations"][0]["words"] == "合并璜塘村第3网格、璜塘村第11网格为璜塘村大网格"


async def test_a_moved_border_lets_the_rest_as_it_is(people: People) -> None:
    administrator = await people.administrator()
    draft = await begin(administrator)
    (part,) = await draft.border(HUANGTANG_3, NEIGHBOUR)
    # A dent towards the middle of one of the two, between the ends.
    (lng, lat), start, end = PLACES[NEIGHBOUR], part[0], part[-1]
    dent = [(start[0] + end[0]) / 2 * 0.8 + lng * 0.2, (start[1] + end[1]) / 2 * 0.8 + lat * 0.2]
    seen = await draft.do("move_boundary", a=HUANGTANG_3, b=NEIGHBOUR, part=0, line=[start, dent, end])
    assert seen["operations"][0]["words"] == "调整璜塘村第3网格与璜塘村第11网格的边界"
    assert set(draft.changes()) == {HUANGTANG_3, NEIGHBOUR}
    before = await grids_on(administrator)
    together = draft.shape(HUANGTANG_3).union(draft.shape(NEIGHBOUR))
    assert together.equals(before[HUANGTANG_3]["shape"].union(before[NEIGHBOUR]["shape"]))
    assert (await draft.border(HUANGTANG_3, NEIGHBOUR))[0][0] == start


async def test_a_border_moved_between_villages_moves_their_outlines(people: People) -> None:
    administrator = await people.administrator()
    net = await grids_on(administrator)
    a, b = next(
        (one, other)
        for one in net
        for other in net
        if len(one) == len(other) == 15
        and one[:12] < other[:12]
        and net[one]["kind"] == net[other]["kind"] == "base"
        and net[one]["shape"].intersection(net[other]["shape"]).length > 0.002
    )
    draft = await begin(administrator)
    part = max(await draft.border(a, b), key=len)
    parts = await draft.border(a, b)
    (lng, lat), start, end = PLACES[a], part[0], part[-1]
    dent = [(start[0] + end[0]) / 2 * 0.9 + lng * 0.1, (start[1] + end[1]) / 2 * 0.9 + lat * 0.1]
    seen = await draft.do("move_boundary", a=a, b=b, part=parts.index(part), line=[start, dent, end])
    changed = draft.changes()
    assert {a[:12], b[:12]} <= set(changed)
    assert TOWN not in changed
    for village in (a[:12], b[:12]):
        children = [g for g in net.values() if g["parent_code"] == village and g["kind"] == "base"]
        areas = [changed.get(grid["code"], grid)["area_m2"] for grid in children]
        assert changed[village]["area_m2"] == sum(areas)
    assert seen["totals"]["area_after_m2"] == pytest.approx(seen["totals"]["area_before_m2"], abs=1)


async def test_an_exclusive_grid_is_drawn_described_and_ended(people: People) -> None:
    draft = await begin(await people.administrator())
    ring = square(HUANGTANG_3)
    await draft.do("draw_exclusive", name="璜塘养老院", parent_code=VILLAGE, ring=ring)
    (code,) = draft.changes()
    drawn = draft.changes()[code]
    assert (code, drawn["kind"], drawn["change"]) == ("320281104206903", "exclusive", "added")
    assert drawn["area_m2"] == pytest.approx(area_m2(Polygon(ring)), abs=2)
    seen = await draft.do("describe", code=code, short_name="养老院", management_grade=1)
    assert (draft.changes()[code]["short_name"], draft.changes()[code]["management_grade"]) == ("养老院", 1)
    assert seen["operations"][1]["words"] == "修改璜塘养老院的简称、管理等级"
    await draft.do("describe", code=code, management_grade=None)
    assert draft.changes()[code]["management_grade"] is None
    await draft.do("end_exclusive", code=code)
    assert draft.changes() == {}
    await draft.do("end_exclusive", code=SCHOOL)
    assert draft.changes()[SCHOOL]["change"] == "ended"


async def test_a_cluster_is_built_from_its_members(people: People) -> None:
    administrator = await people.administrator()
    draft = await begin(administrator)
    before = await grids_on(administrator)
    villages = [VILLAGE, OTHER_VILLAGE]
    old = f"{TOWN}L01"
    await draft.do("cluster", name="东片", members=villages)
    code = f"{TOWN}L05"
    assert set(draft.changes()) == {code, old, *villages}
    cluster = draft.changes()[code]
    assert (cluster["kind"], cluster["parent_code"], cluster["change"]) == ("cluster", TOWN, "added")
    area_m2 = sum(before[village]["area_m2"] for village in villages)
    assert (cluster["area_m2"], draft.changes()[old]["area_m2"]) == (area_m2, before[old]["area_m2"] - area_m2)
    assert {draft.changes()[village]["cluster_code"] for village in villages} == {code}
    await draft.do("describe", code=VILLAGE, cluster_code=None)
    assert draft.changes()[code]["area_m2"] == before[OTHER_VILLAGE]["area_m2"]
    await draft.do("cluster", code=code, name="东片区", members=[VILLAGE])
    assert draft.shape(code).equals(before[VILLAGE]["shape"])
    assert draft.changes()[OTHER_VILLAGE]["cluster_code"] is None
    await draft.do("cluster", code=code, name="东片区", members=[])
    assert set(draft.changes()) == {old, *villages}, "a cluster without members ends"
    left = [each["code"] for each in before.values() if each["cluster_code"] == old]
    await draft.do("cluster", code=old, name=before[old]["name"], members=left)
    assert draft.changes() == {}


async def test_undo_takes_back_the_last_operation_only(people: People) -> None:
    draft = await begin(await people.administrator())
    first = await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    await draft.do("merge", codes=[HUANGTANG_3, NEXT_FREE], keep=HUANGTANG_3)
    again = await draft.undo()
    assert (again["changes"], len(again["operations"])) == (first["changes"], 1)
    assert again["version"] > first["version"]
    assert (await draft.undo())["changes"]["features"] == []
    empty = await draft.person.http.delete(f"{draft.url}/operations/last", params={"version": draft.version})
    assert (empty.status_code, empty.json()["code"]) == (404, "nothing_to_undo")


async def test_a_replay_gives_what_was_seen_step_by_step(people: People) -> None:
    draft = await begin(await people.administrator())
    await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3, north_south=False))
    seen = await draft.do("describe", code=VILLAGE, name="璜塘新村", short_name="新璜塘")
    replays = draft.person.http._transport.app.state.replays  # type: ignore[attr-defined]  # the app behind this client
    replays._kept.clear()
    assert await draft.look() == seen | {"updated_at": draft.seen["updated_at"]}


async def test_two_people_cannot_overwrite_each_other(people: People) -> None:
    draft = await begin(await people.administrator())
    stale = Drafting(draft.person, draft.id)
    stale.version = draft.version
    await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    for refused in (
        await stale.try_("end_exclusive", code=SCHOOL),
        await stale.person.http.delete(f"{draft.url}/operations/last", params={"version": stale.version}),
        await stale.try_publish(),
    ):
        assert (refused.status_code, refused.json()["code"], refused.json()["version"]) == (409, "stale_draft", 2)


async def test_the_codes_of_new_grids(people: People, session: AsyncSession) -> None:
    draft = await begin(await people.administrator())
    line = line_through(HUANGTANG_3)
    for code, expected in (
        (HUANGTANG_3, "code_taken"),
        ("320281104207099", "malformed_code"),
        ("320281104206", "malformed_code"),
        ("32028110420609A", "malformed_code"),
    ):
        refused = await draft.try_("split", code=HUANGTANG_3, line=line, new_code=code)
        assert (refused.json()["code"], refused.json()["errors"][0]["field"]) == (expected, "operation.new_code")
    await draft.do("split", code=HUANGTANG_3, line=line, new_code="320281104206099", name="圩里网格")
    assert draft.changes()["320281104206099"]["short_name"] == "圩里网格"
    await draft.undo()
    await draft.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=HUANGTANG_3)
    reused = await draft.try_("split", code=HUANGTANG_3, line=line, new_code=NEIGHBOUR)
    assert reused.json()["code"] == "code_taken", "a code that ended is not given out again"


@pytest.mark.parametrize(
    ("operation", "status", "code", "field"),
    [
        ({"kind": "split", "code": VILLAGE, "line": line_through(HUANGTANG_3)}, 409, "wrong_kind_of_grid", "code"),
        ({"kind": "split", "code": SCHOOL, "line": line_through(HUANGTANG_3)}, 409, "wrong_kind_of_grid", "code"),
        ({"kind": "split", "code": "320281104206777", "line": line_through(HUANGTANG_3)}, 404, "no_such_grid", "code"),
        ({"kind": "split", "code": HUANGTANG_3, "line": [[121, 31], [121.1, 31]]}, 422, "cannot_reshape", "line"),
        ({"kind": "split", "code": HUANGTANG_3, "line": [[121, 31]]}, 422, "malformed", "split.line"),
        ({"kind": "split", "code": HUANGTANG_3, "line": [[181, 31], [0, 0]]}, 422, "malformed", "split.line.0.0"),
        (
            {"kind": "merge", "codes": [HUANGTANG_3, "320281104209003"], "keep": HUANGTANG_3},
            409,
            "different_parents",
            None,
        ),
        ({"kind": "merge", "codes": [HUANGTANG_3, NEIGHBOUR], "keep": VILLAGE}, 422, "keep_not_merged", "keep"),
        ({"kind": "merge", "codes": [HUANGTANG_3, HUANGTANG_3], "keep": HUANGTANG_3}, 422, "cannot_reshape", "codes"),
        (
            {"kind": "move_boundary", "a": HUANGTANG_3, "b": HUANGTANG_3, "line": line_through(HUANGTANG_3)},
            422,
            "cannot_reshape",
            "line",
        ),
        ({"kind": "end_exclusive", "code": HUANGTANG_3}, 409, "wrong_kind_of_grid", "code"),
        (
            {"kind": "draw_exclusive", "name": "x", "parent_code": OTHER_VILLAGE, "ring": square(HUANGTANG_3)},
            422,
            "outside_parent",
            "ring",
        ),
        (
            {"kind": "draw_exclusive", "name": "x", "parent_code": VILLAGE, "ring": square(HUANGTANG_3, 0.00001)},
            422,
            "wrong_ring",
            "ring",
        ),
        (
            {
                "kind": "draw_exclusive",
                "name": "x",
                "parent_code": VILLAGE,
                "ring": [[120, 31], [121, 32], [121, 31], [120, 32]],
            },
            422,
            "wrong_ring",
            "ring",
        ),
        (
            {"kind": "draw_exclusive", "name": "x", "parent_code": HUANGTANG_3, "ring": square(HUANGTANG_3)},
            409,
            "wrong_kind_of_grid",
            "parent_code",
        ),
        ({"kind": "describe", "code": VILLAGE, "cluster_code": "320281104L77"}, 404, "no_such_grid", "cluster_code"),
        ({"kind": "describe", "code": VILLAGE, "management_grade": 5}, 422, "malformed", "describe.management_grade"),
        ({"kind": "cluster", "name": "片", "members": [VILLAGE, HUANGTANG_3]}, 409, "wrong_kind_of_grid", "members"),
        ({"kind": "cluster", "name": "片", "members": [TOWN]}, 409, "wrong_kind_of_grid", "members"),
        ({"kind": "cluster", "name": "片", "members": []}, 404, "no_such_grid", "code"),
        ({"kind": "import", "import_id": str(uuid4())}, 404, "no_such_import", None),
        ({"kind": "explode", "code": VILLAGE}, 422, "malformed", ""),
    ],
)
async def test_what_is_refused_says_where_and_why(
    people: People, operation: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    draft = await begin(await people.administrator())
    answer = await draft.person.http.post(
        f"{draft.url}/operations",
        json={"version": draft.version, "operation": operation},
        headers={"Accept-Language": "en"},
    )
    body = answer.json()
    assert (answer.status_code, body["code"]) == (status, code), body
    assert body["detail"].isascii() or "·" in body["detail"] or "m²" in body["detail"]
    if field is not None:
        assert body["errors"][0]["field"] == f"operation.{field}".removesuffix(".")
    assert (await draft.look())["operations"] == []


async def test_a_draft_needs_a_day_to_come(people: People, clock: Clock) -> None:
    administrator = await people.administrator()
    url = f"/api/net/drafts/{uuid4()}"
    for day, code in (("2026-11-22", "date_passed"), ("2101-01-01", "malformed"), ("soon", "malformed")):
        refused = await administrator.http.put(url, json={"title": "x", "effective_on": day})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.json()["errors"][0]["field"] == "effective_on"
    assert (await administrator.http.get(url)).status_code == 404


async def test_a_draft_is_renamed_listed_and_discarded(people: People) -> None:
    administrator = await people.administrator()
    draft = await begin(administrator, "春季调整")
    assert (await draft.rename("春季调整", TODAY))["version"] == 1, "the same again changes nothing"
    later = date(2027, 3, 1)
    assert (await draft.rename("三月调整", later))["version"] == 2
    (listed,) = (await administrator.http.get("/api/net/drafts")).json()
    assert (listed["title"], listed["effective_on"], listed["operation_count"]) == ("三月调整", "2027-03-01", 0)
    assert (listed["author_name"], listed["base_edition"], listed["status"]) == ("管理员 001", 1, "editing")
    for _ in range(2):
        assert (await administrator.http.delete(draft.url)).status_code == 204
    assert (await administrator.http.get("/api/net/drafts")).json() == []
    closed = await draft.try_("end_exclusive", code=SCHOOL)
    assert (closed.status_code, closed.json()["code"]) == (409, "draft_closed")
    assert (await draft.look())["status"] == "discarded"


async def test_an_administrator_of_one_village_redraws_only_that(people: People, session: AsyncSession) -> None:
    town_wide = await begin(await people.administrator())
    await session.execute(
        text("UPDATE post SET grid_path = '320281/320281104/320281104206' WHERE role = 'administrator'")
    )
    await session.commit()
    assert (await town_wide.person.http.get(town_wide.url)).status_code == 404, "a draft of a wider scope"
    draft = await begin(town_wide.person)
    await draft.do("describe", code=HUANGTANG_3, management_grade=2)
    elsewhere = await draft.try_("describe", code="320281104209003", management_grade=2)
    nowhere = await draft.try_("describe", code="320281104209777", management_grade=2)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "no_such_grid")
    same = str(elsewhere.json()).replace("320281104209003", "320281104209777")
    assert same == str(nowhere.json()), "absent and not yours are never told apart"
    for refused in (
        await draft.try_("cluster", name="片", members=[VILLAGE, OTHER_VILLAGE]),
        await draft.try_("cluster", name="片", members=[VILLAGE]),
        await draft.try_("cluster", code=CLUSTER, name="片", members=[VILLAGE]),
        await draft.try_("describe", code=VILLAGE, cluster_code=CLUSTER),
        await draft.try_("draw_exclusive", name="x", parent_code=TOWN, ring=square(HUANGTANG_3)),
    ):
        assert refused.status_code == 404


async def test_the_cluster_of_another_town_is_out_of_reach(people: People, session: AsyncSession) -> None:
    for rows in town_rows(OTHER_TOWN):
        session.add_all(rows)
        await session.flush()
    await session.commit()
    theirs = await begin(await people.person(OTHER_TOWN.phone(Role.ADMINISTRATOR)))
    await theirs.do("cluster", name="东片", members=[OTHER_TOWN.village])
    (cluster,) = {code for code, grid in theirs.changes().items() if grid["kind"] == "cluster"}
    await theirs.publish()
    draft = await begin(await people.administrator())
    taken = await draft.try_("cluster", code=cluster, name="片", members=[VILLAGE])
    assert (taken.status_code, taken.json()["code"]) == (404, "no_such_grid")
    await session.execute(text("UPDATE post SET grid_path = '320281' WHERE role = 'administrator'"))
    await session.commit()
    of_county = await begin(await people.administrator())
    across = await of_county.try_("cluster", code=cluster, name="片", members=[VILLAGE])
    assert (across.status_code, across.json()["code"]) == (409, "code_taken")


async def test_words_are_in_the_readers_language(people: People) -> None:
    draft = await begin(await people.administrator())
    await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    english = await draft.person.http.get(draft.url, headers={"Accept-Language": "en"})
    assert english.json()["operations"][0]["words"].startswith("Split 璜塘村第3网格")


async def test_hostile_lines_are_refused_without_a_defect(people: People) -> None:
    draft = await begin(await people.administrator())
    lng, lat = PLACES[HUANGTANG_3]
    for line in (
        [[lng, lat], [lng, lat]],
        [[lng, lat - REACH], [lng, lat + REACH], [lng, lat - REACH]],
        [[-180, -90], [180, 90]],
        [[lng + (n % 2) * 1e-9, lat - REACH + n * 1e-6] for n in range(5000)],
        [[lng + (n % 7) * 0.001, lat + (n % 5) * 0.001] for n in range(50)],
    ):
        for kind in ({"code": HUANGTANG_3}, {"a": HUANGTANG_3, "b": NEIGHBOUR}):
            answer = await draft.try_("split" if "code" in kind else "move_boundary", line=line, **kind)
            assert answer.status_code in {200, 409, 422}, answer.text
            if answer.status_code == 200:
                draft._saw(answer)
                await draft.undo()
    ring = await draft.try_("draw_exclusive", name="x", parent_code=VILLAGE, ring=[[lng, lat]] * 3)
    assert ring.json()["code"] == "wrong_ring"
    assert mapping(Polygon(square(HUANGTANG_3)))["type"] == "Polygon"
