"""What the search box is told."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from backend.cases.terms import Status
from backend.grids.models import GridLevel
from backend.staff.schemas_people import StaffPostOut


class FoundCase(BaseModel):
    id: UUID
    code: str
    status: Status
    words: str
    matter_name: str
    grid_name: str
    lng: float
    lat: float


class FoundPlace(BaseModel):
    """A road or place that the base map names; WGS84."""

    name: str
    kind: str
    lng: float
    lat: float


class FoundGrid(BaseModel):
    code: str
    name: str
    level: GridLevel


class FoundMatter(BaseModel):
    code: str
    name: str
    major_name: str


class FoundPerson(BaseModel):
    id: UUID
    name: str
    posts: list[StaffPostOut]


class FoundSquad(BaseModel):
    code: str
    name: str


class SearchResult(BaseModel):
    """At most six of each, the likeliest first; each group within the asker's scope."""

    as_of: datetime
    cases: list[FoundCase] = Field(description="by code or its end, or by the reported words; open ones first")
    places: list[FoundPlace]
    grids: list[FoundGrid]
    matters: list[FoundMatter]
    people: list[FoundPerson] = Field(description="empty for roles that may not see staff")
    squads: list[FoundSquad] = Field(description="empty for roles that may not see squads")
