"""The demo cases, told by the town's own actions at any hour: every state is there, and every history is whole."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import col

from backend.cases.history import first_broken_link
from backend.cases.models import Case, CasePhoto
from backend.cases.queries import history_of
from backend.cases.terms import Status
from seeds.demo.cases import write_cases
from seeds.load import COUNTY
from tests.conftest import MONDAY_MORNING

# By day, in the night before a Sunday, at lunch on a Friday, and on a public holiday.
HOURS = (
    MONDAY_MORNING,
    MONDAY_MORNING + timedelta(days=5, hours=17),
    MONDAY_MORNING + timedelta(days=4, hours=3),
    datetime.fromisoformat("2026-10-02T15:00:00+08:00"),
)
ONE_BY_DAY = [HOURS[0], *(pytest.param(at, marks=pytest.mark.nightly) for at in HOURS[1:])]


@pytest.mark.parametrize("now", ONE_BY_DAY, ids=[f"{at:%a %H:%M}" for at in HOURS])
async def test_the_town_is_full_of_life(app: FastAPI, session: Any, now: datetime) -> None:
    await write_cases(session, app.state.store, COUNTY, now)
    cases = list(await session.scalars(select(Case).where(col(Case.county) == COUNTY)))
    assert len(cases) >= 20
    assert {case.status for case in cases} >= {
        Status.VERIFYING,
        Status.PENDING_FILING,
        Status.PENDING_DISPATCH,
        Status.HANDLING,
        Status.PENDING_INSPECTION,
        Status.REWORK,
        Status.SUSPENDED,
        Status.CLOSED,
        Status.MERGED,
    }
    for case in cases:
        assert first_broken_link(list(await history_of(session, COUNTY, case.id))) is None
    awaited = await session.scalars(select(CasePhoto).where(col(CasePhoto.received_at).is_(None)))
    assert list(awaited) == []
