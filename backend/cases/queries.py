"""Every SELECT about cases. What an actor may see is decided by `visible_to`, and nowhere else."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from backend.cases.terms import Action, Handlers, Status
from backend.cases.models import Case, CaseEvent, CasePhoto, PhotoPhase, Report
from backend.database import sql_point
from backend.dispatch.models import Assignment, RoutingDecision
from backend.errors import NotFound, Say
from backend.grids.models import Grid
from backend.matters.models import Matter
from backend.permissions import Actor, Role
from backend.photos.models import Photo
from backend.staff.models import Squad, Staff

HANDLING_ACTIONS = (Action.ACKNOWLEDGE, Action.ARRIVE, Action.FEEDBACK)
IN_SQUADS_HANDS = (Status.PENDING_ACK, Status.HANDLING, Status.REWORK)
INSPECTING_ROLES = (Role.INSPECTOR, Role.WORKER)

# What a case names, in the versions in which it named them.
MATTER_OF_CASE = and_(
    col(Matter.county) == col(Case.county),
    col(Matter.catalogue_version) == col(Case.catalogue_version),
    col(Matter.code) == col(Case.matter_code),
)
GRID_OF_CASE = and_(
    col(Grid.county) == col(Case.county),
    col(Grid.code) == col(Case.grid_code),
    col(Grid.version) == col(Case.grid_version),
)
SQUAD_OF_CASE = and_(col(Squad.county) == col(Case.county), col(Squad.code) == col(Case.squad_code))


def _within(paths: Iterable[str]) -> ColumnElement[bool]:
    """Cases in the grids at these paths or below. Paths are digits and `/`, so LIKE needs no escaping."""
    return or_(false(), *(or_(col(Case.grid_path) == path, col(Case.grid_path).like(f"{path}/%")) for path in paths))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The scope clause: cases in the actor's grids, ever assigned to the actor's squads, or reported by the actor.

    `Actor.sees` is the same rule without a database; a test holds the two together.
    """
    assigned = exists().where(
        col(Assignment.county) == col(Case.county),
        col(Assignment.case_id) == col(Case.id),
        col(Assignment.squad_code).in_(actor.squad_codes),
    )
    return and_(
        col(Case.county) == actor.county,
        or_(_within(actor.scope_paths), col(Case.reporter_id) == actor.staff_id, assigned),
    )


async def case_for(session: AsyncSession, actor: Actor, case_id: UUID, *, lock: bool = False) -> Case:
    """The case if the actor may see it; `lock` holds it until the transaction ends. Raises NotFound."""
    wanted = select(Case).where(visible_to(actor), col(Case.id) == case_id)
    if lock:
        wanted = wanted.with_for_update(of=Case)
    case = (await session.scalars(wanted.execution_options(populate_existing=True))).one_or_none()
    if case is None:
        raise no_such_case()
    return case


async def case_id_by_code(session: AsyncSession, actor: Actor, code: str) -> UUID:
    """The id of a visible case by its code. Raises NotFound."""
    case_id = await session.scalar(select(col(Case.id)).where(visible_to(actor), col(Case.code) == code))
    if case_id is None:
        raise no_such_case()
    return case_id


def no_such_case() -> NotFound:
    return NotFound(
        "no_such_case", Say("没有这个案件，或它不在你的范围内", "There is no such case, or it is not yours to see")
    )


@dataclass(frozen=True)
class CaseFilter:
    """Which of the visible cases are wanted; see `GET /api/cases`."""

    statuses: tuple[Status, ...] = ()
    mine: bool = False
    squad: str | None = None
    inspect: bool = False
    text: str | None = None
    bbox: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class PageStart:
    """Where a page begins: after this (moment, id) in the chosen order."""

    at: datetime
    id: UUID


def _filtered(actor: Actor, wanted: CaseFilter) -> Select[UUID]:
    found = select(col(Case.id)).where(visible_to(actor))
    if wanted.statuses:
        found = found.where(col(Case.status).in_(wanted.statuses))
    if wanted.mine:
        found = found.where(col(Case.reporter_id) == actor.staff_id)
    if wanted.squad == "mine":
        found = found.where(col(Case.squad_code).in_(actor.squad_codes), col(Case.status).in_(IN_SQUADS_HANDS))
    elif wanted.squad:
        found = found.where(col(Case.squad_code) == wanted.squad)
    if wanted.inspect:
        found = found.where(col(Case.status) == Status.PENDING_INSPECTION, _may_inspect(actor))
    if wanted.text:
        found = found.where(_matches(wanted.text))
    if wanted.bbox:
        found = found.where(func.ST_Intersects(col(Case.place), func.ST_MakeEnvelope(*wanted.bbox, 4326)))
    return found


