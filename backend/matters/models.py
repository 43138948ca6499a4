"""The versioned catalogue of matters with their filing conditions, and the county's work calendar."""

from datetime import date, datetime, time
from enum import StrEnum

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import Field, SQLModel

from backend.database import TIMESTAMP, choice


class MatterKind(StrEnum):
    EVENT = "event"
    COMPONENT = "component"


class Severity(StrEnum):
    EMERGENCY = "emergency"
    URGENT = "urgent"
    NORMAL = "normal"
    MINOR = "minor"


class LimitUnit(StrEnum):
    """紧急工作时 runs day and night; 工作时 and 工作日 only in working time; 自然日 is 24 hours."""

    URGENT_HOUR = "urgent_hour"
    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    NATURAL_DAY = "natural_day"


class DayKind(StrEnum):
    WORKDAY = "workday"
    HOLIDAY = "holiday"


class Catalogue(SQLModel, table=True):
    """One version of a county's catalogue; the one in force is the newest whose time has come."""

    __tablename__ = "catalogue"

    county: str = Field(primary_key=True, max_length=6)
    version: int = Field(primary_key=True)
    in_force_at: datetime = Field(sa_type=TIMESTAMP)


class Matter(SQLModel, table=True):
    """A catalogue item. `self_dispatch` false: never routed by rule, always waits for the operator."""

    __tablename__ = "matter"
    __table_args__ = (ForeignKeyConstraint(["county", "catalogue_version"], ["catalogue.county", "catalogue.version"]),)

    county: str = Field(primary_key=True, max_length=6)
    catalogue_version: int = Field(primary_key=True)
    code: str = Field(primary_key=True, max_length=16)
    kind: MatterKind = Field(sa_type=choice(MatterKind))
    major_code: str = Field(max_length=8)
    major_name: str
    name: str
    icon: str
    initials: str
    photo_guidance: str
    photos_before_min: int
    photos_before_max: int
    photos_after_min: int
    photos_after_max: int
    closing_condition: str
    legal_basis: str | None = None
    department_code: str
    weight: float
    self_dispatch: bool


class FilingCondition(SQLModel, table=True):
    """立案条件: when the matter is a case, how severe it is, and how long its handling may take."""

    __tablename__ = "filing_condition"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "catalogue_version", "matter_code"],
            ["matter.county", "matter.catalogue_version", "matter.code"],
        ),
    )

    county: str = Field(primary_key=True, max_length=6)
    catalogue_version: int = Field(primary_key=True)
    code: str = Field(primary_key=True, max_length=20)
    matter_code: str = Field(max_length=16)
    position: int
    words: str
    severity: Severity = Field(sa_type=choice(Severity))
    limit_amount: int
    limit_unit: LimitUnit = Field(sa_type=choice(LimitUnit))
    is_default: bool


class WorkHours(SQLModel, table=True):
    """One stretch of a county's working day, local time."""

    __tablename__ = "work_hours"

    county: str = Field(primary_key=True, max_length=6)
    starts: time = Field(primary_key=True)
    ends: time


class CalendarDay(SQLModel, table=True):
    """A day on which Monday-to-Friday does not hold: a public holiday, or a weekend day that is worked (调休)."""

    __tablename__ = "calendar_day"

    county: str = Field(primary_key=True, max_length=6)
    on: date = Field(primary_key=True)
    kind: DayKind = Field(sa_type=choice(DayKind))
    source: str
