"""Every SELECT about rule sets and about what rules may name."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.dispatch.models import RuleSet, RuleSetStatus
from backend.dispatch.routing import SquadFacts
from backend.dispatch.rule_checks import Known, KnownMatter, confined
from backend.dispatch.rule_schemas import RuleIn
from backend.grids.models import Grid, GridLevel
from backend.grids.queries import in_force
from backend.matters.queries import catalogue_in_force, conditions_by_matter, matters
from backend.permissions import Actor, Permission, covers
from backend.staff.models import Duty, Post, Squad, Staff, Unit
from backend.staff.queries import present_on
from backend.staff.queries_people import squad_jurisdictions

LISTED_SETS = 50


async def rule_sets(session: AsyncSession, county: str) -> Sequence[RuleSet]:
    """Drafts, the set in force and the newest of those before it."""
    return (
        await session.scalars(
            select(RuleSet)
            .where(col(RuleSet.county) == county)
            .order_by(col(RuleSet.status) != RuleSetStatus.DRAFT, col(RuleSet.number).desc(), col(RuleSet.id))
            .limit(LISTED_SETS)
        )
    ).all()


async def known_to_rules(session: AsyncSession, county: str, at: datetime) -> Known:
    """What rules of the county may name at `at`, and what it means then."""
    regions, grid_names = await _regions(session, county, at)
    jurisdictions = await squad_jurisdictions(session, county)
    squads = await session.scalars(select(Squad).where(col(Squad.county) == county).order_by(col(Squad.code)))
    units = await session.execute(select(col(Unit.code), col(Unit.name)).where(col(Unit.county) == county))
    return Known(
        matters=await _matters(session, county, at),
        regions=regions,
        grid_names=grid_names,
        squads=[_as_facts(squad) for squad in squads],
        jurisdictions={code: tuple(paths) for code, paths in jurisdictions.items()},
        units=dict(units.all()),
        holders=await _holders(session, county, at),
    )


def _as_facts(squad: Squad) -> SquadFacts:
    return SquadFacts(
        code=squad.code,
        name=squad.name,
        unit_code=squad.unit_code,
        kind=squad.kind,
        capabilities=tuple(squad.capabilities),
        on_duty=True,
        has_jurisdiction=True,
        open_cases=0,
    )


async def _matters(session: AsyncSession, county: str, at: datetime) -> list[KnownMatter]:
    version = await catalogue_in_force(session, county, at)
    conditions = await conditions_by_matter(session, county, version)
    return [
        KnownMatter(
            code=matter.code,
            name=matter.name,
            major_code=matter.major_code,
            department_code=matter.department_code,
            self_dispatch=matter.self_dispatch,
            severities=frozenset(condition.severity for condition in conditions[matter.code]),
        )
        for matter in await matters(session, county, version)
    ]


async def _regions(
    session: AsyncSession, county: str, at: datetime
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Every code there ever was to the paths that it means today or will mean, and to its newest name."""
    today = local_date(at)
    rows = await session.execute(
        select(
            col(Grid.code),
            col(Grid.name),
            col(Grid.path),
            col(Grid.cluster_code),
            or_(col(Grid.valid_to).is_(None), col(Grid.valid_to) > today),
        )
        .where(col(Grid.county) == county)
        .order_by(col(Grid.code), col(Grid.version))
    )
    paths: dict[str, set[str]] = defaultdict(set)
    members: dict[str, set[str]] = defaultdict(set)
    names: dict[str, str] = {}
    for code, name, path, cluster, lasts in rows:
        names[code] = name
        paths[code] |= {path} if lasts else set()
        if cluster and lasts:
            members[cluster].add(path)
    return {code: tuple(sorted(members.get(code) or own)) for code, own in paths.items()}, names


async def _holders(session: AsyncSession, county: str, at: datetime) -> dict[Duty, tuple[str, ...]]:
    today = local_date(at)
    rows = await session.execute(
        select(col(Post.duty), func.array_agg(col(Post.grid_path).distinct()))
        .join(Staff, (col(Staff.county) == col(Post.county)) & (col(Staff.id) == col(Post.staff_id)))
        .where(
            col(Post.county) == county,
            col(Post.duty).is_not(None),
            col(Post.grid_path).is_not(None),
            present_on(today),
            or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= today),
        )
        .group_by(col(Post.duty))
    )
    return {duty: tuple(sorted(path for path in paths if path)) for duty, paths in rows if duty}


async def within_reach(session: AsyncSession, actor: Actor, known: Known, at: datetime) -> Callable[[RuleIn], bool]:
    """Tells of a rule whether the actor may publish it: any, if their posts cover all towns; else those confined to them."""
    reach = actor.paths_for(Permission.MANAGE_ROUTING)
    towns = await session.scalars(
        select(col(Grid.path)).where(
            col(Grid.county) == actor.county, col(Grid.level) == GridLevel.TOWN, in_force(local_date(at))
        )
    )
    if all(any(covers(own, town) for own in reach) for town in towns):
        return lambda _rule: True
    wide = [path for path in reach if path.count("/") <= 1]
    return lambda rule: confined(rule, known, wide)
