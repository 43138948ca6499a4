"""Consent to being located (PIPL art. 29): asked for by itself, for one version of its text, and withdrawn at any time.

Without it no patrol can be started; everything else in the app works as before.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Conflict, Malformed, Say
from backend.identifiers import new_id
from backend.patrols.models import EndedBy, Patrol, TrackConsent
from backend.patrols.rules import CONSENT_VERSION
from backend.patrols.schemas import ConsentIn, ConsentOut
from backend.permissions import Actor


async def answer_consent(session: AsyncSession, *, actor: Actor, content: ConsentIn, at: datetime) -> ConsentOut:
    """Keep the person's answer. A withdrawal ends the patrol that runs. Raises Malformed for a text that is not in force."""
    if content.text_version != CONSENT_VERSION:
        raise Malformed.at(
            "text_version",
            "consent_text_changed",
            Say("告知书已更新，请重新阅读", "The text has changed; please read it again"),
            text_version=CONSENT_VERSION,
        )
    last = await _last_answer(session, actor.county, actor.staff_id)
    if last is None or (last.text_version, last.agreed) != (content.text_version, content.agreed):
        row = TrackConsent(
            county=actor.county,
            id=new_id(),
            staff_id=actor.staff_id,
            text_version=content.text_version,
            agreed=content.agreed,
            at=at,
        )
        session.add(row)
        await session.flush()
    if not content.agreed:
        await _end_patrol(session, actor, at)
    return await consent_of(session, actor)


async def consent_of(session: AsyncSession, actor: Actor) -> ConsentOut:
    last = await _last_answer(session, actor.county, actor.staff_id)
    agreed = last is not None and last.agreed and last.text_version == CONSENT_VERSION
    return ConsentOut(text_version=CONSENT_VERSION, needed=not agreed, agreed_at=last.at if last and agreed else None)


async def require_consent(session: AsyncSession, actor: Actor) -> None:
    """Raises Conflict `consent_needed`."""
    if (await consent_of(session, actor)).needed:
        raise Conflict(
            "consent_needed",
            Say("开始巡查前请先阅读并同意位置记录告知书", "Read and agree to the notice on location first"),
            text_version=CONSENT_VERSION,
        )


async def _last_answer(session: AsyncSession, county: str, staff_id: UUID) -> TrackConsent | None:
    return await session.scalar(
        select(TrackConsent)
        .where(col(TrackConsent.county) == county, col(TrackConsent.staff_id) == staff_id)
        .order_by(col(TrackConsent.at).desc(), col(TrackConsent.id).desc())
        .limit(1)
    )


async def _end_patrol(session: AsyncSession, actor: Actor, at: datetime) -> None:
    await session.execute(
        update(Patrol)
        .where(
            col(Patrol.county) == actor.county,
            col(Patrol.staff_id) == actor.staff_id,
            col(Patrol.ended_at).is_(None),
        )
        .values(ended_at=at, ended_by=EndedBy.CONSENT_WITHDRAWN)
    )
