"""Looking at others' tracks: a reason first. What is shown of them is in command_centre/replay_routes.py."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.access import PatrolKeeper, TrackReader
from backend.clock import Now
from backend.database import Session
from backend.errors import Conflict, FieldError, Malformed, NotAllowed, Say
from backend.patrols import day_views, looks
from backend.patrols.models import Patrol, PatrolRules, TrackLook, TrackObjection
from backend.patrols.rules import rules_of
from backend.patrols.schemas import AnswerIn, LookIn, LookOut, ObjectionOut, PatrolRulesIn, PatrolRulesOut
from backend.permissions import Actor, Permission

router = APIRouter(prefix="/api", tags=["tracks"])


@router.put("/track-looks/{look_id}")
async def put_look(look_id: UUID, body: LookIn, actor: TrackReader, session: Session, at: Now) -> LookOut:
    """Say why I look at positions or tracks, and at whose. It opens them for eight hours and is listed to those shown."""
    look = await looks.begin_look(session, actor=actor, look_id=look_id, content=body, at=at)
    return _look_out(look)


@router.get("/track-looks/{look_id}")
async def get_look(look_id: UUID, actor: TrackReader, session: Session) -> LookOut:
    """One of my own looks: what it opens, and until when."""
    look = await session.get(TrackLook, (actor.county, look_id))
    if look is None or look.by != actor.staff_id:
        raise looks.no_such_look()
    return _look_out(look)


@router.put("/track-objections/{objection_id}/answer")
async def put_answer(objection_id: UUID, body: AnswerIn, actor: TrackReader, session: Session, at: Now) -> ObjectionOut:
    """Answer what a person said against their day. The track itself is never changed by hand."""
    objection = await _objection_for(session, actor, objection_id)
    if objection.answer and (objection.answer, objection.answered_by) != (body.words, actor.staff_id):
        raise Conflict("answered_already", Say("这条说明已有答复", "This has an answer already"))
    if objection.answer is None:
        objection.answer, objection.answered_by, objection.answered_at = body.words, actor.staff_id, at
        session.add(objection)
        await session.flush()
    return day_views.objection_out(objection, actor.name)


@router.get("/patrol-rules")
async def get_rules(actor: PatrolKeeper, session: Session) -> PatrolRulesOut:
    """When people without a rota may patrol, and how long tracks are kept."""
    return PatrolRulesOut.model_validate(await rules_of(session, actor.county), from_attributes=True)


@router.put("/patrol-rules")
async def put_rules(body: PatrolRulesIn, actor: PatrolKeeper, session: Session, at: Now) -> PatrolRulesOut:
    """Change them for the whole county. Positions never live longer than 30 days, tracks never longer than 180."""
    if actor.county not in actor.paths_for(Permission.MANAGE_PATROLS):
        sentence = Say(
            "只有县级管理员能修改全县的巡查规则", "Only administrators of the whole county change its patrol rules"
        )
        raise NotAllowed("not_your_patrol_rules", sentence)
    if body.starts == body.ends:
        raise Malformed.at("ends", "no_hours", Say("结束时间不能等于开始时间", "The end must differ from the start"))
    if body.track_days < body.fixes_days:
        sentence = Say("轨迹的保存天数不能少于原始位置", "Tracks cannot be kept for less time than positions")
        raise Malformed.listing([FieldError("track_days", sentence, "shorter_than_fixes")])
    kept = await session.get(PatrolRules, actor.county, with_for_update=True)
    if (kept.version if kept else 0) != body.version:
        raise Conflict(
            "rules_changed", Say("别人刚改过，请刷新后再改", "Somebody has just changed them; read them again")
        )
    facts = body.model_dump() | {"version": body.version + 1, "changed_by": actor.staff_id, "changed_at": at}
    kept = kept or PatrolRules(county=actor.county, **facts)
    kept.sqlmodel_update(facts)
    session.add(kept)
    await session.flush()
    return PatrolRulesOut.model_validate(kept, from_attributes=True)


async def _objection_for(session: AsyncSession, actor: Actor, objection_id: UUID) -> TrackObjection:
    """An objection against a day that the actor may look at, and is not their own. Raises NotFound."""
    objection = await session.get(TrackObjection, (actor.county, objection_id), with_for_update=True)
    if objection and objection.staff_id != actor.staff_id:
        seen = await session.scalar(
            select(col(Patrol.id))
            .where(
                looks.tracks_visible_to(actor),
                col(Patrol.staff_id) == objection.staff_id,
                col(Patrol.on_day) == objection.on_day,
            )
            .limit(1)
        )
        if seen:
            return objection
    raise day_views.no_such_objection()


def _look_out(look: TrackLook) -> LookOut:
    return LookOut(
        id=look.id,
        kind=look.kind,
        reason=look.reason,
        on_day=look.on_day,
        staff_id=look.staff_id,
        squad_code=look.squad_code,
        grid_code=look.grid_path.rsplit("/", 1)[-1] if look.grid_path else None,
        at=look.at,
        until=look.until,
    )
