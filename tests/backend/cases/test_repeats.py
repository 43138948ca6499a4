"""Sending again: the same thing under the same id is answered as before, anything else under it changes nothing."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.identifiers import new_id
from tests.people import People, photo, report_body, sha256

FIRST, SECOND, THIRD = (photo(f"orientation/{name}.jpg") for name in ("Landscape_6", "Landscape_3", "Portrait_3"))
ROWS = "SELECT count(*) FROM"


async def counts(session: AsyncSession) -> dict[str, int]:
    """How much there is of everything that a submission writes."""
    tables = (
        "case",
        "report",
        "case_event",
        "case_photo",
        "assignment",
        "routing_decision",
        "outbox",
        "procrastinate_jobs",
    )
    return {table: await session.scalar(text(f'{ROWS} "{table}"')) or 0 for table in tables}


async def test_the_same_report_twice_is_one_case_with_the_same_answer(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    report_id, body = new_id(), report_body(photos=[FIRST], words="路口")
    first = await worker.send_report(report_id, body, [FIRST])
    before = await counts(session)
    again = await worker.send_report(report_id, body, [FIRST])
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert await counts(session) == before


async def test_a_repeat_is_answered_with_the_case_as_it_is_by_then(people: People) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    report_id, body = new_id(), report_body(photos=[FIRST])
    case = (await worker.send_report(report_id, body, [FIRST])).json()["case"]
    await squad.act("acknowledge", case)
    again = (await worker.send_report(report_id, body, [FIRST])).json()
    assert (again["case"]["id"], again["case"]["status"]) == (case["id"], "handling")


@pytest.mark.parametrize(
    "change", [{"words": "别的"}, {"matter": "E0111"}, {"occurred_at": "2026-11-01T00:00:00Z"}, {"photos": []}]
)
async def test_other_content_under_the_same_id_is_a_conflict(
    people: People, session: AsyncSession, change: dict[str, Any]
) -> None:
    worker = await people.worker()
    report_id, body = new_id(), report_body(photos=[FIRST])
    first = (await worker.send_report(report_id, body, [])).json()
    before = await counts(session)
    other = await worker.send_report(report_id, body | change, [])
    assert (other.status_code, other.json()["code"]) == (409, "other_content")
    assert "新的提交" in other.json()["detail"]
    assert await counts(session) == before
    assert await worker.case(first["case"]["id"]) == first["case"]


async def test_a_used_id_tells_another_person_nothing(people: People, session: AsyncSession) -> None:
    worker, neighbour = await people.worker(), await people.worker("金凤村第3网格")
    report_id, body = new_id(), report_body(photos=[FIRST], words="只有本人和本网格知道")
    case = (await worker.send_report(report_id, body, [FIRST])).json()["case"]
    before = await counts(session)
    answers = [
        await neighbour.send_report(report_id, body, [FIRST]),
        await neighbour.send_report(report_id, report_body("E0111", at="320281104200003"), [FIRST]),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["code"]) == (409, "other_content")
        assert not any(secret in answer.text for secret in ("只有本人", case["id"], case["code"], "璜塘"))
    assert answers[0].json() == answers[1].json()
    follows = await neighbour.http.put(f"/api/reports/{report_id}/photos/{sha256(SECOND)}", content=SECOND)
    assert (follows.status_code, follows.json()["code"]) == (404, "no_such_report")
    assert await counts(session) == before


async def test_a_repeat_brings_the_photos_that_were_missing(people: People) -> None:
    worker = await people.worker()
    report_id, body = new_id(), report_body(photos=[FIRST, SECOND, THIRD])
    wanted = [sha256(data) for data in (FIRST, SECOND, THIRD)]
    assert (await worker.send_report(report_id, body, [SECOND])).json()["missing"] == [wanted[0], wanted[2]]
    assert (await worker.send_report(report_id, body, [SECOND, THIRD])).json()["missing"] == [wanted[0]]
    follows = await worker.http.put(f"/api/reports/{report_id}/photos/{wanted[0]}", content=FIRST)
    assert follows.json()["missing"] == []
    shown = follows.json()["case"]["events"][0]["photos"]
    assert [(p["sha256"], p["received"], p["width"] > 0) for p in shown] == [(sha, True, True) for sha in wanted]


async def test_a_photo_that_follows_twice_is_stored_once(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    report_id = new_id()
    await worker.send_report(report_id, report_body(photos=[FIRST]), [])
    url = f"/api/reports/{report_id}/photos/{sha256(FIRST)}"
    first = await worker.http.put(url, content=FIRST)
    before = await counts(session)
    again = await worker.http.put(url, content=FIRST)
    assert again.json() == first.json()
    assert await counts(session) == before


async def test_the_same_photo_may_serve_two_reports(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    cases = [(await worker.report(photos=[FIRST])).json()["case"] for _ in range(2)]
    assert [case["cover_photo"] for case in cases] == [sha256(FIRST)] * 2
    assert await session.scalar(text("SELECT count(*) FROM photo")) == 1


async def test_a_photo_that_nobody_declared_is_refused(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    report_id, body = new_id(), report_body(photos=[FIRST])
    along = await worker.send_report(new_id(), body, [FIRST, SECOND])
    assert (along.status_code, along.json()["code"]) == (422, "undeclared_photo")
    assert along.json()["errors"][0]["field"] == "photo.1"
    await worker.send_report(report_id, body, [])
    before = await counts(session)
    follows = await worker.http.put(f"/api/reports/{report_id}/photos/{sha256(SECOND)}", content=SECOND)
    assert (follows.status_code, follows.json()["code"]) == (409, "undeclared_photo")
    assert await counts(session) == before


async def test_a_photo_whose_bytes_have_another_hash_is_refused(people: People, session: AsyncSession) -> None:
    worker = await people.worker()
    report_id = new_id()
    await worker.send_report(report_id, report_body(photos=[FIRST]), [])
    before = await counts(session)
    damaged = await worker.http.put(f"/api/reports/{report_id}/photos/{sha256(FIRST)}", content=SECOND)
    assert (damaged.status_code, damaged.json()["code"]) == (422, "other_bytes")
    assert "传输中损坏" in damaged.json()["detail"]
    assert await counts(session) == before


async def test_a_photo_ahead_of_its_report_is_not_taken(people: People) -> None:
    worker = await people.worker()
    early = await worker.http.put(f"/api/reports/{new_id()}/photos/{sha256(FIRST)}", content=FIRST)
    assert (early.status_code, early.json()["code"]) == (404, "no_such_report")


# Actions


async def test_an_action_sent_again_is_taken_once(people: People, session: AsyncSession) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = (await worker.report()).json()["case"]
    action_id = new_id()
    first = await squad.act("acknowledge", case, action_id=action_id)
    before = await counts(session)
    again = await squad.act("acknowledge", case, action_id=action_id)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert await counts(session) == before


async def test_an_action_sent_again_is_known_after_the_case_has_moved_on(people: People) -> None:
    worker, squad = await people.worker(), await people.squad_member()
    case = (await worker.report()).json()["case"]
    action_id = new_id()
    accepted = (await squad.act("acknowledge", case, action_id=action_id)).json()["case"]
    await squad.act("feedback", accepted, photos=[photo()], words="已清运")
    again = await squad.act("acknowledge", case, action_id=action_id)
    assert (again.status_code, again.json()["case"]["status"]) == (200, "pending_inspection")


async def test_an_actions_id_is_not_used_twice(people: People, session: AsyncSession) -> None:
    worker, squad, leader = await people.worker(), await people.squad_member(), await people.squad_leader()
    case = (await worker.report()).json()["case"]
    action_id = new_id()
    await squad.act("acknowledge", case, action_id=action_id)
    before = await counts(session)
    for answer in (
        await squad.act("send_back", case, action_id=action_id, words="不归我们"),
        await leader.act("acknowledge", case, action_id=action_id),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "other_content")
    assert await counts(session) == before


async def test_photos_of_an_action_may_follow(people: People, session: AsyncSession) -> None:
    worker, squad, leader = await people.worker(), await people.squad_member(), await people.squad_leader()
    case = (await worker.report()).json()["case"]
    case = (await squad.act("acknowledge", case)).json()["case"]
    action_id, url = new_id(), f"/api/cases/{case['id']}/actions"
    declared = {
        "action": "feedback",
        "version": case["version"],
        "words": "已清运",
        "photos": [{"sha256": sha256(THIRD)}],
    }
    handled = (await squad.http.put(f"{url}/{action_id}", json=declared)).json()
    assert (handled["case"]["status"], handled["missing"]) == ("pending_inspection", [sha256(THIRD)])
    before = await counts(session)
    by_another = await leader.http.put(f"{url}/{action_id}/photos/{sha256(THIRD)}", content=THIRD)
    assert (by_another.status_code, by_another.json()["code"]) == (404, "no_such_submission")
    early = await squad.http.put(f"{url}/{new_id()}/photos/{sha256(THIRD)}", content=THIRD)
    assert (early.status_code, early.json()["code"]) == (404, "no_such_submission")
    assert await counts(session) == before
    follows = (await squad.http.put(f"{url}/{action_id}/photos/{sha256(THIRD)}", content=THIRD)).json()
    assert follows["missing"] == []
    assert [p["phase"] for p in follows["case"]["events"][-1]["photos"] if p["received"]] == ["after"]
