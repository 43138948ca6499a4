"""Files of every kind, read: formats, encodings, coordinate systems, as counties hand them over."""

import pytest

from tests.backend.grids.imports import dry_run, of_kind, read, repaired, uploaded
from tests.net_files import TOWN, Row, geojson, geopackage, grid_rows, in_system, shapefile, shapefile_parts, zipped
from tests.people import People

ESRI_PRJ = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_40",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",40500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


async def test_the_demo_town_as_geojson_changes_nothing(people: People) -> None:
    report = await dry_run(people, geojson(grid_rows()))
    assert report["ok"], report["problems"]
    assert report["totals"]["unchanged"] == 208
    assert report["totals"]["added"] == report["totals"]["changed"] == report["totals"]["ended"] == 0
    assert report["totals"]["area_before_m2"] == report["totals"]["area_after_m2"]


@pytest.mark.parametrize(
    ("encoding", "cpg", "said"),
    [
        ("gbk", None, "gb18030"),
        ("gbk", "UTF-8", "gb18030"),
        ("gbk", "GBK", "gb18030"),
        ("utf-8", None, "utf-8"),
        ("utf-8", "GBK", "utf-8"),
        ("utf-8", "UTF-8", "utf-8"),
        ("gb18030", "GB18030", "gb18030"),
    ],
)
async def test_words_are_read_whatever_the_cpg_says(people: People, encoding: str, cpg: str | None, said: str) -> None:
    administrator = await people.administrator()
    data = shapefile(grid_rows(), encoding=encoding, cpg=cpg, names_in="gbk", folder="成果/矢量/")
    found = await uploaded(administrator, data, "网格.zip")
    (layer,) = found["layers"]
    assert (layer["name"], layer["encoding"]) == ("网格", said)
    assert any("村" in choice["sample"] for choice in layer["encodings"] if choice["name"] == said)
    report = (await read(administrator, found))["report"]
    assert report["ok"], report["problems"]
    assert report["totals"]["unchanged"] == 208


async def test_big5_is_told_from_gbk(people: People) -> None:
    rows = [Row(row, name="璜塘村第一網格", short_name="璜塘") for row in grid_rows()]
    found = await uploaded(await people.administrator(), shapefile(rows, encoding="big5"), "網格.zip")
    assert found["layers"][0]["encoding"] == "big5"
    assert "璜塘村第一網格" in found["layers"][0]["fields"][1]["samples"]
    assert {choice["name"] for choice in found["layers"][0]["encodings"]} >= {"big5", "gb18030"}


async def test_another_encoding_may_be_chosen(people: People) -> None:
    administrator = await people.administrator()
    found = await uploaded(administrator, shapefile(grid_rows(), encoding="gbk"), "网格.zip")
    garbled = await read(administrator, found, encoding="big5")
    assert garbled["report"]["totals"]["changed"] > 170  # other names, and the report says so before anything happens


@pytest.mark.parametrize("epsg", [4326, 4490, 4528, 4549, 3857])
@pytest.mark.parametrize("prj", [True, False])
async def test_systems_are_read_from_the_file_or_found_by_where_it_lies(people: People, epsg: int, prj: bool) -> None:
    administrator = await people.administrator()
    data = shapefile(in_system(grid_rows(), epsg), epsg=epsg, leave_out=() if prj else (".prj",))
    found = await uploaded(administrator, data, "网格.zip")
    (layer,) = found["layers"]
    likely = [choice["epsg"] for choice in layer["crs_choices"] if choice["likely"]]
    assert epsg in likely
    assert set(likely) <= ({4326, 4490} if epsg in {4326, 4490} else {epsg})
    assert (layer["crs"] and layer["crs"]["epsg"]) == (epsg if prj else None)
    report = (await read(administrator, found))["report"]
    assert report["ok"], report["problems"]
    assert report["totals"]["area_after_m2"] == pytest.approx(report["totals"]["area_before_m2"], rel=1e-6)


async def test_esris_name_for_zone_40_is_known(people: People) -> None:
    data = shapefile(in_system(grid_rows(), 4528), epsg=4528, prj=ESRI_PRJ)
    found = await uploaded(await people.administrator(), data, "网格.zip")
    assert found["layers"][0]["crs"] == {
        "epsg": 4528,
        "name": "CGCS2000 / 3-degree Gauss-Krüger zone 40",
        "how": "file",
    }


async def test_a_prj_that_lies_is_told_by_where_the_layer_would_be(people: People) -> None:
    data = shapefile(in_system(grid_rows(), 4549), epsg=4546)
    found = await uploaded(await people.administrator(), data, "网格.zip")
    assert found["layers"][0]["crs"]["epsg"] == 4546
    assert found["suggestion"]["epsg"] == 4549
    assert any("不在本县附近" in remark for remark in found["layers"][0]["remarks"])


