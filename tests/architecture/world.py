"""The world that the route walk goes through: the demo town, a second town and a second county, with two cases in each
of five scopes, everything committed. Each request of the walk then runs in a transaction that is rolled back.

A scope is what a case is to the people of the demo town's first squad: their own, in another grid of theirs, another
squad's, another town's, another county's, or not there at all.
"""

import asyncio
import hashlib
import io
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from PIL import Image
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, async_sessionmaker

from backend.access import COOKIE
from backend.database import make_engine, make_sessions
from backend.flags.models import EvidenceFlag, FlagKind
from backend.grids.routes import base_map_key
from backend.live.feed import HORIZON
from backend.main import create_app
from backend.permissions import Role
from backend.photos.intake import PhotoChildren
from backend.settings import Settings
from backend.staff.actions import open_sign_in
from backend.staff.queries import staff_by_phone
from backend.storage import put
from tests.architecture.places import OTHER_COUNTY, OTHER_TOWN, Place, county_rows, town_rows
from tests.conftest import MONDAY_MORNING, Clock
from tests.drawing import begin
from tests.net_files import geojson, grid_rows
from tests.people import PLACES, SIGN_INS, People, Person, as_parts, report_body, sha256

ROLES = ("anonymous", *Role)
SCOPES = ("own", "other_grid", "other_squad", "other_town", "other_county")

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
)
EVERY_ROW = " UNION ALL ".join(f"SELECT '{table}' || t::text AS row FROM {table} t" for table in GROWING_TABLES)
STATE = text(f"SELECT md5(string_agg(row, '' ORDER BY row)) FROM ({EVERY_ROW}) AS everything")


class State(NamedTuple):
    """A digest of every row of the tables that grow, and the names of all stored objects."""

    rows: str
    objects: frozenset[str]


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


@dataclass(frozen=True)
class Target:
    """What a request of the walk may name: the ids of one scope's two cases, and the photos they still await.

    `waiting` waits for its squad and awaits the photo `late`; `handled` waits for inspection, and the step `feedback`
    of it awaits `late_after`. `secrets` must never reach people outside the scope; `told_by_code` are those among them
    that the case's code, which is a key, opens.
    """

    names: Mapping[str, str]
    late: bytes
    late_after: bytes
    version: int
    secrets: frozenset[bytes] = frozenset()
    told_by_code: frozenset[bytes] = frozenset()


@dataclass
class World:
    app: FastAPI
    engine: AsyncEngine
    store_dir: Path
    cookies: dict[str, str] = field(default_factory=dict)
    targets: dict[str, Target] = field(default_factory=dict)

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

    async def state(self, connection: AsyncConnection) -> State:
        """What is kept now, as this connection sees it."""
        objects = frozenset(str(path) for path in self.store_dir.rglob("*") if path.is_file())
        return State(await connection.scalar(STATE), objects)

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
    settings = Settings(database_url=url, data_dir=data_dir, web_dir=_pages(data_dir), run_worker=False)
    app = create_app(settings)
    await app.state.engine.dispose()
    engine = make_engine(url)
    app.state.sessions = make_sessions(engine)
    app.state.photo_children = children
    app.state.password_checks = NoPasswords()
    app.state.clock = Clock(MONDAY_MORNING)
    app.state.hub.stop()
    world = World(app, engine, data_dir / "objects")
    await _write_places(app)
    async with People(app) as people:
        for scope in SCOPES:
            world.targets[scope] = await _open_cases(world, people, scope)
    world.targets["absent"] = _absent()
    for role in Role:
        world.cookies[role] = await cookie_for(app, _demo_phone(role))
    await _let_the_feed_settle(engine)
    return world


async def cookie_for(app: FastAPI, phone: str, *, days: int = 1) -> str:
    """A session of this person, who may be of any county."""
    async with app.state.sessions() as session, session.begin():
        staff = await staff_by_phone(session, phone)
        assert staff is not None, phone
        return await open_sign_in(session, staff=staff, at=app.state.clock(), days=days)


def noise(name: str) -> bytes:
    """A JPEG of noise that no other name gives."""
    pixels = random.Random(name).randbytes(48 * 36 * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (48, 36), pixels).save(out, "JPEG", quality=90)
    return out.getvalue()


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


# Where each scope of the demo town lies: the grid, its worker, and the squad whose jurisdiction it is.
DEMO_SCOPES = {
    "own": ("320281104206003", "璜塘村第3网格", "一中队"),
    "other_grid": ("320281104200003", "金凤村第3网格", "一中队"),
    "other_squad": ("320281104209003", "马镇村第3网格", "二中队"),
}
FOREIGN_PLACES: dict[str, Place] = {"other_town": OTHER_TOWN, "other_county": OTHER_COUNTY}


