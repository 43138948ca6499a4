"""One box that finds everything: cases, places, grids, matters, people and squads, each as far as the asker may see them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from backend.access import CaseReader
from backend.clock import Now
from backend.command_centre.search import search
from backend.command_centre.search_schemas import SearchResult
from backend.database import Session
from backend.grids.routes import kept_base_map

router = APIRouter(prefix="/api", tags=["command centre"])


@router.get("/search")
async def find(
    actor: CaseReader,
    session: Session,
    at: Now,
    request: Request,
    q: Annotated[
        str,
        Query(
            min_length=1, max_length=50, pattern=r"\S", description="a code or its end, words, a name or its initials"
        ),
    ],
) -> SearchResult:
    """Whatever has this in its name, its code or its reported words."""
    base_map = await kept_base_map(request.app.state.store, actor.county)
    return await search(session, actor, q.strip(), base_map=base_map, at=at)
