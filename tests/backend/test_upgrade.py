"""A county that has worked with the first release upgrades, and every case it was working on is carried to its end."""

import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from alembic import command
from fastapi import FastAPI
from psycopg import sql
from psycopg.types.json import Jsonb

from backend.cases.history import NO_HASH, event_hash
from backend.cases.models import CaseEvent
from backend.cases.terms import Action, Status
from backend.identifiers import new_case_code, new_id
from backend.main import create_app
from backend.migrations.runner import _config, migrate
from backend.photos.intake import PhotoChildren
from backend.settings import Settings
from seeds.load import COUNTY, staff_id
from tests.backend.cases.whole import faults
from tests.conftest import MONDAY_MORNING, Clock, _conninfo, _maintenance_url, _named
from tests.people import HUANGTANG_3, PLACES, People, photo

# What a county had at revision 0003 that is still kept in the same way; the rules and the cases are written below.
SAME = (
    "unit", "squad", "squad_jurisdiction", "staff", "post", "rota_shift", "duty_status", "work_hours", "calendar_day",
    "catalogue", "matter", "filing_condition", "net_edition", "grid",
)  # fmt: skip
OLD_RULES = [
    ("R1", 1, "特急", ["*"], ["emergency"], "town", "all_round"),
    ("R2", 2, "本辖区", ["*"], ["*"], "jurisdiction", "all_round"),
    ("R3", 3, "部门", ["*"], ["*"], "town", "department"),
]
WORKER, MEMBER, OPERATOR, INSPECTOR = "19900001050", "19900009101", "19900007001", "19900006001"
PATH = f"{COUNTY}/320281104/320281104206/{HUANGTANG_3}"
OPENED = MONDAY_MORNING.astimezone(UTC) - timedelta(minutes=40)
# The old release wrote when handling was due, and nothing about limits. 4 working hours from 08:50.
HANDED = {"squad_code": "xxk-squad-1", "due_at": (OPENED + timedelta(hours=5, minutes=30)).isoformat()}
AGAIN = {"squad_code": "xxk-squad-1", "due_at": (OPENED + timedelta(hours=2, minutes=20)).isoformat()}

# action, status that follows, who, what it said, minutes after the report
REPORT = ("report", "pending_dispatch", WORKER, {"photos": []}, 0)
ROUTE = ("route", "pending_ack", None, HANDED, 0)
ACCEPT = ("acknowledge", "handling", MEMBER, {"photos": []}, 5)
FEEDBACK = ("feedback", "pending_inspection", MEMBER, {"photos": []}, 10)
FAIL = ("fail", "rework", INSPECTOR, {"photos": []} | AGAIN, 20)
PASS = ("pass", "closed", INSPECTOR, {"photos": []}, 20)
SEND_BACK = ("send_back", "pending_dispatch", MEMBER, {"photos": []}, 5)
LIVES: dict[str, list[tuple[str, str, str | None, dict[str, Any], int]]] = {
    "pending_dispatch": [REPORT],
    "sent back": [REPORT, ROUTE, SEND_BACK],
    "pending_ack": [REPORT, ROUTE],
    "handling": [REPORT, ROUTE, ACCEPT],
    "pending_inspection": [REPORT, ROUTE, ACCEPT, FEEDBACK],
    "rework": [REPORT, ROUTE, ACCEPT, FEEDBACK, FAIL],
    "closed": [REPORT, ROUTE, ACCEPT, FEEDBACK, PASS],
}
# The plain way on from each status.
NEXT: dict[str, tuple[str, str, dict[str, Any]]] = {
    "pending_dispatch": (OPERATOR, "dispatch", {"squad": "xxk-squad-1"}),
    "pending_ack": (MEMBER, "acknowledge", {}),
    "handling": (MEMBER, "feedback", {"words": "清了", "photos": [photo()]}),
    "rework": (MEMBER, "acknowledge", {}),
    "pending_inspection": (INSPECTOR, "pass", {}),
}


