"""The demo town's files: they are what the code draws, the polygons fit, people and squads cover them.

What the loader does with them is not tested here.
"""

import json
from collections import Counter, defaultdict
from math import pi
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import Point, Polygon, STRtree
from shapely.geometry import shape

from seeds.demo.draw_town import HERE, TOWN, draw_town
from seeds.demo.plane import to_metres
from seeds.demo.staff_town import CATALOGUE, staff_town
from seeds.load import UNITS
from seeds.reference import unit_code

Json = dict[str, Any]
DUTIES = {
    "grid_instructor",
    "grid_chief",
    "grid_worker",
    "duty_inspector",
    "duty_info",
    "duty_liaison",
    "duty_patrol",
}
ROLES = {"worker", "squad_member", "squad_leader", "inspector", "operator", "administrator"}


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def grids() -> dict[str, Json]:
    """Properties by code, in file order, with the shape in degrees."""
    features = read(HERE / "grids.geojson")["features"]
    return {
        f["properties"]["code"]: f["properties"] | {"shape": f["geometry"] and shape(f["geometry"])} for f in features
    }


@pytest.fixture(scope="module")
def base(grids: dict[str, Json]) -> list[Json]:
    return [grid for grid in grids.values() if grid["level"] == "grid" and grid["kind"] == "base"]


@pytest.fixture(scope="module")
def villages(grids: dict[str, Json]) -> list[Json]:
    return [grid for grid in grids.values() if grid["level"] == "village"]


@pytest.fixture(scope="module")
def organisation() -> Json:
    content: Json = read(HERE / "organisation.json")
    return content


def in_metres(polygon: Polygon) -> Polygon:
    return Polygon(to_metres(shapely.get_coordinates(polygon)))


@pytest.mark.nightly
def test_committed_files_equal_a_fresh_run() -> None:
    for name, text in {**draw_town(), **staff_town()}.items():
        assert (HERE / name).read_text(encoding="utf-8") == text, name


def test_counts_and_codes_of_the_net(grids: dict[str, Json], base: list[Json], villages: list[Json]) -> None:
    exclusive = [grid for grid in grids.values() if grid["kind"] == "exclusive"]
    assert (len(villages), len(base)) == (21, 179)
    assert 6 <= len(exclusive) <= 8
    assert len(grids) == 2 + 21 + 179 + len(exclusive)
    assert grids["320281"]["shape"] is None
    assert grids[TOWN]["parent_code"] == "320281"
    assert {village["parent_code"] for village in villages} == {TOWN}
    for grid in base + exclusive:
        assert len(grid["code"]) == 15
        assert grid["code"].startswith(grid["parent_code"])
        assert (grid["code"][12] == "9") == (grid["kind"] == "exclusive")
    assert all(grid["indicative"] is True for grid in grids.values())
    assert len({grid["name"] for grid in grids.values()}) == len(grids)
    assert len({grid["short_name"] for grid in grids.values()}) == len(grids)


def test_names_and_codes_are_those_of_the_source_list(grids: dict[str, Json]) -> None:
    rows = [line.split(",") for line in (HERE / "places.csv").read_text(encoding="utf-8").splitlines()[1:]]
    assert [(code, name, kind) for code, name, kind in rows] == [
        (grid["code"], grid["name"], grid["level"]) for grid in grids.values() if grid["level"] != "grid"
    ]


def test_grid_numbers_have_no_gaps_and_start_in_the_north(base: list[Json]) -> None:
    by_village = defaultdict(list)
    for grid in base:
        by_village[grid["parent_code"]].append(grid)
    for members in by_village.values():
        assert [int(grid["code"][12:]) for grid in members] == list(range(1, len(members) + 1))
        assert members[0]["shape"].centroid.y > members[-1]["shape"].centroid.y


def test_shapes_are_valid_single_polygons_with_six_decimals(grids: dict[str, Json]) -> None:
    for grid in grids.values():
        if grid["level"] != "county":
            polygon = grid["shape"]
            assert polygon.geom_type == "Polygon", grid["code"]
            assert polygon.is_valid, grid["code"]
            assert not polygon.interiors, grid["code"]
            assert polygon.contains(Point(grid["label_point"])), grid["code"]
            corners = shapely.get_coordinates(polygon)
            assert np.array_equal(corners, np.round(corners, 6)), grid["code"]


