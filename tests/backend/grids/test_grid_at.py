"""Which grid a point lies in: against shapely on the town's own file, and against PROJ for what lies outside."""

import json
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely import Point, Polygon
from shapely.geometry import shape
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession

from backend.database import raw_connection
from backend.errors import Malformed
from backend.grids.queries import BORDER_TOLERANCE_M, distance_words, grid_at, grid_at_statement
from backend.settings import ROOT
from tests.nets import grid_rows, random_net
from tests.people import HUANGTANG_3, PLACES

COUNTY = "320281"
TODAY = date(2026, 11, 23)
WGS84 = Geod(ellps="WGS84")
FEATURES: list[dict[str, Any]] = json.loads((ROOT / "seeds/demo/grids.geojson").read_text(encoding="utf-8"))["features"]
LEAVES = {f["properties"]["code"]: shape(f["geometry"]) for f in FEATURES if f["properties"]["level"] == "grid"}
EXCLUSIVE = {f["properties"]["code"] for f in FEATURES if f["properties"]["kind"] == "exclusive"}
BASE = {code: polygon for code, polygon in LEAVES.items() if code not in EXCLUSIVE}
TOWN = shapely.union_all(list(BASE.values()))
assert isinstance(TOWN, Polygon)
CENTRE = TOWN.centroid


def moved(lng: float, lat: float, bearing_deg: float, distance_m: float) -> tuple[float, float]:
    to_lng, to_lat, _ = WGS84.fwd(lng, lat, bearing_deg, distance_m)
    return to_lng, to_lat


def off_the_net_m(lng: float, lat: float) -> float:
    """Metres to the town's outline: the shortest geodesic to its finely divided edge."""
    edge = shapely.get_coordinates(shapely.segmentize(TOWN.exterior, 1e-5))
    near = edge[np.argsort(np.hypot((edge[:, 0] - lng) * 0.85, edge[:, 1] - lat))[:200]]
    _, _, metres = WGS84.inv(np.full(len(near), lng), np.full(len(near), lat), near[:, 0], near[:, 1])
    return float(metres.min())


async def test_every_grids_own_label_point_lies_in_it(session: AsyncSession) -> None:
    for code in LEAVES:
        found = await grid_at(session, COUNTY, *PLACES[code], TODAY)
        overlaid = code not in EXCLUSIVE and any(LEAVES[e].covers(Point(*PLACES[code])) for e in EXCLUSIVE)
        assert (found.grid.code == code) != overlaid
        assert (found.on_border, found.distance_m) == (False, 0.0)


async def test_any_point_of_the_town_lies_in_exactly_one_base_grid_and_grid_at_finds_it(session: AsyncSession) -> None:
    random = np.random.default_rng(20261123)
    west, south, east, north = TOWN.bounds
    points = [Point(lng, lat) for lng, lat in random.uniform((west, south), (east, north), (600, 2))]
    inside = [point for point in points if TOWN.contains(point)]
    assert len(inside) > 250
    for point in inside:
        base = [code for code, polygon in BASE.items() if polygon.covers(point)]
        special = sorted((LEAVES[code].area, code) for code in EXCLUSIVE if LEAVES[code].covers(point))
        assert len(base) == 1
        found = await grid_at(session, COUNTY, point.x, point.y, TODAY)
        assert found.grid.code == (special[0][1] if special else base[0])


async def test_points_in_every_exclusive_grid_belong_to_it_and_not_to_the_base_grid_below(
    session: AsyncSession,
) -> None:
    random = np.random.default_rng(7)
    for code in EXCLUSIVE:
        west, south, east, north = LEAVES[code].bounds
        for lng, lat in random.uniform((west, south), (east, north), (10, 2)):
            if LEAVES[code].contains(Point(lng, lat)):
                assert (await grid_at(session, COUNTY, lng, lat, TODAY)).grid.code == code


async def test_a_point_on_a_border_between_two_grids_lies_in_one_of_them_always_the_same(session: AsyncSession) -> None:
    shared = shapely.intersection(
        LEAVES[HUANGTANG_3], shapely.union_all([p for c, p in BASE.items() if c != HUANGTANG_3])
    )
    for lng, lat in shapely.get_coordinates(shared)[:20]:
        touching = {code for code, polygon in LEAVES.items() if polygon.covers(Point(lng, lat))}
        answers = {(await grid_at(session, COUNTY, lng, lat, TODAY)).grid.code for _ in range(3)}
        assert len(answers) == 1
        assert answers <= touching