@pytest.fixture(scope="module")
def upgraded(database_url: str) -> Iterator[tuple[str, dict[str, UUID]]]:
    """URL of a database that was filled at revision 0003 and upgraded, and the case of each life."""
    name = f"test_upgrade_{os.getpid()}"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(_conninfo(_maintenance_url()), autocommit=True) as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            url = _named(_maintenance_url(), name)
            command.upgrade(_config(url), "0003")
            with psycopg.connect(_conninfo(url)) as old, psycopg.connect(_conninfo(database_url)) as town:
                for table in SAME:
                    _copy(town, old, table)
                _write_rules(old)
                cases = {life: _write_case(old, lines) for life, lines in LIVES.items()}
            migrate(url)
            yield url, cases
        finally:
            server.execute(drop)


def _copy(town: psycopg.Connection, old: psycopg.Connection, table: str) -> None:
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
    both = {row[0] for row in old.execute(columns, [table])} & {row[0] for row in town.execute(columns, [table])}
    named = sql.SQL(", ").join(map(sql.Identifier, sorted(both)))
    read = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(named, sql.Identifier(table))
    write = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), named)
    with town.cursor().copy(read) as source, old.cursor().copy(write) as target:
        for block in source:
            target.write(block)


def _write_rules(old: psycopg.Connection) -> None:
    for rule in OLD_RULES:
        old.execute("INSERT INTO routing_rule VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", [COUNTY, *rule])


def _write_case(old: psycopg.Connection, lines: list[tuple[str, str, str | None, dict[str, Any], int]]) -> UUID:
    """As the first release left a case after these lines of its history."""
    case_id, report_id = new_id(), new_id()
    status, last = lines[-1][1], OPENED + timedelta(minutes=lines[-1][4])
    due = {"pending_dispatch": last + timedelta(minutes=15), "closed": None}.get(status, OPENED + timedelta(hours=5))
    for _action, _status, _who, said, _minutes in lines:
        if "due_at" in said and status in ("pending_ack", "handling", "rework"):
            due = datetime.fromisoformat(said["due_at"])
    squad = None if status == "pending_dispatch" else "xxk-squad-1"
    lng, lat = PLACES[HUANGTANG_3]
    old.execute(
        """INSERT INTO "case" (county, id, code, version, status, catalogue_version, matter_code, condition_code, severity,
            place, grid_code, grid_version, grid_path, on_border, words, reporter_id, squad_code, rework_count, opened_at,
            clock_started_at, due_at, late_s, updated_at, closed_at)
        VALUES (%s, %s, %s, %s, %s, 1, 'E0110', 'E0110-1', 'normal', ST_SetSRID(ST_MakePoint(%s, %s), 4326), %s, 1, %s,
            false, '旧案件', %s, %s, %s, %s, %s, %s, 0, %s, %s)""",
        [
            COUNTY, case_id, new_case_code(), len(lines), status, lng, lat, HUANGTANG_3, PATH, staff_id(WORKER), squad,
            sum(line[0] == "fail" for line in lines), OPENED, None if status == "closed" else last, due, last,
            last if status == "closed" else None,
        ],
    )  # fmt: skip
    old.execute(
        "INSERT INTO report VALUES (%s, %s, %s, %s, %s, %s, 'gps', %s, %s)",
        [COUNTY, report_id, case_id, staff_id(WORKER), "0" * 64, Jsonb({"words": "旧案件"}), OPENED, OPENED],
    )
    _write_events(old, case_id, report_id, lines)
    _write_assignments(old, case_id, lines)
    return case_id


def _write_events(old: psycopg.Connection, case_id: UUID, report_id: UUID, lines: list[Any]) -> None:
    before, previous_hash = None, NO_HASH
    for seq, (action, to_status, who, said, minutes) in enumerate(lines, start=1):
        event = CaseEvent(
            county=COUNTY,
            case_id=case_id,
            id=report_id if seq == 1 else new_id(),
            seq=seq,
            action=Action(action),
            from_status=before,
            to_status=Status(to_status),
            actor_id=staff_id(who) if who else None,
            words="",
            content=said,
            fingerprint="0" * 64,
            at=OPENED + timedelta(minutes=minutes),
            previous_hash=previous_hash,
            hash="",
        )
        previous_hash, before = event_hash(event), Status(to_status)
        kept = event.model_dump() | {"hash": previous_hash, "content": Jsonb(said)}
        columns = sql.SQL(", ").join(map(sql.Identifier, kept))
        values = sql.SQL(", ").join(sql.Placeholder() * len(kept))
        old.execute(sql.SQL("INSERT INTO case_event ({}) VALUES ({})").format(columns, values), list(kept.values()))


