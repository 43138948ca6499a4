"""The net as a file: what it says, and that it comes back through the import exactly as it went."""

import io
import json
import zipfile
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.grids.models import Grid
from tests.backend.grids.imports import of_kind, read, uploaded
from tests.net_files import TOWN
from tests.people import People

FORMATS = {"geojson": "网格.geojson", "gpkg": "网格.gpkg", "shp": "网格.zip"}


async def exported(people: People, **asked: Any) -> bytes:
    answer = await (await people.administrator()).http.get("/api/net/export", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.content


async def test_geojson_is_what_ogc_api_features_answers(people: People) -> None:
    document = json.loads(await exported(people, within=TOWN))
    assert document["type"] == "FeatureCollection"
    assert document["numberMatched"] == document["numberReturned"] == len(document["features"])
    assert document["timeStamp"] == "2026-11-23T01:30:00Z"
    assert document["links"][0]["rel"] == "self"
    assert "crs" not in document
    town = document["features"][0]
    assert (town["id"], town["properties"]["name"], town["properties"]["level"]) == (TOWN, "徐霞客镇", "town")


async def test_the_file_is_named_after_place_and_day(people: People) -> None:
    administrator = await people.administrator()
    answer = await administrator.http.get(f"/api/net/export?format=shp&within={TOWN}")
    said = answer.headers["content-disposition"]
    assert said.startswith("attachment; filename=\"grids.zip\"; filename*=UTF-8''")
    assert said.endswith("_2026-11-23.zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"grids.shp", "grids.shx", "grids.dbf", "grids.prj", "grids.cpg"} <= set(archive.namelist())
        assert archive.read("grids.cpg").strip() == b"UTF-8"


@pytest.mark.parametrize("crs", [4326, 4490])
@pytest.mark.parametrize("form", FORMATS)
async def test_what_goes_out_comes_back_identical(people: People, session: AsyncSession, form: str, crs: int) -> None:
    await session.execute(
        update(Grid).where(col(Grid.code) == "320281104206003").values(management_grade=2, name="=SUM(1)+第3网格")
    )
    await session.commit()
    data = await exported(people, format=form, crs=crs)
    administrator = await people.administrator()
    found = await uploaded(administrator, data, FORMATS[form])
    assert found["layers"][0]["crs"]["epsg"] == crs
    report = (await read(administrator, found, scope=TOWN))["report"]
    assert report["ok"], report["problems"]
    totals = report["totals"]
    assert (totals["added"], totals["changed"], totals["ended"]) == (0, 0, 0)
    assert totals["unchanged"] == 208
    assert set(report["counts"]) == {"scope_itself", "cluster_left_out"}
    assert {code for problem in of_kind(report, "scope_itself") for code in problem["codes"]} == {"320281", TOWN}


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"format": "kml"}, "format"), ({"crs": 4528}, "crs"), ({"on": "1800-01-01"}, "on"), ({"within": "x"}, "within")],
)
async def test_what_cannot_be_exported_is_named(people: People, asked: dict[str, Any], field: str) -> None:
    answer = await (await people.administrator()).http.get("/api/net/export", params=asked)
    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"]


async def test_a_grid_that_is_not_there_is_404(people: People) -> None:
    answer = await (await people.administrator()).http.get("/api/net/export?within=320281999")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_grid")


async def test_before_the_first_edition_there_is_nothing(people: People) -> None:
    answer = await (await people.administrator()).http.get("/api/net/export?on=2020-01-01")
    assert answer.status_code == 404
