"""Every SELECT of the lists of cases: which of the visible ones are wanted, and a page of them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from geoalchemy2.shape import from_shape
from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import NEVER, Case, CaseEvent, ReportSource
from backend.cases.queries import HANDLING_ACTIONS, in_status, reported_by, visible_to, within
from backend.cases.queries_groups import Group, in_group
from backend.cases.terms import ENDED_STATUSES, Action, Status
from backend.database import SRID
from backend.dispatch.models import OPEN_PART, Assignment
from backend.matters.models import Severity
from backend.permissions import Actor, Role
from backend.staff.rota import midnight
from backend.wire import Shape

INSPECTING_ROLES = (Role.INSPECTOR, Role.WORKER)
IN_HAND = (Status.PENDING_ACK, Status.HANDLING, Status.REWORK, Status.PENDING_REVIEW, Status.SUSPENDED)

Sort = Literal["due", "updated", "opened"]


@dataclass(frozen=True)
class CaseFilter:
    """Which of the visible cases are wanted; see `GET /api/cases`. Several values of one field mean "or".

    `grid_paths` are those of the grid that was named, with all below it, and `matters` the codes of the matters that were,
    or of those of a major one: None asks nothing, an empty tuple matches nothing. `text_matters` and `text_grids` (paths) are
    those with the text in their name. Days are local, the last one included. `area` is a valid polygon or several, WGS84.
    """

    statuses: tuple[Status, ...] = ()
    group: Group | None = None
    grid_paths: tuple[str, ...] | None = None
    matters: tuple[str, ...] | None = None
    severities: tuple[Severity, ...] = ()
    sources: tuple[ReportSource, ...] = ()
    tier: int | None = None
    opened_from: date | None = None
    opened_to: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    mine: bool = False
    squad: str | None = None
    inspect: bool = False
    verify: bool = False
    claimable: bool = False
    text: str | None = None
    text_matters: tuple[str, ...] = ()
    text_grids: tuple[str, ...] = ()
    bbox: tuple[float, float, float, float] | None = None
    area: Shape | None = None


@dataclass(frozen=True)
class PageStart:
    """Where a page begins: after this (moment, id) in the chosen order."""

    at: datetime
    id: UUID


def matching(actor: Actor, wanted: CaseFilter, at: datetime) -> ColumnElement[bool]:
    """The cases that the actor may see and that the filter wants, for any statement about `Case`."""
    clauses = [
        visible_to(actor),
        *_about_the_asker(actor, wanted),
        *_about_the_case(wanted),
        *_about_the_place(wanted),
        *_about_days(wanted),
    ]
    if wanted.group:
        clauses.append(in_group(wanted.group, at))
    return and_(*clauses)


def _about_the_case(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if wanted.statuses:
        clauses.append(in_status(*wanted.statuses))
    if wanted.grid_paths is not None:
        clauses.append(within(wanted.grid_paths))
    if wanted.matters is not None:
        clauses.append(col(Case.matter_code).in_(wanted.matters))
    if wanted.severities:
        clauses.append(col(Case.severity).in_(wanted.severities))
    if wanted.sources:
        clauses.append(col(Case.source).in_(wanted.sources))
    if wanted.tier is not None:
        clauses.append(col(Case.tier) == wanted.tier)
    if wanted.squad and wanted.squad != "mine":
        clauses.append(col(Case.squad_code) == wanted.squad)
    if wanted.text:
        clauses.append(_matches(wanted, wanted.text, says(wanted.text)))
    return clauses


def _about_the_place(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if wanted.bbox:
        clauses.append(func.ST_Intersects(col(Case.place), func.ST_MakeEnvelope(*wanted.bbox, SRID)))
    if wanted.area is not None:
        clauses.append(func.ST_Intersects(col(Case.place), from_shape(wanted.area, srid=SRID)))
    return clauses


def _about_days(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    for moment, first, last in (
        (col(Case.opened_at), wanted.opened_from, wanted.opened_to),
        (col(Case.closed_at), wanted.closed_from, wanted.closed_to),
    ):
        if first:
            clauses.append(moment >= midnight(first))
        if last:
            clauses.append(moment < midnight(last + timedelta(days=1)))
    return clauses


def _about_the_asker(actor: Actor, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    """What was reported by the asker, is in their hands, or waits for them."""
    clauses: list[ColumnElement[bool]] = []
    if wanted.mine:
        clauses.append(reported_by(actor))
    if wanted.squad == "mine":
        clauses.append(or_(and_(_held_by(actor), col(Case.status).in_(IN_HAND)), _has_part(actor)))
    if wanted.inspect:
        clauses.append(and_(col(Case.status) == Status.PENDING_INSPECTION, _may_inspect(actor)))
    if wanted.verify:
        clauses.append(and_(col(Case.status) == Status.VERIFYING, within(_inspecting_paths(actor))))
    if wanted.claimable:
        clauses.append(and_(col(Case.status) == Status.PENDING_DISPATCH, within(actor.jurisdiction_paths)))
    return clauses


def _held_by(actor: Actor) -> ColumnElement[bool]:
    """Cases that the actor's squads hold, or those with the actor's duty in the case's grid."""
    by_duty = [
        and_(col(Case.grid_duty) == post.duty, within([post.grid_path]))
        for post in actor.posts
        if post.duty and post.grid_path
    ]
    return or_(col(Case.squad_code).in_(actor.squad_codes), *by_duty)


