"""Showing photos to those who may see a case they belong to."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from backend.access import CaseReader
from backend.cases import queries
from backend.cases.evidence import no_such_photo
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
    """A photo of a case that I may see: 320 or 1600 px without metadata, or the original as evidence (download only)."""
    if not await queries.may_see_photo(session, actor, sha256):
        raise no_such_photo()
    if size == "original" and not actor.may(Permission.SEE_EVIDENCE):
        raise NotAllowed(
            "not_allowed", Say("原始照片只供核查和指挥中心查看", "Originals are for inspectors and operators")
        )
    # Asked for again each time, so that a photo is gone with the right to see it; the answer is then only a 304.
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "ETag": f'"{sha256}-{size}"',
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    state = request.app.state
    try:
        if size == "original":
            headers["Content-Disposition"] = f'attachment; filename="{sha256[:16]}"'
            content = await get(state.store, photo_key(actor.county, sha256, "original"))
            return Response(content, media_type="application/octet-stream", headers=headers)
        content = await shown_photo(state.store, state.photo_children, actor.county, sha256, int(size))
    except ObjectMissing:
        raise no_such_photo() from None
    return Response(content, media_type="image/jpeg", headers=headers)
