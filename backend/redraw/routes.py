"""Redrawing the net over HTTP: what a draft would touch, and publishing it."""

from uuid import UUID

from fastapi import APIRouter, Request

from backend.access import NetKeeper
from backend.clock import Now
from backend.database import Session
from backend.grids.draft_schemas import PublishIn
from backend.grids.draft_views import edition_out
from backend.grids.queries_drafts import draft_for
from backend.grids.replay import replay
from backend.grids.schemas import EditionOut
from backend.redraw import actions, views
from backend.redraw.schemas import Impact

router = APIRouter(prefix="/api/net", tags=["net"])


@router.get("/drafts/{draft_id}/impact")
async def get_impact(draft_id: UUID, request: Request, actor: NetKeeper, session: Session) -> Impact:
    """Which open cases, posts, squads and rules the draft would touch."""
    draft = await draft_for(session, actor, draft_id)
    replayed = await replay(session, request.app.state.store, request.app.state.replays, draft)
    return await views.impact(session, actor, draft, replayed)


@router.post("/drafts/{draft_id}/publish")
async def publish_draft(
    draft_id: UUID, content: PublishIn, request: Request, actor: NetKeeper, session: Session, at: Now
) -> EditionOut:
    """Make the draft an edition of the net, all or nothing. Asked again, it answers with the edition it became."""
    edition = await actions.publish_redraw(
        session,
        request.app.state.store,
        request.app.state.replays,
        actor=actor,
        draft_id=draft_id,
        version=content.version,
        at=at,
    )
    return edition_out(edition)
