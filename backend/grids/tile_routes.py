"""The net as vector tiles. What is in them, and from which zoom on, is in `queries_tiles.py`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from backend.access import NetReader
from backend.clock import Now, local_date
from backend.database import Session
from backend.errors import Malformed, Say
from backend.grids.draft_schemas import LocalDay
from backend.grids.queries import net_version
from backend.grids.queries_tiles import TileAddress, grid_tile

router = APIRouter(prefix="/api/tiles", tags=["grids"])

MAX_ZOOM = 22
VECTOR_TILE = "application/vnd.mapbox-vector-tile"


@router.get(
    "/grids/{z}/{x}/{y}.mvt",
    response_class=Response,
    responses={
        200: {"content": {VECTOR_TILE: {"schema": {"type": "string", "format": "binary"}}}, "description": "tile"},
        204: {"description": "nothing of the net is here"},
        304: {"description": "unchanged"},
    },
)
async def net_tile(
    actor: NetReader,
    session: Session,
    at: Now,
    request: Request,
    z: Annotated[int, Path(ge=0, le=MAX_ZOOM)],
    x: int,
    y: int,
    on: Annotated[LocalDay | None, Query(description="the local day whose net is wanted; left out: today")] = None,
) -> Response:
    """Layers `grids` (polygons) and `labels` (points) of the net on a day. The ETag changes with its editions."""
    require_in_world(z, x, y)
    day = on or local_date(at)
    headers = {
        "ETag": f'"{actor.county}-{await net_version(session, actor.county, day)}"',
        "Cache-Control": "private, no-cache",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    content = await grid_tile(session, actor.county, TileAddress(z, x, y), day)
    return Response(content, 200 if content else 204, headers, media_type=VECTOR_TILE if content else None)


def require_in_world(z: int, x: int, y: int) -> None:
    last = (1 << z) - 1
    for name, value in (("x", x), ("y", y)):
        if not 0 <= value <= last:
            message = Say(
                f"第 {z} 级瓦片的 {name} 应在 0 到 {last} 之间", f"At zoom {z}, {name} lies between 0 and {last}"
            )
            raise Malformed.at(name, "malformed", message)