async def _open_cases(world: World, people: People, scope: str) -> Target:
    """Two cases in the scope, made over HTTP by its own people: one just reported, one handled."""
    if place := FOREIGN_PLACES.get(scope):
        grid, lng, lat = place.grid, place.lng, place.lat
        administrator = await people.person(place.phone(Role.ADMINISTRATOR))
        worker = await people.person(place.phone(Role.WORKER))
        squad_member = await people.person(place.phone(Role.SQUAD_MEMBER))
    else:
        grid, at_grid, squad = DEMO_SCOPES[scope]
        lng, lat = PLACES[grid]
        worker, squad_member = await people.worker(at_grid), await people.squad_member(squad)
        administrator = await people.administrator()
    pictures = {name: noise(f"{scope}-{name}") for name in ("before", "late", "handled", "after", "late_after")}
    where = {"place": {"lng": lng, "lat": lat}}
    reports = [uuid4(), uuid4()]
    waiting = await _report(worker, reports[0], scope, [pictures["before"]], [pictures["late"]], where)
    handled = await _report(worker, reports[1], scope, [pictures["handled"]], [], where)
    feedback = uuid4()
    handled = await _handle(squad_member, handled, feedback, scope, pictures["after"], pictures["late_after"])
    leave = await _ask_leave(squad_member, scope)
    draft = await begin(administrator, f"canary-{scope}")
    await draft.do("describe", code=grid, management_grade=1)
    names = {
        "draft": draft.id,
        "draft_version": str(draft.version),
        "rules": await _draft_rules(administrator, grid),
        "import": await _upload_grids(administrator, scope),
        "waiting": waiting["id"],
        "flag": await _flag(world, grid[:6], waiting["id"], reports[0]),
        "handled": handled["id"],
        "code": waiting["code"],
        "report": str(reports[0]),
        "feedback": str(feedback),
        "leave": leave,
        "photo": sha256(pictures["before"]),
        "photo_handled": sha256(pictures["handled"]),
        "photo_after": sha256(pictures["after"]),
        "late": sha256(pictures["late"]),
        "late_after": sha256(pictures["late_after"]),
        "late_bytes": str(len(pictures["late"])),
        "late_after_bytes": str(len(pictures["late_after"])),
        "words": f"canary-{scope}",
        "squad": waiting["squad"]["code"],
        "grid": grid,
        "lng": str(lng),
        "lat": str(lat),
        "bbox": f"{lng - 0.01},{lat - 0.01},{lng + 0.01},{lat + 0.01}",
        "phone": worker.about["phone"],
        "person": (await worker.http.get("/api/me")).json()["id"],
        "cursor": await _cursor_before(world.engine),
    }
    return Target(
        names,
        pictures["late"],
        pictures["late_after"],
        waiting["version"],
        await _secrets(world, scope, squad_member, [waiting, handled], pictures),
        await _told_by_code(scope, squad_member, waiting, pictures["before"]),
    )


async def _flag(world: World, county: str, case_id: str, event_id: UUID) -> str:
    """One of the waiting case."""
    flag = EvidenceFlag(
        county=county,
        id=uuid4(),
        case_id=UUID(case_id),
        event_id=event_id,
        kind=FlagKind.ACCURACY,
        facts={"accuracy_m": 0.0, "times": 1},
        found_at=MONDAY_MORNING,
    )
    async with world.app.state.sessions() as session, session.begin():
        session.add(flag)
    return str(flag.id)


async def _report(
    worker: Person, report_id: UUID, scope: str, sent: list[bytes], late: list[bytes], where: dict[str, Any]
) -> dict[str, Any]:
    body = report_body(photos=[*sent, *late], words=f"canary-{scope}", **where)
    for declared in body["photos"]:
        declared["original"] = declared["sha256"]
    answer = await worker.send_report(report_id, body, sent)
    assert answer.status_code == 201, answer.text
    case: dict[str, Any] = answer.json()["case"]
    assert case["status"] == "pending_ack", case["why"]
    return case


async def _handle(
    member: Person, case: dict[str, Any], action_id: UUID, scope: str, sent: bytes, late: bytes
) -> dict[str, Any]:
    case = (await member.act("acknowledge", case)).json()["case"]
    body = {
        "action": "feedback",
        "version": case["version"],
        "words": f"canary-{scope}",
        "photos": [{"sha256": sha256(sent)}, {"sha256": sha256(late), "original": sha256(late)}],
    }
    answer = await member.http.put(
        f"/api/cases/{case['id']}/actions/{action_id}", files=as_parts("action", body, [sent])
    )
    assert answer.status_code == 201, answer.text
    handled: dict[str, Any] = answer.json()["case"]
    return handled


