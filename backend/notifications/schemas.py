"""What crosses the wire about channels, and about what a person wants."""

from datetime import datetime, time
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from backend.matters.models import Severity
from backend.notifications.channels.group_messages import RobotKind
from backend.notifications.kinds import Channel, Kind, Wakes
from backend.notifications.rules import Next
from backend.wire import Wire

Outgoing = Literal[Channel.WEB_PUSH, Channel.SMS, Channel.MAIL]


class WishIn(Wire):
    """`quiet_from` and `quiet_until` are local; both or neither, and without them the county's usual 22:00 to 07:00."""

    muted: list[Outgoing] = Field(default_factory=list, max_length=3)
    language: Literal["zh", "en"] = "zh"
    quiet_from: time | None = None
    quiet_until: time | None = None
    mail: str | None = Field(default=None, max_length=254)


class WishOut(BaseModel):
    muted: list[Channel]
    language: Literal["zh", "en"]
    quiet_from: time
    quiet_until: time
    quiet_is_usual: bool
    mail: str | None
    available: list[Channel] = Field(description="what this county has set up, besides the list in the app")
    push_key: str = Field(description="`applicationServerKey` for this server, base64url")
    push_devices: int = Field(description="how many browsers of mine are told while they are closed")


class SubscriptionKeys(Wire):
    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)


class SubscriptionIn(Wire):
    """As `PushSubscription.toJSON()` gives it."""

    endpoint: str = Field(max_length=2000)
    keys: SubscriptionKeys


class SubscriptionGone(Wire):
    endpoint: str = Field(max_length=2000)


class CountOut(BaseModel):
    waiting: int
    sent: int
    failed: int
    skipped: int


class ChannelOut(BaseModel):
    """One channel's last 24 hours."""

    channel: Channel
    set_up: bool
    well_at: datetime | None
    failing_since: datetime | None
    reason: str
    reason_words: str
    said: str = Field(description="the service's own words when it failed last")
    oldest_waiting_at: datetime | None
    counts: CountOut


class RobotOut(BaseModel):
    """`left` of `burst`: so many messages it may send at once just now."""

    id: UUID
    name: str
    kind: RobotKind
    squad_code: str
    squad_name: str
    signs: bool = Field(description="whether a secret is kept; it is never shown again")
    active: bool
    left: int
    burst: int
    per_minute: int
    blocked_until: datetime | None
    well_at: datetime | None
    failing_since: datetime | None
    reason: str
    reason_words: str
    said: str
    waiting: int


class BoardOut(BaseModel):
    channels: list[ChannelOut]
    robots: list[RobotOut]
    as_of: datetime


class RobotIn(Wire):
    """`secret` left out keeps the one that is kept."""

    name: str = Field(min_length=1, max_length=40)
    kind: RobotKind
    squad: str = Field(max_length=32)
    url: str | None = Field(default=None, max_length=500)
    secret: str | None = Field(default=None, max_length=200)
    active: bool = True


class TestOut(BaseModel):
    sent: bool
    reason: str
    reason_words: str
    said: str


class NoticeRuleOut(BaseModel):
    kind: Kind
    kind_words: str
    severity: Severity
    channels: list[Channel]
    wait_s: int
    repeat_s: int | None
    repeats: int
    rings: bool
    wakes: Wakes
    is_usual: bool


class NoticeRuleIn(Wire):
    kind: Kind
    severity: Severity
    channels: list[Channel] = Field(max_length=5)
    wait_s: int = Field(ge=0, le=86400)
    repeat_s: int | None = Field(default=None, ge=30, le=86400)
    repeats: int = Field(default=0, ge=0, le=30)
    rings: bool
    wakes: Wakes


class StepOut(BaseModel):
    code: str
    severities: list[Severity]
    after_s: int
    receiver: Next


class StepIn(Wire):
    code: str = Field(pattern=r"^[a-z0-9-]{1,32}$")
    severities: list[Severity] = Field(min_length=1, max_length=4)
    after_s: int = Field(ge=30, le=7 * 86400)
    receiver: Next


class RulesOut(BaseModel):
    rules: list[NoticeRuleOut]
    ladder: list[StepOut]
    ladder_is_usual: bool


class RulesIn(Wire):
    """Where the county departs from the usual; what is not named is as usual. An empty ladder is the usual one."""

    rules: list[NoticeRuleIn] = Field(max_length=100)
    ladder: list[StepIn] = Field(max_length=40)
