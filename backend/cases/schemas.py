"""What crosses the wire about reports and cases."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, model_validator

from backend.cases.models import PhotoPhase, PlaceSource, ReportSource, Satisfaction
from backend.cases.queries_groups import Group
from backend.cases.terms import Action, Ask, ClockKind, Need, Part, Status
from backend.dispatch.schemas import RoutingOut
from backend.matters.models import Severity
from backend.permissions import Role
from backend.wire import Lat, Lng, PhoneTime, PlainZero, Point, Sha256, Wire, Words

MAX_PHOTOS = 9


def _distinct(photos: "list[DeclaredPhoto]") -> "list[DeclaredPhoto]":
    if len({photo.sha256 for photo in photos}) != len(photos):
        raise ValueError("the same photo is declared twice")
    return photos


def _is_none(value: object) -> bool:
    return value is None


class ExifPlace(Wire):
    lng: Lng
    lat: Lat


class DeclaredPhoto(Wire):
    """A photo that belongs to this report or action; its bytes may come along or follow later."""

    sha256: Sha256
    taken_at: PhoneTime | None = None
    # Left out where absent: a submission from before must have the fingerprint that it had.
    exif_at: Annotated[str, Field(max_length=32)] | None = Field(
        default=None,
        exclude_if=_is_none,
        description="the camera's wall clock as EXIF had it before the phone shrank the photo: 2026:11:20 14:02:00",
    )
    exif_place: ExifPlace | None = Field(
        default=None, exclude_if=_is_none, description="where EXIF had it taken before the phone shrank it"
    )
    original: Sha256 | None = Field(
        default=None,
        exclude_if=_is_none,
        description="SHA-256 of the camera's own file, where the phone keeps it to send it later, on Wi-Fi",
    )


DeclaredPhotos = Annotated[list[DeclaredPhoto], Field(max_length=MAX_PHOTOS), AfterValidator(_distinct)]


class ReportedPlace(Wire):
    lng: Lng
    lat: Lat
    accuracy_m: Annotated[float, Field(ge=0, le=100_000), PlainZero] | None = Field(
        default=None, description="metres, as the phone says"
    )
    source: PlaceSource = PlaceSource.GPS


class ReportIn(Wire):
    """The part `report` of `PUT /api/reports/{id}`."""

    matter: Annotated[str, Field(min_length=1, max_length=16)] = Field(description="matter code, from GET /api/matters")
    condition: Annotated[str, Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="filing condition code; the matter's default one if absent"
    )
    place: ReportedPlace
    words: Words = ""
    occurred_at: PhoneTime
    photos: DeclaredPhotos = Field(default_factory=list)
    joins: UUID | None = Field(
        default=None, description="the open case that this is another report of; if it cannot join, a case is opened"
    )
    self_handled: bool = Field(default=False, description="settled on the spot; only where the matter allows it")
    after_photos: DeclaredPhotos = Field(default_factory=list, description="how it looks after settling on the spot")

    @model_validator(mode="after")
    def _before_is_not_after(self) -> Self:
        _distinct([*self.photos, *self.after_photos])
        return self


SquadCode = Annotated[str, Field(min_length=1, max_length=32)]


def _distinct_codes(codes: list[str]) -> list[str]:
    if len(set(codes)) != len(codes):
        raise ValueError("the same squad is named twice")
    return codes


class ActionIn(Wire):
    """The body (or part `action`) of `PUT /api/cases/{id}/actions/{action_id}`. `asks` of an allowed action says what it needs.

    `version` need not be the newest: what the actor did since, and what changes nothing for others, does not count.
    """

    action: Action
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] = Field(description="the version of the case that the actor saw")
    words: Words = ""
    reason: Annotated[str, Field(max_length=32)] | None = Field(
        default=None, description="a code of the action's reasons"
    )
    squad: SquadCode | None = Field(default=None, description="squad code")
    squads: Annotated[list[SquadCode], Field(max_length=8), AfterValidator(_distinct_codes)] = Field(
        default_factory=list, description="squad codes, for a whistle"
    )
    matter: Annotated[str, Field(min_length=1, max_length=16)] | None = Field(default=None, description="matter code")
    condition: Annotated[str, Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="filing condition of that matter; its default one if absent"
    )
    into: UUID | None = Field(default=None, description="the case that this one is merged into")
    until_day: date | None = Field(default=None, description="the local day on which a suspended case is resumed")
    until: PhoneTime | None = Field(default=None, description="reply to an order, or arrive at a whistle, by then")
    place: ReportedPlace | None = Field(default=None, description="where the actor took the step, if the phone knows")
    at: PhoneTime | None = None
    photos: DeclaredPhotos = Field(default_factory=list)


class MatterBrief(BaseModel):
    code: str
    name: str
    icon: str
    major_name: str


class PlaceOut(Point):
    accuracy_m: float | None
    grid_code: str
    grid_name: str
    village_name: str
    on_border: bool


class SquadBrief(BaseModel):
    code: str
    name: str


class ReasonOut(BaseModel):
    code: str
    label: str


class AllowedAction(BaseModel):
    """A step the asker may take now. The first one is the main one."""

    action: Action
    label: str
    words: Need
    photos_min: int
    photos_max: int
    squad: Need
    asks: list[Ask] = Field(description="what else must be named")
    reasons: list[ReasonOut] = Field(description="to choose one from, when `asks` names a reason")


class PartOut(BaseModel):
    """A part of the case in another squad's hands (协办), or a call to the place (吹哨)."""

    squad: SquadBrief
    kind: str
    words: str
    state: Part
    handler_name: str | None
    assigned_at: datetime
    due_at: datetime
    arrive_by: datetime | None
    acknowledged_at: datetime | None
    arrived_at: datetime | None
    ended_at: datetime | None
    end: str | None


