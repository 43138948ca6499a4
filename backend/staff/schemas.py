"""What crosses the wire about people: signing in, and who I am."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from backend.permissions import Permission, Role
from backend.staff.models import Duty
from backend.staff.schemas_duty import MySquad
from backend.wire import Wire


class SignInRequest(Wire):
    phone: str = Field(min_length=3, max_length=20, description="phone number, the login name")
    password: str = Field(min_length=1, max_length=200)


class PasswordChange(Wire):
    old: str = Field(min_length=1, max_length=200)
    new: str = Field(min_length=1, max_length=200, description="at least 8 characters, not easily guessed")


class PostOut(BaseModel):
    role: Role
    duty: Duty | None
    grid_code: str | None
    grid_name: str | None
    squad_code: str | None
    unit_name: str | None


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
    must_change_password: bool = Field(
        description="signed in with a one-time password: only PUT /api/me/password works"
    )
    send_originals: bool = Field(description="photos are wanted also as the camera made them, once there is Wi-Fi")
    server_time: datetime
