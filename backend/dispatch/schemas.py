"""What crosses the wire about squads and routing decisions."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from backend.dispatch.routing import Verdict
from backend.staff.models import Duty, SquadKind
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
    """A squad, or a person with a duty in the case's grid, that a rule looked at. The other's fields are null."""

    squad_code: str | None
    squad_name: str | None
    rule_code: str = Field(description="the rule under which they were looked at")
    verdict: Verdict
    reason: str = Field(description="one clause, in the reader's language")
    open_cases: int | None
    free: bool | None = Field(
        description="of those on duty somebody is not busy; null for decisions from before it counted"
    )
    members_on_duty: int | None = Field(description="null for a squad without accounts")
    distance_m: int | None = Field(description="of the freshest position of a member on duty, however old it is")
    position_age_s: int | None
    staff_id: UUID | None
    staff_name: str | None
    duty: Duty | None
    grid_name: str | None = Field(description="where that person holds the duty")


class RoutingOut(BaseModel):
    """Why the case went where it went, as it was decided then."""

    decided_at: datetime
    rule_set: int | None = Field(description="number of the set to which the rule belongs")
    rule_code: str | None
    rule_name: str | None
    squad_code: str | None
    squad_name: str | None
    duty: Duty | None = Field(description="when not a squad but those with this duty in the case's grid got it")
    sentence: str
    inputs: dict[str, Any]
    candidates: list[CandidateOut]
    shortfalls: list[str] = Field(description="what could not be taken into account, a sentence each")


class DispatchCandidate(BaseModel):
    """A squad as somebody who dispatches by hand looks at it."""

    squad_code: str
    squad_name: str
    kind: SquadKind
    suits: bool = Field(description="on duty, free, able and responsible")
    on_duty: bool
    free: bool
    members_on_duty: int | None = Field(description="null for a squad without accounts")
    has_jurisdiction: bool
    can_do: bool
    open_cases: int
    distance_m: int | None = Field(description="of the freshest position of a member on duty, however old it is")
    position_age_s: int | None
    reasons: list[str] = Field(description="all that speaks against it or was not counted, a clause each")


class DispatchCandidates(BaseModel):
    """Every squad of the county for a case that is about to be dispatched by hand, the best first."""

    at: datetime
    by_rule: str = Field(description="what the rules in force would say of such a case now")
    squads: list[DispatchCandidate]
