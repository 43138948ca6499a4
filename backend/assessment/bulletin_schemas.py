"""What crosses the wire about bulletins. A bulletin is an organisation's: nobody's name is on it."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from backend.assessment.bulletin_text import BulletinContent
from backend.assessment.models import BulletinKind, BulletinStatus
from backend.wire import Wire, Words


class BulletinIn(Wire):
    """`day` is any day of its week or month; it, the kind and the place count only when a draft is begun."""

    kind: BulletinKind
    day: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
    within: Annotated[str | None, Field(max_length=15, pattern=r"^[0-9A-Za-z]+$")] = None
    remarks: Words = ""
    version: Annotated[int, Field(ge=0)] = 0


class BulletinIssue(Wire):
    version: Annotated[int, Field(ge=1)]


class BulletinRow(BaseModel):
    id: UUID
    kind: BulletinKind
    status: BulletinStatus
    within: str
    place: str
    first: date
    last: date
    version: int
    number: int | None
    issued_at: datetime | None


class BulletinOut(BulletinRow):
    remarks: str
    content: BulletinContent
    hash: str | None = Field(description="SHA-256 over number, remarks and content as canonical JSON, once issued")
    may_issue: bool = Field(description="a draft whose period is over")
