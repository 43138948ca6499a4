"""Which declared photo a request is about, and that it is the asker's own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import queries
from backend.permissions import Actor


@dataclass(frozen=True)
class Declared:
    """A photo of a report or step (`event_id`, received at `event_at`), declared by its sender."""

    county: str
    sender_id: UUID
    case_id: UUID
    event_id: UUID
    event_at: datetime
    sha256: str


async def photo_of_report(session: AsyncSession, actor: Actor, report_id: UUID, sha256: str) -> Declared:
    """Raises NotFound for a report that is not the actor's."""
    report = await queries.own_report(session, actor, report_id)
    return Declared(actor.county, actor.staff_id, report.case_id, report_id, report.received_at, sha256)


async def photo_of_action(session: AsyncSession, actor: Actor, case_id: UUID, action_id: UUID, sha256: str) -> Declared:
    """Raises NotFound for a case out of scope and for a step that is not the actor's."""
    await queries.case_for(session, actor, case_id)
    event = await queries.own_event(session, actor, case_id, action_id)
    return Declared(actor.county, actor.staff_id, case_id, action_id, event.at, sha256)
