"""What a phone is told that sent something: only an empty `missing` lets it forget what it has."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import views
from backend.cases.actions import Outcome
from backend.cases.schemas import ActionReceipt, ReportReceipt
from backend.permissions import Actor


async def report_receipt(
    session: AsyncSession, actor: Actor, report_id: UUID, outcome: Outcome, at: datetime, language: str
) -> ReportReceipt:
    return ReportReceipt(
        id=report_id,
        received_at=outcome.received_at,
        missing=outcome.missing,
        case=await views.detail(session, actor, outcome.case_id, at=at, language=language),
    )


async def action_receipt(
    session: AsyncSession, actor: Actor, action_id: UUID, outcome: Outcome, at: datetime, language: str
) -> ActionReceipt:
    return ActionReceipt(
        id=action_id,
        missing=outcome.missing,
        case=await views.detail(session, actor, outcome.case_id, at=at, language=language),
    )
