"""Cases as people are shown them: rows and histories turned into what crosses the wire."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import queries
from backend.cases.actions import standing
from backend.cases.lifecycle import Handlers, Photos, Status, Step, allowed_steps
from backend.cases.models import Case, CaseEvent, CasePhoto
from backend.cases.queries import CaseRow
from backend.cases.schemas import (
    MAX_PHOTOS,
    AllowedAction,
    AssignmentOut,
    CaseDetail,
    CaseEventOut,
    CasePhotoOut,
    CaseSummary,
    MatterBrief,
    PlaceOut,
    SquadBrief,
)
from backend.database import lng_lat
from backend.dispatch.explanations import explain, sentence_of
from backend.dispatch.models import Assignment
from backend.dispatch.queries import assignments_of
from backend.matters.models import Matter
from backend.matters.queries import condition_of
from backend.permissions import Actor
from backend.photos.models import Photo
from backend.staff.queries import squad_names
from backend.staff.queries_rota import names_of


async def summaries(
    session: AsyncSession, actor: Actor, ids: Sequence[UUID], *, at: datetime, language: str
) -> list[CaseSummary]:
    """The cases with these ids, in this order, with what the actor may do with each. They must be visible to the actor."""
    rows = await queries.case_rows(session, actor.county, ids)
    handlers = await queries.handlers_of(session, actor.county, [row.case.id for row in rows])
    return [_summary(row, actor, handlers[row.case.id], at, language) for row in rows]


async def detail(session: AsyncSession, actor: Actor, case_id: UUID, *, at: datetime, language: str) -> CaseDetail:
    """One case whole: history, assignments, routing. Raises NotFound unless it is visible to the actor."""
    case = await queries.case_for(session, actor, case_id)
    (row,) = await queries.case_rows(session, case.county, [case.id])
    handlers = await queries.handlers_of(session, case.county, [case.id])
    summary = _summary(row, actor, handlers[case.id], at, language)
    condition = await condition_of(session, case.county, case.catalogue_version, case.condition_code)
    squads = await squad_names(session, case.county)
    photos = await queries.photos_of(session, case.county, case.id)
    events = await queries.events_of(session, case.county, case.id)
    assignments = await assignments_of(session, case.county, case.id)
    handlers_named = await names_of(session, case.county, _handlers_in(events, assignments))
    return CaseDetail(
        **summary.model_dump(),
        condition_words=condition.words,
        closing_condition=row.matter.closing_condition,
        events=[
            _event(event, name, squads, handlers_named, [pair for pair in photos if pair[0].event_id == event.id])
            for event, name in events
        ],
        assignments=[
            AssignmentOut(
                squad=SquadBrief(code=a.squad_code, name=squads[a.squad_code]),
                handler_name=handlers_named.get(a.handler_id) if a.handler_id else None,
                assigned_at=a.assigned_at,
                due_at=a.due_at,
                acknowledged_at=a.acknowledged_at,
                arrived_at=a.arrived_at,
                ended_at=a.ended_at,
                end=a.end,
            )
            for a in assignments
        ],
        routing=explain(
            row.decision,
            language=language,
            squad_names=squads,
        )
        if row.decision
        else None,
        server_time=at,
    )


def _summary(row: CaseRow, actor: Actor, handlers: Handlers, at: datetime, language: str) -> CaseSummary:
    case = row.case
    steps = allowed_steps(case.status, standing(actor, case, handlers))
    return CaseSummary(
        id=case.id,
        code=case.code,
        version=case.version,
        status=case.status,
        matter=MatterBrief(
            code=row.matter.code, name=row.matter.name, icon=row.matter.icon, major_name=row.matter.major_name
        ),
        severity=case.severity,
        place=_place(row),
        words=case.words,
        opened_at=case.opened_at,
        starts_at=case.clock_started_at if case.due_at else None,
        due_at=case.due_at,
        updated_at=case.updated_at,
        closed_at=case.closed_at,
        overdue_s=_overdue_s(case, at),
        squad=SquadBrief(code=row.squad.code, name=row.squad.name) if row.squad else None,
        why=sentence_of(row.decision).in_language(language) if row.decision else "",
        reporter_name=row.reporter_name,
        mine=case.reporter_id == actor.staff_id,
        rework_count=case.rework_count,
        cover_photo=row.cover_photo,
        allowed_actions=[_allowed(step, row.matter, language) for step in steps],
    )


def _place(row: CaseRow) -> PlaceOut:
    lng, lat = lng_lat(row.case.place)
    return PlaceOut(
        lng=lng,
        lat=lat,
        accuracy_m=row.case.accuracy_m,
        grid_code=row.grid.code,
        grid_name=row.grid.name,
        village_name=row.village_name,
        on_border=row.case.on_border,
    )


def _overdue_s(case: Case, at: datetime) -> int:
    if case.status == Status.CLOSED or case.due_at is None:
        return case.late_s
    return max(0, int((at - case.due_at).total_seconds()))


def _allowed(step: Step, matter: Matter, language: str) -> AllowedAction:
    least = matter.photos_after_min if step.photos == Photos.AS_MATTER_ASKS else 0
    return AllowedAction(
        action=step.action,
        label=step.label.in_language(language),
        words=step.words,
        photos_min=least,
        photos_max=0 if step.photos == Photos.NONE else MAX_PHOTOS,
        squad=step.squad,
    )


def _handlers_in(events: Sequence[tuple[CaseEvent, str | None]], assignments: Sequence[Assignment]) -> set[UUID]:
    """Everybody who accepted the case or to whom it was handed over."""
    heirs = (event.content.get("to_id") for event, _name in events)
    return {UUID(heir) for heir in heirs if heir} | {a.handler_id for a in assignments if a.handler_id}


def _event(
    event: CaseEvent,
    name: str | None,
    squads: dict[str, str],
    people: dict[UUID, str],
    photos: list[tuple[CasePhoto, Photo | None]],
) -> CaseEventOut:
    squad_code = event.content.get("squad_code")
    due_at = event.content.get("due_at")
    heir = event.content.get("to_id")
    return CaseEventOut(
        id=event.id,
        seq=event.seq,
        action=event.action,
        from_status=event.from_status,
        to_status=event.to_status,
        actor_name=name,
        actor_role=event.actor_role,
        words=event.words,
        squad=SquadBrief(code=squad_code, name=squads[squad_code]) if squad_code else None,
        to_name=people.get(UUID(heir)) if heir else None,
        due_at=datetime.fromisoformat(due_at) if due_at else None,
        client_at=event.client_at,
        at=event.at,
        photos=[
            CasePhotoOut(
                sha256=declared.sha256,
                phase=declared.phase,
                received=declared.received_at is not None,
                width=photo.width if photo else None,
                height=photo.height if photo else None,
            )
            for declared, photo in photos
        ],
        hash=event.hash,
    )
