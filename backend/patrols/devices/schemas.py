"""What crosses the wire about phone trackers, but for what the trackers themselves send."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from backend.patrols.devices.protocols import Protocol
from backend.patrols.devices.readings import Complaint, Datum, SpeedUnit, Zone
from backend.wire import Wire


class TrackSourceIn(Wire):
    """A tracker that I set up for myself. `device_id` is needed for `traccar` and only there: the device's own number."""

    protocol: Protocol
    name: Annotated[str, Field(min_length=1, max_length=40, description="which phone or app this is, in my words")]
    datum: Datum = Datum.WGS84
    speed_unit: SpeedUnit | None = Field(
        default=None, description="only where the app's differs from the protocol's own"
    )
    zone: Zone = Field(default=Zone.SHANGHAI, description="for times that come without their offset")
    device_id: Annotated[str | None, Field(min_length=1, max_length=64)] = None


class TrackSourceOut(BaseModel):
    """One of my trackers and what came of it. `off_patrol` positions were acknowledged and not kept."""

    id: UUID
    protocol: Protocol
    name: str
    datum: Datum
    speed_unit: SpeedUnit | None
    zone: Zone
    device_id: str | None
    created_at: datetime
    disabled_at: datetime | None
    last_contact_at: datetime | None
    last_fix_at: datetime | None
    battery: float | None
    charging: bool | None
    stored: int
    repeated: int
    off_patrol: int
    rejected: int
    elsewhere: int
    complaint: Complaint | None
    complaint_words: str | None
    complaint_at: datetime | None


class SetUpCardOut(BaseModel):
    """How one app is set up. `qr` is the link as an image (a data URI); `opens` is the link to tap on the phone itself."""

    app: str
    steps: str
    address: str
    link: str | None
    qr: str | None
    opens: str | None


class NewTrackSource(BaseModel):
    """A tracker with what is shown this once: its secret, and how each app is set up with it.

    Both are null and empty if it was set up before and its app has already been in contact.
    """

    source: TrackSourceOut
    token: str | None
    cards: list[SetUpCardOut]


class StaffTrackSource(BaseModel):
    """Somebody's tracker as the desk sees it. When and whether they are on the phone is not the desk's business."""

    id: UUID
    staff_id: UUID
    staff_name: str
    protocol: Protocol
    name: str
    created_at: datetime
    disabled_at: datetime | None
    ever_in_contact: bool
    last_fix_at: datetime | None
    stored: int
    rejected: int
    complaint: Complaint | None
    complaint_words: str | None
