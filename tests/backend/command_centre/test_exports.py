"""Files of cases: asked for under an id of one's own, made by a job within the asker's scope, without a name in them."""

import io
import json
import xml.etree.ElementTree as ET
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import Response
from openpyxl import load_workbook
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.command_centre.exports import queries
from backend.command_centre.exports.actions import sweep_exports
from backend.command_centre.exports.columns import COLUMNS
from backend.command_centre.exports.files import WRITERS
from backend.command_centre.exports.models import ExportForm
from tests.conftest import Clock
from tests.people import People, Person

GPX = "{http://www.topografix.com/GPX/1/1}"
HOSTILE = [
    '=HYPERLINK("http://x.example","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1",
    "http://x.example",
    "a\x00\x0bb",
]


DrainJobs = Callable[[], Awaitable[int]]


async def report_case(worker: Person, words: str) -> dict[str, Any]:
    answer = await worker.report(words=words)
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()["case"]
    return case


async def asked(person: Person, form: str = "xlsx", query: str = "", export_id: str | None = None) -> Response:
    return await person.http.put(f"/api/exports/{export_id or uuid4()}?{query}", json={"form": form})


async def taken(person: Person, answer: Response) -> bytes:
    assert answer.status_code in {200, 201}, answer.text
    got = await person.http.get(f"/api/exports/{answer.json()['id']}/file")
    assert got.status_code == 200, got.text
    return got.content


def rows_of(book: bytes) -> list[dict[str, object]]:
    titles, *rows = load_workbook(io.BytesIO(book)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(titles, row, strict=True)) for row in rows]


async def test_a_workbook_holds_every_case_of_the_filter_and_no_name(people: People, drain_jobs: DrainJobs) -> None:
    worker, operator = await people.worker(), await people.operator()
    first = await report_case(worker, words="桥头有一堆建筑垃圾")
    await report_case(worker, words="别的")
    answer = await asked(operator, query="text=建筑垃圾")
    assert (answer.status_code, answer.json()["state"]) == (201, "waiting")
    too_soon = await operator.http.get(f"/api/exports/{answer.json()['id']}/file")
    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "export_not_ready")
    await drain_jobs()
    listed = (await operator.http.get("/api/exports")).json()["items"]
    assert [(it["state"], it["total"], it["done"]) for it in listed] == [("ready", 1, 1)]
    book = await taken(operator, answer)
    assert listed[0]["size"] == len(book)
    (row,) = rows_of(book)
    assert row["案件编号"] == first["code"]
    assert row["情况说明"] == "桥头有一堆建筑垃圾"
    assert row["上报时间"].isoformat() == "2026-11-23T09:30:00"  # type: ignore[attr-defined]
    assert first["reporter_name"] not in str(row)
    counted = (await operator.http.get("/api/export-size?text=建筑垃圾")).json()
    assert counted == {"count": 1}


async def test_the_same_cases_as_features_and_as_way_points(people: People, drain_jobs: DrainJobs) -> None:
    worker, operator = await people.worker(), await people.operator()
    case = await report_case(worker, words='a < b & "c"')
    query = f"text={case['code']}"
    geojson, gpx = await asked(operator, "geojson", query), await asked(operator, "gpx", query)
    await drain_jobs()
    (feature,) = json.loads(await taken(operator, geojson))["features"]
    assert feature["geometry"]["coordinates"] == pytest.approx([case["place"]["lng"], case["place"]["lat"]], abs=1e-6)
    assert feature["properties"]["words"] == 'a < b & "c"'
    (point,) = ET.fromstring(await taken(operator, gpx)).iter(f"{GPX}wpt")
    assert float(point.attrib["lon"]) == pytest.approx(case["place"]["lng"], abs=1e-6)
    name, told = point.findtext(f"{GPX}name"), point.findtext(f"{GPX}desc")
    assert name
    assert name.startswith(case["code"])
    assert told
    assert '情况说明：a < b & "c"' in told


async def test_a_repeat_is_the_same_export_and_another_content_is_refused(
    people: People, drain_jobs: DrainJobs
) -> None:
    operator = await people.operator()
    export_id = str(uuid4())
    first = await asked(operator, export_id=export_id, query="group=open")
    again = await asked(operator, export_id=export_id, query="group=open")
    assert (first.status_code, again.status_code) == (201, 200)
    other = await asked(operator, export_id=export_id, query="group=late")
    assert (other.status_code, other.json()["code"]) == (409, "export_differs")
    await drain_jobs()
    assert len((await operator.http.get("/api/exports")).json()["items"]) == 1


