"""Every write about dispatch: deciding, storing why, opening and ending assignments."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch import queries
from backend.dispatch.models import Assignment, AssignmentEnd, RoutingDecision
from backend.dispatch.routing import Decision, Question, choose_squad
from backend.errors import Say
from backend.identifiers import new_id


async def decide_routing(
    session: AsyncSession, *, county: str, case_id: UUID, question: Question, grid_path: str, at: datetime
) -> Decision:
    """Choose a squad for the case by the county's rules and store the decision with all candidates."""
    rules = await queries.routing_rules(session, county)
    squads = await queries.squads_as_candidates(session, county, grid_path, at)
    decision = choose_squad(question, rules, squads)
    store_decision(
        session,
        county=county,
        case_id=case_id,
        at=at,
        sentence=decision.sentence,
        rule_code=decision.rule.code if decision.rule else None,
        squad_code=decision.squad.code if decision.squad else None,
        inputs=asdict(question),
        candidates=[
            {
                "squad_code": c.squad.code,
                "squad_name": c.squad.name,
                "rule_code": c.rule_code,
                "verdict": c.verdict.value,
                "reason_zh": c.reason.zh,
                "reason_en": c.reason.en,
                "open_cases": c.squad.open_cases,
            }
            for c in decision.candidates
        ],
    )
    return decision


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
) -> None:
    session.add(
        RoutingDecision(
            county=county,
            id=new_id(),
            case_id=case_id,
            decided_at=at,
            rule_code=rule_code,
            squad_code=squad_code,
            sentence_zh=sentence.zh,
            sentence_en=sentence.en,
            inputs=inputs,
            candidates=candidates,
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
