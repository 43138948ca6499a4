"""The world that the route walk goes through: the demo town, a second town and a second county, with two cases in each
of five scopes, everything committed. Each request of the walk then runs in a transaction that is rolled back.

A scope is what a case is to the people of the demo town's first squad: their own, in another grid of theirs, another
squad's, another town's, another county's, or not there at all.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, async_sessionmaker

from backend.access import COOKIE
from backend.database import make_engine, make_sessions
from backend.grids.routes import base_map_key
from backend.live.feed import HORIZON
from backend.main import create_app, stop_streams
from backend.permissions import Role
from backend.photos.intake import PhotoChildren
from backend.settings import Settings
from backend.storage import put
from tests.architecture.places import OTHER_COUNTY, OTHER_TOWN, county_rows, town_rows
from tests.architecture.targets import DEMO_SCOPES, SCOPES, Target, absent, open_cases
from tests.conftest import MONDAY_MORNING, NOBODY_THERE, Clock
from tests.people import SIGN_INS, People, cookie_for

ROLES = ("anonymous", *Role)

# Which scopes' cases each role of the demo town may see; everything of the others must stay silent.
VISIBLE: Mapping[str, frozenset[str]] = {
    "anonymous": frozenset(),
    Role.WORKER: frozenset({"own"}),
    Role.SQUAD_MEMBER: frozenset({"own", "other_grid"}),
    Role.SQUAD_LEADER: frozenset({"own", "other_grid"}),
    Role.INSPECTOR: frozenset({"own", "other_grid", "other_squad"}),
    Role.OPERATOR: frozenset({"own", "other_grid", "other_squad"}),
    Role.ADMINISTRATOR: frozenset({"own", "other_grid", "other_squad"}),
}

GROWING_TABLES = (
    "report",
    '"case"',
    "case_event",
    "case_photo",
    "evidence_flag",
    "flag_check",
    "photo",
    "assignment",
    "routing_decision",
    "outbox",
    "net_draft",
    "net_import",
    "net_edition",
    "rule_set",
    "procrastinate_jobs",
    "squad",
    "squad_jurisdiction",
    "post",
    "rota_shift",
    "shift_change",
    "duty_turn",
    "duty_state",
    "duty_swap",
    "staff_leave",
    "catalogue",
    "catalogue_draft",
    "matter",
    "stage_limit",
    "track_source",
    "saved_view",
    "assessment_scheme",
    "bulletin",
    "figure_objection",
)
EVERY_ROW = " UNION ALL ".join(f"SELECT '{table}' || t::text AS row FROM {table} t" for table in GROWING_TABLES)
DIGEST = text(f"SELECT md5(string_agg(row, '' ORDER BY row)) FROM ({EVERY_ROW}) AS everything")


class NoPasswords:
    """Every password is wrong, at once: the walk signs nobody in and need not wait for hashes."""

    async def matches(self, _password_hash: str | None, _password: str) -> bool:
        return False

    async def hashed(self, _password: str) -> str:
        return "no hash"


@dataclass(frozen=True)
class Answer:
    """An answer as it came, byte for byte."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def raw(self) -> bytes:
        return b"\n".join([str(self.status).encode(), *(b"%s: %s" % pair for pair in self.headers), self.body])


@dataclass
class World:
    app: FastAPI
    engine: AsyncEngine
    store_dir: Path
    cookies: dict[str, str] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)
    # Everything that is asked is undone, so that this is also what stood before each request.
    rows_at_first: str = ""

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[AsyncConnection]:
        """Requests made in this block are rolled back at its end."""
        committed = self.app.state.sessions
        async with self.engine.connect() as connection:
            outer = await connection.begin()
            self.app.state.sessions = async_sessionmaker(
                connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
            )
            try:
                yield connection
            finally:
                self.app.state.sessions = committed
                await outer.rollback()

    async def send(self, cookie: str | None, method: str, url: str, **body: Any) -> Answer:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url="http://suozi.test",
            cookies={COOKIE: cookie} if cookie else None,
            trust_env=False,
        ) as client:
            got = await client.request(method, url, **body)
        return Answer(got.status_code, tuple(got.headers.raw), got.content)

    async def rows(self, connection: AsyncConnection) -> str:
        """A digest of every row of the tables that grow, as this connection sees them."""
        digest: str = await connection.scalar(DIGEST)
        return digest

    def stored(self) -> frozenset[str]:
        """The names of all stored objects."""
        return frozenset(f"{folder}/{name}" for folder, _, names in os.walk(self.store_dir) for name in names)

    def told(self, url: str, scope: str) -> frozenset[bytes]:
        """What an answer about this scope may hold even for those who do not see it: what the code opens; and to
        whoever stands beside a case of their town, that it is there."""
        if "{code}" in url:
            return self.targets[scope].told_by_code
        if url.startswith("/api/cases/nearby") and scope in DEMO_SCOPES:
            return frozenset(self.targets[scope].names[name].encode() for name in ("waiting", "handled"))
        return frozenset()

    def foreign(self, role: str) -> dict[bytes, str]:
        """Everything that must not reach this role, with the scope it belongs to."""
        hidden = [scope for scope in SCOPES if scope not in VISIBLE[role]]
        return {secret: scope for scope in hidden for secret in self.targets[scope].secrets}


async def build_world(url: str, data_dir: Path, children: PhotoChildren) -> World:
    """The world in this database and folder. The app's streams end when they have told everything, instead of waiting."""
    settings = Settings(
        database_url=url,
        data_dir=data_dir,
        web_dir=_pages(data_dir),
        run_worker=False,
        outbound_hosts=(),
        outbound_origins=(NOBODY_THERE,),
    )
    app = create_app(settings)
    await app.state.engine.dispose()
    engine = make_engine(url)
    app.state.sessions = make_sessions(engine)
    app.state.photo_children = children
    app.state.password_checks = NoPasswords()
    app.state.clock = Clock(MONDAY_MORNING)
    stop_streams(app)
    world = World(app, engine, data_dir / "objects")
    await _write_places(app)
    async with People(app) as people:
        for scope in SCOPES:
            world.targets[scope] = await open_cases(app.state.sessions, people, scope)
    world.targets["absent"] = absent()
    for role in Role:
        world.cookies[role] = await cookie_for(app, _demo_phone(role))
    await _let_the_feed_settle(engine)
    async with engine.connect() as connection:
        world.rows_at_first = await world.rows(connection)
    return world


def _pages(data_dir: Path) -> Path:
    pages = data_dir / "pages"
    pages.mkdir()
    for entry in ("index.html", "desk.html"):
        (pages / entry).write_text(entry)
    return pages


async def _write_places(app: FastAPI) -> None:
    async with app.state.sessions() as session, session.begin():
        for rows in (*county_rows(OTHER_COUNTY), *town_rows(OTHER_COUNTY), *town_rows(OTHER_TOWN)):
            session.add_all(rows)
            await session.flush()
    await put(app.state.store, base_map_key(OTHER_COUNTY.county), OTHER_COUNTY.canary("base-map").encode())


def _demo_phone(role: str, note: str = "") -> str:
    return next(row["phone"] for row in SIGN_INS if row["role"] == role and note in row["note"])


async def _let_the_feed_settle(engine: AsyncEngine) -> None:
    """Wait until the feed shows everything; it holds back what is newer than a transaction still running here."""
    newest = text(f"SELECT max(tx::text::bigint) < {HORIZON} FROM outbox")
    async with asyncio.timeout(20):
        while True:
            async with engine.connect() as connection:
                if await connection.scalar(newest):
                    return
            await asyncio.sleep(0.05)
