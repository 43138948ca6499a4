"""Every SELECT of the operator's screen that is not one of the cases' own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case
from backend.cases.queries import visible_to
from backend.cases.terms import OPEN_STATUSES, Status
from backend.permissions import Actor

WAITS_FOR_US = or_(
    col(Case.status).in_((Status.PENDING_FILING, Status.PENDING_DISPATCH)),
    col(Case.extension_asked_by).is_not(None),
    col(Case.suspension_asked_by).is_not(None),
    col(Case.void_asked_by).is_not(None),
)


async def board_case_ids(session: AsyncSession, actor: Actor, *, closed_after: datetime, limit: int) -> list[UUID]:
    """Open cases in scope, those that wait for us first, then by deadline; and what ended since `closed_after`."""
    merged_lately = and_(col(Case.status) == Status.MERGED, col(Case.updated_at) > closed_after)
    ended_lately = or_(col(Case.closed_at) > closed_after, merged_lately)
    return list(
        await session.scalars(
            select(col(Case.id))
            .where(visible_to(actor), col(Case.status).in_(OPEN_STATUSES) | ended_lately)
            .order_by(~WAITS_FOR_US, col(Case.due_at).asc().nulls_last(), col(Case.id))
            .limit(limit)
        )
    )


async def open_counts(session: AsyncSession, actor: Actor) -> dict[Status, int]:
    rows = await session.execute(
        select(col(Case.status), func.count())
        .where(visible_to(actor), col(Case.status).in_(OPEN_STATUSES))
        .group_by(col(Case.status))
    )
    found = dict(rows.all())
    return {status: found.get(status, 0) for status in Status if status in OPEN_STATUSES}


async def overdue_count(session: AsyncSession, actor: Actor, at: datetime) -> int:
    return (
        await session.scalar(
            select(func.count()).where(visible_to(actor), col(Case.status).in_(OPEN_STATUSES), col(Case.due_at) < at)
        )
        or 0
    )
