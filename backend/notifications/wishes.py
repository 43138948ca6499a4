"""What a person wants of notifications, and the browsers in which they are told while the page is closed."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Malformed, Say
from backend.identifiers import new_id
from backend.notifications.channels.mail import is_address
from backend.notifications.channels.web_push import BadSubscription, checked_subscription
from backend.notifications.models import NoticeWish, PushSubscription
from backend.notifications.queries import subscriptions_of
from backend.notifications.schemas import SubscriptionIn, WishIn
from backend.outbound import OutboundRules
from backend.permissions import Actor

# A person has a few devices; more than these are leftovers of old ones.
MOST_DEVICES = 5

_BAD = {
    "endpoint": Say(
        "这个浏览器的推送服务不在放行名单里，应用内消息不受影响",
        "This browser's push service is not on this server's list; messages in the app still arrive",
    ),
    "p256dh": Say("推送密钥无效，请重新开启", "The push key is not valid; switch it on again"),
    "auth": Say("推送密钥无效，请重新开启", "The push secret is not valid; switch it on again"),
}


async def save_wish(session: AsyncSession, actor: Actor, wanted: WishIn) -> None:
    """Raises Malformed for a mail address that is none, and for quiet hours with one end."""
    if wanted.mail and not is_address(wanted.mail):
        raise Malformed.at("mail", "malformed", Say("邮箱写法不对，例如 name@example.cn", "Not an e-mail address"))
    if (wanted.quiet_from is None) != (wanted.quiet_until is None):
        raise Malformed.at(
            "quiet_until", "needs_both", Say("免打扰要同时填起止时间", "Quiet hours need both a beginning and an end")
        )
    for name in ("quiet_from", "quiet_until"):
        moment: time | None = getattr(wanted, name)
        if moment and moment.tzinfo:
            raise Malformed.at(name, "malformed", Say("时间写成 22:00 这样", "Write a time such as 22:00"))
    values = {
        "muted": sorted(set(wanted.muted)),
        "language": wanted.language,
        "quiet_from": wanted.quiet_from,
        "quiet_until": wanted.quiet_until,
        "mail": wanted.mail or None,
    }
    found = insert(NoticeWish).values(county=actor.county, staff_id=actor.staff_id, **values)
    keys = [col(NoticeWish.county), col(NoticeWish.staff_id)]
    await session.execute(found.on_conflict_do_update(index_elements=keys, set_=values))


async def subscribe(
    session: AsyncSession,
    actor: Actor,
    rules: OutboundRules,
    wanted: SubscriptionIn,
    *,
    token_hash: str,
    origin: str,
    at: datetime,
) -> None:
    """Tell the person in this browser, until the session ends. A browser belongs to whoever is signed in there now.

    Raises Malformed for keys that are none and for a push service that is not on the list.
    """
    try:
        checked_subscription(rules, endpoint=wanted.endpoint, p256dh=wanted.keys.p256dh, auth=wanted.keys.auth)
    except BadSubscription as error:
        field = error.field if error.field == "endpoint" else f"keys.{error.field}"
        raise Malformed.at(field, error.code, _BAD[error.field]) from None
    found = insert(PushSubscription).values(
        county=actor.county,
        id=new_id(),
        staff_id=actor.staff_id,
        token_hash=token_hash,
        origin=origin,
        endpoint=wanted.endpoint,
        p256dh=wanted.keys.p256dh,
        auth=wanted.keys.auth,
        made_at=at,
        used_at=at,
    )
    await session.execute(
        found.on_conflict_do_update(
            index_elements=[col(PushSubscription.county), col(PushSubscription.endpoint)],
            set_={
                "staff_id": actor.staff_id,
                "token_hash": token_hash,
                "origin": origin,
                "p256dh": wanted.keys.p256dh,
                "auth": wanted.keys.auth,
                "used_at": at,
            },
        )
    )
    mine = subscriptions_of(actor.county, [actor.staff_id], at)
    kept = select(col(PushSubscription.id)).where(*mine).order_by(col(PushSubscription.used_at).desc())
    await _forget(session, actor, list(await session.scalars(kept.offset(MOST_DEVICES))))


async def unsubscribe(session: AsyncSession, actor: Actor, endpoint: str) -> None:
    """This browser is told no more; harmless when it was not."""
    found = select(col(PushSubscription.id)).where(
        col(PushSubscription.county) == actor.county, col(PushSubscription.endpoint) == endpoint
    )
    await _forget(session, actor, list(await session.scalars(found)))


async def device_count(session: AsyncSession, actor: Actor, at: datetime) -> int:
    mine = subscriptions_of(actor.county, [actor.staff_id], at)
    return await session.scalar(select(func.count()).select_from(PushSubscription).where(*mine)) or 0


async def _forget(session: AsyncSession, actor: Actor, ids: list[UUID]) -> None:
    if ids:
        mine = (col(PushSubscription.county) == actor.county, col(PushSubscription.staff_id) == actor.staff_id)
        await session.execute(delete(PushSubscription).where(*mine, col(PushSubscription.id).in_(ids)))
