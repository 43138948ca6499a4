"""The job that brings queued messages out: one receiver and one channel at a time, so that what is due together goes together.

A batch's rows are held while it is sent, and say what became of it in the same transaction. A worker that dies in between
leaves them queued, and the next one sends them under the same ids: once in the database, at least once outside.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.notifications import queries
from backend.notifications.channels.outcome import Outcome, Result
from backend.notifications.deciding import Hold, Skip, Standing, decide
from backend.notifications.duty import OnDuty, duty_of
from backend.notifications.health import note_outcome
from backend.notifications.kinds import TO_ACT_ON, Channel, DeliveryState
from backend.notifications.models import Delivery, Notice, NoticeWish, Notification
from backend.notifications.outside import Outside, Parcel
from backend.notifications.rules import USUAL_QUIET, Rule, quiet_ends
from backend.notifications.sending import send_parcel
from backend.notifications.telling import delivery

log = logging.getLogger(__name__)

Sessions = async_sessionmaker[AsyncSession]
# After so many tries in vain a message has failed for good.
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=20)
AT_ONCE = 50
ASK_AGAIN_IN = timedelta(minutes=5)
# Nothing has failed where a county has no gateway or a person no address.
NOBODY_TO_SEND_TO = frozenset({"not_set_up", "no_address"})


@dataclass(frozen=True)
class Row:
    """A delivery with what it is about, locked."""

    delivery: Delivery
    notice: Notice
    notification: Notification | None


async def counties_due(session: AsyncSession, at: datetime) -> list[str]:
    """Where something waits that is due."""
    due = select(col(Delivery.county)).where(col(Delivery.state) == DeliveryState.QUEUED, col(Delivery.send_at) <= at)
    return list(await session.scalars(due.distinct()))


async def deliver_county(sessions: Sessions, outside: Outside, clock: Callable[[], datetime], county: str) -> None:
    """Send everything of the county that is due, batch by batch, each in a transaction of its own."""
    while True:
        async with sessions() as session, session.begin():
            if not await deliver_next(session, outside, county, clock()):
                return


async def deliver_next(session: AsyncSession, outside: Outside, county: str, at: datetime) -> bool:
    """Send one batch; False when nothing is due that nobody else is sending."""
    rows = await _next_batch(session, county, at)
    if not rows:
        return False
    receiver = rows[0].delivery
    duty = await _duty(session, county, rows, at)
    to_send = [row for row in rows if not await _put_off(session, row, duty, at)]
    if not to_send:
        return True
    parcel = Parcel(
        channel=receiver.channel,
        staff_id=receiver.staff_id,
        robot_id=receiver.robot_id,
        notices=[row.notice for row in to_send],
        ids=[row.delivery.id for row in to_send],
    )
    outcome = await _send(session, outside, county, parcel, at)
    for row in to_send:
        await _note(session, row, outcome, at)
    await note_outcome(session, county, receiver.channel, receiver.robot_id, outcome, at)
    return True


async def _send(session: AsyncSession, outside: Outside, county: str, parcel: Parcel, at: datetime) -> Outcome:
    """A defect of ours in one message keeps no other back: it is tried again later, and given up like the rest."""
    try:
        async with session.begin_nested():
            return await send_parcel(session, outside, county, parcel, at)
    except Exception:  # whatever is wrong with this message, the others go out
        log.exception("a message by %s of county %s could not be sent", parcel.channel, county)
        return Outcome(Result.LATER, "defect")


async def _next_batch(session: AsyncSession, county: str, at: datetime) -> list[Row]:
    """The receiver who has waited longest, and everything due to them by that channel; a robot takes all that waits for it."""
    queued = (col(Delivery.county) == county, col(Delivery.state) == DeliveryState.QUEUED)
    order = (col(Delivery.send_at), col(Delivery.id))
    due = col(Delivery.send_at) <= at
    first = await session.scalar(
        select(Delivery).where(*queued, due).order_by(*order).limit(1).with_for_update(skip_locked=True)
    )
    if first is None:
        return []
    same = [col(Delivery.channel) == first.channel]
    same.append(
        col(Delivery.robot_id) == first.robot_id if first.robot_id else col(Delivery.staff_id) == first.staff_id
    )
    if not first.robot_id:
        same.append(due)
    together = (
        select(Delivery, Notice, Notification)
        .join(Notice, and_(col(Notice.county) == col(Delivery.county), col(Notice.id) == col(Delivery.notice_id)))
        .outerjoin(
            Notification,
            and_(
                col(Notification.county) == col(Delivery.county),
                col(Notification.notice_id) == col(Delivery.notice_id),
                col(Notification.staff_id) == col(Delivery.staff_id),
            ),
        )
        .where(*queued, *same)
        .order_by(*order)
        .limit(AT_ONCE)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return [Row(*row) for row in await session.execute(together)]


Duty = dict[str | None, dict[UUID, OnDuty]]


async def _duty(session: AsyncSession, county: str, rows: Sequence[Row], at: datetime) -> Duty:
    """Of the one person to whom a batch goes, by the squad through which they are told: asked once for all."""
    staff_id = rows[0].delivery.staff_id
    if staff_id is None:
        return {}
    squads = {row.notice.squad_code for row in rows}
    return {squad: await duty_of(session, county, at, [staff_id], squad) for squad in squads}


async def _put_off(session: AsyncSession, row: Row, duty: Duty, at: datetime) -> bool:
    """Skip or hold what should not go out now, and say whether it was."""
    verdict = await _verdict(session, row, duty, at)
    if verdict is None:
        return False
    row.delivery.reason = verdict.reason
    if isinstance(verdict, Hold):
        # Also when nobody knows when they are on duty again: asked again, but not at once and for ever.
        row.delivery.send_at = max(verdict.until, at + ASK_AGAIN_IN)
    else:
        row.delivery.state = DeliveryState.SKIPPED
    await session.flush()
    return True


async def _verdict(session: AsyncSession, row: Row, duty: Duty, at: datetime) -> Skip | Hold | None:
    if row.notification is None:  # a group's
        return Skip("settled") if row.notice.settled_at else None
    county, staff_id, notice = row.delivery.county, row.notification.staff_id, row.notice
    wish = await session.get(NoticeWish, (county, staff_id))
    quiet = (wish.quiet_from, wish.quiet_until) if wish and wish.quiet_from and wish.quiet_until else USUAL_QUIET
    return decide(
        Standing(
            kind=notice.kind,
            severity=notice.severity,
            rule=await queries.rule_for(session, county, notice.kind, notice.severity),
            duty=duty[notice.squad_code].get(staff_id),
            settled=notice.settled_at is not None,
            seen=row.notification.seen_at is not None,
            round=row.delivery.round,
            muted=wish is not None and row.delivery.channel in wish.muted,
            quiet_until=quiet_ends(quiet, at),
        )
    )


async def _note(session: AsyncSession, row: Row, outcome: Outcome, at: datetime) -> None:
    """Write down what became of it; of what is to be repeated until somebody acts, queue the next round."""
    sent = row.delivery
    sent.reason = outcome.reason
    if outcome.result == Result.SENT:
        sent.attempts += 1
        sent.state, sent.sent_at = DeliveryState.SENT, at
        rule = await queries.rule_for(session, sent.county, row.notice.kind, row.notice.severity)
        if _repeats(rule, row):
            assert rule.repeat
            again = delivery(
                row.notice,
                sent.channel,
                send_at=at + rule.repeat,
                at=at,
                staff_id=sent.staff_id,
                robot_id=sent.robot_id,
                round_=sent.round + 1,
            )
            if await session.get(Delivery, (again.county, again.id)) is None:
                session.add(again)
    elif outcome.result == Result.LATER:
        if outcome.reason != "budget":
            sent.attempts += 1
        sent.send_at = at + (outcome.wait or FIRST_WAIT * 2**sent.attempts)
        if sent.attempts >= MOST_ATTEMPTS:
            sent.state = DeliveryState.FAILED
    else:
        sent.attempts += 1
        sent.state = DeliveryState.SKIPPED if outcome.reason in NOBODY_TO_SEND_TO else DeliveryState.FAILED
    await session.flush()


def _repeats(rule: Rule, row: Row) -> bool:
    """Only a person's telephone is knocked at again; a group has read it."""
    return (
        rule.repeat is not None
        and row.delivery.staff_id is not None
        and row.delivery.channel == Channel.WEB_PUSH
        and row.delivery.round <= rule.repeats
        and row.notice.kind in TO_ACT_ON
    )
