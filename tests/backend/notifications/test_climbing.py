"""Nobody looks: the next person, the leader, the command centre; each step once, until somebody looks."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.notifications.duty import OnDuty, begins
from backend.notifications.models import Delivery, Notice, Notification
from backend.notifications.rules import USUAL_LADDER, steps_for
from backend.worker import tell_all_next
from tests.backend.notifications.test_telling import acted, kinds, reach, reported, see, told
from tests.conftest import MONDAY_MORNING, Clock
from tests.people import People

EMERGENCY = "E0505"


async def minute(app: FastAPI, clock: Clock, count: float = 1) -> None:
    clock.at += timedelta(minutes=count)
    await tell_all_next(app.state.sessions, clock)


async def steps(session: AsyncSession, kind: str = "task") -> list[str]:
    session.expire_all()
    return list(await session.scalar(select(col(Notice.steps)).where(col(Notice.kind) == kind)) or [])


async def test_an_emergency_climbs_the_whole_ladder_in_five_minutes(
    app: FastAPI, people: People, clock: Clock, session: AsyncSession
) -> None:
    operator = await people.operator()
    case = await reported(await people.worker(), EMERGENCY)
    assert case["status"] == "pending_ack"
    expected = [step.code for step in steps_for(USUAL_LADDER, case["severity"])]
    for passed in range(1, 7):
        await minute(app, clock)
        due = [s.code for s in steps_for(USUAL_LADDER, case["severity"]) if s.after <= timedelta(minutes=passed)]
        assert await steps(session) == due
    assert await steps(session) == expected
    assert "unseen" in await kinds(operator)
    (mine,) = [one for one in await told(operator) if one["kind"] == "unseen"]
    assert mine["why"] == "你在指挥中心值守这个片区"


async def test_it_stops_when_anybody_has_looked(
    app: FastAPI, people: People, clock: Clock, session: AsyncSession
) -> None:
    member, operator = await people.squad_member(), await people.operator()
    case = await reported(await people.worker(), EMERGENCY)
    await minute(app, clock)
    taken = await steps(session)
    assert len(taken) == 1
    await see(member, *[one for one in await told(member) if one["kind"] == "task"])
    for _ in range(10):
        await minute(app, clock)
    assert await steps(session) == taken
    assert "unseen" not in await kinds(operator)
    (far,) = [one for one in await reach(operator, case) if one["kind"] == "task"]
    assert far["next_step_at"] is None


async def test_accepting_ends_it_and_takes_it_off_the_desk(app: FastAPI, people: People, clock: Clock) -> None:
    member, operator = await people.squad_member(), await people.operator()
    case = await reported(await people.worker(), EMERGENCY)
    for _ in range(6):
        await minute(app, clock)
    assert "unseen" in await kinds(operator)
    await acted(member, "acknowledge", await member.case(case["id"]))
    assert "unseen" not in await kinds(operator)


async def test_a_worker_that_was_away_takes_every_step_once_when_it_is_back(
    app: FastAPI, people: People, clock: Clock, session: AsyncSession
) -> None:
    await reported(await people.worker(), EMERGENCY)
    clock.at += timedelta(hours=1)
    for _ in range(3):
        await tell_all_next(app.state.sessions, clock)
    codes = await steps(session)
    assert codes == [step.code for step in steps_for(USUAL_LADDER, "emergency")]
    assert len(codes) == len(set(codes))
    found = await session.scalars(select(Notice).where(col(Notice.kind) == "unseen"))
    assert len(found.all()) == 1


async def test_the_job_of_the_very_moment_takes_the_step(
    app: FastAPI, people: People, clock: Clock, session: AsyncSession, drain_jobs: Any
) -> None:
    await reported(await people.worker(), EMERGENCY)
    clock.at += timedelta(seconds=59)
    await drain_jobs()
    assert await steps(session) == []
    clock.at += timedelta(seconds=1)
    await drain_jobs()
    assert await steps(session) == ["emergency-next"]


SOON, LATER = MONDAY_MORNING + timedelta(hours=1), MONDAY_MORNING + timedelta(hours=9)


@pytest.mark.parametrize(
    ("duty", "expected"),
    [
        ([OnDuty(False, LATER), OnDuty(True)], MONDAY_MORNING),
        ([OnDuty(False, LATER), OnDuty(False, SOON)], SOON),
        ([OnDuty(False), OnDuty(False, SOON)], SOON),
        ([OnDuty(False)], MONDAY_MORNING),
        ([], MONDAY_MORNING),
    ],
)
def test_the_ladder_begins_when_somebody_is_on_duty(duty: list[OnDuty], expected: datetime) -> None:
    assert begins(duty, MONDAY_MORNING) == expected


async def test_a_ladder_of_the_countys_own(app: FastAPI, people: People, clock: Clock, session: AsyncSession) -> None:
    county = await people.person("19900008002")
    body = {
        "rules": [],
        "ladder": [{"code": "desk", "severities": ["emergency"], "after_s": 30, "receiver": "operator"}],
    }
    answer = await county.http.put("/api/channels/rules", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["ladder_is_usual"] is False
    await reported(await people.worker(), EMERGENCY)
    await minute(app, clock)
    assert await steps(session) == ["desk"]
    operator = await people.operator()
    assert "unseen" in await kinds(operator)


async def test_who_came_on_duty_since_is_the_next_person(
    app: FastAPI, people: People, clock: Clock, session: AsyncSession
) -> None:
    """Somebody of the squad was not told, as when they were posted since: they are told before anybody is told twice."""
    member = await people.squad_member()
    await reported(await people.worker(), EMERGENCY)
    (mine,) = await told(member)
    me = (await member.http.get("/api/me")).json()["id"]
    gone = (col(Notification.notice_id) == mine["id"], col(Notification.staff_id) == me)
    await session.execute(delete(Delivery).where(col(Delivery.notice_id) == mine["id"], col(Delivery.staff_id) == me))
    await session.execute(delete(Notification).where(*gone))
    await session.commit()
    assert await told(member) == []
    await minute(app, clock)
    (again,) = await told(member)
    assert again["why"] == "先通知的人一直没有看"
