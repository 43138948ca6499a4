"""The town time machine over HTTP: any moment of the past, as the histories tell it. For operators only."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from backend.access import PastReader
from backend.cases.case_filter import read_box
from backend.cases.schemas import CaseDetail
from backend.clock import Now
from backend.command_centre.past_moment import PastMoment
from backend.command_centre.past_schemas import Past
from backend.command_centre.past_views import MOST_CASES, case_as_it_was, town_as_it_was
from backend.database import Session
from backend.language import Language

router = APIRouter(prefix="/api/past", tags=["command centre"])


@router.get("")
async def past(
    moment: PastMoment,
    actor: PastReader,
    session: Session,
    now: Now,
    language: Language,
    bbox: Annotated[str | None, Query(pattern=r"^-?[\d.]+(,-?[\d.]+){3}$", description="west,south,east,north")] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_CASES)] = MOST_CASES,
) -> Past:
    """Cases that had been opened and had not ended, with status, severity, squad, light and clock as they were then; the
    queue's counters, squads on duty by the rota, and how many people were on patrol."""
    return await town_as_it_was(session, actor, moment, now=now, box=read_box(bbox), limit=limit, language=language)


@router.get("/cases/{case_id}")
async def past_case(
    case_id: UUID, moment: PastMoment, actor: PastReader, session: Session, language: Language
) -> CaseDetail:
    """One case as its card showed it then: the history up to that moment, and no steps."""
    return await case_as_it_was(session, actor, case_id, moment, language)
