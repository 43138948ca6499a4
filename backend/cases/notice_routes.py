"""What I was told, that it has arrived and that I have read it; and who was told about a case."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from backend.access import CaseReader
from backend.cases import notice_views, queries_notices
from backend.cases.paging import read_cursor, write_cursor
from backend.cases.queries import case_for
from backend.cases.schemas_notices import DeliveredIn, NoticeList, ReachList, SeenIn
from backend.clock import Now
from backend.database import Session
from backend.language import Language
from backend.notifications import seeing

router = APIRouter(prefix="/api", tags=["notices"])


@router.get("/notices")
async def get_notices(
    actor: CaseReader,
    session: Session,
    at: Now,
    language: Language,
    unseen: Annotated[bool, Query(description="only what I have not read yet")] = False,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> NoticeList:
    """What I was told in the last 30 days, newest first."""
    start = read_cursor(cursor)
    told = await queries_notices.told_to(
        session,
        actor,
        at,
        unseen=unseen,
        start=(start.at, start.id) if start else None,
        limit=limit + 1,
    )
    page = told[:limit]
    last: tuple[UUID, datetime] | None = (page[-1].notice.id, page[-1].notification.at) if len(told) > limit else None
    return NoticeList(
        items=await notice_views.notices_out(session, actor, page, language),
        unseen=await queries_notices.unseen_count(session, actor, at),
        next_cursor=write_cursor(last) if last else None,
        as_of=at,
    )


@router.put("/notices/seen", status_code=204)
async def see_notices(body: SeenIn, actor: CaseReader, session: Session, at: Now) -> None:
    """I have read these. Again, or of what I was not told, and nothing happens."""
    ids = set(body.ids)
    if body.until:
        ids |= set(await seeing.unseen_ids(session, actor.county, actor.staff_id, body.until))
    await seeing.mark_seen(session, actor.county, actor.staff_id, ids, at)


@router.put("/notices/delivered", status_code=204)
async def notices_delivered(body: DeliveredIn, actor: CaseReader, session: Session, at: Now) -> None:
    """These have reached this device. Again, and nothing happens."""
    await seeing.mark_delivered(session, actor.county, actor.staff_id, body.ids, body.channel, at)


@router.get("/cases/{case_id}/notices")
async def get_case_notices(
    case_id: UUID, actor: CaseReader, session: Session, at: Now, language: Language
) -> ReachList:
    """Who was told about the case, and how far that came."""
    await case_for(session, actor, case_id)
    reached = await queries_notices.reach_of(session, actor.county, case_id)
    return ReachList(items=await notice_views.reach_out(session, actor, reached, language), as_of=at)
