"""The town time machine over HTTP: any moment of the past, as the histories tell it. For operators only."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from backend.access import PastReader
from backend.cases.case_filter import read_box
from backend.cases.schemas import CaseDetail
from backend.clock import Now
from backend.command_centre.past_schemas import Past
from backend.command_centre.past_views import MOST_CASES, case_as_it_was, town_as_it_was
from backend.database import Session
from backend.errors import Malformed, Say
from backend.language import Language

router = APIRouter(prefix="/api/past", tags=["command centre"])

Moment = Annotated[datetime, Query(description="ISO 8601 with offset, not in the future")]


@router.get("")
async def past(
    at: Moment,
    actor: PastReader,
    session: Session,
    now: Now,
    language: Language,
    bbox: Annotated[str | None, Query(pattern=r"^-?[\d.]+(,-?[\d.]+){3}$", description="west,south,east,north")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_CASES)] = MOST_CASES,
) -> Past:
    """Cases that had been opened and had not ended, with status, severity, squad, light and clock as they were then; the
    queue's counters, squads on duty by the rota, and how many people were on patrol."""
    moment, box = _past_moment(at, now), read_box(bbox)
    return await town_as_it_was(session, actor, moment, now=now, box=box, limit=limit, language=language)


@router.get("/cases/{case_id}")
async def past_case(
    case_id: UUID, at: Moment, actor: PastReader, session: Session, now: Now, language: Language
) -> CaseDetail:
    """One case as its card showed it then: the history up to that moment, and no steps."""
    return await case_as_it_was(session, actor, case_id, _past_moment(at, now), language)


def _past_moment(at: datetime, now: datetime) -> datetime:
    if at.tzinfo is None or not 1970 <= at.year <= 2100:
        raise Malformed.at(
            "at", "malformed", Say("时间要写明时区，例如 2026-11-20T08:00:00+08:00", "Give the time with its offset")
        )
    if at > now:
        raise Malformed.at("at", "not_in_range", Say("这个时间还没有到", "This moment has not come yet"))
    return at
