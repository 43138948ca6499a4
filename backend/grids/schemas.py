"""What crosses the wire about the net: grids as GeoJSON (RFC 7946, WGS84) and the answer to "where am I?"."""

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
    area_m2: float
    label_point: list[float] | None = Field(description="[lng, lat] where the name is drawn")
    indicative: bool = Field(description="true: outline is 示意数据, not a survey")


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
