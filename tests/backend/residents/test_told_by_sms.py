"""Residents who left a mobile number are told at filing and at the end, once each, in words that say nothing of the case."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.residents.models import ResidentMessage
from tests.backend.notifications.outside import World, world
from tests.backend.residents.conftest import Town
from tests.backend.residents.resident import Resident
from tests.conftest import Clock
from tests.outside.serving import Reply

PHONE = "13800000007"


@pytest.fixture
def outside(app: FastAPI, clock: Clock, tmp_path: Path) -> Iterator[World]:
    with world(clock, tmp_path) as found:
        app.state.outside = found.outside
        yield found


async def test_at_filing_and_at_the_end(
    resident: Resident, town: Town, outside: World, drain_jobs: Any, clock: Clock
) -> None:
    code = await resident.report(phone=PHONE, words="我家门口堵了")
    await town.verify(code)
    await drain_jobs()
    assert outside.sms.sent == {}
    await town.file(code)
    await drain_jobs()
    (filed,) = outside.sms.sent.values()
    assert (filed["phone"], filed["template"]) == (PHONE, "T-filed")
    clock.at += timedelta(minutes=10)
    await town.handle(code)
    await town.inspect(code)
    for _ in range(2):
        await drain_jobs()
    templates = [message["template"] for message in outside.sms.sent.values()]
    assert templates == ["T-filed", "T-closed"]
    assert code not in json.dumps(list(outside.sms.sent.values()))


async def test_without_a_number_nothing_is_sent(
    resident: Resident, town: Town, outside: World, drain_jobs: Any, session: AsyncSession
) -> None:
    code = await resident.report()
    await town.verify(code)
    await town.file(code)
    await drain_jobs()
    assert outside.sms.asked == []
    assert (await session.scalars(select(ResidentMessage))).all() == []


async def test_a_gateway_that_is_down_is_tried_again_with_the_same_key(
    resident: Resident, town: Town, outside: World, drain_jobs: Any, session: AsyncSession, clock: Clock
) -> None:
    code = await resident.report(phone=PHONE)
    await town.verify(code)
    await town.file(code)
    outside.sms.replies.append(Reply(503))
    await drain_jobs()
    assert outside.sms.sent == {}
    clock.at += timedelta(minutes=30)
    await drain_jobs()
    (row,) = await session.scalars(select(ResidentMessage).where(col(ResidentMessage.subject) == "filed"))
    assert (row.state, row.attempts) == ("sent", 2)
    keys = {asked.headers["idempotency-key"] for asked in outside.sms.asked}
    assert len(keys) == 1
