"""What the net's browser shows: every grid of a day as one list, and the card of one grid."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from backend.cases.terms import Status
from backend.grids.models import GridKind, GridLevel
from backend.permissions import Role
from backend.staff.models import Duty, Engagement, SquadKind


class GridPerson(BaseModel):
    """Somebody with a post at this very grid."""

    id: UUID
    name: str
    duty: Duty | None
    role: Role


class GridNode(BaseModel):
    """A grid without its outline."""

    code: str
    version: int
    name: str
    short_name: str
    initials: str = Field(description="first letters of the name's pinyin, for searching")
    level: GridLevel
    kind: GridKind
    parent_code: str | None
    cluster_code: str | None = Field(description="the cluster grid (连片) it belongs to")
    management_grade: int | None = Field(description="管理等级, 1 to 4")
    area_m2: float
    label_point: list[float] | None = Field(description="[lng, lat] where the name is drawn")
    bbox: list[float] | None = Field(description="[west, south, east, north]; null without an outline")
    open_cases: int = Field(description="of those in my scope, open now, in this grid or below")
    people: list[GridPerson] = Field(description="with a post here on that day; empty for roles that may not see staff")


class NetTree(BaseModel):
    """The net as it is on one local day, by code. `edition` is the newest of which something is in force."""

    edition: int | None = Field(description="null: the county has no grids on that day")
    on: date
    indicative: bool = Field(description="true: some outline is 示意数据, not a survey")
    grids: list[GridNode]


class GridName(BaseModel):
    code: str
    name: str


class CardGrid(GridNode):
    valid_from: date
    valid_to: date | None = Field(description="first day on which it is no longer in force")
    edition: int
    indicative: bool = Field(description="true: outline is 示意数据, not a survey")
    path: list[GridName] = Field(description="the grids above, from the county down")


class GridVersion(BaseModel):
    version: int
    edition: int
    name: str
    valid_from: date
    valid_to: date | None
    area_m2: float


class CardPerson(BaseModel):
    """Somebody with a post at the grid, or with a duty at a grid above it."""

    id: UUID
    name: str
    phone_masked: str
    role: Role
    duty: Duty | None
    engagement: Engagement | None
    since: date
    held_at: GridName = Field(description="the grid of the post: this one or one above")


class CardSquad(BaseModel):
    code: str
    name: str
    kind: SquadKind
    on_duty: bool
    until: datetime | None = Field(description="end of the shift that runs now")
    why: str = Field(description="one clause, in the reader's language")


class CardCase(BaseModel):
    id: UUID
    code: str
    matter_name: str
    status: Status
    starts_at: datetime | None
    warn_at: datetime | None
    due_at: datetime | None


class GridCard(BaseModel):
    """All about one grid on one day. People and squads are of that day, cases are those open now."""

    on: date
    grid: CardGrid
    versions: list[GridVersion] = Field(description="oldest first, those to come included")
    people: list[CardPerson]
    squads: list[CardSquad]
    open_cases: list[CardCase] = Field(description="soonest deadline first, 20 at most")
    open_count: int
