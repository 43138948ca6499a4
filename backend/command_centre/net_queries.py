"""Every SELECT of the net's browser. Grids are everybody's; people and cases only within the asker's scope."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer
from sqlmodel import col

from backend.cases.models import Case
from backend.cases.queries import visible_to
from backend.cases.terms import OPEN_STATUSES, Status
from backend.command_centre.net_schemas import GridPerson
from backend.grids.models import Grid, GridKind
from backend.grids.queries import in_force
from backend.matters.models import Matter
from backend.permissions import Actor, Permission
from backend.staff.models import Post, Staff
from backend.staff.queries import present_on

Box = tuple[float, float, float, float]


class GridRow(NamedTuple):
    """A grid without its outline. `bbox` is west, south, east, north in degrees, up to a metre too large."""

    grid: Grid
    label_point: tuple[float, float] | None
    bbox: Box | None


async def grid_rows(session: AsyncSession, county: str, on: date) -> list[GridRow]:
    """Every grid in force on a local day, by code."""
    return await _grid_rows(session, and_(col(Grid.county) == county, in_force(on)))


async def versions_of(session: AsyncSession, county: str, code: str) -> list[GridRow]:
    """Every version of one grid, oldest first."""
    return await _grid_rows(session, and_(col(Grid.county) == county, col(Grid.code) == code))


async def _grid_rows(session: AsyncSession, wanted: ColumnElement[bool]) -> list[GridRow]:
    # A box2d is read off the head of the stored shape, without unpacking it.
    box = func.box3d(func.box2d(col(Grid.shape)))
    label = col(Grid.label_point)
    rows = await session.execute(
        select(Grid, *(measure(box) for measure in _SIDES), func.ST_X(label), func.ST_Y(label))
        .where(wanted)
        .order_by(col(Grid.code), col(Grid.version))
        # The outlines are nine tenths of a net, and nobody here looks at them.
        .options(defer(Grid.shape), defer(Grid.label_point))
    )
    return [
        GridRow(grid, None if lng is None else (lng, lat), None if west is None else (west, south, east, north))
        for grid, west, south, east, north, lng, lat in rows
    ]


_SIDES = (func.ST_XMin, func.ST_YMin, func.ST_XMax, func.ST_YMax)


async def open_cases_by_path(session: AsyncSession, actor: Actor) -> Counter[str]:
    """How many open cases in the actor's scope were filed at each grid path, and below it."""
    rows = await session.execute(
        select(col(Case.grid_path), func.count())
        .where(visible_to(actor), col(Case.status).in_(OPEN_STATUSES))
        .group_by(col(Case.grid_path))
    )
    found: Counter[str] = Counter()
    for path, count in rows:
        for above in paths_down_to(path):
            found[above] += count
    return found


def paths_down_to(path: str) -> list[str]:
    """The paths of all grids above and of the grid itself: `a/b/c` gives `a`, `a/b`, `a/b/c`."""
    codes = path.split("/")
    return ["/".join(codes[:depth]) for depth in range(1, len(codes) + 1)]


def at_or_below(
    path: SQLColumnExpression[str] | SQLColumnExpression[str | None], tops: Iterable[str]
) -> ColumnElement[bool]:
    """Whether a path is one of `tops` or lies below one. Paths are digits, letters and `/`: LIKE needs no escaping."""
    return or_(false(), *(or_(path == top, path.like(f"{top}/%")) for top in tops))


class PostRow(NamedTuple):
    staff: Staff
    post: Post


async def posts_at(session: AsyncSession, actor: Actor, on: date, paths: Sequence[str]) -> list[PostRow]:
    """Posts held on a local day at these grid paths, where the actor may see staff; by name."""
    rows = await session.execute(
        select(Staff, Post)
        .join(Staff, and_(col(Staff.county) == col(Post.county), col(Staff.id) == col(Post.staff_id)))
        .where(_held(actor, on), col(Post.grid_path).in_(paths), present_on(on))
        .order_by(col(Staff.name), col(Staff.id))
    )
    return [PostRow(staff, post) for staff, post in rows]


async def people_by_path(session: AsyncSession, actor: Actor, on: date) -> dict[str, list[GridPerson]]:
    """Everybody with a post over a grid on a local day, where the actor may see staff, by the grid's path and by name."""
    # Not joined: a planner whose statistics are older than an import of thousands of people loops over all of both.
    names = await session.execute(
        select(col(Staff.id), col(Staff.name)).where(col(Staff.county) == actor.county, present_on(on))
    )
    name_of = {str(staff_id): name for staff_id, name in names}
    # One row per grid, not per post: in a county of 2,000 grids a quarter of the time.
    one = func.json_build_array(col(Post.staff_id), col(Post.duty), col(Post.role))
    posts = await session.execute(
        select(col(Post.grid_path), func.json_agg(one)).where(_held(actor, on)).group_by(col(Post.grid_path))
    )
    return {
        path: sorted(
            (GridPerson(id=id_, name=name_of[id_], duty=duty, role=role) for id_, duty, role in held if id_ in name_of),
            key=lambda person: (person.name, person.id),
        )
        for path, held in posts
    }


def _held(actor: Actor, on: date) -> ColumnElement[bool]:
    return and_(
        col(Post.county) == actor.county,
        at_or_below(col(Post.grid_path), actor.paths_for(Permission.SEE_STAFF)),
        col(Post.starts_on) <= on,
        or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= on),
    )


async def member_paths(session: AsyncSession, county: str, cluster: Grid, on: date) -> list[str]:
    """Paths of the grids that belong to a cluster grid."""
    if cluster.kind != GridKind.CLUSTER:
        return []
    return list(
        await session.scalars(
            select(col(Grid.path)).where(
                col(Grid.county) == county, col(Grid.cluster_code) == cluster.code, in_force(on)
            )
        )
    )


class OpenCase(NamedTuple):
    case: Case
    matter_name: str


async def open_cases_at(session: AsyncSession, actor: Actor, paths: Sequence[str], *, limit: int) -> list[OpenCase]:
    """Open cases in the actor's scope at these grid paths or below, soonest deadline first."""
    rows = await session.execute(
        select(Case, col(Matter.name))
        .join(
            Matter,
            and_(
                col(Matter.county) == col(Case.county),
                col(Matter.catalogue_version) == col(Case.catalogue_version),
                col(Matter.code) == col(Case.matter_code),
            ),
        )
        .where(_open_at(actor, paths))
        .order_by(col(Case.status) != Status.PENDING_DISPATCH, col(Case.due_at).asc().nulls_last(), col(Case.id))
        .limit(limit)
    )
    return [OpenCase(case, name) for case, name in rows]


async def open_count_at(session: AsyncSession, actor: Actor, paths: Sequence[str]) -> int:
    return await session.scalar(select(func.count(col(Case.id))).where(_open_at(actor, paths))) or 0


def _open_at(actor: Actor, paths: Sequence[str]) -> ColumnElement[bool]:
    return and_(visible_to(actor), col(Case.status).in_(OPEN_STATUSES), at_or_below(col(Case.grid_path), paths))
