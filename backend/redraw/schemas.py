"""What crosses the wire about a redraw: beforehand what it touches, afterwards the edition it became."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from backend.permissions import Role
from backend.staff.models import Duty


class ChangedCounts(BaseModel):
    added: int
    changed: int
    ended: int


class Heir(BaseModel):
    code: str
    name: str
    share: float = Field(description="of the old grid's area, 0 to 1")


class Succession(BaseModel):
    """Where the ground of a grid goes. Only grids whose ground does go elsewhere are named."""

    code: str
    name: str
    into: list[Heir]


class TouchedCase(BaseModel):
    id: UUID
    code: str
    matter_name: str
    grid_code: str = Field(description="the grid that it is in now")
    new_grid_code: str = Field(description="the grid that it will be in; it keeps what it was filed under")


FirstCases = list[TouchedCase]


class TouchedCases(BaseModel):
    count: int
    list: FirstCases = Field(description="the first 50, oldest first")


class TouchedPost(BaseModel):
    staff_id: UUID
    name: str
    role: Role
    duty: Duty | None
    grid_code: str
    new_grid_codes: list[str] = Field(description="where it goes on; empty: it ends")


class TouchedSquad(BaseModel):
    code: str
    name: str
    grid_code: str
    new_grid_codes: list[str]


class TouchedRule(BaseModel):
    code: str
    name: str


class Impact(BaseModel):
    """What publishing the draft would touch, as things stand now."""

    effective_on: date
    grids: ChangedCounts
    successors: list[Succession]
    open_cases: TouchedCases
    posts: list[TouchedPost]
    squads: list[TouchedSquad]
    rules: list[TouchedRule] = Field(description="routing rules that name a grid; none can yet")
