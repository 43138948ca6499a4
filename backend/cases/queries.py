"""Every SELECT about cases. What an actor may see is decided by `visible_to`, and nowhere else."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, and_, bindparam, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from backend.cases.models import Case, CaseEvent, CasePhoto, Report, ReportSource
from backend.cases.terms import OPEN_STATUSES, Action, Status
from backend.dispatch.models import Assignment
from backend.errors import NotFound, Say
from backend.grids.models import Grid
from backend.matters.models import Matter
from backend.permissions import Actor
from backend.photos.models import Photo
from backend.staff.models import Squad, Staff

HANDLING_ACTIONS = (
    Action.SELF_HANDLE,
    Action.CLAIM,
    Action.ACKNOWLEDGE,
    Action.ARRIVE,
    Action.FEEDBACK,
    Action.REVIEW_PASS,
    Action.REVIEW_RETURN,
    Action.CO_ACKNOWLEDGE,
    Action.CO_ARRIVE,
    Action.CO_FEEDBACK,
)

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

# Made once: an alias copies every column.
_REPORTED = aliased(Case)


def within(paths: Iterable[str]) -> ColumnElement[bool]:
    """Cases in the grids at these paths or below. Paths are digits and `/`, so LIKE needs no escaping."""
    return or_(false(), *(or_(col(Case.grid_path) == path, col(Case.grid_path).like(f"{path}/%")) for path in paths))


def in_status(*statuses: Status) -> ColumnElement[bool]:
    """Cases in one of these. Written into the statement, not bound: only then does a kept plan find the index of open cases."""
    return col(Case.status).in_(bindparam(None, sorted(statuses), expanding=True, literal_execute=True))


def is_open() -> ColumnElement[bool]:
    """Cases that have not ended: one in forty or so, which have indexes of their own."""
    return in_status(*OPEN_STATUSES)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The scope clause: cases in the actor's grids, ever given to the actor's squads or free for them to claim, or reported
    by the actor, also where their report was merged into it.

    `Actor.sees` is the same rule without a database; a test holds the two together. Of whoever has a post over the county
    nothing else is asked: every case lies in it, and the database must not weigh ways to find that out.
    """
    if actor.county in actor.scope_paths:
        return col(Case.county) == actor.county
    ways = [within(actor.scope_paths), col(Case.reporter_id) == actor.staff_id, reported_by(actor)]
    if actor.squad_codes:
        given = select(col(Assignment.case_id)).where(
            col(Assignment.county) == actor.county, col(Assignment.squad_code).in_(actor.squad_codes)
        )
        ways.append(col(Case.id).in_(given))
    if actor.jurisdiction_paths:
        ways.append(and_(in_status(Status.PENDING_DISPATCH), within(actor.jurisdiction_paths)))
    return and_(col(Case.county) == actor.county, or_(*ways))


def reported_by(actor: Actor) -> ColumnElement[bool]:
    """Cases that the actor reported: opened, joined, or through one that was merged into it.

    Asked once for all rows, not once a row: nobody has reported many.
    """
    return col(Case.id).in_(reports_of(actor.county, actor.staff_id))


def reports_of(county: Any, staff_id: Any) -> CompoundSelect[Any]:
    """The ids of the cases that this person reported; both may be bound later."""
    mine = (col(Report.county) == county, col(Report.reporter_id) == staff_id)
    merged = (
        select(col(_REPORTED.merged_into))
        .join(Report, and_(col(Report.county) == col(_REPORTED.county), col(Report.case_id) == col(_REPORTED.id)))
        .where(*mine, col(_REPORTED.merged_into).is_not(None))
    )
    return select(col(Report.case_id)).where(*mine).union_all(merged)


async def case_for(session: AsyncSession, actor: Actor, case_id: UUID, *, lock: bool = False) -> Case:
    """The case if the actor may see it; `lock` holds it until the transaction ends. Raises NotFound."""
    wanted = select(Case).where(visible_to(actor), col(Case.id) == case_id)
    if lock:
        wanted = wanted.with_for_update(of=Case)
    case = (await session.scalars(wanted.execution_options(populate_existing=True))).one_or_none()
    if case is None:
        raise no_such_case()
    return case


