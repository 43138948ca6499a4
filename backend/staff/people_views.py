"""People as those who keep or look up staff are shown them: rows turned into what crosses the wire."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from backend.permissions import Actor, Permission
from backend.staff.models import Post, Staff
from backend.staff.people_posts import Reach, grid_code_of, is_over, is_present, may_be_changed
from backend.staff.phones import masked
from backend.staff.queries import squad_names, unit_names
from backend.staff.queries_people import grid_names_ever, posts_by_person, reach_of
from backend.staff.schemas_people import StaffDetail, StaffPostOut, StaffSummary


async def summaries(
    session: AsyncSession, actor: Actor, reach: Reach, people: Sequence[Staff], today: date
) -> list[StaffSummary]:
    """These people, who must be visible from this reach, with the posts that lie in it and are not over."""
    names = await _Names.read(session, actor.county)
    posts = await posts_by_person(session, actor.county, [person.id for person in people])
    shown = {
        person.id: [post for post in posts[person.id] if reach.touches(post) and not is_over(post, today)]
        for person in people
    }
    await names.read_grids(session, [post for own in shown.values() for post in own])
    keeping = await reach_of(session, actor, Permission.MANAGE_STAFF)
    return [_summary(person, shown[person.id], names, keeping, today) for person in people]


async def detail(session: AsyncSession, actor: Actor, reach: Reach, person: Staff, today: date) -> StaffDetail:
    """One person whole, as far as the asker's scope goes."""
    names = await _Names.read(session, actor.county)
    own = (await posts_by_person(session, actor.county, [person.id]))[person.id]
    shown = [post for post in own if reach.touches(post)]
    await names.read_grids(session, shown)
    keeping = await reach_of(session, actor, Permission.MANAGE_STAFF)
    return StaffDetail(
        **_summary(person, shown, names, keeping, today).model_dump(),
        version=person.version,
        phone=person.phone if actor.may(Permission.MANAGE_STAFF) else None,
        changeable=actor.may(Permission.MANAGE_STAFF) and may_be_changed(own, keeping, today),
        posts_elsewhere=sum(not reach.touches(post) and not is_over(post, today) for post in own),
        must_change_password=person.must_change_password,
    )


async def shown_posts(session: AsyncSession, actor: Actor, posts: Sequence[Post]) -> list[StaffPostOut]:
    """These posts with the names of their places."""
    names = await _Names.read(session, actor.county)
    await names.read_grids(session, posts)
    keeping = await reach_of(session, actor, Permission.MANAGE_STAFF)
    return [_post(post, names, keeping) for post in posts]


class _Names:
    """Names of everything that posts point to."""

    def __init__(self, county: str, squads: dict[str, str], units: dict[str, str]) -> None:
        self.county = county
        self.squads = squads
        self.units = units
        self.grids: dict[str, str] = {}

    @classmethod
    async def read(cls, session: AsyncSession, county: str) -> "_Names":
        return cls(county, await squad_names(session, county), await unit_names(session, county))

    async def read_grids(self, session: AsyncSession, posts: Sequence[Post]) -> None:
        codes = {code for post in posts if (code := grid_code_of(post))}
        self.grids = await grid_names_ever(session, self.county, codes)


def _summary(person: Staff, posts: Sequence[Post], names: _Names, keeping: Reach, today: date) -> StaffSummary:
    return StaffSummary(
        id=person.id,
        name=person.name,
        phone_masked=masked(person.phone),
        home_unit_code=person.home_unit_code,
        home_unit_name=names.units.get(person.home_unit_code or ""),
        posts=[_post(post, names, keeping) for post in posts],
        left_on=person.left_on,
        present=is_present(person, today),
        can_sign_in=person.password_hash is not None,
    )


def _post(post: Post, names: _Names, keeping: Reach) -> StaffPostOut:
    grid_code = grid_code_of(post)
    return StaffPostOut(
        id=post.id,
        role=post.role,
        duty=post.duty,
        engagement=post.engagement,
        grid_code=grid_code,
        grid_name=names.grids.get(grid_code or ""),
        squad_code=post.squad_code,
        squad_name=names.squads.get(post.squad_code or ""),
        unit_code=post.unit_code,
        unit_name=names.units.get(post.unit_code or ""),
        starts_on=post.starts_on,
        ends_on=post.ends_on,
        changeable=keeping.holds(post),
    )
