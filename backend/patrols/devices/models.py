"""Phone trackers that people have set up for themselves. Only the hash of the token is kept."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, Index, SQLModel

from backend.database import TIMESTAMP, choice
from backend.patrols.devices.protocols import Protocol
from backend.patrols.devices.readings import Complaint, Datum, SpeedUnit, Zone


class TrackSource(SQLModel, table=True):
    """One app on one phone (or one device behind a Traccar) that sends positions of one person.

    `last_contact_at` is its last message of any kind, `last_fix_at` the time of the newest position that was kept, so that
    nothing here tells where or when somebody was off duty. The counts are of positions, but for `deliveries` (requests).
    """

    __tablename__ = "track_source"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),
        Index("ix_track_source_county_staff_id", "county", "staff_id"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    staff_id: UUID
    protocol: Protocol = Field(sa_type=choice(Protocol))
    name: str = Field(max_length=40)
    token_hash: str = Field(max_length=64)
    datum: Datum = Field(sa_type=choice(Datum))
    speed_unit: SpeedUnit | None = Field(default=None, sa_type=choice(SpeedUnit))
    zone: Zone = Field(sa_type=choice(Zone))
    device_id: str | None = Field(default=None, max_length=64)
    created_at: datetime = Field(sa_type=TIMESTAMP)
    created_by: UUID
    disabled_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    disabled_by: UUID | None = None
    last_contact_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    last_fix_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    battery: float | None = None
    charging: bool | None = None
    deliveries: int = 0
    stored: int = 0
    repeated: int = 0
    off_patrol: int = 0
    rejected: int = 0
    elsewhere: int = 0
    complaint: Complaint | None = Field(default=None, sa_type=choice(Complaint))
    complaint_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