# Outside


def just_outside(bearing_deg: float, distance_m: float) -> tuple[float, float]:
    """A point beyond the town's farthest edge seen from its centre in this direction, this far off the net."""
    far = moved(CENTRE.x, CENTRE.y, bearing_deg, 30_000)
    ray = shapely.LineString([(CENTRE.x, CENTRE.y), far])
    last = max(shapely.get_coordinates(TOWN.exterior.intersection(ray)), key=lambda c: CENTRE.distance(Point(c)))
    low, high = 0.0, 20_000.0
    for _ in range(40):  # the edge is not square to the ray, so that the distance off the net is found by halving
        middle = (low + high) / 2
        place = moved(last[0], last[1], bearing_deg, middle)
        low, high = (middle, high) if off_the_net_m(*place) < distance_m else (low, middle)
    return moved(last[0], last[1], bearing_deg, low)


DIRECTIONS = ["north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west"]


@pytest.mark.parametrize("number", range(8), ids=DIRECTIONS)
async def test_a_point_outside_is_told_how_far_and_in_which_direction_it_lies(
    session: AsyncSession, number: int
) -> None:
    lng, lat = just_outside(number * 45, 4000)
    distance_m = off_the_net_m(lng, lat)
    with pytest.raises(Malformed) as refused:
        await grid_at(session, COUNTY, lng, lat, TODAY)
    problem = refused.value
    assert (problem.code, problem.fields[0].field) == ("outside_the_net", "place")
    assert problem.more["distance_m"] == pytest.approx(distance_m, abs=2)
    assert problem.more["direction"] in {DIRECTIONS[(number + turn) % 8] for turn in (-1, 0, 1)}
    assert problem.more["direction"] == direction_from_the_net(lng, lat)
    assert "公里外" in problem.detail.zh


def direction_from_the_net(lng: float, lat: float) -> str:
    """The compass point from the nearest edge to the place, by PROJ."""
    edge = shapely.get_coordinates(shapely.segmentize(TOWN.exterior, 1e-5))
    near = edge[np.argsort(np.hypot((edge[:, 0] - lng) * 0.85, edge[:, 1] - lat))[:200]]
    azimuths, _, metres = WGS84.inv(near[:, 0], near[:, 1], np.full(len(near), lng), np.full(len(near), lat))
    return DIRECTIONS[round(float(azimuths[metres.argmin()]) / 45) % 8]


@pytest.mark.parametrize("bearing_deg", [0, 90, 200, 315])
@pytest.mark.parametrize("distance_m", [1.0, 7.0, BORDER_TOLERANCE_M - 0.5, BORDER_TOLERANCE_M + 0.5, 60.0])
async def test_up_to_15_m_outside_the_nearest_grid_is_taken_and_flagged(
    session: AsyncSession, bearing_deg: float, distance_m: float
) -> None:
    lng, lat = just_outside(bearing_deg, distance_m)
    if distance_m > BORDER_TOLERANCE_M:
        with pytest.raises(Malformed) as refused:
            await grid_at(session, COUNTY, lng, lat, TODAY)
        assert refused.value.more["distance_m"] == pytest.approx(distance_m, abs=1)
        return
    found = await grid_at(session, COUNTY, lng, lat, TODAY)
    assert found.on_border
    assert found.distance_m == pytest.approx(distance_m, abs=0.2)
    nearest = min(BASE, key=lambda code: BASE[code].distance(Point(lng, lat)))
    assert BASE[found.grid.code].distance(BASE[nearest]) == 0


@pytest.mark.parametrize("place", [(0, 0), (-180, -90), (180, 90), (120.3, -31.8), (-59.7, 31.8)])
async def test_the_ends_of_the_earth_are_outside_too(session: AsyncSession, place: tuple[float, float]) -> None:
    with pytest.raises(Malformed) as refused:
        await grid_at(session, COUNTY, *place, TODAY)
    assert refused.value.more["distance_m"] > 1_000_000


async def test_a_county_without_a_net_says_so(session: AsyncSession) -> None:
    with pytest.raises(Malformed) as refused:
        await grid_at(session, "320282", *PLACES[HUANGTANG_3], TODAY)
    assert refused.value.code == "no_net"


