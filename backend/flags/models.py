"""Flags: facts about a photo or a report that whoever judges the evidence should know. They block and rank nothing."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Index, SQLModel

from backend.database import TIMESTAMP, choice


class FlagKind(StrEnum):
    """What was found; the facts of each are in `rules.py`, the words in `words.py`."""

    SAME_PHOTO = "same_photo"
    LIKE_PHOTO = "like_photo"
    PHOTO_PLACE = "photo_place"
    DATUM = "datum"
    PHOTO_TIME = "photo_time"
    PHONE_CLOCK = "phone_clock"
    SPEED = "speed"
    SAME_PLACE = "same_place"
    ACCURACY = "accuracy"


class CheckOutcome(StrEnum):
    """What somebody found who looked: nothing wrong, or something is."""

    FINE = "fine"
    WRONG = "wrong"


class EvidenceFlag(SQLModel, table=True):
    """One fact about a step of a case (`event_id`), or about a photo of it. `id` follows from what it is about, so that
    finding it again adds nothing. `other_case_id` is the case that it was compared with, which may be the same one."""

    __tablename__ = "evidence_flag"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "case_id", "event_id"], ["case_event.county", "case_event.case_id", "case_event.id"]
        ),
        Index("ix_evidence_flag_county_case_id", "county", "case_id"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    case_id: UUID
    event_id: UUID
    sha256: str | None = Field(default=None, max_length=64)
    kind: FlagKind = Field(sa_type=choice(FlagKind))
    other_case_id: UUID | None = None
    facts: dict[str, Any] = Field(sa_type=JSONB)
    found_at: datetime = Field(sa_type=TIMESTAMP)


class FlagCheck(SQLModel, table=True):
    """Somebody has looked at a flag. Never changed; whoever thinks otherwise later adds another one."""

    __tablename__ = "flag_check"
    __table_args__ = (
        ForeignKeyConstraint(["county", "flag_id"], ["evidence_flag.county", "evidence_flag.id"]),
        Index("ix_flag_check_county_flag_id", "county", "flag_id"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    flag_id: UUID
    outcome: CheckOutcome = Field(sa_type=choice(CheckOutcome))
    words: str
    by: UUID
    at: datetime = Field(sa_type=TIMESTAMP)
