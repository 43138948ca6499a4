"""The net as vector tiles: what a map gets at each zoom, that no gap opens between neighbours, and caching by edition."""

import math
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from shapely import Polygon
from shapely.geometry import shape
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.grids.models import NetEdition
from backend.grids.outlines import pixel_m, write_outlines
from backend.grids.queries_tiles import TileAddress, grid_tile
from geo.lattice import Edges, Shape, edges, joined, uncancelled
from tests.conftest import Clock
from tests.nets import SINCE, grid_rows, random_net
from tests.people import HUANGTANG_3, PLACES, People, Person

TOWN_CENTRE = PLACES[HUANGTANG_3]
NET = random_net(9, county="320299", towns=4, villages=20, grids=250, bends=6)


class Tile(TileAddress):
    @property
    def path(self) -> str:
        return f"/api/tiles/grids/{self.z}/{self.x}/{self.y}.mvt"


def tile_at(zoom: int, lng: float, lat: float) -> Tile:
    """The tile of a place (OpenStreetMap wiki, Slippy map tilenames)."""
    across = 1 << zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return Tile(zoom, int((lng + 180) / 360 * across), int(y * across))


async def layers(person: Person, tile: Tile, **query: Any) -> dict[str, list[dict[str, Any]]]:
    answer = await person.http.get(tile.path, params=query)
    if answer.status_code == 204:
        assert answer.content == b""
        return {}
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.mapbox-vector-tile")
    decoded = mapbox_vector_tile.decode(answer.content)
    return {name: layer["features"] for name, layer in decoded.items()}


def levels(features: list[dict[str, Any]]) -> set[str]:
    return {feature["properties"]["level"] for feature in features}


def figures(features: list[dict[str, Any]], level: str) -> list[Polygon]:
    return [
        shape(f["geometry"])
        for f in features
        if f["properties"]["level"] == level and f["properties"]["kind"] == "base"
    ]


@pytest.mark.parametrize(
    ("zoom", "drawn", "named"),
    [
        (8, {"town"}, set()),
        (9, {"town", "village"}, {"town"}),
        (11, {"town", "village"}, {"village"}),
        (12, {"town", "village", "grid"}, {"village"}),
        (14, {"town", "village", "grid"}, {"village", "grid"}),
        (22, {"town", "village", "grid"}, set()),
    ],
)
async def test_each_level_appears_where_it_can_be_seen(
    people: People, zoom: int, drawn: set[str], named: set[str]
) -> None:
    lng, lat = TOWN_CENTRE
    found = await layers(await people.worker(), tile_at(zoom, lng + 1e-6, lat + 1e-6))
    assert levels(found["grids"]) == drawn
    assert named <= levels(found.get("labels", [])) <= drawn


async def test_a_grid_carries_what_a_map_needs(people: People) -> None:
    found = await layers(await people.worker(), tile_at(15, *TOWN_CENTRE))
    about = next(f["properties"] for f in found["grids"] if f["properties"]["code"] == HUANGTANG_3)
    assert about == {
        "code": HUANGTANG_3,
        "name": "璜塘村第3网格",
        "short_name": about["short_name"],
        "level": "grid",
        "kind": "base",
        "parent_code": "320281104206",
        **{name: about[name] for name in ("cluster_code", "management_grade") if name in about},
    }
    label = next(f for f in found["labels"] if f["properties"]["code"] == HUANGTANG_3)
    assert label["geometry"]["type"] == "Point"
    polygon = next(shape(f["geometry"]) for f in found["grids"] if f["properties"]["code"] == HUANGTANG_3)
    assert polygon.covers(shape(label["geometry"]))


# Simplified without gaps


@pytest.fixture
async def net(session: AsyncSession) -> AsyncSession:
    """A county of 250 grids in four towns, with outlines of its only edition."""
    session.add_all(grid_rows(NET))
    session.add(
        NetEdition(
            county=NET.county,
            number=1,
            title="示意",
            effective_on=SINCE,
            published_at=datetime(2026, 1, 1, tzinfo=UTC),
            summary={},
        )
    )
    await session.flush()
    await write_outlines(session, NET.county, 1, SINCE)
    return session


