"""Routing rules over HTTP: what is in force and what was, drafts, trials, rehearsals and publishing."""

from functools import partial
from time import perf_counter
from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from backend.access import RoutingKeeper, RoutingReader, SquadReader
from backend.clock import Now
from backend.database import Session
from backend.dispatch import by_hand, queries, rule_sets, rule_views
from backend.dispatch.explanations import explain_trial
from backend.dispatch.past_cases import load_past, require_possible_period
from backend.dispatch.queries_rules import known_to_rules
from backend.dispatch.rehearsal import rehearse
from backend.dispatch.rule_schemas import (
    CheckedOut,
    RehearsalIn,
    RehearsalOut,
    RuleDraftIn,
    RulePublishIn,
    RuleSetOut,
    RuleSetsOut,
    TrialIn,
    rule_of,
)
from backend.dispatch.schemas import DispatchCandidates, RoutingOut
from backend.language import Language
from backend.matters.models import Severity
from backend.wire import Lat, Lng

router = APIRouter(prefix="/api", tags=["dispatch"])


@router.get("/routing-rules")
async def get_rules(actor: RoutingReader, session: Session, at: Now) -> RuleSetsOut:
    """The rules in force, earlier ones with the time they were in force, and the drafts for those who keep rules."""
    return await rule_views.rule_sets_out(session, actor, at)


@router.put("/routing-rules/drafts/{draft_id}", responses={201: {"model": RuleSetOut}})
async def put_draft(
    draft_id: UUID, content: RuleDraftIn, response: Response, actor: RoutingKeeper, session: Session, at: Now
) -> RuleSetOut:
    """Begin a draft (201) or put other rules into it (200), whole; `version` is the draft's as it was seen."""
    draft, is_new = await rule_sets.put_draft(session, actor=actor, draft_id=draft_id, content=content, at=at)
    response.status_code = 201 if is_new else 200
    return rule_views.rule_set_out(draft)


@router.delete("/routing-rules/drafts/{draft_id}", status_code=204)
async def discard_draft(draft_id: UUID, actor: RoutingKeeper, session: Session) -> None:
    """Put a draft away for good."""
    await rule_sets.discard_draft(session, actor=actor, draft_id=draft_id)


@router.post("/routing-rules/drafts/{draft_id}/check")
async def check_draft(
    draft_id: UUID, actor: RoutingKeeper, session: Session, at: Now, language: Language
) -> CheckedOut:
    """What should be known before publishing: rules never used, what changes, and what is beyond the reader's scope."""
    draft = await rule_sets.draft_of(session, actor, draft_id)
    present = await queries.rule_set_in_force(session, actor.county)
    return await rule_views.checked_out(session, actor, draft, present, at, language)


@router.post("/routing-rules/drafts/{draft_id}/rehearse")
async def rehearse_draft(
    draft_id: UUID,
    content: RehearsalIn,
    request: Request,
    actor: RoutingKeeper,
    session: Session,
    at: Now,
    language: Language,
) -> RehearsalOut:
    """The draft and the rules in force, both replayed on the cases of a past period; only those in scope are told of."""
    require_possible_period(content.from_, content.to, at)
    draft = await rule_sets.draft_of(session, actor, draft_id)
    known = await known_to_rules(session, actor.county, at)
    past = await load_past(session, actor, known, content.from_, content.to)
    old = (await queries.rules_in_force(session, actor.county)).rules
    new = [rule_of(rule) for rule in queries.rules_of(draft)]
    began_at = perf_counter()
    found = await to_thread.run_sync(partial(rehearse, past, old, new), limiter=request.app.state.rehearsals)
    seconds = perf_counter() - began_at
    return await rule_views.rehearsal_out(
        session, found, known, actor.county, at=at, seconds=seconds, language=language
    )


@router.post("/routing-rules/drafts/{draft_id}/publish")
async def publish_draft(
    draft_id: UUID, content: RulePublishIn, actor: RoutingKeeper, session: Session, at: Now
) -> RuleSetOut:
    """Put the draft in force from now on. `version` must be the draft's own."""
    published = await rule_sets.publish_draft(session, actor=actor, draft_id=draft_id, version=content.version, at=at)
    return rule_views.rule_set_out(published)


@router.post("/routing-rules/try")
async def try_rules(
    content: TrialIn, actor: RoutingKeeper, session: Session, now: Now, language: Language
) -> RoutingOut:
    """Who would get this? By the rules given or those in force, with everybody who is looked at. Nothing is kept."""
    at = content.at or now
    in_force = await queries.rules_in_force(session, actor.county)
    rules = in_force.rules if content.rules is None else [rule_of(rule) for rule in content.rules]
    asked, decision = await by_hand.try_rules(session, actor, content, rules, at=at)
    number = in_force.number if content.rules is None else None
    return explain_trial(asked, decision, at=at, rule_set=number or None, language=language)


@router.get("/dispatch/candidates")
async def list_candidates(
    actor: SquadReader,
    session: Session,
    at: Now,
    language: Language,
    grid: Annotated[str, Query(max_length=15, description="code of a grid in your scope")],
    matter: Annotated[str, Query(max_length=16, description="code of a matter of the catalogue")],
    severity: Severity,
    lng: Lng | None = None,
    lat: Lat | None = None,
) -> DispatchCandidates:
    """Every squad for a case that is about to be dispatched by hand, the best first, and what the rules would say."""
    question, path = await by_hand.question_about(
        session, actor, grid_code=grid, matter_code=matter, severity=severity, place=(lng, lat), at=at
    )
    return await by_hand.candidates_now(session, actor.county, question, path, at=at, language=language)
