"""What crosses the wire about figures. Nothing here names a person, and a test holds every answer to that."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from backend.assessment.indicators import Direction
from backend.assessment.outcomes import Level
from backend.assessment.periods import Step
from backend.assessment.queries import Dimension
from backend.assessment.schemes import SchemeContent, Scored
from backend.cases.models import ReportSource
from backend.cases.terms import Status
from backend.matters.models import Severity
from backend.wire import Wire, Words


class IndicatorOut(BaseModel):
    """An indicator as a screen explains it, in the reader's language."""

    key: str
    name: str
    definition: str
    source: str
    direction: Direction = Field(description="up: more is better; down: less is; none: neither")
    is_count: bool = Field(description="a number of cases, not a rate")
    levels: list[Level]


class IndicatorsOut(BaseModel):
    indicators: list[IndicatorOut]
    dimensions: list[Dimension] = Field(description="by which the asker may group")
    own_squads: list[str] = Field(
        description="names of the squads whose own figures the asker sees; empty for a grid's"
    )
    scheme: "SchemeOut"


class FigureOut(BaseModel):
    part: int
    whole: int | None = Field(description="none for a plain count; 0: there is no rate")


class FigureRow(BaseModel):
    """The figures of one group. `codes` are one for each dimension asked for."""

    codes: list[str]
    names: list[str]
    figures: dict[str, FigureOut]
    before: dict[str, FigureOut]
    score: float | None = Field(description="0 to 100, of organisations only; none where too little is known")
    score_before: float | None
    rank: int | None


class PeriodOut(BaseModel):
    first: date
    last: date
    step: Step | None
    unfinished: bool = Field(description="it is not over yet; what is not due yet is in no figure")


class FiguresOut(BaseModel):
    as_of: datetime
    pending: int = Field(description="cases that have changed and are not in these figures yet")
    period: PeriodOut
    before: PeriodOut
    by: list[Dimension]
    level: Level
    scored: Scored | None
    total: FigureRow
    rows: list[FigureRow]


class FigureCase(BaseModel):
    """A case behind a number: what and where, never who."""

    id: UUID
    code: str
    matter: str
    grid: str
    status: Status
    severity: Severity
    source: ReportSource
    opened_at: datetime
    squad_code: str | None
    squad: str | None = Field(description="the squad on whose account it counts, or that has it")
    handled_late: bool
    rework_count: int
    send_back_count: int
    exempt: bool = Field(description="an objection was upheld; it is in no figure of what was due")
    objection: Literal["open", "upheld", "refused"] | None


class FigureCases(BaseModel):
    count: int = Field(description="exactly the number that was clicked")
    cases: list[FigureCase]


class TrendPoint(BaseModel):
    begins: date
    part: int
    whole: int | None


class TrendOut(BaseModel):
    indicator: str
    step: Step
    points: list[TrendPoint]


class SchemeOut(BaseModel):
    """`version` 0 is the usual scheme, which nobody has changed."""

    version: int
    content: SchemeContent
    made_at: datetime | None
    may_change: bool


class SchemeIn(Wire):
    version: Annotated[int, Field(ge=0, description="the one that was seen; another person's change is a conflict")]
    content: SchemeContent


class FigureObjectionIn(Wire):
    case_id: UUID
    squad: Annotated[str, Field(max_length=32)]
    words: Annotated[Words, Field(min_length=1)]


class FigureObjectionAnswer(Wire):
    upheld: bool
    words: Annotated[Words, Field(min_length=1)]


class FigureObjectionOut(BaseModel):
    id: UUID
    case_id: UUID
    case_code: str
    matter: str
    squad: str
    words: str
    made_at: datetime
    upheld: bool | None
    answer: str
    answered_at: datetime | None


class AnomalyRuleOut(BaseModel):
    """A transparent rule: what it looks for, with which thresholds, and how many it found."""

    key: str
    name: str
    explains: str
    groups: list["AnomalyGroup"]
    count: int = Field(description="cases, each once for each group")


class AnomalyGroup(BaseModel):
    """Something worth a look in one place or with one squad; not blame."""

    code: str
    name: str
    dimension: Dimension
    count: int
    of: int | None = Field(description="out of so many, where the rule looks at a share")


class AnomaliesOut(BaseModel):
    as_of: datetime
    pending: int
    period: PeriodOut
    rules: list[AnomalyRuleOut]


IndicatorsOut.model_rebuild()
AnomalyRuleOut.model_rebuild()
