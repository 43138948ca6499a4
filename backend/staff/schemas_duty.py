"""What crosses the wire about squads, rota and duty. Local times of the rota are `HH:MM:SS` of Asia/Shanghai."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from backend.staff.duty import Standing
from backend.staff.models import BaseStatus, Engagement, LeaveKind, RequestStatus, SquadKind
from backend.staff.rota import ShiftKind
from backend.wire import PhoneTime, Wire


def _whole_minute(value: time) -> time:
    if value.tzinfo or value.second or value.microsecond:
        raise ValueError("a local time in whole minutes, such as 20:00")
    return value


def _plausible_day(value: date) -> date:
    if not 2000 <= value.year <= 2099:
        raise ValueError("the year must lie between 2000 and 2099")
    return value


ShiftTime = Annotated[time, AfterValidator(_whole_minute)]
RotaDay = Annotated[date, AfterValidator(_plausible_day)]
Reason = Annotated[str, Field(max_length=200)]
SquadCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]


class DutyStatusOut(BaseModel):
    """A status as the county words it, on one of the five bases that routing understands."""

    code: str
    name: str = Field(description="in the reader's language")
    base: BaseStatus


class DutyMember(BaseModel):
    """A member of a squad at a moment. Off duty: `base` is off_duty and `standing` says why."""

    id: UUID
    name: str
    leads: bool
    on_duty: bool
    standing: Standing
    base: BaseStatus
    status: DutyStatusOut | None = Field(description="what the member said; null: rostered and silent, or off duty")
    until: datetime | None


class MySquad(BaseModel):
    """My squad now, and I in it. `on_duty` and `off_duty_at` are the squad's, those with `my_` mine."""

    code: str
    name: str
    leads: bool
    on_duty: bool
    off_duty_at: datetime | None = Field(description="when the last member on duty goes off, as things stand")
    why_off_duty: str | None
    on_duty_members: list[DutyMember]
    my_duty: bool
    my_standing: Standing
    my_until: datetime | None
    status: DutyStatusOut | None = Field(description="what I last said, while it counts")


class SquadMember(BaseModel):
    id: UUID
    name: str
    phone_masked: str
    leads: bool
    engagement: Engagement | None
    since: date = Field(description="first day of the post in this squad")
    until: date | None


class SquadDetail(BaseModel):
    code: str
    name: str
    unit_code: str
    unit_name: str
    kind: SquadKind
    capabilities: list[str] = Field(description="matter codes, major codes, or `*` for everything")
    jurisdiction: list[str] = Field(description="codes of the grids it is responsible for, with all below them")
    members: list[SquadMember]
    on_duty: bool
    off_duty_at: datetime | None
    why_off_duty: str | None
    on_duty_members: list[DutyMember]
    may_edit: bool
    may_plan: bool


class SquadIn(Wire):
    name: str = Field(min_length=1, max_length=40)
    unit_code: str = Field(max_length=32)
    kind: SquadKind
    capabilities: list[Annotated[str, Field(max_length=16)]] = Field(min_length=1, max_length=300)
    jurisdiction: list[Annotated[str, Field(max_length=15)]] = Field(min_length=1, max_length=300)


class PatternShift(BaseModel):
    """A weekly shift, Monday = 0. `ends` at or before `starts` means the next day."""

    weekday: int
    starts: time
    ends: time
    starts_on: date
    ends_on: date | None


class ShiftMember(BaseModel):
    id: UUID
    name: str
    leads: bool
    leave: bool = Field(description="an approved leave overlaps the shift")


class Warned(BaseModel):
    """Something that was accepted and is worth a look."""

    staff_id: UUID
    sentence: str


class ShiftOut(BaseModel):
    """A shift that begins on the local day `on`. `everybody`: nobody is put on it by name, so it is the whole squad's."""

    on: date
    starts: time
    ends: time
    starts_at: datetime
    ends_at: datetime
    kind: ShiftKind
    reason: str
    everybody: bool
    members: list[ShiftMember]
    warnings: list[Warned] = []