def test_base_grids_tile_villages_and_villages_tile_the_town(
    grids: dict[str, Json], base: list[Json], villages: list[Json]
) -> None:
    assert shapely.coverage_is_valid([grid["shape"] for grid in base])
    assert shapely.coverage_is_valid([village["shape"] for village in villages])
    for parent, children in [
        (grids[TOWN], villages),
        *((village, [grid for grid in base if grid["parent_code"] == village["code"]]) for village in villages),
    ]:
        union = shapely.coverage_union_all([child["shape"] for child in children])
        assert union.normalize() == parent["shape"].normalize(), parent["code"]
    town_m2 = in_metres(grids[TOWN]["shape"]).area
    assert sum(in_metres(grid["shape"]).area for grid in base) == pytest.approx(town_m2, rel=1e-9)
    assert town_m2 == pytest.approx(110e6, rel=0.02)


def test_any_point_of_the_town_lies_in_exactly_one_base_grid(grids: dict[str, Json], base: list[Json]) -> None:
    town = grids[TOWN]["shape"]
    west, south, east, north = town.bounds
    anywhere = np.random.default_rng(1).uniform((west, south), (east, north), (8000, 2))
    points = shapely.points(anywhere)
    hits = STRtree([grid["shape"] for grid in base]).query(points, predicate="within")[0]
    in_town = np.flatnonzero(shapely.within(points, town))
    assert len(in_town) > 4000
    assert hits.tolist() == in_town.tolist()


def test_base_grids_are_compact_and_of_a_walkable_size(base: list[Json]) -> None:
    for grid in base:
        land = in_metres(grid["shape"])
        assert 4 * pi * land.area / land.length**2 > 0.3, grid["short_name"]
        assert 0.04e6 < land.area < 2e6, grid["short_name"]
        assert not land.buffer(-60).is_empty, grid["short_name"]


def test_centres_have_small_grids_and_fields_large_ones(grids: dict[str, Json], base: list[Json]) -> None:
    areas = sorted(in_metres(grid["shape"]).area for grid in base)
    assert areas[-18] > 4 * areas[18]


def test_exclusive_grids_lie_inside_their_one_village_over_its_base_grids(
    grids: dict[str, Json], base: list[Json]
) -> None:
    for grid in grids.values():
        if grid["kind"] == "exclusive":
            assert grids[grid["parent_code"]]["shape"].contains_properly(grid["shape"]), grid["name"]
            assert any(other["shape"].intersects(grid["shape"]) for other in base)


def test_base_map_is_small_valid_and_has_every_kind() -> None:
    assert (HERE / "base_map.geojson").stat().st_size < 400_000
    features = read(HERE / "base_map.geojson")["features"]
    kinds = {"motorway", "primary", "secondary", "street", "water", "built_up", "green", "place"}
    assert {feature["properties"]["kind"] for feature in features} == kinds
    for feature in features:
        drawn = shape(feature["geometry"])
        assert drawn.is_valid, feature["properties"]
        assert not drawn.is_empty, feature["properties"]
        assert drawn.within(shapely.box(120.1, 31.7, 120.5, 31.9)), feature["properties"]
    ranks = [feature["properties"]["rank"] for feature in features if feature["properties"]["kind"] == "place"]
    assert Counter(ranks)[2] == 21


def test_all_round_squads_share_the_town_in_contiguous_parts_of_seven_villages(
    grids: dict[str, Json], villages: list[Json], organisation: Json
) -> None:
    squads = [squad for squad in organisation["squads"] if squad["kind"] == "all_round"]
    assert [len(squad["jurisdiction"]) for squad in squads] == [7, 7, 7]
    held = [code for squad in squads for code in squad["jurisdiction"]]
    assert sorted(held) == sorted(village["code"] for village in villages)
    for squad in squads:
        land = shapely.coverage_union_all([grids[code]["shape"] for code in squad["jurisdiction"]])
        assert land.geom_type == "Polygon", squad["name"]


def test_all_round_squads_are_on_duty_every_minute_of_the_week(organisation: Json) -> None:
    def minute(clock: str) -> int:
        hours, minutes = clock.split(":")
        return int(hours) * 60 + int(minutes)

    week = 7 * 24 * 60
    for squad in organisation["squads"]:
        on_duty = set()
        for shift in squad["rota"]:
            start, end = (shift["weekday"] * 1440 + minute(shift[key]) for key in ("starts", "ends"))
            on_duty |= {m % week for m in range(start, end if end > start else end + 1440)}
        assert len(on_duty) == (week if squad["kind"] == "all_round" else 5 * 9 * 60), squad["name"]


