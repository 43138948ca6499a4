"""Every SELECT about rules, squads as candidates, assignments and stored decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Date, String, and_, bindparam, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import SHANGHAI, local_date
from backend.database import TIMESTAMP
from backend.dispatch.models import (
    OPEN_ASSIGNMENT,
    OPEN_PART,
    Assignment,
    AssignmentEnd,
    RoutingDecision,
    RuleSet,
    RuleSetStatus,
)
from backend.dispatch.routing import PersonFacts, SquadFacts, serves_town
from backend.dispatch.rule_schemas import RuleIn, rule_of
from backend.dispatch.rules import Moment, Rule
from backend.errors import NotFound, Say
from backend.grids.models import Grid
from backend.grids.queries import in_force
from backend.matters.clocks import is_workday
from backend.matters.queries import calendar_days, unknown_matter
from backend.permissions import Actor, covers
from backend.staff.duty import SquadDuty, is_free, why_off_duty
from backend.staff.models import Post, RequestStatus, Staff, StaffLeave
from backend.staff.positions import Position, latest_positions
from backend.staff.queries import present_on
from backend.staff.queries_duty import duty_of_squads, on_duty_sql, squad_duty
from backend.staff.rota import ONE_DAY
from geo.geodesy import distance_m


@dataclass(frozen=True)
class RulesInForce:
    number: int
    rules: tuple[Rule, ...]


_RULES = TypeAdapter(list[RuleIn])


async def rules_in_force(session: AsyncSession, county: str) -> RulesInForce:
    """The county's rules; none at all is number 0."""
    found = await rule_set_in_force(session, county)
    if found is None:
        return RulesInForce(0, ())
    return RulesInForce(found.number or 0, tuple(rule_of(rule) for rule in rules_of(found)))


async def rule_set_in_force(session: AsyncSession, county: str, *, lock: bool = False) -> RuleSet | None:
    wanted = select(RuleSet).where(col(RuleSet.county) == county, col(RuleSet.status) == RuleSetStatus.IN_FORCE)
    return (await session.scalars(wanted.with_for_update() if lock else wanted)).one_or_none()


def rules_of(kept: RuleSet) -> list[RuleIn]:
    """The rules of a set, as they are tried."""
    return sorted(_RULES.validate_python(kept.rules), key=lambda rule: rule.priority)


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


async def squads_as_candidates(
    session: AsyncSession, county: str, grid_path: str, at: datetime, place: tuple[float, float] | None = None
) -> list[SquadFacts]:
    """Every squad of the county with duty, jurisdiction over the grid, load, and distance from `place` (lng, lat) at `at`."""
    load = await open_cases_by_squad(session, county)
    squads = await duty_of_squads(session, county, at, grid_path=grid_path)
    on_duty = [member.id for squad in squads for member in squad.members_on_duty]
    positions = await latest_positions(session, county, on_duty) if place else {}
    return [squad_facts(squad, grid_path, load.get(squad.code, 0), at, place, positions) for squad in squads]


def squad_facts(
    squad: SquadDuty,
    grid_path: str,
    open_cases: int,
    at: datetime,
    place: tuple[float, float] | None,
    positions: Mapping[UUID, Position],
) -> SquadFacts:
    """What routing needs of a squad. Its position is the freshest of its members on duty."""
    known = [positions[member.id] for member in squad.members_on_duty if member.id in positions]
    freshest = max(known, key=lambda position: position.at, default=None)
    return SquadFacts(
        code=squad.code,
        name=squad.name,
        unit_code=squad.unit_code,
        kind=squad.kind,
        capabilities=squad.capabilities,
        on_duty=squad.on_duty,
        has_jurisdiction=bool(squad.has_jurisdiction),
        open_cases=open_cases,
        why_off_duty=why_off_duty(squad),
        in_town=serves_town(squad.jurisdiction, grid_path),
        free=is_free(squad),
        members_on_duty=len(squad.members_on_duty) if squad.has_members else None,
        distance_m=distance_m(*place, freshest.lng, freshest.lat) if place and freshest else None,
        position_age_s=max(0, round((at - freshest.at).total_seconds())) if freshest else None,
    )


async def grids_around(session: AsyncSession, county: str, grid_path: str, on: date) -> tuple[str, ...]:
    """Codes of the grids on the way down to this one, and of the clusters to which they belong on that local day."""
    codes = grid_path.split("/")
    clusters = await session.scalars(
        select(col(Grid.cluster_code)).where(
            col(Grid.county) == county, col(Grid.code).in_(codes), in_force(on), col(Grid.cluster_code).is_not(None)
        )
    )
    return (*codes, *sorted({str(code) for code in clusters}))


async def moment_at(session: AsyncSession, county: str, at: datetime) -> Moment:
    today = local_date(at)
    days = {row.on: row.kind for row in await calendar_days(session, county, today - ONE_DAY, today)}
    return Moment(at.astimezone(SHANGHAI), not is_workday(today, days), not is_workday(today - ONE_DAY, days))


async def people_with_duty(session: AsyncSession, county: str, grid_path: str, at: datetime) -> list[PersonFacts]:
    """Who holds a duty in the grid or in one above it, present on that day, and whether they are on leave then."""
    parts, today = grid_path.split("/"), local_date(at)
    paths = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    away = exists().where(
        col(StaffLeave.county) == col(Staff.county),
        col(StaffLeave.staff_id) == col(Staff.id),
        col(StaffLeave.status) == RequestStatus.APPROVED,
        col(StaffLeave.starts_at) <= at,
        col(StaffLeave.ends_at) > at,
    )
    rows = await session.execute(
        select(col(Staff.id), col(Staff.name), col(Post.duty), col(Post.grid_path), col(Grid.name), away)
        .join(Post, and_(col(Post.county) == col(Staff.county), col(Post.staff_id) == col(Staff.id)))
        .join(Grid, and_(col(Grid.county) == col(Post.county), col(Grid.path) == col(Post.grid_path), in_force(today)))
        .where(
            col(Staff.county) == county,
            present_on(today),
            col(Post.duty).is_not(None),
            col(Post.grid_path).in_(paths),
            col(Post.starts_on) <= today,
            or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= today),
        )
    )
    return [
        PersonFacts(id_, name, duty, grid_name, len(parts) - 1 - path.count("/"), on_leave)
        for id_, name, duty, path, grid_name, on_leave in rows
        if duty and path
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
    """The squads that have sent the case back, and the duties in the grid whose holders have."""
    holder = func.coalesce(col(Assignment.squad_code), col(Assignment.grid_duty))
    found = select(holder).where(
        col(Assignment.county) == county,
        col(Assignment.case_id) == case_id,
        col(Assignment.end) == AssignmentEnd.SENT_BACK,
    )
    return tuple(await session.scalars(found.distinct().order_by(holder)))


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
