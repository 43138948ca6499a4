"""Reports, cases, their append-only history, and which photo belongs to which step."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import Column, ForeignKeyConstraint, Integer, LargeBinary, UniqueConstraint, literal_column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Index, SQLModel

from backend.cases.terms import OPEN_STATUSES, Action, ClockKind, Status
from backend.database import SRID, TIMESTAMP, choice
from backend.matters.models import Severity
from backend.permissions import Role
from backend.staff.models import Duty


class PlaceSource(StrEnum):
    """Where the phone took the place from."""

    GPS = "gps"
    EXIF = "exif"
    MAP = "map"
    GRID = "grid"
    """Nobody's position: the middle of the grid that was named."""


class ReportSource(StrEnum):
    """Who noticed it. What comes from the public is verified before it is filed."""

    STAFF = "staff"
    RESIDENT = "resident"
    HOTLINE = "hotline"


class PhotoPhase(StrEnum):
    BEFORE = "before"
    WITNESS = "witness"
    VERIFICATION = "verification"
    AFTER = "after"
    INSPECTION = "inspection"


class Satisfaction(StrEnum):
    SATISFIED = "satisfied"
    NOT_SATISFIED = "not_satisfied"


# Where what has no deadline stands in the order of deadlines; statements must write it as the index does.
NEVER = literal_column("'3000-01-01 00:00:00+00'::timestamptz", type_=TIMESTAMP)
_OPEN = text("status IN ({})".format(", ".join(f"'{status}'" for status in sorted(OPEN_STATUSES))))

# From opening to the end, open-ended for what has not ended or was merged; it may have been ended and open again in between.
# Never upside down: a clock that was set back would refuse the write.
LIFE = text("tstzrange(LEAST(opened_at, closed_at), closed_at)")

# Named beside the class because the mapper counts versions by it: every change of a case is an update on the condition that
# nobody has changed it since it was read, also where a lock was forgotten.
_VERSION = Column("version", Integer, nullable=False)


