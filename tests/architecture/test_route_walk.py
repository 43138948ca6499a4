"""The walk over every route × role × scope: each request of the table is made by everybody about everything.

It must answer as the table says, no byte of it may come from outside the asker's scope, what is not yours must look
exactly like what is not there, and a refused write must leave nothing.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, update
from sqlmodel import col
from starlette.routing import Match, Mount

from backend.access import Allowed, public, signed_in
from backend.assessment.schemes import USUAL
from backend.permissions import Role
from backend.photos.intake import PhotoChildren
from backend.staff.models import Post, Staff
from seeds.load import staff_id
from tests.architecture.access_table import Cell, Entry, entries
from tests.architecture.places import OTHER_COUNTY, OTHER_TOWN
from tests.architecture.routes import api_routes, calls, title
from tests.architecture.targets import SCOPES, Target
from tests.architecture.world import ROLES, VISIBLE, Answer, World, build_world
from tests.conftest import MONDAY_MORNING, NOBODY_THERE, cloned_database
from tests.examples import by_night
from tests.net_files import geojson, grid_rows
from tests.people import as_parts, cookie_for, report_body, sha256
from tests.pictures import noise

ENTRIES = entries()
PICTURE = noise("the walk")


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory, photo_children: PhotoChildren) -> AsyncIterator[World]:
    with cloned_database("walk") as url:
        world = await build_world(url, tmp_path_factory.mktemp("walk"), photo_children)
        yield world
        await world.engine.dispose()


PEOPLE_BODIES: dict[str, dict[str, Any]] = {
    "new_person": {"json": {"name": "walk", "phone": "13800000907", "posts": []}},
    "person": {"json": {"version": 1, "name": "walk", "phone": "13800000907", "posts": []}},
    "departure": {"json": {"last_day": "2026-11-22", "reason": "left"}},
    "own_password": {"json": {"old": "not-the-password", "new": "heron over the river"}},
    "staff_file": {
        "files": {"file": ("people.csv", "姓名,手机号\n网格员 907,13800000907\n".encode())},
        "params": {"apply": "true"},
    },
}
DUTY_BODIES: dict[str, dict[str, Any]] = {
    "squad": {
        "name": "walk",
        "unit_code": "xxk-enforcement",
        "kind": "all_round",
        "capabilities": ["*"],
        "jurisdiction": ["320281104206"],
    },
    "pattern": {"starts_on": "2026-12-01", "shifts": [{"weekday": 0, "starts": "08:00", "ends": "20:00"}]},
    "shift": {"kind": "cancelled", "reason": "walk"},
    "status": {"status": "home"},
    "leave": {"kind": "annual", "starts_at": "2027-06-01T08:00+08:00", "ends_at": "2027-06-02T08:00+08:00"},
    "swap": {"turn": {"on": "2026-11-24", "starts": "08:00"}, "taker_id": str(staff_id("19900009103"))},
    "approve": {"decision": "approve"},
}
IMPORT_BODIES: dict[str, dict[str, Any]] = {
    "grid_file": {"files": {"file": ("walk.geojson", geojson(grid_rows()))}},
    "reading": {
        "json": {
            "layer": "canary-own",
            "encoding": "utf-8",
            "epsg": 4326,
            "scope": "320281104",
            "fields": {"code": "code", "name": "name"},
        }
    },
    "repairs": {"json": {"repairs": []}},
    "import_draft": {"json": {"draft_id": str(uuid4()), "title": "walk", "effective_on": "2026-12-01"}},
}
WALK_RULE = {"code": "W1", "priority": 1, "name": "walk", "matters": ["*"], "target": {"kind": "own_squads"}}
RULE_BODIES: dict[str, dict[str, Any]] = {
    "rules": {"version": 0, "base": 1, "title": "walk", "rules": [WALK_RULE]},
    "rules_again": {"version": 1, "base": 1, "title": "walk", "rules": [WALK_RULE]},
    "put_in_force": {"version": 1},
    "period": {"from": "2026-11-01T00:00+08:00", "to": "2026-11-24T00:00+08:00"},
}
# The administrator of the walk has one town; the catalogue is the county's (tests/backend/matters/test_catalogue_drafts.py).
CATALOGUE_BODIES: dict[str, dict[str, Any]] = {
    "stage_limits": {"json": {stage: {"amount": 1, "unit": "work_hour"} for stage in ("accept", "verify", "inspect")}},
    "catalogue_draft": {"json": {"title": "walk", "from_version": 1}},
    "workbook": {"files": {"file": ("walk.xlsx", b"walk")}},
    "matter": {
        "json": {
            "version": 1,
            "matter": {
                "code": "E0110",
                "major_name": "walk",
                "name": "walk",
                "department_code": "walk",
                "conditions": [
                    {
                        "code": "E0110-1",
                        "words": "walk",
                        "severity": "normal",
                        "limit": {"amount": 1, "unit": "work_day"},
                    }
                ],
            },
        }
    },
    "check": {"json": {"outcome": "fine", "words": "walk"}},
    "catalogue_publish": {"json": {"version": 1, "over": 1}},
}
PATROL_BODIES: dict[str, dict[str, Any]] = {
    "consent": {"text_version": 1, "agreed": True},
    "patrol": {"revision": 1, "travel": "walk", "started_at": MONDAY_MORNING.isoformat()},
    "objection": {"on_day": "2026-11-23", "words": "walk"},
    "export": {"form": "gpx"},
    "look": {"kind": "replay", "reason": "walk", "on_day": "2026-11-23"},
    "answer": {"words": "walk"},
    "patrol_rules": {"version": 0, "starts": "07:00", "ends": "19:00", "fixes_days": 30, "track_days": 180},
    "tracker": {"protocol": "osmand", "name": "walk"},
    "fixes": {"fixes": [{"at": MONDAY_MORNING.isoformat(), "lng": 120.4, "lat": 31.8}]},
}
VIEW_BODIES: dict[str, dict[str, Any]] = {
    "saved_view": {"name": "walk", "query": "queue=late"},
    "saved_view_order": {"ids": []},
}
NOTICE_BODIES: dict[str, dict[str, Any]] = {
    "notices_seen": {"ids": [str(uuid4())]},
    "notices_delivered": {"ids": [str(uuid4())], "channel": "in_app"},
    "notice_wish": {"muted": ["web_push"], "language": "en"},
    "push_subscription": {
        "endpoint": f"{NOBODY_THERE}/push/walk",
        # The receiver's key and secret of RFC 8291, appendix A.
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg",
        },
    },
    "push_gone": {"endpoint": f"{NOBODY_THERE}/push/walk"},
    "notice_rules": {"rules": [], "ladder": []},
}
FIGURE_BODIES: dict[str, dict[str, Any]] = {
    "scheme": {"version": 0, "content": USUAL.model_dump(mode="json")},
    "figure_answer": {"upheld": False, "words": "walk"},
    "bulletin": {"kind": "monthly", "day": "2026-10-05", "remarks": "walk", "version": 1},
    "bulletin_issue": {"version": 1},
}
RESIDENT_BODIES: dict[str, dict[str, Any]] = {
    "resident_form": {"files": {"id": (None, "not-ours"), "county": (None, "320281")}},
    "resident_answer": {"files": {"id": (None, str(uuid4())), "answer": (None, "satisfied")}},
}
FIXED_BODIES = (
    CATALOGUE_BODIES
    | RESIDENT_BODIES
    | PEOPLE_BODIES
    | IMPORT_BODIES
    | {
        kind: {"json": body}
        for bodies in (DUTY_BODIES, RULE_BODIES, PATROL_BODIES, VIEW_BODIES, FIGURE_BODIES, NOTICE_BODIES)
        for kind, body in bodies.items()
    }
)


def body_of(kind: str, target: Target) -> dict[str, Any]:
    """The body that a heading names after ` < `, as arguments for the client."""
    at = datetime(2026, 11, 23, 1, tzinfo=UTC).isoformat()
    actions = {
        "acknowledge": {"action": "acknowledge", "version": target.version},
        "reassign": {"action": "reassign", "version": target.version, "squad": "xxk-squad-3", "words": "walk"},
        "pass": {"action": "pass", "version": target.version + 2},
        "feedback": {"action": "feedback", "version": target.version, "words": "walk"},
    }
    version = int(target.names["draft_version"])
    redraws = {
        "draft": {"title": "walk", "effective_on": "2026-12-01"},
        "operation": {
            "version": version,
            "operation": {"kind": "describe", "code": target.names["grid"], "name": "walk"},
        },
        "publish": {"version": version},
        "resident_report": {"matter": "E0110", "place": {"grid": target.names["grid"]}, "occurred_at": at},
        "trial": {"grid": target.names["grid"], "matter": "E0110", "severity": "normal", "rules": [WALK_RULE]},
    }
    place = {"lng": float(target.names.get("lng", "120.4")), "lat": float(target.names.get("lat", "31.8"))}
    others: dict[str, dict[str, Any]] = {
        "": {},
        "report": {"files": as_parts("report", report_body(photos=[PICTURE], occurred_at=at), [PICTURE])},
        "call": {"json": {"matter": "E0110", "place": place, "occurred_at": at}},
        "figure_objection": {
            "json": {"case_id": target.names["handled"], "squad": target.names["squad"], "words": "walk"}
        },
        "wrong_password": {"json": {"phone": target.names["phone"], "password": "not-the-password"}},
        "robot": {
            "json": {
                "name": "walk",
                "kind": "dingtalk",
                "squad": target.names["squad"],
                "url": f"{NOBODY_THERE}/robot/send?access_token=walk",
            }
        },
        "late": {"content": target.late},
        "late_after": {"content": target.late_after},
    }
    if kind in actions:
        photos = [PICTURE] if kind == "feedback" else []
        action = actions[kind] | {"photos": [{"sha256": sha256(photo)} for photo in photos]}
        return {"files": as_parts("action", action, photos)}
    return (FIXED_BODIES | others | {name: {"json": body} for name, body in redraws.items()})[kind]


async def ask(world: World, entry: Entry, cell: Cell, cookie: str | None) -> Answer:
    target = world.targets["own" if cell.scope == "any" else cell.scope]
    url = entry.url.format_map({**target.names, "new": str(uuid4())})
    return await world.send(cookie, entry.method, url, **body_of(entry.body, target))


async def ask_and_look(world: World, entry: Entry, cell: Cell) -> tuple[Answer, list[str]]:
    """The answer of one cell, and what is wrong with it."""
    async with world.undone() as connection:
        stored = world.stored() if entry.method != "GET" else None
        answer = await ask(world, entry, cell, world.cookies.get(cell.role))
        wrong = []
        if answer.status != entry.expected[cell]:
            wrong.append(f"answered {answer.status}, not {entry.expected[cell]}: {answer.body[:200]!r}")
        told = world.told(entry.url, cell.scope)
        wrong += [
            f"lets out {secret!r} of {scope}"
            for secret, scope in world.foreign(cell.role).items()
            if secret in answer.raw and secret not in told
        ]
        if stored is not None and answer.status >= 400:
            # A photo may be stored before a conflict shows (docs/decisions/0006), but nobody fills the store from outside.
            outside = cell.scope not in VISIBLE[cell.role] and answer.status in {401, 403, 404}
            if await world.rows(connection) != world.rows_at_first or (outside and world.stored() != stored):
                wrong.append("was refused, but changed something")
    return answer, wrong


def asked_in_turn(entry: Entry) -> list[Cell]:
    """By day each route is asked by one role in three, about everything; the next route by the next third."""
    turn = ENTRIES.index(entry)
    return [cell for cell in entry.expected if by_night() or (turn + ROLES.index(cell.role)) % 3 == 0]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.heading)
async def test_everybody_gets_what_the_table_says_and_nothing_else(world: World, entry: Entry) -> None:
    wrong: dict[Cell, list[str]] = {}
    answers: dict[Cell, Answer] = {}
    for cell in asked_in_turn(entry):
        answers[cell], complaints = await ask_and_look(world, entry, cell)
        if complaints:
            wrong[cell] = complaints
    for cell, answer in answers.items():
        absent = answers.get(Cell("absent", cell.role))
        hidden = cell.scope not in VISIBLE[cell.role]
        if absent and hidden and answer.status == absent.status >= 400 and answer != absent:
            wrong.setdefault(cell, []).append(f"can be told from absent: {answer.raw!r} is not {absent.raw!r}")
    assert not wrong, "\n".join(f"{entry.heading} {cell}: {'; '.join(found)}" for cell, found in wrong.items())


def test_every_route_stands_in_the_table(world: World) -> None:
    routes = api_routes(world.app)
    names = {**world.targets["absent"].names, "new": str(uuid4())}
    walked = set()
    for entry in ENTRIES:
        path = entry.url.partition("?")[0].format_map(names)
        asked = {"type": "http", "method": entry.method, "path": path, "headers": []}
        walked.add(next(title(r) for r in routes if r.original_route.matches(asked)[0] == Match.FULL))
    assert walked == {title(route) for route in routes}
    assert [route.path for route in world.app.routes if isinstance(route, Mount)] == ["/assets"], "built files only"


def test_every_route_says_who_may_call_it(world: World) -> None:
    for route in api_routes(world.app):
        found = calls(route)
        permissions = [call for call in found if isinstance(call, Allowed)]
        says = [public] * (public in found) + (permissions or [signed_in] * (signed_in in found))
        assert len(says) == 1, f"{title(route)} must have exactly one of Public, SignedIn and Allowed: {says}"


async def test_other_methods_are_refused_and_change_nothing(world: World) -> None:
    declared: dict[str, tuple[str, set[str]]] = {}
    for entry in ENTRIES:
        url = entry.url.partition("?")[0]
        declared.setdefault(re.sub(r"\{\w+\}", "{}", url), (url, set()))[1].add(entry.method)
    operator = world.cookies["operator"]
    for url, methods in declared.values():
        path = url.format_map({**world.targets["own"].names, "new": str(uuid4())})
        others = {"POST", "PUT", "PATCH", "DELETE", "OPTIONS"} - methods
        async with world.undone() as connection:
            stored = world.stored()
            for method in others:
                answer = await world.send(operator, method, path, headers={"X-HTTP-Method-Override": "GET"})
                assert answer.status == 405, f"{method} {path} answered {answer.status}"
            changed = await world.rows(connection) != world.rows_at_first or world.stored() != stored
            assert not changed, f"one of {others} changed something at {path}"


async def test_the_canaries_sing_where_they_are_at_home(world: World) -> None:
    """Each secret is found in some answer to its own people: a search for words that never occur proves nothing."""
    homes = dict.fromkeys(SCOPES, world.cookies[Role.INSPECTOR])
    homes["other_town"] = await cookie_for(world.app, OTHER_TOWN.phone(Role.INSPECTOR))
    homes["other_county"] = await cookie_for(world.app, OTHER_COUNTY.phone(Role.INSPECTOR))
    for scope in SCOPES:
        names = world.targets[scope].names
        urls = {
            entry.url.format_map({**names, "waiting": names[case], "photo": names[photo]})
            for case, photo in (("waiting", "photo"), ("handled", "photo_handled"), ("handled", "photo_after"))
            for entry in ENTRIES
            if entry.method == "GET"
        }
        silent = set(world.targets[scope].secrets)
        for url in sorted(urls):
            if silent:
                heard = (await world.send(homes[scope], "GET", url)).raw
                silent = {secret for secret in silent if secret not in heard}
        assert not silent, f"{scope} never says {silent}"


@pytest.mark.parametrize("role", [Role.WORKER, Role.SQUAD_MEMBER, Role.OPERATOR])
async def test_the_stream_tells_each_what_is_theirs(world: World, role: Role) -> None:
    """The walk shows that nothing else comes; this, that something does."""
    url = f"/api/live?last_event_id={world.targets['own'].names['cursor']}"
    told = (await world.send(world.cookies[role], "GET", url)).body.decode()
    heard = {scope for scope in SCOPES if world.targets[scope].names["handled"] in told}
    assert heard == VISIBLE[role]


@asynccontextmanager
async def ended_session(world: World, how: str) -> AsyncIterator[str]:
    """The token of a session that must open nothing any more."""
    phone = OTHER_TOWN.phone(Role.INSPECTOR)
    async with world.undone():
        token = await cookie_for(world.app, phone, days=-1 if how == "expired" else 1)
        if how == "deactivated":
            async with world.app.state.sessions() as session, session.begin():
                await session.execute(update(Staff).where(col(Staff.phone) == phone).values(active=False))
        if how == "signed_out":
            await world.send(token, "DELETE", "/api/session")
        yield token


@pytest.mark.parametrize("how", ["expired", "deactivated", "signed_out"])
async def test_a_session_that_has_ended_opens_as_much_as_none(world: World, how: str) -> None:
    # Whatever has ended a session, no token is found: daily each of the three ways asks a third of the table.
    entries = ENTRIES if by_night() else ENTRIES[("expired", "deactivated", "signed_out").index(how) :: 3]
    async with ended_session(world, how) as token:
        for entry in entries:
            cell = Cell(entry.scopes[0], "anonymous")
            if entry.expected[cell] == 401:
                nobody = await ask(world, entry, cell, None)
                assert await ask(world, entry, cell, token) == nobody, entry.heading


async def test_a_post_that_is_taken_away_counts_at_once(world: World) -> None:
    async with world.undone():
        cookie = world.cookies["worker"]
        assert (await world.send(cookie, "GET", "/api/cases")).status == 200
        async with world.app.state.sessions() as session, session.begin():
            await session.execute(delete(Post))
        for entry in ENTRIES:
            cell = Cell(entry.scopes[0], "worker")
            if (
                entry.expected[Cell(cell.scope, "anonymous")] == 401
                and entry.url != "/api/me"
                and entry.method == "GET"
            ):
                assert (await ask(world, entry, cell, cookie)).status == 403, entry.heading
        assert json.loads((await world.send(cookie, "GET", "/api/me")).body)["permissions"] == []


def test_the_table_names_every_scope_that_a_case_has() -> None:
    for entry in ENTRIES:
        if "{waiting}" in entry.url or "{handled}" in entry.url or "{photo}" in entry.url:
            assert entry.scopes == [*SCOPES, "absent"], entry.heading
    assert set(VISIBLE) == set(ROLES)
