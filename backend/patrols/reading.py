"""Positions of our own phone as the API takes them: each by itself, so that one that cannot be believed costs no other."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, ValidationError

from backend.patrols.intake import Rejected
from backend.patrols.packing import NewFix
from backend.patrols.rules import AHEAD_ALLOWED
from backend.patrols.schemas import RejectedFix
from backend.wire import Lat, Lng, PhoneTime, Wire


class FixIn(Wire):
    """One position of our own phone."""

    at: PhoneTime
    lng: Lng
    lat: Lat
    accuracy_m: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    speed_mps: Annotated[float, Field(ge=0, le=1000)] | None = None
    heading_deg: Annotated[float, Field(ge=0, le=360)] | None = None
    altitude_m: Annotated[float, Field(ge=-1000, le=20_000)] | None = None
    battery: Annotated[float, Field(ge=0, le=1)] | None = None
    charging: bool | None = None
    mock: bool | None = None


def read_fixes(
    said: Sequence[dict[str, Any]], *, at: datetime, skew: timedelta, oldest: timedelta
) -> tuple[list[NewFix], list[Rejected], list[RejectedFix]]:
    """The believable ones; the others as they are kept apart, and as they are told to the phone.

    Reasons: `unreadable`, `nowhere` (0, 0), `clock` (in the future), `too_old`.
    """
    fixes, kept_apart, told = [], [], []
    for index, one in enumerate(said):
        fix = _fix(one)
        reason = "unreadable" if fix is None else _why_not(fix, at + skew, oldest)
        if fix is not None and reason is None:
            fixes.append(fix)
        else:
            kept_apart.append(Rejected(reason or "unreadable", json.dumps(one, ensure_ascii=False)))
            told.append(RejectedFix(index=index, reason=reason or "unreadable"))
    return fixes, kept_apart, told


def _fix(one: dict[str, Any]) -> NewFix | None:
    try:
        return NewFix(**FixIn.model_validate(one).model_dump())
    except ValidationError:
        return None


def _why_not(fix: NewFix, phone_at: datetime, oldest: timedelta) -> str | None:
    if fix.lng == 0 and fix.lat == 0:
        return "nowhere"
    if fix.at > phone_at + AHEAD_ALLOWED:
        return "clock"
    return "too_old" if fix.at < phone_at - oldest else None