async def hold_in_order(session: AsyncSession, county: str, ids: Iterable[UUID]) -> None:
    """Hold these cases until the transaction ends, in the order of ids like everybody who holds several."""
    found = select(col(Case.id)).where(col(Case.county) == county, col(Case.id).in_(list(ids)))
    await session.execute(found.order_by(col(Case.id)).with_for_update())


async def original_of(session: AsyncSession, county: str, case_id: UUID, sha256: str) -> str:
    """SHA-256 of the camera's own file of this photo of the case, if it has come; else of the photo itself."""
    found: str | None = await session.scalar(
        select(col(CasePhoto.original_sha256))
        .where(
            col(CasePhoto.county) == county,
            col(CasePhoto.case_id) == case_id,
            col(CasePhoto.sha256) == sha256,
            col(CasePhoto.original_received_at).is_not(None),
        )
        .limit(1)
    )
    return found or sha256


async def case_id_by_code(session: AsyncSession, actor: Actor, code: str) -> UUID:
    """The id of a visible case by its code. Raises NotFound."""
    case_id = await session.scalar(select(col(Case.id)).where(visible_to(actor), col(Case.code) == code))
    if case_id is None:
        raise no_such_case()
    return case_id


async def visible_ids(session: AsyncSession, actor: Actor, ids: Iterable[UUID]) -> set[UUID]:
    """Those of these cases that the actor may see."""
    return set(await session.scalars(select(col(Case.id)).where(visible_to(actor), col(Case.id).in_(list(ids)))))


def no_such_case() -> NotFound:
    return NotFound(
        "no_such_case", Say("没有这个案件，或它不在你的范围内", "There is no such case, or it is not yours to see")
    )


async def events_of(session: AsyncSession, county: str, case_id: UUID) -> list[tuple[CaseEvent, str | None]]:
    """The history, oldest first, each with the actor's name."""
    rows = await session.execute(
        select(CaseEvent, col(Staff.name))
        .outerjoin(Staff, and_(col(Staff.county) == col(CaseEvent.county), col(Staff.id) == col(CaseEvent.actor_id)))
        .where(col(CaseEvent.county) == county, col(CaseEvent.case_id) == case_id)
        .order_by(col(CaseEvent.seq))
    )
    return [(event, name) for event, name in rows]


async def history_of(session: AsyncSession, county: str, case_id: UUID) -> Sequence[CaseEvent]:
    """The events of a case, oldest first."""
    return (
        await session.scalars(
            select(CaseEvent)
            .where(col(CaseEvent.county) == county, col(CaseEvent.case_id) == case_id)
            .order_by(col(CaseEvent.seq))
        )
    ).all()


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


async def own_report(session: AsyncSession, actor: Actor, report_id: UUID) -> Report:
    """The report that the actor sent. Raises NotFound."""
    report = await report_by_id(session, actor.county, report_id)
    if report is None or report.reporter_id != actor.staff_id:
        raise NotFound("no_such_report", Say("请先提交上报内容，再传照片", "Send the report first, then its photos"))
    return report


async def own_event(session: AsyncSession, actor: Actor, case_id: UUID, event_id: UUID) -> CaseEvent:
    """The report or action that this actor sent under this id. Raises NotFound, for other people's too."""
    event = await session.get(CaseEvent, (actor.county, case_id, event_id))
    if event is None or event.actor_id != actor.staff_id:
        raise NotFound("no_such_submission", Say("请先提交内容，再传照片", "Send the content first, then its photos"))
    return event


async def first_case_with_photo(session: AsyncSession, actor: Actor, sha256: str) -> UUID | None:
    """The oldest of the cases that have this photo and that the actor may see."""
    first: UUID | None = await session.scalar(
        select(col(Case.id))
        .select_from(CasePhoto)
        .join(Case, and_(col(Case.county) == col(CasePhoto.county), col(Case.id) == col(CasePhoto.case_id)))
        .where(visible_to(actor), col(CasePhoto.sha256) == sha256, col(CasePhoto.received_at).is_not(None))
        .order_by(col(Case.opened_at), col(Case.id))
        .limit(1)
    )
    return first