class ClockOut(BaseModel):
    """One clock of the case, as it follows from the history."""

    kind: ClockKind
    started_at: datetime
    warn_at: datetime | None
    due_at: datetime | None
    paused_at: datetime | None
    stopped_at: datetime | None
    late_s: int


class CaseLink(BaseModel):
    id: UUID
    code: str


class CaseSummary(BaseModel):
    """A case as a row of a list. `starts_at`..`due_at` is the clock that is running now, if any."""

    id: UUID
    code: str
    version: int
    status: Status
    matter: MatterBrief
    severity: Severity
    place: PlaceOut
    words: str
    opened_at: datetime
    source: ReportSource
    tier: int = Field(description="1 the worker, 2 town, 3 county, 4 above")
    clock: ClockKind | None = Field(description="whose time is running, or stands still while suspended")
    starts_at: datetime | None
    warn_at: datetime | None = Field(description="when four fifths of the time are used")
    due_at: datetime | None
    updated_at: datetime
    closed_at: datetime | None
    overdue_s: int = Field(description="seconds past the deadline now, or at the end of handling; 0 if in time")
    squad: SquadBrief | None
    holder_name: str | None = Field(description="the squad, or the duty in the grid, that holds the case")
    my_part: Part | None = Field(description="how far the asker's squad is with its part, if it has one")
    open_parts: int
    arrive_by: datetime | None = Field(description="when the first whistled squad that is not there yet must be")
    asked: list[Literal["extension", "suspension", "void"]] = Field(description="asked for and not decided yet")
    resume_on: date | None
    reply_by: datetime | None = Field(description="a supervision order wants a reply by then")
    send_back_count: int
    merged_into: CaseLink | None
    why: str = Field(description="one sentence: why this squad, or why it waits")
    reporter_name: str = Field(description="居民 for a report from the public")
    mine: bool = Field(description="the asker reported it, or joined it with a report")
    rework_count: int
    satisfaction: Satisfaction | None = Field(description="what the resident said after it was closed last")
    cover_photo: str | None = Field(description="SHA-256 of the first received photo")
    allowed_actions: list[AllowedAction]


class CasePhotoOut(BaseModel):
    sha256: str
    phase: PhotoPhase
    received: bool
    width: int | None
    height: int | None


