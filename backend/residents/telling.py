"""Telling residents by short message, where they left a mobile number and the county has a gateway: at filing and at the end.

The job is queued in the transaction of the step. One message a report and a step: what the table has was sent or given up.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case, Report
from backend.cases.notices import TELL_RESIDENTS
from backend.jobs import defer
from backend.notifications.channels import sms
from backend.notifications.channels.outcome import Outcome, Result
from backend.notifications.channels.words import Subject
from backend.notifications.health import note_outcome
from backend.notifications.kinds import Channel, DeliveryState
from backend.notifications.outside import Outside
from backend.residents.models import ResidentContact, ResidentMessage

MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(minutes=1)


async def tell_residents(
    session: AsyncSession,
    outside: Outside,
    *,
    county: str,
    case_id: UUID,
    cause_id: UUID,
    subject: Subject,
    at: datetime,
) -> None:
    """Send what has not been sent yet about this step; whatever the gateway cannot take now is tried again later."""
    if outside.sms is None:
        return
    again: timedelta | None = None
    for contact in await _contacts(session, county, case_id):
        message = await _message(session, contact, cause_id, subject, at)
        if message.state != DeliveryState.QUEUED:
            continue
        outcome = await _send(outside, outside.sms, message, contact.phone, at)
        await note_outcome(session, county, Channel.SMS, None, outcome, at)
        message.attempts += 1
        message.reason = outcome.reason
        if outcome.result == Result.SENT:
            message.state, message.sent_at = DeliveryState.SENT, at
        elif outcome.result != Result.LATER or message.attempts >= MOST_ATTEMPTS:
            message.state = DeliveryState.FAILED
        else:
            again = max(again or timedelta(0), outcome.wait or FIRST_WAIT * 2**message.attempts)
    if again:
        arguments: dict[str, Any] = {"case_id": str(case_id), "cause_id": str(cause_id), "subject": subject}
        await defer(session, TELL_RESIDENTS, due_at=at + again, county=county, **arguments)


async def _contacts(session: AsyncSession, county: str, case_id: UUID) -> list[ResidentContact]:
    """Of everybody who reported the case, or one that was merged into it, and left a number."""
    found = (
        select(ResidentContact)
        .join(
            Report,
            and_(col(Report.county) == col(ResidentContact.county), col(Report.id) == col(ResidentContact.report_id)),
        )
        .join(Case, and_(col(Case.county) == col(Report.county), col(Case.id) == col(Report.case_id)))
        .where(
            col(ResidentContact.county) == county,
            or_(col(Case.id) == case_id, col(Case.merged_into) == case_id),
            col(ResidentContact.phone).regexp_match(r"^1[3-9][0-9]{9}$"),
        )
        .order_by(col(ResidentContact.report_id))
    )
    return list(await session.scalars(found))


async def _message(
    session: AsyncSession, contact: ResidentContact, cause_id: UUID, subject: Subject, at: datetime
) -> ResidentMessage:
    """The row of this report and step, held; written now if it is the first time."""
    key = {"county": contact.county, "report_id": contact.report_id, "cause_id": cause_id}
    fresh = insert(ResidentMessage).values(
        **key, subject=subject, state=DeliveryState.QUEUED, queued_at=at, attempts=0, reason=""
    )
    await session.execute(fresh.on_conflict_do_nothing())
    held = await session.get(ResidentMessage, tuple(key.values()), with_for_update=True, populate_existing=True)
    assert held  # it was written above
    return held


async def _send(
    outside: Outside, gateway: sms.SmsProvider, message: ResidentMessage, phone: str, at: datetime
) -> Outcome:
    key = uuid5(message.cause_id, str(message.report_id))
    return await sms.send(outside.rules, gateway, sms.ShortMessage(key, phone, message.subject, {"count": "1"}), now=at)
