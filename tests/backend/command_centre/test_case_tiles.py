"""Cases as vector tiles: they add up to the list, clusters show the worst inside, and nothing of another's scope is in them."""

import math
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import mapbox_vector_tile
import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import col

from backend.cases.models import Case
from backend.cases.terms import ENDED_STATUSES, Status
from backend.database import lng_lat, point
from backend.identifiers import new_id
from backend.matters.models import Severity
from tests.conftest import Clock
from tests.people import HUANGTANG_3, PLACES, People, Person

MIDDLE = PLACES[HUANGTANG_3]
ELSEWHERE = "320281104216001"
RANKS = [Severity.MINOR, Severity.NORMAL, Severity.URGENT, Severity.EMERGENCY]


class Address(NamedTuple):
    z: int
    x: int
    y: int

    @classmethod
    def at(cls, zoom: int, lng: float, lat: float) -> "Address":
        across = 1 << zoom
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
        return cls(zoom, int((lng + 180) / 360 * across), int(y * across))


async def features(person: Person, tile: Address, layer: str = "cases", **asked: Any) -> list[dict[str, Any]]:
    answer = await person.http.get(f"/api/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt", params=asked)
    if answer.status_code == 204:
        return []
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.mapbox-vector-tile")
    found: list[dict[str, Any]] = mapbox_vector_tile.decode(answer.content)[layer]["features"]
    return found


async def everywhere(
    person: Person, zoom: int, places: list[tuple[float, float]], **asked: Any
) -> list[dict[str, Any]]:
    """What all tiles with any of these places have."""
    tiles = {Address.at(zoom, *place) for place in places}
    return [feature for tile in sorted(tiles) for feature in await features(person, tile, **asked)]


def light_rank(case: Case, clock: Clock) -> int:
    if case.status in ENDED_STATUSES or case.status == Status.SUSPENDED or case.due_at is None:
        return 0
    assert case.warn_at
    return 3 if case.due_at < clock.at else 2 if case.warn_at <= clock.at else 1


@pytest.fixture
async def crowd(app: FastAPI, people: People, clock: Clock) -> list[Case]:
    """Two hundred cases around 璜塘 and another beside it that is on the very line between tiles, of every status and light."""
    reported = (await (await people.worker()).report("E0110")).json()["case"]
    draw = random.Random(7)
    across = 1 << 14
    on_the_line = (int((MIDDLE[0] + 180) / 360 * across) / across * 360 - 180, MIDDLE[1])
    made = []
    async with app.state.sessions.begin() as session:
        case = (await session.scalars(select(Case).where(col(Case.id) == UUID(reported["id"])))).one()
        for n in range(200):
            lng, lat = on_the_line if n == 0 else (draw.gauss(MIDDLE[0], 0.01), draw.gauss(MIDDLE[1], 0.01))
            due_at = clock.at + timedelta(minutes=draw.randint(-200, 400))
            copy = Case(
                **case.model_dump()
                | {
                    "id": new_id(),
                    "code": f"CROWD{n}",
                    "place": point(lng, lat),
                    "status": draw.choice([*Status, Status.HANDLING, Status.PENDING_DISPATCH]),
                    "severity": draw.choice(list(Severity)),
                    "due_at": due_at,
                    "warn_at": due_at - timedelta(minutes=60),
                    "closed_at": None,
                    "updated_at": clock.at - timedelta(days=2),
                }
            )
            session.add(copy)
            made.append(copy)
    return [case, *made]


FILTERS: list[dict[str, Any]] = [
    {"group": "late", "severity": ["urgent", "emergency"]},
    {"group": "open"},
    {"group": "late"},
    {"group": "pending_dispatch"},
    {"group": "open", "grid": "320281104206"},
    {"group": "open", "grid": "320281104200"},
]
# Each asks for hundreds of tiles.
ONE_BY_DAY = [FILTERS[0], *(pytest.param(asked, marks=pytest.mark.nightly) for asked in FILTERS[1:])]


