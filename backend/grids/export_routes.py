"""The net as a file, over HTTP."""

import asyncio
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response

from backend.access import NetKeeper
from backend.clock import Now, local_date
from backend.database import Session
from backend.errors import NotFound, Say
from backend.grids import queries
from backend.grids.draft_schemas import Code, LocalDay
from backend.grids.export import MEDIA_TYPE, SUFFIX, FileFormat, System, exported, write_file

router = APIRouter(prefix="/api/net", tags=["net"])

FILES = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPE.values()}


@router.get("/export", response_class=Response, responses={200: {"content": FILES}})
async def export_net(
    actor: NetKeeper,
    session: Session,
    at: Now,
    request: Request,
    form: Annotated[FileFormat, Query(alias="format")] = FileFormat.GEOJSON,
    crs: Annotated[System, Query(description="EPSG code: WGS 84 or CGCS2000")] = System.WGS84,
    within: Annotated[Code | None, Query(description="code of the grid that is wanted with its parts")] = None,
    on: Annotated[LocalDay | None, Query(description="the day as of which; today if left out")] = None,
) -> Response:
    """Grids in force on a day, as a file that other software reads and that can be imported again."""
    day = on or local_date(at)
    found = await queries.grids(session, actor.county, on=day, within=within, levels=[], kinds=[])
    if not found:
        raise NotFound("no_such_grid", Say("这一天没有这个网格", "There is no such grid on that day"))
    content = await asyncio.to_thread(write_file, exported(found), form, crs, url=str(request.url), at=at)
    top = min(found, key=lambda grid: grid.path.count("/"))
    name = f"{top.name}网格_{day}{SUFFIX[form]}"
    disposition = f"attachment; filename=\"grids{SUFFIX[form]}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=MEDIA_TYPE[form], headers={"Content-Disposition": disposition})
