"""From a file to the net: the draft that an import becomes, and what is published of it."""

from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.grids.models import Grid
from tests.backend.grids.imports import URL, read, repaired, uploaded
from tests.net_files import TOWN, Row, geojson, grid_rows, in_system, moved, shapefile
from tests.people import People, Person


async def drafted(person: Person, found: dict[str, Any], draft_id: str | None = None) -> httpx.Response:
    body = {"draft_id": draft_id or str(uuid4()), "title": "徐霞客镇网格调整", "effective_on": "2026-12-01"}
    return await person.http.post(f"{URL}/{found['id']}/draft", json=body)


async def test_a_file_that_changes_nothing_gives_a_draft_that_changes_nothing(people: People) -> None:
    administrator = await people.administrator()
    found = await read(administrator, await uploaded(administrator, geojson(grid_rows())))
    draft = await drafted(administrator, found)
    assert draft.status_code == 200, draft.text
    assert draft.json()["changes"]["features"] == []
    assert [operation["kind"] for operation in draft.json()["operations"]] == ["import"]
    assert not [problem for problem in draft.json()["problems"] if problem["severity"] == "error"]


async def test_a_corrected_file_is_imported_whole_and_published(people: People, session: AsyncSession) -> None:
    administrator = await people.administrator()
    rows = in_system(grid_rows(), 4549)
    rows[0] = Row(rows[0], name="金凤村示范网格", short_name="金凤示范")
    rows[1] = Row(rows[1], code=rows[0]["code"])
    bad = await read(administrator, await uploaded(administrator, shapefile(rows, epsg=4549, encoding="gbk"), "a.zip"))
    assert bad["report"]["counts"]["duplicate_code"] == 1
    refused = await drafted(administrator, bad)
    assert (refused.status_code, refused.json()["code"]) == (409, "import_not_ready")

    rows[1] = Row(rows[1], code="320281104200002")
    found = await read(
        administrator, await uploaded(administrator, shapefile(rows, epsg=4549, encoding="gbk"), "a.zip")
    )
    assert found["report"]["ok"], found["report"]["problems"]
    draft = (await drafted(administrator, found)).json()
    published = await administrator.http.post(
        f"/api/net/drafts/{draft['id']}/publish", json={"version": draft["version"]}
    )
    assert published.status_code in {200, 201}, published.text
    names = await session.execute(
        select(col(Grid.name), col(Grid.valid_from))
        .where(col(Grid.code) == rows[0]["code"])
        .order_by(col(Grid.version))
    )
    assert [tuple(row) for row in names] == [
        ("金凤村第1网格", date(2026, 1, 1)),
        ("金凤村示范网格", date(2026, 12, 1)),
    ]


async def test_a_repaired_file_becomes_a_draft_without_problems(people: People) -> None:
    administrator = await people.administrator()
    rows = grid_rows()
    number = next(n for n, row in enumerate(rows) if row["code"] == "320281104206003")
    rows[number] = moved(rows[number], rows[number]["shape"].buffer(0.4 / 111_000, join_style="mitre"))
    found = await read(administrator, await uploaded(administrator, geojson(rows)))
    found = await repaired(administrator, found, "remove_overlaps", "close_gaps")
    assert found["report"]["ok"], found["report"]["problems"]
    draft = await drafted(administrator, found)
    assert draft.status_code == 200, draft.text
    assert not [problem for problem in draft.json()["problems"] if problem["severity"] == "error"]
    assert draft.json()["totals"]["grids_after"] == 179


async def test_a_village_fits_among_its_neighbours(people: People) -> None:
    """Its outline must stay; what is inside may be cut anew."""
    administrator = await people.administrator()
    rows = grid_rows(under="320281104206")
    one, other = next(
        (a, b) for a in rows for b in rows if a["code"] < b["code"] and a["shape"].intersection(b["shape"]).length > 0
    )
    union = one["shape"].union(other["shape"])
    rows = [moved(one, union) if row is one else row for row in rows if row is not other]
    found = await read(administrator, await uploaded(administrator, geojson(rows)), scope="320281104206")
    if not found["report"]["ok"]:
        found = await repaired(administrator, found, "node_borders")
    assert found["report"]["ok"], found["report"]["problems"]
    assert found["report"]["totals"]["ended"] == 1
    draft = await drafted(administrator, found)
    assert draft.status_code == 200, draft.text
    changes = {f["id"]: f["properties"]["change"] for f in draft.json()["changes"]["features"]}
    assert changes[other["code"]] == "ended"
    assert changes[one["code"]] == "changed"


async def test_an_import_that_has_a_draft_stays_as_it_is(people: People) -> None:
    administrator = await people.administrator()
    found = await read(administrator, await uploaded(administrator, geojson(grid_rows())))
    draft_id = str(uuid4())
    assert (await drafted(administrator, found, draft_id)).status_code == 200
    assert (await drafted(administrator, found, draft_id)).status_code == 200
    assert (await drafted(administrator, found)).json()["code"] == "import_has_draft"
    again = await administrator.http.put(f"{URL}/{found['id']}/repairs", json={"repairs": []})
    assert (again.status_code, again.json()["code"]) == (409, "import_has_draft")
    assert (await administrator.http.delete(f"/api/net/drafts/{draft_id}")).status_code == 204
    again = await administrator.http.put(f"{URL}/{found['id']}/repairs", json={"repairs": []})
    assert again.status_code == 200


@pytest.mark.parametrize("path", ["features", "repairs", "draft"])
async def test_before_the_reading_there_is_nothing_to_use(people: People, path: str) -> None:
    administrator = await people.administrator()
    found = await uploaded(administrator, geojson(grid_rows()))
    if path == "draft":
        answer = await drafted(administrator, found)
        assert answer.json()["code"] == "import_not_ready"
    elif path == "repairs":
        answer = await administrator.http.put(f"{URL}/{found['id']}/repairs", json={"repairs": []})
        assert answer.json()["code"] == "import_not_read"
    else:
        answer = await administrator.http.get(f"{URL}/{found['id']}/features")
        assert answer.json()["code"] == "import_not_read"
    assert answer.status_code == 409


async def test_grids_alone_keep_their_villages_and_exclusive_grids(people: People) -> None:
    administrator = await people.administrator()
    rows = [Row(row, parent=None, level=None, kind=None, short_name=None) for row in grid_rows()]
    found = await read(administrator, await uploaded(administrator, geojson(rows)), scope=TOWN)
    assert found["report"]["totals"]["unchanged"] == 208
    draft = (await drafted(administrator, found)).json()
    assert draft["changes"]["features"] == []
