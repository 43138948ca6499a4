"""What crosses the wire about reports and cases."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from backend.cases.terms import Action, Need, Status
from backend.cases.models import PhotoPhase, PlaceSource
from backend.dispatch.schemas import RoutingOut
from backend.matters.models import Severity
from backend.permissions import Role
from backend.wire import Lat, Lng, PhoneTime, Point, Sha256, Wire, Words

MAX_PHOTOS = 9


def _distinct(photos: "list[DeclaredPhoto]") -> "list[DeclaredPhoto]":
    if len({photo.sha256 for photo in photos}) != len(photos):
        raise ValueError("the same photo is declared twice")
    return photos


class DeclaredPhoto(Wire):
    """A photo that belongs to this report or action; its bytes may come along or follow later."""

    sha256: Sha256
    taken_at: PhoneTime | None = None


DeclaredPhotos = Annotated[list[DeclaredPhoto], Field(max_length=MAX_PHOTOS), AfterValidator(_distinct)]


class ReportedPlace(Wire):
    lng: Lng
    lat: Lat
    accuracy_m: Annotated[float, Field(ge=0, le=100_000)] | None = Field(
        default=None, description="metres, as the phone says"
    )
    source: PlaceSource = PlaceSource.GPS


class ReportIn(Wire):
    """The part `report` of `PUT /api/reports/{id}`."""

    matter: Annotated[str, Field(min_length=1, max_length=16)] = Field(description="matter code, from GET /api/matters")
    condition: Annotated[str, Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="filing condition code; the matter's default one if absent"
    )
    place: ReportedPlace
    words: Words = ""
    occurred_at: PhoneTime
    photos: DeclaredPhotos = Field(default_factory=list)


class ActionIn(Wire):
    """The body (or part `action`) of `PUT /api/cases/{id}/actions/{action_id}`."""

    action: Action
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] = Field(description="the version of the case that the actor saw")
    words: Words = ""
    squad: Annotated[str, Field(max_length=32)] | None = Field(
        default=None, description="squad code, for dispatch and reassign"
    )
    at: PhoneTime | None = None
    photos: DeclaredPhotos = Field(default_factory=list)


class MatterBrief(BaseModel):
    code: str
    name: str
    icon: str
    major_name: str


class PlaceOut(Point):
    accuracy_m: float | None
    grid_code: str
    grid_name: str
    village_name: str
    on_border: bool


class SquadBrief(BaseModel):
    code: str
    name: str


class AllowedAction(BaseModel):
    """A step the asker may take now. The first one is the main one."""

    action: Action
    label: str
    words: Need
    photos_min: int
    photos_max: int
    squad: Need


class CaseSummary(BaseModel):
    """A case as a row of a list. `starts_at`..`due_at` is the clock that is running now, if any."""

    id: UUID
    code: str
    version: int
    status: Status
    matter: MatterBrief
    severity: Severity
    place: PlaceOut
    words: str
    opened_at: datetime
    starts_at: datetime | None
    due_at: datetime | None
    updated_at: datetime
    closed_at: datetime | None
    overdue_s: int = Field(description="seconds past the deadline now, or at the end of handling; 0 if in time")
    squad: SquadBrief | None
    why: str = Field(description="one sentence: why this squad, or why it waits")
    reporter_name: str
    mine: bool = Field(description="the asker reported it")
    rework_count: int
    cover_photo: str | None = Field(description="SHA-256 of the first received photo")
    allowed_actions: list[AllowedAction]


class CasePhotoOut(BaseModel):
    sha256: str
    phase: PhotoPhase
    received: bool
    width: int | None
    height: int | None


class CaseEventOut(BaseModel):
    id: UUID
    seq: int
    action: Action
    from_status: Status | None
    to_status: Status
    actor_name: str | None = Field(description="null: the system itself")
    actor_role: Role | None
    words: str
    squad: SquadBrief | None
    to_name: str | None = Field(description="who handles it from here on, when it was handed over to somebody")
    due_at: datetime | None
    client_at: datetime | None
    at: datetime
    photos: list[CasePhotoOut]
    hash: str


class AssignmentOut(BaseModel):
    squad: SquadBrief
    handler_name: str | None = Field(description="who accepted it, or to whom that person's work was handed over")
    assigned_at: datetime
    due_at: datetime
    acknowledged_at: datetime | None
    arrived_at: datetime | None
    ended_at: datetime | None
    end: str | None


class CaseDetail(CaseSummary):
    condition_words: str
    closing_condition: str
    events: list[CaseEventOut]
    assignments: list[AssignmentOut]
    routing: RoutingOut | None
    server_time: datetime


class CasePage(BaseModel):
    items: list[CaseSummary]
    next_cursor: str | None
    as_of: datetime


class ReportReceipt(BaseModel):
    """What the server has of this report. Only an empty `missing` means that everything is safe with us."""

    id: UUID
    received_at: datetime
    missing: list[str] = Field(description="SHA-256 of declared photos not yet received")
    case: CaseDetail


class ActionReceipt(BaseModel):
    """What the server has of this action, and the case as it is now."""

    id: UUID
    missing: list[str]
    case: CaseDetail


class ProblemField(BaseModel):
    field: str
    message: str
    code: str


class ProblemOut(BaseModel):
    """Every error: RFC 9457 problem+json, in the reader's language."""

    type: str
    code: str
    title: str
    status: int
    detail: str
    errors: list[ProblemField] | None = None
    reference: str | None = None


PhotoSize = Literal["320", "1600", "original"]
