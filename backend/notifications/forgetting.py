"""Notices are kept for half a year, long enough to say who was told of what; then they go, with all that hangs on them."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.notifications.models import Delivery, Notice, Notification, PushSubscription
from backend.staff.models import SignIn

KEPT_FOR = timedelta(days=180)


async def forget_told(session: AsyncSession, at: datetime) -> None:
    """Forget what is older, and browsers whose session is over."""
    old = select(col(Notice.county), col(Notice.id)).where(col(Notice.at) < at - KEPT_FOR)
    for table in (Delivery, Notification):
        await session.execute(delete(table).where(tuple_(col(table.county), col(table.notice_id)).in_(old)))
    over = ~exists().where(col(SignIn.token_hash) == col(PushSubscription.token_hash), col(SignIn.expires_at) > at)
    await session.execute(delete(PushSubscription).where(over))
    await session.execute(delete(Notice).where(col(Notice.at) < at - KEPT_FOR))
