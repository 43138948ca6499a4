"""Every SELECT about rules, squads as candidates, assignments and stored decisions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.dispatch.models import OPEN_ASSIGNMENT, Assignment, RoutingDecision, RoutingRule
from backend.dispatch.routing import Rule, SquadFacts
from backend.permissions import covers
from backend.staff.queries import jurisdiction_by_squad, shifts_by_squad, squads
from backend.staff.rota import shift_end


async def routing_rules(session: AsyncSession, county: str) -> list[Rule]:
    rows = await session.scalars(select(RoutingRule).where(col(RoutingRule.county) == county))
    return [Rule(r.code, r.priority, r.name, tuple(r.matters), tuple(r.severities), r.zone, r.target) for r in rows]


async def open_cases_by_squad(session: AsyncSession, county: str) -> dict[str, int]:
    rows = await session.execute(
        select(col(Assignment.squad_code), func.count())
        .where(col(Assignment.county) == county, OPEN_ASSIGNMENT)
        .group_by(col(Assignment.squad_code))
    )
    return dict(rows.all())


async def squads_as_candidates(session: AsyncSession, county: str, grid_path: str, at: datetime) -> list[SquadFacts]:
    """Every squad of the county with duty, jurisdiction over the grid and load at `at`."""
    shifts = await shifts_by_squad(session, county)
    jurisdictions = await jurisdiction_by_squad(session, county)
    load = await open_cases_by_squad(session, county)
    return [
        SquadFacts(
            code=squad.code,
            name=squad.name,
            unit_code=squad.unit_code,
            kind=squad.kind,
            capabilities=tuple(squad.capabilities),
            on_duty=shift_end(shifts.get(squad.code, []), at) is not None,
            has_jurisdiction=any(covers(path, grid_path) for path in jurisdictions.get(squad.code, [])),
            open_cases=load.get(squad.code, 0),
        )
        for squad in await squads(session, county)
    ]


async def open_assignment(session: AsyncSession, county: str, case_id: UUID) -> Assignment | None:
    return (
        await session.scalars(
            select(Assignment).where(
                col(Assignment.county) == county, col(Assignment.case_id) == case_id, OPEN_ASSIGNMENT
            )
        )
    ).one_or_none()


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
