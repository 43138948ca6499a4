"""The net's browser over HTTP: the tree of a day, and the card of one grid."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from backend.access import NetReader
from backend.clock import Now, local_date
from backend.command_centre import net_views
from backend.command_centre.net_schemas import GridCard, NetTree
from backend.database import Session
from backend.language import Language

router = APIRouter(prefix="/api", tags=["command centre"])

OnDay = Annotated[date | None, Query(description="local day; today if left out")]


@router.get("/net/tree")
async def net_tree(actor: NetReader, session: Session, at: Now, on: OnDay = None) -> NetTree:
    """Every grid in force on a day, without outlines: names, people, open cases."""
    return await net_views.tree(session, actor, on or local_date(at))


@router.get("/grids/{code}/card")
async def grid_card(
    actor: NetReader,
    session: Session,
    at: Now,
    language: Language,
    code: Annotated[str, Path(pattern=r"^[0-9A-Z]{6,15}$", description="code of the grid")],
    on: OnDay = None,
) -> GridCard:
    """One grid with its versions, people, squads and open cases."""
    return await net_views.card(session, actor, code, on or local_date(at), at=at, language=language)
