"""Deciding with a person in between: the table of candidates for a dispatch by hand, and trials of rules."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.dispatch.actions import decide, place_of
from backend.dispatch.queries import rules_in_force, squads_as_candidates
from backend.dispatch.routing import (
    REASONS,
    Decision,
    Question,
    SquadFacts,
    Verdict,
    order_of,
    position_shortfall,
)
from backend.dispatch.rule_schemas import TrialIn
from backend.dispatch.rules import Rule, names
from backend.dispatch.schemas import DispatchCandidate, DispatchCandidates
from backend.errors import NotFound, Say
from backend.grids.models import Grid
from backend.grids.queries import in_force
from backend.matters.models import Matter, Severity
from backend.matters.queries import catalogue_in_force, unknown_matter
from backend.permissions import Actor, covers
from backend.staff.models import SquadKind


async def question_about(
    session: AsyncSession,
    actor: Actor,
    *,
    grid_code: str,
    matter_code: str,
    severity: Severity,
    place: tuple[float | None, float | None],
    at: datetime,
) -> tuple[Question, str]:
    """The question about such a case at `at`, and the path of its grid.

    Raises NotFound for a grid that is not there then or lies outside the actor's scope, Malformed for an unknown matter.
    """
    grid = (
        await session.scalars(
            select(Grid).where(col(Grid.county) == actor.county, col(Grid.code) == grid_code, in_force(local_date(at)))
        )
    ).one_or_none()
    if grid is None or not any(covers(own, grid.path) for own in actor.scope_paths):
        raise NotFound("no_such_grid", Say("没有这个网格，或不在你的辖区", "No such grid, or it is outside your scope"))
    version = await catalogue_in_force(session, actor.county, at)
    matter = await session.get(Matter, (actor.county, version, matter_code))
    if matter is None:
        raise unknown_matter(matter_code)
    lng, lat = place if None not in place else (None, None)
    question = Question(
        matter_code=matter.code,
        matter_name=matter.name,
        major_code=matter.major_code,
        department_code=matter.department_code,
        self_dispatch=matter.self_dispatch,
        severity=severity,
        grid_code=grid.code,
        grid_name=grid.name,
        lng=lng,
        lat=lat,
    )
    return question, grid.path


async def try_rules(
    session: AsyncSession, actor: Actor, trial: TrialIn, rules: Sequence[Rule], *, at: datetime
) -> tuple[Question, Decision]:
    """What these rules would say of such a case; open cases and positions are those of now."""
    question, path = await question_about(
        session,
        actor,
        grid_code=trial.grid,
        matter_code=trial.matter,
        severity=trial.severity,
        place=(trial.place.lng, trial.place.lat) if trial.place else (None, None),
        at=at,
    )
    return await decide(session, county=actor.county, rules=rules, question=question, grid_path=path, at=at)


async def candidates_now(
    session: AsyncSession, county: str, question: Question, grid_path: str, *, at: datetime, language: str
) -> DispatchCandidates:
    """Every squad of the county for this case: those that suit first, in the order of routing; the rest with all reasons."""
    rules = (await rules_in_force(session, county)).rules
    _asked, decision = await decide(session, county=county, rules=rules, question=question, grid_path=grid_path, at=at)
    squads = await squads_as_candidates(session, county, grid_path, at, place_of(question))
    looked_at = [(squad, _objections(question, squad)) for squad in squads]
    looked_at.sort(key=lambda pair: (bool(pair[1]), not pair[0].on_duty, order_of(pair[0])))
    return DispatchCandidates(
        at=at,
        by_rule=decision.sentence.in_language(language),
        squads=[_candidate(question, squad, against, language) for squad, against in looked_at],
    )


def can_do(question: Question, squad: SquadFacts) -> bool:
    """Whether the squad does such matters; a department's does only its own department's."""
    own = squad.kind != SquadKind.DEPARTMENT or squad.unit_code == question.department_code
    return own and names(squad.capabilities, question.matter_code, question.major_code)


def _objections(question: Question, squad: SquadFacts) -> list[Say]:
    """All that speaks against the squad, which a person may well overrule."""
    against = []
    if not can_do(question, squad):
        against.append(REASONS[Verdict.NOT_CAPABLE])
    if not squad.has_jurisdiction:
        against.append(REASONS[Verdict.NO_JURISDICTION])
    if squad.code in question.sent_back_by:
        against.append(REASONS[Verdict.SENT_BACK])
    if not squad.on_duty:
        why = squad.why_off_duty
        off = REASONS[Verdict.OFF_DUTY]
        against.append(Say(f"{off.zh}：{why.zh}", f"{off.en}: {why.en}") if why else off)
    elif not squad.free:
        against.append(REASONS[Verdict.NOT_FREE])
    return against


def _candidate(question: Question, squad: SquadFacts, against: list[Say], language: str) -> DispatchCandidate:
    uncounted = position_shortfall(question, squad) if squad.on_duty else None
    return DispatchCandidate(
        squad_code=squad.code,
        squad_name=squad.name,
        kind=squad.kind,
        suits=not against,
        on_duty=squad.on_duty,
        free=squad.free,
        members_on_duty=squad.members_on_duty,
        has_jurisdiction=squad.has_jurisdiction,
        can_do=can_do(question, squad),
        open_cases=squad.open_cases,
        distance_m=None if squad.distance_m is None else round(squad.distance_m),
        position_age_s=squad.position_age_s,
        reasons=[said.in_language(language) for said in [*against, *([uncounted] if uncounted else [])]],
    )
