"""What comes in from a phone tracker and what is made of it: pure values, one vocabulary for all protocols.

A protocol's module says what a message holds (`Said` and its kin), believing nothing; `judging.py` makes a `Reading` of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.patrols.packing import NewFix

# A GPX file of two long days; whoever sends more at once is told so with 413.
MAX_POINTS = 20_000
# Of so many rejected points of a request what they said is kept; of the others only why: a thousandth says nothing new.
MAX_RAWS = 200
# Fixes of one stored batch; more are cut into several.
MAX_BATCH = 500


class Datum(StrEnum):
    """In which coordinates a source sends. Phones know WGS84; some Chinese devices and apps send what their map shows."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


class SpeedUnit(StrEnum):
    KNOTS = "knots"
    MPS = "mps"
    KMH = "kmh"


class Zone(StrEnum):
    """What a time without its offset is taken for. China has one zone, so a device means that one or UTC."""

    SHANGHAI = "Asia/Shanghai"
    UTC = "UTC"


class Reason(StrEnum):
    """Why a point was not taken."""

    UNREADABLE = "unreadable"  # the message is not of this protocol's form
    NO_TIME = "no_time"
    BAD_TIME = "bad_time"
    CLOCK = "clock"  # more than 5 minutes ahead of the server
    TOO_OLD = "too_old"  # more than 30 days behind it
    NO_PLACE = "no_place"
    BAD_PLACE = "bad_place"
    ZERO_PLACE = "zero_place"  # 0, 0: what a receiver says that knows nothing
    SWAPPED = "swapped"  # latitude and longitude the wrong way round
    NOT_VALID = "not_valid"  # the device itself says that this is no position


class Complaint(StrEnum):
    """What whoever set up the source should mend."""

    ENCRYPTED = "encrypted"  # OwnTracks encrypts with a key that we do not have: nothing of it can be read
    ZONELESS = "zoneless"  # times come without their offset
    UNREADABLE = "unreadable"  # messages are not of this protocol's form: probably the wrong address


@dataclass(frozen=True)
class Delivery:
    """One request as it came. Header names are lower case; `token` is the secret that must never be kept."""

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    token: str = ""

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").lower()


@dataclass(frozen=True)
class SourceSettings:
    """How a source is to be understood. Without a speed unit the protocol's own is taken.

    `device_id` is for senders that forward several devices: only messages of this one count.
    """

    datum: Datum = Datum.WGS84
    speed_unit: SpeedUnit | None = None
    zone: Zone = Zone.SHANGHAI
    device_id: str | None = None


@dataclass(frozen=True)
class Rejected:
    """A point that was not taken: why, and what it said, at most 500 characters without secrets.

    `raw` is empty from the 201st rejected point of a request on.
    """

    reason: Reason
    raw: str


@dataclass(frozen=True)
class Reading:
    """What one request holds. `breaks` are the positions in `fixes` before which the recording was broken off.

    `contact` is false only for what no tracker of this protocol sends. `elsewhere` counts points of devices that this source
    does not follow; nothing else is kept of them. With `too_many` nothing was read.
    """

    fixes: tuple[NewFix, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    breaks: tuple[int, ...] = ()
    contact: bool = True
    battery: float | None = None
    charging: bool | None = None
    complaints: frozenset[Complaint] = frozenset()
    elsewhere: int = 0
    too_many: bool = False


@dataclass(frozen=True)
class Answer:
    """What the client must hear."""

    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True)
class Said:
    """One point in the client's own words and units; nothing has been looked at yet.

    `now_if_untimed`: a point without a time is from this moment. `raw` is what will be kept of it should it be rejected.
    """

    raw: object
    at: object = None
    lng: object = None
    lat: object = None
    accuracy_m: object = None
    speed: object = None
    speed_unit: SpeedUnit = SpeedUnit.MPS
    heading_deg: object = None
    altitude_m: object = None
    battery: object = None
    battery_full: float = 100
    charging: object = None
    mock: object = None
    now_if_untimed: bool = False


@dataclass(frozen=True)
class Heard:
    """A message without a point: the phone is there, and perhaps how full its battery is."""

    battery: object = None
    battery_full: float = 100
    charging: object = None


@dataclass(frozen=True)
class Unusable:
    """Something that cannot even be asked for a point."""

    reason: Reason
    raw: object


@dataclass(frozen=True)
class Broken:
    """The recording was broken off here: what follows must not be joined to what was before."""


@dataclass(frozen=True)
class OfAnother:
    """A point of a device that this source does not follow."""


@dataclass(frozen=True)
class Encrypted:
    """A message that nobody here can read."""


Saying = Said | Heard | Unusable | Broken | OfAnother | Encrypted
