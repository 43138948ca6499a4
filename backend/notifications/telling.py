"""Telling people of something, in the transaction that made it so; and letting it rest when nobody needs to act any more.

What is in the app is there at once. What goes out is a row in the queue, and a job (`delivering.py`) sends it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, delete, func, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.jobs import defer
from backend.live.feed import publish
from backend.matters.models import Severity
from backend.matters.queries import work_calendar
from backend.notifications import queries
from backend.notifications.duty import begins, duty_in
from backend.notifications.kinds import FOR_SQUADS, Channel, DeliveryState, Kind, Why
from backend.notifications.models import Delivery, Notice, Notification
from backend.notifications.rules import ROBOT_WAIT, Rule, next_step
from backend.permissions import Audience
from backend.staff.queries_duty import duty_of_squads

DELIVER = "deliver_notices"
CLIMB = "tell_the_next"
# Ids of the notices that this session has written: it serves one transaction.
_WRITTEN_HERE = "notices_written_here"


@dataclass(frozen=True)
class Fact:
    """What has happened, as far as telling people goes. `by` is who did it, and is not told of it themselves."""

    county: str
    cause_id: UUID
    kind: Kind
    case_id: UUID
    severity: Severity
    grid_path: str
    squad_code: str | None = None
    by: UUID | None = None


async def tell(session: AsyncSession, fact: Fact, receivers: Mapping[UUID, Why], at: datetime) -> None:
    """Write down who is to know, and have it brought to them. A cause tells of itself once."""
    receivers = {staff_id: why for staff_id, why in receivers.items() if staff_id != fact.by}
    if not receivers:
        return
    rule = await queries.rule_for(session, fact.county, fact.kind, fact.severity)
    notice = Notice(
        county=fact.county,
        id=uuid5(fact.cause_id, f"{fact.kind}:{fact.squad_code or ''}"),
        cause_id=fact.cause_id,
        kind=fact.kind,
        case_id=fact.case_id,
        squad_code=fact.squad_code,
        severity=fact.severity,
        grid_path=fact.grid_path,
        by=fact.by,
        rings=rule.rings,
        at=at,
        starts_at=at,
    )
    if fact.kind in FOR_SQUADS and fact.squad_code:
        notice.starts_at = await _starts_at(session, notice, at)
        found = next_step(await queries.ladder_of(session, fact.county), fact.severity, (), notice.starts_at)
        notice.next_step_at = found[0] if found else None
    session.add(notice)
    session.info.setdefault(_WRITTEN_HERE, set()).add(notice.id)
    await session.flush()
    await add_receivers(session, notice, rule, receivers, at)
    if notice.next_step_at:
        await defer(session, CLIMB, due_at=notice.next_step_at, county=notice.county, notice_id=str(notice.id))


async def _starts_at(session: AsyncSession, notice: Notice, at: datetime) -> datetime:
    """From when somebody of the squad is on duty; an emergency waits for nobody's shift."""
    if notice.severity == Severity.EMERGENCY:
        return at
    (squad,) = await duty_of_squads(session, notice.county, at, squad_code=notice.squad_code)
    return begins(duty_in(squad, await work_calendar(session, notice.county), at).values(), at)


async def add_receivers(
    session: AsyncSession, notice: Notice, rule: Rule, receivers: Mapping[UUID, Why], at: datetime
) -> None:
    """These, too, are to know of the notice; and by every channel of the rule that reaches them."""
    session.add_all(
        Notification(county=notice.county, notice_id=notice.id, staff_id=staff_id, why=why, at=at)
        for staff_id, why in receivers.items()
    )
    reach = await queries.addresses(session, notice.county, receivers.keys(), notice.squad_code, at)
    for staff_id in receivers:
        session.add(_in_app(notice, staff_id, at))
        for channel in rule.channels:
            if (
                channel == Channel.SMS
                or (channel == Channel.WEB_PUSH and staff_id in reach.push)
                or (channel == Channel.MAIL and staff_id in reach.mail)
            ):
                session.add(delivery(notice, channel, send_at=at + rule.wait, at=at, staff_id=staff_id))
    if Channel.ROBOT in rule.channels and notice.kind in FOR_SQUADS:
        wait = rule.wait if notice.severity == Severity.EMERGENCY else max(rule.wait, ROBOT_WAIT)
        session.add_all(
            delivery(notice, Channel.ROBOT, send_at=at + wait, at=at, robot_id=robot_id) for robot_id in reach.robots
        )
    waits = {each.send_at for each in session.new if isinstance(each, Delivery) and each.state == DeliveryState.QUEUED}
    await session.flush()
    for send_at in sorted(waits):
        await defer(session, DELIVER, due_at=send_at if send_at > at else None, county=notice.county)
    await publish_notice(session, notice, list(receivers), at)


