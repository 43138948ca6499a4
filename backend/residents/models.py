"""What is kept for residents beside their case: how to reach them, photos that came before their report, counts, looks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, Index, SQLModel

from backend.database import TIMESTAMP, choice
from backend.notifications.channels.words import Subject
from backend.notifications.kinds import DeliveryState


class ResidentContact(SQLModel, table=True):
    """How to reach whoever sent this report. Only operators read it, and each look is written down (`ContactLook`)."""

    __tablename__ = "resident_contact"

    county: str = Field(primary_key=True, max_length=6)
    report_id: UUID = Field(primary_key=True)
    name: str = Field(max_length=40)
    phone: str = Field(max_length=20)
    received_at: datetime = Field(sa_type=TIMESTAMP)


class ContactLook(SQLModel, table=True):
    """Somebody of the staff has read the contacts of a case."""

    __tablename__ = "contact_look"
    __table_args__ = (Index("ix_contact_look_county_case_id", "county", "case_id"),)

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    case_id: UUID
    staff_id: UUID
    at: datetime = Field(sa_type=TIMESTAMP)


class ResidentPhoto(SQLModel, table=True):
    """A photo that has come under a report's id and is stored, whether or not the report itself has been accepted.

    A form that is sent again names what is here instead of carrying it again.
    """

    __tablename__ = "resident_photo"

    county: str = Field(primary_key=True, max_length=6)
    report_id: UUID = Field(primary_key=True)
    sha256: str = Field(primary_key=True, max_length=64)
    received_at: datetime = Field(sa_type=TIMESTAMP)


class ResidentMessage(SQLModel, table=True):
    """A short message to whoever sent this report, about one step (`cause_id`) of its case; without the number."""

    __tablename__ = "resident_message"

    county: str = Field(primary_key=True, max_length=6)
    report_id: UUID = Field(primary_key=True)
    cause_id: UUID = Field(primary_key=True)
    subject: Subject = Field(sa_type=choice(Subject))
    state: DeliveryState = Field(sa_type=choice(DeliveryState))
    queued_at: datetime = Field(sa_type=TIMESTAMP)
    sent_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    attempts: int = 0
    reason: str = ""


class RateCount(SQLModel, table=True):
    """How much of a limit a subject has used in the window that began at `starts_at`; see `limits.py`."""

    __tablename__ = "rate_count"

    county: str = Field(primary_key=True, max_length=6)
    limit_name: str = Field(primary_key=True, max_length=32)
    subject: str = Field(primary_key=True, max_length=64)
    starts_at: datetime = Field(primary_key=True, sa_type=TIMESTAMP)
    used: int = Field(sa_type=BigInteger)
