"""The versioned catalogue of matters with their filing conditions, its drafts, the stages' limits, the work calendar."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
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


class Limit(NamedTuple):
    """How long something may take; a fraction of a unit is possible (0.25 urgent hours are 15 minutes)."""

    amount: float
    unit: LimitUnit


class Stage(StrEnum):
    """What a county gives a limit to besides handling: 受理 accepts a report, 核实 verifies it, 核查 inspects the result."""

    ACCEPT = "accept"
    VERIFY = "verify"
    INSPECT = "inspect"


USUAL_STAGE_LIMITS = {
    Stage.ACCEPT: Limit(0.25, LimitUnit.URGENT_HOUR),
    Stage.VERIFY: Limit(0.5, LimitUnit.URGENT_HOUR),
    Stage.INSPECT: Limit(4, LimitUnit.WORK_HOUR),
}


class DraftState(StrEnum):
    EDITING = "editing"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class DayKind(StrEnum):
    WORKDAY = "workday"
    HOLIDAY = "holiday"


class Catalogue(SQLModel, table=True):
    """One version of a county's catalogue; the one in force is the newest whose time has come.

    A version is never changed or deleted: cases name the one under which they were filed. One that waits for its time is
    replaced by any newer one whose time comes first.
    """

    __tablename__ = "catalogue"

    county: str = Field(primary_key=True, max_length=6)
    version: int = Field(primary_key=True)
    in_force_at: datetime = Field(sa_type=TIMESTAMP)
    title: str = ""
    published_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    published_by: UUID | None = None
    published_by_name: str | None = None


class CatalogueDraft(SQLModel, table=True):
    """The next version being prepared. `content` is the whole of it, as `content.Content` writes it; nothing is in force.

    `version` counts changes of the draft, so that two administrators cannot overwrite each other; `base_version` is the
    catalogue against which its differences are told. `faults` are what its workbook said that could not be taken over.
    """

    __tablename__ = "catalogue_draft"

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    title: str
    state: DraftState = Field(default=DraftState.EDITING, sa_type=choice(DraftState))
    version: int = 1
    base_version: int
    published_version: int | None = None
    source: str
    fingerprint: str = Field(max_length=64)
    content: dict[str, Any] = Field(sa_type=JSONB)
    faults: list[dict[str, Any]] = Field(sa_type=JSONB)
    author_id: UUID
    author_name: str
    created_at: datetime = Field(sa_type=TIMESTAMP)
    updated_at: datetime = Field(sa_type=TIMESTAMP)


class Matter(SQLModel, table=True):
    """A catalogue item. `self_dispatch` false: never routed by rule, always waits for the operator.

    `initials` are those of the pinyin of the name, several readings between blanks. `self_handle`: the worker may settle
    it on the spot (自处置). `near_far_hint`: a near and a far photo help. `duplicate_radius_m` and `duplicate_hours`: how
    near and how recent an open case of this matter is offered as the same; radius 0 never offers one. `review_needed`:
    the squad's leader looks at the result before inspection (队长审核). `department_code`: the responsible unit.
    """

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
    self_handle: bool = False
    near_far_hint: bool = False
    duplicate_radius_m: int = 50
    duplicate_hours: int = 72
    review_needed: bool = False


class FilingCondition(SQLModel, table=True):
    """立案条件: when the matter is a case, how severe it is, and how long its handling may take.

    In a season, from and to a day of any year (`MM-DD`, both included; it may run over the new year), another limit
    holds: all four columns or none.
    """

    __tablename__ = "filing_condition"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county", "catalogue_version", "matter_code"],
            ["matter.county", "matter.catalogue_version", "matter.code"],
        ),
        CheckConstraint("num_nulls(season_from, season_to, season_amount, season_unit) IN (0, 4)", name="whole_season"),
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
    season_from: str | None = Field(default=None, max_length=5)
    season_to: str | None = Field(default=None, max_length=5)
    season_amount: int | None = None
    season_unit: LimitUnit | None = Field(default=None, sa_type=choice(LimitUnit), nullable=True)
    is_default: bool


class StageLimit(SQLModel, table=True):
    """How long a county gives itself for a stage; a clock that begins takes what stands here then."""

    __tablename__ = "stage_limit"

    county: str = Field(primary_key=True, max_length=6)
    stage: Stage = Field(primary_key=True, sa_type=choice(Stage))
    amount: float
    unit: LimitUnit = Field(sa_type=choice(LimitUnit))


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
