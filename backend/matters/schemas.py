"""What crosses the wire about the catalogue and the work calendar."""

from datetime import date

from pydantic import BaseModel, Field

from backend.matters.models import DayKind, LimitUnit, MatterKind, Severity


class LimitOut(BaseModel):
    amount: int
    unit: LimitUnit


class SeasonOut(BaseModel):
    """Another limit between two days of any year (`MM-DD`), both included; it may run over the new year."""

    begins: str
    ends: str
    limit: LimitOut


class FilingConditionOut(BaseModel):
    code: str
    words: str
    severity: Severity
    limit: LimitOut
    season: SeasonOut | None
    is_default: bool


class PhotoCount(BaseModel):
    """How many photos are needed, and how many a phone may send."""

    min: int
    max: int


class DepartmentOut(BaseModel):
    code: str
    name: str


class MatterOut(BaseModel):
    code: str
    kind: MatterKind
    major_code: str
    major_name: str
    name: str
    icon: str = Field(description="Tabler icon name")
    initials: str = Field(description="pinyin initials, for searching; several readings between blanks")
    photo_guidance: str
    near_far_hint: bool = Field(description="a near and a far photo help")
    photos_before: PhotoCount
    photos_after: PhotoCount
    closing_condition: str
    legal_basis: str | None
    department: DepartmentOut = Field(description="the responsible unit")
    weight: float = Field(description="how frequent it is, against the others")
    self_dispatch: bool = Field(description="false: always waits for the operator")
    self_handle: bool = Field(description="the worker may settle it on the spot")
    review_needed: bool = Field(description="the squad's leader looks at the result before inspection")
    duplicate_radius_m: int = Field(description="how near an open case is offered as the same; 0: never")
    duplicate_hours: int
    conditions: list[FilingConditionOut]


class CatalogueOut(BaseModel):
    """The catalogue version in force, most frequent matters first."""

    version: int
    matters: list[MatterOut]


class LikelyMatters(BaseModel):
    """Codes of the matters most often reported around here, most likely first."""

    codes: list[str]


class CalendarDayOut(BaseModel):
    """A day on which Monday-to-Friday does not hold: a public holiday, or a weekend day that is worked."""

    on: date
    kind: DayKind
