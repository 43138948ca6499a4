"""Patrols, the fixes recorded in them, what is derived of each staff-day, coverage, consent, and who looked at whom."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, ForeignKeyConstraint, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Index, SQLModel

from backend.database import TIMESTAMP, choice


class Travel(StrEnum):
    """How the person moves; it decides which speed is believed."""

    WALK = "walk"
    EBIKE = "ebike"
    CAR = "car"


class EndedBy(StrEnum):
    """Who or what ended a patrol. `REPLACED`: the person began another one on another phone."""

    STAFF = "staff"
    SHIFT_END = "shift_end"
    REPLACED = "replaced"
    CONSENT_WITHDRAWN = "consent_withdrawn"


class PatrolRules(SQLModel, table=True):
    """A county's own rules; without a row the usual ones hold (`rules.py`).

    `starts` and `ends` (local): when people without a rota may patrol. `fixes_days`: how long raw fixes live; `track_days`:
    how long the derived day does. After that only coverage is left.
    """

    __tablename__ = "patrol_rules"

    county: str = Field(primary_key=True, max_length=6)
    version: int = 1
    starts: time
    ends: time
    fixes_days: int
    track_days: int
    changed_by: UUID | None = None
    changed_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class TrackConsent(SQLModel, table=True):
    """One answer of a person to one version of the consent screen; the newest counts."""

    __tablename__ = "track_consent"
    __table_args__ = (
        ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),
        Index("ix_track_consent_county_staff_id", "county", "staff_id", "at"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    staff_id: UUID
    text_version: int
    agreed: bool
    at: datetime = Field(sa_type=TIMESTAMP)


class Patrol(SQLModel, table=True):
    """A shift being walked, as the phone keeps it.

    `revision` counts the phone's own changes to it. `pauses` and `hidden` are spans `[from_ms, to_ms | null]`, milliseconds
    since 1970, corrected for the phone's clock: pauses of the person, and time in which the page could not record. It
    ends at the latest at `shift_ends_at`. `on_day` is the local day on which it began, and that of its derived day.
    `scope_path` is the grid in which it is walked, by which the desk finds it. `content_hash` is that of the last revision.
    """

    __tablename__ = "patrol"
    __table_args__ = (
        ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),
        Index("ix_patrol_county_staff_id", "county", "staff_id", "on_day"),
        Index("ix_patrol_county_on_day", "county", "on_day"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    staff_id: UUID
    revision: int
    travel: Travel = Field(sa_type=choice(Travel))
    scope_path: str
    squad_code: str | None = None
    on_day: date
    started_at: datetime = Field(sa_type=TIMESTAMP)
    shift_ends_at: datetime = Field(sa_type=TIMESTAMP)
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    ended_by: EndedBy | None = Field(default=None, sa_type=choice(EndedBy))
    pauses: list[Any] = Field(sa_type=JSONB)
    hidden: list[Any] = Field(sa_type=JSONB)
    content_hash: str = Field(max_length=64)
    received_at: datetime = Field(sa_type=TIMESTAMP)


class FixBatch(SQLModel, table=True):
    """Fixes of one source within one patrol as they arrived, packed (`packing.py`). Append-only until retention.

    `first_at` and `last_at` are the times of the outermost fixes, `skew_s` by how much the phone's clock was ahead and
    its times were corrected. Partitioned by the month of `first_at` (UTC); rows of one patrol are never a day apart.
    """

    __tablename__ = "fix_batch"
    __table_args__ = (
        Index("ix_fix_batch_county_staff_id", "county", "staff_id", "first_at"),
        {"postgresql_partition_by": "RANGE (first_at)"},
    )

    county: str = Field(primary_key=True, max_length=6)
    first_at: datetime = Field(sa_type=TIMESTAMP, primary_key=True)
    id: UUID = Field(primary_key=True)
    staff_id: UUID
    patrol_id: UUID
    source_id: UUID
    last_at: datetime = Field(sa_type=TIMESTAMP)
    received_at: datetime = Field(sa_type=TIMESTAMP)
    content_check: int = Field(sa_type=BigInteger)
    skew_s: int = 0
    fixes: int
    repeated: int = 0
    off_patrol: int = 0
    rejected: int = 0
    packed: bytes = Field(sa_type=LargeBinary)


class FixQuarantine(SQLModel, table=True):
    """A position that could be read but not believed, with the reason. Nothing is derived of it."""

    __tablename__ = "fix_quarantine"
    __table_args__ = (Index("ix_fix_quarantine_county_staff_id", "county", "staff_id", "received_at"),)

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    staff_id: UUID
    source_id: UUID
    reason: str = Field(max_length=32)
    raw: str
    received_at: datetime = Field(sa_type=TIMESTAMP)


class OffPatrolCount(SQLModel, table=True):
    """How many positions of a person came from outside any patrol on a local day: acknowledged, and not kept."""

    __tablename__ = "off_patrol_count"

    county: str = Field(primary_key=True, max_length=6)
    staff_id: UUID = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    fixes: int


class StaffDay(SQLModel, table=True):
    """What one person's patrols of one local day come to: derived, and derived again when a late batch arrives.

    Distances in metres, times in seconds. `track` is the cleaned track as the replay wants it (geo/tracks/wire.py).
    `stays`, `gaps`, `moves` are lists of objects with milliseconds since 1970. `dwell_s` by grid code. `coverage`: grid code
    to the cells walked through. `input_hash` tells that nothing has to be done again.
    """

    __tablename__ = "staff_day"
    __table_args__ = (
        ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),
        Index("ix_staff_day_county_on_day", "county", "on_day"),
    )

    county: str = Field(primary_key=True, max_length=6)
    staff_id: UUID = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    rules_version: int
    input_hash: str = Field(max_length=64)
    derived_at: datetime = Field(sa_type=TIMESTAMP)
    fixes: int
    flagged: dict[str, int] = Field(sa_type=JSONB)
    recorded_s: int
    raw_m: float
    clean_m: float
    stays: list[dict[str, Any]] = Field(sa_type=JSONB)
    gaps: list[dict[str, Any]] = Field(sa_type=JSONB)
    moves: list[dict[str, Any]] = Field(sa_type=JSONB)
    dwell_s: dict[str, float] = Field(sa_type=JSONB)
    unknown_s: float
    outside_s: float
    coverage: dict[str, list[int]] = Field(sa_type=JSONB)
    track: bytes = Field(sa_type=LargeBinary)


class StaffDayWanted(SQLModel, table=True):
    """A staff-day that has to be derived (again), not before `due_at`: a patrol that runs sends batch after batch."""

    __tablename__ = "staff_day_wanted"

    county: str = Field(primary_key=True, max_length=6)
    staff_id: UUID = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    due_at: datetime = Field(sa_type=TIMESTAMP)
    wanted: int = 1


class CoverageDay(SQLModel, table=True):
    """The cells of a grid that anybody walked through on a local day. Nobody's name stands here; it outlives the tracks."""

    __tablename__ = "coverage_day"

    county: str = Field(primary_key=True, max_length=6)
    grid_code: str = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    cells: list[int] = Field(sa_type=ARRAY(BigInteger))


