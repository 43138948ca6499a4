"""Figures as they are answered: counts into rates, scores and places, beside the period before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.assessment import queries
from backend.assessment.indicators import INDICATORS, Counts, Figure, Indicator, figures_of
from backend.assessment.models import AssessmentScheme, FigureObjection
from backend.assessment.outcomes import Level
from backend.assessment.periods import Period, Step, around
from backend.assessment.queries import PLACES, Dimension, FoundCase, Wanted
from backend.assessment.refreshing import AT_ONCE, pending_count, refresh
from backend.assessment.schemas import (
    FigureCase,
    FigureOut,
    FigureRow,
    FiguresOut,
    IndicatorOut,
    PeriodOut,
    SchemeOut,
    TrendOut,
    TrendPoint,
)
from backend.assessment.schemes import USUAL, SchemeContent, Scored, ranks, score_of
from backend.cases.words import SOURCE_WORDS
from backend.clock import SHANGHAI
from backend.errors import Say
from backend.matters.catalogue_words import SEVERITIES
from backend.matters.models import MatterKind
from backend.permissions import Actor, Permission
from backend.staff.queries import squad_names

# A grid is mostly one person's: it has figures, and neither a score nor a place among others.
SCORED = {
    Dimension.TOWN: Scored.PLACES,
    Dimension.VILLAGE: Scored.PLACES,
    Dimension.SQUAD: Scored.SQUADS,
    Dimension.UNIT: Scored.SQUADS,
}
KINDS = {MatterKind.EVENT: Say("事件", "Events"), MatterKind.COMPONENT: Say("部件", "Components")}


async def fresh(session: AsyncSession, county: str) -> int:
    """Take in what has changed, as far as an answer can wait for it. Returns how many cases are still to come."""
    await refresh(session, county, limit=AT_ONCE)
    return await pending_count(session, county)


async def scheme_row(session: AsyncSession, county: str) -> AssessmentScheme | None:
    newest = select(AssessmentScheme).where(col(AssessmentScheme.county) == county)
    return (await session.scalars(newest.order_by(col(AssessmentScheme.version).desc()).limit(1))).first()


async def scheme_of(session: AsyncSession, county: str) -> SchemeContent:
    row = await scheme_row(session, county)
    return SchemeContent.model_validate(row.content) if row else USUAL


async def scheme_view(session: AsyncSession, actor: Actor) -> SchemeOut:
    row = await scheme_row(session, actor.county)
    return SchemeOut(
        version=row.version if row else 0,
        content=SchemeContent.model_validate(row.content) if row else USUAL,
        made_at=row.made_at if row else None,
        may_change=actor.county in actor.paths_for(Permission.MANAGE_ASSESSMENT),
    )


def indicators_out(language: str) -> list[IndicatorOut]:
    return [
        IndicatorOut(
            key=each.key,
            name=each.name.in_language(language),
            definition=each.definition.in_language(language),
            source=each.source.in_language(language),
            direction=each.direction,
            is_count=each.whole is None,
            levels=sorted(each.levels),
        )
        for each in INDICATORS
    ]


async def figures(
    session: AsyncSession, wanted: Wanted, period: Period, *, at: datetime, pending: int, language: str
) -> FiguresOut:
    """Every indicator of every group and of all together, each beside the period before."""
    before = period.before
    earlier = wanted.during(before.since, min(before.until, at))
    rows = await queries.counts_by_group(session, wanted) if wanted.by else {}
    rows_before = await queries.counts_by_group(session, earlier) if wanted.by else {}
    # A case may be on several squads' accounts; of all together it counts once.
    whole = replace(wanted, by=())
    total = await queries.counts_by_group(session, whole)
    total_before = await queries.counts_by_group(session, replace(earlier, by=()))
    scheme = await scheme_of(session, wanted.county)
    level, scored = wanted.level, _scored(wanted)
    named = [await _names(session, wanted, number, list(rows), language) for number in range(len(wanted.by))]
    out = [
        _row(
            key, [named[i].get(code, code) for i, code in enumerate(key)],
            counts, rows_before.get(key, Counts()), level, scheme, scored, period,
        )
        for key, counts in rows.items()
        if not queries.nothing(counts)
    ]  # fmt: skip
    _place(out)
    return FiguresOut(
        as_of=at,
        pending=pending,
        period=_period(period, at),
        before=_period(before, at),
        by=list(wanted.by),
        level=level,
        scored=scored,
        total=_row(
            (), [], total.get((), Counts()), total_before.get((), Counts()),
            whole.level, scheme, Scored.DESK if whole.level == Level.CASE else Scored.SQUADS, period,
        ),
        rows=sorted(out, key=lambda row: (row.rank or 9999, row.codes)),
    )  # fmt: skip


def _scored(wanted: Wanted) -> Scored | None:
    """Only one organisation a row can be placed among others, and a squad's leader sees no others."""
    if len(wanted.by) != 1 or (wanted.by[0] in PLACES and wanted.level != Level.CASE):
        return None
    return SCORED.get(wanted.by[0])