async def test_others_neither_see_nor_take_nor_cancel_it(people: People, drain_jobs: DrainJobs) -> None:
    operator, administrator = await people.operator(), await people.administrator()
    answer = await asked(operator)
    await drain_jobs()
    path = f"/api/exports/{answer.json()['id']}"
    assert (await administrator.http.get("/api/exports")).json()["items"] == []
    assert (await administrator.http.get(f"{path}/file")).status_code == 404
    assert (await administrator.http.delete(path)).status_code == 404
    assert (await (await people.worker()).http.get("/api/exports")).status_code == 403


async def test_one_that_is_given_up_is_not_made(people: People, drain_jobs: DrainJobs) -> None:
    operator = await people.operator()
    answer = await asked(operator)
    gone = await operator.http.delete(f"/api/exports/{answer.json()['id']}")
    assert gone.json()["state"] == "cancelled"
    await drain_jobs()
    assert (await operator.http.get("/api/exports")).json()["items"][0]["state"] == "cancelled"


async def test_whoever_lost_the_post_gets_nothing(people: People, drain_jobs: DrainJobs, session: AsyncSession) -> None:
    operator = await people.operator()
    await asked(operator)
    await session.execute(
        text("DELETE FROM post WHERE staff_id = :id"), {"id": (await operator.http.get("/api/me")).json()["id"]}
    )
    await session.commit()
    await drain_jobs()
    state = (await session.execute(text("SELECT state, reason FROM export"))).one()
    assert tuple(state) == ("failed", "not_allowed")


async def test_five_at_once_are_enough_and_a_file_is_deleted_after_a_week(
    people: People, drain_jobs: DrainJobs, clock: Clock, app: FastAPI
) -> None:
    operator = await people.operator()
    answers = [await asked(operator, "gpx") for _ in range(6)]
    assert [a.status_code for a in answers] == [201, 201, 201, 201, 201, 429]
    assert answers[5].json()["code"] == "too_many_exports"
    await drain_jobs()
    assert (await asked(operator, "gpx")).status_code == 201
    clock.at += timedelta(days=6)
    await sweep_exports(app.state.sessions, app.state.store, clock())
    operator = await people.operator()
    assert await taken(operator, answers[0])
    clock.at += timedelta(days=2)
    await sweep_exports(app.state.sessions, app.state.store, clock())
    operator = await people.operator()
    over = await operator.http.get(f"/api/exports/{answers[0].json()['id']}/file")
    assert (over.status_code, over.json()["code"]) == (409, "export_gone")


async def test_more_than_a_page_is_written_by_a_process_of_its_own(
    people: People, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, operator = await people.worker(), await people.operator()
    codes = {(await report_case(worker, words=f"第 {n} 件"))["code"] for n in range(3)}
    monkeypatch.setattr(queries, "AT_ONCE", 2)
    answer = await asked(operator, "xlsx", "group=open")
    await drain_jobs()
    assert codes <= {row["案件编号"] for row in rows_of(await taken(operator, answer))}


@pytest.mark.parametrize("form", ExportForm)
def test_hostile_words_stay_words(form: ExportForm, tmp_path: Path) -> None:
    plain = {"lng": 120.3, "lat": 31.8, "opened_at": "2026-11-23T01:00:00+00:00"}
    rows = [
        [plain.get(c.key, words if c.key in {"words", "matter", "grid"} else None) for c in COLUMNS]
        for words in HOSTILE
    ]
    path = tmp_path / "file"
    WRITERS[form](rows, path, "zh-CN")
    if form == ExportForm.XLSX:
        sheet = load_workbook(io.BytesIO(path.read_bytes())).worksheets[0]
        assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row} <= {"s", "n", "d", "inlineStr"}
        assert not any(cell.hyperlink for row in sheet.iter_rows() for cell in row)
    elif form == ExportForm.GEOJSON:
        assert [f["properties"]["words"] for f in json.loads(path.read_text())["features"]] == HOSTILE
    else:
        assert len(list(ET.parse(path).iter(f"{GPX}wpt"))) == len(HOSTILE)
