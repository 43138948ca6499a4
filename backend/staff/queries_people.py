"""Every SELECT about people as administrators keep them: who is visible from where, lists, and what posts may name."""

import base64
import binascii
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, not_, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from backend.errors import Malformed, NotFound, Say
from backend.grids.models import Grid, GridLevel
from backend.grids.queries import in_force
from backend.permissions import Actor, Permission, Role
from backend.staff.models import Duty, Post, Squad, SquadJurisdiction, Staff, Unit
from backend.staff.people_posts import GridSpan, Places, Reach, reach_over
from backend.staff.queries import present_on
from backend.staff.schemas_people import Standing

TAIL_DIGITS_SHOWN = 4
STAFFED_LEVELS = (GridLevel.VILLAGE, GridLevel.GRID, GridLevel.MICRO)


async def reach_of(session: AsyncSession, actor: Actor, permission: Permission) -> Reach:
    """Where the actor's posts with this permission reach."""
    return reach_over(actor.paths_for(permission), actor.county, await squad_jurisdictions(session, actor.county))


async def squad_jurisdictions(session: AsyncSession, county: str) -> dict[str, list[str]]:
    """Every squad with the paths it is responsible for; none for a squad that has no jurisdiction yet."""
    rows = await session.execute(
        select(col(Squad.code), col(SquadJurisdiction.grid_path))
        .outerjoin(
            SquadJurisdiction,
            and_(
                col(SquadJurisdiction.county) == col(Squad.county),
                col(SquadJurisdiction.squad_code) == col(Squad.code),
            ),
        )
        .where(col(Squad.county) == county)
    )
    parts: dict[str, list[str]] = defaultdict(list)
    for code, path in rows:
        parts[code] += [path] if path else []
    return parts


def _below(path: Mapped[str] | Mapped[str | None], paths: Iterable[str]) -> ColumnElement[bool]:
    """At one of these paths or below. Paths are digits and `/`, so LIKE needs no escaping."""
    return or_(false(), *(or_(path == own, path.like(f"{own}/%")) for own in paths))


def visible_to(county: str, reach: Reach) -> ColumnElement[bool]:
    """People with a post in reach, ever; and those without one who are kept from within reach."""
    in_reach = exists().where(
        col(Post.county) == col(Staff.county),
        col(Post.staff_id) == col(Staff.id),
        or_(_below(col(Post.grid_path), reach.paths), col(Post.squad_code).in_(reach.touched_squads)),
    )
    any_post = exists().where(col(Post.county) == col(Staff.county), col(Post.staff_id) == col(Staff.id))
    kept = and_(_below(col(Staff.keeper_path), reach.paths), not_(any_post))
    unkept = and_(col(Staff.keeper_path).is_(None), not_(any_post)) if county in reach.paths else false()
    return and_(col(Staff.county) == county, or_(in_reach, kept, unkept))


async def person_for(session: AsyncSession, county: str, reach: Reach, person_id: UUID, *, lock: bool = False) -> Staff:
    """The person if they are visible from this reach. Raises NotFound."""
    wanted = select(Staff).where(visible_to(county, reach), col(Staff.id) == person_id)
    if lock:
        wanted = wanted.with_for_update(of=Staff)
    person = (await session.scalars(wanted.execution_options(populate_existing=True))).one_or_none()
    if person is None:
        raise no_such_person()
    return person


async def people_for(session: AsyncSession, county: str, reach: Reach, ids: Collection[UUID]) -> Sequence[Staff]:
    """Those of these people who are visible from this reach, held until the transaction ends, in the order of ids."""
    wanted = select(Staff).where(visible_to(county, reach), col(Staff.id) == func.any(list(ids)))
    return (await session.scalars(wanted.order_by(col(Staff.id)).with_for_update(of=Staff))).all()


def no_such_person() -> NotFound:
    return NotFound(
        "no_such_person",
        Say("没有这个人，或不在你的管理范围内", "There is no such person, or they are not yours to see"),
    )


async def person_exists(session: AsyncSession, county: str, person_id: UUID) -> bool:
    return await session.get(Staff, (county, person_id)) is not None


