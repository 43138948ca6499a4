"""Squads as a dispatcher sees them."""

from datetime import datetime

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access import SquadReader
from backend.clock import Now
from backend.database import Session
from backend.dispatch.queries import open_cases_by_squad
from backend.dispatch.schemas import SquadOut
from backend.staff import queries as staff
from backend.staff.rota import shift_end

router = APIRouter(prefix="/api", tags=["dispatch"])


@router.get("/squads")
async def list_squads(actor: SquadReader, session: Session, at: Now) -> list[SquadOut]:
    """Every squad with duty, load and jurisdiction; those on duty first."""
    return await squad_board(session, actor.county, at)


async def squad_board(session: AsyncSession, county: str, at: datetime) -> list[SquadOut]:
    shifts = await staff.shifts_by_squad(session, county)
    jurisdictions = await staff.jurisdiction_by_squad(session, county)
    load = await open_cases_by_squad(session, county)
    units = await staff.unit_names(session, county)
    board = [
        SquadOut(
            code=squad.code,
            name=squad.name,
            unit_name=units[squad.unit_code],
            kind=squad.kind,
            on_duty=shift_end(shifts.get(squad.code, []), at) is not None,
            open_cases=load.get(squad.code, 0),
            jurisdiction=[path.rsplit("/", 1)[-1] for path in jurisdictions.get(squad.code, [])],
        )
        for squad in await staff.squads(session, county)
    ]
    return sorted(board, key=lambda s: (not s.on_duty, s.kind != "all_round", s.code))
