"""The dry run: every kind of mistake is named, sized, shown on the map and comes with what to do about it."""

import copy
import json
from typing import Any

import pytest
import shapely
from shapely import MultiPolygon, Polygon
from shapely.affinity import translate
from shapely.geometry import shape as shape_of

from backend.grids.imports.words import KINDS
from tests.backend.grids.imports import dry_run, of_kind, read, repaired, uploaded
from tests.net_files import Row, geojson, grid_rows, moved
from tests.people import People

VILLAGE = "320281104206"
METRE_DEG = 1 / 111_000


def village() -> list[Row]:
    return grid_rows(under=VILLAGE)


async def report_on(people: People, rows: list[Row], **changes: Any) -> dict[str, Any]:
    return await dry_run(people, geojson(rows), scope=VILLAGE, **changes)


async def only(people: People, rows: list[Row], kind: str, **changes: Any) -> dict[str, Any]:
    """The one problem of this kind; it must be said in full."""
    report = await report_on(people, rows, **changes)
    problem = of_kind(report, kind)[0]
    assert report["counts"][kind] == len(of_kind(report, kind))
    assert problem["sentence"]
    assert problem["what_to_do"]
    assert "{" not in problem["sentence"] + problem["what_to_do"]
    return problem


def bow_tie(of: Polygon) -> Polygon:
    west, south, east, north = of.bounds
    return Polygon([(west, south), (east, north), (east, south), (west, north), (west, south)])


async def test_a_whole_village_is_fine(people: People) -> None:
    report = await report_on(people, village())
    assert (report["ok"], report["counts"]) == (True, {}), report["problems"]


async def test_a_missing_grid_is_a_gap_or_beside_the_outline(people: People) -> None:
    rows = village()
    report = await report_on(people, rows[1:])
    (ending,) = of_kind(report, "will_end")
    assert ending["codes"] == [rows[0]["code"]]
    assert not report["ok"]
    gaps = of_kind(report, "gap")
    assert sum(gap["area_m2"] for gap in gaps) > 1e5
    assert shape_of(gaps[0]["place"]).area > 0


async def test_an_overlap_is_measured_and_shown(people: People) -> None:
    rows = village()
    rows[0] = moved(rows[0], rows[0]["shape"].buffer(20 * METRE_DEG, join_style="mitre"))
    problem = await only(people, rows, "overlap")
    assert problem["severity"] == "error"
    assert problem["area_m2"] > 1000
    assert rows[0]["code"] in problem["codes"]
    assert problem["repair"] is None  # 20 m is a decision
    assert "平方米" in problem["sentence"]


async def test_a_narrow_gap_is_offered_a_repair_that_closes_it(people: People) -> None:
    rows = village()
    inner = max(rows, key=lambda row: sum(row["shape"].touches(other["shape"]) for other in rows))
    rows[rows.index(inner)] = moved(inner, inner["shape"].buffer(-0.3 * METRE_DEG, join_style="mitre"))
    administrator = await people.administrator()
    found = await read(administrator, await uploaded(administrator, geojson(rows)), scope=VILLAGE)
    assert not found["report"]["ok"]
    assert "close_gaps" in found["report"]["repairs"]
    after = await repaired(administrator, found, "close_gaps")
    assert not of_kind(after["report"], "gap")
    assert not of_kind(after["report"], "overlap")
    assert not of_kind(after["report"], "unmatched_border")


async def test_a_narrow_overlap_is_offered_a_repair_that_removes_it(people: People) -> None:
    rows = grid_rows()
    number = next(n for n, row in enumerate(rows) if row["code"] == "320281104206003")
    rows[number] = moved(rows[number], rows[number]["shape"].buffer(0.4 * METRE_DEG, join_style="mitre"))
    administrator = await people.administrator()
    found = await read(administrator, await uploaded(administrator, geojson(rows)))
    assert not found["report"]["ok"]
    assert "remove_overlaps" in found["report"]["repairs"]
    after = (await repaired(administrator, found, "remove_overlaps", "close_gaps"))["report"]
    assert after["ok"], after["problems"]
    assert (await repaired(administrator, found))["report"] == found["report"]  # and back to the file as it came


async def test_borders_whose_vertices_do_not_match_are_noded(people: People) -> None:
    rows = village()
    sparse = shapely.simplify(rows[0]["shape"], 0.0)
    dense = shapely.segmentize(sparse, 30 * METRE_DEG)
    rows[0] = moved(rows[0], dense)
    administrator = await people.administrator()
    found = await read(administrator, await uploaded(administrator, geojson(rows)), scope=VILLAGE)
    (problem, *_rest) = of_kind(found["report"], "unmatched_border")
    assert (problem["severity"], problem["repair"]) == ("error", "node_borders")
    after = (await repaired(administrator, found, "node_borders"))["report"]
    assert not of_kind(after, "unmatched_border")
    assert not of_kind(after, "gap")


