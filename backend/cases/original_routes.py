"""The camera's own files: evidence that follows a smaller picture, late, on Wi-Fi, where the county wants them.

The report declared their hash, so that what comes a week later is what the phone had then. Without them nothing waits.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access import CaseActor, Reporter
from backend.cases.declared import Declared, photo_of_action, photo_of_report
from backend.cases.evidence import Upload, keep_facts, store_photo
from backend.cases.models import CasePhoto
from backend.cases.photo_arrival_routes import PART_BODY
from backend.cases.schemas import OriginalReceipt
from backend.clock import Now
from backend.database import Session
from backend.errors import Conflict, Say
from backend.photos.intake import PhotoFacts
from backend.wire import Sha256

router = APIRouter(prefix="/api", tags=["photos"])


@router.put("/reports/{report_id}/photos/{sha256}/original", openapi_extra=PART_BODY)
async def put_report_original(
    report_id: UUID, sha256: Annotated[Sha256, Path()], request: Request, actor: Reporter, session: Session, at: Now
) -> OriginalReceipt:
    """The camera's own file of a photo of my report, as raw bytes."""
    async with request.app.state.sessions.begin() as brief:
        photo = await photo_of_report(brief, actor, report_id, sha256)
    return await _take(request, session, photo, at)


@router.put("/cases/{case_id}/actions/{action_id}/photos/{sha256}/original", openapi_extra=PART_BODY)
async def put_action_original(
    case_id: UUID,
    action_id: UUID,
    sha256: Annotated[Sha256, Path()],
    request: Request,
    actor: CaseActor,
    session: Session,
    at: Now,
) -> OriginalReceipt:
    """The camera's own file of a photo of my step, as raw bytes."""
    async with request.app.state.sessions.begin() as brief:
        photo = await photo_of_action(brief, actor, case_id, action_id, sha256)
    return await _take(request, session, photo, at)


async def _take(request: Request, session: AsyncSession, photo: Declared, at: datetime) -> OriginalReceipt:
    """`session` was asked nothing yet: a slow phone keeps nobody waiting for a connection."""
    data = await request.body()
    original = await store_photo(request.app.state, photo.county, Upload(photo.sha256, data), "photo")
    await _receive(session, photo, original, at)
    return OriginalReceipt(id=photo.event_id, sha256=photo.sha256, original=original.sha256)


async def _receive(session: AsyncSession, photo: Declared, original: PhotoFacts, at: datetime) -> None:
    """A repeat changes nothing. Raises Conflict for a file that was not declared with the photo."""
    key = (photo.county, photo.case_id, photo.event_id, photo.sha256)
    row = await session.get(CasePhoto, key, with_for_update=True)
    if row is None or row.original_sha256 != original.sha256:
        raise Conflict(
            "undeclared_original",
            Say("这张原图与上报时登记的不一致", "This is not the original that was declared with the photo"),
            sha256=photo.sha256,
        )
    if row.original_received_at is None:
        await keep_facts(session, photo.county, photo.sender_id, original, at)
        row.original_received_at = at
