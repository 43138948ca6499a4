"""Every SELECT about figures: counts by group, a rate over time, and the very cases behind a number.

What an actor may see is decided by `scope_of`, and nowhere else: those with a grid see it and all below, a squad's leader
the squad's own account.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.assessment.indicators import Counts, Indicator
from backend.assessment.measures import MEASURES, counts_in_sql, moment_of, tally, touched
from backend.assessment.models import CaseOutcome as Row
from backend.assessment.outcomes import Level
from backend.assessment.periods import Step
from backend.cases.models import Case, ReportSource
from backend.cases.queries import GRID_OF_CASE, MATTER_OF_CASE
from backend.errors import Malformed, Say
from backend.grids.models import Grid
from backend.matters.models import Matter, MatterKind, Severity
from backend.permissions import ROLE_PERMISSIONS, Actor, Permission
from backend.staff.models import Squad, Unit


class Dimension(StrEnum):
    """By what figures are grouped. There is none for persons, and there will be none."""

    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"
    SQUAD = "squad"
    UNIT = "unit"
    MAJOR = "major"
    MATTER = "matter"
    KIND = "kind"
    SEVERITY = "severity"
    SOURCE = "source"


_GROUPED: dict[Dimension, Any] = {
    Dimension.TOWN: func.split_part(col(Row.grid_path), literal("/"), 2),
    Dimension.VILLAGE: func.split_part(col(Row.grid_path), literal("/"), 3),
    Dimension.GRID: func.split_part(col(Row.grid_path), literal("/"), 4),
    Dimension.SQUAD: col(Row.body),
    Dimension.UNIT: col(Row.body),
    Dimension.MAJOR: col(Row.major_code),
    Dimension.MATTER: col(Row.matter_code),
    Dimension.KIND: col(Row.matter_kind),
    Dimension.SEVERITY: col(Row.severity),
    Dimension.SOURCE: col(Row.source),
}


def group_column(by: Dimension) -> Any:
    return _GROUPED[by]


PLACES = (Dimension.TOWN, Dimension.VILLAGE, Dimension.GRID)


@dataclass(frozen=True)
class Scope:
    """Whose figures an actor sees: of all in these grids (paths), or of these squads alone."""

    paths: tuple[str, ...] = ()
    squads: tuple[str, ...] = ()

    @property
    def is_own(self) -> bool:
        return not self.paths


@dataclass(frozen=True)
class Wanted:
    """Which outcomes are asked for. `within` are the paths that a grid has had; `matters` codes of matters or majors."""

    county: str
    scope: Scope
    since: datetime
    until: datetime
    within: tuple[str, ...] | None = None
    squad: str | None = None
    unit: str | None = None
    matters: tuple[str, ...] = ()
    kinds: tuple[MatterKind, ...] = ()
    severities: tuple[Severity, ...] = ()
    sources: tuple[ReportSource, ...] = ()
    by: tuple[Dimension, ...] = ()

    @property
    def level(self) -> Level:
        """On whose account: a squad's leader sees the squad's, always. Raises Malformed where two cannot be one."""
        by_unit = self.unit is not None or Dimension.UNIT in self.by
        by_squad = self.squad is not None or Dimension.SQUAD in self.by or self.scope.is_own
        if by_unit and by_squad:
            raise Malformed.at(
                "by",
                "one_account",
                Say("队伍和单位只能选一种口径", "Choose either squads or units; a case counts on one account"),
            )
        return Level.UNIT if by_unit else Level.SQUAD if by_squad else Level.CASE

    def during(self, since: datetime, until: datetime) -> "Wanted":
        return replace(self, since=since, until=until)


def scope_of(actor: Actor) -> Scope:
    paths = actor.paths_for(Permission.SEE_FIGURES)
    led = {
        post.squad_code
        for post in actor.posts
        if post.squad_code and Permission.SEE_FIGURES in ROLE_PERMISSIONS[post.role]
    }
    return Scope(paths, tuple(sorted(led)))


def _below(paths: Sequence[str]) -> ColumnElement[bool]:
    path = col(Row.grid_path)
    return or_(false(), *(or_(path == each, path.like(f"{each}/%")) for each in paths))


def chosen(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Everything but the period."""
    clauses: list[ColumnElement[bool]] = [col(Row.county) == wanted.county, col(Row.level) == wanted.level]
    # The whole county needs no look at the path.
    if wanted.scope.is_own:
        clauses.append(col(Row.body).in_(wanted.scope.squads))
    elif wanted.county not in wanted.scope.paths:
        clauses.append(_below(wanted.scope.paths))
    if wanted.within is not None:
        clauses.append(_below(wanted.within))
    clauses.extend(col(Row.body) == code for code in (wanted.squad, wanted.unit) if code is not None)
    if wanted.matters:
        clauses.append(or_(col(Row.matter_code).in_(wanted.matters), col(Row.major_code).in_(wanted.matters)))
    for column, values in (
        (col(Row.matter_kind), wanted.kinds),
        (col(Row.severity), wanted.severities),
        (col(Row.source), wanted.sources),
    ):
        if values:
            clauses.append(column.in_(values))
    return clauses