async def test_a_grid_that_is_no_longer_in_force_takes_nothing(session: AsyncSession) -> None:
    exclusive = min(EXCLUSIVE)
    assert (await grid_at(session, COUNTY, *PLACES[exclusive], TODAY)).grid.code == exclusive
    await session.execute(text("UPDATE grid SET valid_to = '2026-11-01' WHERE code = :code"), {"code": exclusive})
    assert (await grid_at(session, COUNTY, *PLACES[exclusive], TODAY)).grid.code in BASE


async def test_yesterdays_and_tomorrows_nets_are_found_by_their_day(session: AsyncSession) -> None:
    """One leaf's ground changes hands at midnight between two versions of the same grid."""
    row = {"code": HUANGTANG_3}
    await session.execute(text("UPDATE grid SET valid_to = '2026-12-01' WHERE code = :code"), row)
    await session.execute(
        text(
            "INSERT INTO grid (county, code, version, name, short_name, level, kind, parent_code, path, area_m2, edition,"
            " indicative, valid_from, shape) SELECT county, code, 2, name, short_name, level, kind, parent_code, path,"
            " area_m2, 2, indicative, '2026-12-01', shape FROM grid WHERE code = :code"
        ),
        row,
    )
    for on, version in ((TODAY, 1), (date(2026, 11, 30), 1), (date(2026, 12, 1), 2), (date(2099, 1, 1), 2)):
        found = await grid_at(session, COUNTY, *PLACES[HUANGTANG_3], on)
        assert (found.grid.code, found.grid.version) == (HUANGTANG_3, version)
    with pytest.raises(Malformed, match="no_net"):
        await grid_at(session, COUNTY, *PLACES[HUANGTANG_3], date(2025, 12, 31))


async def test_of_nested_exclusive_and_micro_grids_the_smallest_wins(session: AsyncSession) -> None:
    lng, lat = PLACES[HUANGTANG_3]
    rings = {"320281104206990": ("micro", "base", 4e-4), "320281104206991": ("grid", "exclusive", 3e-4)}
    rings |= {"320281104206992": ("grid", "exclusive", 2e-4), "320281104206993": ("micro", "base", 1e-4)}
    for code, (level, kind, half) in rings.items():
        await session.execute(
            text(
                "INSERT INTO grid (county, code, version, name, short_name, level, kind, path, area_m2, edition, indicative,"
                " valid_from, shape) VALUES ('320281', :code, 1, :code, :code, :level, :kind, :code, :area, 1, false,"
                " '2026-01-01', ST_Multi(ST_Expand(ST_SetSRID(ST_MakePoint(:lng, :lat), 4326), :half)))"
            ),
            {"code": code, "level": level, "kind": kind, "half": half, "area": half * 1e7, "lng": lng, "lat": lat},
        )
    found = {off: (await grid_at(session, COUNTY, lng + off, lat, TODAY)).grid.code for off in (0, 2.5e-4, 3.5e-4)}
    assert found == {0: "320281104206992", 2.5e-4: "320281104206991", 3.5e-4: "320281104206990"}


async def test_the_index_finds_the_grid(session: AsyncSession) -> None:
    """No statement on the way to a grid reads the whole table, neither inside nor beyond the border."""
    net = random_net(11, county="320299", villages=20, grids=600, bends=2)
    session.add_all(grid_rows(net))
    await session.flush()
    await session.execute(text("ANALYZE grid"))
    east = net.shapes["320299"].bounds[2]
    middle = net.shapes["320299"].centroid
    for lng, lat in ((middle.x, middle.y), (east + 1e-4, middle.y)):
        compiled = grid_at_statement("320299", lng, lat, TODAY).compile(
            dialect=postgresql.psycopg.dialect(), compile_kwargs={"render_postcompile": True}
        )
        connection = await raw_connection(session)
        plan = await (await connection.execute(f"EXPLAIN {compiled}", compiled.params)).fetchall()
        lines = "\n".join(line for (line,) in plan)
        assert "ix_grid_shape" in lines
        assert "Seq Scan" not in lines


@pytest.mark.parametrize(
    ("metres", "zh", "en"), [(16.2, "16 米", "16 m"), (999.4, "999 米", "999 m"), (1049, "1.0 公里", "1.0 km")]
)
def test_distances_in_words(metres: float, zh: str, en: str) -> None:
    assert distance_words(metres) == (zh, en)
