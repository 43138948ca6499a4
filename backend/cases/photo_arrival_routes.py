"""Photos that follow their report or step: whole, or over a bad link in parts. How much is here, and one more.

While a slow phone sends, nobody waits for a database connection: a whole photo is read and checked, and a part read, before
`session` is asked anything.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import State

from backend.access import CaseActor, Reporter
from backend.cases import actions, photo_parts, queries
from backend.cases.actions import Outcome
from backend.cases.declared import Declared, photo_of_action, photo_of_report
from backend.cases.evidence import Upload, store_photo
from backend.cases.receipts import action_receipt, report_receipt
from backend.cases.schemas import ActionReceipt, PartsOfActionPhoto, PartsOfReportPhoto, ReportReceipt
from backend.clock import Now
from backend.database import Session
from backend.errors import Malformed, Say
from backend.language import Language
from backend.permissions import Actor
from backend.photos.intake import MAX_PHOTO_BYTES, PhotoFacts
from backend.wire import Sha256

router = APIRouter(prefix="/api", tags=["photos"])

BYTES = {"type": "string", "format": "binary"}
PHOTO_BODY = {"requestBody": {"content": {"image/*": {"schema": BYTES}}}}
PART_BODY = {"requestBody": {"content": {"application/octet-stream": {"schema": BYTES}}}}
Start = Annotated[int, Path(ge=0, lt=MAX_PHOTO_BYTES, description="where in the photo this part begins, in bytes")]
Size = Annotated[int, Query(ge=1, le=MAX_PHOTO_BYTES, description="bytes of the whole photo")]


@router.put("/reports/{report_id}/photos/{sha256}", openapi_extra=PHOTO_BODY)
async def put_report_photo(
    report_id: UUID,
    sha256: Annotated[Sha256, Path()],
    request: Request,
    actor: Reporter,
    session: Session,
    at: Now,
    language: Language,
) -> ReportReceipt:
    """One awaited photo of a report, as raw bytes."""
    async with request.app.state.sessions.begin() as brief:
        photo = await photo_of_report(brief, actor, report_id, sha256)
    outcome = await _take_whole(request, session, actor, photo, at)
    return await report_receipt(session, actor, report_id, outcome, at, language)


@router.put("/cases/{case_id}/actions/{action_id}/photos/{sha256}", openapi_extra=PHOTO_BODY)
async def put_action_photo(
    case_id: UUID,
    action_id: UUID,
    sha256: Annotated[Sha256, Path()],
    request: Request,
    actor: CaseActor,
    session: Session,
    at: Now,
    language: Language,
) -> ActionReceipt:
    """One awaited photo of an action, as raw bytes."""
    async with request.app.state.sessions.begin() as brief:
        photo = await photo_of_action(brief, actor, case_id, action_id, sha256)
    outcome = await _take_whole(request, session, actor, photo, at)
    return await action_receipt(session, actor, action_id, outcome, at, language)


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
    photo = await photo_of_report(session, actor, report_id, sha256)
    return await _report_parts(session, actor, photo, await _here(session, photo), at, language)


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
    photo = await photo_of_report(session, actor, report_id, sha256)
    here = await _take(request.app.state, session, actor, photo, start, size, data, at)
    return await _report_parts(session, actor, photo, here, at, language, size)


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
    return await _action_parts(session, actor, photo, await _here(session, photo), at, language)


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
    here = await _take(request.app.state, session, actor, photo, start, size, data, at)
    return await _action_parts(session, actor, photo, here, at, language, size)


async def _take_whole(request: Request, session: AsyncSession, actor: Actor, photo: Declared, at: datetime) -> Outcome:
    data = await request.body()
    stored = await store_photo(request.app.state, photo.county, Upload(photo.sha256, data), "photo")
    if stored.sha256 != photo.sha256:
        raise Malformed.at(
            "photo",
            "other_bytes",
            Say("照片在传输中损坏了，请重发", "The photo was damaged on the way; send it again"),
            sha256=stored.sha256,
        )
    return await _receive(session, actor, photo, stored, at)


async def _take(
    state: State, session: AsyncSession, actor: Actor, photo: Declared, start: int, size: int, data: bytes, at: datetime
) -> int | Outcome:
    """How many bytes are here after this part; what came of it once the photo is whole."""
    if await photo_parts.is_received(session, photo):
        return await _outcome(session, photo)
    progress = await photo_parts.take_part(session, photo, start=start, size=size, data=data, at=at)
    if progress.whole is None:
        return progress.received_bytes
    stored = await store_photo(state, photo.county, Upload(photo.sha256, progress.whole), "photo")
    return await _receive(session, actor, photo, stored, at)


async def _receive(session: AsyncSession, actor: Actor, photo: Declared, stored: PhotoFacts, at: datetime) -> Outcome:
    return await actions.receive_photo(
        session, actor=actor, case_id=photo.case_id, event_id=photo.event_id, stored=stored, at=at
    )


async def _here(session: AsyncSession, photo: Declared) -> int | Outcome:
    if await photo_parts.is_received(session, photo):
        return await _outcome(session, photo)
    return await photo_parts.received_bytes(session, photo)


async def _outcome(session: AsyncSession, photo: Declared) -> Outcome:
    """As it stands, of a photo that came before."""
    declared = await queries.declared_photos(session, photo.county, photo.case_id, photo.event_id)
    missing = [row.sha256 for row in declared if row.received_at is None]
    return Outcome(photo.case_id, first=False, missing=missing, received_at=photo.event_at)


async def _report_parts(
    session: AsyncSession,
    actor: Actor,
    photo: Declared,
    here: int | Outcome,
    at: datetime,
    language: str,
    whole: int | None = None,
) -> PartsOfReportPhoto:
    if isinstance(here, int):
        return PartsOfReportPhoto(received_bytes=here)
    receipt = await report_receipt(session, actor, photo.event_id, here, at, language)
    return PartsOfReportPhoto(received_bytes=whole, receipt=receipt)


async def _action_parts(
    session: AsyncSession,
    actor: Actor,
    photo: Declared,
    here: int | Outcome,
    at: datetime,
    language: str,
    whole: int | None = None,
) -> PartsOfActionPhoto:
    if isinstance(here, int):
        return PartsOfActionPhoto(received_bytes=here)
    receipt = await action_receipt(session, actor, photo.event_id, here, at, language)
    return PartsOfActionPhoto(received_bytes=whole, receipt=receipt)
