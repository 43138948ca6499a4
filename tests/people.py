"""The named people of the stories: each is an HTTP client with a session of its own, and a few verbs of the field."""

import hashlib
import json
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from backend.access import COOKIE
from backend.identifiers import new_id
from backend.settings import ROOT
from backend.staff.actions import open_sign_in
from backend.staff.queries import staff_by_phone

PHOTOS = ROOT / "tests" / "data" / "photos"
SIGN_INS: list[dict[str, str]] = json.loads((ROOT / "seeds" / "demo" / "sign_ins.json").read_text(encoding="utf-8"))


def photo(name: str = "orientation/Landscape_6.jpg") -> bytes:
    return (PHOTOS / name).read_bytes()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def label_points() -> dict[str, tuple[float, float]]:
    """A point inside each grid of the demo town, by code."""
    features = json.loads((ROOT / "seeds" / "demo" / "grids.geojson").read_text(encoding="utf-8"))["features"]
    return {
        f["properties"]["code"]: tuple(f["properties"]["label_point"])
        for f in features
        if f["properties"]["label_point"]
    }


# What people in the stories choose where an action asks for a reason, unless the story says otherwise.
USUAL_REASONS = {
    "send_back": "not_ours",
    "decline": "not_there",
    "ask_extension": "works",
    "ask_suspension": "season",
    "force_close": "solved_otherwise",
}
HUANGTANG_3 = "320281104206003"
PLACES = label_points()


def report_body(
    matter: str = "E0110", *, at: str = HUANGTANG_3, photos: list[bytes] | None = None, **more: Any
) -> dict[str, Any]:
    lng, lat = PLACES[at]
    photos = [photo()] if photos is None else photos
    return {
        "matter": matter,
        "place": {"lng": lng, "lat": lat, "accuracy_m": 12.0, "source": "gps"},
        "occurred_at": datetime.now(UTC).isoformat(),
        "photos": [{"sha256": sha256(data)} for data in photos],
    } | more


def as_parts(part: str, body: dict[str, Any], photos: list[bytes]) -> list[tuple[str, tuple[str | None, bytes, str]]]:
    """A multipart submission as the phone sends it."""
    return [(part, (None, json.dumps(body).encode(), "application/json"))] + [
        ("photo", (sha256(data), data, "image/jpeg")) for data in photos
    ]


class Person:
    """Somebody at a phone or a desk."""

    def __init__(self, client: httpx.AsyncClient, about: dict[str, str]) -> None:
        self.http = client
        self.about = about

    async def report(
        self, matter: str = "E0110", *, report_id: UUID | None = None, photos: list[bytes] | None = None, **more: Any
    ) -> httpx.Response:
        """Send a report with its photos (one real photo unless told otherwise)."""
        photos = [photo()] if photos is None else photos
        body = report_body(matter, photos=photos, **more)
        return await self.send_report(report_id or new_id(), body, photos)

    async def send_report(self, report_id: UUID, body: dict[str, Any], photos: list[bytes]) -> httpx.Response:
        return await self.http.put(f"/api/reports/{report_id}", files=as_parts("report", body, photos))

    async def act(
        self,
        action: str,
        case: dict[str, Any],
        *,
        photos: list[bytes] | None = None,
        action_id: UUID | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Take a step with the case as this person last saw it."""
        photos = photos or []
        reason = {"reason": USUAL_REASONS[action]} if action in USUAL_REASONS else {}
        declared = [{"sha256": sha256(p)} for p in photos]
        body = {"action": action, "version": case["version"], "photos": declared} | reason | more
        return await self.http.put(
            f"/api/cases/{case['id']}/actions/{action_id or uuid4()}", files=as_parts("action", body, photos)
        )

    async def case(self, case_id: str) -> dict[str, Any]:
        answer = await self.http.get(f"/api/cases/{case_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def cases(self, **filters: Any) -> list[dict[str, Any]]:
        answer = await self.http.get("/api/cases", params=filters)
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


class People:
    """Signs people of the demo town in, without the cost of a password hash; signing in itself has its own tests."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def person(self, phone: str, *, days: int = 1) -> Person:
        state = self._app.state
        async with state.sessions() as session, session.begin():
            staff = await staff_by_phone(session, phone)
            assert staff is not None, phone
            token = await open_sign_in(session, staff=staff, at=state.clock(), days=days)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self._app, raise_app_exceptions=False),
            base_url="http://suozi.test",
            cookies={COOKIE: token},
        )
        await self._stack.enter_async_context(client)
        about = next((row for row in SIGN_INS if row["phone"] == phone), {"phone": phone})
        return Person(client, about)

    async def _first(self, role: str, note: str = "") -> Person:
        row = next(r for r in SIGN_INS if r["role"] == role and note in r["note"])
        return await self.person(row["phone"])

    async def worker(self, note: str = "璜塘村第3网格") -> Person:
        return await self._first("worker", note)

    async def squad_member(self, note: str = "一中队") -> Person:
        return await self._first("squad_member", note)

    async def squad_leader(self, note: str = "一中队") -> Person:
        return await self._first("squad_leader", note)

    async def inspector(self) -> Person:
        return await self._first("inspector")

    async def operator(self) -> Person:
        return await self._first("operator")

    async def administrator(self) -> Person:
        return await self._first("administrator")


async def cookie_for(app: FastAPI, phone: str, *, days: int = 1) -> str:
    """A session of this person, who may be of any county."""
    async with app.state.sessions() as session, session.begin():
        staff = await staff_by_phone(session, phone)
        assert staff is not None, phone
        return await open_sign_in(session, staff=staff, at=app.state.clock(), days=days)