def test_every_matter_has_a_department_team_that_can_take_it(organisation: Json) -> None:
    teams = {squad["unit"]: squad for squad in organisation["squads"] if squad["kind"] == "department"}
    assert all(team["jurisdiction"] == [TOWN] for team in teams.values())
    for matter in read(CATALOGUE)["matters"]:
        assert matter["major_code"] in teams[unit_code(UNITS, matter["department"])]["capabilities"], matter["code"]


def test_codes_and_phones_are_unique_and_references_exist(grids: dict[str, Json], organisation: Json) -> None:
    units = {unit["code"] for unit in organisation["units"]}
    squads = {squad["code"]: squad for squad in organisation["squads"]}
    assert len(units) == len(organisation["units"])
    assert len(squads) == len(organisation["squads"])
    assert {squad["unit"] for squad in squads.values()} <= units
    phones = [person["phone"] for person in organisation["staff"]]
    assert len(set(phones)) == len(phones)
    assert all(len(phone) == 11 and phone.startswith("1990000") for phone in phones)
    for person in organisation["staff"]:
        assert person["home_unit"] in units | {None}
        for post in person["posts"]:
            assert post["role"] in ROLES
            assert post["duty"] in DUTIES | {None}
            assert post.get("grid_code", TOWN) in grids
            assert post.get("unit", "xxk-town") in units
            assert post["engagement"] in {"full_time", "part_time"}
            assert ("squad" in post) == post["role"].startswith("squad_")
            assert post.get("squad", "xxk-squad-1") in squads


def test_every_base_grid_has_its_instructor_chief_and_five_officers(base: list[Json], organisation: Json) -> None:
    held = defaultdict(set)
    for person in organisation["staff"]:
        for post in person["posts"]:
            if post["duty"]:
                held[post["grid_code"]].add(post["duty"])
    for grid in base:
        assert held[grid["code"]] | held[grid["parent_code"]] == DUTIES, grid["name"]


def test_every_grid_on_the_ground_has_exactly_one_grid_worker(grids: dict[str, Json], organisation: Json) -> None:
    posts = [post for person in organisation["staff"] for post in person["posts"] if post["duty"] == "grid_worker"]
    ground = [code for code, grid in grids.items() if grid["level"] == "grid"]
    assert Counter(post["grid_code"] for post in posts) == Counter(ground)


def test_sizes_of_crews_and_desks(organisation: Json) -> None:
    roles = Counter(post["role"] for person in organisation["staff"] for post in person["posts"][:1])
    assert (roles["inspector"], roles["operator"], roles["administrator"]) == (7, 3, 2)
    crews = Counter(
        (post["squad"], post["role"]) for person in organisation["staff"] for post in person["posts"] if "squad" in post
    )
    for squad in organisation["squads"]:
        assert crews[squad["code"], "squad_leader"] == 1
        assert crews[squad["code"], "squad_member"] == 4


def test_every_sign_in_is_somebody_with_that_role(organisation: Json) -> None:
    people = {person["phone"]: person for person in organisation["staff"]}
    sign_ins = read(HERE / "sign_ins.json")
    assert Counter(entry["role"] for entry in sign_ins) == {
        "worker": 6, "squad_member": 11, "squad_leader": 3, "inspector": 2, "operator": 1, "administrator": 2
    }  # fmt: skip
    for entry in sign_ins:
        person = people[entry["phone"]]
        assert person["name"] == entry["name"]
        assert entry["role"] in {post["role"] for post in person["posts"]}
        assert len(entry["password"]) >= 8
    workers = [people[entry["phone"]]["posts"][0]["grid_code"][:12] for entry in sign_ins if entry["role"] == "worker"]
    assert len(set(workers)) == 6
    assert "320281104206" in workers
    squads_of = {
        role: [people[entry["phone"]]["posts"][0]["squad"] for entry in sign_ins if entry["role"] == role]
        for role in ("squad_member", "squad_leader")
    }
    assert squads_of["squad_leader"] == ["xxk-squad-1", "xxk-squad-2", "xxk-squad-3"]
    assert sorted(squads_of["squad_member"]) == sorted(squad["code"] for squad in organisation["squads"])
    for entry in sign_ins:
        if entry["role"] == "inspector":
            assert TOWN in {post["grid_code"] for post in people[entry["phone"]]["posts"]}


def test_routing_rules_are_ordered_and_end_with_the_departments() -> None:
    rules = read(CATALOGUE.with_name("routing_rules.json"))
    assert [rule["priority"] for rule in rules] == list(range(1, len(rules) + 1))
    assert [rule["target"]["kind"] for rule in rules] == ["town_squads", "own_squads", "department"]
    assert rules[0]["severities"] == ["emergency"]
