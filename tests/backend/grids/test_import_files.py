"""What is not a file of grids: refused by name with what to do, never a 500, whatever the bytes are."""

import io
import json
import random
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI

from backend.grids.imports.intake import LayerReaders
from tests.backend.grids.imports import URL, dry_run, read, suggested, upload, uploaded
from tests.net_files import Row, geojson, geopackage, grid_rows, shapefile, shapefile_parts, zipped
from tests.people import People

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "data" / "geometry" / "geojson-invalid"


@pytest.mark.parametrize(
    ("name", "data", "code", "words"),
    [
        ("网格.geojson", b"", "file_empty", "空的"),
        ("网格.rar", b"Rar!\x1a\x07", "file_not_grids", "rar"),
        ("网格.7z", b"7z\xbc\xaf\x27\x1c", "file_not_grids", "7z"),
        ("网格.kml", b"<?xml version='1.0'?><kml/>", "file_not_grids", "KML"),
        ("网格.kmz", b"PK\x03\x04", "file_not_grids", "KML"),
        ("名单.xlsx", b"PK\x03\x04", "file_not_grids", "Excel"),
        ("图纸.dwg", b"AC1027", "file_not_grids", "CAD"),
        ("网格.shp", b"\x00\x00\x27\x0a" + bytes(96), "file_not_grids", "Shapefile"),
        ("网格.dbf", b"\x03" + bytes(64), "file_not_grids", "Shapefile"),
        ("图.png", b"\x89PNG\r\n\x1a\n", "file_not_grids", "图片"),
        ("网格.gml", b"<gml/>", "file_not_grids", "XML"),
        ("网格.gpkg", b"SQLite format 3\0" + bytes(200), "file_not_grids", "SQLite"),
        ("网格.geojson", b"hello", "file_not_grids", "无法辨认"),
        ("网格.geojson", b'{"type":"FeatureCollection","features":[', "file_not_geojson", "断掉"),
        ("网格.geojson", b"[1,2]", "file_not_geojson", "最外层"),
        ("网格.geojson", b"[" * 100_000, "file_not_geojson", "嵌套"),
        ("网格.geojson", b'{"type":"FeatureCollection"}', "file_not_geojson", "features"),
        ("网格.geojson", b'{"type":"Topology"}', "file_not_geojson", "最外层"),
        ("网格.zip", b"PK\x03\x04 not a zip", "file_damaged", "打不开"),
        ("网格.vrt", b"<OGRVRTDataSource/>", "file_not_grids", "XML"),
    ],
)
async def test_other_files_are_refused_by_name(people: People, name: str, data: bytes, code: str, words: str) -> None:
    answer = await upload(await people.administrator(), data, name)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert problem["code"] == code
    assert words in problem["detail"]
    assert problem["errors"][0]["field"] == "file"


async def refusal(people: People, data: bytes) -> str:
    answer = await upload(await people.administrator(), data, "网格.zip")
    assert answer.status_code == 422, answer.text
    code: str = answer.json()["code"]
    return code


async def test_zips_without_a_layer(people: People) -> None:
    assert await refusal(people, zipped({"readme.txt": b"x"})) == "zip_without_layers"
    assert await refusal(people, zipped({"网格.dbf": b"x"})) == "zip_without_layers"
    assert await refusal(people, zipped({"inner.zip": zipped({"a.shp": b""})})) == "zip_without_layers"


async def test_a_zip_bomb_is_not_unzipped(people: People) -> None:
    assert await refusal(people, zipped({"a.shp": bytes(450 * 2**20)})) == "zip_bomb"
    assert await refusal(people, zipped({f"{n}.txt": b"" for n in range(600)})) == "zip_bomb"