async def test_an_invalid_ring_is_named_at_its_place_and_mended_only_when_asked(people: People) -> None:
    rows = village()
    rows[0] = moved(rows[0], bow_tie(rows[0]["shape"]))
    administrator = await people.administrator()
    found = await read(administrator, await uploaded(administrator, geojson(rows)), scope=VILLAGE)
    (problem,) = of_kind(found["report"], "invalid_ring")
    assert (problem["features"], problem["repair"], problem["place"]["type"]) == ([0], "fix_rings", "Point")
    assert "自己相交" in problem["sentence"]
    features = (await administrator.http.get(f"/api/net/imports/{found['id']}/features")).json()["features"]
    assert features[0]["properties"]["worst"] == "error"
    assert not shape_of(features[0]["geometry"]).is_valid
    after = await repaired(administrator, found, "fix_rings")
    assert not of_kind(after["report"], "invalid_ring")
    features = (await administrator.http.get(f"/api/net/imports/{found['id']}/features")).json()["features"]
    assert shape_of(features[0]["geometry"]).is_valid


async def test_a_ring_that_is_not_closed_is_an_invalid_ring(people: People) -> None:
    document = shapely.geometry.mapping(village()[0]["shape"])
    ring = [list(point) for point in document["coordinates"][0]][:-1]
    feature = {"type": "Feature", "properties": {"code": "320281104206001", "name": "a"}}
    feature["geometry"] = {"type": "Polygon", "coordinates": [ring]}
    report = await dry_run(people, json.dumps(feature).encode(), scope=VILLAGE)
    (problem,) = of_kind(report, "invalid_ring")
    assert "没有闭合" in problem["sentence"]


def change_code(rows: list[Row], code: Any) -> list[Row]:
    return [Row(rows[0], code=code), *rows[1:]]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("320281104206002", "duplicate_code"),
        ("32028110420600", "malformed_code"),
        ("32028110420600X", "malformed_code"),
        ("320281104206", "parts_missing"),
        ("", "missing_code"),
        (None, "missing_code"),
        ("320281104999001", "orphan"),
        ("320281104200999", "outside_scope"),
    ],
)
async def test_codes(people: People, code: Any, kind: str) -> None:
    rows = change_code([Row(row, parent=None, level=None) for row in village()], code)
    if kind == "orphan":
        rows = change_code([Row(row, parent=None, level=None) for row in grid_rows()], code)
        report = await dry_run(people, geojson(rows))
    elif kind == "parts_missing":
        rows = grid_rows(("village",))
        report = await dry_run(people, geojson(rows))
    else:
        report = await report_on(people, rows)
    assert not report["ok"]
    assert of_kind(report, kind), report["counts"]
    assert 0 in of_kind(report, kind)[0]["features"]


@pytest.mark.parametrize(
    ("words", "kind", "severity"),
    [
        ({"name": ""}, "missing_name", "error"),
        ({"name": "长" * 61}, "long_name", "error"),
        ({"level": "大网格"}, "unknown_level", "error"),
        ({"kind": "流动"}, "unknown_kind", "error"),
        ({"parent": "320281104200"}, "wrong_parent", "error"),
        ({"parent": "320281104"}, "wrong_parent", "error"),
        ({"level": "village", "code": "320281104206"}, "scope_itself", "warning"),
        ({"code": "320281104L01"}, "cluster_left_out", "warning"),
        ({"kind": "专属", "code": "320281104206950", "parent": "320281104206"}, None, None),
    ],
)
async def test_words(people: People, words: dict[str, Any], kind: str | None, severity: str | None) -> None:
    scope = "320281104" if kind == "wrong_parent" else VILLAGE
    rows = grid_rows(under=scope)
    number = next(n for n, row in enumerate(rows) if row["code"].startswith(VILLAGE))
    if kind is None or "code" in words:
        rows.append(Row(rows[number], **words))
    else:
        rows[number] = Row(rows[number], **words)
    if words.get("code") == "320281104L01":
        rows[-1]["kind"] = ""
    report = await dry_run(people, geojson(rows), scope=scope)
    if kind is None:
        assert report["ok"], report["problems"]
        assert report["totals"]["added"] == 1
    else:
        problem = of_kind(report, kind)[0]
        assert problem["severity"] == severity
        assert "{" not in problem["sentence"] + problem["what_to_do"]


async def test_a_management_grade_is_1_to_4(people: People) -> None:
    rows = [Row(row, grade=str(n)) for n, row in enumerate(village())]
    report = await report_on(people, rows)
    wrong = {problem["codes"][0] for problem in of_kind(report, "unknown_grade")}
    assert wrong == {row["code"] for row in rows if not 1 <= int(row["grade"]) <= 4}


@pytest.mark.parametrize(
    ("geometry", "kind"),
    [
        (None, "empty_shape"),
        (shapely.Point(120.3, 31.8), "wrong_shape"),
        (shapely.LineString([(120.3, 31.8), (120.4, 31.8)]), "wrong_shape"),
        (Polygon(), "empty_shape"),
        (shapely.box(200, 31, 201, 32), "out_of_range"),
        (shapely.Point(120.36, 31.8).buffer(0.001, quad_segs=3000), "too_many_vertices"),
    ],
)
async def test_shapes_that_cannot_be_grids(people: People, geometry: Any, kind: str) -> None:
    rows = village()
    rows[0] = moved(rows[0], geometry)
    problem = await only(people, rows, kind)
    assert (problem["severity"], problem["features"], problem["codes"]) == ("error", [0], [rows[0]["code"]])