async def _upload_grids(administrator: Person, scope: str) -> str:
    """An import that nobody has said how to read."""
    import_id = str(uuid4())
    files = {"file": (f"canary-{scope}.geojson", geojson(grid_rows()), "application/geo+json")}
    answer = await administrator.http.put(f"/api/net/imports/{import_id}", files=files)
    assert answer.status_code == 201, answer.text
    return import_id


async def _draft_rules(administrator: Person, grid: str) -> str:
    """A draft of the rules in force with one more, for this grid alone."""
    draft_id = str(uuid4())
    rules = (await administrator.http.get("/api/routing-rules")).json()["in_force"]["rules"]
    more = {"code": "W9", "priority": 100, "name": "walk", "matters": ["E0110"], "grids": [grid]}
    body = {"version": 0, "base": 1, "title": "walk", "rules": [*rules, more | {"target": {"kind": "own_squads"}}]}
    answer = await administrator.http.put(f"/api/routing-rules/drafts/{draft_id}", json=body)
    assert answer.status_code == 201, answer.text
    return draft_id


async def _ask_leave(member: Person, scope: str) -> str:
    """A leave that waits for a decision; each scope has a month of its own."""
    leave_id = str(uuid4())
    month = f"2027-{SCOPES.index(scope) + 1:02}"
    times = {"starts_at": f"{month}-01T08:00+08:00", "ends_at": f"{month}-02T08:00+08:00"}
    body = {"kind": "annual", "reason": f"canary-{scope}", **times}
    answer = await member.http.put(f"/api/duty/leaves/{leave_id}", json=body)
    assert answer.status_code == 200, answer.text
    return leave_id


async def _secrets(
    world: World, scope: str, reader: Person, cases: list[dict[str, Any]], pictures: dict[str, bytes]
) -> frozenset[bytes]:
    """What identifies these cases: ids, codes, words, photos by hash and by content, and the words of a foreign place."""
    said = {f"canary-{scope}", *(case[part] for case in cases for part in ("id", "code"))}
    said |= {sha256(picture) for picture in pictures.values()}
    received = [pictures[name] for name in ("before", "handled", "after")]
    shown = [(await reader.http.get(f"/api/photos/{sha256(picture)}/320")).content for picture in received]
    seen = {picture[-200:-100] for picture in (*received, *shown)}
    place = FOREIGN_PLACES.get(scope)
    if place:
        said |= {place.canary(f"staff-{Role.WORKER}"), place.canary(f"staff-{Role.SQUAD_MEMBER}")}
    if scope == "other_county":
        said |= {f"-{OTHER_COUNTY.town}", OTHER_COUNTY.grid}
    return frozenset({word.encode() for word in said} | seen)


async def _told_by_code(scope: str, reader: Person, case: dict[str, Any], before: bytes) -> frozenset[bytes]:
    """The code itself and the picture that its page shows; not the words, nor the photo's hash."""
    shown = (await reader.http.get(f"/api/photos/{sha256(before)}/320")).content
    told = {case["code"].encode(), shown[-200:-100]}
    return told | {f"-{OTHER_COUNTY.town}".encode()} if scope == "other_county" else frozenset(told)


def _absent() -> Target:
    """Ids of the same shape as real ones, of things that are nowhere."""
    picture = noise("absent")
    ids = {
        name: str(uuid4())
        for name in ("waiting", "flag", "handled", "report", "feedback", "draft", "import", "leave", "person", "rules")
    }
    hashes = dict.fromkeys(("photo", "late", "late_after"), hashlib.sha256(picture).hexdigest())
    words = {"code": "ZZZZZZZZZZ", "phone": "19999999999", "grid": "999999999999999", "squad": "nobody"}
    sizes = dict.fromkeys(("late_bytes", "late_after_bytes"), str(len(picture)))
    names = ids | hashes | sizes | words | {"draft_version": "2"}
    return Target(names, picture, picture, version=2)


async def _cursor_before(engine: AsyncEngine) -> str:
    """Where the live feed of the demo county begins."""
    async with engine.connect() as connection:
        oldest = await connection.scalar(text("SELECT min(tx::text::bigint) FROM outbox WHERE county = '320281'"))
    return f"{oldest}-0"


async def _let_the_feed_settle(engine: AsyncEngine) -> None:
    """Wait until the feed shows everything; it holds back what is newer than a transaction still running here."""
    newest = text(f"SELECT max(tx::text::bigint) < {HORIZON} FROM outbox")
    async with asyncio.timeout(20):
        while True:
            async with engine.connect() as connection:
                if await connection.scalar(newest):
                    return
            await asyncio.sleep(0.05)
