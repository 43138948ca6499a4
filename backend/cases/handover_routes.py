"""Departures over HTTP: what somebody has in their hands, and letting them leave or move in one step."""

from uuid import UUID

from fastapi import APIRouter

from backend.access import StaffKeeper
from backend.cases import handover, handover_views
from backend.cases.schemas_handover import DepartureIn, DepartureOut, OpenWork
from backend.clock import Now
from backend.database import Session
from backend.language import Language

router = APIRouter(prefix="/api", tags=["people"])


@router.get("/staff/{person_id}/open-work")
async def open_work(person_id: UUID, actor: StaffKeeper, session: Session, at: Now, language: Language) -> OpenWork:
    """Posts, open cases, coming turns and swaps of a person, and which places would be left without anybody."""
    return await handover_views.open_work(session, actor, person_id, at, language)


@router.post("/staff/{person_id}/departure")
async def depart(
    person_id: UUID, content: DepartureIn, actor: StaffKeeper, session: Session, at: Now, language: Language
) -> DepartureOut:
    """Let a person leave or move: everything open is handed over, in one step. Again, and nothing more happens."""
    done = await handover.let_leave(session, actor=actor, person_id=person_id, content=content, at=at)
    return await handover_views.handed_over(session, done, content.last_day, language)
