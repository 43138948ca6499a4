"""Two at once, with real commits on connections of their own: the database decides, and nobody is told a falsehood."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from backend.identifiers import new_id
from tests.people import People, photo, report_body, sha256

AT_ONCE = 4


@pytest.fixture
async def people(committing: FastAPI) -> AsyncIterator[People]:
    async with People(committing) as people:
        yield people


async def rows(app: FastAPI, table: str, case_id: str) -> int:
    column = "id" if table == "case" else "case_id"
    async with app.state.sessions() as session:
        found = await session.scalar(text(f'SELECT count(*) FROM "{table}" WHERE {column} = :id'), {"id": case_id})
    return int(found)


def tally(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def test_a_report_sent_four_times_at_once_is_one_case(committing: FastAPI, people: People) -> None:
    worker = await people.worker()
    data = photo()
    for _ in range(5):
        report_id, body = new_id(), report_body(photos=[data])
        answers = await asyncio.gather(*(worker.send_report(report_id, body, [data]) for _ in range(AT_ONCE)))
        assert tally(answers) == {201: 1, 200: AT_ONCE - 1}
        receipts = [answer.json() for answer in answers]
        assert all(receipt == receipts[0] for receipt in receipts)
        case_id = receipts[0]["case"]["id"]
        assert [await rows(committing, t, case_id) for t in ("report", "case_event", "case_photo", "assignment")] == [
            1, 2, 1, 1,
        ]  # fmt: skip


async def test_two_contents_for_one_id_at_once_leave_one_case_and_one_conflict(people: People) -> None:
    worker = await people.worker()
    report_id = new_id()
    bodies = [report_body(photos=[photo()], words=f"第 {n} 份") for n in range(AT_ONCE)]
    answers = await asyncio.gather(*(worker.send_report(report_id, body, [photo()]) for body in bodies))
    assert tally(answers) == {201: 1, 409: AT_ONCE - 1}
    kept = next(answer.json()["case"] for answer in answers if answer.status_code == 201)
    assert (await worker.case(kept["id"]))["words"] == kept["words"]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"other_content"}


async def test_a_missing_photo_sent_four_times_at_once_arrives_once(committing: FastAPI, people: People) -> None:
    worker = await people.worker()
    data, report_id = photo("orientation/Portrait_5.jpg"), new_id()
    case = (await worker.send_report(report_id, report_body(photos=[data]), [])).json()["case"]
    url = f"/api/reports/{report_id}/photos/{sha256(data)}"
    answers = await asyncio.gather(*(worker.http.put(url, content=data) for _ in range(AT_ONCE)))
    assert tally(answers) == {200: AT_ONCE}
    assert all(answer.json()["missing"] == [] for answer in answers)
    assert await rows(committing, "case_photo", case["id"]) == 1


async def test_of_two_members_who_accept_at_once_exactly_one_gets_it(committing: FastAPI, people: People) -> None:
    worker, member, leader = await people.worker(), await people.squad_member(), await people.squad_leader()
    for _ in range(10):
        case = (await worker.report()).json()["case"]
        answers = await asyncio.gather(member.act("acknowledge", case), leader.act("acknowledge", case))
        assert tally(list(answers)) == {201: 1, 409: 1}
        (refused,) = [answer.json() for answer in answers if answer.status_code == 409]
        assert (refused["code"], refused["version"], refused["case_status"]) == ("stale_version", 3, "handling")
        assert await rows(committing, "case_event", case["id"]) == 3


async def test_sending_back_and_reassigning_at_once_leaves_one_open_assignment(
    committing: FastAPI, people: People
) -> None:
    worker, squad, operator = await people.worker(), await people.squad_member(), await people.operator()
    for _ in range(5):
        case = (await worker.report()).json()["case"]
        answers = await asyncio.gather(
            squad.act("send_back", case, words="不归我们"),
            operator.act("reassign", case, squad="xxk-squad-2", words="换一队"),
        )
        assert tally(list(answers)) == {201: 1, 409: 1}
        now = await operator.case(case["id"])
        assert now["version"] == case["version"] + (2 if now["send_back_count"] else 1)
        still_open = [a for a in now["assignments"] if a["ended_at"] is None]
        assert len(still_open) == (0 if now["status"] == "pending_dispatch" else 1)


async def test_an_action_sent_four_times_at_once_is_taken_once(committing: FastAPI, people: People) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = (await worker.report()).json()["case"]
    action_id = new_id()
    answers = await asyncio.gather(*(squad.act("acknowledge", case, action_id=action_id) for _ in range(AT_ONCE)))
    assert tally(list(answers)) == {201: 1, 200: AT_ONCE - 1}
    assert await rows(committing, "case_event", case["id"]) == 3
