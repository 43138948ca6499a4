"""People and their posts, units, squads with jurisdiction and rota, and sign-in sessions."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKeyConstraint, String, UniqueConstraint
from sqlmodel import Field, Index, SQLModel

from backend.database import TIMESTAMP, choice
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
    """一长五员: the six duties of a grid team."""

    GRID_CHIEF = "grid_chief"
    GRID_WORKER = "grid_worker"
    DUTY_INSPECTOR = "duty_inspector"
    DUTY_INFO = "duty_info"
    DUTY_LIAISON = "duty_liaison"
    DUTY_PATROL = "duty_patrol"


class Unit(SQLModel, table=True):
    __tablename__ = "unit"

    county: str = Field(primary_key=True, max_length=6)
    code: str = Field(primary_key=True, max_length=32)
    name: str
    kind: UnitKind = Field(sa_type=choice(UnitKind))


class Staff(SQLModel, table=True):
    """A person. The phone number is the login name, unique over all counties."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("phone"),)

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    name: str
    phone: str = Field(max_length=20)
    password_hash: str | None = None
    active: bool = True
    failed_sign_ins: int = 0
    next_sign_in_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)


class Post(SQLModel, table=True):
    """A role held by a person from one date to another: over a grid (its path), in a squad, or in a unit."""

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
    """A weekly shift of a squad in local time (Asia/Shanghai). `ends` <= `starts` means that it crosses midnight."""

    __tablename__ = "rota_shift"
    __table_args__ = (ForeignKeyConstraint(["county", "squad_code"], ["squad.county", "squad.code"]),)

    county: str = Field(primary_key=True, max_length=6)
    squad_code: str = Field(primary_key=True)
    weekday: int = Field(primary_key=True)
    starts: time = Field(primary_key=True)
    ends: time


class SignIn(SQLModel, table=True):
    """A session: only the hash of its token is kept, so that a stolen database opens nothing."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_county_staff_id", "county", "staff_id"),)

    token_hash: str = Field(primary_key=True, max_length=64)
    county: str = Field(max_length=6)
    staff_id: UUID
    created_at: datetime = Field(sa_type=TIMESTAMP)
    expires_at: datetime = Field(sa_type=TIMESTAMP)
