"""A staff-day worked out from its fixes, in the background, and again whenever something of it arrives late."""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from backend.patrols.models import Patrol, StaffDayWanted

# While a patrol runs its day is worked out at most this often.
WHILE_RUNNING = timedelta(minutes=2)


async def derive_later(session: AsyncSession, patrol: Patrol, at: datetime) -> None:
    """The patrol's staff-day is to be worked out; at once when the patrol has ended."""
    due_at = at if patrol.ended_at else at + WHILE_RUNNING
    row = insert(StaffDayWanted).values(
        county=patrol.county, staff_id=patrol.staff_id, on_day=patrol.on_day, due_at=due_at
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["county", "staff_id", "on_day"],
            set_={
                "wanted": StaffDayWanted.wanted + 1,
                "due_at": func.least(StaffDayWanted.due_at, row.excluded.due_at),
            },
        )
    )