def _may_inspect(actor: Actor) -> ColumnElement[bool]:
    paths = [p.grid_path for p in actor.posts if p.grid_path and p.role in INSPECTING_ROLES]
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
    return and_(_within(paths), ~handled_myself, ~handled_by_my_squad)


def _matches(text: str) -> ColumnElement[bool]:
    """Free text: part of the code, of the words, of the matter's name or of the grid's name."""
    matter = exists().where(MATTER_OF_CASE, col(Matter.name).icontains(text, autoescape=True))
    grid = exists().where(
        col(Grid.county) == col(Case.county),
        col(Grid.code) == col(Case.grid_code),
        col(Grid.name).icontains(text, autoescape=True),
    )
    return or_(
        col(Case.code).icontains(text, autoescape=True),
        col(Case.words).icontains(text, autoescape=True),
        matter,
        grid,
    )


async def page_of_case_ids(
    session: AsyncSession, actor: Actor, wanted: CaseFilter, *, by_due: bool, start: PageStart | None, limit: int
) -> list[tuple[UUID, datetime]]:
    """Ids with the moment they are ordered by: soonest deadline first, or latest change first."""
    far_future = func.to_timestamp(32503680000)
    key: ColumnElement[Any] = func.coalesce(col(Case.due_at) if by_due else col(Case.updated_at), far_future)
    found = _filtered(actor, wanted).add_columns(key)
    if start:
        here = tuple_(key, col(Case.id))
        there = tuple_(literal(start.at), literal(start.id))
        found = found.where(here > there if by_due else here < there)
    order = (key, col(Case.id)) if by_due else (key.desc(), col(Case.id).desc())
    return [(case_id, at) for case_id, at in await session.execute(found.order_by(*order).limit(limit))]


@dataclass(frozen=True)
class CaseRow:
    """A case with the names a person needs to read it."""

    case: Case
    matter: Matter
    grid: Grid
    village_name: str
    squad: Squad | None
    reporter_name: str
    decision: RoutingDecision | None
    cover_photo: str | None


def _village_name() -> ColumnElement[str]:
    """The name that the grid's parent had when that version of the grid began, even if it has ended since."""
    village = aliased(Grid)
    return (
        select(col(village.name))
        .where(
            col(village.county) == col(Grid.county),
            col(village.code) == col(Grid.parent_code),
            col(village.valid_from) <= col(Grid.valid_from),
        )
        .order_by(col(village.version).desc())
        .limit(1)
        .correlate(Grid)
        .scalar_subquery()
    )