async def add_round(
    session: AsyncSession, notice: Notice, rule: Rule, staff_ids: Collection[UUID], at: datetime
) -> None:
    """The same people are knocked at again by whatever goes out to them."""
    rounds = await queries.rounds_of(session, notice.county, notice.id, staff_ids)
    for (staff_id, channel), last in rounds.items():
        if channel in rule.channels:
            session.add(delivery(notice, channel, send_at=at, at=at, staff_id=staff_id, round_=last + 1))
    await session.flush()
    await defer(session, DELIVER, county=notice.county)


def delivery(
    notice: Notice,
    channel: Channel,
    *,
    send_at: datetime,
    at: datetime,
    staff_id: UUID | None = None,
    robot_id: UUID | None = None,
    round_: int = 1,
) -> Delivery:
    """A row of the queue under the id that follows from what it is."""
    return Delivery(
        county=notice.county,
        id=uuid5(notice.id, f"{channel}:{staff_id or robot_id}:{round_}"),
        notice_id=notice.id,
        channel=channel,
        staff_id=staff_id,
        robot_id=robot_id,
        round=round_,
        queued_at=at,
        send_at=send_at,
    )


def _in_app(notice: Notice, staff_id: UUID, at: datetime) -> Delivery:
    """The list in the app is this very database: what is committed is sent."""
    row = delivery(notice, Channel.IN_APP, send_at=at, at=at, staff_id=staff_id)
    row.state, row.sent_at = DeliveryState.SENT, at
    return row


async def publish_notice(
    session: AsyncSession, notice: Notice, staff_ids: Collection[UUID], at: datetime, *, seen: bool = False
) -> None:
    """Open pages of these people look at their list again; a new one that rings makes them sound, one that is `over` (read
    on another device, or settled) does not."""
    if not staff_ids:
        return
    await publish(
        session,
        county=notice.county,
        kind="notice",
        case_id=notice.case_id,
        body={
            "notice_id": str(notice.id),
            "kind": notice.kind,
            "case_id": str(notice.case_id),
            "severity": notice.severity,
            "rings": notice.rings,
            "over": seen or notice.settled_at is not None,
        },
        # Nobody's grid: only those who are named hear it.
        audience=Audience("", tuple(staff_ids), ()),
        at=at,
    )


def or_now(column: Any, at: datetime) -> ColumnElement[datetime]:
    """What stands there, or now: no state comes before the one that leads to it."""
    return func.coalesce(col(column), at)


async def settle(session: AsyncSession, notice: Notice, *, by: UUID | None, at: datetime) -> None:
    """Nobody needs to act any more. One that was over in the very transaction in which it came was never there."""
    told = (await queries.told_of(session, notice.county, [notice.id]))[notice.id]
    mine = (col(Notification.county) == notice.county, col(Notification.notice_id) == notice.id)
    its = (col(Delivery.county) == notice.county, col(Delivery.notice_id) == notice.id)
    if notice.id in session.info.get(_WRITTEN_HERE, ()):
        await session.execute(delete(Delivery).where(*its))
        await session.execute(delete(Notification).where(*mine))
        await session.delete(notice)
        await session.flush()
        return
    notice.settled_at, notice.settled_by, notice.next_step_at = at, by, None
    if by in told:
        done = {"acted_at": at}
        await session.execute(
            update(Notification)
            .where(*mine, col(Notification.staff_id) == by)
            .values(
                seen_at=or_now(Notification.seen_at, at), delivered_at=or_now(Notification.delivered_at, at), **done
            )
        )
        await session.execute(
            update(Delivery)
            .where(*its, col(Delivery.staff_id) == by, col(Delivery.channel) == Channel.IN_APP)
            .values(
                state=DeliveryState.ACTED,
                seen_at=or_now(Delivery.seen_at, at),
                delivered_at=or_now(Delivery.delivered_at, at),
                **done,
            )
        )
    await session.execute(
        update(Delivery)
        .where(*its, col(Delivery.state) == DeliveryState.QUEUED)
        .values(state=DeliveryState.SKIPPED, reason="settled")
    )
    await session.flush()
    await publish_notice(session, notice, told, at)
