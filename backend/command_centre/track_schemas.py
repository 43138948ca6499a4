"""What crosses the wire about others' positions and tracks."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, Field

from backend.cases.schemas import CaseSummary
from backend.cases.terms import Action, Status
from backend.patrols.models import EndedBy, Travel
from backend.patrols.schemas import GapOut, ObjectionOut, Stay


class Whereabouts(BaseModel):
    """Somebody on patrol and where they last were. Without a position nothing was heard of them yet."""

    staff_id: UUID
    name: str
    post: str
    squad_code: str | None
    patrol_id: UUID
    travel: Travel
    since: datetime = Field(description="when the patrol began")
    paused: bool
    at: datetime | None = Field(description="when the position was measured; its age is told, never hidden")
    lng: float | None
    lat: float | None
    accuracy_m: float | None


class Positions(BaseModel):
    """Everybody on patrol whom the look is about, now."""

    as_of: datetime
    people: list[Whereabouts]


class PatrolSpan(BaseModel):
    id: UUID
    travel: Travel
    started_at: datetime
    ended_at: datetime | None
    ended_by: EndedBy | None


class ReplayPerson(BaseModel):
    """One person's day for the player. `track` is base64 of the format described in geo/tracks/wire.py; empty until derived.

    `pending`: something of the day has arrived that is not worked out yet.
    """

    staff_id: UUID
    name: str
    post: str
    squad_code: str | None
    patrols: list[PatrolSpan]
    clean_m: float
    raw_m: float
    recorded_s: int
    unknown_s: float
    flagged: dict[str, int]
    rules_version: int | None
    derived_at: datetime | None
    pending: bool
    stays: list[Stay]
    gaps: list[GapOut]
    coverage: dict[str, list[int]] = Field(description="cells by grid code, in the numbers of geo/tracks/coverage.py")
    objections: list[ObjectionOut]
    track: str


class ReplayStep(BaseModel):
    """Something that a person of the replay did with a case on that day."""

    at: datetime
    by: UUID
    action: Action
    to_status: Status
    photos: list[str] = Field(description="SHA-256 of photos that are here")


class ReplayCase(BaseModel):
    """A case that the reader may see, with what people of the replay did with it on that day."""

    case: CaseSummary
    steps: list[ReplayStep]


class Replay(BaseModel):
    """A day on the map: who walked where, and what happened to cases meanwhile."""

    on_day: date
    as_of: datetime
    people: list[ReplayPerson]
    cases: list[ReplayCase]


class RawFix(BaseModel):
    """One position as measured, and why it counts or does not (`flag`)."""

    at: datetime
    lng: float
    lat: float
    accuracy_m: float | None
    flag: str


class RawDay(BaseModel):
    on_day: date
    staff_id: UUID
    fixes: list[RawFix]
