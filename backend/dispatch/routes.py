"""The board of squads over HTTP."""

from fastapi import APIRouter

from backend.access import SquadReader
from backend.clock import Now
from backend.database import Session
from backend.dispatch.schemas import SquadOut
from backend.dispatch.views import squad_board
from backend.language import Language

router = APIRouter(prefix="/api", tags=["dispatch"])


@router.get("/squads")
async def list_squads(actor: SquadReader, session: Session, at: Now, language: Language) -> list[SquadOut]:
    """Every squad with duty, load and jurisdiction; those on duty first."""
    return await squad_board(session, actor, at=at, language=language)
