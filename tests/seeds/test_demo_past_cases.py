"""The past cases of the demo town: whole histories, in the past, rich enough that its figures show something."""

from datetime import timedelta
from time import process_time
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from backend.assessment.indicators import BY_KEY
from backend.assessment.queries import Dimension, Scope, Wanted, counts_by_group
from backend.assessment.refreshing import refresh
from backend.cases.history import first_broken_link
from backend.cases.models import Case
from backend.cases.queries import history_of
from backend.cases.terms import ENDED_STATUSES
from seeds.demo.past_cases import PAST, write_past_cases
from seeds.load import COUNTY, TOWN_PATH
from tests.conftest import MONDAY_MORNING

NOW = MONDAY_MORNING


async def test_six_weeks_have_passed(session: Any, sessions: Any) -> None:
    began = process_time()
    await write_past_cases(session, COUNTY, NOW)
    while await refresh(session, COUNTY):
        pass
    assert process_time() - began < 8, "it is to cost a start a few seconds"
    cases = list(await session.scalars(select(Case).where(col(Case.county) == COUNTY)))
    assert len(cases) == PAST
    for case in cases:
        assert case.status in ENDED_STATUSES
        assert case.updated_at < NOW
    for case in cases[::20]:
        assert first_broken_link(list(await history_of(session, COUNTY, case.id))) is None
    scope = Scope(paths=(TOWN_PATH,))
    wanted = Wanted(COUNTY, scope, NOW - timedelta(days=30), NOW)
    (total,) = (await counts_by_group(session, wanted)).values()
    assert 0.6 < (BY_KEY["closing_on_time"].of(total).rate or 0) < 0.97
    assert 0.9 < (BY_KEY["closing"].of(total).rate or 0) <= 1
    assert 0 < (BY_KEY["rework"].of(total).rate or 0) < 0.2
    villages = await counts_by_group(session, Wanted(COUNTY, scope, wanted.since, NOW, by=(Dimension.VILLAGE,)))
    units = await counts_by_group(session, Wanted(COUNTY, scope, wanted.since, NOW, by=(Dimension.UNIT,)))
    assert len(villages) == 21
    assert len(units) >= 4
