"""What I want of notifications: channels, language, quiet hours, and being told in this browser while it is closed."""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Header, Request

from backend.access import COOKIE, CaseReader, token_hash
from backend.clock import Now
from backend.database import Session
from backend.notifications import wishes
from backend.notifications.kinds import Channel
from backend.notifications.models import NoticeWish
from backend.notifications.outside import Outside
from backend.notifications.rules import USUAL_QUIET
from backend.notifications.schemas import SubscriptionGone, SubscriptionIn, WishIn, WishOut
from backend.permissions import Actor

router = APIRouter(prefix="/api/me", tags=["notices"])


@router.get("/notice-wish")
async def get_wish(actor: CaseReader, request: Request, session: Session, at: Now) -> WishOut:
    """How I am told: channels, language, quiet hours, and what this county has set up."""
    return await _wish(request, session, actor, at)


@router.put("/notice-wish")
async def put_wish(body: WishIn, actor: CaseReader, request: Request, session: Session, at: Now) -> WishOut:
    """Set how I am told. What is in the app cannot be switched off, and an emergency goes out whatever is muted."""
    await wishes.save_wish(session, actor, body)
    return await _wish(request, session, actor, at)


@router.put("/push-subscription", status_code=204)
async def put_subscription(
    body: SubscriptionIn,
    actor: CaseReader,
    request: Request,
    session: Session,
    at: Now,
    origin: Annotated[str | None, Header(max_length=200)] = None,
) -> None:
    """Tell me in this browser, until I sign out of it. Sent again whenever the page opens, so that we know which is in use."""
    base = urlsplit(str(request.base_url))
    await wishes.subscribe(
        session,
        actor,
        request.app.state.outside.rules,
        body,
        token_hash=token_hash(request.cookies[COOKIE]),
        origin=origin or f"{base.scheme}://{base.netloc}",
        at=at,
    )


@router.delete("/push-subscription", status_code=204)
async def delete_subscription(body: SubscriptionGone, actor: CaseReader, session: Session) -> None:
    """No more in this browser."""
    await wishes.unsubscribe(session, actor, body.endpoint)


async def _wish(request: Request, session: Session, actor: Actor, at: datetime) -> WishOut:
    outside: Outside = request.app.state.outside
    # What was just written by statement is read anew.
    kept = await session.get(NoticeWish, (actor.county, actor.staff_id), populate_existing=True)
    quiet = (kept.quiet_from, kept.quiet_until) if kept else (None, None)
    available = [Channel.WEB_PUSH]
    available += [Channel.SMS] * (outside.sms is not None) + [Channel.MAIL] * (outside.mail is not None)
    return WishOut(
        muted=[Channel(one) for one in kept.muted] if kept else [],
        language="en" if kept and kept.language == "en" else "zh",
        quiet_from=quiet[0] or USUAL_QUIET[0],
        quiet_until=quiet[1] or USUAL_QUIET[1],
        quiet_is_usual=quiet[0] is None,
        mail=kept.mail if kept else None,
        available=available,
        push_key=outside.push_key.public,
        push_devices=await wishes.device_count(session, actor, at),
    )
