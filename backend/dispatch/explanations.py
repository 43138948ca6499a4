"""Stored routing decisions in the reader's words."""

from datetime import datetime
from typing import Any

from backend.dispatch.kept import candidate_kept, inputs_of
from backend.dispatch.models import RoutingDecision
from backend.dispatch.routing import REASONS, Decision, Question, Verdict
from backend.dispatch.schemas import CandidateOut, RoutingOut
from backend.errors import Say


def sentence_of(decision: RoutingDecision) -> Say:
    return Say(decision.sentence_zh, decision.sentence_en)


def _reason(candidate: dict[str, Any]) -> Say:
    """The clause as it was then; decisions from before clauses were stored have that of their verdict."""
    if "reason_zh" in candidate:
        return Say(candidate["reason_zh"], candidate["reason_en"])
    return REASONS[Verdict(candidate["verdict"])]


def explain(decision: RoutingDecision, *, language: str, squad_names: dict[str, str]) -> RoutingOut:
    """The decision as shown to people: the sentence, and each candidate with its reason."""
    return RoutingOut(
        decided_at=decision.decided_at,
        rule_set=decision.rule_set,
        rule_code=decision.rule_code,
        rule_name=decision.rule_name,
        squad_code=decision.squad_code,
        squad_name=squad_names.get(decision.squad_code) if decision.squad_code else None,
        duty=decision.duty,
        sentence=sentence_of(decision).in_language(language),
        inputs=decision.inputs,
        candidates=[candidate_out(c, language) for c in decision.candidates],
        shortfalls=[Say(s["zh"], s["en"]).in_language(language) for s in decision.shortfalls],
    )


def candidate_out(kept: dict[str, Any], language: str) -> CandidateOut:
    """A candidate as it was kept; what was not known yet when it was is null."""
    known = {name: kept.get(name) for name in CandidateOut.model_fields}
    return CandidateOut.model_validate(known | {"reason": _reason(kept).in_language(language)})


def explain_trial(
    asked: Question, decision: Decision, *, at: datetime, rule_set: int | None, language: str
) -> RoutingOut:
    """A decision that was not stored, in the same form."""
    rule, squad = decision.rule, decision.squad
    return RoutingOut(
        decided_at=at,
        rule_set=rule_set,
        rule_code=rule.code if rule else None,
        rule_name=rule.name if rule else None,
        squad_code=squad.code if squad else None,
        squad_name=squad.name if squad else None,
        duty=decision.duty,
        sentence=decision.sentence.in_language(language),
        inputs=inputs_of(asked),
        candidates=[candidate_out(candidate_kept(c), language) for c in decision.candidates],
        shortfalls=[s.in_language(language) for s in decision.shortfalls],
    )
