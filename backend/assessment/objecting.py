"""Objections to figures (申诉): a squad's leader says why a case should not count as due, the command centre answers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.assessment.models import CaseOutcome, FigureObjection
from backend.assessment.outcomes import Level
from backend.assessment.queries import scope_of
from backend.assessment.refreshing import want_again
from backend.assessment.schemas import FigureObjectionAnswer, FigureObjectionIn, FigureObjectionOut
from backend.cases.models import Case
from backend.cases.queries import MATTER_OF_CASE, no_such_case, within
from backend.errors import Conflict, NotAllowed, NotFound, Say
from backend.locks import one_at_a_time
from backend.matters.models import Matter
from backend.permissions import Actor
from backend.staff.queries import squad_names

MOST_SHOWN = 500


async def object_to(
    session: AsyncSession, *, actor: Actor, objection_id: UUID, content: FigureObjectionIn, at: datetime
) -> tuple[bool, FigureObjectionOut]:
    """Raises NotAllowed for somebody else's squad, NotFound, Conflict if the case was objected to before or is not due."""
    if content.squad not in scope_of(actor).squads:
        sentence = Say("只有本队队长能对本队的数字提出申诉", "Only a squad's own leader objects to its figures")
        raise NotAllowed("not_your_figures", sentence)
    await one_at_a_time(session, actor.county, f"objection {content.case_id} {content.squad}")
    of_case = select(FigureObjection).where(
        col(FigureObjection.county) == actor.county,
        or_(
            col(FigureObjection.id) == objection_id,
            and_(col(FigureObjection.case_id) == content.case_id, col(FigureObjection.squad_code) == content.squad),
        ),
    )
    kept = (await session.scalars(of_case)).first()
    if kept:
        same = (kept.id, kept.case_id, kept.squad_code, kept.words)
        if same != (objection_id, content.case_id, content.squad, content.words):
            raise Conflict("objected_before", Say("一个案件只能申诉一次", "A case is objected to once only"))
        return False, await _one(session, actor, objection_id)
    counted = select(CaseOutcome).where(
        col(CaseOutcome.county) == actor.county,
        col(CaseOutcome.case_id) == content.case_id,
        col(CaseOutcome.level) == Level.SQUAD,
        col(CaseOutcome.body) == content.squad,
    )
    outcome = (await session.scalars(counted)).one_or_none()
    if outcome is None:
        raise no_such_case()
    if outcome.handle_at is None or outcome.handle_at >= at or outcome.handle_in_time:
        sentence = Say("这个案件没有算作超时，不用申诉", "This case does not count as late")
        raise Conflict("nothing_to_object", sentence)
    session.add(
        FigureObjection(
            county=actor.county,
            id=objection_id,
            case_id=content.case_id,
            squad_code=content.squad,
            words=content.words,
            made_by=actor.staff_id,
            made_at=at,
        )
    )
    await session.flush()
    return True, await _one(session, actor, objection_id)


async def answer(
    session: AsyncSession, *, actor: Actor, objection_id: UUID, content: FigureObjectionAnswer, at: datetime
) -> FigureObjectionOut:
    """Raises NotFound, Conflict if it was answered otherwise before."""
    objection = await session.get(FigureObjection, (actor.county, objection_id), with_for_update=True)
    case = await session.get(Case, (actor.county, objection.case_id)) if objection else None
    if objection is None or case is None or not _covers(actor, case.grid_path):
        raise _none()
    if objection.upheld is not None:
        if (objection.upheld, objection.answer) != (content.upheld, content.words):
            raise Conflict("answered_already", Say("这份申诉已经答复过", "This objection was answered before"))
        return await _one(session, actor, objection_id)
    objection.upheld, objection.answer = content.upheld, content.words
    objection.answered_by, objection.answered_at = actor.staff_id, at
    await session.flush()
    await want_again(session, actor.county, objection.case_id)
    return await _one(session, actor, objection_id)


def _covers(actor: Actor, grid_path: str) -> bool:
    return any(grid_path == path or grid_path.startswith(f"{path}/") for path in scope_of(actor).paths)


def _none() -> NotFound:
    return NotFound("no_such_objection", Say("没有这份申诉", "There is no such objection"))


async def _one(session: AsyncSession, actor: Actor, objection_id: UUID) -> FigureObjectionOut:
    found = await objections(session, actor, objection_id)
    if not found:
        raise _none()
    return found[0]


async def objections(session: AsyncSession, actor: Actor, objection_id: UUID | None = None) -> list[FigureObjectionOut]:
    scope = scope_of(actor)
    mine = col(FigureObjection.squad_code).in_(scope.squads)
    statement = (
        select(FigureObjection, col(Case.code), col(Matter.name))
        .join(Case, and_(col(Case.county) == col(FigureObjection.county), col(Case.id) == col(FigureObjection.case_id)))
        .join(Matter, MATTER_OF_CASE)
        .where(col(FigureObjection.county) == actor.county, or_(mine, within(scope.paths)))
        .order_by(col(FigureObjection.upheld).is_not(None), col(FigureObjection.made_at).desc())
        .limit(MOST_SHOWN)
    )
    if objection_id:
        statement = statement.where(col(FigureObjection.id) == objection_id)
    names = await squad_names(session, actor.county)
    return [
        FigureObjectionOut(
            id=row.id,
            case_id=row.case_id,
            case_code=code,
            matter=matter,
            squad=names.get(row.squad_code, row.squad_code),
            words=row.words,
            made_at=row.made_at,
            upheld=row.upheld,
            answer=row.answer,
            answered_at=row.answered_at,
        )
        for row, code, matter in await session.execute(statement)
    ]
