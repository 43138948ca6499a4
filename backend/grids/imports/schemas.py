"""What crosses the wire about bringing a file of grids into the net: what the file holds, how it is read, the dry run."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from backend.grids.draft_schemas import DraftIn
from backend.grids.schemas import GridProblem
from backend.wire import Wire

MAX_REPAIRS = 10

FieldName = Annotated[str, Field(min_length=1, max_length=200)]
GridCode = Annotated[str, Field(min_length=1, max_length=15)]


class Shift(StrEnum):
    """What was done to the coordinates before we got them: nothing, or the shift of Chinese map services."""

    NONE = "none"
    GCJ02 = "gcj02"


class Repair(StrEnum):
    """What may be done to the shapes of a file, each only when a person chose it and saw the outcome."""

    SWAP_AXES = "swap_axes"
    FIX_RINGS = "fix_rings"
    NODE_BORDERS = "node_borders"
    REMOVE_OVERLAPS = "remove_overlaps"
    CLOSE_GAPS = "close_gaps"
    DROP_SLIVERS = "drop_slivers"


class FieldMap(Wire):
    """Which column of the layer holds what. Without `level`, `kind` and `parent` they follow from the code."""

    code: FieldName
    name: FieldName
    short_name: FieldName | None = None
    level: FieldName | None = None
    kind: FieldName | None = None
    parent: FieldName | None = None
    grade: FieldName | None = None


class Reading(Wire):
    """How a person says the file is to be read."""

    layer: Annotated[str, Field(min_length=1, max_length=300)]
    encoding: Annotated[str, Field(min_length=1, max_length=20)]
    epsg: int = Field(description="one of the layer's crs_choices")
    shift: Shift = Shift.NONE
    scope: GridCode = Field(description="code of the county, town or village whose parts the file replaces")
    fields: FieldMap


class SuggestedReading(BaseModel):
    """The best guess at a reading; what could not be guessed is null and must be chosen."""

    layer: str
    encoding: str
    epsg: int | None
    shift: Shift = Shift.NONE
    scope: str | None
    fields: dict[str, str | None] = Field(description="as in the reading's `fields`")


class EncodingChoice(BaseModel):
    name: str
    sample: str = Field(description="some words of the layer, read in this encoding")


class CrsFound(BaseModel):
    """What the file says of its coordinates. `epsg` is null for a system that is not read; `how` says why, or whence."""

    epsg: int | None
    name: str
    how: Literal["file", "default", "xian_1980", "beijing_1954", "unknown"]


class CrsChoice(BaseModel):
    epsg: int
    name: str
    likely: bool = Field(description="the layer would lie in this county")


class LayerField(BaseModel):
    name: str
    type: Literal["text", "number", "other"]
    samples: list[str]


class Layer(BaseModel):
    name: str
    features: int
    geometry: str = Field(description="Polygon, MultiPolygon, Point, … or Mixed or None")
    encoding: str
    encodings: list[EncodingChoice]
    crs: CrsFound | None = Field(description="null: the file does not say")
    crs_choices: list[CrsChoice]
    axes_swapped: bool = Field(description="x and y seem to be exchanged")
    fields: list[LayerField]
    bounds: list[float] | None = Field(description="[west, south, east, north] as in the file, in its own units")
    remarks: list[str] = Field(description="what is peculiar about this layer, as sentences")


class ShiftOffer(BaseModel):
    """The layer lies `metres` off the net in force, and only `after_metres` once it is taken for GCJ-02."""

    metres: float
    after_metres: float


class ReportTotals(BaseModel):
    grids_before: int
    grids_after: int
    added: int
    changed: int
    unchanged: int
    ended: int
    area_before_m2: float
    area_after_m2: float


class DryRun(BaseModel):
    """What would come of the file. `ok`: nothing but warnings, so that it may become a draft."""

    ok: bool
    features: int
    counts: dict[str, int] = Field(description="how many problems of each kind, also of those not listed")
    problems: list[GridProblem]
    listed: int = Field(description="how many problems are listed; the rest shows once these are mended")
    repairs: list[Repair] = Field(description="the repairs that would help")
    shift_offer: ShiftOffer | None
    totals: ReportTotals


class ImportSummary(BaseModel):
    id: UUID
    file_name: str
    created_at: datetime
    updated_at: datetime
    ok: bool | None = Field(description="null: not read yet")
    draft_id: UUID | None


class Import(BaseModel):
    """One file on its way into the net."""

    id: UUID
    file_name: str
    created_at: datetime
    updated_at: datetime
    layers: list[Layer]
    suggestion: SuggestedReading | None = Field(description="null: no layer of the file can hold grids")
    reading: Reading | None
    report: DryRun | None
    repairs: list[Repair]
    draft_id: UUID | None


class RepairsIn(Wire):
    repairs: Annotated[list[Repair], Field(max_length=MAX_REPAIRS)]


class DraftFromImport(DraftIn):
    draft_id: UUID


class ImportedFeatureProperties(BaseModel):
    index: int
    code: str
    name: str
    level: str | None
    kind: str | None
    parent_code: str | None
    area_m2: float
    problems: list[str] = Field(description="kinds of problems")
    worst: Literal["error", "warning"] | None


class ImportedFeature(BaseModel):
    type: Literal["Feature"] = "Feature"
    id: int
    properties: ImportedFeatureProperties
    geometry: dict[str, Any] | None


class ImportedFeatures(BaseModel):
    """The file's features as they were read (WGS84), after the repairs chosen so far."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[ImportedFeature]


class ImportPreview(BaseModel):
    """Where a layer would lie if read so: some of its outlines in WGS84, for a person to look at on the map."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[dict[str, Any]]
    bounds: list[float] | None = Field(description="[west, south, east, north], degrees")
    shown: int
    total: int
    away_km: float | None = Field(description="how far from the county it would lie; null where the county has no net")
