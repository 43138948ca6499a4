"""What crosses the wire about escalation."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from backend.cases.schemas import MatterBrief
from backend.cases.terms import Action, ClockKind, Status
from backend.matters.models import Severity


class EscalationOut(BaseModel):
    """Something that the asker was told: a reminder (`remind`) or that a case is late (`escalate`)."""

    case_id: UUID
    case_code: str
    step: str
    action: Action | None = Field(description="null when the ladder has this step no more")
    clock: ClockKind | None
    sentence: str = Field(description="as it was when it was sent, for example 催办：暴露垃圾 剩 18 分（已用 80 %）")
    percent: int | None = Field(description="how much of the limit was used then, whole per cent")
    matter: MatterBrief
    severity: Severity
    status: Status = Field(description="of the case now")
    due_at: datetime | None = Field(description="of the clock that runs now")
    sent_at: datetime
    seen: bool


class EscalationList(BaseModel):
    items: list[EscalationOut]
    as_of: datetime
