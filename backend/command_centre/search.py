"""What the one search box finds, group by group. Names are found by any part of them and by the initials of their pinyin."""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import NamedTuple, TypeVar

from shapely import Point
from shapely.geometry import shape
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case
from backend.cases.queries import GRID_OF_CASE, MATTER_OF_CASE, is_open, visible_to
from backend.cases.queries_lists import ends_with, says
from backend.clock import local_date
from backend.command_centre.net_views import initials_of
from backend.command_centre.search_schemas import (
    FoundCase,
    FoundGrid,
    FoundMatter,
    FoundPerson,
    FoundPlace,
    FoundSquad,
    SearchResult,
)
from backend.grids.models import Grid, GridLevel
from backend.grids.queries import in_force
from backend.identifiers import read_case_code
from backend.matters.models import Matter
from backend.matters.queries import catalogue_in_force, matters
from backend.permissions import Actor, Permission
from backend.staff import people_views, queries_people
from backend.staff.queries import squads

EACH = 6
# The end of a code is what people read out; shorter ends are everywhere.
LEAST_TAIL = 3
CODE_LENGTH = 10

Named = TypeVar("Named")


async def search(session: AsyncSession, actor: Actor, wanted: str, *, base_map: bytes, at: datetime) -> SearchResult:
    """At most six of each group, the likeliest first. People and squads only for those who may see them."""
    return SearchResult(
        as_of=at,
        cases=await _cases(session, actor, wanted),
        places=_places(base_map, wanted),
        grids=await _grids(session, actor, wanted, at),
        matters=await _matters(session, actor, wanted, at),
        people=await _people(session, actor, wanted, at) if actor.may(Permission.SEE_STAFF) else [],
        squads=await _squads(session, actor, wanted) if actor.may(Permission.SEE_SQUADS) else [],
    )


async def _cases(session: AsyncSession, actor: Actor, wanted: str) -> list[FoundCase]:
    """Those whose code is or ends so; then those whose reported words say it, open ones first, then the latest."""
    found: list[FoundCase] = []
    code = read_case_code(wanted)
    if code.isalnum() and code.isascii() and LEAST_TAIL <= len(code) <= CODE_LENGTH:
        found += await _cases_where(session, actor, ends_with(code))
    if len(found) < EACH and len(wanted) > 1:
        known = {case.id for case in found}
        said = says(wanted)
        for standing in (is_open(), ~is_open()):
            if len(found) < EACH:
                more = await _cases_where(session, actor, said & standing)
                found += [case for case in more if case.id not in known]
    return found[:EACH]


async def _cases_where(session: AsyncSession, actor: Actor, condition: ColumnElement[bool]) -> list[FoundCase]:
    rows = await session.execute(
        select(
            col(Case.id),
            col(Case.code),
            col(Case.status),
            col(Case.words),
            col(Matter.name),
            col(Grid.name),
            func.ST_X(col(Case.place)),
            func.ST_Y(col(Case.place)),
        )
        .join(Matter, MATTER_OF_CASE)
        .join(Grid, GRID_OF_CASE)
        .where(visible_to(actor), condition)
        .order_by(col(Case.opened_at).desc())
        .limit(EACH)
    )
    return [
        FoundCase(
            id=case_id, code=code, status=status, words=words, matter_name=matter, grid_name=grid, lng=lng, lat=lat
        )
        for case_id, code, status, words, matter, grid, lng, lat in rows
    ]


class Place(NamedTuple):
    name: str
    kind: str
    lng: float
    lat: float


@lru_cache(maxsize=8)
def _named_places(base_map: bytes) -> tuple[Place, ...]:
    """What the base map names, each name once, with a point on it."""
    found: dict[str, Place] = {}
    for feature in json.loads(base_map)["features"]:
        about = feature["properties"]
        name = about.get("name")
        if name and name not in found:
            drawn = shape(feature["geometry"])
            middle: Point = (
                drawn.interpolate(0.5, normalized=True) if drawn.length and not drawn.area else drawn.centroid
            )
            found[name] = Place(name, about["kind"], round(middle.x, 6), round(middle.y, 6))
    return tuple(found.values())