async def counts_by_group(session: AsyncSession, wanted: Wanted) -> dict[tuple[str, ...], Counts]:
    """The counts of each group, keyed by its codes; without dimensions of all together, under ()."""
    keys = [_GROUPED[dimension].label(f"key_{number}") for number, dimension in enumerate(wanted.by)]
    tallies = [tally(measure, wanted.since, wanted.until) for measure in MEASURES]
    statement = (
        select(*keys, *tallies).where(*chosen(wanted), touched(wanted.since, wanted.until)).group_by(*keys)
        if keys
        else select(*tallies).where(*chosen(wanted), touched(wanted.since, wanted.until))
    )
    depth = len(keys)
    found = {}
    for row in await session.execute(statement):
        key = tuple(str(part) for part in row[:depth])
        if all(key):
            found[key] = Counts(**dict(zip(MEASURES, row[depth:], strict=True)))
    return found


def nothing(counts: Counts) -> bool:
    return not any(getattr(counts, each.name) for each in fields(counts))


async def counts_over_time(
    session: AsyncSession, wanted: Wanted, indicator: Indicator, step: Step
) -> dict[datetime, tuple[int, int | None]]:
    """Part and whole of an indicator by calendar step (its first local midnight). Both count at the same moment."""
    moment: Any = getattr(Row, moment_of(indicator.part))
    begins = func.date_trunc(literal(step.value), moment, literal("Asia/Shanghai")).label("begins")
    parts = [tally(indicator.part, wanted.since, wanted.until)]
    if indicator.whole:
        parts.append(tally(indicator.whole, wanted.since, wanted.until))
    statement = (
        select(begins, *parts)
        .where(*chosen(wanted), touched(wanted.since, wanted.until), moment >= wanted.since, moment < wanted.until)
        .group_by(begins)
    )
    return {row[0]: (row[1], row[2] if indicator.whole else None) for row in await session.execute(statement)}


class Side(StrEnum):
    """Which of the cases behind a rate: those that count, all, or those that do not."""

    PART = "part"
    WHOLE = "whole"
    REST = "rest"


def _behind(indicator: Indicator, side: Side, since: datetime, until: datetime) -> ColumnElement[bool]:
    part = counts_in_sql(indicator.part, since, until)
    if indicator.whole is None or side == Side.PART:
        return part
    whole = counts_in_sql(indicator.whole, since, until)
    return whole if side == Side.WHOLE else and_(whole, ~func.coalesce(part, literal(False)))


@dataclass(frozen=True)
class FoundCase:
    """A case behind a number, with the names that a list needs. Nobody's name is among them."""

    outcome: Row
    case: Case
    matter: Matter
    grid: Grid


def _found(wanted: Wanted, behind: ColumnElement[bool]) -> Select[Row, Case, Matter, Grid]:
    return (
        select(Row, Case, Matter, Grid)
        .join(Case, and_(col(Case.county) == col(Row.county), col(Case.id) == col(Row.case_id)))
        .join(Matter, MATTER_OF_CASE)
        .join(Grid, GRID_OF_CASE)
        .where(*chosen(wanted), behind)
    )


async def cases_behind(
    session: AsyncSession,
    wanted: Wanted,
    indicator: Indicator,
    side: Side,
    *,
    offset: int,
    limit: int,
) -> tuple[int, list[FoundCase]]:
    """How many there are, and a page of them, the latest first."""
    behind = and_(touched(wanted.since, wanted.until), _behind(indicator, side, wanted.since, wanted.until))
    return await page_of(session, wanted, behind, offset=offset, limit=limit)


async def page_of(
    session: AsyncSession,
    wanted: Wanted,
    behind: ColumnElement[bool],
    *,
    offset: int,
    limit: int,
) -> tuple[int, list[FoundCase]]:
    count = await session.scalar(select(func.count()).select_from(Row).where(*chosen(wanted), behind))
    order = (col(Row.opened_at).desc(), col(Row.case_id).desc(), col(Row.body))
    rows = await session.execute(_found(wanted, behind).order_by(*order).offset(offset).limit(limit))
    return count or 0, [FoundCase(*row) for row in rows]


async def names_of(session: AsyncSession, county: str, by: Dimension, codes: Sequence[str]) -> Mapping[str, str]:
    """The latest name of each code of a place, squad, unit, matter or major."""
    if by in PLACES:
        order, code, name = col(Grid.version), col(Grid.code), col(Grid.name)
        named = select(code, name).where(col(Grid.county) == county, code.in_(codes)).order_by(order)
    elif by in (Dimension.SQUAD, Dimension.UNIT):
        table = Squad if by == Dimension.SQUAD else Unit
        named = select(col(table.code), col(table.name)).where(col(table.county) == county, col(table.code).in_(codes))
    else:
        order, code, name = col(Matter.catalogue_version), col(Matter.code), col(Matter.name)
        if by == Dimension.MAJOR:
            code, name = col(Matter.major_code), col(Matter.major_name)
        named = select(code, name).where(col(Matter.county) == county, code.in_(codes)).order_by(order)
    return {row[0]: row[1] for row in await session.execute(named)}
