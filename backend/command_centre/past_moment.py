"""The moment of the past that an address names."""

from datetime import datetime
from typing import Annotated

from fastapi import Depends, Query

from backend.clock import Now
from backend.errors import Malformed, Say


def past_moment(
    at: Annotated[datetime, Query(description="ISO 8601 with offset, not in the future")], now: Now
) -> datetime:
    """Raises Malformed for one without an offset, or that has not come yet."""
    if at.tzinfo is None or not 1970 <= at.year <= 2100:
        raise Malformed.at(
            "at", "malformed", Say("时间要写明时区，例如 2026-11-20T08:00:00+08:00", "Give the time with its offset")
        )
    if at > now:
        raise Malformed.at("at", "not_in_range", Say("这个时间还没有到", "This moment has not come yet"))
    return at


PastMoment = Annotated[datetime, Depends(past_moment)]
