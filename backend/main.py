"""Composition: create_app(settings) puts state, routers, middleware, error handlers and pages together; nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from anyio import CapacityLimiter
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.middleware.gzip import GZipMiddleware

from backend import health, pages, worker
from backend.assessment import bulletin_routes
from backend.assessment import routes as assessment
from backend.body_limit import BodyLimit
from backend.cases import (
    handover_routes,
    notice_routes,
    original_routes,
    photo_arrival_routes,
    photo_routes,
)
from backend.cases import routes as cases
from backend.cases.photo_parts import PART_BYTES
from backend.clock import utc_now
from backend.command_centre import (
    attention_routes,
    net_routes,
    past_routes,
    saved_view_routes,
    search_routes,
    track_routes,
)
from backend.command_centre import routes as command_centre
from backend.command_centre import tile_routes as case_tiles
from backend.command_centre.exports import routes as exports
from backend.command_centre.streams import Viewers
from backend.database import make_engine, make_sessions
from backend.dispatch import routes as dispatch
from backend.dispatch import rule_routes, squad_routes
from backend.flags import routes as flags
from backend.grids import base_map_routes, draft_routes, export_routes, tile_routes
from backend.grids import routes as grids
from backend.grids.imports import routes as imports
from backend.grids.imports.intake import LayerReaders
from backend.grids.replay import Replays
from backend.live.hub import Hub
from backend.matters import catalogue_routes
from backend.matters import routes as matters
from backend.notifications import channel_routes as channels
from backend.notifications import wish_routes as wishes
from backend.notifications.outside import outside_of
from backend.patrols import coverage_routes, look_routes, my_routes
from backend.patrols import routes as patrols
from backend.patrols.devices import arrival_routes as tracker_arrivals
from backend.patrols.devices import protocols as tracker_protocols
from backend.patrols.devices import routes as trackers
from backend.patrols.positions import PositionWatch
from backend.photos.intake import MAX_PHOTO_BYTES, PhotoChildren
from backend.problems import install_handlers
from backend.redraw import routes as redraw
from backend.residents import page_routes as residents_pages
from backend.residents import routes as residents
from backend.residents.pages import problem_page
from backend.settings import VERSION, Settings
from backend.staff import people_routes, rota_routes, staff_import_routes
from backend.staff import routes as staff
from backend.staff.passwords import PasswordChecks
from backend.staff.queries import actor_of_token
from backend.staff.sheets import MAX_SHEET_BYTES
from backend.storage import open_store
from backend.web_safety import SameOriginOnly, SecurityHeaders, page_policy

ROUTERS = (
    health.router,
    staff.router,
    staff_import_routes.router,
    people_routes.router,
    rota_routes.router,
    grids.router,
    base_map_routes.router,
    tile_routes.router,
    draft_routes.router,
    imports.router,
    export_routes.router,
    matters.router,
    catalogue_routes.router,
    cases.router,
    photo_routes.router,
    photo_arrival_routes.router,
    original_routes.router,
    flags.router,
    patrols.router,
    my_routes.router,
    coverage_routes.router,
    look_routes.router,
    trackers.router,
    tracker_arrivals.router,
    handover_routes.router,
    notice_routes.router,
    channels.router,
    wishes.router,
    dispatch.router,
    squad_routes.router,
    rule_routes.router,
    command_centre.router,
    case_tiles.router,
    search_routes.router,
    net_routes.router,
    past_routes.router,
    track_routes.router,
    exports.router,
    saved_view_routes.router,
    attention_routes.router,
    assessment.router,
    bulletin_routes.router,
    residents.router,
    residents_pages.router,
    redraw.router,
)

# Every route may answer any problem; the same shape for all of them (openapi.py adds the schema).
PROBLEM_SCHEMA = {"$ref": "#/components/schemas/ProblemOut"}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"content": {"application/problem+json": {"schema": PROBLEM_SCHEMA}}, "description": "problem"}
    for code in ("4XX", 422, "5XX")
}

KIB, MIB = 2**10, 2**20
# Streams ask the database at most this often at once, so that hundreds of them leave connections for requests.
STREAM_READS = 2

MAX_JSON_BODY = 256 * KIB
MAX_SUBMISSION = 50 * MIB
MAX_IMPORT = 100 * MIB


def body_limit(path: str) -> int:
    """The most bytes a request may carry at this path. Photos beyond a submission's limit are sent one by one."""
    if "/parts/" in path:
        return PART_BYTES + KIB
    if "/photos/" in path:
        return MAX_PHOTO_BYTES + KIB
    if path.startswith(("/api/reports/", "/api/residents/reports/", "/r/")) or "/actions/" in path:
        return MAX_SUBMISSION
    if path.startswith("/api/net/imports/") and path.count("/") == 4:
        return MAX_IMPORT + KIB
    if path.startswith("/api/staff/imports/") or (path.startswith("/api/catalogue/") and path.endswith("/workbook")):
        return MAX_SHEET_BYTES + KIB
    return tracker_protocols.body_limit(path) if path.startswith("/in/") else MAX_JSON_BODY


def create_app(settings: Settings) -> FastAPI:
    """The whole server as an ASGI app."""
    app = FastAPI(
        title="Suozi 梭子",
        version=VERSION,
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )

    put_state(app, settings)
    for router in ROUTERS:
        app.include_router(router, responses=PROBLEMS)
    pages.mount(app, settings.web_dir)
    install_handlers(app)
    app.add_middleware(BodyLimit, limit_for=body_limit)
    app.add_middleware(SameOriginOnly)
    app.add_middleware(GZipMiddleware, minimum_size=KIB, compresslevel=5)
    hosts = frozenset().union(*(base.hosts for base in settings.base_maps))
    app.add_middleware(SecurityHeaders, policy=page_policy(hosts))
    return app


def put_state(app: FastAPI, settings: Settings) -> None:
    """Everything that the requests of an app share, new. It is listed here and nowhere else."""

    def open_session() -> AsyncSession:
        session: AsyncSession = app.state.sessions()
        return session

    engine = make_engine(settings.database_url)
    app.state.settings = settings
    app.state.engine = engine
    app.state.sessions = make_sessions(engine)
    app.state.clock = utc_now
    app.state.find_actor = actor_of_token
    app.state.problem_page = problem_page
    app.state.password_checks = PasswordChecks()
    app.state.photo_children = PhotoChildren()
    app.state.layer_readers = LayerReaders()
    app.state.outside = outside_of(settings)
    app.state.store = open_store(settings.photo_store)
    app.state.replays = Replays()
    app.state.hub = Hub(settings.conninfo, open_session)
    app.state.positions = PositionWatch(settings.conninfo)
    app.state.rehearsals = CapacityLimiter(1)
    app.state.stream_reads = CapacityLimiter(STREAM_READS)
    app.state.viewers = Viewers(open_session, app.state.stream_reads)


def stop_streams(app: FastAPI) -> None:
    """End every live stream, now and from now on. Called before the server waits for its connections to close."""
    app.state.hub.stop()
    app.state.positions.stop()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Start what runs beside the requests, and stop it again."""
    tasks = [asyncio.create_task(app.state.hub.run()), asyncio.create_task(app.state.positions.run())]
    if app.state.settings.run_worker:
        tasks.append(asyncio.create_task(worker.work(app.state.settings, app.state.sessions, app.state.store)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await app.state.photo_children.close()
        await app.state.engine.dispose()