async def case_rows(session: AsyncSession, county: str, ids: Sequence[UUID]) -> list[CaseRow]:
    """The cases with these ids, in this order. The caller has made sure that they may be seen."""
    latest = (
        select(col(RoutingDecision.id))
        .where(col(RoutingDecision.county) == col(Case.county), col(RoutingDecision.case_id) == col(Case.id))
        .order_by(col(RoutingDecision.decided_at).desc(), col(RoutingDecision.id).desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    cover = (
        select(col(CasePhoto.sha256))
        .where(
            col(CasePhoto.county) == col(Case.county),
            col(CasePhoto.case_id) == col(Case.id),
            col(CasePhoto.received_at).is_not(None),
        )
        .order_by(col(CasePhoto.phase) != PhotoPhase.BEFORE, col(CasePhoto.received_at), col(CasePhoto.position))
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(Case, Matter, Grid, _village_name(), Squad, col(Staff.name), RoutingDecision, cover)
        .join(Matter, MATTER_OF_CASE)
        .join(Grid, GRID_OF_CASE)
        .join(Staff, and_(col(Staff.county) == col(Case.county), col(Staff.id) == col(Case.reporter_id)))
        .outerjoin(Squad, SQUAD_OF_CASE)
        .outerjoin(
            RoutingDecision, and_(col(RoutingDecision.county) == col(Case.county), col(RoutingDecision.id) == latest)
        )
        .where(col(Case.county) == county, col(Case.id).in_(ids))
    )
    by_id = {
        case.id: CaseRow(case, matter, grid, village_name, squad, reporter, decision, photo)
        for case, matter, grid, village_name, squad, reporter, decision, photo in rows
    }
    return [by_id[case_id] for case_id in ids if case_id in by_id]


async def handlers_of(session: AsyncSession, county: str, ids: Sequence[UUID]) -> dict[UUID, Handlers]:
    """Who has handled each case so far, as persons and as squads."""
    staff_ids: dict[UUID, set[UUID]] = defaultdict(set)
    squad_codes: dict[UUID, set[str]] = defaultdict(set)
    persons = select(col(CaseEvent.case_id), col(CaseEvent.actor_id)).where(
        col(CaseEvent.county) == county,
        col(CaseEvent.case_id).in_(ids),
        col(CaseEvent.action).in_(HANDLING_ACTIONS),
        col(CaseEvent.actor_id).is_not(None),
    )
    for case_id, actor_id in await session.execute(persons):
        if actor_id:
            staff_ids[case_id].add(actor_id)
    on_site: set[UUID] = set()
    held = select(Assignment).where(
        col(Assignment.county) == county,
        col(Assignment.case_id).in_(ids),
        col(Assignment.acknowledged_at).is_not(None),
    )
    for assignment in await session.scalars(held):
        squad_codes[assignment.case_id].add(assignment.squad_code)
        if assignment.arrived_at and assignment.ended_at is None:
            on_site.add(assignment.case_id)
    return {i: Handlers(frozenset(staff_ids[i]), frozenset(squad_codes[i]), i in on_site) for i in ids}


async def events_of(session: AsyncSession, county: str, case_id: UUID) -> list[tuple[CaseEvent, str | None]]:
    """The history, oldest first, each with the actor's name."""
    rows = await session.execute(
        select(CaseEvent, col(Staff.name))
        .outerjoin(Staff, and_(col(Staff.county) == col(CaseEvent.county), col(Staff.id) == col(CaseEvent.actor_id)))
        .where(col(CaseEvent.county) == county, col(CaseEvent.case_id) == case_id)
        .order_by(col(CaseEvent.seq))
    )
    return [(event, name) for event, name in rows]


async def last_event(session: AsyncSession, county: str, case_id: UUID) -> CaseEvent | None:
    return (
        await session.scalars(
            select(CaseEvent)
            .where(col(CaseEvent.county) == county, col(CaseEvent.case_id) == case_id)
            .order_by(col(CaseEvent.seq).desc())
            .limit(1)
        )
    ).one_or_none()


async def photos_of(session: AsyncSession, county: str, case_id: UUID) -> list[tuple[CasePhoto, Photo | None]]:
    rows = await session.execute(
        select(CasePhoto, Photo)
        .outerjoin(
            Photo,
            and_(
                col(Photo.county) == col(CasePhoto.county),
                col(Photo.sha256) == col(CasePhoto.sha256),
                col(CasePhoto.received_at).is_not(None),
            ),
        )
        .where(col(CasePhoto.county) == county, col(CasePhoto.case_id) == case_id)
        .order_by(col(CasePhoto.event_id), col(CasePhoto.position))
    )
    return [(declared, photo) for declared, photo in rows]


async def declared_photos(session: AsyncSession, county: str, case_id: UUID, event_id: UUID) -> Sequence[CasePhoto]:
    return (
        await session.scalars(
            select(CasePhoto)
            .where(
                col(CasePhoto.county) == county,
                col(CasePhoto.case_id) == case_id,
                col(CasePhoto.event_id) == event_id,
            )
            .order_by(col(CasePhoto.position))
        )
    ).all()


async def report_by_id(session: AsyncSession, county: str, report_id: UUID) -> Report | None:
    return await session.get(Report, (county, report_id))


async def may_see_photo(session: AsyncSession, actor: Actor, sha256: str) -> bool:
    """Whether the photo belongs to a case that the actor may see."""
    found = await session.scalar(
        select(1)
        .select_from(CasePhoto)
        .join(Case, and_(col(Case.county) == col(CasePhoto.county), col(Case.id) == col(CasePhoto.case_id)))
        .where(visible_to(actor), col(CasePhoto.sha256) == sha256, col(CasePhoto.received_at).is_not(None))
        .limit(1)
    )
    return found is not None


async def squads_ever(session: AsyncSession, county: str, case_id: UUID) -> tuple[str, ...]:
    """Every squad that has or had the case."""
    found = select(col(Assignment.squad_code)).where(
        col(Assignment.county) == county, col(Assignment.case_id) == case_id
    )
    return tuple(await session.scalars(found.distinct().order_by(col(Assignment.squad_code))))


LIKELY_RADIUS_M = 800.0
LIKELY_DAYS = 30


async def matters_reported_near(
    session: AsyncSession, county: str, lng: float, lat: float, at: datetime
) -> dict[str, int]:
    """How often each matter was reported within 800 m in the last 30 days."""
    here = sql_point(lng, lat)
    degrees = LIKELY_RADIUS_M / 111_320 * 2  # a box that holds the circle at any latitude below 60°
    rows = await session.execute(
        select(col(Case.matter_code), func.count())
        .where(
            col(Case.county) == county,
            col(Case.opened_at) > at - timedelta(days=LIKELY_DAYS),
            col(Case.place).op("&&")(func.ST_Expand(here, degrees)),
            func.ST_DWithin(func.geography(col(Case.place)), func.geography(here), LIKELY_RADIUS_M),
        )
        .group_by(col(Case.matter_code))
    )
    return dict(rows.all())
