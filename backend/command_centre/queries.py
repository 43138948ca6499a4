"""Every SELECT of the operator's screen that is not one of the cases' own."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import NEVER, Case
from backend.cases.queries import in_status, is_open, visible_to
from backend.cases.queries_groups import Group, in_group
from backend.cases.terms import OPEN_STATUSES, Status
from backend.permissions import Actor

WAITS_FOR_US = or_(
    in_status(Status.PENDING_FILING, Status.PENDING_DISPATCH),
    col(Case.extension_asked_by).is_not(None),
    col(Case.suspension_asked_by).is_not(None),
    col(Case.void_asked_by).is_not(None),
)


async def board_case_ids(session: AsyncSession, actor: Actor, *, at: datetime, limit: int) -> list[UUID]:
    """Open cases in scope, those that wait for us first, then by deadline; and what ended lately."""
    by_due = func.coalesce(col(Case.due_at), NEVER)
    return list(
        await session.scalars(
            select(col(Case.id))
            .where(visible_to(actor), or_(is_open(), in_group(Group.ENDED, at)))
            .order_by(~WAITS_FOR_US, by_due, col(Case.id))
            .limit(limit)
        )
    )


async def open_counts(session: AsyncSession, actor: Actor) -> dict[Status, int]:
    rows = await session.execute(
        select(col(Case.status), func.count()).where(visible_to(actor), is_open()).group_by(col(Case.status))
    )
    found = dict(rows.all())
    return {status: found.get(status, 0) for status in Status if status in OPEN_STATUSES}