def _write_assignments(old: psycopg.Connection, case_id: UUID, lines: list[Any]) -> None:
    actions = [line[0] for line in lines]
    ended = {"feedback": "finished", "send_back": "sent_back"}
    for opens, action in enumerate(actions):
        if action not in ("route", "fail"):
            continue
        rest = actions[opens + 1 :]
        end = next((ended[later] for later in rest if later in ended), None)
        accepted = OPENED + timedelta(minutes=5) if "acknowledge" in rest else None
        handler = staff_id(MEMBER) if accepted else None
        closed_at = OPENED + timedelta(minutes=10) if end else None
        due_at = lines[opens][3]["due_at"]
        old.execute(
            "INSERT INTO assignment (county, id, case_id, squad_code, assigned_at, due_at, acknowledged_at, handler_id,"
            ' ended_at, "end") VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)',
            [COUNTY, new_id(), case_id, "xxk-squad-1", OPENED, due_at, accepted, handler, closed_at, end],
        )


@pytest.fixture
async def app(
    upgraded: tuple[str, dict[str, UUID]], data_dir: Any, photo_children: PhotoChildren, clock: Clock
) -> AsyncIterator[FastAPI]:
    clock.at = MONDAY_MORNING.astimezone(UTC)
    app = create_app(Settings(database_url=upgraded[0], data_dir=data_dir, run_worker=False))
    app.state.photo_children = photo_children
    app.state.clock = clock
    yield app
    await app.state.engine.dispose()


@pytest.mark.parametrize("life", LIVES)
async def test_a_case_of_the_first_release_is_carried_to_its_end(
    app: FastAPI, people: People, upgraded: tuple[str, dict[str, UUID]], life: str
) -> None:
    by_phone = {phone: await people.person(phone) for phone in (WORKER, MEMBER, OPERATOR, INSPECTOR)}
    case = await by_phone[OPERATOR].case(str(upgraded[1][life]))
    lines = LIVES[life]
    assert (case["status"], case["version"], case["source"], case["tier"]) == (lines[-1][1], len(lines), "staff", 2)
    assert [e["action"] for e in case["events"]] == [line[0] for line in lines]
    handling = [c for c in case["clocks"] if c["kind"] == "handle"]
    given = [line[3]["due_at"] for line in lines if "due_at" in line[3]]
    shown = given if case["status"] != "pending_dispatch" else []  # one that was taken back waits and is not shown
    assert [datetime.fromisoformat(c["due_at"]) for c in handling] == [datetime.fromisoformat(due) for due in shown]
    if case["status"] in ("pending_ack", "handling", "rework"):
        assert datetime.fromisoformat(case["due_at"]) == datetime.fromisoformat(given[-1]), "no time is given or taken"
        assert case["clock"] == "handle"
    while case["status"] != "closed":
        phone, action, more = NEXT[case["status"]]
        answer = await by_phone[phone].act(action, case, **more)
        assert answer.status_code == 201, answer.text
        case = answer.json()["case"]
    assert await faults(app.state.sessions, [upgraded[1][life]]) == []
    if life == "closed":
        assert case["answer_until"] is None, "the 72 hours were not promised then"
        reopened = (await by_phone[OPERATOR].act("reopen", case, words="又有了")).json()["case"]
        assert (reopened["status"], reopened["squad"]["code"]) == ("rework", "xxk-squad-1")
        assert datetime.fromisoformat(reopened["due_at"]) > MONDAY_MORNING
        assert await faults(app.state.sessions, [upgraded[1][life]]) == []


async def test_the_county_goes_on_working_after_the_upgrade(people: People, app: FastAPI) -> None:
    worker = await people.person(WORKER)
    case = (await worker.report("E0110")).json()["case"]
    assert (case["status"], case["squad"]["code"]) == ("pending_ack", "xxk-squad-1"), "the old rules are in force"
    member = await people.person(MEMBER)
    accepted = (await member.act("acknowledge", case)).json()["case"]
    asked = await member.act("ask_extension", accepted, words="等", reason="material")
    assert asked.status_code == 201, asked.text
    assert app.state.clock() == MONDAY_MORNING.astimezone(UTC)
