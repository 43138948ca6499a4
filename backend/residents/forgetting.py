"""Names and phones of residents are kept no longer than the work needs them."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from backend.cases.models import Case, Report
from backend.cases.terms import ENDED_STATUSES
from backend.residents.models import ResidentContact, ResidentMessage


async def forget_contacts(session: AsyncSession, *, kept_days: int, at: datetime) -> int:
    """Delete how to reach whoever reported cases that ended, and have not changed, `kept_days` ago with what was sent to them;
    returns how many.

    A case that joined another ends with that one. The report, its photos and the looks at the contact stay.
    """
    before = at - timedelta(days=kept_days)
    leading = aliased(Case)
    over = (
        select(col(Report.id))
        .join(Case, and_(col(Case.county) == col(Report.county), col(Case.id) == col(Report.case_id)))
        .outerjoin(leading, and_(col(leading.county) == col(Case.county), col(leading.id) == col(Case.merged_into)))
        .where(
            col(Report.county) == col(ResidentContact.county),
            col(Report.id) == col(ResidentContact.report_id),
            col(Case.status).in_(ENDED_STATUSES),
            col(Case.updated_at) < before,
            or_(
                col(leading.id).is_(None),
                and_(col(leading.status).in_(ENDED_STATUSES), col(leading.updated_at) < before),
            ),
        )
        .exists()
    )
    gone = await session.scalars(delete(ResidentContact).where(over).returning(col(ResidentContact.report_id)))
    ids = gone.all()
    await session.execute(delete(ResidentMessage).where(col(ResidentMessage.report_id).in_(ids)))
    return len(ids)
