"""Who holds a post over a place, and how they are reached: around the clock or in working hours."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.permissions import Role
from backend.staff.models import Duty, Post, RequestStatus, Staff, StaffLeave, Unit, UnitKind
from backend.staff.queries import present_on


class AtPost(NamedTuple):
    """Somebody whose post covers the grid; those of a command centre take turns around the clock.

    `post_path` is the lowest grid over which they hold such a post.
    """

    staff_id: UUID
    around_the_clock: bool
    post_path: str


def is_away(at: datetime) -> ColumnElement[bool]:
    """Whether the person of the row is on approved leave at that moment."""
    return exists().where(
        col(StaffLeave.county) == col(Staff.county),
        col(StaffLeave.staff_id) == col(Staff.id),
        col(StaffLeave.status) == RequestStatus.APPROVED,
        col(StaffLeave.starts_at) <= at,
        col(StaffLeave.ends_at) > at,
    )


async def at_posts(
    session: AsyncSession,
    county: str,
    grid_path: str,
    at: datetime,
    *,
    roles: Collection[Role],
    duty: Duty | None = None,
) -> list[AtPost]:
    """Who holds one of these roles, or this duty, over the grid today, and is not on leave now."""
    today = local_date(at)
    wanted = (
        select(
            col(Staff.id),
            func.coalesce(func.bool_or(col(Unit.kind) == UnitKind.COMMAND_CENTRE), False),
            func.max(col(Post.grid_path)),
        )
        .join(Post, and_(col(Post.county) == col(Staff.county), col(Post.staff_id) == col(Staff.id)))
        .outerjoin(
            Unit,
            and_(
                col(Unit.county) == col(Staff.county),
                col(Unit.code) == func.coalesce(col(Post.unit_code), col(Staff.home_unit_code)),
            ),
        )
        .where(
            col(Staff.county) == county,
            present_on(today),
            col(Post.starts_on) <= today,
            or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= today),
            _covers(grid_path),
            ~is_away(at),
            col(Post.duty) == duty if duty else col(Post.role).in_(roles),
        )
        .group_by(col(Staff.id))
        .order_by(col(Staff.id))
    )
    return [AtPost(*row) for row in await session.execute(wanted)]


def _covers(grid_path: str) -> ColumnElement[bool]:
    """Posts over the grid at this path or over one that it lies in."""
    codes = grid_path.split("/")
    return col(Post.grid_path).in_(["/".join(codes[: n + 1]) for n in range(len(codes))])


def nearest(people: Collection[AtPost]) -> list[AtPost]:
    """Those with a post over the lowest of the grids: the village's own before the town's."""
    lowest = max((len(person.post_path) for person in people), default=0)
    return [person for person in people if len(person.post_path) == lowest]
