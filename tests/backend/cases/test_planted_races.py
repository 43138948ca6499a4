"""Proof of the proof: with the guards against races taken away, the rules of `whole.py` are seen to be broken.

Three guards keep two people from having one case: its row is held, its version is the condition of every change, and the
database refuses a second line of history with one number or a second open lead. Each alone is enough; without any, two
people who read the case before either has written it both get it, and `faults` must say so.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.cases import actions, queries
from backend.cases.models import Case
from tests.backend.cases.whole import faults
from tests.people import People

LOCK, VERSION, DATABASE = "the row is held", "the version is a condition", "the database refuses"
CONDITION = ' AND "case".version = %(case_version)s::INTEGER'
OPEN_LEAD, SEQ = "uq_assignment_open", "uq_case_event_county_case_id_seq"


@pytest.fixture
async def people(committing: FastAPI) -> AsyncIterator[People]:
    async with People(committing) as people:
        yield people


def without_the_version(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    return statement.replace(CONDITION, ""), parameters


class Unguarded:
    """A town from which guards are taken away, and in which two at a time have read before either writes."""

    def __init__(self, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.monkeypatch = monkeypatch
        self.taken: set[str] = set()

    async def take_away(self, guards: set[str]) -> None:
        self.taken = guards
        self._meet_before_writing()
        if LOCK in guards:
            self._read_without_holding()
        if VERSION in guards:
            event.listen(self.app.state.engine.sync_engine, "before_cursor_execute", without_the_version, retval=True)
        if DATABASE in guards:
            await self._run(f"DROP INDEX {OPEN_LEAD}", f"ALTER TABLE case_event DROP CONSTRAINT {SEQ}")

    async def give_back(self) -> None:
        self.monkeypatch.undo()
        if VERSION in self.taken:
            event.remove(self.app.state.engine.sync_engine, "before_cursor_execute", without_the_version)
        if DATABASE in self.taken:
            await self._run(
                # What the race left behind would not let the guards come back.
                'TRUNCATE report, case_photo, routing_decision, assignment, case_event, "case" CASCADE',
                f"CREATE UNIQUE INDEX {OPEN_LEAD} ON assignment (county, case_id) WHERE ended_at IS NULL AND kind = 'lead'",
                f"ALTER TABLE case_event ADD CONSTRAINT {SEQ} UNIQUE (county, case_id, seq)",
            )

    def _meet_before_writing(self) -> None:
        both_have_read = asyncio.Barrier(2)
        needs = actions.require_needs

        async def wait_for_the_other(*arguments: Any) -> None:
            # In time it goes on alone: the other waits for the row, as it should.
            with contextlib.suppress(TimeoutError, asyncio.BrokenBarrierError):
                async with asyncio.timeout(3.0):
                    await both_have_read.wait()
            await needs(*arguments)

        self.monkeypatch.setattr(actions, "require_needs", wait_for_the_other)

    def _read_without_holding(self) -> None:
        reading = queries.case_for

        async def without_holding(session: Any, actor: Any, case_id: UUID, *, lock: bool = False) -> Case:
            return await reading(session, actor, case_id)

        self.monkeypatch.setattr(queries, "case_for", without_holding)

    async def _run(self, *statements: str) -> None:
        async with self.app.state.sessions() as session, session.begin():
            for statement in statements:
                await session.execute(text(statement))


@pytest.fixture
async def town(committing: FastAPI, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Unguarded]:
    town = Unguarded(committing, monkeypatch)
    yield town
    await town.give_back()


async def race(people: People) -> tuple[str, list[httpx.Response]]:
    """Two operators give one waiting case to two squads at the same moment."""
    worker = await people.worker()
    one, two = await people.person("19900007001"), await people.person("19900007002")
    case = (await worker.report("E0699")).json()["case"]
    answers = await asyncio.gather(
        one.act("dispatch", case, squad="xxk-squad-1"), two.act("dispatch", case, squad="xxk-squad-2")
    )
    return case["id"], list(answers)


@pytest.mark.parametrize("kept", [{LOCK, VERSION, DATABASE}, {LOCK}, {VERSION}, {DATABASE}], ids=min)
async def test_each_guard_alone_is_enough(town: Unguarded, people: People, kept: set[str]) -> None:
    await town.take_away({LOCK, VERSION, DATABASE} - kept)
    case_id, answers = await race(people)
    assert sorted(a.status_code for a in answers) == [201, 409], [a.text for a in answers]
    assert await faults(town.app.state.sessions, [UUID(case_id)]) == []


async def test_without_any_guard_the_rules_are_seen_to_be_broken(town: Unguarded, people: People) -> None:
    worker, member, leader = await people.worker(), await people.squad_member(), await people.squad_leader()
    await town.take_away({LOCK, VERSION, DATABASE})
    case = (await worker.report("E0110")).json()["case"]
    answers = await asyncio.gather(member.act("acknowledge", case), leader.act("acknowledge", case))
    assert [a.status_code for a in answers] == [201, 201], [a.text for a in answers]
    found = "\n".join(await faults(town.app.state.sessions, [UUID(case["id"])]))
    # Both wrote a line: with one number, or the second as if the first were not there.
    assert "the chain of hashes is broken at 3" in found or "the one before ended at handling" in found


# What no race made here, made by hand: each rule of `faults` is seen to speak.
MADE_BY_HAND = [
    ('UPDATE "case" SET version = version + 1', "version"),
    ('UPDATE "case" SET squad_code = \'xxk-squad-2\'', "held by xxk-squad-2"),
    ('UPDATE "case" SET due_at = due_at + interval \'1 second\'', "its clock says"),
    ('UPDATE "case" SET status = \'closed\'', "a clock runs while it is closed"),
    ('UPDATE "case" SET merged_into = id', "merged into a case that is merged itself"),
    ("UPDATE case_event SET words = 'x' WHERE seq = 2", "the chain of hashes is broken at 2"),
    ("UPDATE case_event SET to_status = 'closed' WHERE seq = 2", "no row of the table says route"),
    ("UPDATE case_event SET from_status = 'handling' WHERE seq = 2", "begins at handling"),
    ("UPDATE assignment SET ended_at = assigned_at", "0 open leads"),
    ("UPDATE assignment SET kind = 'co'", "0 squads called, but 1 parts"),
    ("DELETE FROM report", "nobody reported"),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "told"), MADE_BY_HAND)
async def test_every_rule_is_seen_to_speak(
    sessions: async_sessionmaker[AsyncSession], app: FastAPI, statement: str, told: str
) -> None:
    async with People(app) as people:
        case = (await (await people.worker()).report("E0110")).json()["case"]
    assert await faults(sessions, [UUID(case["id"])]) == []
    async with sessions() as session, session.begin():
        column = "id" if '"case"' in statement else "case_id"
        where = " AND" if "WHERE" in statement else " WHERE"
        await session.execute(text(f"{statement}{where} {column} = :id"), {"id": case["id"]})
    assert told in "\n".join(await faults(sessions, [UUID(case["id"])]))


async def test_a_merge_does_not_wait_crosswise_with_whoever_holds_several_cases(
    town: Unguarded, people: People
) -> None:
    """As a departure does, which hands over all that somebody has, in the order of ids."""
    worker, operator = await people.worker(), await people.operator()
    filed = [(await worker.report("E0699")).json()["case"] for _ in range(2)]
    first, second = sorted(filed, key=lambda case: UUID(case["id"]))
    held = text('SELECT 1 FROM "case" WHERE id = :id FOR UPDATE')
    async with town.app.state.sessions() as session, session.begin():
        await session.execute(held, {"id": first["id"]})
        merging = asyncio.create_task(operator.act("merge", second, into=first["id"]))
        await asyncio.sleep(0.5)
        await session.execute(held, {"id": second["id"]})
    answer = await merging
    assert answer.status_code == 201, answer.text
