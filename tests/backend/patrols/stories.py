"""A few verbs of patrolling over HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

import httpx

from backend.identifiers import new_id
from backend.patrols.packing import NewFix
from tests.backend.patrols.walking import said
from tests.conftest import MONDAY_MORNING
from tests.people import Person


async def agree(person: Person) -> None:
    answer = await person.http.put("/api/track-consent", json={"text_version": 1, "agreed": True})
    assert answer.status_code == 200, answer.text


async def put_patrol(
    person: Person, patrol_id: UUID, *, started_at: datetime = MONDAY_MORNING, revision: int = 1, **more: Any
) -> httpx.Response:
    body = {"revision": revision, "travel": "walk", "started_at": started_at.isoformat()} | more
    return await person.http.put(f"/api/patrols/{patrol_id}", json=body)


async def start(person: Person, **more: Any) -> UUID:
    """A patrol that runs, with consent."""
    await agree(person)
    patrol_id = new_id()
    answer = await put_patrol(person, patrol_id, **more)
    assert answer.status_code == 200, answer.text
    return patrol_id


async def put_fixes(
    person: Person, patrol_id: UUID, fixes: list[NewFix], *, batch_id: UUID | None = None, headers: Any = None
) -> httpx.Response:
    return await person.http.put(
        f"/api/patrols/{patrol_id}/fixes/{batch_id or new_id()}", json={"fixes": said(fixes)}, headers=headers
    )
