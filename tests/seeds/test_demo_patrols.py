"""The demo patrols: at any hour there is something to replay, with a stay, a gap, a pause and a leap that is no travel."""

import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from backend.clock import local_date
from backend.patrols.models import Patrol, StaffDay, StaffDayWanted
from seeds.demo.patrols import write_patrols
from seeds.load import COUNTY
from tests.conftest import MONDAY_MORNING

NOON = MONDAY_MORNING + timedelta(hours=3)
HOURS = (NOON, datetime.fromisoformat("2026-11-29T20:40:00+08:00"), datetime.fromisoformat("2026-11-25T03:10:00+08:00"))


@pytest.mark.parametrize("now", HOURS, ids=lambda at: f"{at:%a %H:%M}")
async def test_there_are_patrols_to_look_at(session: Any, now: datetime) -> None:
    started_at = time.perf_counter()
    await write_patrols(session, COUNTY, now)
    assert time.perf_counter() - started_at < 12
    days = list(await session.scalars(select(StaffDay)))
    assert len(days) >= 10
    assert list(await session.scalars(select(StaffDayWanted))) == []
    running = list(await session.scalars(select(Patrol).where(col(Patrol.ended_at).is_(None))))
    assert running, "somebody is out at every hour"
    for day in days:
        assert day.clean_m < 40_000
        assert day.track


async def test_today_has_everything_that_a_replay_shows(session: Any) -> None:
    now = datetime.fromisoformat("2026-11-25T15:10:00+08:00")
    await write_patrols(session, COUNTY, now)
    today = list(await session.scalars(select(StaffDay).where(col(StaffDay.on_day) == local_date(now))))
    assert {gap["why"] for day in today for gap in day.gaps} >= {"hidden", "paused", "silence"}
    assert any(day.stays for day in today)
    assert any(day.flagged.get("too_fast") for day in today)
    assert all(day.clean_m < day.raw_m for day in today if day.flagged.get("too_fast"))
