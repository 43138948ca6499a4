"""Any order of time passing, workers coming and dying, people looking and acting: the ladder is climbed as the rule says.

The model is three facts: when the squad was told, whether anybody has looked, whether anybody has acted.
"""

from datetime import datetime, timedelta
from random import Random

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.matters.models import Severity
from backend.notifications.climbing import climb, notices_due
from backend.notifications.models import Delivery, Notice, Notification
from backend.notifications.rules import USUAL_LADDER, steps_for
from backend.worker import tell_all_next
from tests.backend.notifications.test_telling import acted, reported, see, told
from tests.conftest import Clock
from tests.people import People

LADDER = steps_for(USUAL_LADDER, Severity.EMERGENCY)
STEPS = 14


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(n, marks=pytest.mark.nightly) for n in range(3, 40))])
async def test_the_ladder_is_climbed_as_the_rule_says(
    app: FastAPI, people: People, clock: Clock, session: AsyncSession, seed: int
) -> None:
    chance = Random(seed)
    member, leader = await people.squad_member(), await people.squad_leader()
    case = await reported(await people.worker(), "E0505")
    begun, looked, done = clock.at, None, False
    climbed: list[str] = []
    for _ in range(STEPS):
        what = chance.choices(("pass", "sweep", "die", "look", "act"), (5, 6, 3, 1, 1))[0]
        if what == "pass":
            clock.at += timedelta(seconds=chance.randrange(1, 150))
        elif what == "sweep":
            await tell_all_next(app.state.sessions, clock)
            climbed = _expected(climbed, begun, clock.at, idle=looked is not None or done)
        elif what == "die":
            await _die_in_the_middle(app, clock)
        elif what == "look" and not done:
            person = chance.choice((member, leader))
            await see(person, *[one for one in await told(person) if one["kind"] == "task"])
            looked = clock.at
        elif what == "act" and not done:
            await acted(chance.choice((member, leader)), "acknowledge", await member.case(case["id"]))
            done = True
        await _holds(session, climbed, done=done)


def _expected(climbed: list[str], begun: datetime, at: datetime, *, idle: bool) -> list[str]:
    return climbed if idle else [step.code for step in LADDER if begun + step.after <= at]


async def _die_in_the_middle(app: FastAPI, clock: Clock) -> None:
    """A worker takes its steps and is gone before it commits."""

    async with app.state.sessions() as session:
        for county, notice_id in await notices_due(session, clock.at):
            await climb(session, county, notice_id, clock.at)
        await session.rollback()


async def _holds(session: AsyncSession, climbed: list[str], *, done: bool) -> None:
    session.expire_all()
    task = (await session.scalars(select(Notice).where(col(Notice.kind) == "task"))).one()
    assert task.steps == climbed
    assert (task.settled_at is not None) == done
    if done:
        assert task.next_step_at is None
    unseen = (await session.scalars(select(Notice).where(col(Notice.kind) == "unseen"))).all()
    assert len(unseen) == int("emergency-desk" in climbed)
    twice = (
        select(func.count())
        .select_from(Delivery)
        .group_by(col(Delivery.notice_id), col(Delivery.staff_id), col(Delivery.channel), col(Delivery.round))
        .having(func.count() > 1)
    )
    assert (await session.scalars(twice)).all() == []
    people = select(col(Notification.notice_id), col(Notification.staff_id))
    rows = (await session.execute(people)).all()
    assert len(rows) == len(set(rows))
