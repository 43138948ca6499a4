"""The delivery board: how each channel and each robot is doing, and what waits."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.notifications.channels import bucket
from backend.notifications.kinds import Channel, DeliveryState
from backend.notifications.models import ChannelHealth, Delivery, Robot
from backend.notifications.outside import Outside
from backend.notifications.reasons import reason_words
from backend.notifications.schemas import BoardOut, ChannelOut, CountOut, RobotOut
from backend.permissions import Actor
from backend.staff.queries import squad_names
from backend.staff.queries_people import squad_jurisdictions
from backend.staff.squads import reads_squad

LOOKED_BACK = timedelta(hours=24)
_GONE_OUT = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.SEEN, DeliveryState.ACTED)


async def board(session: AsyncSession, outside: Outside, actor: Actor, language: str, at: datetime) -> BoardOut:
    """Of the last 24 hours: the channels of the county, and the robots of the squads that the actor may look at."""
    county = actor.county
    states: dict[Channel, Counter[DeliveryState]] = defaultdict(Counter)
    recent = (col(Delivery.county) == county, col(Delivery.queued_at) > at - LOOKED_BACK)
    found = select(col(Delivery.channel), col(Delivery.state), func.count()).where(*recent)
    for channel, state, count in await session.execute(found.group_by(col(Delivery.channel), col(Delivery.state))):
        states[channel][state] = count
    queued = (col(Delivery.county) == county, col(Delivery.state) == DeliveryState.QUEUED)
    late = (
        select(col(Delivery.channel), func.min(col(Delivery.queued_at)))
        .where(*queued, col(Delivery.send_at) <= at)
        .group_by(col(Delivery.channel))
    )
    oldest = {row[0]: row[1] for row in await session.execute(late)}
    rows = await session.scalars(select(ChannelHealth).where(col(ChannelHealth.county) == county))
    health = {(row.channel, row.key): row for row in rows}
    return BoardOut(
        channels=[
            _channel(channel, outside, states[channel], oldest.get(channel), health.get((channel, "")), language)
            for channel in Channel
            if channel != Channel.ROBOT
        ],
        robots=await _robots(session, actor, health, language, at),
        as_of=at,
    )


def _channel(
    channel: Channel,
    outside: Outside,
    states: Counter[DeliveryState],
    oldest: datetime | None,
    health: ChannelHealth | None,
    language: str,
) -> ChannelOut:
    reason = health.reason if health else ""
    return ChannelOut(
        channel=channel,
        set_up=is_set_up(channel, outside),
        well_at=health.well_at if health else None,
        failing_since=health.failing_since if health else None,
        reason=reason,
        reason_words=reason_words(reason).in_language(language),
        said=health.said if health else "",
        oldest_waiting_at=oldest,
        counts=CountOut(
            waiting=states[DeliveryState.QUEUED],
            sent=sum(states[state] for state in _GONE_OUT),
            failed=states[DeliveryState.FAILED],
            skipped=states[DeliveryState.SKIPPED],
        ),
    )


def is_set_up(channel: Channel, outside: Outside) -> bool:
    """Whether the county can send by it; what is in the app and Web Push need nothing."""
    if channel == Channel.SMS:
        return outside.sms is not None
    return channel != Channel.MAIL or outside.mail is not None


async def _robots(
    session: AsyncSession,
    actor: Actor,
    health: dict[tuple[Channel, str], ChannelHealth],
    language: str,
    at: datetime,
) -> list[RobotOut]:
    county = actor.county
    squads = await squad_names(session, county)
    jurisdictions = await squad_jurisdictions(session, county)
    found = (
        select(col(Delivery.robot_id), func.count())
        .where(
            col(Delivery.county) == county,
            col(Delivery.state) == DeliveryState.QUEUED,
            col(Delivery.robot_id).is_not(None),
        )
        .group_by(col(Delivery.robot_id))
    )
    waiting = {row[0]: row[1] for row in await session.execute(found)}
    robots = await session.scalars(
        select(Robot).where(col(Robot.county) == county).order_by(col(Robot.squad_code), col(Robot.name))
    )
    return [
        robot_out(robot, squads, health.get((Channel.ROBOT, str(robot.id))), waiting.get(robot.id, 0), language, at)
        for robot in robots
        if reads_squad(actor, robot.squad_code, tuple(jurisdictions.get(robot.squad_code, ())))
    ]


def robot_out(
    robot: Robot, squads: dict[str, str], health: ChannelHealth | None, waiting: int, language: str, at: datetime
) -> RobotOut:
    limit = bucket.LIMITS[robot.kind]
    left = bucket.Bucket.read(robot.bucket, limit, at)
    blocked = left.blocked_until if left.blocked_until and left.blocked_until > at else None
    gained = (at - left.refilled_at).total_seconds() / 60 * limit.per_minute
    reason = health.reason if health else ""
    return RobotOut(
        id=robot.id,
        name=robot.name,
        kind=robot.kind,
        squad_code=robot.squad_code,
        squad_name=squads.get(robot.squad_code, robot.squad_code),
        signs=bool(robot.secret),
        active=robot.active,
        left=0 if blocked else int(min(limit.burst, max(0.0, left.tokens + max(0.0, gained)))),
        burst=limit.burst,
        per_minute=limit.per_minute,
        blocked_until=blocked,
        well_at=health.well_at if health else None,
        failing_since=health.failing_since if health else None,
        reason=reason,
        reason_words=reason_words(reason).in_language(language),
        said=health.said if health else "",
        waiting=waiting,
    )
