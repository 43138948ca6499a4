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
    await town.take_away({LOCK, VERSION, DATABASE})
    case_id, answers = await race(people)
    assert [a.status_code for a in answers] == [201, 201], [a.text for a in answers]
    found = "\n".join(await faults(town.app.state.sessions, [UUID(case_id)]))
    assert "2 open leads" in found
    assert "the chain of hashes is broken" in found
    assert "version 2, but 3 events" in found
