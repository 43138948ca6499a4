"""Every SELECT behind a row of a list of cases: the case with its names, and who has had to do with it. The caller has made
sure that the cases may be seen."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, and_, any_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from backend.cases.models import Case, CaseEvent, CasePhoto, PhotoPhase, ReportSource, Satisfaction
from backend.cases.queries import GRID_OF_CASE, HANDLING_ACTIONS, MATTER_OF_CASE, SQUAD_OF_CASE, reports_of
from backend.cases.terms import Action, ClockKind, Handlers, Part, Status
from backend.dispatch.models import Assignment, AssignmentKind, RoutingDecision
from backend.errors import Say
from backend.grids.models import Grid
from backend.matters.models import Matter, Severity
from backend.permissions import Actor
from backend.staff.models import Duty, Squad, Staff

# Made once: an alias copies every column.
_PARENT, _VILLAGE = aliased(Case), aliased(Grid)


class CaseColumns(NamedTuple):
    """What of a case a row shows, and what its steps ask; see `Case`. A tuple: a page of whole objects costs twice as much."""

    id: UUID
    code: str
    version: int
    status: Status
    source: ReportSource
    severity: Severity
    accuracy_m: float | None
    grid_code: str
    grid_path: str
    on_border: bool
    words: str
    squad_code: str | None
    grid_duty: Duty | None
    rework_count: int
    send_back_count: int
    extension_count: int
    suspension_count: int
    reopened_count: int
    extension_asked_by: UUID | None
    suspension_asked_by: UUID | None
    void_asked_by: UUID | None
    resume_on: date | None
    reply_by: datetime | None
    merged_into: UUID | None
    merged_from: Status | None
    opened_at: datetime
    filed_at: datetime | None
    tier: int
    clock_kind: ClockKind | None
    clock_started_at: datetime | None
    warn_at: datetime | None
    due_at: datetime | None
    late_s: int
    updated_at: datetime
    closed_at: datetime | None
    answer_until: datetime | None
    satisfaction: Satisfaction | None


class CaseMatter(NamedTuple):
    """What a row or a card says of the matter, and what its steps ask of it."""

    code: str
    name: str
    icon: str
    major_name: str
    closing_condition: str
    photos_after_min: int
    review_needed: bool


class Given(NamedTuple):
    """What of an `Assignment` says who has had to do with a case."""

    kind: AssignmentKind
    squad_code: str | None
    grid_duty: Duty | None
    arrive_by: datetime | None
    acknowledged_at: datetime | None
    arrived_at: datetime | None
    ended_at: datetime | None


_CASE_ENDS = len(CaseColumns._fields)
_MATTER_ENDS = _CASE_ENDS + len(CaseMatter._fields)


@dataclass(frozen=True)
class CaseRow:
    """A case with the names a person needs to read it. `why` is the sentence of its latest routing decision."""

    case: CaseColumns
    lng: float
    lat: float
    matter: CaseMatter
    grid_name: str
    village_name: str
    squad_name: str | None
    reporter_name: str | None
    why: Say | None
    cover_photo: str | None
    merged_into: str | None


def village_name() -> ColumnElement[str]:
    """The name that the grid's parent had when that version of the grid began, even if it has ended since."""
    return (
        select(col(_VILLAGE.name))
        .where(
            col(_VILLAGE.county) == col(Grid.county),
            col(_VILLAGE.code) == col(Grid.parent_code),
            col(_VILLAGE.valid_from) <= col(Grid.valid_from),
        )
        .order_by(col(_VILLAGE.version).desc())
        .limit(1)
        .correlate(Grid)
        .scalar_subquery()
    )


def _rows_of_cases() -> Select[Any]:
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
    case = (getattr(Case, name) for name in CaseColumns._fields)
    matter = (getattr(Matter, name) for name in CaseMatter._fields)
    decision = (col(RoutingDecision.sentence_zh), col(RoutingDecision.sentence_en))
    place = (func.ST_X(col(Case.place)), func.ST_Y(col(Case.place)))
    names = (col(Grid.name), village_name(), col(Squad.name), col(Staff.name), cover, col(_PARENT.code))
    return (
        select(*case, *matter, *place, *names, *decision)
        .join(Matter, MATTER_OF_CASE)
        .join(Grid, GRID_OF_CASE)
        .outerjoin(Staff, and_(col(Staff.county) == col(Case.county), col(Staff.id) == col(Case.reporter_id)))
        .outerjoin(_PARENT, and_(col(_PARENT.county) == col(Case.county), col(_PARENT.id) == col(Case.merged_into)))
        .outerjoin(Squad, SQUAD_OF_CASE)
        .outerjoin(
            RoutingDecision, and_(col(RoutingDecision.county) == col(Case.county), col(RoutingDecision.id) == latest)
        )
        .where(_among(Case, col(Case.id)))
    )


