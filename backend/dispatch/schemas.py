"""What crosses the wire about squads and routing decisions."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from backend.dispatch.routing import Verdict
from backend.staff.models import SquadKind
from backend.staff.schemas_duty import CandidateDuty, DutyMember


class SquadOut(BaseModel):
    code: str
    name: str
    unit_name: str
    kind: SquadKind
    on_duty: bool
    off_duty_at: datetime | None = Field(description="when the last member on duty goes off, as things stand")
    why_off_duty: str | None
    open_cases: int
    jurisdiction: list[str] = Field(description="codes of the grids it is responsible for, with all below them")
    on_duty_count: int = Field(description="members on duty; 0 also for a squad without accounts of its own")
    on_duty_members: list[DutyMember] = Field(description="by name; empty for squads outside the reader's scope")


class OnDutyOut(BaseModel):
    """Every squad of the county at one moment, those that suit first."""

    at: datetime
    squads: list[CandidateDuty]


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
