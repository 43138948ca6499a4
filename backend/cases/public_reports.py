"""What the public does: a report that opens a case to be verified, and the word on the result after closing.

No photo is demanded of the public: whoever verifies takes them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import evidence
from backend.cases.actions import Outcome
from backend.cases.deciding import decide_resident_step
from backend.cases.effects import hand_again
from backend.cases.effects_command import reopen_marks
from backend.cases.history import append_event, fingerprint, other_content
from backend.cases.models import Case, CaseEvent, PhotoPhase, Report, ReportSource, Satisfaction
from backend.cases.reporting import Reported, filed_once, open_case
from backend.cases.routing import route_case
from backend.cases.schemas import ActionIn, DeclaredPhoto
from backend.cases.schemas_public import PublicReportIn
from backend.cases.standing import facts_of
from backend.cases.terms import Action, Handlers, Status
from backend.matters.queries import choose_matter, matter_of
from backend.permissions import Actor, Role
from backend.photos.intake import PhotoFacts


async def file_public_report(
    session: AsyncSession,
    *,
    county: str,
    report_id: UUID,
    content: PublicReportIn,
    stored: Sequence[PhotoFacts],
    at: datetime,
    source: ReportSource,
    registered_by: Actor | None = None,
) -> Outcome:
    """Open a case that is verified first. `registered_by` is the operator who wrote down a call; nobody for a resident.

    Raises Malformed (unknown matter, outside the net) and Conflict (the id was used for something else). The contact is not
    kept here, nor does the history hold it.
    """
    said = content.model_dump(mode="json", exclude_defaults=True, exclude={"contact"})
    reported = Reported(
        county=county,
        id=report_id,
        source=source,
        reporter_id=registered_by.staff_id if registered_by else None,
        reporter_role=Role.OPERATOR if registered_by else None,
        place=content.place,
        words=content.words,
        photos=content.photos,
        occurred_at=content.occurred_at,
        content=said,
        fingerprint=fingerprint(said),
        at=at,
    )

    async def file() -> Report:
        chosen = await choose_matter(session, county, at, content.matter, content.condition)
        report, _case = await open_case(session, reported, chosen)
        return report

    return await filed_once(session, reported, stored, file=file, is_same=lambda kept: kept == reported.fingerprint)


async def take_resident_step(
    session: AsyncSession,
    *,
    case: Case,
    answer_id: UUID,
    action: Action,
    words: str,
    stored: Sequence[PhotoFacts],
    at: datetime,
) -> None:
    """The resident's word on a closed case whose row is held: `satisfied`, or `not_satisfied`, which reopens it once.

    The same answer under the same id again changes nothing. Raises Conflict `answer_over` after 72 hours or an answer.
    """
    photos = [DeclaredPhoto(sha256=facts.sha256) for facts in stored]
    content = ActionIn(action=action, version=1, words=words, photos=photos)
    print_ = fingerprint(content.model_dump(mode="json", exclude_defaults=True))
    event = await session.get(CaseEvent, (case.county, case.id, answer_id))
    if event is not None:
        if event.fingerprint != print_:
            raise other_content()
        return
    matter = await matter_of(session, case.county, case.catalogue_version, case.matter_code)
    step = decide_resident_step(facts_of(case, Handlers(), at, review_needed=matter.review_needed), action)
    said: dict[str, Any] = {"photos": [photo.sha256 for photo in photos]}
    if step.target is not None:
        reopen_marks(case)
        said |= await hand_again(session, case, step.target, at=at)
    case.satisfaction = Satisfaction(action.value)
    await append_event(
        session,
        case,
        event_id=answer_id,
        action=action,
        target=step.target or case.status,
        at=at,
        words=words,
        content=said,
        content_fingerprint=print_,
    )
    await evidence.declare_photos(
        session, county=case.county, case_id=case.id, event_id=answer_id, phase=PhotoPhase.WITNESS, photos=photos
    )
    await evidence.receive_photos(
        session, county=case.county, sender_id=None, case_id=case.id, event_id=answer_id, stored=stored, at=at
    )
    if case.status == Status.PENDING_DISPATCH:
        await route_case(session, case, at)
