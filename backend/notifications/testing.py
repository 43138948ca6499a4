"""The test button: one neutral message by one channel, and what came of it at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.identifiers import new_id
from backend.notifications.channels import mail, robots, sms, web_push
from backend.notifications.channels.outcome import Outcome
from backend.notifications.channels.words import Subject, words_of
from backend.notifications.health import note_outcome
from backend.notifications.keeping import robot_for
from backend.notifications.kinds import Channel
from backend.notifications.models import NoticeWish, PushSubscription
from backend.notifications.outside import Outside
from backend.notifications.queries import subscriptions_of
from backend.notifications.sending import NO_ADDRESS, NOT_SET_UP, TTL, to_group
from backend.permissions import Actor
from backend.staff.queries import staff_of

_WORDS = words_of(Subject.TEST, 1, "zh")


async def send_test(session: AsyncSession, outside: Outside, actor: Actor, channel: Channel, at: datetime) -> Outcome:
    """To the actor's own newest browser, telephone or mailbox."""
    if channel == Channel.WEB_PUSH:
        outcome = await _push(session, outside, actor, at)
    elif channel == Channel.SMS:
        outcome = await _sms(session, outside, actor, at)
    else:
        outcome = await _mail(session, outside, actor, at)
    await note_outcome(session, actor.county, channel, None, outcome, at)
    return outcome


async def send_test_to_group(
    session: AsyncSession, outside: Outside, actor: Actor, robot_id: UUID, at: datetime
) -> Outcome:
    """Raises NotFound."""
    robot = await robot_for(session, actor, robot_id)
    message = robots.GroupMessage(_WORDS.title, (_WORDS.body,), link=outside.public_url)
    outcome = await to_group(session, outside, robot, message, at)
    await note_outcome(session, actor.county, Channel.ROBOT, robot_id, outcome, at)
    return outcome


async def _push(session: AsyncSession, outside: Outside, actor: Actor, at: datetime) -> Outcome:
    found = select(PushSubscription).where(*subscriptions_of(actor.county, [actor.staff_id], at))
    newest = await session.scalar(found.order_by(col(PushSubscription.used_at).desc()).limit(1))
    if newest is None:
        return NO_ADDRESS
    receiver = web_push.checked_subscription(
        outside.rules, endpoint=newest.endpoint, p256dh=newest.p256dh, auth=newest.auth
    )
    message = web_push.PushMessage(*_WORDS, navigate=f"{newest.origin}/#/notices", tag="test")
    return await web_push.send(outside.rules, outside.push_key, receiver, message, ttl=TTL, topic="test", now=at)


async def _sms(session: AsyncSession, outside: Outside, actor: Actor, at: datetime) -> Outcome:
    if outside.sms is None:
        return NOT_SET_UP
    staff = await staff_of(session, actor)
    try:
        message = sms.ShortMessage(new_id(), staff.phone, Subject.TEST, {"count": "1"})
    except ValueError:
        return NO_ADDRESS
    return await sms.send(outside.rules, outside.sms, message, now=at)


async def _mail(session: AsyncSession, outside: Outside, actor: Actor, at: datetime) -> Outcome:
    if outside.mail is None:
        return NOT_SET_UP
    wish = await session.get(NoticeWish, (actor.county, actor.staff_id))
    if wish is None or wish.mail is None:
        return NO_ADDRESS
    return await mail.send(outside.mail, mail.Mail(new_id(), wish.mail, *_WORDS), now=at)
