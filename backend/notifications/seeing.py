"""What came of a notification on its receiver's side: it has arrived, it was read. A repeat changes nothing."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.notifications.kinds import Channel, DeliveryState
from backend.notifications.models import Delivery, Notice, Notification
from backend.notifications.telling import or_now, publish_notice

_OUT = (DeliveryState.SENT, DeliveryState.DELIVERED)


async def mark_delivered(
    session: AsyncSession, county: str, staff_id: UUID, notice_ids: Collection[UUID], channel: Channel, at: datetime
) -> None:
    """These have reached a device of the person by this channel. What the person was not told is passed over."""
    ids = list(notice_ids)
    mine = _mine(Notification, county, staff_id, ids)
    await session.execute(update(Notification).where(*mine).values(delivered_at=or_now(Notification.delivered_at, at)))
    await session.execute(
        update(Delivery)
        .where(
            *_mine(Delivery, county, staff_id, ids),
            col(Delivery.channel) == channel,
            col(Delivery.state) == DeliveryState.SENT,
        )
        .values(state=DeliveryState.DELIVERED, delivered_at=at)
    )


async def mark_seen(
    session: AsyncSession, county: str, staff_id: UUID, notice_ids: Collection[UUID], at: datetime
) -> None:
    """The person has read these. What still waits to go out to them about it is not needed any more."""
    found = select(Notification).where(
        *_mine(Notification, county, staff_id, list(notice_ids)), col(Notification.seen_at).is_(None)
    )
    unseen = (await session.scalars(found.with_for_update())).all()
    if not unseen:
        return
    ids = [one.notice_id for one in unseen]
    for one in unseen:
        one.seen_at = at
        one.delivered_at = one.delivered_at or at
    its = _mine(Delivery, county, staff_id, ids)
    await session.execute(
        update(Delivery)
        .where(*its, col(Delivery.state).in_(_OUT), col(Delivery.channel) == Channel.IN_APP)
        .values(state=DeliveryState.SEEN, seen_at=at, delivered_at=or_now(Delivery.delivered_at, at))
    )
    await session.execute(
        update(Delivery)
        .where(*its, col(Delivery.state) == DeliveryState.QUEUED, col(Delivery.round) == 1)
        .values(state=DeliveryState.SKIPPED, reason="seen")
    )
    # Nobody else needs to be told because nobody has looked.
    await session.execute(
        update(Notice).where(col(Notice.county) == county, col(Notice.id).in_(ids)).values(next_step_at=None)
    )
    notices = await session.scalars(select(Notice).where(col(Notice.county) == county, col(Notice.id).in_(ids)))
    newest = max(notices, key=lambda notice: notice.at)
    # The person's other devices look at their list again; one message serves for all.
    await publish_notice(session, newest, [staff_id], at, seen=True)


async def unseen_ids(session: AsyncSession, county: str, staff_id: UUID, until: datetime) -> list[UUID]:
    """What the person has not read of all that came until then."""
    found = select(col(Notification.notice_id)).where(
        col(Notification.county) == county,
        col(Notification.staff_id) == staff_id,
        col(Notification.seen_at).is_(None),
        col(Notification.at) <= until,
    )
    return list(await session.scalars(found))


def _mine(
    table: type[Notification] | type[Delivery], county: str, staff_id: UUID, ids: list[UUID]
) -> tuple[ColumnElement[bool], ...]:
    return (col(table.county) == county, col(table.staff_id) == staff_id, col(table.notice_id).in_(ids))
