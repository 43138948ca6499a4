"""The one clock: aware UTC for everything stored, Asia/Shanghai for everything that follows the working day."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated

from fastapi import Depends, Request

# China keeps one zone without daylight saving since 1992, so a fixed offset is exact and needs no zone files.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")


def utc_now() -> datetime:
    return datetime.now(UTC)


def local_date(at: datetime) -> date:
    """The day in China on which an aware moment falls; the net, posts and duty change at its midnight."""
    return at.astimezone(SHANGHAI).date()


def request_time(request: Request) -> datetime:
    """The moment that counts for this request; tests set `app.state.clock`."""
    at: datetime = request.app.state.clock()
    return at


Now = Annotated[datetime, Depends(request_time)]


def phone_time(request: Request) -> datetime | None:
    """What the phone's clock showed when it sent this (header `Suozi-Phone-Time`, ISO 8601 with offset), if it said so.

    It serves only to compare clocks, so nonsense is taken for nothing said: no report is refused for it.
    """
    try:
        said = datetime.fromisoformat(request.headers.get("suozi-phone-time", ""))
    except ValueError:
        return None
    return said if said.tzinfo and 1970 < said.year < 2100 else None


PhoneNow = Annotated[datetime | None, Depends(phone_time)]