def _has_part(actor: Actor) -> ColumnElement[bool]:
    return exists().where(
        col(Assignment.county) == col(Case.county),
        col(Assignment.case_id) == col(Case.id),
        col(Assignment.squad_code).in_(actor.squad_codes),
        OPEN_PART,
    )


def _inspecting_paths(actor: Actor) -> list[str]:
    return [p.grid_path for p in actor.posts if p.grid_path and p.role in INSPECTING_ROLES]


def _may_inspect(actor: Actor) -> ColumnElement[bool]:
    """As `Guard.APART` decides; the list must not offer what the table refuses."""
    inspecting = [p.grid_path for p in actor.posts if p.grid_path and p.role == Role.INSPECTOR]
    by_grid_team = exists().where(
        col(Assignment.county) == col(Case.county),
        col(Assignment.case_id) == col(Case.id),
        col(Assignment.grid_duty).is_not(None),
        col(Assignment.acknowledged_at).is_not(None),
    )
    accepted_myself = exists().where(
        col(CaseEvent.county) == col(Case.county),
        col(CaseEvent.case_id) == col(Case.id),
        col(CaseEvent.actor_id) == actor.staff_id,
        col(CaseEvent.action) == Action.FILE,
    )
    handled_myself = exists().where(
        col(CaseEvent.county) == col(Case.county),
        col(CaseEvent.case_id) == col(Case.id),
        col(CaseEvent.actor_id) == actor.staff_id,
        col(CaseEvent.action).in_(HANDLING_ACTIONS),
    )
    handled_by_my_squad = exists().where(
        col(Assignment.county) == col(Case.county),
        col(Assignment.case_id) == col(Case.id),
        col(Assignment.squad_code).in_(actor.squad_codes),
        col(Assignment.acknowledged_at).is_not(None),
    )
    in_reach = or_(within(inspecting), and_(within(_inspecting_paths(actor)), ~by_grid_team))
    return and_(in_reach, ~handled_myself, ~handled_by_my_squad, ~accepted_myself)


def ends_with(tail: str) -> ColumnElement[bool]:
    """Cases whose code ends so, by an index that holds the codes backwards. `tail` is capital letters and digits."""
    return func.reverse(col(Case.code)).like(f"{tail[::-1]}%")


def says(text: str) -> ColumnElement[bool]:
    """The reported words hold this. An index knows every two neighbouring signs of them; for a single sign all are read."""
    if len(text) < 2:
        return _holds(text)
    pairs = func.bigrams(func.lower(col(Case.words))).op("@>")(func.bigrams(literal(text.lower())))
    return and_(pairs, _holds(text))


def _holds(text: str) -> ColumnElement[bool]:
    return col(Case.words).icontains(text, autoescape=True)


