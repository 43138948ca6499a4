"""Showing photos to those who may see a case they belong to."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from backend.access import CaseReader
from backend.cases import queries
from backend.cases.evidence import no_such_photo
from backend.cases.marks import marked_photo
from backend.cases.schemas import PhotoSize
from backend.database import Session
from backend.errors import NotAllowed, Say
from backend.permissions import Permission
from backend.photos.derivatives import shown_photo
from backend.photos.keys import photo_key
from backend.storage import ObjectMissing, get
from backend.wire import Sha256

router = APIRouter(prefix="/api", tags=["photos"])


@router.get("/photos/{sha256}/{size}", response_class=Response)
async def get_photo(
    sha256: Annotated[Sha256, Path()], size: PhotoSize, request: Request, actor: CaseReader, session: Session
) -> Response:
    """A photo of a case that I may see: 320 px plain, 1600 px with time, place and number of the oldest such case written on
    it, or the original as evidence (download only; the camera's own file where it came). The pictures hold no metadata."""
    case_id = await queries.first_case_with_photo(session, actor, sha256)
    if case_id is None:
        raise no_such_photo()
    if size == "original" and not actor.may(Permission.SEE_EVIDENCE):
        raise NotAllowed(
            "not_allowed", Say("原始照片只供核查和指挥中心查看", "Originals are for inspectors and operators")
        )
    shown = sha256 if size != "original" else await queries.original_of(session, actor.county, case_id, sha256)
    # Asked for again each time, so that a photo is gone with the right to see it; the answer is then only a 304.
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        # What is written on it depends on who asks.
        "ETag": f'"{shown}-{size}-{case_id}"',
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    state = request.app.state
    try:
        if size == "original":
            headers["Content-Disposition"] = f'attachment; filename="{shown[:16]}"'
            content = await get(state.store, photo_key(actor.county, shown, "original"))
            return Response(content, media_type="application/octet-stream", headers=headers)
        if size == "1600":
            content = await marked_photo(
                session, state.store, state.photo_children, county=actor.county, case_id=case_id, sha256=sha256
            )
        else:
            content = await shown_photo(state.store, state.photo_children, actor.county, sha256, int(size))
    except ObjectMissing:
        raise no_such_photo() from None
    return Response(content, media_type="image/jpeg", headers=headers)
