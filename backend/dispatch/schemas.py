"""What crosses the wire about squads and routing decisions."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from backend.dispatch.routing import Verdict
from backend.staff.models import SquadKind


class SquadOut(BaseModel):
    code: str
    name: str
    unit_name: str
    kind: SquadKind
    on_duty: bool
    open_cases: int
    jurisdiction: list[str] = Field(description="codes of the grids it is responsible for, with all below them")


class CandidateOut(BaseModel):
    squad_code: str
    squad_name: str
    rule_code: str = Field(description="the rule under which this squad was looked at")
    verdict: Verdict
    reason: str = Field(description="one clause, in the reader's language")
    open_cases: int


class RoutingOut(BaseModel):
    """Why the case went where it went, as it was decided then."""

    decided_at: datetime
    rule_code: str | None
    rule_name: str | None
    squad_code: str | None
    squad_name: str | None
    sentence: str
    inputs: dict[str, Any]
    candidates: list[CandidateOut]
