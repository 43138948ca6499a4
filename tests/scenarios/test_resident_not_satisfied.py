"""The resident's word: once it reopens the case, which keeps its first clock and counts against the squad; not twice."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from backend.cases.models import Case
from backend.cases.public_reports import take_resident_step
from backend.cases.terms import Action
from backend.errors import Conflict
from backend.identifiers import new_id
from seeds.load import COUNTY
from tests.conftest import Clock
from tests.people import People, Person, photo


async def answer(app: FastAPI, case: dict[str, Any], action: Action, words: str = "") -> None:
    """What the resident's page does when the button is pressed."""
    async with app.state.sessions() as session, session.begin():
        held = await session.get(Case, (COUNTY, UUID(case["id"])), with_for_update=True, populate_existing=True)
        await take_resident_step(
            session, case=held, answer_id=new_id(), action=action, words=words, stored=[], at=app.state.clock()
        )


async def close(people: People, case: dict[str, Any], squad: Person) -> dict[str, Any]:
    inspector = await people.inspector()
    case = (await squad.act("acknowledge", case)).json()["case"]
    case = (await squad.act("feedback", case, photos=[photo()], words="清了")).json()["case"]
    closed: dict[str, Any] = (await inspector.act("pass", case)).json()["case"]
    assert closed["status"] == "closed"
    return closed


async def test_it_reopens_once_and_keeps_the_first_clock(app: FastAPI, people: People, clock: Clock) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = (await worker.report("E0110")).json()["case"]
    first_due, started_at = case["due_at"], case["starts_at"]
    clock.at += timedelta(hours=1)
    closed = await close(people, case, squad)
    assert datetime.fromisoformat(closed["answer_until"]) == clock.at + timedelta(hours=72)

    clock.at += timedelta(hours=1)
    await answer(app, closed, Action.NOT_SATISFIED, "墙角还有")
    again = await squad.case(case["id"])
    assert (again["status"], again["squad"]["code"], again["rework_count"]) == ("rework", "xxk-squad-1", 1)
    assert again["satisfaction"] == "not_satisfied"
    assert again["starts_at"] == started_at, "the first clock, not a new one"
    assert datetime.fromisoformat(again["due_at"]) > datetime.fromisoformat(first_due), "less the time it did not run"
    left = datetime.fromisoformat(again["due_at"]) - clock.at
    assert left < timedelta(hours=6)
    assert again["allowed_actions"][0]["action"] == "acknowledge"

    closed = await close(people, again, squad)
    assert closed["satisfaction"] is None, "it is asked again"
    await answer(app, closed, Action.NOT_SATISFIED, "还是不行")
    now = await squad.case(case["id"])
    assert (now["status"], now["satisfaction"], now["version"]) == ("closed", "not_satisfied", closed["version"] + 1)
    operator = await people.operator()
    refused = await operator.act("reopen", now, words="再办")
    assert (refused.status_code, refused.json()["code"]) == (409, "reopened_before")


async def test_an_answer_is_given_once_and_within_three_days(app: FastAPI, people: People, clock: Clock) -> None:
    squad = await people.squad_member()
    case = await close(people, (await (await people.worker()).report("E0110")).json()["case"], squad)
    await answer(app, case, Action.SATISFIED)
    with pytest.raises(Conflict, match="answer_over"):
        await answer(app, case, Action.NOT_SATISFIED)
    late = await close(people, (await (await people.worker()).report("E0110")).json()["case"], squad)
    clock.at += timedelta(hours=72)
    with pytest.raises(Conflict, match="answer_over"):
        await answer(app, late, Action.NOT_SATISFIED)


async def test_what_nobody_handled_is_dispatched_when_the_resident_is_not_content(app: FastAPI, people: People) -> None:
    operator = await people.operator()
    case = (await (await people.worker()).report("E0699")).json()["case"]
    closed = (await operator.act("force_close", case, words="不归我们管", reason="transferred")).json()["case"]
    await answer(app, closed, Action.NOT_SATISFIED)
    now = await operator.case(case["id"])
    assert (now["status"], now["clock"]) == ("pending_dispatch", "accept")
    assert (await operator.act("dispatch", now, squad="xxk-squad-1")).status_code == 201
