"""The net over HTTP: grids as GeoJSON, where a point lies, and the base map under it."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from backend.access import NetReader
from backend.clock import Now, local_date
from backend.database import Session
from backend.grids import queries
from backend.grids.draft_schemas import LocalDay
from backend.grids.features import grid_feature
from backend.grids.models import GridKind, GridLevel
from backend.grids.schemas import GridAt, GridCollection
from backend.storage import ObjectMissing, ObjectStore, get
from backend.wire import Lat, Lng

router = APIRouter(prefix="/api", tags=["grids"])

EMPTY_MAP = b'{"type":"FeatureCollection","features":[]}'


def base_map_key(county: str) -> str:
    """Where a county's base map (GeoJSON) is kept in the object store."""
    return f"{county}/base_map.geojson"


@router.get("/grids", response_model=GridCollection, responses={304: {"description": "unchanged"}})
async def list_grids(
    actor: NetReader,
    session: Session,
    at: Now,
    request: Request,
    response: Response,
    within: Annotated[str | None, Query(max_length=15, description="code of the grid whose parts are wanted")] = None,
    level: Annotated[list[GridLevel], Query()] = [],  # noqa: B006 -- FastAPI copies defaults
    kind: Annotated[list[GridKind], Query()] = [],  # noqa: B006
    on: Annotated[LocalDay | None, Query(description="the local day whose net is wanted; left out: today")] = None,
) -> GridCollection | Response:
    """Grids in force on a day as GeoJSON (WGS84). Answers 304 to a matching If-None-Match."""
    day = on or local_date(at)
    version = await queries.net_version(session, actor.county, day)
    etag = _etag(f"{version}{request.url.query}{actor.county}".encode())
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    found = await queries.grids(session, actor.county, on=day, within=within, levels=level, kinds=kind)
    return GridCollection(features=[grid_feature(grid) for grid in found])


@router.get("/grids/at")
async def grid_at_point(
    actor: NetReader, session: Session, at: Now, lng: Annotated[Lng, Query()], lat: Annotated[Lat, Query()]
) -> GridAt:
    """The grid at a point; a point outside the net is a 422 that says how far and in which direction."""
    on = local_date(at)
    found = await queries.grid_at(session, actor.county, lng, lat, on)
    names = await queries.grid_names(session, actor.county, found.grid.path.split("/"), on=on)
    _county, town, village = found.grid.path.split("/")[:3]
    return GridAt(
        code=found.grid.code,
        version=found.grid.version,
        name=found.grid.name,
        short_name=found.grid.short_name,
        village_name=names[village],
        town_name=names[town],
        kind=found.grid.kind,
        on_border=found.on_border,
        distance_m=round(found.distance_m, 1),
    )


@router.get("/base-map")
async def base_map(actor: NetReader, request: Request) -> Response:
    """The county's own base map: roads, water, built-up areas, place names, as GeoJSON; empty if none was loaded."""
    content = await kept_base_map(request.app.state.store, actor.county)
    etag = _etag(content)
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/geo+json", headers=headers)


async def kept_base_map(store: ObjectStore, county: str) -> bytes:
    """The county's base map as GeoJSON; an empty one if none was loaded."""
    try:
        return await get(store, base_map_key(county))
    except ObjectMissing:
        return EMPTY_MAP


def _etag(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:24]}"'
