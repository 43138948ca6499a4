"""Into which grid the ground goes: for places, posts and jurisdictions, before and after an edition, in Python as in SQL."""

import random
from uuid import uuid4

import pytest
from shapely import Point
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.grids.queries_drafts import newest_net
from backend.redraw.actions import settle
from backend.redraw.moves import Ground
from tests.conftest import MONDAY_MORNING
from tests.drawing import TODAY, VILLAGE, begin, line_through
from tests.people import HUANGTANG_3, PLACES, People, Person

COUNTY = "320281"
PATH = f"320281/320281104/{VILLAGE}"
NEW, NEIGHBOUR = "320281104206015", "320281104206011"


async def scatter_cases(session: AsyncSession, worker: Person) -> dict[str, tuple[str, Point]]:
    """Copies of one reported case at random places in and around the village, in whatever grid of the old net they lie."""
    filed = (await worker.report()).json()["case"]
    rng, (lng, lat) = random.Random(3), PLACES[HUANGTANG_3]
    found = {}
    for number in range(300):
        place = Point(lng + rng.uniform(-0.012, 0.012), lat + rng.uniform(-0.012, 0.012))
        path = await session.scalar(
            text(
                "SELECT path FROM grid WHERE level = 'grid' AND kind = :kind"
                " AND ST_Covers(shape, ST_SetSRID(ST_MakePoint(:lng, :lat), 4326)) ORDER BY code LIMIT 1"
            ),
            {"lng": place.x, "lat": place.y, "kind": "base" if number % 10 else "exclusive"},
        )
        if path is None:
            continue
        found[code := f"C{number:09}"] = (path, place)
        await session.execute(
            text(
                "INSERT INTO \"case\" SELECT (jsonb_populate_record(c, jsonb_build_object('id', CAST(:new AS text),"
                " 'code', CAST(:code AS text), 'grid_path', CAST(:path AS text),"
                " 'place', ST_SetSRID(ST_MakePoint(:lng, :lat), 4326)::text))).* FROM \"case\" c WHERE id = :id"
            ),
            {"new": str(uuid4()), "code": code, "path": path, "lng": place.x, "lat": place.y, "id": filed["id"]},
        )
    return found


async def test_a_draft_and_the_database_agree_where_each_case_goes(people: People, session: AsyncSession) -> None:
    draft = await begin(await people.administrator())
    cases = await scatter_cases(session, await people.worker())
    await session.commit()
    await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    others = [f"{VILLAGE}{number:03}" for number in range(4, 15) if number != 11]
    beside, *_ = [other for other in others if await draft.border(NEIGHBOUR, other)]
    await draft.do("merge", codes=[beside, NEIGHBOUR], keep=NEIGHBOUR)
    await draft.do("end_exclusive", code="320281104206901")
    impact = await draft.impact()
    await draft.publish()
    net = await newest_net(session, COUNTY)
    ground = Ground(net)
    expected = {code: ground.new_path(path, place, on_border=False) for code, (path, place) in cases.items()}
    rows = await session.execute(text("SELECT code, grid_path FROM \"case\" WHERE code LIKE 'C0%'"))
    assert dict(rows.all()) == expected
    moved = {code for code, path in expected.items() if path != cases[code][0]}
    assert len(moved) > 20
    assert impact["open_cases"]["count"] - len(moved) in {0, 1}, "and the one that was copied"
    assert len(impact["open_cases"]["list"]) == min(50, impact["open_cases"]["count"])
    assert {path.rsplit("/", 1)[-1] for path in expected.values()} <= net.grids.keys()


async def test_settling_again_changes_nothing(people: People, session: AsyncSession) -> None:
    draft = await begin(await people.administrator())
    await scatter_cases(session, await people.worker())
    await session.commit()
    await draft.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=NEIGHBOUR)
    await draft.publish()
    assert await settle(session, COUNTY, on=TODAY, at=MONDAY_MORNING) == 0


