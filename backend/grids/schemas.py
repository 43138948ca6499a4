"""What crosses the wire about the net: grids as GeoJSON (RFC 7946, WGS84) and the answer to "where am I?"."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from backend.grids.models import GridKind, GridLevel


class GridProperties(BaseModel):
    code: str
    version: int
    name: str
    short_name: str
    level: GridLevel
    kind: GridKind
    parent_code: str | None
    cluster_code: str | None = Field(description="the cluster grid (连片) it belongs to")
    management_grade: int | None = Field(description="管理等级, 1 to 4")
    area_m2: float
    label_point: list[float] | None = Field(description="[lng, lat] where the name is drawn")
    indicative: bool = Field(description="true: outline is 示意数据, not a survey")
    valid_from: date = Field(description="local day on which this version came into force")
    valid_to: date | None = Field(description="first local day on which it no longer is")
    edition: int = Field(description="the edition of the net that began this version")


class GridFeature(BaseModel):
    type: Literal["Feature"] = "Feature"
    id: str
    properties: GridProperties
    geometry: dict[str, Any] | None


class GridCollection(BaseModel):
    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[GridFeature]


class GridAt(BaseModel):
    """The grid a point falls into. `on_border`: it lies outside by at most 15 m and the nearest grid was taken."""

    code: str
    version: int
    name: str
    short_name: str
    village_name: str
    town_name: str
    kind: GridKind
    on_border: bool
    distance_m: float


class GridProblem(BaseModel):
    """One thing that is wrong with grids before they are in force: in a file that is brought in, or in a draft.

    `sentence` says what and how big, `what_to_do` how to mend it, both in the reader's language.
    """

    kind: str
    severity: Literal["error", "warning"]
    codes: list[str] = []
    features: list[int] = Field(default=[], description="which features of the file, counted from 0")
    area_m2: float | None = None
    width_m: float | None = None
    sentence: str
    what_to_do: str
    repair: str | None = Field(default=None, description="the repair of the import that mends this")
    place: dict[str, Any] | None = Field(default=None, description="GeoJSON geometry (WGS84) to show on the map")


class EditionOut(BaseModel):
    """One publication of the net (第几版). `summary` counts the grids that were added, changed and ended."""

    number: int
    title: str
    effective_on: date
    published_at: datetime
    published_by_name: str | None
    summary: dict[str, int]