async def is_visible(session: AsyncSession, county: str, reach: Reach, person_id: UUID) -> bool:
    found = select(1).select_from(Staff).where(visible_to(county, reach), col(Staff.id) == person_id)
    return await session.scalar(found) is not None


async def owner_of_phone(session: AsyncSession, phone: str) -> Staff | None:
    """Whose login name this is, in any county."""
    return (await session.scalars(select(Staff).where(col(Staff.phone) == phone))).one_or_none()


async def owners_of_phones(session: AsyncSession, phones: Collection[str]) -> Sequence[Staff]:
    """Whose login names these are, in any county."""
    return (await session.scalars(select(Staff).where(col(Staff.phone) == func.any(list(phones))))).all()


async def posts_by_person(session: AsyncSession, county: str, ids: Collection[UUID]) -> dict[UUID, list[Post]]:
    """All posts of these people, over or not, in the order in which they began."""
    found: dict[UUID, list[Post]] = defaultdict(list)
    wanted = select(Post).where(col(Post.county) == county, col(Post.staff_id) == func.any(list(ids)))
    for post in await session.scalars(wanted.order_by(col(Post.starts_on), col(Post.id))):
        found[post.staff_id].append(post)
    return found


async def posts_by_id(session: AsyncSession, county: str, ids: Collection[UUID]) -> Sequence[Post]:
    return (
        await session.scalars(select(Post).where(col(Post.county) == county, col(Post.id) == func.any(list(ids))))
    ).all()


# Lists


@dataclass(frozen=True)
class StaffFilter:
    """Which of the visible people are wanted; see `GET /api/staff`. `whole_phone`: the asker may search by any digits."""

    text: str | None = None
    grid_path: str | None = None
    squad: str | None = None
    unit: str | None = None
    role: Role | None = None
    duty: Duty | None = None
    standing: Standing = Standing.PRESENT
    whole_phone: bool = False


def _filtered(county: str, reach: Reach, wanted: StaffFilter, today: date) -> Select[Staff]:
    present = present_on(today)
    found = select(Staff).where(
        visible_to(county, reach), present if wanted.standing == Standing.PRESENT else not_(present)
    )
    if wanted.text:
        found = found.where(_matches(wanted.text, whole_phone=wanted.whole_phone))
    of_post = _post_wanted(wanted)
    if of_post:
        not_over = or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= today)
        found = found.where(
            exists().where(
                col(Post.county) == col(Staff.county),
                col(Post.staff_id) == col(Staff.id),
                *of_post,
                *([not_over] if wanted.standing == Standing.PRESENT else []),
                or_(_below(col(Post.grid_path), reach.paths), col(Post.squad_code).in_(reach.touched_squads)),
            )
        )
    if wanted.unit:
        posted = exists().where(
            col(Post.county) == col(Staff.county),
            col(Post.staff_id) == col(Staff.id),
            col(Post.unit_code) == wanted.unit,
        )
        found = found.where(or_(col(Staff.home_unit_code) == wanted.unit, posted))
    return found