async def county_tile(session: AsyncSession, zoom: int) -> list[dict[str, Any]]:
    middle = NET.shapes[NET.county].centroid
    content = await grid_tile(session, NET.county, tile_at(zoom, middle.x, middle.y), SINCE)
    return list(mapbox_vector_tile.decode(content)["grids"]["features"])


@pytest.mark.parametrize(("zoom", "level"), [(8, "town"), (9, "village"), (11, "village"), (12, "grid"), (14, "grid")])
async def test_neighbours_leave_no_gap_and_levels_agree(net: AsyncSession, zoom: int, level: str) -> None:
    features = await county_tile(net, zoom)
    parts = figures(features, level)
    assert len(parts) > 3
    whole = shapely.union_all(parts)
    assert sum(part.area for part in parts) == pytest.approx(whole.area, rel=2e-4), "no overlap"
    (county,) = figures(features, "county")
    assert shapely.symmetric_difference(whole, county).area <= 2e-4 * county.area, "no gap, and the same outline"
    assert sum(len(part.interiors) for part in shapely.get_parts(whole)) == 0


@pytest.mark.parametrize("level", ["town", "village", "grid"])
async def test_outlines_of_a_level_tile_the_one_above_vertex_by_vertex(net: AsyncSession, level: str) -> None:
    for max_zoom in {"town": (8, 11, 13), "village": (11, 13), "grid": (13,)}[level]:
        rows = await net.execute(
            text("SELECT code, ST_AsBinary(shape) FROM grid_outline WHERE county = :county AND max_zoom = :max_zoom"),
            {"county": NET.county, "max_zoom": max_zoom},
        )
        outlines = {code: shapely.from_wkb(bytes(wkb)) for code, wkb in rows}
        parents = defaultdict(list)
        for code, outline in outlines.items():
            assert outline.is_valid
            if len(code) == {"town": 9, "village": 12, "grid": 15}[level]:
                parents[code[:-3]].append(outline)
        for parent, parts in parents.items():
            left = uncancelled(joined(_edges(parts), _edges([outlines[parent]]).reversed()))
            assert not left.any(), f"the parts of {parent} up to zoom {max_zoom}"


def _edges(shapes: list[Shape]) -> Edges:
    """Metres are as good as degrees where only equality counts, once they fit the lattice."""
    return edges([shapely.transform(shape, lambda metres: metres / 1e6) for shape in shapes])


async def test_an_outline_strays_no_further_than_a_pixel_or_two(net: AsyncSession) -> None:
    rows = await net.execute(
        text(
            "SELECT max_zoom, max(ST_HausdorffDistance(o.shape, ST_Transform(g.shape, 3857))) FROM grid_outline o"
            " JOIN grid g USING (county, code, version) WHERE county = :county GROUP BY max_zoom"
        ),
        {"county": NET.county},
    )
    for max_zoom, furthest_m in rows:
        assert furthest_m < 2 * pixel_m(max_zoom)


async def test_a_cluster_is_its_members_and_an_exclusive_grid_stands_alone(net: AsyncSession) -> None:
    village = max(code for code in NET.shapes if len(code) == 12)
    town = village[:9]
    await net.execute(
        text("UPDATE grid SET cluster_code = :c WHERE code LIKE :v AND level = 'village'"),
        {"c": f"{town}L01", "v": f"{town}%"},
    )
    for code, kind, of in ((f"{town}L01", "cluster", town), (f"{village}901", "exclusive", f"{village}001")):
        await net.execute(
            text(
                "INSERT INTO grid (county, code, version, name, short_name, level, kind, parent_code, path, area_m2, edition,"
                " indicative, valid_from, shape) SELECT county, :code, 1, name, short_name, 'village', :kind, parent_code,"
                " path, area_m2, 1, indicative, valid_from, shape FROM grid WHERE code = :of"
            ),
            {"code": code, "kind": kind, "of": of},
        )
    await write_outlines(net, NET.county, 1, SINCE)
    same = text(
        "SELECT bool_and(ST_Equals(a.shape, b.shape)) FROM grid_outline a JOIN grid_outline b USING (county, max_zoom)"
        " WHERE a.code = :cluster AND b.code = :town AND a.max_zoom > 8"
    )
    assert await net.scalar(same, {"cluster": f"{town}L01", "town": town})
    alone = text("SELECT count(*) FROM grid_outline WHERE code = :code")
    assert await net.scalar(alone, {"code": f"{village}901"}) == 2