async def first_step_with_photo(
    session: AsyncSession, county: str, case_id: UUID, sha256: str
) -> tuple[Case, CaseEvent]:
    """The case and its first event to which this photo belongs; there must be one."""
    found = await session.execute(
        select(Case, CaseEvent)
        .join(CaseEvent, and_(col(CaseEvent.county) == col(Case.county), col(CaseEvent.case_id) == col(Case.id)))
        .join(
            CasePhoto,
            and_(
                col(CasePhoto.county) == col(CaseEvent.county),
                col(CasePhoto.case_id) == col(CaseEvent.case_id),
                col(CasePhoto.event_id) == col(CaseEvent.id),
            ),
        )
        .where(col(Case.county) == county, col(Case.id) == case_id, col(CasePhoto.sha256) == sha256)
        .order_by(col(CasePhoto.received_at).is_(None), col(CaseEvent.seq))
        .limit(1)
    )
    case, event = found.one()
    return case, event


async def squads_ever(session: AsyncSession, county: str, case_id: UUID) -> tuple[str, ...]:
    """Every squad that has or had the case, or a part of it."""
    found = select(col(Assignment.squad_code)).where(
        col(Assignment.county) == county,
        col(Assignment.case_id) == case_id,
        col(Assignment.squad_code).is_not(None),
    )
    return tuple(code for code in await session.scalars(found.distinct().order_by(col(Assignment.squad_code))) if code)


async def reporters_of(session: AsyncSession, county: str, case_id: UUID) -> tuple[UUID, ...]:
    """The staff who reported the case or one merged into it."""
    found = (
        select(col(Report.reporter_id))
        .join(Case, and_(col(Case.county) == col(Report.county), col(Case.id) == col(Report.case_id)))
        .where(
            col(Report.county) == county,
            or_(col(Case.id) == case_id, col(Case.merged_into) == case_id),
            col(Report.reporter_id).is_not(None),
        )
    )
    return tuple(i for i in await session.scalars(found.distinct().order_by(col(Report.reporter_id))) if i)


async def is_from_outside(session: AsyncSession, county: str, case_id: UUID) -> bool:
    """Whether anybody but staff has reported the case or one merged into it."""
    found = (
        select(col(Report.id))
        .join(Case, and_(col(Case.county) == col(Report.county), col(Case.id) == col(Report.case_id)))
        .where(
            col(Report.county) == county,
            or_(col(Case.id) == case_id, col(Case.merged_into) == case_id),
            col(Report.source) != ReportSource.STAFF,
        )
    )
    return await session.scalar(found.limit(1)) is not None


async def report_count(session: AsyncSession, county: str, case_id: UUID) -> int:
    """How often the case was reported, through those merged into it too."""
    found = (
        select(func.count())
        .select_from(Report)
        .join(Case, and_(col(Case.county) == col(Report.county), col(Case.id) == col(Report.case_id)))
        .where(col(Report.county) == county, or_(col(Case.id) == case_id, col(Case.merged_into) == case_id))
    )
    return await session.scalar(found) or 0


async def merged_into(session: AsyncSession, county: str, case_id: UUID) -> list[tuple[UUID, str]]:
    """Ids and codes of the cases merged into this one, oldest first."""
    rows = await session.execute(
        select(col(Case.id), col(Case.code))
        .where(col(Case.county) == county, col(Case.merged_into) == case_id)
        .order_by(col(Case.opened_at), col(Case.id))
    )
    return [(case_id, code) for case_id, code in rows]


async def case_codes(session: AsyncSession, county: str, ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = await session.execute(
        select(col(Case.id), col(Case.code)).where(col(Case.county) == county, col(Case.id).in_(set(ids)))
    )
    return dict(rows.all())
