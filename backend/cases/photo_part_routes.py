"""Photos that follow in parts over a bad link: how much is here, and one more part.

A part is read before the first query: while a slow phone sends, nobody waits for a database connection.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import State

from backend.access import CaseActor, Reporter
from backend.cases import actions, photo_parts, queries, views
from backend.cases.declared import Declared, photo_of_action, photo_of_report
from backend.cases.evidence import Upload, store_photo
from backend.cases.schemas import ActionReceipt, PartsOfActionPhoto, PartsOfReportPhoto, ReportReceipt
from backend.clock import Now
from backend.database import Session
from backend.language import Language
from backend.permissions import Actor
from backend.photos.intake import MAX_PHOTO_BYTES
from backend.wire import Sha256

router = APIRouter(prefix="/api", tags=["photos"])

PART_BODY = {
    "requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}
Start = Annotated[int, Path(ge=0, lt=MAX_PHOTO_BYTES, description="where in the photo this part begins, in bytes")]
Size = Annotated[int, Query(ge=1, le=MAX_PHOTO_BYTES, description="bytes of the whole photo")]


@router.get("/reports/{report_id}/photos/{sha256}/parts")
async def get_report_photo_parts(
    report_id: UUID,
    sha256: Annotated[Sha256, Path()],
    actor: Reporter,
    session: Session,
    at: Now,
    language: Language,
) -> PartsOfReportPhoto:
    """How much of an awaited photo of my report is here: where to go on after a cut connection."""
    photo, received_at = await photo_of_report(session, actor, report_id, sha256)
    return await _report_progress(session, actor, photo, received_at, at, language)


@router.put("/reports/{report_id}/photos/{sha256}/parts/{start}", openapi_extra=PART_BODY)
async def put_report_photo_part(
    report_id: UUID,
    sha256: Annotated[Sha256, Path()],
    start: Start,
    size: Size,
    request: Request,
    actor: Reporter,
    session: Session,
    at: Now,
    language: Language,
) -> PartsOfReportPhoto:
    """The next part of an awaited photo, 16 to 256 KiB unless it is the last. The last one answers with the receipt."""
    data = await request.body()
    photo, received_at = await photo_of_report(session, actor, report_id, sha256)
    progress = await _take(request.app.state, session, actor, photo, start, size, data, at)
    return await _report_progress(session, actor, photo, received_at, at, language, progress)


@router.get("/cases/{case_id}/actions/{action_id}/photos/{sha256}/parts")
async def get_action_photo_parts(
    case_id: UUID,
    action_id: UUID,
    sha256: Annotated[Sha256, Path()],
    actor: CaseActor,
    session: Session,
    at: Now,
    language: Language,
) -> PartsOfActionPhoto:
    """How much of an awaited photo of my step is here."""
    photo = await photo_of_action(session, actor, case_id, action_id, sha256)
    return await _action_progress(session, actor, photo, at, language)


@router.put("/cases/{case_id}/actions/{action_id}/photos/{sha256}/parts/{start}", openapi_extra=PART_BODY)
async def put_action_photo_part(
    case_id: UUID,
    action_id: UUID,
    sha256: Annotated[Sha256, Path()],
    start: Start,
    size: Size,
    request: Request,
    actor: CaseActor,
    session: Session,
    at: Now,
    language: Language,
) -> PartsOfActionPhoto:
    """The next part of an awaited photo of my step."""
    data = await request.body()
    photo = await photo_of_action(session, actor, case_id, action_id, sha256)
    progress = await _take(request.app.state, session, actor, photo, start, size, data, at)
    return await _action_progress(session, actor, photo, at, language, progress)


async def _take(
    state: State, session: AsyncSession, actor: Actor, photo: Declared, start: int, size: int, data: bytes, at: datetime
) -> int:
    """How many bytes are here after this part."""
    if await photo_parts.is_received(session, photo):
        return size
    progress = await photo_parts.take_part(session, photo, start=start, size=size, data=data, at=at)
    if progress.whole is not None:
        stored = await store_photo(state, actor.county, Upload(photo.sha256, progress.whole), "photo")
        await actions.receive_photo(
            session, actor=actor, case_id=photo.case_id, event_id=photo.event_id, stored=stored, at=at
        )
    return progress.received_bytes


async def _missing(session: AsyncSession, photo: Declared) -> list[str]:
    declared = await queries.declared_photos(session, photo.county, photo.case_id, photo.event_id)
    return [row.sha256 for row in declared if row.received_at is None]


async def _report_progress(
    session: AsyncSession,
    actor: Actor,
    photo: Declared,
    received_at: datetime,
    at: datetime,
    language: str,
    received: int | None = None,
) -> PartsOfReportPhoto:
    if not await photo_parts.is_received(session, photo):
        here = await photo_parts.received_bytes(session, photo) if received is None else received
        return PartsOfReportPhoto(received_bytes=here)
    case = await views.detail(session, actor, photo.case_id, at=at, language=language)
    receipt = ReportReceipt(
        id=photo.event_id, received_at=received_at, missing=await _missing(session, photo), case=case
    )
    return PartsOfReportPhoto(received_bytes=received, receipt=receipt)


async def _action_progress(
    session: AsyncSession, actor: Actor, photo: Declared, at: datetime, language: str, received: int | None = None
) -> PartsOfActionPhoto:
    if not await photo_parts.is_received(session, photo):
        here = await photo_parts.received_bytes(session, photo) if received is None else received
        return PartsOfActionPhoto(received_bytes=here)
    case = await views.detail(session, actor, photo.case_id, at=at, language=language)
    receipt = ActionReceipt(id=photo.event_id, missing=await _missing(session, photo), case=case)
    return PartsOfActionPhoto(received_bytes=received, receipt=receipt)
