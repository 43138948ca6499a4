"""What crosses the wire about exports."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from backend.command_centre.exports.models import ExportForm, ExportState
from backend.wire import Wire


class ExportIn(Wire):
    """The cases are those of the query, which is that of `GET /api/cases`."""

    form: ExportForm


class ExportOut(BaseModel):
    id: UUID
    form: ExportForm
    state: ExportState
    asked_at: datetime
    total: int | None = Field(description="cases in the file; null until they are counted")
    done: int = Field(description="cases written so far")
    size: int | None = Field(description="bytes, once the file is ready")
    ended_at: datetime | None
    kept_until: datetime | None = Field(description="when the file is deleted")
    reason: str | None = Field(description="why it failed, in words")
    name: str = Field(description="what the file is called")


class Exports(BaseModel):
    items: list[ExportOut] = Field(description="those I asked for, newest first")


class ExportCount(BaseModel):
    count: int
