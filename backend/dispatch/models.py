"""Routing rules as data, the stored decision behind each routing, and assignments (派遣) of cases to squads."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Index, SQLModel, col

from backend.database import TIMESTAMP, choice
from backend.staff.models import SquadKind


class Zone(StrEnum):
    """Which squads a rule looks at: those with jurisdiction over the grid, or all of the town."""

    JURISDICTION = "jurisdiction"
    TOWN = "town"


class AssignmentEnd(StrEnum):
    FINISHED = "finished"
    SENT_BACK = "sent_back"
    REASSIGNED = "reassigned"


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
    """A case in the hands of one squad, with its clock. A case has at most one that is not ended.

    `handler_id` is the member who accepted it, or to whom that member's work was handed over.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        ForeignKeyConstraint(["county", "case_id"], ["case.county", "case.id"]),
        ForeignKeyConstraint(["county", "squad_code"], ["squad.county", "squad.code"]),
        Index("ix_assignment_county_case_id", "county", "case_id"),
        Index("uq_assignment_open", "county", "case_id", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index("ix_assignment_county_squad_code", "county", "squad_code"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    case_id: UUID
    squad_code: str
    handler_id: UUID | None = None
    assigned_at: datetime = Field(sa_type=TIMESTAMP)
    due_at: datetime = Field(sa_type=TIMESTAMP)
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


OPEN_ASSIGNMENT = col(Assignment.ended_at).is_(None)
