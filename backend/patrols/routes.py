"""The phone's side of patrols: consent, starting and ending, and the positions of our own app."""

from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access import Patroller
from backend.clock import Now, PhoneNow
from backend.database import Session
from backend.errors import Say, TooLarge
from backend.patrols import consent, patrolling, queries
from backend.patrols.intake import Batch, take_fixes
from backend.patrols.models import Patrol, Travel
from backend.patrols.reading import read_fixes
from backend.patrols.rules import MAX_FIXES, rules_of
from backend.patrols.schemas import (
    ConsentIn,
    ConsentOut,
    FixesIn,
    FixesTaken,
    PatrolIn,
    Patrolling,
    PatrolOut,
    ShiftOut,
)
from backend.patrols.shifts import shift_of

router = APIRouter(prefix="/api", tags=["patrols"])

LATELY = timedelta(days=30)


@router.get("/patrolling")
async def get_patrolling(actor: Patroller, session: Session, at: Now) -> Patrolling:
    """Whether I may start a patrol now, and the one that runs."""
    rules = await rules_of(session, actor.county)
    shift = await shift_of(session, actor, at)
    patrol = await patrolling.open_patrol(session, actor.county, actor.staff_id, at)
    return Patrolling(
        consent=await consent.consent_of(session, actor),
        shift=ShiftOut(running_until=shift.ends_at, next_at=shift.next_at),
        patrol=await _shown(session, patrol, at) if patrol else None,
        usual_travel=Travel.CAR if actor.squad_codes else Travel.EBIKE,
        fixes_days=rules.fixes_days,
        track_days=rules.track_days,
        looks_lately=await queries.times_looked_at(session, actor.county, actor.staff_id, at - LATELY),
        server_time=at,
    )


@router.put("/track-consent")
async def put_consent(body: ConsentIn, actor: Patroller, session: Session, at: Now) -> ConsentOut:
    """Agree to the notice on location, or take it back; reporting works either way."""
    return await consent.answer_consent(session, actor=actor, content=body, at=at)


@router.put("/patrols/{patrol_id}")
async def put_patrol(
    patrol_id: UUID, body: PatrolIn, actor: Patroller, session: Session, at: Now, phone_at: PhoneNow
) -> PatrolOut:
    """Start a patrol, or say how it goes on: paused, resumed, ended. Always the whole of it, with a growing revision."""
    patrol = await patrolling.take_patrol(
        session, actor=actor, patrol_id=patrol_id, content=body, phone_at=phone_at, at=at
    )
    return await _shown(session, patrol, at)


@router.get("/patrols/{patrol_id}")
async def get_patrol(patrol_id: UUID, actor: Patroller, session: Session, at: Now) -> PatrolOut:
    """One of my own patrols as the server has it."""
    return await _shown(session, await patrolling.patrol_of(session, actor, patrol_id), at)


@router.put("/patrols/{patrol_id}/fixes/{batch_id}")
async def put_fixes(
    patrol_id: UUID, batch_id: UUID, body: FixesIn, actor: Patroller, session: Session, at: Now, phone_at: PhoneNow
) -> FixesTaken:
    """A batch of positions of my patrol. The source is my own phone's web page, whichever phone that is."""
    if len(body.fixes) > MAX_FIXES:
        raise TooLarge(
            "too_many_fixes",
            Say(
                f"一次最多 {MAX_FIXES} 个位置，请分批上传",
                f"At most {MAX_FIXES} positions at once; send several batches",
            ),
        )
    patrol = await patrolling.patrol_of(session, actor, patrol_id)
    rules = await rules_of(session, actor.county)
    skew = patrolling.skew_of(phone_at, at)
    fixes, rejected, told = read_fixes(body.fixes, at=at, skew=skew, oldest=timedelta(days=rules.fixes_days))
    batch = Batch(actor.county, actor.staff_id, patrol.staff_id, batch_id, at, skew)
    taken = await take_fixes(session, batch, fixes, rejected)
    return FixesTaken(
        batch_id=batch_id,
        stored=taken.stored,
        repeated=taken.repeated,
        off_patrol=taken.off_patrol,
        rejected=taken.rejected,
        rejections=told,
    )


async def _shown(session: AsyncSession, patrol: Patrol, at: datetime) -> PatrolOut:
    return PatrolOut(
        id=patrol.id,
        revision=patrol.revision,
        travel=patrol.travel,
        on_day=patrol.on_day,
        started_at=patrol.started_at,
        shift_ends_at=patrol.shift_ends_at,
        ended_at=patrol.ended_at,
        ended_by=patrol.ended_by,
        fixes=await queries.fixes_kept(session, patrol),
        server_time=at,
    )
