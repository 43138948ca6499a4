"""Who is told of what, by which channel and how far that came; and what the county and each person has set about it.

A notice is one matter of fact for one circle of people: a step in the history of a case, what it means, and to which squad.
A notification is that notice for one person. A delivery is one attempt of one channel to bring it to them.
"""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Index, SQLModel

from backend.database import TIMESTAMP, choice
from backend.matters.models import Severity
from backend.notifications.channels.group_messages import RobotKind
from backend.notifications.kinds import Channel, DeliveryState, Kind, Wakes, Why


class Notice(SQLModel, table=True):
    """`id` follows from the cause, the kind and the squad, so that a cause tells of itself once.

    `starts_at`: from when somebody of the circle is on duty; the ladder of the unseen counts from there. `settled_at`: it
    waits for nobody any more, since `settled_by` acted (None: the system, or it was taken out of their hands).
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_county_case_id", "county", "case_id"),
        Index("ix_notice_county_at", "county", "at"),
        Index(
            "ix_notice_county_next_step_at", "county", "next_step_at", postgresql_where=text("next_step_at IS NOT NULL")
        ),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    cause_id: UUID
    kind: Kind = Field(sa_type=choice(Kind))
    case_id: UUID
    squad_code: str | None = Field(default=None, max_length=32)
    severity: Severity = Field(sa_type=choice(Severity))
    grid_path: str
    by: UUID | None = None
    rings: bool = False
    at: datetime = Field(sa_type=TIMESTAMP)
    starts_at: datetime = Field(sa_type=TIMESTAMP)
    settled_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    settled_by: UUID | None = None
    next_step_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    steps: list[str] = Field(default_factory=list, sa_type=ARRAY(String))


class Notification(SQLModel, table=True):
    """A notice for one person."""

    __tablename__ = "notification"
    __table_args__ = (
        ForeignKeyConstraint(["county", "notice_id"], ["notice.county", "notice.id"]),
        ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),
        Index("ix_notification_county_staff_id_at", "county", "staff_id", "at"),
        Index("ix_notification_county_staff_id_unseen", "county", "staff_id", postgresql_where=text("seen_at IS NULL")),
    )

    county: str = Field(primary_key=True, max_length=6)
    notice_id: UUID = Field(primary_key=True)
    staff_id: UUID = Field(primary_key=True)
    why: Why = Field(sa_type=choice(Why))
    at: datetime = Field(sa_type=TIMESTAMP)
    delivered_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    seen_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    acted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class Delivery(SQLModel, table=True):
    """One channel's attempt, to a person (`staff_id`) or to a squad's group (`robot_id`).

    `id` follows from the notice, the receiver, the channel and the `round`: whatever goes out twice after a crash carries the
    same id. A second round is the same message again, because nobody acted on the first.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        ForeignKeyConstraint(["county", "notice_id"], ["notice.county", "notice.id"]),
        CheckConstraint("num_nulls(staff_id, robot_id) = 1", name="one_receiver"),
        Index("ix_delivery_county_notice_id", "county", "notice_id"),
        Index("ix_delivery_county_send_at", "county", "send_at", postgresql_where=text("state = 'queued'")),
        Index("ix_delivery_county_queued_at", "county", "queued_at"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    notice_id: UUID
    channel: Channel = Field(sa_type=choice(Channel))
    staff_id: UUID | None = None
    robot_id: UUID | None = None
    round: int = 1
    state: DeliveryState = Field(default=DeliveryState.QUEUED, sa_type=choice(DeliveryState))
    queued_at: datetime = Field(sa_type=TIMESTAMP)
    send_at: datetime = Field(sa_type=TIMESTAMP)
    sent_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    delivered_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    seen_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    acted_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    attempts: int = 0
    reason: str = ""


class PushSubscription(SQLModel, table=True):
    """A browser that wants to be told while the page is closed. It ends with the session (`token_hash`) in which it
    was made: asked when something is sent, so that a sign-out counts at once.

    `origin`: where it reached us, so that a tap leads back there. `used_at`: when the page was last opened with it.
    """

    __tablename__ = "push_subscription"
    __table_args__ = (
        ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),
        UniqueConstraint("county", "endpoint"),
        Index("ix_push_subscription_county_staff_id", "county", "staff_id"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    staff_id: UUID
    token_hash: str = Field(max_length=64)
    origin: str = Field(max_length=200)
    endpoint: str = Field(max_length=2000)
    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)
    made_at: datetime = Field(sa_type=TIMESTAMP)
    used_at: datetime = Field(sa_type=TIMESTAMP)


class NoticeWish(SQLModel, table=True):
    """What a person wants: channels they have muted, their language, and hours in which what can wait waits."""

    __tablename__ = "notice_wish"
    __table_args__ = (ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),)

    county: str = Field(primary_key=True, max_length=6)
    staff_id: UUID = Field(primary_key=True)
    muted: list[str] = Field(default_factory=list, sa_type=ARRAY(String))
    language: str = Field(default="zh", max_length=2)
    quiet_from: time | None = None
    quiet_until: time | None = None
    mail: str | None = Field(default=None, max_length=254)


class NoticeRule(SQLModel, table=True):
    """How a county tells of one kind at one severity, where it departs from the usual (`rules.USUAL`)."""

    __tablename__ = "notice_rule"

    county: str = Field(primary_key=True, max_length=6)
    kind: Kind = Field(primary_key=True, sa_type=choice(Kind))
    severity: Severity = Field(primary_key=True, sa_type=choice(Severity))
    channels: list[str] = Field(sa_type=ARRAY(String))
    wait_s: int
    repeat_s: int | None = None
    repeats: int = 0
    rings: bool
    wakes: Wakes = Field(sa_type=choice(Wakes))


class UnseenStep(SQLModel, table=True):
    """A county's own ladder of the unseen, if it has one; see `rules.USUAL_LADDER`."""

    __tablename__ = "unseen_step"

    county: str = Field(primary_key=True, max_length=6)
    code: str = Field(primary_key=True, max_length=32)
    severities: list[str] = Field(sa_type=ARRAY(String))
    after_s: int
    receiver: str = Field(max_length=32)


class Robot(SQLModel, table=True):
    """A group robot of a squad. `tokens` and what follows is its budget, see `channels/bucket.py`."""

    __tablename__ = "robot"
    __table_args__ = (
        ForeignKeyConstraint(["county", "squad_code"], ["squad.county", "squad.code"]),
        Index("ix_robot_county_squad_code", "county", "squad_code"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    squad_code: str = Field(max_length=32)
    name: str = Field(max_length=40)
    kind: RobotKind = Field(sa_type=choice(RobotKind))
    url: str = Field(max_length=500)
    secret: str = Field(default="", max_length=200)
    active: bool = True
    bucket: dict[str, Any] | None = Field(default=None, sa_type=JSONB)


class ChannelHealth(SQLModel, table=True):
    """How a channel, or one robot (`key` is its id), is doing: the last success, and since when and why it fails."""

    __tablename__ = "channel_health"

    county: str = Field(primary_key=True, max_length=6)
    channel: Channel = Field(primary_key=True, sa_type=choice(Channel))
    key: str = Field(default="", primary_key=True, max_length=36)
    well_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    failing_since: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    reason: str = ""
    said: str = Field(default="", max_length=200)
