"""A file of cases that somebody asked for: which cases, how far it is, and until when it is kept."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Index, SQLModel

from backend.database import TIMESTAMP, choice


class ExportForm(StrEnum):
    XLSX = "xlsx"
    GEOJSON = "geojson"
    GPX = "gpx"


class ExportState(StrEnum):
    """`GONE`: it was ready, and its time is over; the row stays as the record of who took what along."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    GONE = "gone"


class Export(SQLModel, table=True):
    """`wanted` is the filter as it was asked for; `total` and `done` count cases, `size` bytes.

    Scope and permission are those of `asked_by` when the file is made, not when it was asked for.
    """

    __tablename__ = "export"
    __table_args__ = (
        Index("ix_export_county_asked_by_asked_at", "county", "asked_by", "asked_at"),
        Index("ix_export_county_state_asked_at", "county", "state", "asked_at"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    asked_by: UUID
    asked_at: datetime = Field(sa_type=TIMESTAMP)
    form: ExportForm = Field(sa_type=choice(ExportForm))
    language: str = Field(max_length=8)
    wanted: dict[str, Any] = Field(sa_type=JSONB)
    state: ExportState = Field(sa_type=choice(ExportState))
    total: int | None = None
    done: int = 0
    size: int | None = Field(default=None, sa_type=BigInteger)
    ended_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    reason: str | None = Field(default=None, max_length=32)
