"""What somebody was told about cases that they may see, and who was told about a case."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case, CaseEvent
from backend.cases.queries import visible_to
from backend.notifications.models import Delivery, Notice, Notification
from backend.permissions import Actor

LISTED_FOR = timedelta(days=30)

_ITS_NOTICE = and_(col(Notice.county) == col(Notification.county), col(Notice.id) == col(Notification.notice_id))


class Told(NamedTuple):
    """`event` is the step that it tells of; None for what no step has caused."""

    notification: Notification
    notice: Notice
    event: CaseEvent | None


async def told_to(
    session: AsyncSession,
    actor: Actor,
    at: datetime,
    *,
    unseen: bool,
    start: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Told]:
    """What the actor was told in the last 30 days, newest first, about cases that they still may see."""
    its_step = and_(
        col(CaseEvent.county) == col(Notice.county),
        col(CaseEvent.case_id) == col(Notice.case_id),
        col(CaseEvent.id) == col(Notice.cause_id),
    )
    wanted = _mine(select(Notification, Notice, CaseEvent), actor, at).outerjoin(CaseEvent, its_step)
    if unseen:
        wanted = wanted.where(col(Notification.seen_at).is_(None))
    if start:
        wanted = wanted.where(tuple_(col(Notification.at), col(Notification.notice_id)) < tuple_(*start))
    order = (col(Notification.at).desc(), col(Notification.notice_id).desc())
    return [Told(*row) for row in await session.execute(wanted.order_by(*order).limit(limit))]


async def unseen_count(session: AsyncSession, actor: Actor, at: datetime) -> int:
    wanted = _mine(select(func.count()).select_from(Notification), actor, at)
    return await session.scalar(wanted.where(col(Notification.seen_at).is_(None))) or 0


def _mine(wanted: Any, actor: Actor, at: datetime) -> Any:
    its_case = and_(col(Case.county) == col(Notice.county), col(Case.id) == col(Notice.case_id))
    return (
        wanted.join(Notice, _ITS_NOTICE)
        .join(Case, its_case)
        .where(
            col(Notification.county) == actor.county,
            col(Notification.staff_id) == actor.staff_id,
            col(Notification.at) > at - LISTED_FOR,
            visible_to(actor),
        )
    )


class Reach(NamedTuple):
    """A notice with everybody who was told and every message that went out for it."""

    notice: Notice
    notifications: Sequence[Notification]
    deliveries: Sequence[Delivery]


async def reach_of(session: AsyncSession, county: str, case_id: UUID) -> list[Reach]:
    """Of each notice about the case, oldest first."""
    found = select(Notice).where(col(Notice.county) == county, col(Notice.case_id) == case_id)
    notices = (await session.scalars(found.order_by(col(Notice.at), col(Notice.id)))).all()
    ids = [notice.id for notice in notices]
    people: dict[UUID, list[Notification]] = defaultdict(list)
    told = select(Notification).where(col(Notification.county) == county, col(Notification.notice_id).in_(ids))
    for one in await session.scalars(told.order_by(col(Notification.at), col(Notification.staff_id))):
        people[one.notice_id].append(one)
    sent: dict[UUID, list[Delivery]] = defaultdict(list)
    went = select(Delivery).where(col(Delivery.county) == county, col(Delivery.notice_id).in_(ids))
    for row in await session.scalars(went.order_by(col(Delivery.queued_at), col(Delivery.id))):
        sent[row.notice_id].append(row)
    return [Reach(notice, people[notice.id], sent[notice.id]) for notice in notices]