@pytest.mark.parametrize("asked", ONE_BY_DAY, ids=lambda asked: "-".join(str(value) for value in asked.values()))
async def test_the_tiles_add_up_to_the_count_of_the_list(
    people: People, crowd: list[Case], asked: dict[str, Any]
) -> None:
    operator = await people.operator()
    places = [lng_lat(case.place) for case in crowd]
    counted = (
        await operator.http.get("/api/cases/counts", params={k: v for k, v in asked.items() if k != "group"})
    ).json()
    listed = await operator.cases(**asked, limit=200)
    assert counted["groups"][asked["group"]] == len(listed)
    for zoom in (0, 9, 12, 14, 16, 17, 19):
        found = await everywhere(operator, zoom, places, **asked)
        assert sum(feature["properties"]["n"] for feature in found) == len(listed), zoom


def clusters_of(cases: list[Case], zoom: int, cells: int) -> Iterator[list[Case]]:
    """The same cells, worked out from the places."""
    found: dict[tuple[int, int], list[Case]] = {}
    across = (1 << zoom) * cells
    for case in cases:
        lng, lat = lng_lat(case.place)
        y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
        found.setdefault((int((lng + 180) / 360 * across), int(y * across)), []).append(case)
    yield from found.values()


async def test_a_cluster_shows_the_worst_inside_and_where_it_is(
    people: People, crowd: list[Case], clock: Clock
) -> None:
    still_open = [case for case in crowd if case.status not in ENDED_STATUSES]
    operator = await people.operator()
    expected = sorted(
        (
            len(cell),
            max(light_rank(case, clock) for case in cell),
            max(RANKS.index(case.severity) for case in cell),
            sum(case.status == Status.PENDING_DISPATCH for case in cell),
        )
        for cell in clusters_of(still_open, 13, 8)
    )
    found = await everywhere(operator, 13, [lng_lat(case.place) for case in still_open])
    assert sorted((f["n"], f["rank"], f["severity"], f["waits"]) for f in (f["properties"] for f in found)) == expected
    assert any(n > 1 for n, *_ in expected)
    for properties in (f["properties"] for f in found if f["properties"]["n"] > 1):
        box = ",".join(str(properties[side]) for side in ("west", "south", "east", "north"))
        assert len(await operator.cases(group="open", bbox=box, limit=200)) == properties["n"]
        assert "id" not in properties


async def test_a_single_case_says_who_it_is_and_its_light_is_that_of_the_moment(people: People, clock: Clock) -> None:
    case = (await (await people.worker()).report("E0110")).json()["case"]
    operator = await people.operator()
    tile = Address.at(15, *MIDDLE)
    (feature,) = await features(operator, tile)
    assert feature["properties"] == {
        "n": 1,
        "id": case["id"],
        "code": case["code"],
        "status": "pending_ack",
        "rank": 1,
        "severity": RANKS.index(case["severity"]),
        "waits": 0,
        "whistled": 0,
        "faded": 0,
    }
    clock.at += timedelta(days=30)
    (feature,) = await features(await people.operator(), tile)
    assert feature["properties"]["rank"] == 3


