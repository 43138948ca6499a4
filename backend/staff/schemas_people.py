"""What crosses the wire about people and their posts, as administrators keep them. Signing in is in schemas.py."""

import unicodedata
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from backend.permissions import Role
from backend.staff.models import Duty, Engagement, UnitKind
from backend.wire import Wire


def _plausible(day: date) -> date:
    if not 1970 <= day.year <= 2100:
        raise ValueError("the year must lie between 1970 and 2100")
    return day


def _visible(text: str) -> str:
    # A name must read as it is written: no control characters, no signs that turn the direction of writing.
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"} for letter in text):
        raise ValueError("there are invisible characters")
    return text


LocalDay = Annotated[date, AfterValidator(_plausible), Field(description="a day in Asia/Shanghai")]
GridCode = Annotated[str, Field(min_length=1, max_length=15)]
Code = Annotated[str, Field(min_length=1, max_length=32)]
PersonName = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_visible)]


class Standing(StrEnum):
    """Whether somebody is still here: `left` from the day after their last."""

    PRESENT = "present"
    LEFT = "left"


class StaffPostIn(Wire):
    """A post. Field roles need a grid (worker: a village or below), squad roles a squad."""

    id: UUID
    role: Role
    duty: Duty | None = None
    engagement: Engagement | None = None
    grid_code: GridCode | None = None
    squad_code: Code | None = None
    unit_code: Code | None = None
    starts_on: LocalDay
    ends_on: LocalDay | None = Field(default=None, description="the last day; none: until further notice")


class StaffIn(Wire):
    """A person whole. Posts that are left out end: those that have begun yesterday, the others never begin.

    Posts that are over need not be sent. `version` is the one that was read; none for a new person.
    """

    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    name: PersonName
    phone: Annotated[str, Field(min_length=1, max_length=30)] = Field(description="mobile number, the login name")
    home_unit_code: Code | None = None
    posts: Annotated[list[StaffPostIn], Field(max_length=200)]


class StaffPostOut(BaseModel):
    id: UUID
    role: Role
    duty: Duty | None
    engagement: Engagement | None
    grid_code: str | None
    grid_name: str | None
    squad_code: str | None
    squad_name: str | None
    unit_code: str | None
    unit_name: str | None
    starts_on: date
    ends_on: date | None
    changeable: bool = Field(description="whether the asker may change it")


class StaffSummary(BaseModel):
    """A person as a row of the list, with the posts in the asker's scope that are not over."""

    id: UUID
    name: str
    phone_masked: str
    home_unit_code: str | None
    home_unit_name: str | None
    posts: list[StaffPostOut]
    left_on: date | None = Field(description="the last day, also when it is still to come")
    present: bool
    can_sign_in: bool = Field(description="has a password")


class StaffPage(BaseModel):
    items: list[StaffSummary]
    next_cursor: str | None
    total: int = Field(description="how many there are on all pages")
    as_of: datetime


class StaffDetail(StaffSummary):
    """A person with every post in the asker's scope, those that are over too."""

    version: int
    phone: str | None = Field(description="in full for those who keep staff")
    changeable: bool = Field(description="whether the asker may change name, phone and password, and let them leave")
    posts_elsewhere: int = Field(description="posts outside the asker's scope that are not over")
    must_change_password: bool


class OneTimePassword(BaseModel):
    """Shown once; it opens nothing but the choice of a password of one's own."""

    password: str


class UnitOut(BaseModel):
    code: str
    name: str
    kind: UnitKind


class StaffImportProblem(BaseModel):
    """One thing that keeps a file from being taken over. `row` counts as the file's own rows, from 1."""

    row: int | None
    column: str | None = Field(description="the column's title as in the template")
    value: str
    sentence: str
    what_to_do: str


class StaffImportOut(BaseModel):
    """What a file of people would change, or has changed when `applied`. Any problem, and nothing is taken over."""

    file_name: str
    sheet: str | None = Field(description="the sheet that was read, for workbooks")
    ignored_columns: list[str] = Field(description="titles that we do not know")
    rows: int = Field(description="rows with content below the titles")
    create: int = Field(description="people who are new")
    update: int = Field(description="people of whom something changes")
    unchanged: int
    problems: list[StaffImportProblem] = Field(description="at most 200, in the order of the rows")
    problem_count: int
    applied: bool