async def test_without_outlines_the_true_shapes_are_shown(net: AsyncSession) -> None:
    before = figures(await county_tile(net, 11), "village")
    await net.execute(text("DELETE FROM grid_outline WHERE county = :county"), {"county": NET.county})
    after = figures(await county_tile(net, 11), "village")
    assert sum(f.area for f in after) == pytest.approx(sum(f.area for f in before), rel=0.02)
    assert sum(map(shapely.get_num_coordinates, after)) > sum(map(shapely.get_num_coordinates, before))


async def test_outlines_are_rewritten_not_doubled(net: AsyncSession) -> None:
    count = text("SELECT count(*) FROM grid_outline WHERE county = :county AND edition = 1")
    before = await net.scalar(count, {"county": NET.county})
    await write_outlines(net, NET.county, 1, SINCE)
    assert await net.scalar(count, {"county": NET.county}) == before


async def test_another_countys_net_is_in_nobodys_tiles(net: AsyncSession, people: People) -> None:
    await net.commit()
    middle = NET.shapes[NET.county].centroid
    assert await layers(await people.worker(), tile_at(12, middle.x, middle.y)) == {}


# Days


async def test_a_tile_shows_the_net_of_its_day(people: People, session: AsyncSession) -> None:
    await session.execute(text("UPDATE grid SET valid_to = '2026-12-01' WHERE code = '320281104206901'"))
    await session.commit()
    worker = await people.worker()
    here = tile_at(15, *PLACES["320281104206901"])

    async def codes(**query: Any) -> set[str]:
        return {f["properties"]["code"] for f in (await layers(worker, here, **query)).get("grids", [])}

    assert "320281104206901" in await codes()
    assert "320281104206901" in await codes(on="2026-11-30")
    assert "320281104206901" not in await codes(on="2026-12-01")
    assert await codes(on="2025-12-31") == set()


# Caching and bad addresses


async def test_an_unchanged_tile_is_not_sent_twice(people: People, session: AsyncSession, clock: Clock) -> None:
    worker = await people.worker()
    url = tile_at(12, *TOWN_CENTRE).path
    first = await worker.http.get(url, headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    etag = first.headers["etag"]
    assert "private" in first.headers["cache-control"]

    async def again() -> int:
        return (await worker.http.get(url, headers={"If-None-Match": etag})).status_code

    assert await again() == 304
    clock.at += timedelta(hours=15)
    assert await again() == 200, "after midnight another edition may be in force"
    clock.at -= timedelta(hours=15)
    session.add(
        NetEdition(
            county="320281",
            number=2,
            title="第二版",
            effective_on=date(2026, 11, 1),
            published_at=datetime(2026, 11, 1, tzinfo=UTC),
            summary={},
        )
    )
    await session.commit()
    assert await again() == 200


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("23/0/0", "z"),
        ("-1/0/0", "z"),
        ("a/0/0", "z"),
        ("3/8/0", "x"),
        ("3/0/8", "y"),
        ("3/-1/0", "x"),
        ("3/0/99999999999999999999", "y"),
        ("3/0/1.5", "y"),
        ("3/0/0.mvt?on=yesterday", "on"),
        ("3/0/0.mvt?on=0001-01-01", "on"),
    ],
)
async def test_an_address_that_is_no_tile_is_named(people: People, path: str, field: str) -> None:
    url = f"/api/tiles/grids/{path}"
    answer = await (await people.worker()).http.get(url if ".mvt" in url else f"{url}.mvt")
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])


@pytest.mark.parametrize("tile", [Tile(0, 0, 0), Tile(22, 0, 0), Tile(22, 4194303, 4194303), Tile(1, 0, 1)])
async def test_the_ends_of_the_earth_have_tiles_too(people: People, tile: Tile) -> None:
    found = await layers(await people.worker(), tile)
    assert levels(found.get("grids", [])) <= {"county"}
