"""A suspended case goes on by itself on the day that was named."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.history import append_event
from backend.cases.models import Case
from backend.cases.terms import Action, Status
from backend.clock import local_date
from backend.identifiers import new_id


async def resume_case(session: AsyncSession, county: str, case_id: UUID, at: datetime) -> None:
    """Resume the case if it is suspended until today or earlier; otherwise somebody has decided meanwhile."""
    found = select(Case).where(col(Case.county) == county, col(Case.id) == case_id)
    case = (await session.scalars(found.with_for_update(of=Case))).one_or_none()
    if case is None or case.status != Status.SUSPENDED or case.resume_on is None or case.resume_on > local_date(at):
        return
    case.resume_on = None
    await append_event(session, case, event_id=new_id(), action=Action.RESUME, target=Status.HANDLING, at=at)
