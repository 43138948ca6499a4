"""Cases as vector tiles, for the map of whoever may see them. What is in the tiles stands in `tile_queries.py`."""

import hashlib
from collections.abc import Awaitable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from backend.access import CaseReader
from backend.cases.case_filter import WantedCases
from backend.cases.queries_groups import Group
from backend.cases.queries_lists import CaseFilter
from backend.clock import Now
from backend.command_centre import tile_queries
from backend.database import Session
from backend.grids.queries_tiles import TileAddress
from backend.grids.tile_routes import MAX_ZOOM, VECTOR_TILE, require_in_world

router = APIRouter(prefix="/api/tiles", tags=["command centre"])

RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"content": {VECTOR_TILE: {"schema": {"type": "string", "format": "binary"}}}, "description": "tile"},
    204: {"description": "no case is here"},
    304: {"description": "unchanged"},
}
Zoom = Annotated[int, Path(ge=0, le=MAX_ZOOM)]


@router.get("/cases/{z}/{x}/{y}.mvt", response_class=Response, responses=RESPONSES)
async def case_tile(
    actor: CaseReader, session: Session, at: Now, request: Request, wanted: WantedCases, z: Zoom, x: int, y: int
) -> Response:
    """The cases that the same filter lists at `GET /api/cases`, single and in clusters. Where it asks for no group,
    status or days, only the open ones."""
    require_in_world(z, x, y)
    tile = TileAddress(z, x, y)
    return await _answer(request, tile_queries.case_tile(session, actor, _or_open(wanted), tile, at))


@router.get("/heat/{z}/{x}/{y}.mvt", response_class=Response, responses=RESPONSES)
async def heat_tile(
    actor: CaseReader, session: Session, at: Now, request: Request, wanted: WantedCases, z: Zoom, x: int, y: int
) -> Response:
    """How many of the cases that the filter finds lie in each small cell, whatever became of them."""
    require_in_world(z, x, y)
    return await _answer(request, tile_queries.heat_tile(session, actor, wanted, TileAddress(z, x, y), at))


def _or_open(wanted: CaseFilter) -> CaseFilter:
    days = (wanted.opened_from, wanted.opened_to, wanted.closed_from, wanted.closed_to)
    return wanted if wanted.group or wanted.statuses or any(days) else replace(wanted, group=Group.OPEN)


async def _answer(request: Request, drawn: Awaitable[bytes]) -> Response:
    """A tile is asked for again and again while little changes: what the map has already is not sent."""
    content = await drawn
    headers = {
        "ETag": f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"',
        "Cache-Control": "private, no-cache",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, 200 if content else 204, headers, media_type=VECTOR_TILE if content else None)
