"""The base maps that the settings name: what a map needs to draw them, and tiles out of archives on this machine."""

import asyncio
import json
from pathlib import Path as File
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from backend.access import NetReader
from backend.errors import NotFound, Say
from backend.grids.pmtiles import header_of, read_tile
from backend.grids.tile_routes import MAX_ZOOM, require_in_world
from backend.settings import BaseMap

router = APIRouter(prefix="/api", tags=["grids"])

A_DAY_S = 86_400


class TileSource(BaseModel):
    """XYZ tiles in Web Mercator; several addresses are hosts with the same tiles. One that begins with `/` is ours."""

    tiles: list[str]
    tile_size: int
    min_zoom: int
    max_zoom: int


class BaseMapOut(BaseModel):
    """A base map: its sources from below, and whose it is, which is shown for as long as the map is."""

    id: str
    name: str
    kind: Literal["raster", "vector"]
    sources: list[TileSource]
    layers: list[dict[str, Any]] = Field(
        description="of a vector map: MapLibre layers; the sources are `base-tiles-0`, `base-tiles-1`"
    )
    attribution: str
    review_number: str = Field(description="审图号, empty if it has none")


@router.get("/base-maps")
async def base_maps(_actor: NetReader, request: Request) -> list[BaseMapOut]:
    """In the order of the settings; the first is shown unless somebody chooses. Empty: only the packaged map."""
    maps: tuple[BaseMap, ...] = request.app.state.settings.base_maps
    return [_told(number, base) for number, base in enumerate(maps)]


@router.get(
    "/base-maps/{number}/{part}/{z}/{x}/{y}",
    response_class=Response,
    responses={200: {"description": "a tile"}, 204: {"description": "the map has nothing here"}},
)
async def base_map_tile(
    _actor: NetReader,
    request: Request,
    number: Annotated[int, Path(ge=0, le=99)],
    part: Annotated[int, Path(ge=0, le=9)],
    z: Annotated[int, Path(ge=0, le=MAX_ZOOM)],
    x: int,
    y: int,
) -> Response:
    """A tile of a map that lies as a PMTiles archive on the server."""
    require_in_world(z, x, y)
    archive = _archive(request.app.state.settings.base_maps, number, part)
    tile = await asyncio.to_thread(read_tile, archive, z, x, y)
    headers = {"Cache-Control": f"private, max-age={A_DAY_S}"}
    if tile is None:
        return Response(status_code=204, headers=headers)
    return Response(tile.content, media_type=tile.media_type, headers=headers)


def _archive(maps: tuple[BaseMap, ...], number: int, part: int) -> File:
    sources = maps[number].sources if number < len(maps) else ()
    address = sources[part][0] if part < len(sources) else ""
    if not address.startswith("/"):
        raise NotFound("no_such_base_map", Say("没有这张底图", "There is no such base map on this server"))
    return File(address)


def _told(number: int, base: BaseMap) -> BaseMapOut:
    return BaseMapOut(
        id=str(number),
        name=base.name,
        kind=base.kind,
        sources=[_source(number, part, base, addresses) for part, addresses in enumerate(base.sources)],
        layers=json.loads(base.layers.read_text(encoding="utf-8")) if base.layers else [],
        attribution=base.credit,
        review_number=base.review_number,
    )


def _source(number: int, part: int, base: BaseMap, addresses: tuple[str, ...]) -> TileSource:
    """Of an archive, its own first and last zoom."""
    if not addresses[0].startswith("/"):
        return TileSource(
            tiles=list(addresses), tile_size=base.tile_size, min_zoom=base.min_zoom, max_zoom=base.max_zoom
        )
    header = header_of(File(addresses[0]))
    return TileSource(
        tiles=[f"/api/base-maps/{number}/{part}/{{z}}/{{x}}/{{y}}"],
        tile_size=base.tile_size,
        min_zoom=header.min_zoom,
        max_zoom=header.max_zoom,
    )
