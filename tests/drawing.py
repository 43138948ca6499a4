"""Drawing drafts of the net over HTTP, and places of the demo town to draw at. Used by the stories of redraws."""

from datetime import date
from typing import Any
from uuid import uuid4

import httpx
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from tests.people import PLACES, Person

TODAY = date(2026, 11, 23)
VILLAGE = "320281104206"
TOWN = "320281104"
# A line from edge to edge through the middle of each grid's label, well beyond the grid on both sides.
REACH = 0.05


def line_through(code: str, *, north_south: bool = True) -> list[list[float]]:
    """A straight line through the grid's label point, far beyond it on both sides."""
    lng, lat = PLACES[code]
    dx, dy = (0.0, REACH) if north_south else (REACH, 0.0)
    return [[lng - dx, lat - dy], [lng + dx, lat + dy]]


class Drafting:
    """One draft in the hands of one administrator, with the version that they saw last."""

    def __init__(self, person: Person, draft_id: str) -> None:
        self.person = person
        self.id = draft_id
        self.version = 0
        self.seen: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return f"/api/net/drafts/{self.id}"

    def _saw(self, answer: httpx.Response) -> dict[str, Any]:
        assert answer.status_code in {200, 201}, answer.text
        self.seen = answer.json()
        self.version = self.seen["version"]
        return self.seen

    async def try_(self, kind: str, **more: Any) -> httpx.Response:
        operation = {"kind": kind} | more
        return await self.person.http.post(
            f"{self.url}/operations", json={"version": self.version, "operation": operation}
        )

    async def do(self, kind: str, **more: Any) -> dict[str, Any]:
        return self._saw(await self.try_(kind, **more))

    async def undo(self) -> dict[str, Any]:
        return self._saw(await self.person.http.delete(f"{self.url}/operations/last", params={"version": self.version}))

    async def look(self) -> dict[str, Any]:
        return self._saw(await self.person.http.get(self.url))

    async def rename(self, title: str, on: date) -> dict[str, Any]:
        return self._saw(await self.person.http.put(self.url, json={"title": title, "effective_on": on.isoformat()}))

    async def border(self, a: str, b: str) -> list[list[list[float]]]:
        answer = await self.person.http.get(f"{self.url}/boundary", params={"a": a, "b": b})
        assert answer.status_code == 200, answer.text
        parts: list[list[list[float]]] = answer.json()["parts"]
        return parts

    async def impact(self) -> dict[str, Any]:
        answer = await self.person.http.get(f"{self.url}/impact")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def try_publish(self) -> httpx.Response:
        return await self.person.http.post(f"{self.url}/publish", json={"version": self.version})

    async def publish(self) -> dict[str, Any]:
        answer = await self.try_publish()
        assert answer.status_code == 200, answer.text
        edition: dict[str, Any] = answer.json()
        return edition

    def changes(self) -> dict[str, dict[str, Any]]:
        """The properties of each changed grid, by code, as seen last."""
        return {feature["id"]: feature["properties"] for feature in self.seen["changes"]["features"]}

    def shape(self, code: str) -> BaseGeometry:
        return shape(next(f["geometry"] for f in self.seen["changes"]["features"] if f["id"] == code))


async def begin(person: Person, title: str = "调整", on: date = TODAY) -> Drafting:
    drafting = Drafting(person, str(uuid4()))
    await drafting.rename(title, on)
    return drafting


async def grids_on(person: Person, on: date | None = None, **filters: Any) -> dict[str, dict[str, Any]]:
    """Every grid in force on a day: its properties, with its outline as `shape`."""
    answer = await person.http.get("/api/grids", params=filters | ({"on": on.isoformat()} if on else {}))
    assert answer.status_code == 200, answer.text
    return {
        feature["id"]: feature["properties"]
        | {"shape": shape(feature["geometry"]) if feature["geometry"] is not None else None}
        for feature in answer.json()["features"]
    }
