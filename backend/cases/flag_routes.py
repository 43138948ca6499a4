"""Flags over HTTP, for those who judge evidence."""

from uuid import UUID

from fastapi import APIRouter

from backend.access import EvidenceReader
from backend.cases.flag_views import EvidenceFlags, flags_for
from backend.database import Session
from backend.language import Language

router = APIRouter(prefix="/api", tags=["cases"])


@router.get("/cases/{case_id}/flags")
async def get_flags(case_id: UUID, actor: EvidenceReader, session: Session, language: Language) -> EvidenceFlags:
    """Facts about photos, positions and times of this case that are worth a look. They decide nothing."""
    return await flags_for(session, actor, case_id, language=language)
