"""What anybody who knows a case's code is told: its progress in plain steps, and no person, words or exact place."""

from datetime import datetime

from pydantic import BaseModel

from backend.cases.terms import Status


class FollowStep(BaseModel):
    status: Status
    at: datetime


class FollowedCase(BaseModel):
    code: str
    matter_name: str
    matter_icon: str
    village_name: str
    status: Status
    opened_at: datetime
    closed_at: datetime | None
    steps: list[FollowStep]
    as_of: datetime
