"""Saved views of the queue over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Response

from backend.access import ViewKeeper
from backend.clock import Now
from backend.command_centre import saved_views
from backend.command_centre.saved_view_schemas import SavedViewIn, SavedViewOrder, SavedViewOut
from backend.database import Session

router = APIRouter(prefix="/api", tags=["command centre"])


@router.get("/saved-views")
async def list_saved_views(actor: ViewKeeper, session: Session) -> list[SavedViewOut]:
    """My views in my order, then those that others share with the county's operators."""
    return await saved_views.saved_views(session, actor)


@router.put("/saved-views/{view_id}", responses={201: {"model": SavedViewOut}})
async def put_saved_view(
    view_id: UUID, content: SavedViewIn, response: Response, actor: ViewKeeper, session: Session, at: Now
) -> SavedViewOut:
    """Keep a filter under a name, rename it, or share it. 201 the first time."""
    view, first = await saved_views.keep_view(session, actor=actor, view_id=view_id, content=content, at=at)
    response.status_code = 201 if first else 200
    return saved_views.saved_view_out(view, actor, actor.name)


@router.delete("/saved-views/{view_id}", status_code=204)
async def delete_saved_view(view_id: UUID, actor: ViewKeeper, session: Session) -> None:
    """Forget one of my views."""
    await saved_views.drop_view(session, actor=actor, view_id=view_id)


@router.put("/saved-view-order")
async def put_saved_view_order(content: SavedViewOrder, actor: ViewKeeper, session: Session) -> list[SavedViewOut]:
    """Put my views in another order."""
    await saved_views.order_views(session, actor=actor, ids=content.ids)
    return await saved_views.saved_views(session, actor)