async def test_a_password_is_named(people: People) -> None:
    data = bytearray(shapefile(grid_rows()))
    at = data.index(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1  # the mark for encryption in the directory
        at = data.find(b"PK\x01\x02", at + 1)
    assert await refusal(people, bytes(data)) == "zip_encrypted"


async def test_names_in_an_archive_lead_nowhere(people: People, tmp_path: Path) -> None:
    parts = shapefile_parts(grid_rows(), name=f"../../../..{tmp_path}/evil")
    found = await uploaded(await people.administrator(), zipped(parts), "网格.zip")
    assert found["layers"][0]["name"] == "evil"
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240 -- a test waits for nobody


async def test_a_link_in_an_archive_is_not_followed(people: People) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("网格.geojson")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert await refusal(people, out.getvalue()) == "zip_without_layers"


async def test_too_many_features_and_points_are_refused(people: People) -> None:
    point = b'{"type":"Feature","properties":{},"geometry":null}'
    many = b'{"type":"FeatureCollection","features":[' + b",".join([point] * 20_001) + b"]}"
    answer = await upload(await people.administrator(), many)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_too_large")
    assert "20000" in answer.json()["detail"]


async def test_a_slow_file_is_stopped(people: People, app: FastAPI) -> None:
    app.state.layer_readers = LayerReaders(timeout_s=0.05)
    answer = await upload(await people.administrator(), geojson(grid_rows()))
    assert (answer.status_code, answer.json()["code"]) == (422, "file_too_slow")


@pytest.mark.parametrize("mark", ["utf-8-sig", "utf-16"])
async def test_byte_order_marks_are_read(people: People, mark: str) -> None:
    data = geojson(grid_rows()).decode().encode(mark)
    assert (await dry_run(people, data))["ok"]


async def test_geojson_in_gbk_is_read(people: People) -> None:
    found = await uploaded(await people.administrator(), geojson(grid_rows()).decode().encode("gbk"))
    assert found["layers"][0]["encoding"] == "gb18030"
    assert "金凤村第1网格" in found["layers"][0]["fields"][1]["samples"]


async def test_hostile_words_do_no_harm(people: People) -> None:
    words = ["\u202e\u0000x", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "a" * 5000, "🙂"]
    rows = [Row(row, name=words[n % len(words)]) for n, row in enumerate(grid_rows())]
    report = await dry_run(people, geojson(rows))
    assert set(report["counts"]) == {"long_name"}
    document = geojson(grid_rows()).replace("金凤村第1网格".encode(), b"\\ud800")
    assert (await dry_run(people, document))["counts"] == {"missing_name": 1}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus is not here")
@pytest.mark.parametrize("one_in", [6, pytest.param(1, marks=pytest.mark.nightly)])
async def test_every_file_of_the_corpus_gets_a_clear_answer(people: People, one_in: int) -> None:
    administrator = await people.administrator()
    files = sorted(CORPUS.glob("*.geojson"))
    assert len(files) == 74
    for path in files[::one_in]:
        answer = await upload(administrator, path.read_bytes(), path.name)
        assert answer.status_code in {201, 422}, f"{path.name}: {answer.text}"
        if answer.status_code == 422:
            assert answer.json()["code"].startswith("file_"), path.name
            continue
        found = answer.json()
        if found["suggestion"] is None:
            assert found["layers"][0]["remarks"], path.name
            continue
        reading = suggested(found, epsg=4326)
        if not {"code", "name"} <= reading["fields"].keys():
            continue
        read_answer = await administrator.http.put(f"{URL}/{found['id']}/reading", json=reading)
        assert read_answer.status_code == 200, f"{path.name}: {read_answer.text}"
        assert read_answer.json()["report"]["problems"], path.name


def mutated(data: bytes, random_: random.Random) -> bytes:
    """The bytes cut short, or with some of them changed, doubled or moved."""
    broken = bytearray(data)
    match random_.randrange(4):
        case 0:
            del broken[random_.randrange(len(broken)) :]
        case 1:
            for _ in range(random_.randrange(1, 40)):
                broken[random_.randrange(len(broken))] = random_.randrange(256)
        case 2:
            at = random_.randrange(len(broken))
            broken[at:at] = broken[at : at + random_.randrange(1, 2000)]
        case _:
            at = random_.randrange(len(broken))
            broken[at : at + 64] = random_.randbytes(64)
    return bytes(broken)


SEEDS = {
    "网格.zip": lambda: shapefile(grid_rows(under="320281104206"), encoding="gbk"),
    "网格.gpkg": lambda: geopackage({"a": grid_rows(under="320281104206")}),
    "网格.geojson": lambda: geojson(grid_rows(under="320281104206")),
}


@pytest.mark.parametrize("name", SEEDS)
@pytest.mark.parametrize("rounds", [4, pytest.param(67, marks=[pytest.mark.nightly, pytest.mark.timeout(1800)])])
async def test_damaged_files_never_break_the_server(people: People, name: str, rounds: int) -> None:
    administrator = await people.administrator()
    random_, whole = random.Random(f"{name}{rounds}"), SEEDS[name]()
    for number in range(rounds):
        data = mutated(whole, random_)
        answer = await upload(administrator, data, name)
        assert answer.status_code in {201, 422}, f"{number}: {answer.text}"
        if answer.status_code == 201 and answer.json()["suggestion"]:
            found = answer.json()
            reading = suggested(found, epsg=4326)
            read_answer = await administrator.http.put(f"{URL}/{found['id']}/reading", json=reading)
            assert read_answer.status_code in {200, 422}, f"{number}: {read_answer.text}"
            json.dumps(read_answer.json(), allow_nan=False)


async def test_the_same_file_again_is_the_same_import(people: People) -> None:
    administrator, import_id = await people.administrator(), uuid4()
    data = geojson(grid_rows())
    first = await upload(administrator, data, import_id=import_id)
    again = await upload(administrator, data, import_id=import_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["layers"] == again.json()["layers"]
    other = await upload(administrator, geojson(grid_rows(("village",))), import_id=import_id)
    assert (other.status_code, other.json()["code"]) == (409, "other_content")


async def test_the_original_is_kept_while_repairs_come_and_go(people: People) -> None:
    administrator = await people.administrator()
    found = await read(administrator, await uploaded(administrator, geojson(grid_rows())))
    assert (await administrator.http.get(URL)).json()[0]["id"] == found["id"]
    answer = await administrator.http.put(f"{URL}/{found['id']}/repairs", json={"repairs": ["make_it_pretty"]})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"layer": "x"}, "unknown_layer"),
        ({"encoding": "ebcdic"}, "unknown_encoding"),
        ({"epsg": 2364}, "unsupported_crs"),
        ({"fields": {"code": "x", "name": "name"}}, "unknown_column"),
        ({"fields": {"code": "code"}}, "malformed"),
        ({"scope": "320281"}, "no_such_grid"),
        ({"scope": "320281999"}, "no_such_grid"),
    ],
)
async def test_a_reading_that_does_not_fit_names_its_field(people: People, changes: dict, code: str) -> None:
    administrator = await people.administrator()
    found = await uploaded(administrator, geojson(grid_rows()))
    answer = await administrator.http.put(f"{URL}/{found['id']}/reading", json=suggested(found, **changes))
    assert answer.json()["code"] == code
    assert answer.status_code == (404 if code == "no_such_grid" else 422)


async def test_an_upload_without_a_file_is_named(people: People) -> None:
    administrator = await people.administrator()
    answer = await administrator.http.put(f"{URL}/{uuid4()}", files={"other": ("a", b"x")})
    assert (answer.status_code, answer.json()["code"]) == (422, "missing_part")


async def test_an_import_is_its_authors_own(people: People) -> None:
    administrator = await people.administrator()
    for verb, path in (("GET", ""), ("GET", "/features"), ("GET", "/preview?crs=4326")):
        answer = await administrator.http.request(verb, f"{URL}/{uuid4()}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_import")
