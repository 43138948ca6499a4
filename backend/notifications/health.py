"""How a channel is doing: when it last worked, and since when and why it does not."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.notifications.channels.outcome import Outcome, Result
from backend.notifications.kinds import Channel
from backend.notifications.models import ChannelHealth

# That it still works need not be written down for every message.
_FRESH = timedelta(seconds=30)
# These say something of one receiver, or of us, and nothing of the channel.
_OF_THE_RECEIVER = frozenset({"no_address", "budget", "no_template", "not_set_up"})


async def note_outcome(
    session: AsyncSession, county: str, channel: Channel, robot_id: UUID | None, outcome: Outcome, at: datetime
) -> None:
    """Remember what an attempt says about its channel."""
    if outcome.result == Result.GONE or outcome.reason in _OF_THE_RECEIVER:
        return
    key = str(robot_id) if robot_id else ""
    row = await session.get(ChannelHealth, (county, channel, key))
    well = outcome.result == Result.SENT
    if row and well and row.failing_since is None and row.well_at and at - row.well_at < _FRESH:
        return
    found = insert(ChannelHealth).values(
        county=county,
        channel=channel,
        key=key,
        well_at=at if well else None,
        failing_since=None if well else at,
        reason=outcome.reason,
        said=outcome.said,
    )
    if well:
        changed = {"well_at": at, "failing_since": None, "reason": "", "said": ""}
    else:
        since = row.failing_since if row and row.failing_since else at
        changed = {"failing_since": since, "reason": outcome.reason, "said": outcome.said}
    keys = [col(ChannelHealth.county), col(ChannelHealth.channel), col(ChannelHealth.key)]
    await session.execute(found.on_conflict_do_update(index_elements=keys, set_=changed))
