"""Who is on duty for a grid and a matter at a time, and making or changing a squad: both need the catalogue of matters."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend.access import SquadReader, StaffKeeper
from backend.clock import Now, local_date
from backend.database import Session
from backend.dispatch import queries, views
from backend.dispatch.schemas import OnDutyOut
from backend.grids.queries import grid_paths
from backend.language import Language
from backend.matters.queries import capability_words
from backend.staff import rota_views, squads
from backend.staff.schemas_duty import SquadCode, SquadDetail, SquadIn
from backend.wire import PhoneTime

router = APIRouter(prefix="/api", tags=["dispatch"])


@router.get("/duty/on")
async def on_duty(
    actor: SquadReader,
    session: Session,
    now: Now,
    language: Language,
    grid: Annotated[str | None, Query(max_length=15, description="code of a grid in your scope")] = None,
    matter: Annotated[str | None, Query(max_length=16, description="code of a matter of the catalogue")] = None,
    at: Annotated[PhoneTime | None, Query(description="when; now if left out")] = None,
) -> OnDutyOut:
    """Who is on duty for this grid and matter at this time, until when, and why the others are not."""
    when = at or now
    found = await queries.duty_for(session, actor, grid_code=grid, matter_code=matter, at=when)
    return await views.on_duty_out(session, actor, found, at=when, language=language)


@router.put("/squads/{code}")
async def put_squad(
    code: SquadCode, body: SquadIn, actor: StaffKeeper, session: Session, at: Now, language: Language
) -> SquadDetail:
    """Make a squad or change it; its people are posts, see the staff."""
    await squads.save_squad(
        session,
        actor=actor,
        squad_code=code,
        content=body,
        known_words=await capability_words(session, actor.county, at),
        known_paths=await grid_paths(session, actor.county, body.jurisdiction, on=local_date(at)),
    )
    return await rota_views.squad_detail(session, actor, code, at=at, language=language)