class CaseEventOut(BaseModel):
    id: UUID
    seq: int
    action: Action
    from_status: Status | None
    to_status: Status
    actor_name: str | None = Field(description="null: the system itself")
    actor_role: Role | None
    label: str = Field(description="the action in words")
    words: str
    reason: str | None = Field(description="the chosen reason in words")
    squad: SquadBrief | None
    squads: list[SquadBrief] = Field(description="those called by a whistle")
    other_case: CaseLink | None = Field(description="what it was merged into or taken apart from, or what joined it")
    until: datetime | None = Field(description="reply or arrive by then")
    until_day: date | None = Field(description="resumed on this day")
    to_name: str | None = Field(description="who handles it from here on, when it was handed over to somebody")
    due_at: datetime | None
    client_at: datetime | None
    at: datetime
    photos: list[CasePhotoOut]
    hash: str


class AssignmentOut(BaseModel):
    squad: SquadBrief | None = Field(description="null: those with a duty in the grid")
    holder_name: str
    handler_name: str | None = Field(description="who accepted it, or to whom that person's work was handed over")
    assigned_at: datetime
    due_at: datetime
    acknowledged_at: datetime | None
    arrived_at: datetime | None
    ended_at: datetime | None
    end: str | None


class CaseDetail(CaseSummary):
    condition_words: str
    closing_condition: str
    events: list[CaseEventOut]
    assignments: list[AssignmentOut]
    parts: list[PartOut]
    clocks: list[ClockOut]
    merged: list[CaseLink] = Field(description="cases merged into this one")
    report_count: int = Field(description="how often it was reported, merged ones included")
    answer_until: datetime | None
    due_if_extended: datetime | None = Field(
        description="when it would be due, if the extension asked for were granted"
    )
    history_broken_at: int | None = Field(description="`seq` of the first line that does not fit its hash; null: whole")
    routing: RoutingOut | None
    server_time: datetime


class NearbyCase(BaseModel):
    """An open case of the same matter close by: perhaps what is about to be reported again."""

    id: UUID
    status: Status
    distance_m: int
    opened_at: datetime
    mine: bool = Field(description="the asker reported it, or joined it with a report")
    cover_photo: str | None = Field(description="only where the asker may see the case")


class NearbyCases(BaseModel):
    radius_m: int
    items: list[NearbyCase]
    as_of: datetime


class CasePage(BaseModel):
    items: list[CaseSummary]
    next_cursor: str | None
    as_of: datetime


class CaseCounts(BaseModel):
    """How many cases stand in each group of the queue; `ended` are those that ended in the last hour."""

    as_of: datetime
    groups: dict[Group, int]


class ReportReceipt(BaseModel):
    """What the server has of this report. Only an empty `missing` means that everything is safe with us."""

    id: UUID
    received_at: datetime
    missing: list[str] = Field(description="SHA-256 of declared photos not yet received")
    case: CaseDetail


class ActionReceipt(BaseModel):
    """What the server has of this action, and the case as it is now."""

    id: UUID
    missing: list[str]
    case: CaseDetail


class PartsOfReportPhoto(BaseModel):
    """How far a photo that comes in parts is."""

    received_bytes: int | None = Field(
        description="from the start, kept; 0 again if the whole had another SHA-256; null if the photo came another way"
    )
    receipt: ReportReceipt | None = Field(default=None, description="once the photo is received")


class PartsOfActionPhoto(BaseModel):
    received_bytes: int | None
    receipt: ActionReceipt | None = None


class OriginalReceipt(BaseModel):
    """The camera's own file is kept: the phone may forget it."""

    id: UUID
    sha256: str
    original: str


class ProblemField(BaseModel):
    field: str
    message: str
    code: str


class ProblemOut(BaseModel):
    """Every error: RFC 9457 problem+json, in the reader's language."""

    type: str
    code: str
    title: str
    status: int
    detail: str
    errors: list[ProblemField] | None = None
    reference: str | None = None


PhotoSize = Literal["320", "1600", "original"]