def _matches(wanted: CaseFilter, text: str, said: ColumnElement[bool]) -> ColumnElement[bool]:
    """Free text: how the code begins or ends, part of the words, of the matter's name or of the grid's name."""
    ways = [said]
    if text.isascii() and text.isalnum():
        begins = col(Case.code).startswith(text.upper(), autoescape=True)
        ways += [begins, ends_with(text.upper())]
    # Only those that there are: an empty way would still be weighed as if it found something.
    if wanted.text_matters:
        ways.append(col(Case.matter_code).in_(wanted.text_matters))
    if wanted.text_grids:
        ways.append(col(Case.grid_path).in_(wanted.text_grids))
    return or_(*ways)


async def page_of_case_ids(
    session: AsyncSession,
    actor: Actor,
    wanted: CaseFilter,
    *,
    at: datetime,
    sort: Sort,
    start: PageStart | None,
    limit: int,
) -> list[tuple[UUID, datetime]]:
    """Ids with the moment they are ordered by: soonest deadline first, or latest change or opening first."""
    if wanted.text:
        early = await _among_the_first(session, actor, wanted, at=at, sort=sort, start=start, limit=limit)
        if len(early) == limit:
            return early
    key: Any = _KEYS[sort]
    case_id: Any = col(Case.id)
    found = select(col(Case.id), key).where(matching(actor, wanted, at))
    if _is_narrow(wanted, sort):
        fenced = found.offset(0).subquery()
        key, case_id = fenced.c[1], fenced.c[0]
        found = select(case_id, key)
    found = _from(found, key, case_id, sort, start).limit(limit)
    return [(found_id, moment) for found_id, moment in await session.execute(found)]


def _from(found: Select[Any], key: Any, case_id: Any, sort: Sort, start: PageStart | None) -> Select[Any]:
    """In the order of the page, from where it begins."""
    if start:
        here = tuple_(key, case_id)
        there = tuple_(literal(start.at), literal(start.id))
        found = found.where(here > there if sort == "due" else here < there)
    return found.order_by(*((key, case_id) if sort == "due" else (key.desc(), case_id.desc())))


# Words that every fortieth case says fill a page from so many.
LOOKED_THROUGH = 2_000


async def _among_the_first(
    session: AsyncSession,
    actor: Actor,
    wanted: CaseFilter,
    *,
    at: datetime,
    sort: Sort,
    start: PageStart | None,
    limit: int,
) -> list[tuple[UUID, datetime]]:
    """Those of the first that say the text: a whole page of them is the page. What is said everywhere is soon found so, while
    an index would first collect all that say it; how common words are, the database cannot tell beforehand."""
    assert wanted.text
    key, said = _KEYS[sort], _matches(wanted, wanted.text, _holds(wanted.text))
    first = select(col(Case.id), key, said).where(matching(actor, replace(wanted, text=None), at))
    looked = _from(first, key, col(Case.id), sort, start).limit(LOOKED_THROUGH).subquery()
    found = _from(select(looked.c[0], looked.c[1]).where(looked.c[2]), looked.c[1], looked.c[0], sort, None).limit(
        limit
    )
    return [(found_id, moment) for found_id, moment in await session.execute(found)]


def _is_narrow(wanted: CaseFilter, sort: Sort) -> bool:
    """Whether what it asks for is better found first and then sorted: a month at most by opening or closing, a small box, or
    ended cases by a deadline that none of them has. In the order of the page the database would walk through everything."""
    spans = ((wanted.opened_from, wanted.opened_to), (wanted.closed_from, wanted.closed_to))
    if any(first and last and last - first <= timedelta(days=31) for first, last in spans):
        return True
    if wanted.bbox:
        west, south, east, north = wanted.bbox
        return east - west < SMALL_BOX_DEG and north - south < SMALL_BOX_DEG
    return sort == "due" and bool(wanted.statuses) and ENDED_STATUSES.issuperset(wanted.statuses)


# Some five kilometres.
SMALL_BOX_DEG = 0.05

_KEYS: dict[Sort, Any] = {
    "due": func.coalesce(col(Case.due_at), NEVER),
    "updated": col(Case.updated_at),
    "opened": col(Case.opened_at),
}
