"""The one way into somebody's hands and out of them: by rule, by the operator, by claim, and back.

Every way in ends in `hand_to`. That two squads never hold one case is kept by three things, each enough alone: the case's row
is held, its version is the condition of every update, and the database refuses a second open lead assignment.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.models import Case
from backend.clock import local_date
from backend.dispatch import actions as dispatch
from backend.dispatch.models import Assignment, AssignmentEnd, AssignmentKind
from backend.identifiers import new_id
from backend.matters.models import Limit
from backend.matters.queries import condition_of
from backend.matters.seasons import limit_on
from backend.staff.models import Duty


@dataclass(frozen=True)
class Holder:
    """Who has a case: a squad, or those with a duty in the case's grid. Exactly one of the two."""

    squad_code: str | None = None
    duty: Duty | None = None

    @property
    def key(self) -> str:
        """As it stands in the history, for the clocks."""
        return self.squad_code or f"duty:{self.duty}"


def written(limit: Limit) -> dict[str, Any]:
    """A limit as it stands in an event, so that the clock follows from the history alone."""
    return {"amount": limit.amount, "unit": limit.unit.value}


async def handling_limit(session: AsyncSession, case: Case, at: datetime) -> Limit:
    """What the case's filing condition gives to handling that begins now."""
    condition = await condition_of(session, case.county, case.catalogue_version, case.condition_code)
    return limit_on(condition, local_date(at))


async def hand_to(
    session: AsyncSession, case: Case, holder: Holder, *, at: datetime, handler_id: UUID | None = None
) -> dict[str, Any]:
    """Give the case to somebody, accepted already where `handler_id` is named. Returns what the event must say.

    The assignment's deadline is set when the event is written and the clocks are wound.
    """
    limit = await handling_limit(session, case, at)
    assignment = Assignment(
        county=case.county,
        id=new_id(),
        case_id=case.id,
        kind=AssignmentKind.LEAD,
        squad_code=holder.squad_code,
        grid_duty=holder.duty,
        handler_id=handler_id,
        acknowledged_at=at if handler_id else None,
        assigned_at=at,
        due_at=at,
    )
    await dispatch.open_assignment(session, assignment)
    case.squad_code = holder.squad_code
    case.grid_duty = holder.duty
    return {"squad_code": holder.squad_code, "duty": holder.duty, "holder": holder.key, "limit": written(limit)}


async def take_from_holder(session: AsyncSession, case: Case, *, end: AssignmentEnd, at: datetime) -> Assignment | None:
    """The holder's hands are off; who it was stays readable on the case only where the case stays theirs."""
    _forget_requests(case)
    return await dispatch.end_assignment(session, county=case.county, case_id=case.id, end=end, at=at)


def free(case: Case) -> None:
    """Nobody holds the case."""
    case.squad_code = None
    case.grid_duty = None


def _forget_requests(case: Case) -> None:
    """What a holder asked for goes with the holder."""
    case.extension_asked_by = None
    case.suspension_asked_by = None
    case.resume_on = None


async def end_everything(session: AsyncSession, case: Case, *, end: AssignmentEnd, at: datetime) -> None:
    """The case ends otherwise than by a passed inspection: lead and parts end with it, requests and orders are void."""
    await take_from_holder(session, case, end=end, at=at)
    await dispatch.end_parts(session, county=case.county, case_id=case.id, end=end, at=at)
    case.void_asked_by = None
    case.reply_by = None
