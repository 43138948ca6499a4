"""The ladder of escalation (催办、超时升级) as data, and which of its steps have been taken for which clock."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, ForeignKeyConstraint, String, Uuid, text
from sqlmodel import Field, Index, SQLModel

from backend.cases.terms import Action, ClockKind
from backend.database import TIMESTAMP, choice


class Receiver(StrEnum):
    """Who is told. Whose clock runs is its holder: the handler or their squad, the verifiers, the inspectors, the desk."""

    HOLDER = "holder"
    SQUAD_LEADER = "squad_leader"
    WHOLE_SQUAD = "whole_squad"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


class EscalationStep(SQLModel, table=True):
    """A step is due when so much of a clock's limit is used, or so many minutes after a squad was given the case and has not
    accepted it. It is a reminder to whoever is to act (`remind`), or tells somebody above (`escalate`).

    It reaches people in their duty hours, emergencies at any hour; a step that `ignores_duty_hours` reaches also those
    whom the rota gives the night off.
    """

    __tablename__ = "escalation_step"
    __table_args__ = (
        CheckConstraint("num_nulls(at_percent, after_minutes_unacknowledged) = 1", name="one_mark"),
        CheckConstraint("action IN ('remind', 'escalate')", name="pressing"),
    )

    county: str = Field(primary_key=True, max_length=6)
    code: str = Field(primary_key=True, max_length=32)
    clock: ClockKind = Field(sa_type=choice(ClockKind))
    at_percent: int | None = None
    after_minutes_unacknowledged: int | None = None
    severities: list[str] = Field(sa_type=ARRAY(String))
    receiver: Receiver = Field(sa_type=choice(Receiver))
    action: Action = Field(sa_type=choice(Action))
    ignores_duty_hours: bool = False
    words_zh: str
    words_en: str


class Escalation(SQLModel, table=True):
    """A step that was due for one clock of a case. It waits until `send_at` for somebody to be on duty.

    `percent` and `left_s` (negative when late, in the limit's own time) are what it said when it was sent.
    """

    __tablename__ = "escalation"
    __table_args__ = (
        ForeignKeyConstraint(["county", "case_id"], ["case.county", "case.id"]),
        Index(
            "ix_escalation_county_send_at",
            "county",
            "send_at",
            postgresql_where=text("sent_at IS NULL AND cancelled_at IS NULL"),
        ),
        Index("ix_escalation_county_sent_at", "county", "sent_at"),
    )

    county: str = Field(primary_key=True, max_length=6)
    case_id: UUID = Field(primary_key=True)
    clock_started_at: datetime = Field(primary_key=True, sa_type=TIMESTAMP)
    step_code: str = Field(primary_key=True, max_length=32)
    fired_at: datetime = Field(sa_type=TIMESTAMP)
    send_at: datetime = Field(sa_type=TIMESTAMP)
    sent_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    cancelled_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    receivers: list[UUID] = Field(default_factory=list, sa_type=ARRAY(Uuid))
    percent: int | None = None
    left_s: int | None = None
