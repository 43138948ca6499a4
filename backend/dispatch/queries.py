"""Every SELECT about rules, squads as candidates, assignments and stored decisions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Date, String, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.database import TIMESTAMP
from backend.dispatch.models import OPEN_ASSIGNMENT, OPEN_PART, Assignment, AssignmentEnd, RoutingDecision, RoutingRule
from backend.dispatch.routing import Rule, SquadFacts
from backend.errors import NotFound, Say
from backend.matters.queries import unknown_matter
from backend.permissions import Actor, covers
from backend.staff.duty import SquadDuty, why_off_duty
from backend.staff.queries_duty import duty_of_squads, on_duty_sql, squad_duty


async def routing_rules(session: AsyncSession, county: str) -> list[Rule]:
    rows = await session.scalars(select(RoutingRule).where(col(RoutingRule.county) == county))
    return [Rule(r.code, r.priority, r.name, tuple(r.matters), tuple(r.severities), r.zone, r.target) for r in rows]


async def open_cases_by_squad(session: AsyncSession, county: str) -> dict[str, int]:
    rows = await session.execute(
        select(col(Assignment.squad_code), func.count())
        .where(
            col(Assignment.county) == county,
            col(Assignment.ended_at).is_(None),
            col(Assignment.squad_code).is_not(None),
        )
        .group_by(col(Assignment.squad_code))
    )
    return {code: count for code, count in rows if code}


async def squads_as_candidates(session: AsyncSession, county: str, grid_path: str, at: datetime) -> list[SquadFacts]:
    """Every squad of the county with duty, jurisdiction over the grid and load at `at`."""
    load = await open_cases_by_squad(session, county)
    return [
        SquadFacts(
            code=squad.code,
            name=squad.name,
            unit_code=squad.unit_code,
            kind=squad.kind,
            capabilities=squad.capabilities,
            on_duty=squad.on_duty,
            has_jurisdiction=bool(squad.has_jurisdiction),
            open_cases=load.get(squad.code, 0),
            why_off_duty=why_off_duty(squad),
        )
        for squad in await duty_of_squads(session, county, at, grid_path=grid_path)
    ]


_ASKED_FOR = """SELECT :county AS county, :at AS at, NULL AS squad_code,
    (SELECT g.path FROM grid g WHERE g.county = :county AND g.code = :grid_code
        AND g.valid_from <= :on AND (g.valid_to IS NULL OR :on < g.valid_to)) AS grid_path,
    (SELECT ARRAY[a.code, a.major_code, '*']::text[] FROM asked_matter a) AS words,
    (SELECT a.department_code FROM asked_matter a) AS department_code"""
_ASKED_MATTER = """SELECT a.code, a.major_code, a.department_code FROM matter a
    WHERE a.county = :county AND a.code = :matter_code AND a.catalogue_version = (SELECT max(c.version) FROM catalogue c
        WHERE c.county = :county AND c.in_force_at <= :at)"""


async def duty_for(
    session: AsyncSession, actor: Actor, *, grid_code: str | None, matter_code: str | None, at: datetime
) -> list[SquadDuty]:
    """Who is on duty for a grid and a matter at a time: every squad of the county, in one statement.

    Grid and matter are those in force at that time. Raises NotFound for a grid that is not there then or lies outside
    the actor's scope, Malformed for a matter that the catalogue does not have then.
    """
    statement = text(f"WITH asked_matter AS ({_ASKED_MATTER}), asked AS ({_ASKED_FOR})\n{on_duty_sql()}").bindparams(
        bindparam("county", type_=String()),
        bindparam("at", type_=TIMESTAMP),
        bindparam("on", type_=Date()),
        bindparam("grid_code", type_=String()),
        bindparam("matter_code", type_=String()),
    )
    asked = {
        "county": actor.county,
        "at": at,
        "on": local_date(at),
        "grid_code": grid_code,
        "matter_code": matter_code,
    }
    rows = (await session.execute(statement, asked)).mappings().all()
    for row in rows[:1]:
        path = row["grid_path"]
        if grid_code and (path is None or not any(covers(scope, path) for scope in actor.scope_paths)):
            raise NotFound(
                "no_such_grid", Say("没有这个网格，或不在你的辖区", "No such grid, or it is outside your scope")
            )
        if matter_code and row["can_do"] is None:
            raise unknown_matter(matter_code)
    return [squad_duty(row) for row in rows]


async def open_assignment(session: AsyncSession, county: str, case_id: UUID) -> Assignment | None:
    return (
        await session.scalars(
            select(Assignment).where(
                col(Assignment.county) == county, col(Assignment.case_id) == case_id, OPEN_ASSIGNMENT
            )
        )
    ).one_or_none()


async def open_parts(session: AsyncSession, county: str, case_id: UUID) -> Sequence[Assignment]:
    """Co-handlers and whistled squads that are not done, in the order in which they were called."""
    return (
        await session.scalars(
            select(Assignment)
            .where(col(Assignment.county) == county, col(Assignment.case_id) == case_id, OPEN_PART)
            .order_by(col(Assignment.assigned_at), col(Assignment.id))
        )
    ).all()


async def sent_back_by(session: AsyncSession, county: str, case_id: UUID) -> tuple[str, ...]:
    """The squads that have sent the case back."""
    found = select(col(Assignment.squad_code)).where(
        col(Assignment.county) == county,
        col(Assignment.case_id) == case_id,
        col(Assignment.end) == AssignmentEnd.SENT_BACK,
    )
    return tuple(code for code in await session.scalars(found.distinct().order_by(col(Assignment.squad_code))) if code)


async def assignments_of(session: AsyncSession, county: str, case_id: UUID) -> Sequence[Assignment]:
    return (
        await session.scalars(
            select(Assignment)
            .where(col(Assignment.county) == county, col(Assignment.case_id) == case_id)
            .order_by(col(Assignment.assigned_at), col(Assignment.id))
        )
    ).all()


async def latest_decision(session: AsyncSession, county: str, case_id: UUID) -> RoutingDecision | None:
    return (
        await session.scalars(
            select(RoutingDecision)
            .where(col(RoutingDecision.county) == county, col(RoutingDecision.case_id) == case_id)
            .order_by(col(RoutingDecision.decided_at).desc(), col(RoutingDecision.id).desc())
            .limit(1)
        )
    ).one_or_none()


async def rule_names(session: AsyncSession, county: str) -> dict[str, str]:
    rows = await session.execute(
        select(col(RoutingRule.code), col(RoutingRule.name)).where(col(RoutingRule.county) == county)
    )
    return dict(rows.all())