async def test_a_case_out_of_scope_is_in_no_tile(people: People, app: FastAPI) -> None:
    """The canary lies on the very spot of a case that may be seen, in a grid of somebody else."""
    far = await people.worker("峭岐村第3网格")
    canary = (await far.report("E0110", at=ELSEWHERE)).json()["case"]
    async with app.state.sessions.begin() as session:
        row = (await session.scalars(select(Case).where(col(Case.id) == UUID(canary["id"])))).one()
        row.place = point(*MIDDLE)
    worker = await people.worker()
    own = (await worker.report("E0110")).json()["case"]
    assert len(await worker.cases()) == 1
    for zoom in range(20):
        for layer, asked in (("cases", {}), ("cases", {"opened_from": "2026-01-01"}), ("heat", {})):
            answer = await worker.http.get(
                "/api/tiles/{}/{}/{}/{}.mvt".format(layer, *Address.at(zoom, *MIDDLE)), params=asked
            )
            decoded = mapbox_vector_tile.decode(answer.content)[layer]["features"]
            assert [feature["properties"]["n"] for feature in decoded] == [1], (zoom, layer)
            assert canary["code"].encode() not in answer.content
            assert canary["id"].encode() not in answer.content
            assert layer == "heat" or own["id"].encode() in answer.content
    assert (await (await people.operator()).cases(group="open"))[0]["id"] in {canary["id"], own["id"]}


async def test_heat_counts_what_was_reported_in_the_period_whatever_became_of_it(
    people: People, crowd: list[Case]
) -> None:
    operator = await people.operator()
    places = [lng_lat(case.place) for case in crowd]
    today = "2026-11-23"
    found = await everywhere(operator, 14, places, layer="heat", opened_from=today)
    assert sum(feature["properties"]["n"] for feature in found) == len(crowd)
    assert await everywhere(operator, 14, places, layer="heat", opened_to="2026-11-22") == []


async def test_a_tile_that_has_not_changed_is_not_sent_again(people: People) -> None:
    worker = await people.worker()
    await worker.report("E0110")
    path = "/api/tiles/cases/{}/{}/{}.mvt".format(*Address.at(14, *MIDDLE))
    first = await worker.http.get(path)
    again = await worker.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await worker.report("E0110")
    assert (await worker.http.get(path, headers={"If-None-Match": first.headers["etag"]})).status_code == 200


@pytest.mark.parametrize("path", ["cases/3/8/0", "cases/3/0/-1", "heat/23/0/0", "cases/1/0/2"])
async def test_a_tile_outside_the_world_is_refused(people: People, path: str) -> None:
    answer = await (await people.worker()).http.get(f"/api/tiles/{path}.mvt")
    assert answer.status_code == 422, answer.text


# By a polygon that somebody drew


def ring(*corners: tuple[float, float]) -> str:
    return ";".join(f"{MIDDLE[0] + dx},{MIDDLE[1] + dy}" for dx, dy in corners)


async def test_a_polygon_keeps_to_what_it_encloses(people: People, crowd: list[Case]) -> None:
    operator = await people.operator()
    west_half = ring((-0.02, -0.02), (0, -0.02), (0, 0.02), (-0.02, 0.02))
    found = {case["id"] for case in await operator.cases(group="open", within=west_half, limit=200)}
    places = {str(case.id): lng_lat(case.place) for case in crowd if case.status not in ENDED_STATUSES}
    expected = {i for i, (lng, lat) in places.items() if -0.02 <= lng - MIDDLE[0] <= 0 and abs(lat - MIDDLE[1]) <= 0.02}
    assert found == expected
    assert 0 < len(found) < len(places)
    counts = (await operator.http.get("/api/cases/counts", params={"within": west_half})).json()
    assert counts["groups"]["open"] == len(found)


async def test_a_line_that_crosses_itself_encloses_both_sides(people: People, crowd: list[Case]) -> None:
    operator = await people.operator()
    bow_tie = ring((-0.02, -0.02), (0.02, 0.02), (0.02, -0.02), (-0.02, 0.02))
    assert await operator.cases(group="open", within=bow_tie)


@pytest.mark.parametrize(
    "within", ["1,2;3,4", "1,2;1,2;1,2", "a,b;c,d;e,f", "1;2;3", "200,1;1,2;2,1", "1,2,3;4,5,6;7,8,9", "nan,1;2,3;4,5"]
)
async def test_what_encloses_nothing_is_refused(people: People, within: str) -> None:
    answer = await (await people.operator()).http.get("/api/cases", params={"within": within})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "within")
