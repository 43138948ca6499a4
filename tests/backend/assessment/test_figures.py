"""Every number opens the cases behind it: over generated lives, each cell's list is exactly as long as the number says."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlmodel import col

from backend.assessment import queries
from backend.assessment.indicators import INDICATORS, Counts, figures_of
from backend.assessment.measures import MEASURES, counts
from backend.assessment.models import CaseOutcome
from backend.assessment.outcomes import CaseFacts, Level, outcomes_of
from backend.assessment.periods import Step
from backend.assessment.queries import Dimension, Scope, Side, Wanted, cases_behind, counts_by_group, counts_over_time
from backend.assessment.refreshing import outcome_rows, units_by_squad, work_out
from backend.matters.models import MatterKind
from backend.matters.queries import work_calendar
from tests.backend.assessment.lives import GRIDS, TOWN, Life, life, write

COUNTY = "320281"
NOW = datetime.fromisoformat("2026-11-29T12:00:00+08:00")
SINCE = NOW - timedelta(days=20)
CASES = 160


@pytest.fixture(scope="module")
async def written(engine: AsyncEngine) -> AsyncIterator[tuple[AsyncConnection, list[Life]]]:
    """Lives that every test here looks at and none changes, in a transaction that is rolled back after the last."""
    async with engine.connect() as connection:
        outer = await connection.begin()
        async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session, session.begin():
            lives = await write_lives(session)
        yield connection, lives
        await outer.rollback()


@pytest.fixture
async def session(written: tuple[AsyncConnection, list[Life]]) -> AsyncIterator[AsyncSession]:
    connection, _lives = written
    async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
        yield session


@pytest.fixture
def lives(written: tuple[AsyncConnection, list[Life]]) -> list[Life]:
    return written[1]


async def write_lives(session: AsyncSession) -> list[Life]:
    """Lives of the last forty days: some lie before the period, some run over its ends."""
    chance = Random(7)
    lives = [life(chance, NOW - timedelta(minutes=chance.randrange(60 * 24 * 40)), longest=30) for _ in range(CASES)]
    lives = [replace(each, events=[e for e in each.events if e.at <= NOW]) for each in lives]
    await work_out(session, COUNTY, [await write(session, COUNTY, each) for each in lives])
    return lives


def wanted(*by: Dimension, scope: Scope | None = None, **more: object) -> Wanted:
    base = Wanted(COUNTY, scope or Scope(paths=(TOWN,)), SINCE, NOW, by=by)
    return replace(base, **more)  # type: ignore[arg-type]


def of_row(base: Wanted, by: Dimension, code: str) -> Wanted:
    """What the screen asks for when a number in the row of this code is clicked."""
    row = replace(base, by=())
    if by in queries.PLACES:
        path = next("/".join(p.split("/")[: 2 + queries.PLACES.index(by)]) for p in GRIDS if f"/{code}" in p)
        return replace(row, within=(path,))
    if by in (Dimension.MATTER, Dimension.MAJOR):
        return replace(row, matters=(code,))
    field = {"squad": "squad", "unit": "unit"}.get(by)
    return replace(row, **({field: code} if field else _closed_set(by, code)))  # type: ignore[arg-type]


def _closed_set(by: Dimension, code: str) -> dict[str, tuple[str, ...]]:
    names = {Dimension.KIND: "kinds", Dimension.SEVERITY: "severities", Dimension.SOURCE: "sources"}
    return {names[by]: (MatterKind(code) if by == Dimension.KIND else code,)}


# By day one of each sort: a place, a body, a matter, a closed set.
BY_DAY = (Dimension.GRID, Dimension.SQUAD, Dimension.MATTER, Dimension.SEVERITY)
DIMENSIONS = [*BY_DAY, *(pytest.param(by, marks=pytest.mark.nightly) for by in Dimension if by not in BY_DAY)]


@pytest.mark.parametrize("by", DIMENSIONS)
async def test_every_number_is_the_length_of_its_list(session: AsyncSession, by: Dimension) -> None:
    base = wanted(by)
    groups = await counts_by_group(session, base)
    assert groups
    looked_at = 0
    for (code,), found in groups.items():
        row = of_row(base, by, code)
        for indicator in INDICATORS:
            if row.level not in indicator.levels:
                continue
            figure = indicator.of(found)
            count, cases = await cases_behind(session, row, indicator, Side.PART, offset=0, limit=200)
            assert (count, len(cases)) == (figure.part, figure.part), (code, indicator.key)
            if figure.whole is not None:
                whole, _ = await cases_behind(session, row, indicator, Side.WHOLE, offset=0, limit=1)
                rest, _ = await cases_behind(session, row, indicator, Side.REST, offset=0, limit=1)
                assert (whole, rest) == (figure.whole, figure.whole - figure.part), (code, indicator.key)
            looked_at += figure.part > 0
    assert looked_at > 5, "the lives are too poor to show anything"


async def test_the_database_counts_as_the_rules_say(session: AsyncSession, lives: list[Life]) -> None:
    """Each measure, in SQL and in Python, over the same lives; and nothing is counted that lies ahead."""
    calendar, units = await work_calendar(session, COUNTY), await units_by_squad(session, COUNTY)
    for level in Level:
        expected: Counter[str] = Counter()
        for lived in lives:
            facts = CaseFacts(lived.source, lived.self_handled, lived.place)
            for outcome in outcomes_of(facts, lived.events, calendar, units):
                if outcome.level == level:
                    expected.update(m for m in MEASURES if counts(m, outcome, lived.source, SINCE, NOW, exempt=False))
        by = {Level.CASE: (), Level.SQUAD: (Dimension.SQUAD,), Level.UNIT: (Dimension.UNIT,)}[level]
        total: Counter[str] = Counter()
        for found in (await counts_by_group(session, wanted(*by))).values():
            total.update({m: getattr(found, m) for m in MEASURES})
        assert +total == expected
        if level == Level.CASE:
            assert sum(expected[m] > 0 for m in MEASURES) > len(MEASURES) - 5, expected


async def test_what_is_kept_is_what_the_history_gives(session: AsyncSession) -> None:
    kept = (await session.scalars(select(CaseOutcome).where(col(CaseOutcome.county) == COUNTY))).all()
    ids = {row.case_id for row in kept}
    anew = await outcome_rows(session, COUNTY, list(ids))
    assert len(anew) == len(kept) > CASES
    by_key = {(row["case_id"], row["level"], row["body"]): row for row in anew}
    for row in kept:
        assert row.model_dump() == by_key[row.case_id, row.level, row.body]


async def test_groups_of_places_add_up_and_time_adds_up_too(session: AsyncSession) -> None:
    (total,) = (await counts_by_group(session, wanted())).values()
    for by in (Dimension.TOWN, Dimension.VILLAGE, Dimension.GRID, Dimension.MATTER, Dimension.SEVERITY):
        summed = [
            sum(getattr(each, m) for each in (await counts_by_group(session, wanted(by))).values()) for m in MEASURES
        ]
        assert Counts(*summed) == total, by
    figures = figures_of(total, Level.CASE)
    for indicator in INDICATORS:
        points = (await counts_over_time(session, wanted(), indicator, Step.DAY)).values()
        assert sum(part for part, _ in points) == figures[indicator.key].part
        assert sum(whole or 0 for _, whole in points) == (figures[indicator.key].whole or 0)


async def test_a_squads_leader_has_the_squads_own_account_and_no_other(session: AsyncSession) -> None:
    own = Scope(squads=("xxk-squad-1",))
    every = await counts_by_group(session, wanted(Dimension.SQUAD))
    mine = await counts_by_group(session, wanted(Dimension.SQUAD, scope=own))
    assert mine == {("xxk-squad-1",): every["xxk-squad-1",]}
    assert await counts_by_group(session, wanted(Dimension.SQUAD, scope=own, squad="xxk-squad-2")) == {}
    elsewhere = Scope(paths=("320281/320281999",))
    assert await counts_by_group(session, wanted(Dimension.SQUAD, scope=elsewhere)) == {}
    assert await counts_by_group(session, wanted(Dimension.SQUAD, scope=Scope())) == {}
