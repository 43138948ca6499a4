"""Flags over HTTP, for those who judge evidence."""

from uuid import UUID

from fastapi import APIRouter, Response

from backend.access import EvidenceChecker, EvidenceReader
from backend.clock import Now
from backend.database import Session
from backend.flags.actions import check_flag
from backend.flags.schemas import CheckIn, EvidenceFlags
from backend.flags.views import flags_for
from backend.language import Language

router = APIRouter(prefix="/api", tags=["flags"])


@router.get("/cases/{case_id}/flags")
async def get_flags(case_id: UUID, actor: EvidenceReader, session: Session, language: Language) -> EvidenceFlags:
    """Facts about photos, positions and times of this case that are worth a look. They decide nothing."""
    return await flags_for(session, actor, case_id, language=language)


@router.put("/cases/{case_id}/flags/{flag_id}/checks/{check_id}", responses={201: {"model": EvidenceFlags}})
async def put_check(
    case_id: UUID,
    flag_id: UUID,
    check_id: UUID,
    content: CheckIn,
    response: Response,
    actor: EvidenceChecker,
    session: Session,
    at: Now,
    language: Language,
) -> EvidenceFlags:
    """I have looked at this flag and found this. It is kept with my name and changes nothing of the case."""
    first = await check_flag(
        session, actor=actor, case_id=case_id, flag_id=flag_id, check_id=check_id, content=content, at=at
    )
    response.status_code = 201 if first else 200
    return await flags_for(session, actor, case_id, language=language)
