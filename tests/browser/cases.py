"""Cases for the screens to show, filed and moved over the same API with the sign-in of a page that is open."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import Page

from backend.identifiers import new_id
from tests.people import HUANGTANG_3, photo, report_body, sha256


def _part(content: dict[str, Any]) -> dict[str, Any]:
    return {"name": "part.json", "mimeType": "application/json", "buffer": json.dumps(content).encode()}


def _picture(data: bytes) -> dict[str, Any]:
    return {"name": sha256(data), "mimeType": "image/jpeg", "buffer": data}


def file_report(page: Page, matter: str, at: str = HUANGTANG_3, **more: Any) -> dict[str, Any]:
    """The case that a report by whoever is signed in on `page` opens."""
    data = photo()
    answer = page.request.put(
        f"/api/reports/{new_id()}",
        multipart={"report": _part(report_body(matter, at=at, photos=[data], **more)), "photo": _picture(data)},
    )
    assert answer.ok, answer.text()
    case: dict[str, Any] = answer.json()["case"]
    return case


def act(page: Page, case_id: str, action: str, *, pictures: tuple[bytes, ...] = (), **more: Any) -> dict[str, Any]:
    """The case after a step by whoever is signed in on `page`."""
    present = case_of(page, case_id)
    body = {
        "action": action,
        "version": present["version"],
        "at": datetime.now(UTC).isoformat(),
        "photos": [{"sha256": sha256(data)} for data in pictures],
    } | more
    parts: dict[str, Any] = {"action": _part(body)}
    for data in pictures:
        parts["photo"] = _picture(data)
    answer = page.request.put(f"/api/cases/{case_id}/actions/{uuid.uuid4()}", multipart=parts)
    assert answer.ok, answer.text()
    case: dict[str, Any] = answer.json()["case"]
    return case


def case_of(page: Page, case_id: str) -> dict[str, Any]:
    answer = page.request.get(f"/api/cases/{case_id}")
    assert answer.ok, answer.text()
    case: dict[str, Any] = answer.json()
    return case
