"""One message to one receiver: words, address and channel. What leaves here are neutral sentences and ids alone."""

import base64
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.notifications.channels import bucket, mail, robots, sms, web_push
from backend.notifications.channels.outcome import Outcome, Result
from backend.notifications.channels.words import Subject, Words, line_of, words_of
from backend.notifications.kinds import Channel
from backend.notifications.models import Notice, NoticeWish, Notification, PushSubscription, Robot
from backend.notifications.outside import Outside, Parcel
from backend.notifications.queries import subscriptions_of
from backend.staff.models import Staff

# What squads must act on is kept for a telephone that is off for a shift; the rest for a day.
TTL = timedelta(hours=24)
NO_ADDRESS = Outcome(Result.GONE, "no_address")
NOT_SET_UP = Outcome(Result.REFUSED, "not_set_up")


async def send_parcel(session: AsyncSession, outside: Outside, county: str, parcel: Parcel, at: datetime) -> Outcome:
    """Bring the parcel out, whatever its channel."""
    if parcel.robot_id:
        return await _to_robot(session, outside, county, parcel, at)
    assert parcel.staff_id  # one of the two
    wish = await session.get(NoticeWish, (county, parcel.staff_id))
    words = _words(parcel.notices, wish.language if wish else "zh")
    if parcel.channel == Channel.WEB_PUSH:
        return await _to_browser(session, outside, county, parcel, words, at)
    if parcel.channel == Channel.MAIL:
        if outside.mail is None:
            return NOT_SET_UP
        if wish is None or wish.mail is None:
            return NO_ADDRESS
        return await mail.send(outside.mail, mail.Mail(parcel.ids[0], wish.mail, *_with_link(words, outside)), now=at)
    return await _by_sms(session, outside, county, parcel, at)


def subject_of(notices: Sequence[Notice]) -> Subject:
    """Of several kinds together it is a digest."""
    kinds = {notice.kind for notice in notices}
    return Subject(kinds.pop()) if len(kinds) == 1 else Subject.DIGEST


def _words(notices: Sequence[Notice], language: str) -> Words:
    return words_of(subject_of(notices), len(notices), language)


def _with_link(words: Words, outside: Outside) -> Words:
    return Words(words.title, f"{words.body}\n{outside.public_url}") if outside.public_url else words


async def _to_browser(
    session: AsyncSession, outside: Outside, county: str, parcel: Parcel, words: Words, at: datetime
) -> Outcome:
    """To the browser that was used last: a person with two telephones is told once, on the one in their hand. One that is
    gone is forgotten, and the next one told."""
    assert parcel.staff_id
    found = select(PushSubscription).where(*subscriptions_of(county, [parcel.staff_id], at))
    kept = (await session.scalars(found.order_by(col(PushSubscription.used_at).desc(), col(PushSubscription.id)))).all()
    outcome = NO_ADDRESS
    for subscription in kept:
        outcome = await push_to(session, outside, subscription, parcel, words, at)
        if outcome.result != Result.GONE:
            return outcome
        await session.delete(subscription)
        await session.flush()
    return outcome


async def push_to(
    session: AsyncSession,
    outside: Outside,
    subscription: PushSubscription,
    parcel: Parcel,
    words: Words,
    at: datetime,
) -> Outcome:
    """One message to one browser."""
    try:
        receiver = web_push.checked_subscription(
            outside.rules, endpoint=subscription.endpoint, p256dh=subscription.p256dh, auth=subscription.auth
        )
    except web_push.BadSubscription as error:
        return Outcome(Result.GONE, error.code)
    one = parcel.notices[0] if len(parcel.notices) == 1 else None
    where = f"/?notice={one.id}#/cases/{one.case_id}" if one else "/#/notices"
    wish = await session.get(NoticeWish, (subscription.county, subscription.staff_id))
    rings = any(notice.rings for notice in parcel.notices)
    message = web_push.PushMessage(
        title=words.title,
        body=words.body,
        navigate=f"{subscription.origin}{where}",
        tag=str(one.id) if one else "digest",
        lang="en" if wish and wish.language == "en" else "zh-CN",
        badge=await _unseen(session, subscription.county, subscription.staff_id),
    )
    return await web_push.send(
        outside.rules,
        outside.push_key,
        receiver,
        message,
        ttl=TTL,
        urgency=web_push.Urgency.HIGH if rings else web_push.Urgency.NORMAL,
        topic=_topic(one.id) if one else "digest",
        now=at,
    )


def _topic(notice_id: UUID) -> str:
    """What is said again takes the place of what a sleeping telephone has not fetched. 22 signs of base64url."""
    return base64.urlsafe_b64encode(notice_id.bytes).rstrip(b"=").decode()


async def _unseen(session: AsyncSession, county: str, staff_id: UUID) -> int:
    found = select(func.count()).where(
        col(Notification.county) == county, col(Notification.staff_id) == staff_id, col(Notification.seen_at).is_(None)
    )
    return await session.scalar(found) or 0


async def _by_sms(session: AsyncSession, outside: Outside, county: str, parcel: Parcel, at: datetime) -> Outcome:
    if outside.sms is None:
        return NOT_SET_UP
    staff = await session.get(Staff, (county, parcel.staff_id))
    assert staff  # people are never deleted
    try:
        message = sms.ShortMessage(
            parcel.ids[0], staff.phone, subject_of(parcel.notices), {"count": str(len(parcel.notices))}
        )
    except ValueError:
        return NO_ADDRESS
    return await sms.send(outside.rules, outside.sms, message, now=at)


async def _to_robot(session: AsyncSession, outside: Outside, county: str, parcel: Parcel, at: datetime) -> Outcome:
    """A digest for the group, if the robot's budget allows; else it says when it will."""
    found = select(Robot).where(col(Robot.county) == county, col(Robot.id) == parcel.robot_id)
    robot = (await session.scalars(found.with_for_update())).one_or_none()
    if robot is None or not robot.active:
        return NO_ADDRESS
    counts = Counter(Subject(notice.kind) for notice in parcel.notices)
    title = words_of(subject_of(parcel.notices), len(parcel.notices), "zh")
    message = robots.GroupMessage(
        title.body, tuple(line_of(subject, count) for subject, count in counts.items()), link=outside.public_url
    )
    return await to_group(session, outside, robot, message, at)


async def to_group(
    session: AsyncSession, outside: Outside, robot: Robot, message: robots.GroupMessage, at: datetime
) -> Outcome:
    """Send to a robot whose row is held, within its budget."""
    limit = bucket.LIMITS[robot.kind]
    left, wait_until = bucket.take(bucket.Bucket.read(robot.bucket, limit, at), limit, at)
    robot.bucket = left.kept()
    if wait_until is not None:
        return Outcome(Result.LATER, "budget", wait_until - at)
    outcome = await robots.send(
        outside.rules, robots.RobotAddress(robot.kind, robot.url, robot.secret), message, now=at
    )
    if outcome.result == Result.LATER and outcome.wait:
        robot.bucket = bucket.blocked(left, at + outcome.wait).kept()
    await session.flush()
    return outcome