def _row(
    key: tuple[str, ...],
    names: list[str],
    now: Counts,
    before: Counts,
    level: Level,
    scheme: SchemeContent,
    scored: Scored | None,
    period: Period,
) -> FigureRow:
    figures, earlier = figures_of(now, level), figures_of(before, level)
    return FigureRow(
        codes=list(key),
        names=names,
        figures=_out(figures),
        before=_out(earlier),
        score=score_of(scheme, scored, figures, days=period.days) if scored else None,
        score_before=score_of(scheme, scored, earlier, days=period.before.days) if scored else None,
        rank=None,
    )


def _out(figures: Mapping[str, Figure]) -> dict[str, FigureOut]:
    return {key: FigureOut(part=figure.part, whole=figure.whole) for key, figure in figures.items()}


def _place(rows: Sequence[FigureRow]) -> None:
    placed = ranks({"/".join(row.codes): row.score for row in rows})
    for row in rows:
        row.rank = placed.get("/".join(row.codes))


def _period(period: Period, at: datetime) -> PeriodOut:
    return PeriodOut(first=period.first, last=period.last, step=period.step, unfinished=period.until > at)


async def _names(
    session: AsyncSession, wanted: Wanted, number: int, keys: Sequence[tuple[str, ...]], language: str
) -> Mapping[str, str]:
    by = wanted.by[number]
    fixed: Mapping[Dimension, Mapping[str, Say]] = {
        Dimension.SEVERITY: {each.value: say for each, say in SEVERITIES.items()},
        Dimension.KIND: {each.value: say for each, say in KINDS.items()},
        Dimension.SOURCE: {each.value: say for each, say in SOURCE_WORDS.items()},
    }
    if by in fixed:
        return {code: say.in_language(language) for code, say in fixed[by].items()}
    codes = sorted({key[number] for key in keys})
    return await queries.names_of(session, wanted.county, by, codes)


async def trend(session: AsyncSession, wanted: Wanted, indicator: Indicator, step: Step) -> TrendOut:
    """The indicator by calendar step over the period, every step of it, also those in which nothing counted."""
    found = await queries.counts_over_time(session, wanted, indicator, step)
    by_day = {begins.astimezone(SHANGHAI).date(): counts for begins, counts in found.items()}
    last = (wanted.until - timedelta(microseconds=1)).astimezone(SHANGHAI).date()
    points = []
    part = around(wanted.since.astimezone(SHANGHAI).date(), step)
    while part.first <= last:
        counted, whole = by_day.get(part.first, (0, 0 if indicator.whole else None))
        points.append(TrendPoint(begins=part.first, part=counted, whole=whole))
        part = around(part.last + timedelta(days=1), step)
    return TrendOut(indicator=indicator.key, step=step, points=points)


async def cases_out(session: AsyncSession, county: str, found: Sequence[FoundCase]) -> list[FigureCase]:
    names = await squad_names(session, county)
    objections = await _objections(session, county, [row.case.id for row in found])
    return [_case(row, names, objections) for row in found]


def _case(
    row: FoundCase, names: Mapping[str, str], objections: Mapping[tuple[UUID, str], FigureObjection]
) -> FigureCase:
    case, outcome = row.case, row.outcome
    squad = outcome.body if outcome.level == Level.SQUAD else case.squad_code
    objection = objections.get((case.id, squad or ""))
    upheld = objection.upheld if objection else None
    return FigureCase(
        id=case.id,
        code=case.code,
        matter=row.matter.name,
        grid=row.grid.name,
        status=case.status,
        severity=case.severity,
        source=case.source,
        opened_at=case.opened_at,
        squad_code=squad,
        squad=names.get(squad) if squad else None,
        handled_late=outcome.handled and not outcome.handle_in_time,
        rework_count=outcome.reworks,
        send_back_count=outcome.send_backs,
        exempt=outcome.exempt,
        objection=None if objection is None else "open" if upheld is None else "upheld" if upheld else "refused",
    )


async def _objections(
    session: AsyncSession, county: str, ids: Sequence[UUID]
) -> dict[tuple[UUID, str], FigureObjection]:
    rows = await session.scalars(
        select(FigureObjection).where(col(FigureObjection.county) == county, col(FigureObjection.case_id).in_(ids))
    )
    return {(row.case_id, row.squad_code): row for row in rows}
