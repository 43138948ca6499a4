"""What crosses the wire about the catalogue and the work calendar."""

from datetime import date

from pydantic import BaseModel, Field

from backend.matters.models import DayKind, LimitUnit, MatterKind, Severity


class LimitOut(BaseModel):
    amount: int
    unit: LimitUnit


class FilingConditionOut(BaseModel):
    code: str
    words: str
    severity: Severity
    limit: LimitOut
    is_default: bool


class PhotoCount(BaseModel):
    min: int
    max: int


class MatterOut(BaseModel):
    code: str
    kind: MatterKind
    major_code: str
    major_name: str
    name: str
    icon: str = Field(description="Tabler icon name")
    initials: str = Field(description="pinyin initials, for searching")
    photo_guidance: str
    photos_before: PhotoCount
    photos_after: PhotoCount
    closing_condition: str
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