class Deciding(StrEnum):
    AGREE = "agree"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class LeaveOut(BaseModel):
    """`kind` and `reason` are told only to the person and to those who decide."""

    id: UUID
    staff_id: UUID
    staff_name: str
    kind: LeaveKind | None
    starts_at: datetime
    ends_at: datetime
    reason: str | None
    status: RequestStatus
    asked_at: datetime
    decided_at: datetime | None
    decided_by_name: str | None
    may: list[Deciding] = Field(description="what the reader may do with it now")


class TurnOut(BaseModel):
    """Somebody's turn on a shift; `starts_at` and `ends_at` are null when the rota no longer has that shift."""

    on: date
    starts: time
    ends: time | None
    starts_at: datetime | None
    ends_at: datetime | None


class SwapOut(BaseModel):
    """`asker` gives `turn` to `taker`, and gets `return_turn` for it if there is one."""

    id: UUID
    squad_code: str
    asker_id: UUID
    asker_name: str
    turn: TurnOut
    taker_id: UUID
    taker_name: str
    return_turn: TurnOut | None
    reason: str
    status: RequestStatus
    asked_at: datetime
    decided_at: datetime | None
    decided_by_name: str | None
    may: list[Deciding]
    conflicts: list[str] = Field(description="why it cannot be approved as things stand, in the reader's language")


class RotaMember(BaseModel):
    id: UUID
    name: str
    leads: bool
    since: date
    until: date | None


class Rota(BaseModel):
    """A squad's rota from one local day to another, both included."""

    code: str
    name: str
    first: date
    last: date
    may_plan: bool
    members: list[RotaMember]
    pattern: list[PatternShift]
    shifts: list[ShiftOut]
    leaves: list[LeaveOut]
    swaps: list[SwapOut]


class WeeklyShiftIn(Wire):
    weekday: int = Field(ge=0, le=6)
    starts: ShiftTime
    ends: ShiftTime


class PatternIn(Wire):
    starts_on: RotaDay
    shifts: list[WeeklyShiftIn] = Field(max_length=42)


class PatternSaved(BaseModel):
    pattern: list[PatternShift]
    turns_dropped: int = Field(description="turns of shifts that are no longer in the pattern")


class ShiftIn(Wire):
    """What is to be different about one shift; what is left out stays. `kind` pattern takes an exception back."""

    kind: ShiftKind | None = None
    ends: ShiftTime | None = None
    reason: Reason = ""
    members: list[UUID] | None = Field(default=None, max_length=100, description="empty: the whole squad's")


class TurnIn(Wire):
    on: RotaDay
    starts: ShiftTime


class SwapIn(Wire):
    turn: TurnIn
    taker_id: UUID
    return_turn: TurnIn | None = None
    reason: Reason = ""


class LeaveIn(Wire):
    kind: LeaveKind
    starts_at: PhoneTime
    ends_at: PhoneTime
    reason: Reason = ""


class DecisionIn(Wire):
    decision: Deciding


class StatusIn(Wire):
    status: str = Field(max_length=32, description="a code of /api/duty/statuses")


class MyTurn(BaseModel):
    squad_code: str
    squad_name: str
    shift: ShiftOut
    mine: bool = Field(description="false: the shift is the whole squad's, nobody is put on it by name")


class MyDuty(BaseModel):
    """What a member needs of duty on the phone: now, my next two weeks, my requests, and those that wait for me."""

    squad: MySquad | None
    statuses: list[DutyStatusOut]
    turns: list[MyTurn]
    leaves: list[LeaveOut]
    swaps: list[SwapOut]
    to_decide_leaves: list[LeaveOut]
    to_decide_swaps: list[SwapOut]


class CandidateDuty(BaseModel):
    """A squad in the answer to "who is on duty for this grid and matter at this time?"."""

    code: str
    name: str
    unit_name: str
    kind: SquadKind
    on_duty: bool
    until: datetime | None
    has_jurisdiction: bool | None
    can_do: bool | None
    suits: bool = Field(description="on duty, responsible for the grid, and does the matter")
    reasons: list[str] = Field(description="why it does not suit, in the reader's language")
    members: list[DutyMember] = Field(description="those on duty; empty for squads outside the reader's scope")
