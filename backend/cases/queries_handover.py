"""Every SELECT about what somebody who leaves has in their hands: posts, cases, turns and swaps."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case
from backend.cases.queries import GRID_OF_CASE, MATTER_OF_CASE, SQUAD_OF_CASE
from backend.cases.terms import OPEN_STATUSES
from backend.dispatch.models import OPEN_ASSIGNMENT, Assignment
from backend.grids.models import Grid
from backend.matters.models import Matter
from backend.permissions import Role
from backend.staff.models import Duty, DutySwap, DutyTurn, Post, Squad, Staff
from backend.staff.queries import present_on
from backend.staff.queries_rota import OPEN_REQUESTS


class CaseInHand(NamedTuple):
    """An open case as a line of the list of open work."""

    case: Case
    matter_name: str
    grid_name: str
    squad_name: str | None


def _in_hand() -> Select[Case, str, str, str]:
    return (
        select(Case, col(Matter.name), col(Grid.name), col(Squad.name))
        .join(Matter, MATTER_OF_CASE)
        .join(Grid, GRID_OF_CASE)
        .outerjoin(Squad, SQUAD_OF_CASE)
        .where(col(Case.status).in_(OPEN_STATUSES))
        .order_by(col(Case.due_at), col(Case.id))
    )


async def cases_handled_by(session: AsyncSession, county: str, staff_id: UUID) -> list[CaseInHand]:
    """Open cases that the person accepted and nobody has taken from them yet, soonest deadline first."""
    held = and_(col(Assignment.county) == col(Case.county), col(Assignment.case_id) == col(Case.id), OPEN_ASSIGNMENT)
    found = _in_hand().join(Assignment, held)
    rows = await session.execute(found.where(col(Case.county) == county, col(Assignment.handler_id) == staff_id))
    return [CaseInHand(case, matter, grid, squad) for case, matter, grid, squad in rows]


async def cases_reported_by(session: AsyncSession, county: str, staff_id: UUID) -> list[CaseInHand]:
    """Open cases that the person reported, soonest deadline first."""
    rows = await session.execute(_in_hand().where(col(Case.county) == county, col(Case.reporter_id) == staff_id))
    return [CaseInHand(case, matter, grid, squad) for case, matter, grid, squad in rows]


async def held_cases(session: AsyncSession, county: str, staff_id: UUID) -> list[tuple[Case, Assignment]]:
    """Cases in the person's hands with their assignments, each held until the transaction ends, in the order of ids."""
    rows = await session.execute(
        select(Case, Assignment)
        .join(Assignment, and_(col(Assignment.county) == col(Case.county), col(Assignment.case_id) == col(Case.id)))
        .where(
            col(Case.county) == county,
            OPEN_ASSIGNMENT,
            col(Assignment.handler_id) == staff_id,
            col(Case.status).in_(OPEN_STATUSES),
        )
        .order_by(col(Case.id))
        .with_for_update(of=[Case, Assignment])
    )
    return [(case, assignment) for case, assignment in rows]


async def turns_after(session: AsyncSession, county: str, staff_id: UUID, day: date) -> Sequence[DutyTurn]:
    """The person's turns that begin after this local day."""
    found = select(DutyTurn).where(
        col(DutyTurn.county) == county, col(DutyTurn.staff_id) == staff_id, col(DutyTurn.on_day) > day
    )
    return (await session.scalars(found.order_by(col(DutyTurn.on_day), col(DutyTurn.starts)))).all()


async def open_swaps_after(session: AsyncSession, county: str, staff_id: UUID, day: date) -> Sequence[DutySwap]:
    """Swaps not yet decided that would give the person a turn, or take one from them, after this local day."""
    found = select(DutySwap).where(
        col(DutySwap.county) == county,
        or_(col(DutySwap.asker_id) == staff_id, col(DutySwap.taker_id) == staff_id),
        col(DutySwap.status).in_(OPEN_REQUESTS),
        func.greatest(col(DutySwap.asker_day), func.coalesce(col(DutySwap.taker_day), col(DutySwap.asker_day))) > day,
    )
    return (await session.scalars(found.order_by(col(DutySwap.asker_day), col(DutySwap.id)))).all()


class PostHolder(NamedTuple):
    """Somebody who holds a post, as far as the question goes whether a place is still covered."""

    staff_id: UUID
    role: Role
    duty: Duty | None
    grid_path: str | None
    squad_code: str | None


async def holders_beside(session: AsyncSession, posts: Sequence[Post], day: date) -> list[PostHolder]:
    """Who else holds any post in the same grids and squads on a local day. The posts are one person's."""
    if not posts:
        return []
    found = (
        select(col(Post.staff_id), col(Post.role), col(Post.duty), col(Post.grid_path), col(Post.squad_code))
        .join(Staff, and_(col(Staff.county) == col(Post.county), col(Staff.id) == col(Post.staff_id)))
        .where(
            col(Post.county) == posts[0].county,
            col(Post.staff_id) != posts[0].staff_id,
            or_(
                col(Post.grid_path).in_([post.grid_path for post in posts if post.grid_path]),
                col(Post.squad_code).in_([post.squad_code for post in posts if post.squad_code]),
            ),
            col(Post.starts_on) <= day,
            or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= day),
            present_on(day),
        )
    )
    return [PostHolder(*row) for row in await session.execute(found)]
