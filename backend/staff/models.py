"""People and their posts, units, squads with jurisdiction, rota and duty, and sign-in sessions."""

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, ForeignKeyConstraint, String, UniqueConstraint
from sqlmodel import Field, Index, SQLModel

from backend.database import SRID, TIMESTAMP, choice
from backend.permissions import Role


class UnitKind(StrEnum):
    COMMAND_CENTRE = "command_centre"
    SUPERVISION_CENTRE = "supervision_centre"
    DEPARTMENT = "department"
    TOWN = "town"


class SquadKind(StrEnum):
    ALL_ROUND = "all_round"
    DEPARTMENT = "department"


class Duty(StrEnum):
    """一长五员, the six duties of a grid team, and 网格指导员, who guides it."""

    GRID_INSTRUCTOR = "grid_instructor"
    GRID_CHIEF = "grid_chief"
    GRID_WORKER = "grid_worker"
    DUTY_INSPECTOR = "duty_inspector"
    DUTY_INFO = "duty_info"
    DUTY_LIAISON = "duty_liaison"
    DUTY_PATROL = "duty_patrol"


class Engagement(StrEnum):
    FULL_TIME = "full_time"
    PART_TIME = "part_time"


class Unit(SQLModel, table=True):
    __tablename__ = "unit"

    county: str = Field(primary_key=True, max_length=6)
    code: str = Field(primary_key=True, max_length=32)
    name: str
    kind: UnitKind = Field(sa_type=choice(UnitKind))


class Staff(SQLModel, table=True):
    """A person. The phone number is the login name, unique over all counties.

    `home_unit_code` is the organisation that employs them; where they are posted stands on the post. `keeper_path` is the
    grid (path) whose administrators entered them, and keep them while they have no post. `initials` are those of the
    name's pinyin, for search and order. From the day after `left_on` they are gone. `version` counts the changes made
    here to the person and their posts.
    """

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("phone"),)

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    version: int = 1
    name: str
    initials: str = ""
    phone: str = Field(max_length=20)
    home_unit_code: str | None = None
    keeper_path: str | None = None
    password_hash: str | None = None
    must_change_password: bool = False
    left_on: date | None = None
    active: bool = True
    failed_sign_ins: int = 0
    next_sign_in_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class Post(SQLModel, table=True):
    """A role held by a person from `starts_on` to `ends_on` (both included): over a grid (its path), in a squad or unit."""

    __tablename__ = "post"
    __table_args__ = (
        ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),
        Index("ix_post_county_staff_id", "county", "staff_id"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    staff_id: UUID
    role: Role = Field(sa_type=choice(Role))
    duty: Duty | None = Field(default=None, sa_type=choice(Duty))
    engagement: Engagement | None = Field(default=None, sa_type=choice(Engagement))
    grid_path: str | None = None
    squad_code: str | None = None
    unit_code: str | None = None
    starts_on: date
    ends_on: date | None = None


class Squad(SQLModel, table=True):
    """A unit's team. `capabilities` are matter codes, major codes such as `E01`, or `*` for everything."""

    __tablename__ = "squad"
    __table_args__ = (ForeignKeyConstraint(["county", "unit_code"], ["unit.county", "unit.code"]),)

    county: str = Field(primary_key=True, max_length=6)
    code: str = Field(primary_key=True, max_length=32)
    name: str
    unit_code: str
    kind: SquadKind = Field(sa_type=choice(SquadKind))
    capabilities: list[str] = Field(sa_type=ARRAY(String))


class SquadJurisdiction(SQLModel, table=True):
    """One grid (by path) for which a squad is responsible, with everything below it."""

    __tablename__ = "squad_jurisdiction"
    __table_args__ = (ForeignKeyConstraint(["county", "squad_code"], ["squad.county", "squad.code"]),)

    county: str = Field(primary_key=True, max_length=6)
    squad_code: str = Field(primary_key=True)
    grid_path: str = Field(primary_key=True)


class RotaShift(SQLModel, table=True):
    """A weekly shift of a squad in local time (Asia/Shanghai). `ends` <= `starts` means that it crosses midnight.

    The pattern holds for shifts that begin on a local day from `starts_on` to `ends_on` (both included).
    """

    __tablename__ = "rota_shift"
    __table_args__ = (ForeignKeyConstraint(["county", "squad_code"], ["squad.county", "squad.code"]),)

    county: str = Field(primary_key=True, max_length=6)
    squad_code: str = Field(primary_key=True)
    weekday: int = Field(primary_key=True)
    starts: time = Field(primary_key=True)
    starts_on: date = Field(primary_key=True)
    ends: time
    ends_on: date | None = None


class ShiftChangeKind(StrEnum):
    ADDED = "added"
    CANCELLED = "cancelled"


class ShiftChange(SQLModel, table=True):
    """One dated exception to a squad's weekly pattern: a shift more, or the one that begins then cancelled."""

    __tablename__ = "shift_change"
    __table_args__ = (ForeignKeyConstraint(["county", "squad_code"], ["squad.county", "squad.code"]),)

    county: str = Field(primary_key=True, max_length=6)
    squad_code: str = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    starts: time = Field(primary_key=True)
    kind: ShiftChangeKind = Field(sa_type=choice(ShiftChangeKind))
    ends: time | None = None
    reason: str


class DutyTurn(SQLModel, table=True):
    """A member put on one dated shift of their squad. A shift without turns is everybody's."""

    __tablename__ = "duty_turn"
    __table_args__ = (
        ForeignKeyConstraint(["county", "squad_code"], ["squad.county", "squad.code"]),
        ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),
        Index("ix_duty_turn_county_staff_id", "county", "staff_id", "on_day"),
    )

    county: str = Field(primary_key=True, max_length=6)
    squad_code: str = Field(primary_key=True)
    on_day: date = Field(primary_key=True)
    starts: time = Field(primary_key=True)
    staff_id: UUID = Field(primary_key=True)