def _post_wanted(wanted: StaffFilter) -> list[ColumnElement[bool]]:
    """What one and the same post must be."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.grid_path:
        conditions.append(_below(col(Post.grid_path), [wanted.grid_path]))
    if wanted.squad:
        conditions.append(col(Post.squad_code) == wanted.squad)
    if wanted.role:
        conditions.append(col(Post.role) == wanted.role)
    if wanted.duty:
        conditions.append(col(Post.duty) == wanted.duty)
    return conditions


def _matches(text: str, *, whole_phone: bool) -> ColumnElement[bool]:
    """Part of the name, beginning of a run of its pinyin initials, or the tail of the phone.

    Whoever sees a masked number may not find its hidden digits by searching for longer and longer tails.
    """
    plain = text.replace(" ", "").lower()
    either = [
        col(Staff.name).icontains(text, autoescape=True),
        col(Staff.initials).contains(plain, autoescape=True),
    ]
    if plain.isascii() and plain.isdigit() and (whole_phone or len(plain) <= TAIL_DIGITS_SHOWN):
        either.append(col(Staff.phone).endswith(plain, autoescape=True))
    return or_(*either)


async def page_of_people(
    session: AsyncSession,
    county: str,
    reach: Reach,
    wanted: StaffFilter,
    *,
    today: date,
    after: tuple[str, UUID] | None,
    limit: int,
) -> tuple[Sequence[Staff], int]:
    """People by the pinyin of their names, and how many there are on all pages."""
    found = _filtered(county, reach, wanted, today)
    total = await session.scalar(select(func.count()).select_from(found.subquery())) or 0
    order = (col(Staff.initials), col(Staff.id))
    if after:
        found = found.where(tuple_(*order) > tuple_(*after))
    return (await session.scalars(found.order_by(*order).limit(limit))).all(), total


def write_cursor(last: Staff) -> str:
    return base64.urlsafe_b64encode(json.dumps([last.initials, str(last.id)]).encode()).decode()


def read_cursor(cursor: str | None) -> tuple[str, UUID] | None:
    """Raises Malformed for a cursor that we did not write."""
    if not cursor:
        return None
    try:
        initials, person_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        if not isinstance(initials, str) or "\0" in initials:
            raise ValueError("not ours")
        initials.encode()
        return initials, UUID(person_id)
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise Malformed.at(
            "cursor", "malformed", Say("翻页参数无效，请从头开始", "Unknown cursor; start again")
        ) from None


# What posts name


async def places(session: AsyncSession, county: str, grid_codes: Collection[str]) -> Places:
    """What posts in these grids may name, with every squad and unit of the county."""
    spans: dict[str, list[GridSpan]] = defaultdict(list)
    rows = await session.execute(
        select(col(Grid.code), col(Grid.path), col(Grid.level), col(Grid.valid_from), col(Grid.valid_to))
        .where(col(Grid.county) == county, col(Grid.code) == func.any(list(grid_codes)))
        .order_by(col(Grid.code), col(Grid.version))
    )
    for code, path, level, valid_from, valid_to in rows:
        spans[code].append(GridSpan(path, level, valid_from, valid_to))
    units_ = await session.scalars(select(col(Unit.code)).where(col(Unit.county) == county))
    return Places(spans, await squad_jurisdictions(session, county), frozenset(units_))


async def grid_path_on(session: AsyncSession, county: str, code: str, day: date) -> str | None:
    """The path of the grid on a local day, or of its newest version if it is not in force then."""
    rows = await session.execute(
        select(col(Grid.path), col(Grid.valid_from), col(Grid.valid_to))
        .where(col(Grid.county) == county, col(Grid.code) == code)
        .order_by(col(Grid.version).desc())
    )
    versions = rows.all()
    now = (path for path, begins, ends in versions if begins <= day and (ends is None or day < ends))
    return next(now, versions[0][0] if versions else None)


async def grids_to_staff(session: AsyncSession, county: str, reach: Reach, today: date) -> list[tuple[str, str]]:
    """Code and name of every village and grid in reach that is in force, by code."""
    rows = await session.execute(
        select(col(Grid.code), col(Grid.name))
        .where(
            col(Grid.county) == county,
            in_force(today),
            col(Grid.level).in_(STAFFED_LEVELS),
            _below(col(Grid.path), reach.paths),
        )
        .order_by(col(Grid.code))
    )
    return [(code, name) for code, name in rows]


async def grid_names_ever(session: AsyncSession, county: str, codes: Collection[str]) -> dict[str, str]:
    """The newest name of each grid, also of those that have ended."""
    rows = await session.execute(
        select(col(Grid.code), col(Grid.name))
        .where(col(Grid.county) == county, col(Grid.code) == func.any(list(codes)))
        .order_by(col(Grid.code), col(Grid.version))
    )
    return dict(rows.all())


async def squad_codes_by_word(session: AsyncSession, county: str) -> dict[str, str]:
    """Every squad's code by its code and by its name."""
    rows = await session.execute(select(col(Squad.code), col(Squad.name)).where(col(Squad.county) == county))
    return {word: code for code, name in rows for word in (name, code)}


async def unit_codes_by_word(session: AsyncSession, county: str) -> dict[str, str]:
    """Every unit's code by its code and by its name."""
    return {word: unit.code for unit in await units(session, county) for word in (unit.name, unit.code)}


async def units(session: AsyncSession, county: str) -> Sequence[Unit]:
    return (await session.scalars(select(Unit).where(col(Unit.county) == county).order_by(col(Unit.code)))).all()
