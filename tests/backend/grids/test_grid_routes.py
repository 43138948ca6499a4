"""The net over HTTP: GeoJSON with filters and ETags, "where am I", and the base map."""

import json
from typing import Any

import pytest

from backend.grids.routes import base_map_key
from backend.storage import put
from tests.drawing import begin
from tests.people import HUANGTANG_3, PLACES, People, Person


async def codes(person: Person, **filters: Any) -> list[str]:
    answer = await person.http.get("/api/grids", params=filters)
    assert answer.status_code == 200
    assert answer.json()["type"] == "FeatureCollection"
    return [feature["id"] for feature in answer.json()["features"]]


async def test_the_whole_net_and_its_parts(people: People) -> None:
    worker = await people.worker()
    assert len(await codes(worker)) == 214
    assert len(await codes(worker, level="village", kind="base")) == 21
    assert len(await codes(worker, level=["village", "town"], kind="base")) == 22
    assert len(await codes(worker, kind="cluster")) == 4
    assert len(await codes(worker, kind="exclusive")) == 8
    assert len(await codes(worker, level="grid", kind="base")) == 179
    assert await codes(worker, within="999") == []
    assert await codes(worker, within="32028110420") == [], "a piece of a code is no grid"
    village = await codes(worker, within="320281104206")
    assert village == sorted(village)
    assert "320281104206" in village
    assert all(code.startswith("320281104206") for code in village)
    assert await codes(worker, within=HUANGTANG_3) == [HUANGTANG_3]


async def test_a_grid_is_a_geojson_feature_in_degrees(people: People) -> None:
    answer = await (await people.worker()).http.get("/api/grids", params={"within": HUANGTANG_3})
    (feature,) = answer.json()["features"]
    assert feature["geometry"]["type"] == "MultiPolygon"
    lng, lat = feature["geometry"]["coordinates"][0][0][0]
    assert (120 < lng < 121, 31 < lat < 32) == (True, True)
    about = feature["properties"]
    assert (about["code"], about["name"], about["level"], about["indicative"]) == (
        HUANGTANG_3,
        "璜塘村第3网格",
        "grid",
        True,
    )
    assert about["label_point"] == pytest.approx(PLACES[HUANGTANG_3])


async def test_an_unchanged_net_is_not_sent_twice(people: People) -> None:
    worker = await people.worker()
    url = "/api/grids?level=village"
    first = await worker.http.get(url)
    etag = first.headers["etag"]
    assert "private" in first.headers["cache-control"]
    again = await worker.http.get(url, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = await worker.http.get("/api/grids?level=town", headers={"If-None-Match": etag})
    assert other.status_code == 200
    draft = await begin(await people.administrator())
    await draft.do("describe", code="320281104206", short_name="璜塘新村")
    await draft.publish()
    changed = await worker.http.get(url, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


async def test_where_am_i(people: People) -> None:
    worker = await people.worker()
    lng, lat = PLACES[HUANGTANG_3]
    answer = (await worker.http.get("/api/grids/at", params={"lng": lng, "lat": lat})).json()
    assert answer == {
        "code": HUANGTANG_3,
        "version": 1,
        "name": "璜塘村第3网格",
        "short_name": answer["short_name"],
        "village_name": "璜塘村",
        "town_name": "徐霞客镇",
        "kind": "base",
        "on_border": False,
        "distance_m": 0.0,
    }
    outside = await worker.http.get("/api/grids/at", params={"lng": lng, "lat": 31.9})
    assert (outside.status_code, outside.json()["code"]) == (422, "outside_the_net")
    assert (outside.json()["direction"], outside.json()["errors"][0]["field"]) == ("north", "place")


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"lng": 181, "lat": 31}, "lng"),
        ({"lng": 120, "lat": -91}, "lat"),
        ({"lng": "nan", "lat": 31}, "lng"),
        ({"lng": "east", "lat": 31}, "lng"),
        ({"lng": 120}, "lat"),
    ],
)
async def test_a_place_that_is_none_is_named(people: People, place: dict[str, Any], field: str) -> None:
    answer = await (await people.worker()).http.get("/api/grids/at", params=place)
    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (422, [field])


async def test_the_base_map_is_empty_until_one_is_loaded(people: People) -> None:
    worker = await people.worker()
    http = worker.http
    empty = await http.get("/api/base-map")
    assert empty.json() == {"type": "FeatureCollection", "features": []}
    drawn = json.dumps({"type": "FeatureCollection", "features": [{"type": "Feature"}]}).encode()
    store = http._transport.app.state.store  # type: ignore[attr-defined]  # the app behind this client
    await put(store, base_map_key("320281"), drawn)
    try:
        fresh = await http.get("/api/base-map", headers={"If-None-Match": empty.headers["etag"]})
        assert (fresh.status_code, fresh.content) == (200, drawn)
        known = await http.get("/api/base-map", headers={"If-None-Match": fresh.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
    finally:
        await store.delete_async(base_map_key("320281"))