class RequestStatus(StrEnum):
    """Of a swap or a leave: asked by the person, agreed by the colleague (swaps), decided by the squad leader."""

    ASKED = "asked"
    AGREED = "agreed"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class DutySwap(SQLModel, table=True):
    """`asker` gives one turn to `taker`, and takes one of the taker's in return when `taker_day` is set."""

    __tablename__ = "duty_swap"
    __table_args__ = (
        ForeignKeyConstraint(["county", "squad_code"], ["squad.county", "squad.code"]),
        ForeignKeyConstraint(["county", "asker_id"], ["staff.county", "staff.id"]),
        ForeignKeyConstraint(["county", "taker_id"], ["staff.county", "staff.id"]),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    squad_code: str
    asker_id: UUID
    asker_day: date
    asker_starts: time
    taker_id: UUID
    taker_day: date | None = None
    taker_starts: time | None = None
    reason: str
    status: RequestStatus = Field(sa_type=choice(RequestStatus))
    asked_at: datetime = Field(sa_type=TIMESTAMP)
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    decided_by: UUID | None = None


class LeaveKind(StrEnum):
    ANNUAL = "annual"
    SICK = "sick"
    PERSONAL = "personal"
    OFFICIAL = "official"


class StaffLeave(SQLModel, table=True):
    """Time for which a person is away; only an approved leave takes them off duty."""

    __tablename__ = "staff_leave"
    __table_args__ = (
        ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),
        Index("ix_staff_leave_county_staff_id", "county", "staff_id", "starts_at"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    staff_id: UUID
    kind: LeaveKind = Field(sa_type=choice(LeaveKind))
    starts_at: datetime = Field(sa_type=TIMESTAMP)
    ends_at: datetime = Field(sa_type=TIMESTAMP)
    reason: str
    status: RequestStatus = Field(sa_type=choice(RequestStatus))
    asked_at: datetime = Field(sa_type=TIMESTAMP)
    decided_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    decided_by: UUID | None = None


class BaseStatus(StrEnum):
    """The few states that routing understands; every status of a county maps to one of them."""

    AVAILABLE = "available"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    BUSY = "busy"
    OFF_DUTY = "off_duty"


class DutyStatus(SQLModel, table=True):
    """A status as the county words it, on its base."""

    __tablename__ = "duty_status"

    county: str = Field(primary_key=True, max_length=6)
    code: str = Field(primary_key=True, max_length=32)
    position: int
    name_zh: str
    name_en: str
    base: BaseStatus = Field(sa_type=choice(BaseStatus))


class DutyState(SQLModel, table=True):
    """What a member last said of themselves. One row per person, overwritten: it is readiness, not an attendance record."""

    __tablename__ = "duty_state"
    __table_args__ = (
        ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),
        ForeignKeyConstraint(["county", "status_code"], ["duty_status.county", "duty_status.code"]),
    )

    county: str = Field(primary_key=True, max_length=6)
    staff_id: UUID = Field(primary_key=True)
    status_code: str
    since_at: datetime = Field(sa_type=TIMESTAMP)


class LatestPosition(SQLModel, table=True):
    """Where a person last was, as far as they told it in their work. One row per person, overwritten, never a track."""

    __tablename__ = "latest_position"
    __table_args__ = (ForeignKeyConstraint(["county", "staff_id"], ["staff.county", "staff.id"]),)

    county: str = Field(primary_key=True, max_length=6)
    staff_id: UUID = Field(primary_key=True)
    at: datetime = Field(sa_type=TIMESTAMP)
    place: Any = Field(sa_type=Geometry("POINT", srid=SRID, spatial_index=False), nullable=False)
    accuracy_m: float | None = None


class SignIn(SQLModel, table=True):
    """A session: only the hash of its token is kept, so that a stolen database opens nothing."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_county_staff_id", "county", "staff_id"),)

    token_hash: str = Field(primary_key=True, max_length=64)
    county: str = Field(max_length=6)
    staff_id: UUID
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
