"""Routing rules as data, the stored decision behind each routing, and assignments (派遣) of cases to squads."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, String, and_, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Index, SQLModel, col

from backend.database import TIMESTAMP, choice
from backend.staff.models import Duty, SquadKind


class Zone(StrEnum):
    """Which squads a rule looks at: those with jurisdiction over the grid, or all of the town."""

    JURISDICTION = "jurisdiction"
    TOWN = "town"


class AssignmentKind(StrEnum):
    """主办, 协办, 吹哨: who holds the case, who does a part of it, who was called to the place."""

    LEAD = "lead"
    CO = "co"
    WHISTLE = "whistle"


class AssignmentEnd(StrEnum):
    FINISHED = "finished"
    SENT_BACK = "sent_back"
    REASSIGNED = "reassigned"
    RAISED = "raised"
    MERGED = "merged"
    WAIVED = "waived"
    ENDED = "ended"
    """The case itself ended: voided, or closed by force."""


class RoutingRule(SQLModel, table=True):
    """Tried in order of `priority`; the first whose squads can take the case wins."""

    __tablename__ = "routing_rule"

    county: str = Field(primary_key=True, max_length=6)
    code: str = Field(primary_key=True, max_length=32)
    priority: int
    name: str
    matters: list[str] = Field(sa_type=ARRAY(String))
    severities: list[str] = Field(sa_type=ARRAY(String))
    zone: Zone = Field(sa_type=choice(Zone))
    target: SquadKind = Field(sa_type=choice(SquadKind))


class Assignment(SQLModel, table=True):
    """A case, or a part of it, in the hands of one squad or of those with a duty in its grid, with its clock.

    A case has at most one open assignment as lead, and a squad at most one open part of it. `handler_id` is the member who
    accepted it, or to whom that member's work was handed over. `arrive_by` is when a whistle wants the squad to be there.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["county", "case_id"], ["case.county", "case.id"]),
        ForeignKeyConstraint(["county", "squad_code"], ["squad.county", "squad.code"]),
        CheckConstraint("(squad_code IS NULL) <> (grid_duty IS NULL)", name="one_holder"),
        Index("ix_assignment_county_case_id", "county", "case_id"),
        Index(
            "uq_assignment_open",
            "county",
            "case_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND kind = 'lead'"),
        ),
        Index(
            "uq_assignment_open_part",
            "county",
            "case_id",
            "squad_code",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND kind <> 'lead'"),
        ),
        Index("ix_assignment_county_squad_code", "county", "squad_code"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    case_id: UUID
    kind: AssignmentKind = Field(default=AssignmentKind.LEAD, sa_type=choice(AssignmentKind))
    squad_code: str | None = None
    grid_duty: Duty | None = Field(default=None, sa_type=choice(Duty))
    handler_id: UUID | None = None
    words: str = ""
    assigned_at: datetime = Field(sa_type=TIMESTAMP)
    due_at: datetime = Field(sa_type=TIMESTAMP)
    arrive_by: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    acknowledged_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    arrived_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    end: AssignmentEnd | None = Field(default=None, sa_type=choice(AssignmentEnd))


class RoutingDecision(SQLModel, table=True):
    """Why a case went where it went: inputs, rule, every candidate with its verdict, and one sentence for people."""

    __tablename__ = "routing_decision"
    __table_args__ = (
        ForeignKeyConstraint(["county", "case_id"], ["case.county", "case.id"]),
        Index("ix_routing_decision_county_case_id", "county", "case_id"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    case_id: UUID
    decided_at: datetime = Field(sa_type=TIMESTAMP)
    rule_code: str | None = None
    squad_code: str | None = None
    sentence_zh: str
    sentence_en: str
    inputs: dict[str, Any] = Field(sa_type=JSONB)
    candidates: list[dict[str, Any]] = Field(sa_type=JSONB)


OPEN_ASSIGNMENT = and_(col(Assignment.ended_at).is_(None), col(Assignment.kind) == AssignmentKind.LEAD)
OPEN_PART = and_(col(Assignment.ended_at).is_(None), col(Assignment.kind) != AssignmentKind.LEAD)
