"""Rule sets, the stored decision behind each routing, and assignments (派遣) of cases to squads."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint, and_, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Index, SQLModel, col

from backend.database import TIMESTAMP, choice
from backend.staff.models import Duty


class RuleSetStatus(StrEnum):
    """A set is a draft until it is published; the one in force gives way to the next and is kept."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    REPLACED = "replaced"


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


class RuleSet(SQLModel, table=True):
    """All routing rules of a county at a time, as one: `rules` are those of `rule_schemas.RuleIn`, by priority.

    Once published a set has a `number`, is never changed, and says from when until when it was in force. `version` counts
    the changes of a draft, so that two who edit cannot overwrite each other; `base` is the number of the set over which
    its author last saw it.
    """

    __tablename__ = "rule_set"
    __table_args__ = (
        UniqueConstraint("county", "number"),
        Index("uq_rule_set_in_force", "county", unique=True, postgresql_where=text("status = 'in_force'")),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    number: int | None = None
    title: str
    status: RuleSetStatus = Field(sa_type=choice(RuleSetStatus))
    version: int = 1
    base: int = 0
    author_id: UUID | None = None
    author_name: str | None = None
    updated_at: datetime = Field(sa_type=TIMESTAMP)
    in_force_from: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    in_force_to: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    rules: list[dict[str, Any]] = Field(sa_type=JSONB)


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
        Index(
            "ix_assignment_awaited",
            "county",
            "case_id",
            postgresql_where=text("ended_at IS NULL AND arrive_by IS NOT NULL AND arrived_at IS NULL"),
        ),
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
    """Why a case went where it went: inputs, rule, every candidate with its verdict, and one sentence for people.

    The rule is named by its set's number, its code and its name of then. Who got it is a squad, or a duty (such as the
    grid chief) of the case's grid, or nobody. `shortfalls` say what could not be taken into account.
    """

    __tablename__ = "routing_decision"
    __table_args__ = (
        ForeignKeyConstraint(["county", "case_id"], ["case.county", "case.id"]),
        Index("ix_routing_decision_county_case_id", "county", "case_id"),
        Index("ix_routing_decision_county_decided_at", "county", "decided_at"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    case_id: UUID
    decided_at: datetime = Field(sa_type=TIMESTAMP)
    rule_set: int | None = None
    rule_code: str | None = None
    rule_name: str | None = None
    squad_code: str | None = None
    duty: Duty | None = Field(default=None, sa_type=choice(Duty))
    sentence_zh: str
    sentence_en: str
    inputs: dict[str, Any] = Field(sa_type=JSONB)
    candidates: list[dict[str, Any]] = Field(sa_type=JSONB)
    shortfalls: list[dict[str, str]] = Field(default_factory=list, sa_type=JSONB)


OPEN_ASSIGNMENT = and_(col(Assignment.ended_at).is_(None), col(Assignment.kind) == AssignmentKind.LEAD)
OPEN_PART = and_(col(Assignment.ended_at).is_(None), col(Assignment.kind) != AssignmentKind.LEAD)
