"""What one was told about cases that are due or late, and that one has read it."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from backend.access import CaseReader
from backend.cases import escalating, queries_escalation
from backend.cases.escalation import Figures, sentence
from backend.cases.queries_escalation import Told
from backend.cases.schemas import MatterBrief
from backend.cases.schemas_escalation import EscalationList, EscalationOut
from backend.clock import Now
from backend.database import Session
from backend.errors import Say
from backend.language import Language
from backend.permissions import Actor

router = APIRouter(prefix="/api", tags=["cases"])


@router.get("/escalations")
async def get_escalations(
    actor: CaseReader,
    session: Session,
    at: Now,
    language: Language,
    unseen: Annotated[bool, Query(description="only what has not been read yet")] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> EscalationList:
    """What I was told in the last 30 days, newest first."""
    told = await queries_escalation.told_to(session, actor, at, unseen=unseen, limit=limit)
    return EscalationList(items=[_escalation(one, actor, language) for one in told], as_of=at)


@router.put("/escalations/{case_id}/{step}/seen", status_code=204)
async def see_escalation(
    case_id: UUID, step: Annotated[str, Path(max_length=32)], actor: CaseReader, session: Session
) -> None:
    """I have read it. Again, and nothing more happens."""
    await escalating.mark_seen(session, actor, case_id, step)


def _escalation(one: Told, actor: Actor, language: str) -> EscalationOut:
    told, case, matter, step = one
    assert told.sent_at  # only what was sent is listed
    left = timedelta(seconds=told.left_s) if told.left_s is not None else None
    words = Say(step.words_zh, step.words_en) if step else Say("催办", "Reminder")
    return EscalationOut(
        case_id=case.id,
        case_code=case.code,
        step=told.step_code,
        action=step.action if step else None,
        clock=step.clock if step else None,
        sentence=sentence(words, matter.name, Figures(told.percent, left)).in_language(language),
        percent=told.percent,
        matter=MatterBrief(code=matter.code, name=matter.name, icon=matter.icon, major_name=matter.major_name),
        severity=case.severity,
        status=case.status,
        due_at=case.due_at,
        sent_at=told.sent_at,
        seen=actor.staff_id in told.seen_by,
    )
