"""Every SELECT about people, posts, units and the names of squads. Rota and duty have files of their own."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.permissions import Actor, PostHeld
from backend.staff.models import Post, SignIn, Squad, SquadJurisdiction, Staff, Unit


async def staff_by_phone(session: AsyncSession, phone: str) -> Staff | None:
    return (await session.scalars(select(Staff).where(col(Staff.phone) == phone).with_for_update())).one_or_none()


def present_on(day: date) -> ColumnElement[bool]:
    """Who has not left by this local day; the last day itself still counts."""
    return and_(col(Staff.active), or_(col(Staff.left_on).is_(None), col(Staff.left_on) >= day))


async def posts_held(session: AsyncSession, county: str, staff_id: UUID, at: datetime) -> Sequence[Post]:
    """The person's posts that are valid on the local day of `at`."""
    today = local_date(at)
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
    """Who a session token belongs to, with the posts of today; None if unknown, expired or gone."""
    return (await actors_of_tokens(session, [token_hash], at)).get(token_hash)


async def actors_of_tokens(session: AsyncSession, tokens: Collection[str], at: datetime) -> dict[str, Actor]:
    """The same for many session tokens at once, by token; those that open nothing (any more) are missing."""
    today = local_date(at)
    signed_in = (
        select(col(SignIn.token_hash), Staff)
        .join(SignIn, (col(SignIn.county) == col(Staff.county)) & (col(SignIn.staff_id) == col(Staff.id)))
        .where(col(SignIn.token_hash).in_(tokens), col(SignIn.expires_at) > at, present_on(today))
    )
    staff: dict[str, Staff] = {row[0]: row[1] for row in await session.execute(signed_in)}
    if not staff:
        return {}
    people = {(person.county, person.id): person for person in staff.values()}
    posts: dict[tuple[str, UUID], list[Post]] = defaultdict(list)
    held = select(Post).where(
        tuple_(col(Post.county), col(Post.staff_id)).in_(people),
        col(Post.starts_on) <= today,
        or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= today),
    )
    for post in await session.scalars(held.order_by(col(Post.id))):
        posts[post.county, post.staff_id].append(post)
    grounds = await _grounds(
        session, {(p.county, p.squad_code) for each in posts.values() for p in each if p.squad_code}
    )
    actors = {key: _actor(person, posts[key], grounds) for key, person in people.items()}
    return {token: actors[person.county, person.id] for token, person in staff.items()}


async def _grounds(session: AsyncSession, squads_: Collection[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Paths for which each of these squads (county, code) is responsible."""
    grounds: dict[tuple[str, str], list[str]] = defaultdict(list)
    if squads_:
        serves = select(SquadJurisdiction).where(
            tuple_(col(SquadJurisdiction.county), col(SquadJurisdiction.squad_code)).in_(squads_)
        )
        for ground in await session.scalars(serves):
            grounds[ground.county, ground.squad_code].append(ground.grid_path)
    return grounds


def _actor(staff: Staff, posts: Sequence[Post], grounds: Mapping[tuple[str, str], Sequence[str]]) -> Actor:
    paths = {path for post in posts if post.squad_code for path in grounds.get((staff.county, post.squad_code), ())}
    return Actor(
        staff.county,
        staff.id,
        staff.name,
        tuple(PostHeld(post.role, post.grid_path, post.squad_code, post.duty) for post in posts),
        staff.must_change_password,
        tuple(sorted(paths)),
    )


async def actor_of(session: AsyncSession, staff: Staff, at: datetime) -> Actor:
    """A person with the posts that they hold on the local day of `at`."""
    posts = await posts_held(session, staff.county, staff.id, at)
    held = tuple(PostHeld(post.role, post.grid_path, post.squad_code, post.duty) for post in posts)
    squad_codes = {post.squad_code for post in posts if post.squad_code}
    return Actor(
        staff.county,
        staff.id,
        staff.name,
        held,
        staff.must_change_password,
        await _jurisdictions(session, staff.county, squad_codes) if squad_codes else (),
    )


async def _jurisdictions(session: AsyncSession, county: str, squad_codes: set[str]) -> tuple[str, ...]:
    paths = select(col(SquadJurisdiction.grid_path)).where(
        col(SquadJurisdiction.county) == county, col(SquadJurisdiction.squad_code).in_(squad_codes)
    )
    return tuple(await session.scalars(paths.distinct().order_by(col(SquadJurisdiction.grid_path))))


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


async def claiming_squad(
    session: AsyncSession, county: str, squad_codes: Iterable[str], grid_path: str
) -> Squad | None:
    """The first of these squads, by code, that is responsible for the grid at this path."""
    covering = func.starts_with(literal(f"{grid_path}/"), col(SquadJurisdiction.grid_path).op("||")("/"))
    found = (
        select(Squad)
        .join(
            SquadJurisdiction,
            and_(
                col(SquadJurisdiction.county) == col(Squad.county), col(SquadJurisdiction.squad_code) == col(Squad.code)
            ),
        )
        .where(col(Squad.county) == county, col(Squad.code).in_(list(squad_codes)), covering)
        .order_by(col(Squad.code))
        .limit(1)
    )
    return (await session.scalars(found)).one_or_none()


async def names_of_staff_in(session: AsyncSession, county: str, words: str) -> Sequence[str]:
    """The names of staff, present or past, that stand in these words."""
    found = select(col(Staff.name)).where(col(Staff.county) == county, func.strpos(words, col(Staff.name)) > 0)
    return (await session.scalars(found.distinct())).all()
