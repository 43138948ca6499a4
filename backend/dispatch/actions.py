"""Every write about dispatch: deciding, storing why, opening and ending assignments."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import local_date
from backend.dispatch import queries
from backend.dispatch.kept import candidate_kept, inputs_of
from backend.dispatch.models import Assignment, AssignmentEnd, RoutingDecision
from backend.dispatch.routing import Decision, Question, choose_squad
from backend.dispatch.rules import Rule, TargetKind
from backend.errors import Say
from backend.identifiers import new_id
from backend.staff.models import Duty


async def decide_routing(
    session: AsyncSession, *, county: str, case_id: UUID, question: Question, grid_path: str, at: datetime
) -> Decision:
    """Choose who takes the case by the county's rules in force, and store the decision with all candidates."""
    in_force = await queries.rules_in_force(session, county)
    asked, decision = await decide(
        session, county=county, rules=in_force.rules, question=question, grid_path=grid_path, at=at
    )
    rule = decision.rule
    store_decision(
        session,
        county=county,
        case_id=case_id,
        at=at,
        sentence=decision.sentence,
        rule_set=in_force.number or None,
        rule_code=rule.code if rule else None,
        rule_name=rule.name if rule else None,
        squad_code=decision.squad.code if decision.squad else None,
        duty=decision.duty,
        inputs=inputs_of(asked),
        candidates=[candidate_kept(c) for c in decision.candidates],
        shortfalls=decision.shortfalls,
    )
    return decision


async def decide(
    session: AsyncSession, *, county: str, rules: Sequence[Rule], question: Question, grid_path: str, at: datetime
) -> tuple[Question, Decision]:
    """What these rules say of the case at `at`, with the question as it was completed for them. Stores nothing."""
    asked = replace(
        question,
        within=await queries.grids_around(session, county, grid_path, local_date(at)),
        moment=await queries.moment_at(session, county, at),
    )
    squads = await queries.squads_as_candidates(session, county, grid_path, at, place_of(question))
    by_duty = any(rule.target.kind == TargetKind.DUTY for rule in rules)
    team = await queries.people_with_duty(session, county, grid_path, at) if by_duty else []
    return asked, choose_squad(asked, rules, squads, team)


def place_of(question: Question) -> tuple[float, float] | None:
    """(lng, lat), if the case has a place."""
    return None if question.lng is None or question.lat is None else (question.lng, question.lat)


def store_decision(
    session: AsyncSession,
    *,
    county: str,
    case_id: UUID,
    at: datetime,
    sentence: Say,
    rule_code: str | None,
    squad_code: str | None,
    inputs: dict[str, object],
    candidates: list[dict[str, object]],
    rule_set: int | None = None,
    rule_name: str | None = None,
    duty: Duty | None = None,
    shortfalls: Sequence[Say] = (),
) -> None:
    """Keep why a case went where it went. A decision by hand, or a sending back, names no rule."""
    session.add(
        RoutingDecision(
            county=county,
            id=new_id(),
            case_id=case_id,
            decided_at=at,
            rule_set=rule_set,
            rule_code=rule_code,
            rule_name=rule_name,
            squad_code=squad_code,
            duty=duty,
            sentence_zh=sentence.zh,
            sentence_en=sentence.en,
            inputs=inputs,
            candidates=candidates,
            shortfalls=[{"zh": shortfall.zh, "en": shortfall.en} for shortfall in shortfalls],
        )
    )


async def open_assignment(session: AsyncSession, assignment: Assignment) -> None:
    """Give a case, or a part of it. The database refuses a second open lead, and a second open part of one squad."""
    session.add(assignment)
    await session.flush()


async def end_assignment(
    session: AsyncSession, *, county: str, case_id: UUID, end: AssignmentEnd, at: datetime
) -> Assignment | None:
    """End the case's open lead assignment, if it has one, and return it."""
    assignment = await queries.open_assignment(session, county, case_id)
    if assignment:
        _end(assignment, end, at)
        await session.flush()
    return assignment


async def end_parts(session: AsyncSession, *, county: str, case_id: UUID, end: AssignmentEnd, at: datetime) -> None:
    """End every open part of the case."""
    for part in await queries.open_parts(session, county, case_id):
        _end(part, end, at)
    await session.flush()


def _end(assignment: Assignment, end: AssignmentEnd, at: datetime) -> None:
    assignment.ended_at = at
    assignment.end = end
