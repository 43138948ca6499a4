"""What crosses the wire when somebody leaves or moves: their open work, and who takes it over."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from backend.cases.terms import Status
from backend.staff.models import RequestStatus
from backend.staff.schemas_people import LocalDay, StaffPostOut
from backend.wire import Wire


class DepartureReason(StrEnum):
    """`left`: not with us any more, cannot sign in. `moved`: the posts end, the person stays."""

    LEFT = "left"
    MOVED = "moved"


class OpenPost(StaffPostOut):
    """A post that is not over. `colleagues`: how many others hold the same role and duty there without end."""

    colleagues: int


class OpenCase(BaseModel):
    id: UUID
    code: str
    matter_name: str
    status: Status
    grid_name: str
    squad_code: str | None
    squad_name: str | None
    due_at: datetime | None


class OpenCases(BaseModel):
    """Cases that are not closed: those that the person accepted, and those that they reported."""

    handling: list[OpenCase]
    reported: list[OpenCase]


class OpenTurn(BaseModel):
    squad_code: str
    squad_name: str
    on_day: date
    starts: time


class OpenSwap(BaseModel):
    id: UUID
    squad_code: str
    asker_name: str
    taker_name: str
    day: date
    status: RequestStatus


class OpenWork(BaseModel):
    """All that must find new hands, and what would be left without any."""

    posts: list[OpenPost]
    cases: OpenCases
    turns: list[OpenTurn]
    swaps: list[OpenSwap]
    warnings: list[str]


class Succession(Wire):
    """Who takes a post over from the day after the last; nobody: it stays empty."""

    post_id: UUID
    staff_id: UUID | None


class DepartureIn(Wire):
    last_day: LocalDay
    reason: DepartureReason
    successors: Annotated[list[Succession], Field(max_length=200)] = Field(default_factory=list)
    cases_to: UUID | None = Field(default=None, description="who goes on with the accepted cases; none: the squad")
    note: Annotated[str, Field(max_length=200)] = ""


class PostHandedOver(BaseModel):
    post_id: UUID
    place_name: str
    to_name: str | None


class DepartureOut(BaseModel):
    """What was handed over by this request; a repeat finds nothing more to do."""

    last_day: date
    left_on: date | None
    posts: list[PostHandedOver]
    cases: list[str] = Field(description="codes of the cases that have a new handler")
    cases_to_name: str | None
    turns_taken: int
    turns_freed: int
    swaps_withdrawn: int
    warnings: list[str]