def _among(table: type[Case | CaseEvent | Assignment], case_id: Any) -> ColumnElement[bool]:
    """Of these cases, bound as one array: the statement stays the same for any number, so the database keeps its plan."""
    return and_(col(table.county) == bindparam("county"), case_id == any_(bindparam("ids", type_=ARRAY(Uuid))))


# Made once, like the aliases: putting them together costs as much as asking them.
_ROWS_OF_CASES = _rows_of_cases()
_PERSONS = select(col(CaseEvent.case_id), col(CaseEvent.actor_id), col(CaseEvent.action)).where(
    _among(CaseEvent, col(CaseEvent.case_id)),
    col(CaseEvent.action).in_((*HANDLING_ACTIONS, Action.FILE)),
    col(CaseEvent.actor_id).is_not(None),
)
_GIVEN = (
    select(col(Assignment.case_id), *(getattr(Assignment, name) for name in Given._fields))
    .where(_among(Assignment, col(Assignment.case_id)))
    .order_by(col(Assignment.assigned_at), col(Assignment.id))
)

_REPORTED = select(col(Case.id)).where(
    _among(Case, col(Case.id)), col(Case.id).in_(reports_of(bindparam("county"), bindparam("staff_id")))
)


async def case_rows(session: AsyncSession, county: str, ids: Sequence[UUID]) -> list[CaseRow]:
    """The cases with these ids, in this order. The caller has made sure that they may be seen."""
    found: dict[UUID, CaseRow] = {}
    for row in await session.execute(_ROWS_OF_CASES, {"county": county, "ids": list(ids)}):
        case, matter = CaseColumns(*row[:_CASE_ENDS]), CaseMatter(*row[_CASE_ENDS:_MATTER_ENDS])
        lng, lat, grid, village, squad, reporter, cover, merged_into, zh, en = row[_MATTER_ENDS:]
        why = Say(zh, en) if zh is not None else None
        found[case.id] = CaseRow(case, lng, lat, matter, grid, village, squad, reporter, why, cover, merged_into)
    return [found[case_id] for case_id in ids if case_id in found]


async def reported_ids(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these cases that the actor reported; see `reported_by`."""
    asked = {"county": actor.county, "staff_id": actor.staff_id, "ids": list(ids)}
    return set(await session.scalars(_REPORTED, asked))


async def handlers_of(session: AsyncSession, county: str, ids: Sequence[UUID]) -> dict[UUID, Handlers]:
    """Who has had to do with each case so far."""
    handled: dict[UUID, set[UUID]] = defaultdict(set)
    accepted: dict[UUID, set[UUID]] = defaultdict(set)
    of_cases = {"county": county, "ids": list(ids)}
    for case_id, actor_id, action in await session.execute(_PERSONS, of_cases):
        if actor_id:
            (accepted if action == Action.FILE else handled)[case_id].add(actor_id)
    given: dict[UUID, list[Given]] = defaultdict(list)
    for case_id, *columns in await session.execute(_GIVEN, of_cases):
        given[case_id].append(Given(*columns))
    return {i: _handlers(handled[i], accepted[i], given[i]) for i in ids}


def _handlers(handled: set[UUID], accepted: set[UUID], given: Sequence[Given]) -> Handlers:
    taken = [a for a in given if a.acknowledged_at]
    return Handlers(
        staff_ids=frozenset(handled),
        squad_codes=frozenset(a.squad_code for a in taken if a.squad_code),
        acceptor_ids=frozenset(accepted),
        by_grid_team=any(a.grid_duty for a in taken),
        on_site=any(a.kind == AssignmentKind.LEAD and a.arrived_at and a.ended_at is None for a in taken),
        parts=tuple(
            (a.squad_code, part_state(a))
            for a in given
            if a.kind != AssignmentKind.LEAD and a.ended_at is None and a.squad_code
        ),
        arrive_by=min(
            (a.arrive_by for a in given if a.arrive_by and not a.arrived_at and not a.ended_at), default=None
        ),
    )


def part_state(part: Assignment | Given) -> Part:
    if part.arrived_at:
        return Part.ON_SITE
    return Part.TAKEN if part.acknowledged_at else Part.NEW
