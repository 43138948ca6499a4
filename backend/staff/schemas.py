"""What crosses the wire about people: signing in, and who I am."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from backend.permissions import Permission, Role
from backend.staff.models import Duty
from backend.wire import Wire


class SignInRequest(Wire):
    phone: str = Field(min_length=3, max_length=20, description="phone number, the login name")
    password: str = Field(min_length=1, max_length=200)


class PostOut(BaseModel):
    role: Role
    duty: Duty | None
    grid_code: str | None
    grid_name: str | None
    squad_code: str | None
    unit_name: str | None


class MySquad(BaseModel):
    code: str
    name: str
    leads: bool
    on_duty: bool
    off_duty_at: datetime | None = Field(description="end of the present shift")


class Me(BaseModel):
    """Who I am: my roles, what they let me do, where, and in which squad."""

    id: UUID
    county: str
    county_name: str
    name: str
    phone_masked: str
    roles: list[Role]
    permissions: list[Permission]
    posts: list[PostOut]
    squad: MySquad | None
    server_time: datetime
