"""Bringing a file of grids into the net, over HTTP: upload, preview, reading, repairs, draft."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import UploadFile

from backend.access import NetKeeper
from backend.clock import Now
from backend.database import Session
from backend.errors import Malformed, Say
from backend.grids.draft_routes import draft_out
from backend.grids.draft_schemas import Draft
from backend.grids.imports import actions, queries, views
from backend.grids.imports.schemas import (
    DraftFromImport,
    Import,
    ImportedFeatures,
    ImportPreview,
    ImportSummary,
    Reading,
    RepairsIn,
    Shift,
)
from backend.language import Language

router = APIRouter(prefix="/api/net/imports", tags=["imports"])

FILE_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@router.put("/{import_id}", responses={201: {"model": Import}}, openapi_extra=FILE_BODY)
async def put_import(
    import_id: UUID,
    request: Request,
    response: Response,
    actor: NetKeeper,
    session: Session,
    at: Now,
    language: Language,
) -> Import:
    """Upload a file (GeoJSON, GeoPackage or zipped Shapefile) under the client's own id. 201 the first time."""
    file_name, data = await _uploaded(request)
    found, first = await actions.receive_file(
        request.app.state, session, actor=actor, import_id=import_id, file_name=file_name, data=data, at=at
    )
    response.status_code = 201 if first else 200
    return views.import_out(found, actor, language)


async def _uploaded(request: Request) -> tuple[str, bytes]:
    async with request.form(max_files=1, max_fields=2) as form:
        value = form.get("file")
        if not isinstance(value, UploadFile):
            raise Malformed.at("file", "missing_part", Say("请选择要导入的文件", "The part “file” is missing"))
        return actions.plain_file_name(value.filename or ""), await value.read()


@router.get("")
async def recent_imports(actor: NetKeeper, session: Session) -> list[ImportSummary]:
    """The asker's own imports, the latest first."""
    return await queries.recent_imports(session, actor)


@router.get("/{import_id}")
async def one_import(import_id: UUID, actor: NetKeeper, session: Session, language: Language) -> Import:
    """What is in the file, how it is read, and the dry run of that."""
    return views.import_out(await queries.import_for(session, actor, import_id), actor, language)


@router.get("/{import_id}/preview")
async def preview(
    import_id: UUID,
    request: Request,
    actor: NetKeeper,
    at: Now,
    crs: Annotated[int, Query(description="EPSG code, one of the layer's crs_choices")],
    shift: Annotated[Shift, Query()] = Shift.NONE,
    layer: Annotated[str | None, Query(max_length=300, description="the first layer if not given")] = None,
    swap: Annotated[bool, Query(description="exchange x and y")] = False,
) -> ImportPreview:
    """Where the layer would lie if it were read so, before anything is stored."""
    found = await actions.preview(
        request.app.state, actor=actor, import_id=import_id, layer=layer, epsg=crs, shift=shift, swap=swap, at=at
    )
    return views.preview(found)


@router.put("/{import_id}/reading")
async def put_reading(
    import_id: UUID, reading: Reading, request: Request, actor: NetKeeper, session: Session, at: Now, language: Language
) -> Import:
    """Say how the file is to be read; the answer carries the dry run. Repairs chosen before are given up."""
    found = await actions.read_file(
        request.app.state, session, actor=actor, import_id=import_id, reading=reading, at=at
    )
    return views.import_out(found, actor, language)


@router.put("/{import_id}/repairs")
async def put_repairs(
    import_id: UUID,
    chosen: RepairsIn,
    request: Request,
    actor: NetKeeper,
    session: Session,
    at: Now,
    language: Language,
) -> Import:
    """Choose repairs (none: the file as it came); the answer carries the dry run of what they make of it."""
    found = await actions.repair(
        request.app.state, session, actor=actor, import_id=import_id, repairs=chosen.repairs, at=at
    )
    return views.import_out(found, actor, language)


@router.get("/{import_id}/features", response_model=ImportedFeatures)
async def features(import_id: UUID, request: Request, actor: NetKeeper, session: Session) -> Response:
    """Every feature as read and repaired, with the kinds of its problems, as GeoJSON (WGS84)."""
    found = await queries.import_for(session, actor, import_id)
    return Response(await views.features(request.app.state.store, found), media_type="application/geo+json")


@router.post("/{import_id}/draft")
async def make_draft(
    import_id: UUID,
    content: DraftFromImport,
    request: Request,
    actor: NetKeeper,
    session: Session,
    at: Now,
    language: Language,
) -> Draft:
    """A draft whose operation is this import, all of it or nothing. Asked again for the same draft it only answers."""
    draft = await actions.make_draft(
        request.app.state, session, actor=actor, import_id=import_id, content=content, at=at
    )
    return await draft_out(request, session, draft, language)
