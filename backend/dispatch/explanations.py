"""Stored routing decisions in the reader's words."""

from typing import Any

from backend.dispatch.models import RoutingDecision
from backend.dispatch.routing import REASONS, Verdict
from backend.dispatch.schemas import CandidateOut, RoutingOut
from backend.errors import Say


def sentence_of(decision: RoutingDecision) -> Say:
    return Say(decision.sentence_zh, decision.sentence_en)


def _reason(candidate: dict[str, Any]) -> Say:
    """The clause as it was then; decisions from before clauses were stored have that of their verdict."""
    if "reason_zh" in candidate:
        return Say(candidate["reason_zh"], candidate["reason_en"])
    return REASONS[Verdict(candidate["verdict"])]


def explain(
    decision: RoutingDecision, *, language: str, squad_names: dict[str, str], rule_names: dict[str, str]
) -> RoutingOut:
    """The decision as shown to people: the sentence, and each candidate with its reason."""
    return RoutingOut(
        decided_at=decision.decided_at,
        rule_code=decision.rule_code,
        rule_name=rule_names.get(decision.rule_code) if decision.rule_code else None,
        squad_code=decision.squad_code,
        squad_name=squad_names.get(decision.squad_code) if decision.squad_code else None,
        sentence=sentence_of(decision).in_language(language),
        inputs=decision.inputs,
        candidates=[
            CandidateOut(
                squad_code=c["squad_code"],
                squad_name=c["squad_name"],
                rule_code=c["rule_code"],
                verdict=Verdict(c["verdict"]),
                reason=_reason(c).in_language(language),
                open_cases=c["open_cases"],
            )
            for c in decision.candidates
        ],
    )
