"""What figures are made of: an outcome for each account of a case, the county's scheme, bulletins, objections."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Index, SQLModel

from backend.assessment.outcomes import Level
from backend.cases.models import ReportSource
from backend.database import TIMESTAMP, choice
from backend.matters.models import MatterKind, Severity


class CaseOutcome(SQLModel, table=True):
    """An `outcomes.Outcome` with what it is grouped by. Derived: `refreshing.py` writes it anew whenever its case changes.

    `touched_at` is the last moment at which any of it counts, so that a period finds its rows.
    """

    __tablename__ = "case_outcome"
    __table_args__ = (
        Index("ix_case_outcome_county_level_touched_at", "county", "level", "touched_at"),
        Index(
            "ix_case_outcome_county_level_grid_path",
            "county",
            "level",
            "grid_path",
            "touched_at",
            postgresql_ops={"grid_path": "text_pattern_ops"},
        ),
        Index("ix_case_outcome_county_level_body", "county", "level", "body", "touched_at"),
    )

    county: str = Field(primary_key=True, max_length=6)
    case_id: UUID = Field(primary_key=True)
    level: Level = Field(primary_key=True, sa_type=choice(Level))
    body: str = Field(primary_key=True, max_length=32)
    grid_path: str
    matter_kind: MatterKind = Field(sa_type=choice(MatterKind))
    major_code: str = Field(max_length=8)
    matter_code: str = Field(max_length=16)
    severity: Severity = Field(sa_type=choice(Severity))
    source: ReportSource = Field(sa_type=choice(ReportSource))
    case_version: int
    touched_at: datetime = Field(sa_type=TIMESTAMP)
    opened_at: datetime = Field(sa_type=TIMESTAMP)
    settled: bool
    filed: bool
    found: bool
    declined: bool
    voided: bool
    merged: bool
    verify_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    verify_in_time: bool
    dispatch_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    dispatch_in_time: bool
    given_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    astray: bool
    handle_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    handled: bool
    handle_in_time: bool
    handle_s: int | None = None
    used_percent: int | None = None
    closed: bool
    closed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    forced: bool
    inspect_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    inspect_in_time: bool
    away_m: int | None = None
    reworks: int
    send_backs: int
    extensions: int
    suspensions: int
    answered_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    satisfied: bool
    exempt: bool


class AssessmentScheme(SQLModel, table=True):
    """The county's weights, bands and thresholds, one row for each time somebody changed them; the newest counts.

    A county without one has the usual scheme (`schemes.USUAL`).
    """

    __tablename__ = "assessment_scheme"

    county: str = Field(primary_key=True, max_length=6)
    version: int = Field(primary_key=True)
    content: dict[str, Any] = Field(sa_type=JSONB)
    made_by: UUID
    made_at: datetime = Field(sa_type=TIMESTAMP)


class BulletinKind(StrEnum):
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class BulletinStatus(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"


class Bulletin(SQLModel, table=True):
    """A brief of a week or a month of a grid and all below it. Once issued its `content` stands, whatever the data do later.

    `hash` is the SHA-256 of content, remarks and number as canonical JSON. A draft has no content: it follows the data.
    """

    __tablename__ = "bulletin"

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    kind: BulletinKind = Field(sa_type=choice(BulletinKind))
    status: BulletinStatus = Field(sa_type=choice(BulletinStatus))
    grid_path: str
    starts_on: date
    ends_on: date
    version: int = 1
    remarks: str
    made_by: UUID
    made_at: datetime = Field(sa_type=TIMESTAMP)
    number: int | None = None
    content: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    hash: str | None = Field(default=None, max_length=64)
    issued_by: UUID | None = None
    issued_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class FigureObjection(SQLModel, table=True):
    """A squad says that a case should not count as late against it, and the command centre's answer.

    Upheld, the case leaves the figures of what was due; that it was late stays in its history.
    """

    __tablename__ = "figure_objection"
    __table_args__ = (
        ForeignKeyConstraint(["county", "case_id"], ["case.county", "case.id"]),
        Index("uq_figure_objection_case", "county", "case_id", "squad_code", unique=True),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    case_id: UUID
    squad_code: str = Field(max_length=32)
    words: str
    made_by: UUID
    made_at: datetime = Field(sa_type=TIMESTAMP)
    upheld: bool | None = None
    answer: str = ""
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
