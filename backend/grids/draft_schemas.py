"""What crosses the wire about drafts of the net: the operations a draft is made of, and the draft as it stands."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from backend.grids.models import DraftStatus
from backend.grids.schemas import GridProblem, GridProperties
from backend.wire import Lat, Lng, Wire

MOST_POINTS = 5_000
MOST_CODES = 500


def _plausible_day(day: date) -> date:
    # Room at both ends of the calendar, for the day before and the day after.
    if not 1970 <= day.year <= 2100:
        raise ValueError("the year must lie between 1970 and 2100")
    return day


LocalDay = Annotated[date, AfterValidator(_plausible_day), Field(description="local day in China")]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{6,15}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Position = tuple[Lng, Lat]
Line = Annotated[list[Position], Field(min_length=2, max_length=MOST_POINTS, description="[[lng, lat], …], WGS84")]
Ring = Annotated[list[Position], Field(min_length=3, max_length=MOST_POINTS, description="[[lng, lat], …], WGS84")]
Grade = Annotated[int, Field(ge=1, le=4)]


class Split(Wire):
    """Cut a grid in two along a line that crosses it once; the larger piece keeps the code."""

    kind: Literal["split"]
    code: Code
    line: Line
    new_code: Code | None = Field(default=None, description="of the smaller piece; left out: the next free one")
    name: Name | None = Field(default=None, description="of the smaller piece; left out: 第N网格")


class Merge(Wire):
    """Neighbouring grids of one parent become one, which keeps the code `keep`."""

    kind: Literal["merge"]
    codes: Annotated[list[Code], Field(min_length=2, max_length=MOST_CODES)]
    keep: Code
    name: Name | None = None


class MoveBoundary(Wire):
    """Another line in place of one of the borders that two grids share; `part` counts in `GET …/boundary`."""

    kind: Literal["move_boundary"]
    a: Code
    b: Code
    part: Annotated[int, Field(ge=0)] = 0
    line: Line


class DrawExclusive(Wire):
    """A new exclusive grid (专属) over the base grids of a village or town."""

    kind: Literal["draw_exclusive"]
    code: Code | None = Field(default=None, description="left out: the next free one")
    name: Name
    short_name: Name | None = None
    parent_code: Code
    ring: Ring


class EndExclusive(Wire):
    kind: Literal["end_exclusive"]
    code: Code


class Describe(Wire):
    """Names, grade and cluster of a grid. What is left out stays; null takes grade or cluster away."""

    kind: Literal["describe"]
    code: Code
    name: Name | None = None
    short_name: Name | None = None
    management_grade: Grade | None = None
    cluster_code: Code | None = None


class Cluster(Wire):
    """A cluster grid (连片) with exactly these members: new, or as it shall be from now on. No members: it ends."""

    kind: Literal["cluster"]
    code: Code | None = Field(
        default=None, description="of an existing cluster, or of a new one; left out: the next free one"
    )
    name: Name
    members: Annotated[list[Code], Field(max_length=MOST_CODES)]


class TakeImport(Wire):
    """The grids of an import take the place of all below the grid that its reading names as scope."""

    kind: Literal["import"]
    import_id: UUID


Operation = Annotated[
    Split | Merge | MoveBoundary | DrawExclusive | EndExclusive | Describe | Cluster | TakeImport,
    Field(discriminator="kind"),
]


class DraftIn(Wire):
    title: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    effective_on: LocalDay


class OperationIn(Wire):
    """`version` is that of the draft on which the operation was drawn."""

    version: int
    operation: Operation


class PublishIn(Wire):
    version: int


class Change(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"


class ChangedProperties(GridProperties):
    change: Change
    replaces: list[str] = Field(description="codes of the grids in force whose ground it takes, itself left out")


class ChangedFeature(BaseModel):
    type: Literal["Feature"] = "Feature"
    id: str
    properties: ChangedProperties
    geometry: dict[str, object] | None


class ChangedCollection(BaseModel):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[ChangedFeature]


class DoneOperation(BaseModel):
    n: int = Field(description="1 for the first")
    kind: str
    words: str = Field(description="one clause, in the reader's language")


class DraftTotals(BaseModel):
    """Leaf base grids and their area, in the whole county, before and after."""

    grids_before: int
    grids_after: int
    area_before_m2: int
    area_after_m2: int


class DraftSummary(BaseModel):
    id: UUID
    title: str
    effective_on: date
    status: DraftStatus
    version: int
    base_edition: int = Field(description="the edition that the draft was last looked at on")
    edition: int | None = Field(description="the edition it became")
    author_name: str
    updated_at: datetime


class ListedDraft(DraftSummary):
    operation_count: int


class Draft(DraftSummary):
    """The draft as it stands: what differs from the net in force on its day, and what keeps it from being published."""

    operations: list[DoneOperation]
    changes: ChangedCollection
    totals: DraftTotals
    problems: list[GridProblem]


class SharedBoundary(BaseModel):
    parts: list[list[Position]] = Field(
        description="the lines that the two grids share, each with the first on its left"
    )
