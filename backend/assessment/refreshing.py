"""Keeping outcomes: whatever case has changed is worked out anew from its whole history, and nothing is added up.

A change leaves a row in `case_change`, in its own transaction. Whoever works outcomes out takes the rows that are there,
reads the histories after that, and deletes just those rows: a change that commits meanwhile has its own.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from psycopg import sql
from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, delete, func, literal, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from backend.assessment.models import CaseOutcome, FigureObjection
from backend.assessment.outcomes import CaseFacts, Level, Outcome, outcomes_of
from backend.cases.histories import read_history, written_history
from backend.cases.models import Case, CaseChange
from backend.database import raw_connection
from backend.identifiers import new_id
from backend.locks import only_one
from backend.matters.models import Matter
from backend.matters.queries import work_calendar
from backend.staff.models import Squad

BATCH = 500
# So many are worked out before an answer that needs them; the rest is told as pending, and the worker's.
AT_ONCE = 200
_COLUMNS = tuple(SQLModel.metadata.tables["case_outcome"].columns.keys())
_COPY = sql.SQL("COPY case_outcome ({}) FROM STDIN").format(sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)))
# No object of the session is one of those rows: it need not look.
_BY_ITSELF = {"synchronize_session": False}
_OF_OUTCOME = tuple(field.name for field in fields(Outcome))
_MOMENTS = (
    "opened_at",
    "verify_at",
    "dispatch_at",
    "given_at",
    "handle_at",
    "closed_at",
    "inspect_at",
    "answered_at",
)


async def counties_to_refresh(session: AsyncSession) -> Sequence[str]:
    return (await session.scalars(select(col(CaseChange.county)).distinct())).all()


async def pending_count(session: AsyncSession, county: str) -> int:
    """How many cases have changed and are not in the figures yet."""
    wanted = select(func.count(col(CaseChange.case_id).distinct())).where(col(CaseChange.county) == county)
    return await session.scalar(wanted) or 0


async def refresh(session: AsyncSession, county: str, *, limit: int = BATCH) -> int:
    """Work out the outcomes of cases that have changed, up to `limit` changes. Returns how many changes were taken.

    While somebody else does the same it leaves it to them and returns 0.
    """
    if not await only_one(session, county, "case outcomes"):
        return 0
    found = select(col(CaseChange.id), col(CaseChange.case_id)).where(col(CaseChange.county) == county)
    taken = (await session.execute(found.order_by(col(CaseChange.id)).limit(limit))).all()
    if taken:
        await work_out(session, county, {case_id for _, case_id in taken})
        gone = delete(CaseChange).where(
            col(CaseChange.county) == county, col(CaseChange.id) == _any([i for i, _ in taken])
        )
        await session.execute(gone, execution_options=_BY_ITSELF)
    return len(taken)


async def want_all(session: AsyncSession, county: str) -> None:
    """Every case is to be worked out anew, as after a change of the work calendar."""
    statement = 'INSERT INTO case_change (county, id, case_id) SELECT county, gen_random_uuid(), id FROM "case"'
    await session.execute(text(f"{statement} WHERE county = :county"), {"county": county})


async def want_again(session: AsyncSession, county: str, case_id: UUID) -> None:
    session.add(CaseChange(county=county, id=new_id(), case_id=case_id))
    await session.flush()


async def work_out(session: AsyncSession, county: str, ids: Iterable[UUID]) -> None:
    """Replace the outcomes of these cases by what follows from their histories."""
    wanted = list(ids)
    rows = await outcome_rows(session, county, wanted)
    gone = delete(CaseOutcome).where(col(CaseOutcome.county) == county, col(CaseOutcome.case_id) == _any(wanted))
    await session.execute(gone, execution_options=_BY_ITSELF)
    connection = await raw_connection(session)
    async with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            await copy.write_row([row[name] for name in _COLUMNS])


async def outcome_rows(session: AsyncSession, county: str, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What the outcomes of these cases must be now, as rows of `case_outcome`."""
    calendar = await work_calendar(session, county)
    units = await units_by_squad(session, county)
    matters = await _matters(session, county)
    exempt = await _exempted(session, county, ids)
    place = col(Case.place)
    cases = select(
        col(Case.id),
        col(Case.version),
        col(Case.source),
        col(Case.self_handled),
        col(Case.grid_path),
        col(Case.catalogue_version),
        col(Case.matter_code),
        col(Case.severity),
        func.ST_X(place).label("lng"),
        func.ST_Y(place).label("lat"),
        written_history().label("history"),
    ).where(col(Case.county) == county, col(Case.id) == _any(ids))
    found = (await session.execute(cases)).all()

    def worked_out() -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for case in found:
            history = read_history(case.history)
            if not history:
                continue
            kind, major = matters[case.catalogue_version, case.matter_code]
            about = {
                "county": county,
                "case_id": case.id,
                "case_version": case.version,
                "grid_path": case.grid_path,
                "matter_kind": kind,
                "major_code": major,
                "matter_code": case.matter_code,
                "severity": case.severity,
                "source": case.source,
            }
            facts = CaseFacts(case.source, case.self_handled, (case.lng, case.lat))
            rows.extend(
                about | _as_row(outcome) | {"exempt": _is_exempt(outcome, exempt[case.id], units)}
                for outcome in outcomes_of(facts, history, calendar, units)
            )
        return rows

    return await asyncio.to_thread(worked_out)


def _any(ids: Sequence[UUID]) -> ColumnElement[Any]:
    """One value for thousands of ids, so that the statement is the same for any number of them."""
    return any_(literal(list(ids), ARRAY(Uuid)))


def _as_row(outcome: Outcome) -> dict[str, Any]:
    row = {name: getattr(outcome, name) for name in _OF_OUTCOME}
    return row | {"touched_at": max(row[name] for name in _MOMENTS if row[name])}


def _is_exempt(outcome: Outcome, squads: set[str], units: Mapping[str, str]) -> bool:
    if outcome.level == Level.CASE:
        return bool(squads)
    bodies = squads if outcome.level == Level.SQUAD else {units.get(squad) for squad in squads}
    return outcome.body in bodies


async def units_by_squad(session: AsyncSession, county: str) -> dict[str, str]:
    squads = await session.scalars(select(Squad).where(col(Squad.county) == county))
    return {squad.code: squad.unit_code for squad in squads}


async def _matters(session: AsyncSession, county: str) -> dict[tuple[int, str], tuple[Any, str]]:
    rows = await session.execute(
        select(col(Matter.catalogue_version), col(Matter.code), col(Matter.kind), col(Matter.major_code)).where(
            col(Matter.county) == county
        )
    )
    return {(version, code): (kind, major) for version, code, kind, major in rows}


async def _exempted(session: AsyncSession, county: str, ids: Sequence[UUID]) -> dict[UUID, set[str]]:
    """The squads against which a case does not count as due, because their objection was upheld."""
    upheld = select(col(FigureObjection.case_id), col(FigureObjection.squad_code)).where(
        col(FigureObjection.county) == county,
        col(FigureObjection.case_id) == _any(ids),
        col(FigureObjection.upheld).is_(True),
    )
    squads: dict[UUID, set[str]] = defaultdict(set)
    for case_id, squad in await session.execute(upheld):
        squads[case_id].add(squad)
    return squads