async def test_several_parts_and_heights_are_only_mentioned(people: People) -> None:
    rows = grid_rows()
    lifted = shapely.force_3d(rows[0]["shape"], 5.0)
    report = await dry_run(people, geojson([moved(rows[0], lifted), *rows[1:]]))
    assert report["ok"], report["problems"]
    assert report["counts"] == {"extra_dimension": 1}
    parts = MultiPolygon([rows[0]["shape"], translate(rows[0]["shape"], 0.3)])
    report = await dry_run(people, geojson([moved(rows[0], parts), *rows[1:]]))
    assert of_kind(report, "several_parts")[0]["severity"] == "warning"


async def test_a_sliver_of_a_grid_goes_to_its_neighbour(people: People) -> None:
    rows = grid_rows()
    first, second = rows[0], rows[-1]
    speck = shapely.envelope(second["shape"].point_on_surface().buffer(2 * METRE_DEG))
    rows[-1] = moved(second, second["shape"].difference(speck))
    rows[0] = moved(first, MultiPolygon([first["shape"], speck]))
    administrator = await people.administrator()
    found = await read(administrator, await uploaded(administrator, geojson(rows)))
    (sliver,) = of_kind(found["report"], "sliver")
    assert (sliver["codes"], sliver["repair"], sliver["severity"]) == ([first["code"]], "drop_slivers", "warning")
    after = (await repaired(administrator, found, "drop_slivers"))["report"]
    assert after["ok"], after["problems"]
    assert not of_kind(after, "sliver")
    assert after["totals"]["changed"] <= 2


async def test_a_grid_far_from_its_village_has_the_wrong_code(people: People) -> None:
    rows = [Row(row, parent=None) for row in grid_rows()]
    here = next(row for row in rows if row["code"] == "320281104206003")
    there = next(row for row in rows if row["code"] == "320281104216003")
    here["shape"], there["shape"] = there["shape"], here["shape"]
    report = await dry_run(people, geojson(rows))
    assert {p["codes"][0] for p in of_kind(report, "outside_parent")} == {here["code"], there["code"]}
    assert not report["ok"]


async def test_an_exclusive_grid_lies_in_its_parent(people: People) -> None:
    rows = grid_rows(kinds=("base", "exclusive"))
    assert (await dry_run(people, geojson(rows)))["ok"]
    school = next(row for row in rows if row["kind"] == "exclusive")
    rows[rows.index(school)] = moved(school, translate(school["shape"], 0.05))
    report = await dry_run(people, geojson(rows))
    assert [p["codes"] for p in of_kind(report, "outside_parent")] == [[school["code"]]]


async def test_parents_in_the_file_are_rebuilt_from_their_parts(people: People) -> None:
    rows = grid_rows(("village", "grid"))
    assert (await dry_run(people, geojson(rows)))["ok"]
    rows[0] = moved(rows[0], rows[0]["shape"].buffer(50 * METRE_DEG))
    report = await dry_run(people, geojson(rows))
    assert report["ok"], report["problems"]
    assert of_kind(report, "parent_rebuilt")[0]["codes"] == [rows[0]["code"]]


async def test_a_layer_far_away_is_said_once(people: People) -> None:
    rows = [moved(row, translate(row["shape"], -3.0)) for row in village()]
    report = await report_on(people, rows)
    assert report["counts"] == {"far_away": 1}
    assert "283" in of_kind(report, "far_away")[0]["sentence"]


async def test_another_outline_of_the_town_is_pointed_out(people: People) -> None:
    rows = grid_rows()
    west = min(rows, key=lambda row: row["shape"].bounds[0])
    rows.remove(west)
    report = await dry_run(people, geojson(rows))
    assert report["ok"], report["problems"]  # nothing lies beside the demo town
    assert of_kind(report, "outline_changed")
    assert of_kind(report, "will_end")[0]["codes"] == [west["code"]]


async def test_many_problems_of_one_kind_do_not_hide_another(people: People) -> None:
    rows = [Row(copy.deepcopy(row), name="") for _ in range(4) for row in grid_rows()]
    report = await dry_run(people, geojson(rows))
    assert report["counts"]["missing_name"] == 4 * 179
    assert report["listed"] == len(report["problems"]) <= 500
    assert {problem["kind"] for problem in report["problems"]} == set(report["counts"])


async def test_reports_speak_the_readers_language(people: People) -> None:
    administrator = await people.administrator()
    found = await read(administrator, await uploaded(administrator, geojson([Row(row, name="") for row in village()])))
    answer = await administrator.http.get(f"/api/net/imports/{found['id']}", headers={"Accept-Language": "en"})
    sentences = [problem["sentence"] for problem in answer.json()["report"]["problems"]]
    assert any("has no name" in sentence for sentence in sentences)


def test_every_wording_is_whole() -> None:
    for kind, wording in KINDS.items():
        for sentence in (*wording.sentence, *wording.what_to_do):
            assert sentence, kind
            assert sentence.count("{") == sentence.count("}"), kind
