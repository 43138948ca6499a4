"""Proof of the proof: with the guards against races taken away, the rules of `whole.py` are seen to be broken.

Three guards keep two people from having one case: its row is held, its version is the condition of every change, and the
database refuses a second line of history with one number or a second open lead. Each alone is enough; without any, two
people who read the case before either has written it both get it, and `faults` must say so.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.orm import class_mapper

from backend.cases import actions, queries
from backend.cases.models import Case
from tests.backend.cases.whole import faults
from tests.people import People

LOCK, VERSION, DATABASE = "the row is held", "the version is a condition", "the database refuses"
OPEN_LEAD, SEQ = "uq_assignment_open", "uq_case_event_county_case_id_seq"


@pytest.fixture
async def people(committing: FastAPI) -> AsyncIterator[People]:
    async with People(committing) as people:
        yield people


@pytest.fixture
async def without(committing: FastAPI, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[[set[str]], Any]]:
    """`await without({LOCK, …})` takes these guards away and lets two at a time read before either writes."""
    undo: list[str] = []

    async def run(statements: list[str]) -> None:
        async with committing.state.sessions() as session, session.begin():
            for statement in statements:
                await session.execute(text(statement))

    async def take_away(guards: set[str]) -> None:
        both_have_read = asyncio.Barrier(2)
        needs = actions.require_needs

        async def wait_for_the_other(*arguments: Any) -> None:
            try:
                async with asyncio.timeout(1.0):
                    await both_have_read.wait()
            except (TimeoutError, asyncio.BrokenBarrierError):
                pass  # the other waits for the row, as it should
            await needs(*arguments)

        monkeypatch.setattr(actions, "require_needs", wait_for_the_other)
        if LOCK in guards:
            reading = queries.case_for

            async def without_holding(session: Any, actor: Any, case_id: UUID, *, lock: bool = False) -> Case:
                return await reading(session, actor, case_id)

            monkeypatch.setattr(queries, "case_for", without_holding)
        if VERSION in guards:
            monkeypatch.setattr(class_mapper(Case), "version_id_col", None)
        if DATABASE in guards:
            await run(
                [
                    f"DROP INDEX {OPEN_LEAD}",
                    f"ALTER TABLE case_event DROP CONSTRAINT {SEQ}",
                ]
            )
            undo.extend(
                [
                    # What the race left behind would not let the guards come back.
                    'TRUNCATE report, case_photo, routing_decision, assignment, case_event, "case" CASCADE',
                    f"CREATE UNIQUE INDEX {OPEN_LEAD} ON assignment (county, case_id) WHERE ended_at IS NULL AND kind = 'lead'",
                    f"ALTER TABLE case_event ADD CONSTRAINT {SEQ} UNIQUE (county, case_id, seq)",
                ]
            )

    yield take_away
    monkeypatch.undo()
    await run(undo)


async def race(people: People) -> tuple[str, list[httpx.Response]]:
    """Two operators give one waiting case to two squads at the same moment."""
    worker = await people.worker()
    one, two = await people.person("19900007001"), await people.person("19900007002")
    case = (await worker.report("E0699")).json()["case"]
    answers = await asyncio.gather(
        one.act("dispatch", case, squad="xxk-squad-1"), two.act("dispatch", case, squad="xxk-squad-2")
    )
    return case["id"], list(answers)


@pytest.mark.parametrize("kept", [{LOCK, VERSION, DATABASE}, {LOCK}, {VERSION}, {DATABASE}])
async def test_each_guard_alone_is_enough(
    committing: FastAPI, people: People, without: Callable[[set[str]], Any], kept: set[str]
) -> None:
    await without({LOCK, VERSION, DATABASE} - kept)
    case_id, answers = await race(people)
    assert sorted(a.status_code for a in answers) == [201, 409], [a.text for a in answers]
    assert await faults(committing.state.sessions, [UUID(case_id)]) == []


async def test_without_any_guard_the_rules_are_seen_to_be_broken(
    committing: FastAPI, people: People, without: Callable[[set[str]], Any]
) -> None:
    await without({LOCK, VERSION, DATABASE})
    case_id, answers = await race(people)
    assert [a.status_code for a in answers] == [201, 201], [a.text for a in answers]
    found = "\n".join(await faults(committing.state.sessions, [UUID(case_id)]))
    assert "2 open leads" in found
    assert "the chain of hashes is broken" in found
    assert "but 4 events" in found or "but 3 events" in found
