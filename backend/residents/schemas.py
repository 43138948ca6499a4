"""What crosses the wire without signing in, and what operators are told of how to reach a resident."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, model_validator

from backend.cases.models import PlaceSource
from backend.cases.schemas import DeclaredPhoto
from backend.cases.terms import Status
from backend.wire import Lat, Lng, PhoneTime, Wire

MAX_PHOTOS = 3

County = Annotated[
    str, Field(pattern=r"^[0-9]{6}$", description="six digits; may be left out where there is one county")
]
GridCode = Annotated[str, Field(pattern=r"^[0-9]{6,15}$")]


def _distinct(photos: list[DeclaredPhoto]) -> list[DeclaredPhoto]:
    if len({photo.sha256 for photo in photos}) != len(photos):
        raise ValueError("the same photo is declared twice")
    return photos


class ResidentPlace(Wire):
    """A position, or a grid by its code (of a notice board, or a village) with the exact place in `words`."""

    lng: Lng | None = None
    lat: Lat | None = None
    accuracy_m: Annotated[float, Field(ge=0, le=100_000)] | None = None
    source: Literal[PlaceSource.GPS, PlaceSource.MAP] = PlaceSource.GPS
    grid: GridCode | None = None
    words: Annotated[str, Field(max_length=100)] = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> "ResidentPlace":
        position = self.lng is not None and self.lat is not None
        if position == (self.grid is not None):
            raise ValueError("either lng and lat or grid")
        return self


class ResidentContactIn(Wire):
    name: Annotated[str, Field(max_length=40)] = ""
    phone: Annotated[str, Field(max_length=30)] = ""


class ResidentReportIn(Wire):
    """The part `report` of `PUT /api/residents/reports/{id}`. Photos may be declared by hash, or simply come along."""

    county: County | None = None
    matter: Annotated[str, Field(min_length=1, max_length=16)] = Field(description="matter code of the catalogue")
    place: ResidentPlace
    words: Annotated[str, Field(max_length=500)] = ""
    occurred_at: PhoneTime | None = Field(default=None, description="when it was seen; the moment of sending if absent")
    photos: Annotated[list[DeclaredPhoto], Field(max_length=MAX_PHOTOS), AfterValidator(_distinct)] = Field(
        default_factory=list
    )
    contact: ResidentContactIn = Field(default_factory=ResidentContactIn)


class ReportAnswer(BaseModel):
    """What the server has of this report. Only an empty `missing` means that everything is safe with us."""

    id: UUID
    code: str = Field(description="opens the case to whoever has it")
    follow_url: str
    received_at: datetime
    missing: list[str] = Field(description="SHA-256 of declared photos not yet received")


class FoundPlace(BaseModel):
    """In which grid a position lies."""

    grid_name: str
    village_name: str
    on_border: bool


class FollowStep(BaseModel):
    status: Status
    at: datetime


class FollowedCase(BaseModel):
    """How a case stands: its progress in plain steps, and no person, words or exact place."""

    code: str
    matter_name: str
    matter_icon: str
    village_name: str
    status: Status
    opened_at: datetime
    closed_at: datetime | None
    steps: list[FollowStep]
    as_of: datetime


class ContactOut(BaseModel):
    report_id: UUID
    name: str
    phone: str
    received_at: datetime


class CaseContacts(BaseModel):
    """How to reach those who reported the case. This look has been written down."""

    items: list[ContactOut]
