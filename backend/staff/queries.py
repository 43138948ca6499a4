"""Every SELECT about people, posts, squads and rota."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import SHANGHAI
from backend.permissions import Actor, PostHeld
from backend.staff.models import Post, RotaShift, SignIn, Squad, SquadJurisdiction, Staff, Unit
from backend.staff.rota import Shift


async def staff_by_phone(session: AsyncSession, phone: str) -> Staff | None:
    return (await session.scalars(select(Staff).where(col(Staff.phone) == phone).with_for_update())).one_or_none()


async def posts_held(session: AsyncSession, county: str, staff_id: UUID, at: datetime) -> Sequence[Post]:
    """The person's posts that are valid on the local day of `at`."""
    today = at.astimezone(SHANGHAI).date()
    return (
        await session.scalars(
            select(Post)
            .where(
                col(Post.county) == county,
                col(Post.staff_id) == staff_id,
                col(Post.starts_on) <= today,
                or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= today),
            )
            .order_by(col(Post.id))
        )
    ).all()


async def actor_of_token(session: AsyncSession, token_hash: str, at: datetime) -> Actor | None:
    """Who a session token belongs to, with the posts of today; None if unknown, expired or no longer active."""
    staff = (
        await session.scalars(
            select(Staff)
            .join(
                SignIn,
                (col(SignIn.county) == col(Staff.county)) & (col(SignIn.staff_id) == col(Staff.id)),
            )
            .where(col(SignIn.token_hash) == token_hash, col(SignIn.expires_at) > at, col(Staff.active))
        )
    ).one_or_none()
    if staff is None:
        return None
    posts = await posts_held(session, staff.county, staff.id, at)
    held = tuple(PostHeld(post.role, post.grid_path, post.squad_code) for post in posts)
    return Actor(staff.county, staff.id, staff.name, held)


async def staff_of(session: AsyncSession, actor: Actor) -> Staff:
    return (
        await session.scalars(select(Staff).where(col(Staff.county) == actor.county, col(Staff.id) == actor.staff_id))
    ).one()


async def unit_names(session: AsyncSession, county: str) -> dict[str, str]:
    rows = await session.execute(select(col(Unit.code), col(Unit.name)).where(col(Unit.county) == county))
    return dict(rows.all())


async def squads(session: AsyncSession, county: str) -> Sequence[Squad]:
    return (await session.scalars(select(Squad).where(col(Squad.county) == county).order_by(col(Squad.code)))).all()


async def squad_names(session: AsyncSession, county: str) -> dict[str, str]:
    return {squad.code: squad.name for squad in await squads(session, county)}


async def shifts_by_squad(session: AsyncSession, county: str) -> dict[str, list[Shift]]:
    shifts: dict[str, list[Shift]] = defaultdict(list)
    for row in await session.scalars(select(RotaShift).where(col(RotaShift.county) == county)):
        shifts[row.squad_code].append(Shift(row.weekday, row.starts, row.ends))
    return shifts


async def jurisdiction_by_squad(session: AsyncSession, county: str) -> dict[str, list[str]]:
    """Grid paths for which each squad is responsible."""
    paths: dict[str, list[str]] = defaultdict(list)
    for row in await session.scalars(select(SquadJurisdiction).where(col(SquadJurisdiction.county) == county)):
        paths[row.squad_code].append(row.grid_path)
    return paths
