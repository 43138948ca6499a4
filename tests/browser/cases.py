"""Somebody who acts over the API: what they do is shown on the screens of others."""

import json
from typing import Any, cast
from uuid import uuid4

from playwright.sync_api import APIRequestContext, APIResponse

from backend.identifiers import new_id
from tests.people import HUANGTANG_3, PHOTOS, photo, report_body, sha256

BEFORE = PHOTOS / "orientation" / "Landscape_6.jpg"
AFTER = PHOTOS / "orientation" / "Portrait_3.jpg"


class Field:
    """Somebody with a session of their own and no screen. A step is taken on the case as it is at that moment."""

    def __init__(self, request: APIRequestContext) -> None:
        self._request = request

    def report(self, matter: str = "E0110", at: str = HUANGTANG_3, **more: Any) -> dict[str, Any]:
        """The case that a report with one photo, made in the grid `at`, opens."""
        data = photo()
        body = report_body(matter, at=at, photos=[data], **more)
        return self._put(f"/api/reports/{new_id()}", "report", body, data)

    def act(self, action: str, case_id: str, picture: bytes | None = None, **more: Any) -> dict[str, Any]:
        """The case after the step."""
        declared = [{"sha256": sha256(picture)}] if picture else []
        body = {"action": action, "version": self.case(case_id)["version"], "photos": declared} | more
        return self._put(f"/api/cases/{case_id}/actions/{uuid4()}", "action", body, picture)

    def case(self, case_id: str) -> dict[str, Any]:
        return cast(dict[str, Any], self.get(f"/api/cases/{case_id}"))

    def get(self, path: str) -> Any:
        return _content(self._request.get(path))

    def put(self, path: str, body: dict[str, Any]) -> Any:
        return _content(self._request.put(path, data=body))

    def _put(self, url: str, part: str, body: dict[str, Any], picture: bytes | None) -> dict[str, Any]:
        content = json.dumps(body).encode()
        parts: dict[str, Any] = {part: {"name": part, "mimeType": "application/json", "buffer": content}}
        if picture:
            parts["photo"] = {"name": sha256(picture), "mimeType": "image/jpeg", "buffer": picture}
        case: dict[str, Any] = _content(self._request.put(url, multipart=parts))["case"]
        return case


def _content(answer: APIResponse) -> Any:
    assert answer.ok, answer.text()
    return answer.json()
