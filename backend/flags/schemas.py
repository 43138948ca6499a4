"""What crosses the wire about flags."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from backend.cases.schemas import CaseLink
from backend.flags.models import CheckOutcome, FlagKind
from backend.wire import Wire, Words


class CheckIn(Wire):
    """What somebody found who looked at a flag. It decides nothing about the case."""

    outcome: CheckOutcome
    words: Annotated[Words, Field(max_length=500)] = ""


class CheckOut(BaseModel):
    outcome: CheckOutcome
    words: str
    by_name: str
    at: datetime


class FlagOut(BaseModel):
    """A fact about the evidence of a case. It is no verdict: whoever reads it looks for themselves."""

    id: UUID
    kind: FlagKind
    words: str
    event_id: UUID = Field(description="the step that it is about")
    sha256: str | None = Field(description="the photo that it is about")
    other_sha256: str | None = Field(description="the photo that it was compared with, where the reader may see it")
    case: CaseLink | None = Field(description="the other case that `words` speaks of, where the reader may see it")
    found_at: datetime
    checks: list[CheckOut] = Field(description="who has looked at it, the latest last")


class EvidenceFlags(BaseModel):
    items: list[FlagOut]
