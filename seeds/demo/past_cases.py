"""Six weeks of past cases of the demo town, all ended, so that its figures show something. Written as rows, not acted out:
a few hundred cases would take the actions half a minute.

Each life follows the lifecycle's table; the case's clock columns, hands and hash chain follow from its history as they always
do. They have no photos, no routing decision and no words. Only a town that is being served gets them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from backend.cases.clocks import clocks_of
from backend.cases.history import NO_HASH, event_hash
from backend.cases.models import Case, CaseChange, CaseEvent, PlaceSource, Report, ReportSource, Satisfaction
from backend.cases.terms import Action, Status
from backend.clock import SHANGHAI, local_date
from backend.database import lng_lat, point
from backend.dispatch.models import Assignment, AssignmentEnd, AssignmentKind
from backend.grids.models import Grid, GridKind, GridLevel
from backend.identifiers import new_case_code, new_id
from backend.matters.clocks import WorkCalendar
from backend.matters.models import USUAL_STAGE_LIMITS, FilingCondition, Limit, LimitUnit, Matter, Stage
from backend.matters.queries import work_calendar
from backend.matters.seasons import limit_on
from backend.permissions import Role, covers
from backend.staff.models import Post, Squad, SquadJurisdiction

PAST = 260
DAYS = 44
A, S = Action, Status

# Share; who noticed it; what is done, with `>` for whoever has it next: 1 the squad of the place, 2 the department's team.
LIVES: tuple[tuple[int, ReportSource, str], ...] = (
    (40, ReportSource.STAFF, "route>1 acknowledge arrive feedback pass"),
    (14, ReportSource.STAFF, "route>2 acknowledge arrive feedback pass"),
    (9, ReportSource.STAFF, "self_handle"),
    (6, ReportSource.STAFF, "route>1 acknowledge arrive feedback fail>1 acknowledge feedback pass"),
    (6, ReportSource.STAFF, "route>1 send_back dispatch>2 acknowledge arrive feedback pass"),
    (2, ReportSource.STAFF, "route>2 send_back dispatch>1 send_back dispatch>2 acknowledge feedback pass"),
    (4, ReportSource.STAFF, "route>1 acknowledge ask_extension grant_extension feedback pass"),
    (1, ReportSource.STAFF, "route>1 ask_void confirm_void"),
    (1, ReportSource.STAFF, "route>1 acknowledge arrive force_close"),
    (9, ReportSource.RESIDENT, "verify_found file route>1 acknowledge arrive feedback pass satisfied"),
    (
        3,
        ReportSource.RESIDENT,
        "verify_found file route>2 acknowledge feedback pass not_satisfied>2 acknowledge feedback pass",
    ),
    (3, ReportSource.HOTLINE, "verify_found file route>1 acknowledge arrive feedback pass"),
    (2, ReportSource.HOTLINE, "verify_absent decline"),
)
TARGETS: dict[Action, Status] = {
    A.ROUTE: S.PENDING_ACK, A.DISPATCH: S.PENDING_ACK, A.ACKNOWLEDGE: S.HANDLING, A.FEEDBACK: S.PENDING_INSPECTION,
    A.PASS: S.CLOSED, A.FAIL: S.REWORK, A.SELF_HANDLE: S.CLOSED, A.SEND_BACK: S.PENDING_DISPATCH, A.CONFIRM_VOID: S.VOIDED,
    A.FORCE_CLOSE: S.CLOSED, A.VERIFY_FOUND: S.PENDING_FILING, A.VERIFY_ABSENT: S.PENDING_FILING,
    A.FILE: S.PENDING_DISPATCH, A.DECLINE: S.DECLINED, A.NOT_SATISFIED: S.REWORK,
}  # fmt: skip
# Minutes after the step before; handling takes a share of its limit instead.
DELAYS: dict[Action, tuple[float, float]] = {
    A.ROUTE: (0, 0), A.SELF_HANDLE: (0, 0), A.ACKNOWLEDGE: (3, 40), A.ARRIVE: (10, 50), A.SEND_BACK: (15, 60),
    A.DISPATCH: (3, 25), A.PASS: (40, 400), A.FAIL: (60, 300), A.VERIFY_FOUND: (6, 40), A.VERIFY_ABSENT: (10, 45),
    A.FILE: (2, 12), A.DECLINE: (5, 20), A.SATISFIED: (60, 1500), A.NOT_SATISFIED: (200, 2000),
}  # fmt: skip
WHO = {A.PASS: Role.INSPECTOR, A.FAIL: Role.INSPECTOR, A.VERIFY_FOUND: Role.WORKER, A.VERIFY_ABSENT: Role.WORKER}
SYSTEM = {A.ROUTE}
RESIDENT = {A.SATISFIED, A.NOT_SATISFIED}
DESK = {A.FILE, A.DISPATCH, A.DECLINE, A.GRANT_EXTENSION, A.ASK_VOID, A.CONFIRM_VOID, A.FORCE_CLOSE}
OPERATORS = 2


@dataclass
class Town:
    """What the lives are drawn from."""

    county: str
    now: datetime
    chance: random.Random
    calendar: WorkCalendar
    grids: Sequence[Grid]
    squads: dict[str, str]
    posts: Sequence[Post]
    jurisdictions: list[tuple[str, str]]
    matters: list[tuple[Matter, FilingCondition]]

    def worker(self, grid_path: str) -> UUID | None:
        return next((p.staff_id for p in self.posts if p.grid_path == grid_path and p.role == Role.WORKER), None)

    def first(self, role: Role, squad: str | None = None) -> UUID:
        return next(p.staff_id for p in self.posts if p.role == role and (squad is None or p.squad_code == squad))

    def squad_of(self, grid_path: str) -> str:
        return next(code for code, path in self.jurisdictions if covers(path, grid_path))

    def team_of(self, matter: Matter, otherwise: str) -> str:
        """The team of the matter's own department, if that has one that is not everybody's."""
        own = [code for code, unit in self.squads.items() if unit == matter.department_code and "team" in code]
        return own[0] if own else otherwise


async def write_past_cases(session: AsyncSession, county: str, now: datetime) -> None:
    town = await _town(session, county, now)
    batches: dict[type[SQLModel], list[dict[str, Any]]] = {
        each: [] for each in (Case, Report, CaseEvent, Assignment, CaseChange)
    }
    shares = [share for share, _, _ in LIVES]
    for _ in range(PAST):
        _share, source, steps = town.chance.choices(LIVES, shares)[0]
        for row in _lived(town, source, steps):
            batches[type(row)].append(row.model_dump())
    for table, rows in batches.items():
        await session.execute(insert(SQLModel.metadata.tables[str(table.__tablename__)]), rows)


async def _town(session: AsyncSession, county: str, now: datetime) -> Town:
    grids = await session.scalars(
        select(Grid)
        .where(
            col(Grid.county) == county,
            col(Grid.level) == GridLevel.GRID,
            col(Grid.kind) == GridKind.BASE,
            col(Grid.valid_to).is_(None),
        )
        .order_by(col(Grid.code))
    )
    matters = await session.execute(
        select(Matter, FilingCondition)
        .join(
            FilingCondition,
            (col(FilingCondition.county) == col(Matter.county))
            & (col(FilingCondition.catalogue_version) == col(Matter.catalogue_version))
            & (col(FilingCondition.matter_code) == col(Matter.code)),
        )
        .where(
            col(Matter.county) == county,
            col(FilingCondition.is_default),
            col(Matter.self_dispatch),
            ~col(Matter.review_needed),
        )
        .order_by(col(Matter.weight).desc(), col(Matter.code))
        .limit(30)
    )
    squads = await session.scalars(select(Squad).where(col(Squad.county) == county).order_by(col(Squad.code)))
    fields = await session.scalars(
        select(SquadJurisdiction)
        .where(col(SquadJurisdiction.county) == county, col(SquadJurisdiction.squad_code).like("%squad%"))
        .order_by(col(SquadJurisdiction.squad_code), col(SquadJurisdiction.grid_path))
    )
    posts = await session.scalars(select(Post).where(col(Post.county) == county).order_by(col(Post.id)))
    return Town(
        county=county,
        now=now,
        chance=random.Random(20261129),  # noqa: S311 -- a demo, not a secret
        calendar=await work_calendar(session, county),
        grids=grids.all(),
        squads={squad.code: squad.unit_code for squad in squads},
        posts=posts.all(),
        jurisdictions=[(row.squad_code, row.grid_path) for row in fields],
        matters=[(matter, condition) for matter, condition in matters],
    )


def _lived(town: Town, source: ReportSource, steps: str) -> list[SQLModel]:
    """The rows of one case: itself, its report, its history, whose hands it was in, and that it is to be counted."""
    chance = town.chance
    matter, condition = chance.choices(town.matters, [m.weight for m, _ in town.matters])[0]
    grid = chance.choice(town.grids)
    squad = town.squad_of(grid.path)
    hands = {"1": squad, "2": town.team_of(matter, squad)}
    opened_at = _opened_at(town)
    limit = limit_on(condition, local_date(opened_at))
    case = _case(town, source, matter, condition, grid, opened_at)
    events = _events(town, case, source, steps, hands, limit)
    if events[-1].at >= town.now:  # it would not have ended yet
        return _lived(town, source, steps)
    _lay_down(town, case, source, events)
    return [
        case,
        _report(case, source),
        *events,
        *_assignments(events),
        CaseChange(county=case.county, id=new_id(), case_id=case.id),
    ]


def _opened_at(town: Town) -> datetime:
    """By day, most in the morning; more of them lately."""
    back = DAYS * (1 - town.chance.random() ** 0.8)
    day = local_date(town.now) - timedelta(days=2 + int(back))
    minutes = int(min(1439, max(300, town.chance.gauss(630, 190))))
    return datetime.combine(day, time(minutes // 60, minutes % 60), SHANGHAI)


def _case(
    town: Town, source: ReportSource, matter: Matter, condition: FilingCondition, grid: Grid, opened_at: datetime
) -> Case:
    lng, lat = lng_lat(grid.label_point)
    shift = town.chance.uniform
    return Case(
        county=town.county,
        id=new_id(),
        code=new_case_code(),
        version=0,
        status=S.PENDING_DISPATCH,
        source=source,
        catalogue_version=matter.catalogue_version,
        matter_code=matter.code,
        condition_code=condition.code,
        severity=condition.severity,
        place=point(lng + shift(-0.0011, 0.0011), lat + shift(-0.0011, 0.0011)),
        accuracy_m=9.0,
        grid_code=grid.code,
        grid_version=grid.version,
        grid_path=grid.path,
        on_border=False,
        words="",
        reporter_id=town.worker(grid.path) if source == ReportSource.STAFF else None,
        opened_at=opened_at,
        updated_at=opened_at,
    )


def _events(
    town: Town, case: Case, source: ReportSource, steps: str, hands: dict[str, str], limit: Limit
) -> list[CaseEvent]:
    said = {"amount": limit.amount, "unit": limit.unit.value}
    stage = {
        each: {"amount": each_limit.amount, "unit": each_limit.unit.value}
        for each, each_limit in USUAL_STAGE_LIMITS.items()
    }
    is_staff = source == ReportSource.STAFF
    status = S.PENDING_DISPATCH if is_staff else S.VERIFYING
    begins = {
        "limit": stage[Stage.ACCEPT if is_staff else Stage.VERIFY],
        "accept_limit": stage[Stage.ACCEPT],
        "photos": [],
    }
    role = Role.WORKER if is_staff else None
    events = [_event(case, None, A.REPORT, None, status, begins, case.opened_at, case.reporter_id, role)]
    holder, at, pace = "", case.opened_at, _pace(town)
    for name in steps.split():
        action_name, _, hand = name.partition(">")
        action = Action(action_name)
        at += _delay(town, action, limit, pace)
        content: dict[str, Any] = {"photos": []}
        if hand:
            holder = hands[hand]
            content |= {"squad_code": holder, "duty": None, "holder": holder, "limit": said}
            content |= {"share": 0.5} if action == A.FAIL else {"share": 1.0} if action == A.NOT_SATISFIED else {}
        elif action == A.FEEDBACK:
            content["limit"] = stage[Stage.INSPECT]
        elif action == A.SEND_BACK:
            content |= {"limit": stage[Stage.ACCEPT], "reason": "not_ours"}
        elif action == A.GRANT_EXTENSION:
            content["limit"] = said
        elif action in (A.DECLINE, A.FORCE_CLOSE, A.ASK_EXTENSION):
            content["reason"] = {
                A.DECLINE: "not_there",
                A.FORCE_CLOSE: "solved_otherwise",
                A.ASK_EXTENSION: "material",
            }[action]
        target = TARGETS.get(action, status)
        actor, role = _actor(town, case, action, holder)
        events.append(_event(case, events[-1], action, status, target, content, at, actor, role))
        status = target
    return events


def _pace(town: Town) -> float:
    """Which share of the limit this case takes: most a part, some nearly all, one in eight more than all."""
    return town.chance.choices(
        [town.chance.uniform(0.1, 0.8), town.chance.uniform(0.8, 0.99), town.chance.uniform(1.1, 3)], [76, 12, 12]
    )[0]


def _delay(town: Town, action: Action, limit: Limit, pace: float) -> timedelta:
    if action in (A.FEEDBACK, A.ASK_EXTENSION, A.FORCE_CLOSE):
        hours = {LimitUnit.WORK_DAY: 24.0, LimitUnit.NATURAL_DAY: 24.0}.get(limit.unit, 1.0) * limit.amount
        return timedelta(hours=max(0.1, hours * pace * (0.5 if action == A.ASK_EXTENSION else 1)))
    low, high = DELAYS.get(action, (2, 20))
    return timedelta(minutes=town.chance.uniform(low, high))


def _actor(town: Town, case: Case, action: Action, holder: str) -> tuple[UUID | None, Role | None]:
    if action in SYSTEM or action in RESIDENT:
        return None, None
    if action in DESK:
        operators = sorted({p.staff_id for p in town.posts if p.role == Role.OPERATOR})[:OPERATORS]
        # Whoever asked for voiding does not confirm it.
        return operators[-1 if action == A.CONFIRM_VOID else 0], Role.OPERATOR
    role = WHO.get(action, Role.SQUAD_MEMBER)
    if action == A.SELF_HANDLE or role == Role.WORKER:
        return town.worker(case.grid_path), Role.WORKER
    return town.first(role, holder if role == Role.SQUAD_MEMBER else None), role


def _event(
    case: Case,
    before: CaseEvent | None,
    action: Action,
    source: Status | None,
    target: Status,
    content: dict[str, Any],
    at: datetime,
    actor: UUID | None,
    role: Role | None,
) -> CaseEvent:
    event = CaseEvent(
        county=case.county,
        case_id=case.id,
        id=new_id(),
        seq=before.seq + 1 if before else 1,
        action=action,
        from_status=source,
        to_status=target,
        actor_id=actor,
        actor_role=role,
        content=content,
        fingerprint="",
        at=at,
        previous_hash=before.hash if before else NO_HASH,
        hash="",
    )
    event.hash = event_hash(event)
    return event


def _lay_down(town: Town, case: Case, source: ReportSource, events: Sequence[CaseEvent]) -> None:
    """The case as its history leaves it."""
    last = events[-1]
    actions = [event.action for event in events]
    case.version, case.status, case.updated_at = last.seq, last.to_status, last.at
    case.late_s = clocks_of(town.calendar, events).late_s
    case.self_handled = A.SELF_HANDLE in actions
    case.tier = 1 if case.self_handled else 2
    case.filed_at = (
        case.opened_at
        if source == ReportSource.STAFF
        else next((event.at for event in events if event.action == A.FILE), None)
    )
    case.squad_code = next((e.content["squad_code"] for e in reversed(events) if e.content.get("squad_code")), None)
    case.rework_count = actions.count(A.FAIL) + actions.count(A.NOT_SATISFIED)
    case.reopened_count = actions.count(A.NOT_SATISFIED)
    case.send_back_count = actions.count(A.SEND_BACK)
    case.extension_count = actions.count(A.GRANT_EXTENSION)
    if case.status == S.CLOSED:
        case.closed_at = next(e.at for e in reversed(events) if e.to_status == S.CLOSED and e.from_status != S.CLOSED)
        case.answer_until = case.closed_at + timedelta(hours=72)
        case.satisfaction = Satisfaction.SATISFIED if A.SATISFIED in actions else None


def _report(case: Case, source: ReportSource) -> Report:
    lng, lat = lng_lat(case.place)
    return Report(
        county=case.county,
        id=new_id(),
        case_id=case.id,
        reporter_id=case.reporter_id,
        source=source,
        fingerprint="",
        content={"matter": case.matter_code, "place": {"lng": lng, "lat": lat, "accuracy_m": 9.0, "source": "gps"}},
        place_source=PlaceSource.GPS,
        occurred_at=case.opened_at,
        received_at=case.opened_at,
    )


_ENDS = {A.FEEDBACK: AssignmentEnd.FINISHED, A.SEND_BACK: AssignmentEnd.SENT_BACK}


def _assignments(events: Sequence[CaseEvent]) -> list[Assignment]:
    found: list[Assignment] = []
    for event in events:
        if event.content.get("squad_code"):
            found.append(
                Assignment(
                    county=event.county,
                    id=new_id(),
                    case_id=event.case_id,
                    kind=AssignmentKind.LEAD,
                    squad_code=event.content["squad_code"],
                    assigned_at=event.at,
                    due_at=event.at + timedelta(hours=4),
                )
            )
        elif found and event.action == A.ACKNOWLEDGE:
            found[-1].acknowledged_at, found[-1].handler_id = event.at, event.actor_id
        elif found and event.action == A.ARRIVE:
            found[-1].arrived_at = event.at
        elif found and event.action in (A.FEEDBACK, A.SEND_BACK, A.CONFIRM_VOID, A.FORCE_CLOSE):
            found[-1].ended_at, found[-1].end = event.at, _ENDS.get(event.action, AssignmentEnd.ENDED)
    return found