def _places(base_map: bytes, wanted: str) -> list[FoundPlace]:
    hits = _likeliest(_named_places(base_map), wanted, lambda place: [place.name])
    return [FoundPlace(**place._asdict()) for place in hits]


async def _grids(session: AsyncSession, actor: Actor, wanted: str, at: datetime) -> list[FoundGrid]:
    known = (
        select(col(Grid.code), col(Grid.name), col(Grid.level))
        .where(col(Grid.county) == actor.county, in_force(local_date(at)), col(Grid.level) != GridLevel.COUNTY)
        .order_by(func.length(col(Grid.code)), col(Grid.code))
    )
    if not wanted.isascii():  # what may be initials is looked for among all names
        known = known.where(col(Grid.name).icontains(wanted, autoescape=True))
    rows = (await session.execute(known)).all()
    hits = await _likeliest_by_sound(rows, wanted, lambda grid: [grid.name, grid.code])
    return [FoundGrid(code=grid.code, name=grid.name, level=grid.level) for grid in hits]


async def _matters(session: AsyncSession, actor: Actor, wanted: str, at: datetime) -> list[FoundMatter]:
    version = await catalogue_in_force(session, actor.county, at)
    known = await matters(session, actor.county, version)
    hits = await _likeliest_by_sound(known, wanted, lambda matter: [matter.name, matter.code])
    return [FoundMatter(code=matter.code, name=matter.name, major_name=matter.major_name) for matter in hits]


async def _people(session: AsyncSession, actor: Actor, wanted: str, at: datetime) -> list[FoundPerson]:
    today = local_date(at)
    reach = await queries_people.reach_of(session, actor, Permission.SEE_STAFF)
    by = queries_people.StaffFilter(text=wanted, whole_phone=actor.may(Permission.MANAGE_STAFF))
    people, _total = await queries_people.page_of_people(
        session, actor.county, reach, by, today=today, after=None, limit=EACH
    )
    return [
        FoundPerson(id=person.id, name=person.name, posts=person.posts)
        for person in await people_views.summaries(session, actor, reach, people, today)
    ]


async def _squads(session: AsyncSession, actor: Actor, wanted: str) -> list[FoundSquad]:
    known = await squads(session, actor.county)
    hits = await _likeliest_by_sound(known, wanted, lambda squad: [squad.name])
    return [FoundSquad(code=squad.code, name=squad.name) for squad in hits]


async def _likeliest_by_sound(
    known: Sequence[Named], wanted: str, names_of: Callable[[Named], Sequence[str]]
) -> list[Named]:
    """As `_likeliest`; beside the event loop where initials are asked for, whose dictionary takes a second to load."""
    if wanted.isascii() and wanted.isalpha():
        return await asyncio.to_thread(_likeliest, known, wanted, names_of)
    return _likeliest(known, wanted, names_of)


def _likeliest(known: Iterable[Named], wanted: str, names_of: Callable[[Named], Sequence[str]]) -> list[Named]:
    """Those with a name that has this in it, or whose initials do: whole names first, then beginnings, then the rest."""
    ranked = [(rank, one) for one in known if (rank := _rank(wanted.lower(), names_of(one))) is not None]
    return [one for _rank, one in sorted(ranked, key=lambda pair: pair[0])[:EACH]]


def _rank(wanted: str, names: Sequence[str]) -> int | None:
    spelled = [name.lower() for name in names]
    if wanted.isascii() and wanted.isalpha():
        spelled += [_initials(name) for name in names]
    ranks = [0 if name == wanted else 1 if name.startswith(wanted) else 2 for name in spelled if wanted in name]
    return min(ranks, default=None)


@cache
def _initials(name: str) -> str:
    return initials_of(name)