class Case(SQLModel, table=True):
    """A matter at a place, carried from report to closure. `version` counts its events; every change adds one.

    A squad (`squad_code`) or those with a duty in its grid (`grid_duty`) hold it from dispatch to the end. `clock_kind`,
    `clock_started_at`, `warn_at` and `due_at` are the clock that runs now, or stands still while suspended; `late_s` the
    seconds by which handling has passed its deadlines: all four follow from the history (`clocks.py`). `*_asked_by` is who
    asked for what is not decided yet. `merged_from` is where a merged case was.
    """

    __tablename__ = "case"
    __table_args__ = (
        UniqueConstraint("county", "code"),
        Index("ix_case_code", "code"),
        Index("ix_case_place", "place", postgresql_using="gist"),
        Index("ix_case_county_grid_path", "county", "grid_path", postgresql_ops={"grid_path": "text_pattern_ops"}),
        Index("ix_case_county_status_due_at", "county", "status", "due_at"),
        Index("ix_case_county_opened_at", "county", "opened_at"),
        Index("ix_case_county_updated_at", "county", "updated_at"),
        Index("ix_case_county_matter_code", "county", "matter_code", "updated_at"),
        Index("ix_case_county_squad_code", "county", "squad_code", "updated_at"),
        Index("ix_case_county_severity", "county", "severity", "updated_at"),
        Index("ix_case_from_the_public", "county", "source", "updated_at", postgresql_where=text("source <> 'staff'")),
        Index("ix_case_due_at", "county", text(f"coalesce(due_at, {NEVER.name})"), "id"),
        Index("ix_case_county_closed_at", "county", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        Index(
            "ix_case_open_due_at",
            "county",
            text(f"coalesce(due_at, {NEVER.name})"),
            "id",
            postgresql_where=_OPEN,
        ),
        Index("ix_case_open_place", "place", postgresql_using="gist", postgresql_where=_OPEN),
        Index("ix_case_county_code_begins", "county", "code", postgresql_ops={"code": "text_pattern_ops"}),
        Index(
            "ix_case_county_code_reversed",
            "county",
            literal_column("reverse(code::text)").label("backwards"),
            postgresql_ops={"backwards": "text_pattern_ops"},
        ),
        Index("ix_case_words", text("bigrams(lower(words::text))"), postgresql_using="gin"),
        Index("ix_case_not_satisfied", "county", "updated_at", postgresql_where=text("satisfaction = 'not_satisfied'")),
        Index("ix_case_life", LIFE, postgresql_using="gist"),
        Index("ix_case_county_reporter_id", "county", "reporter_id"),
        Index("ix_case_county_merged_into", "county", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    )
    __mapper_args__ = {"version_id_col": _VERSION, "version_id_generator": False}

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    code: str = Field(max_length=16)
    version: int = Field(sa_column=_VERSION)
    status: Status = Field(sa_type=choice(Status))
    source: ReportSource = Field(default=ReportSource.STAFF, sa_type=choice(ReportSource))
    catalogue_version: int
    matter_code: str = Field(max_length=16)
    condition_code: str = Field(max_length=20)
    severity: Severity = Field(sa_type=choice(Severity))
    tier: int = 2
    place: Any = Field(sa_type=Geometry("POINT", srid=SRID, spatial_index=False), nullable=False)
    accuracy_m: float | None = None
    grid_code: str = Field(max_length=15)
    grid_version: int
    grid_path: str
    on_border: bool
    words: str
    reporter_id: UUID | None = None
    self_handled: bool = False
    squad_code: str | None = None
    grid_duty: Duty | None = Field(default=None, sa_type=choice(Duty))
    rework_count: int = 0
    send_back_count: int = 0
    extension_count: int = 0
    suspension_count: int = 0
    reopened_count: int = 0
    extension_asked_by: UUID | None = None
    suspension_asked_by: UUID | None = None
    void_asked_by: UUID | None = None
    resume_on: date | None = None
    reply_by: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    merged_into: UUID | None = None
    merged_from: Status | None = Field(default=None, sa_type=choice(Status))
    opened_at: datetime = Field(sa_type=TIMESTAMP)
    filed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    clock_kind: ClockKind | None = Field(default=None, sa_type=choice(ClockKind))
    clock_started_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    warn_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    due_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    late_s: int = 0
    updated_at: datetime = Field(sa_type=TIMESTAMP)
    closed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    answer_until: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    satisfaction: Satisfaction | None = Field(default=None, sa_type=choice(Satisfaction))


class Report(SQLModel, table=True):
    """What a phone submitted, under the phone's own id; `fingerprint` tells a repeat from other content.

    A case has the report it was opened from and those that joined it.
    """

    __tablename__ = "report"
    __table_args__ = (
        ForeignKeyConstraint(["county", "case_id"], ["case.county", "case.id"]),
        Index("ix_report_county_case_id", "county", "case_id"),
        Index("ix_report_county_reporter_id", "county", "reporter_id"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    case_id: UUID
    reporter_id: UUID | None = None
    source: ReportSource = Field(default=ReportSource.STAFF, sa_type=choice(ReportSource))
    fingerprint: str = Field(max_length=64)
    content: dict[str, Any] = Field(sa_type=JSONB)
    place_source: PlaceSource = Field(sa_type=choice(PlaceSource))
    occurred_at: datetime = Field(sa_type=TIMESTAMP)
    received_at: datetime = Field(sa_type=TIMESTAMP)


class CaseEvent(SQLModel, table=True):
    """One line of a case's history: never changed, chained to the one before by its hash.

    `id` is the id that the phone chose for the action (the report's id for the first event).
    """

    __tablename__ = "case_event"
    __table_args__ = (
        ForeignKeyConstraint(["county", "case_id"], ["case.county", "case.id"]),
        UniqueConstraint("county", "case_id", "seq"),
    )

    county: str = Field(primary_key=True, max_length=6)
    case_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True)
    seq: int
    action: Action = Field(sa_type=choice(Action))
    from_status: Status | None = Field(default=None, sa_type=choice(Status))
    to_status: Status = Field(sa_type=choice(Status))
    actor_id: UUID | None = None
    actor_role: Role | None = Field(default=None, sa_type=choice(Role))
    words: str = ""
    content: dict[str, Any] = Field(sa_type=JSONB)
    fingerprint: str = Field(max_length=64)
    client_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    at: datetime = Field(sa_type=TIMESTAMP)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class CaseChange(SQLModel, table=True):
    """A case has changed, and what is worked out from its history (figures) has not followed yet.

    Written with the change and gone when it was taken into account. One row for each change, under an id of its own, so
    that nobody waits for anybody and no change is taken for an earlier one.
    """

    __tablename__ = "case_change"

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    case_id: UUID


class CasePhoto(SQLModel, table=True):
    """A photo declared by a report or an action (`event_id`). `received_at` is empty while it is awaited.

    `original_sha256` is the camera's own file, of which `sha256` is the smaller picture that the phone made; it may follow
    much later, or never.
    `exif_at` and `exif_place` are what the phone read in it before it made it smaller; the bytes that came may have lost it.
    """

    __tablename__ = "case_photo"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "case_id", "event_id"], ["case_event.county", "case_event.case_id", "case_event.id"]
        ),
        Index("ix_case_photo_county_sha256", "county", "sha256"),
    )

    county: str = Field(primary_key=True, max_length=6)
    case_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    sha256: str = Field(primary_key=True, max_length=64)
    phase: PhotoPhase = Field(sa_type=choice(PhotoPhase))
    position: int
    received_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    original_sha256: str | None = Field(default=None, max_length=64)
    original_received_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    exif_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    exif_place: Any = Field(default=None, sa_type=Geometry("POINT", srid=SRID, spatial_index=False), nullable=True)


class PhotoPart(SQLModel, table=True):
    """A piece of a declared photo that comes in parts: its bytes from `start` of `size` in all, in order and without gaps.

    Gone as soon as the photo is whole, or when it was not finished within a week.
    """

    __tablename__ = "photo_part"
    __table_args__ = (Index("ix_photo_part_county_sender_id", "county", "sender_id"),)

    county: str = Field(primary_key=True, max_length=6)
    event_id: UUID = Field(primary_key=True)
    sha256: str = Field(primary_key=True, max_length=64)
    start: int = Field(primary_key=True)
    sender_id: UUID
    size: int
    content: bytes = Field(sa_type=LargeBinary)
    received_at: datetime = Field(sa_type=TIMESTAMP)
