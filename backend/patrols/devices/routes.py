"""Trackers over HTTP: what a person sets up for their own phone, and what the desk may see of it."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from backend.access import Patroller, StaffReader
from backend.clock import Now
from backend.database import Session
from backend.language import Language
from backend.patrols.devices import sources, views
from backend.patrols.devices.cards import set_up_cards
from backend.patrols.devices.schemas import NewTrackSource, StaffTrackSource, TrackSourceIn, TrackSourceOut

router = APIRouter(prefix="/api", tags=["phone trackers"])


@router.get("/track-sources")
async def list_track_sources(actor: Patroller, session: Session, language: Language) -> list[TrackSourceOut]:
    """My own trackers, those in use first."""
    return [views.shown_to_owner(source, language) for source in await sources.own_sources(session, actor)]


@router.put("/track-sources/{source_id}", responses={201: {"model": NewTrackSource}})
async def put_track_source(
    source_id: UUID,
    content: TrackSourceIn,
    request: Request,
    response: Response,
    actor: Patroller,
    session: Session,
    at: Now,
    language: Language,
) -> NewTrackSource:
    """Set up a tracker for my own phone. Its secret is shown in this answer and never again."""
    source, token = await sources.set_up(session, actor=actor, source_id=source_id, content=content, at=at)
    response.status_code = 201 if token else 200
    response.headers["Cache-Control"] = "no-store"
    cards = set_up_cards(source.protocol, _reached_at(request), token, source.name) if token else ()
    return NewTrackSource(
        source=views.shown_to_owner(source, language),
        token=token,
        cards=[views.shown_card(card, language) for card in cards],
    )


def _reached_at(request: Request) -> str:
    """Where phones reach this server. A page says under what origin it was opened, which may be https in front of a proxy;
    that the origin's host is ours was checked before (web_safety.SameOriginOnly)."""
    return request.headers.get("origin") or str(request.base_url)


@router.delete("/track-sources/{source_id}")
async def switch_off_track_source(
    source_id: UUID, actor: Patroller, session: Session, at: Now, language: Language
) -> TrackSourceOut:
    """Switch one of my trackers off. What it has sent stays."""
    source = await sources.own_source(session, actor, source_id)
    return views.shown_to_owner(await sources.switch_off(session, source=source, actor=actor, at=at), language)


@router.get("/staff-track-sources")
async def list_staff_track_sources(
    actor: StaffReader, session: Session, language: Language, staff_id: UUID | None = None
) -> list[StaffTrackSource]:
    """Which trackers the people in my scope, or one of them, have set up. The secrets are nobody's to see."""
    rows = await sources.sources_in_reach(session, actor, staff_id)
    return [views.shown_to_desk(source, name, language) for source, name in rows]


@router.delete("/staff-track-sources/{source_id}")
async def switch_off_staff_track_source(
    source_id: UUID, actor: StaffReader, session: Session, at: Now, language: Language
) -> StaffTrackSource:
    """Switch off the tracker of a person in my scope, say after a phone was lost."""
    source, name = await sources.source_in_reach(session, actor, source_id)
    return views.shown_to_desk(await sources.switch_off(session, source=source, actor=actor, at=at), name, language)
