"""What crosses the wire about who was told of what."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from backend.cases.schemas import MatterBrief, SquadBrief
from backend.cases.terms import Status
from backend.matters.models import Severity
from backend.notifications.kinds import Channel, DeliveryState, Kind
from backend.wire import Wire


class NoticeCase(BaseModel):
    id: UUID
    code: str
    status: Status
    matter: MatterBrief
    grid_name: str
    village_name: str
    warn_at: datetime | None = Field(description="when four fifths of the time are used")
    due_at: datetime | None = Field(description="of the clock that runs now")


class NoticeOut(BaseModel):
    """Something that I was told. `settled_at`: nobody needs to act on it any more."""

    id: UUID
    kind: Kind
    words: str = Field(description="what it is, for example 新任务")
    why: str = Field(description="why it came to me")
    said: str = Field(description="what was said with the step, or the sentence of a reminder; may be empty")
    case: NoticeCase
    severity: Severity
    rings: bool = Field(description="an open page sounds until somebody has acted")
    to_act_on: bool
    from_name: str | None = Field(description="who did what it tells of; null for the system")
    squad: SquadBrief | None
    at: datetime
    seen_at: datetime | None
    acted_at: datetime | None = Field(description="when I acted on it")
    settled_at: datetime | None
    settled_by: str | None


class NoticeList(BaseModel):
    items: list[NoticeOut]
    unseen: int = Field(description="how many of all of mine I have not read")
    next_cursor: str | None
    as_of: datetime


class SeenIn(Wire):
    """These I have read; or all that came until a moment."""

    ids: list[UUID] = Field(default_factory=list, max_length=200)
    until: AwareDatetime | None = None


class DeliveredIn(Wire):
    """These have reached this device by that channel."""

    ids: list[UUID] = Field(min_length=1, max_length=200)
    channel: Channel


class DeliveryOut(BaseModel):
    channel: Channel
    state: DeliveryState
    round: int
    at: datetime = Field(description="when it came into that state; of a queued one, when it will go out")
    reason: str = Field(description="why it waits, was left out or failed; empty otherwise")
    reason_words: str


class ReceiverOut(BaseModel):
    name: str
    why: str
    delivered_at: datetime | None
    seen_at: datetime | None
    acted_at: datetime | None
    deliveries: list[DeliveryOut]


class ReachOut(BaseModel):
    """How far one notice about a case has come. `receivers` and `groups` are for the squad itself and the command centre."""

    id: UUID
    kind: Kind
    words: str
    squad: SquadBrief | None
    at: datetime
    told: int
    delivered: int
    seen: int
    first_seen_at: datetime | None
    settled_at: datetime | None
    settled_by: str | None
    next_step_at: datetime | None = Field(description="if nobody looks until then, more people are told")
    receivers: list[ReceiverOut]
    groups: list[DeliveryOut]


class ReachList(BaseModel):
    items: list[ReachOut]
    as_of: datetime
