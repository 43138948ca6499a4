"""The groups of the queue: each lists what the table of examples says, and counts what it lists.

`pwa/src/command_centre/queue_groups.test.ts` reads the same table.
"""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select, update
from sqlmodel import col

from backend.cases.models import Case
from backend.cases.queries_groups import Group
from backend.clock import local_date
from backend.dispatch.models import Assignment, AssignmentKind
from backend.identifiers import new_id
from backend.settings import ROOT
from seeds.load import staff_id
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import People

EXAMPLES: list[dict[str, Any]] = json.loads((ROOT / "tests/data/queue_groups.json").read_text(encoding="utf-8"))
OUT_OF_THE_WAY = {"status": "voided", "updated_at": MONDAY_MORNING - timedelta(days=99)}
ASKER = staff_id("19900009103")


def _columns(row: dict[str, Any], clock: Clock) -> dict[str, Any]:
    def moment(minutes: int | None) -> Any:
        return None if minutes is None else clock.at + timedelta(minutes=minutes)

    asked = row.get("asked", [])
    return {
        "status": row.get("status", "pending_ack"),
        "severity": row.get("severity", "normal"),
        "warn_at": moment(row.get("warn", 60)),
        "due_at": moment(row.get("due", 90)),
        "reply_by": moment(row.get("reply_by")),
        "closed_at": moment(row.get("ended")),
        "updated_at": moment(row.get("updated", row.get("ended", -30))),
        "send_back_count": row.get("send_back_count", 0),
        "satisfaction": row.get("satisfaction"),
        "resume_on": local_date(clock.at) + timedelta(days=row["resume_in_days"]) if "resume_in_days" in row else None,
        **{f"{what}_asked_by": ASKER if what in asked else None for what in ("extension", "suspension", "void")},
    }


@pytest.fixture
async def examples(app: FastAPI, people: People, clock: Clock) -> dict[str, str]:
    """Case id to name: a case that was reported, copied for every row of the table and written over with it."""
    reported = (await (await people.worker()).report("E0110")).json()["case"]
    found = {}
    async with app.state.sessions.begin() as session:
        case = (await session.scalars(select(Case).where(col(Case.id) == UUID(reported["id"])))).one()
        for n, example in enumerate(EXAMPLES):
            copy = Case(**case.model_dump() | {"id": new_id(), "code": f"X{n}"} | _columns(example["row"], clock))
            session.add(copy)
            found[str(copy.id)] = example["name"]
            if "arrive_by" in example["row"]:
                await session.flush()
                session.add(_whistle(copy, clock.at + timedelta(minutes=example["row"]["arrive_by"]), clock))
        await session.execute(delete(Assignment).where(col(Assignment.case_id) == case.id))
        await session.execute(update(Case).where(col(Case.id) == case.id).values(OUT_OF_THE_WAY))
    return found


def _whistle(case: Case, arrive_by: datetime, clock: Clock) -> Assignment:
    return Assignment(
        county=case.county,
        id=new_id(),
        case_id=case.id,
        kind=AssignmentKind.WHISTLE,
        squad_code="xxk-squad-2",
        assigned_at=clock.at,
        due_at=arrive_by,
        arrive_by=arrive_by,
    )


async def test_each_group_lists_what_the_table_says_and_counts_what_it_lists(
    people: People, examples: dict[str, str]
) -> None:
    operator = await people.operator()
    counts = (await operator.http.get("/api/cases/counts")).json()["groups"]
    snapshot = (await operator.http.get("/api/live/snapshot")).json()
    assert list(counts) == [group.value for group in Group]
    for group in Group:
        listed = [examples[case["id"]] for case in await operator.cases(group=group, limit=200)]
        assert sorted(listed) == sorted(e["name"] for e in EXAMPLES if group in e["groups"]), group
        assert counts[group] == len(listed), group
    assert snapshot["groups"] == counts
    assert snapshot["overdue"] == counts["late"]


async def test_counts_are_of_what_the_filter_finds(people: People, examples: dict[str, str]) -> None:
    operator = await people.operator()
    wanted = {"severity": "emergency", "group": "late"}
    counts = (await operator.http.get("/api/cases/counts", params=wanted)).json()["groups"]
    assert {group: n for group, n in counts.items() if n} == {"open": 1, "ended": 1, "verifying": 1, "emergency": 1}


async def test_everybody_counts_what_they_may_see(people: People, examples: dict[str, str]) -> None:
    elsewhere = await people.worker("金凤村第3网格")
    counts = (await elsewhere.http.get("/api/cases/counts")).json()["groups"]
    assert set(counts.values()) == {0}