class LookKind(StrEnum):
    LIVE = "live"
    REPLAY = "replay"
    EXPORT = "export"


class TrackLook(SQLModel, table=True):
    """Somebody's reason for looking at where others are or were; it opens what it names until `until`.

    `staff_id`, `squad_code`, `grid_path` narrow whom it is about; `on_day` is the day of a replay.
    """

    __tablename__ = "track_look"
    __table_args__ = (ForeignKeyConstraint(["county", "by"], ["staff.county", "staff.id"]),)

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    by: UUID
    kind: LookKind = Field(sa_type=choice(LookKind))
    reason: str
    on_day: date | None = None
    staff_id: UUID | None = None
    squad_code: str | None = None
    grid_path: str | None = None
    at: datetime = Field(sa_type=TIMESTAMP)
    until: datetime = Field(sa_type=TIMESTAMP)


class TrackLooked(SQLModel, table=True):
    """A person whose position or track was really shown under a look. They see it under "who looked at me"."""

    __tablename__ = "track_looked"
    __table_args__ = (
        ForeignKeyConstraint(["county", "look_id"], ["track_look.county", "track_look.id"]),
        Index("ix_track_looked_county_staff_id", "county", "staff_id", "at"),
    )

    county: str = Field(primary_key=True, max_length=6)
    look_id: UUID = Field(primary_key=True)
    staff_id: UUID = Field(primary_key=True)
    kind: LookKind = Field(sa_type=choice(LookKind), primary_key=True)
    at: datetime = Field(sa_type=TIMESTAMP)


class TrackObjection(SQLModel, table=True):
    """What a person says against what is kept of their day, and what was answered. It stands beside the track."""

    __tablename__ = "track_objection"
    __table_args__ = (
        ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),
        Index("ix_track_objection_county_staff_id", "county", "staff_id", "on_day"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    staff_id: UUID
    on_day: date
    words: str
    at: datetime = Field(sa_type=TIMESTAMP)
    answer: str | None = None
    answered_by: UUID | None = None
    answered_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class RetentionRun(SQLModel, table=True):
    """The proof of one round of forgetting: what was older than allowed, and is gone."""

    __tablename__ = "retention_run"

    county: str = Field(primary_key=True, max_length=6)
    at: datetime = Field(sa_type=TIMESTAMP, primary_key=True)
    fixes_before: date
    tracks_before: date
    batches: int
    fixes: int
    quarantined: int
    days: int
    oldest_fix_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
