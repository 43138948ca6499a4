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
    headers = {"Cache-Control": "private, max-age=86400", "Content-Security-Policy": "sandbox; default-src 'none'"}
    if size == "original":
        if not actor.may(Permission.SEE_EVIDENCE):
            raise NotAllowed(
                "not_allowed", Say("原始照片只供核查和指挥中心查看", "Originals are for inspectors and operators")
            )
        headers["Content-Disposition"] = f'attachment; filename="{sha256[:16]}"'
        try:
            content = await get(request.app.state.store, photo_key(actor.county, sha256, "original"))
        except ObjectMissing:
            raise no_such_photo() from None
        return Response(content, media_type="application/octet-stream", headers=headers)
    try:
        content = await shown_photo(
            request.app.state.store, request.app.state.photo_children, actor.county, sha256, int(size)
        )
    except ObjectMissing:
        raise no_such_photo() from None
    return Response(content, media_type="image/jpeg", headers=headers)
