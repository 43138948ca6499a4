"""What the tests of imports share: an administrator who uploads, reads, repairs, and takes the report apart."""

from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.net_files import TOWN
from tests.people import People, Person

URL = "/api/net/imports"


async def upload(
    person: Person, data: bytes, name: str = "网格.geojson", import_id: UUID | None = None
) -> httpx.Response:
    files = {"file": (name, data, "application/octet-stream")}
    return await person.http.put(f"{URL}/{import_id or uuid4()}", files=files)


async def uploaded(person: Person, data: bytes, name: str = "网格.geojson") -> dict[str, Any]:
    answer = await upload(person, data, name)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def suggested(found: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The reading that the server suggests, with changes."""
    reading = {"scope": TOWN, **found["suggestion"], **changes}
    reading["fields"] = {use: column for use, column in reading["fields"].items() if column}
    return reading


async def read(person: Person, found: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The import after its dry run, read as suggested but for the changes."""
    answer = await person.http.put(f"{URL}/{found['id']}/reading", json=suggested(found, **changes))
    assert answer.status_code == 200, answer.text
    after: dict[str, Any] = answer.json()
    return after


async def dry_run(people: People, data: bytes, name: str = "网格.geojson", **changes: Any) -> dict[str, Any]:
    """The report on this file, read as suggested but for the changes."""
    administrator = await people.administrator()
    after = await read(administrator, await uploaded(administrator, data, name), **changes)
    report: dict[str, Any] = after["report"]
    return report


async def repaired(person: Person, found: dict[str, Any], *repairs: str) -> dict[str, Any]:
    answer = await person.http.put(f"{URL}/{found['id']}/repairs", json={"repairs": list(repairs)})
    assert answer.status_code == 200, answer.text
    after: dict[str, Any] = answer.json()
    return after


def of_kind(report: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [problem for problem in report["problems"] if problem["kind"] == kind]