async def test_a_case_in_an_untouched_grid_stays_whatever_covers_its_place(
    people: People, session: AsyncSession
) -> None:
    """An exclusive grid drawn over open cases takes none of them away from those who work on them."""
    case = (await (await people.worker()).report()).json()["case"]
    lng, lat = PLACES[HUANGTANG_3]
    ring = [[lng - 0.0004, lat - 0.0004], [lng + 0.0004, lat - 0.0004], [lng, lat + 0.0004]]
    draft = await begin(await people.administrator())
    await draft.do("draw_exclusive", name="医院", parent_code=VILLAGE, ring=ring)
    assert (await draft.impact())["open_cases"]["count"] == 0
    await draft.publish()
    path = await session.scalar(text('SELECT grid_path FROM "case" WHERE id = :id'), {"id": case["id"]})
    assert path == f"{PATH}/{HUANGTANG_3}"


async def placed(session: AsyncSession, case_id: str, place: Point, *, on_border: bool = False) -> None:
    await session.execute(
        text('UPDATE "case" SET place = ST_SetSRID(ST_MakePoint(:lng, :lat), 4326), on_border = :on WHERE id = :id'),
        {"lng": place.x, "lat": place.y, "on": on_border, "id": case_id},
    )
    await session.commit()


async def path_of(session: AsyncSession, case_id: str) -> str:
    path = await session.scalar(text('SELECT grid_path FROM "case" WHERE id = :id'), {"id": case_id})
    assert isinstance(path, str)
    return path


async def test_a_case_whose_grid_ends_goes_to_the_exclusive_grid_over_its_place(
    people: People, session: AsyncSession
) -> None:
    case = (await (await people.worker()).report()).json()["case"]
    lng, lat = PLACES[HUANGTANG_3]
    ring = [[lng - 0.0004, lat - 0.0004], [lng + 0.0004, lat - 0.0004], [lng, lat + 0.0004]]
    draft = await begin(await people.administrator())
    await draft.do("draw_exclusive", name="医院", parent_code=VILLAGE, ring=ring)
    await draft.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=NEIGHBOUR)
    (told,) = (await draft.impact())["open_cases"]["list"]
    await draft.publish()
    hospital = await session.scalar(text("SELECT code FROM grid WHERE name = '医院'"))
    assert told["new_grid_code"] == hospital
    assert await path_of(session, case["id"]) == f"{PATH}/{hospital}"


@pytest.mark.parametrize(("on_border", "grid"), [(True, HUANGTANG_3), (False, NEIGHBOUR)])
async def test_a_case_on_the_border_stays_as_long_as_its_grid(
    people: People, session: AsyncSession, on_border: bool, grid: str
) -> None:
    case = (await (await people.worker()).report()).json()["case"]
    await placed(session, case["id"], Point(PLACES[NEIGHBOUR]), on_border=on_border)
    draft = await begin(await people.administrator())
    await draft.do("split", code=HUANGTANG_3, line=line_through(HUANGTANG_3))
    told = [each["new_grid_code"] for each in (await draft.impact())["open_cases"]["list"]]
    assert told == ([] if on_border else [NEIGHBOUR])
    await draft.publish()
    assert await path_of(session, case["id"]) == f"{PATH}/{grid}"


@pytest.mark.parametrize(("beyond_deg", "finds_one"), [(0.0003, True), (0.0007, False)])
async def test_a_case_beyond_the_edge_of_the_net_goes_to_a_grid_that_is_near(
    people: People, session: AsyncSession, beyond_deg: float, finds_one: bool
) -> None:
    case = (await (await people.worker()).report()).json()["case"]
    lng, lat, at_the_edge = (
        await session.execute(
            text(
                "SELECT ST_X(corner), ST_Y(corner), (SELECT array_agg(path) FROM grid"
                "  WHERE level = 'grid' AND kind = 'base' AND ST_Intersects(shape, corner))"
                " FROM (SELECT (ST_DumpPoints(shape)).geom AS corner FROM grid WHERE level = 'town') AS town"
                " ORDER BY 1 LIMIT 1"
            )
        )
    ).one()
    await placed(session, case["id"], Point(lng - beyond_deg, lat))
    draft = await begin(await people.administrator())
    await draft.do("merge", codes=[HUANGTANG_3, NEIGHBOUR], keep=NEIGHBOUR)
    told = {each["new_grid_code"] for each in (await draft.impact())["open_cases"]["list"]}
    await draft.publish()
    path = await path_of(session, case["id"])
    assert path in (at_the_edge if finds_one else [f"{PATH}/{HUANGTANG_3}"])
    assert told == ({path.rsplit("/", 1)[-1]} if finds_one else set())
