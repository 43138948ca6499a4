"""What crosses the wire about patrols: the patrol itself, fixes, consent, days, looks."""

from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from backend.patrols.models import EndedBy, LookKind, Travel
from backend.patrols.rules import MAX_FIXES
from backend.wire import PhoneTime, Wire

MOST_SPANS = 500


class SpanIn(Wire):
    """Time within a patrol; without an end it goes on."""

    from_at: PhoneTime
    to_at: PhoneTime | None = None


class PatrolIn(Wire):
    """A patrol as the phone keeps it: the whole of it each time, with a revision that grows."""

    revision: int = Field(ge=1, le=1_000_000, description="counts the phone's changes to this patrol")
    travel: Travel = Field(description="how the person moves: decides which speed is believed")
    started_at: PhoneTime
    ended_at: PhoneTime | None = None
    pauses: list[SpanIn] = Field(default=[], max_length=MOST_SPANS, description="paused by the person")
    hidden: list[SpanIn] = Field(
        default=[], max_length=MOST_SPANS, description="the page was not visible and could not record"
    )


class PatrolOut(BaseModel):
    id: UUID
    revision: int
    travel: Travel
    on_day: date
    started_at: datetime
    shift_ends_at: datetime = Field(description="the patrol ends by itself then")
    ended_at: datetime | None
    ended_by: EndedBy | None
    fixes: int = Field(description="positions kept so far")
    server_time: datetime


class FixesIn(Wire):
    """Positions as the phone recorded them. Each is read by itself: one that cannot be believed costs no other."""

    fixes: list[dict[str, Any]] = Field(
        min_length=1,
        description=f"at most {MAX_FIXES} objects: at (ISO 8601 with offset), lng, lat, and optionally accuracy_m,"
        " speed_mps, heading_deg, altitude_m, battery (0 to 1), charging, mock",
    )


class RejectedFix(BaseModel):
    index: int
    reason: str


class FixesTaken(BaseModel):
    """What became of a batch; the same answer for a repeat. The phone may forget all of it."""

    batch_id: UUID
    stored: int
    repeated: int = Field(description="known already from another batch")
    off_patrol: int = Field(description="from outside the patrol or within a pause: not kept")
    rejected: int = Field(description="not believable: kept apart with the reason, nothing is derived of them")
    rejections: list[RejectedFix] = Field(description="which ones; left out in the answer to a repeat")


class ConsentIn(Wire):
    text_version: int = Field(ge=1, le=1000)
    agreed: bool


class ConsentOut(BaseModel):
    """`needed`: there is no agreement to the present text, and no patrol can be started."""

    text_version: int
    needed: bool
    agreed_at: datetime | None


class PatrolShift(BaseModel):
    running_until: datetime | None
    next_at: datetime | None


class Patrolling(BaseModel):
    """What the phone needs to start a patrol, or to go on with one, also without a signal."""

    consent: ConsentOut
    shift: PatrolShift
    patrol: PatrolOut | None
    usual_travel: Travel
    fixes_days: int
    track_days: int
    looks_lately: int = Field(description="how often somebody looked at my position or track in the last 30 days")
    server_time: datetime


class PatrolRulesIn(Wire):
    version: int = Field(ge=0, description="the version that was read")
    starts: time = Field(description="local time from which people without a rota may patrol")
    ends: time
    fixes_days: Annotated[int, Field(ge=1, le=30, description="days that raw positions live")]
    track_days: Annotated[int, Field(ge=1, le=180, description="days that derived tracks live")]


class PatrolRulesOut(BaseModel):
    version: int
    starts: time
    ends: time
    fixes_days: int
    track_days: int
    changed_at: datetime | None


class LookIn(Wire):
    """Why I look, and at what. One of `staff_id`, `squad_code` and `grid_code` narrows it, none means everybody in my scope."""

    kind: LookKind
    reason: str = Field(min_length=2, max_length=200)
    on_day: date | None = Field(default=None, description="needed but for live positions")
    staff_id: UUID | None = None
    squad_code: str | None = Field(default=None, max_length=32)
    grid_code: str | None = Field(default=None, max_length=32)


class LookOut(BaseModel):
    id: UUID
    kind: LookKind
    reason: str
    on_day: date | None
    staff_id: UUID | None
    squad_code: str | None
    grid_code: str | None
    at: datetime
    until: datetime = Field(description="afterwards a reason is asked again")


class LookedAtMe(BaseModel):
    """Somebody looked at my position or track."""

    by_name: str
    by_post: str
    kind: LookKind
    reason: str
    on_day: date | None
    at: datetime


class ObjectionIn(Wire):
    on_day: date
    words: str = Field(min_length=2, max_length=1000)


class AnswerIn(Wire):
    words: str = Field(min_length=2, max_length=1000)


class ObjectionOut(BaseModel):
    id: UUID
    on_day: date
    words: str
    at: datetime
    answer: str | None
    answered_by_name: str | None
    answered_at: datetime | None


class Stay(BaseModel):
    start_at: datetime
    end_at: datetime
    lng: float
    lat: float


class GapOut(BaseModel):
    """Time for which nothing is known; never drawn as travel."""

    start_at: datetime
    end_at: datetime
    why: str


class DaySummary(BaseModel):
    """One staff-day in figures: metres, seconds. `clean_m` is the distance walked as the rules see it."""

    on_day: date
    started_at: datetime | None
    ended_at: datetime | None
    recorded_s: int
    clean_m: float
    raw_m: float
    stays: int
    gaps: int
    unknown_s: float
    fixes: int
    has_track: bool


class GridDwell(BaseModel):
    grid_code: str
    grid_name: str
    seconds: float
    coverage: float | None = Field(description="share of the grid's cells walked through on this day, 0 to 1")


class DayDetail(DaySummary):
    """A staff-day with its track. `track` is base64 of the format described in geo/tracks/wire.py."""

    rules_version: int
    flagged: dict[str, int] = Field(description="how many fixes were set aside, by reason")
    stay_list: list[Stay]
    gap_list: list[GapOut]
    dwell: list[GridDwell]
    objections: list[ObjectionOut]
    track: str


class MyDays(BaseModel):
    items: list[DaySummary]


class GridCoverage(BaseModel):
    """How much of a grid was walked through in the last seven days. It is about the grid, never about a person."""

    grid_code: str
    grid_name: str
    cells: int = Field(description="cells of about 50 m in the grid")
    seen_this_week: int
    share: float = Field(description="0 to 1")
    last_seen_on: date | None = Field(description="the last day on which anybody was seen in it, of the last 90")


class CellSeen(BaseModel):
    cell: int
    days_ago: int | None = Field(description="since somebody walked through; null: not in the last 90 days")
    bounds: tuple[float, float, float, float] = Field(description="west, south, east, north in degrees")


class BlindSpot(BaseModel):
    """Where to go next: the middle of a part that nobody has walked through for more than a week."""

    lng: float
    lat: float
    cells: int
    days_ago: int | None = Field(description="typical for the part; null: not in the last 90 days")


class WeekSeen(BaseModel):
    """Seven days of a grid: how many of its cells somebody walked through."""

    first_on: date
    last_on: date
    cells: int
    share: float = Field(description="of all cells of the grid, 0 to 1")


class GridCoverageDetail(GridCoverage):
    cells_seen: list[CellSeen]
    blind_spots: list[BlindSpot]
    weeks: list[WeekSeen] = Field(
        description="twelve times seven days, the last of which ends on the day; oldest first"
    )