@pytest.mark.parametrize(("epsg", "how"), [(2364, "xian_1980"), (2437, "beijing_1954"), (4610, "xian_1980")])
async def test_old_datums_are_named_and_not_converted(people: People, epsg: int, how: str) -> None:
    data = shapefile(grid_rows(), epsg=epsg)
    found = await uploaded(await people.administrator(), data, "网格.zip")
    assert (found["layers"][0]["crs"]["epsg"], found["layers"][0]["crs"]["how"]) == (None, how)
    assert any("CGCS2000" in remark for remark in found["layers"][0]["remarks"])


@pytest.mark.parametrize("epsg", [4326, 4549])
async def test_exchanged_axes_are_noticed_and_mended(people: People, epsg: int) -> None:
    administrator = await people.administrator()
    found = await uploaded(administrator, geojson(in_system(grid_rows(), epsg, swap=True), crs=f"EPSG:{epsg}"))
    assert found["layers"][0]["axes_swapped"]
    report = (await read(administrator, found, epsg=epsg))["report"]
    assert (report["ok"], report["counts"], report["repairs"]) == (False, {"swapped_axes": 1}, ["swap_axes"])
    mended = (await repaired(administrator, found, "swap_axes"))["report"]
    assert mended["ok"], mended["problems"]


async def test_gcj02_is_suspected_offered_and_undone(people: People) -> None:
    administrator = await people.administrator()
    found = await uploaded(administrator, geojson(in_system(grid_rows(), 4326, gcj02=True)))
    report = (await read(administrator, found))["report"]
    assert 300 <= report["shift_offer"]["metres"] <= 600
    assert report["shift_offer"]["after_metres"] < 1
    (problem,) = of_kind(report, "gcj02_suspected")
    assert "火星坐标" in problem["sentence"]
    shifted = (await read(administrator, found, shift="gcj02"))["report"]
    assert shifted["ok"], shifted["problems"]
    assert shifted["shift_offer"] is None


async def test_a_geopackage_offers_its_layers(people: People) -> None:
    administrator = await people.administrator()
    data = geopackage({"村": grid_rows(("village",)), "单元网格": grid_rows()}, epsg=4490)
    found = await uploaded(administrator, data, "一张网.gpkg")
    assert [(layer["name"], layer["features"]) for layer in found["layers"]] == [("村", 21), ("单元网格", 179)]
    assert found["suggestion"]["layer"] == "单元网格"
    report = (await read(administrator, found))["report"]
    assert report["ok"], report["problems"]


async def test_villages_alone_would_end_their_grids_and_are_refused(people: People) -> None:
    report = await dry_run(people, geojson(grid_rows(("village",))))
    assert not report["ok"]
    assert report["counts"]["parts_missing"] == 21


async def test_several_shapefiles_in_one_zip_are_several_layers(people: People) -> None:
    parts = shapefile_parts(grid_rows(), name="A/网格") | shapefile_parts(grid_rows(("village",)), name="B/村")
    found = await uploaded(await people.administrator(), zipped(parts), "全部.zip")
    assert {layer["name"] for layer in found["layers"]} == {"网格", "村"}


@pytest.mark.parametrize(("part", "remark"), [(".shx", ".shx"), (".dbf", ".dbf"), (".prj", ".prj")])
async def test_missing_parts_of_a_shapefile_are_named(people: People, part: str, remark: str) -> None:
    found = await uploaded(await people.administrator(), shapefile(grid_rows(), leave_out=(part,)), "网格.zip")
    assert any(remark in said for said in found["layers"][0]["remarks"])
    assert found["layers"][0]["features"] == 179


async def test_the_preview_shows_where_the_layer_would_lie(people: People) -> None:
    administrator = await people.administrator()
    found = await uploaded(administrator, shapefile(in_system(grid_rows(), 4549), epsg=4549), "网格.zip")
    right = (await administrator.http.get(f"/api/net/imports/{found['id']}/preview?crs=4549")).json()
    wrong = (await administrator.http.get(f"/api/net/imports/{found['id']}/preview?crs=4548")).json()
    assert right["away_km"] == 0
    assert right["shown"] == right["total"] == 179
    assert wrong["away_km"] > 200


async def test_the_scope_is_read_off_the_codes(people: People) -> None:
    village = await uploaded(await people.administrator(), geojson(grid_rows(under="320281104206")))
    town = await uploaded(await people.administrator(), geojson(grid_rows()))
    assert (village["suggestion"]["scope"], town["suggestion"]["scope"]) == ("320281104206", TOWN)
