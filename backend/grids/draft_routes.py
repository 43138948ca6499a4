"""Drafts and editions of the net over HTTP. Publishing is in `redraw`, because cases and posts follow."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access import NetKeeper, NetReader
from backend.clock import Now
from backend.database import Session
from backend.grids import drafts, queries_drafts
from backend.grids.draft_schemas import Code, Draft, DraftIn, ListedDraft, OperationIn, SharedBoundary
from backend.grids.draft_views import closed_draft, edition_out, listed_draft, open_draft
from backend.grids.models import DraftStatus, NetDraft
from backend.grids.operations import borders
from backend.grids.replay import replay
from backend.grids.schemas import EditionOut
from backend.language import Language

router = APIRouter(prefix="/api/net", tags=["net"])


@router.get("/editions")
async def list_editions(actor: NetReader, session: Session) -> list[EditionOut]:
    """Every publication of the net, newest first, also those that take effect later."""
    return [edition_out(edition) for edition in await queries_drafts.editions(session, actor.county)]


@router.get("/drafts")
async def list_drafts(actor: NetKeeper, session: Session) -> list[ListedDraft]:
    """Drafts of my scope, those being edited first; without the discarded ones."""
    return [listed_draft(draft) for draft in await queries_drafts.drafts_for(session, actor)]


@router.put("/drafts/{draft_id}", responses={201: {"model": Draft}})
async def put_draft(
    draft_id: UUID,
    content: DraftIn,
    request: Request,
    response: Response,
    actor: NetKeeper,
    session: Session,
    at: Now,
    language: Language,
) -> Draft:
    """Begin a draft (201), give it another title or day, or bring it up to the newest edition (200)."""
    draft, is_new = await drafts.put_draft(
        session, actor=actor, draft_id=draft_id, title=content.title, effective_on=content.effective_on, at=at
    )
    response.status_code = 201 if is_new else 200
    return await draft_out(request, session, draft, language)


@router.get("/drafts/{draft_id}")
async def get_draft(draft_id: UUID, request: Request, actor: NetKeeper, session: Session, language: Language) -> Draft:
    """The draft with what it would change, what is wrong with it and its totals before and after."""
    draft = await queries_drafts.draft_for(session, actor, draft_id)
    return await draft_out(request, session, draft, language)


@router.delete("/drafts/{draft_id}", status_code=204)
async def discard_draft(draft_id: UUID, actor: NetKeeper, session: Session, at: Now) -> None:
    """Put a draft away for good."""
    await drafts.discard_draft(session, actor=actor, draft_id=draft_id, at=at)


@router.post("/drafts/{draft_id}/operations")
async def add_operation(
    draft_id: UUID,
    content: OperationIn,
    request: Request,
    actor: NetKeeper,
    session: Session,
    at: Now,
    language: Language,
) -> Draft:
    """Do one thing more. Not repeatable: `version` must be the draft's own, which each operation counts up."""
    state = request.app.state
    draft = await drafts.add_operation(
        session,
        state.store,
        state.replays,
        actor=actor,
        draft_id=draft_id,
        version=content.version,
        operation=content.operation,
        at=at,
    )
    return await draft_out(request, session, draft, language)


@router.delete("/drafts/{draft_id}/operations/last")
async def undo_operation(
    draft_id: UUID,
    request: Request,
    actor: NetKeeper,
    session: Session,
    at: Now,
    language: Language,
    version: Annotated[int, Query(description="the draft's version as it was seen")],
) -> Draft:
    """Take the last operation back."""
    draft = await drafts.undo_operation(session, actor=actor, draft_id=draft_id, version=version, at=at)
    return await draft_out(request, session, draft, language)


@router.get("/drafts/{draft_id}/boundary")
async def get_boundary(
    draft_id: UUID,
    request: Request,
    actor: NetKeeper,
    session: Session,
    a: Annotated[Code, Query()],
    b: Annotated[Code, Query()],
) -> SharedBoundary:
    """The lines that two grids share as the draft has them; empty if they are no neighbours."""
    draft = await queries_drafts.draft_for(session, actor, draft_id)
    replayed = await replay(session, request.app.state.store, request.app.state.replays, draft)
    return SharedBoundary(parts=[list(part.coords) for part in borders(replayed.after, a, b)])


async def draft_out(request: Request, session: AsyncSession, draft: NetDraft, language: str) -> Draft:
    """The draft as its keeper sees it."""
    if draft.status != DraftStatus.EDITING:
        return await closed_draft(session, draft, language)
    state = request.app.state
    return await open_draft(session, draft, await replay(session, state.store, state.replays, draft), language)
