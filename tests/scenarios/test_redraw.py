"""A redraw as a story over HTTP: seen beforehand, published for a day to come, and on that day nobody loses a case."""

from datetime import timedelta
from typing import Any

from tests.conftest import MONDAY_MORNING, Clock
from tests.drawing import TODAY, VILLAGE, begin, grids_on, line_through
from tests.people import HUANGTANG_3, PLACES, People, Person

NEIGHBOUR = "320281104206011"
NEW = "320281104206015"
DAY = timedelta(days=1)


async def reported_at(worker: Person, lng: float, lat: float) -> dict[str, Any]:
    filed = await worker.report(place={"lng": lng, "lat": lat, "accuracy_m": 8.0, "source": "gps"})
    assert filed.status_code == 201, filed.text
    case: dict[str, Any] = filed.json()["case"]
    return case


async def test_a_grid_is_split_from_next_monday_on(people: People, clock: Clock, drain_jobs: Any) -> None:
    worker, administrator = await people.worker(), await people.administrator()
    draft = await begin(administrator, "璜塘村第3网格拆分", TODAY + 7 * DAY)
    await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    west, east = draft.shape(HUANGTANG_3).representative_point(), draft.shape(NEW).representative_point()
    cases = [await reported_at(worker, west.x, west.y), await reported_at(worker, east.x, east.y)]
    assert {case["place"]["grid_name"] for case in cases} == {"璜塘村第3网格"}

    impact = await draft.impact()
    assert impact["grids"]["added"] == 1
    (touched,) = impact["open_cases"]["list"]
    assert (touched["id"], touched["grid_code"], touched["new_grid_code"]) == (cases[1]["id"], HUANGTANG_3, NEW)
    assert {"网格员 050", "网格长 007"} <= {post["name"] for post in impact["posts"]}
    await draft.publish()
    await drain_jobs()
    assert (await reported_at(worker, east.x, east.y))["place"]["grid_name"] == "璜塘村第3网格", "not yet"

    clock.at = MONDAY_MORNING + 7 * DAY
    await drain_jobs()
    worker, inspector = await people.worker(), await people.inspector()
    new = await reported_at(worker, east.x, east.y)
    assert new["place"]["grid_name"] == "璜塘村第15网格"
    seen = await worker.cases()
    assert len(seen) == 4, "whoever worked in the old grid sees the cases of both"
    assert [case["place"]["grid_name"] for case in seen].count("璜塘村第3网格") == 3, (
        "a case keeps what it was filed under"
    )
    assert len(await inspector.cases()) == 4
    grids = await grids_on(worker, within=VILLAGE)
    assert grids[VILLAGE]["area_m2"] == sum(
        grid["area_m2"] for grid in grids.values() if grid["parent_code"] == VILLAGE and grid["kind"] == "base"
    )


async def test_a_merged_grid_hands_its_open_cases_to_those_who_work_there_now(
    people: People, clock: Clock, drain_jobs: Any
) -> None:
    worker, administrator, squad = await people.worker(), await people.administrator(), await people.squad_member()
    case = await reported_at(worker, *PLACES[HUANGTANG_3])
    neighbour = await people.person("19900001058")
    assert await neighbour.cases() == []
    draft = await begin(administrator, "并入第11网格", TODAY)
    await draft.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=NEIGHBOUR)
    await draft.publish()

    (found,) = await neighbour.cases()
    assert (found["id"], found["place"]["grid_name"]) == (case["id"], "璜塘村第3网格")
    assert (await worker.case(case["id"]))["place"]["grid_name"] == "璜塘村第3网格"
    (task,) = await squad.cases(squad="mine")
    accepted = (await squad.act("acknowledge", task)).json()["case"]
    assert accepted["status"] == "handling", "a redraw is no change of the case: nobody's next step grows stale"
    me = (await worker.http.get("/api/me")).json()
    assert NEIGHBOUR in str(me)
    assert HUANGTANG_3 not in str(me)
    assert (await reported_at(worker, *PLACES[HUANGTANG_3]))["place"]["grid_name"] == "璜塘村第11网格"
