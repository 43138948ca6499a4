"""Where people on patrol are now: told to those who may look, at most one message per second.

A position is told by NOTIFY with the person's id, and read from the table of latest positions when the message is made:
that row never moves backwards, so late fixes do not either.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.staff.positions import remember_position

CHANNEL = "suozi_positions"


async def tell_position(
    session: AsyncSession,
    *,
    county: str,
    staff_id: UUID,
    at: datetime,
    lng: float,
    lat: float,
    accuracy_m: float | None,
) -> None:
    """Keep it as the latest unless a later one is known, and wake those who watch when the transaction commits."""
    await remember_position(session, county, staff_id, at, lng, lat, accuracy_m)
    await wake_watchers(session, county, staff_id)


async def wake_watchers(session: AsyncSession, county: str, staff_id: UUID) -> None:
    """Something about this person's patrol has changed: where they are, or whether they are on patrol."""
    await session.execute(
        text("SELECT pg_notify(:channel, :whose)"), {"channel": CHANNEL, "whose": f"{county}/{staff_id}"}
    )
