"""Leave: asked by the person, approved by somebody else who decides for one of their squads. Nothing here is counted."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import local_date
from backend.errors import Conflict, FieldError, Malformed, NotFound, Say
from backend.permissions import Actor
from backend.staff import queries_rota as queries
from backend.staff.duty_feed import announce_duty
from backend.staff.models import RequestStatus, StaffLeave
from backend.staff.queries_rota import OPEN_REQUESTS
from backend.staff.schemas_duty import Deciding, LeaveIn
from backend.staff.squads import decides_requests
from backend.staff.swaps import already_decided, not_yours_to_decide

LONGEST = timedelta(days=366)


def leave_choices(leave: StaffLeave, *, reader_id: UUID, decides: bool, at: datetime) -> list[Deciding]:
    """What the reader may do with the leave now. Nobody approves their own; an approved one may be given back."""
    if leave.status == RequestStatus.APPROVED:
        return [Deciding.WITHDRAW] if reader_id == leave.staff_id and at < leave.ends_at else []
    if leave.status not in OPEN_REQUESTS:
        return []
    if reader_id == leave.staff_id:
        return [Deciding.WITHDRAW]
    return [Deciding.APPROVE, Deciding.REFUSE] if decides else []


async def ask_leave(
    session: AsyncSession, *, actor: Actor, leave_id: UUID, content: LeaveIn, at: datetime
) -> StaffLeave:
    """Ask to be away. A repeat gives the same leave. Raises Malformed naming the field, Conflict (`other_content`)."""
    # Two of one person's at once: the second sees the first.
    await queries.hold_people(session, actor.county, [actor.staff_id])
    leave = await session.get(StaffLeave, (actor.county, leave_id))
    facts = content.model_dump()
    if leave:
        if leave.staff_id != actor.staff_id or any(getattr(leave, name) != value for name, value in facts.items()):
            raise Conflict("other_content", Say("这个编号已经用于别的内容", "This id was used for other content"))
        return leave
    _require_sensible(content, at)
    open_or_approved = (*OPEN_REQUESTS, RequestStatus.APPROVED)
    if await queries.leaves_overlapping(
        session, actor.county, [actor.staff_id], content.starts_at, content.ends_at, open_or_approved
    ):
        raise _refused(
            "starts_at",
            "leave_overlaps",
            Say("这段时间已经请过假，请改时间或先撤回", "You have asked for leave then already; change or withdraw it"),
        )
    leave = StaffLeave(
        county=actor.county,
        id=leave_id,
        staff_id=actor.staff_id,
        status=RequestStatus.ASKED,
        asked_at=at,
        **facts,
    )
    session.add(leave)
    await session.flush()
    await session.refresh(leave)
    await announce_duty(session, actor=actor, squad_codes=actor.squad_codes, at=at)
    return leave


def _require_sensible(content: LeaveIn, at: datetime) -> None:
    if content.ends_at <= content.starts_at:
        raise _refused("ends_at", "ends_before_start", Say("结束要晚于开始", "It must end after it begins"))
    if content.ends_at <= at:
        raise _refused("ends_at", "leave_in_the_past", Say("这段时间已经过去", "That time is over"))
    if content.ends_at - content.starts_at > LONGEST:
        raise _refused("ends_at", "leave_too_long", Say("一次最多请一年假", "A leave is a year at most"))


def _refused(field: str, code: str, sentence: Say) -> Malformed:
    return Malformed.listing([FieldError(field, sentence, code)])


async def decide_leave(
    session: AsyncSession, *, actor: Actor, leave_id: UUID, decision: Deciding, at: datetime
) -> StaffLeave:
    """Approve, refuse or withdraw. An approved leave that has begun is ended now when it is given back.

    Raises NotFound, Conflict (`already_decided`), NotAllowed (`not_yours_to_decide`).
    """
    leave = await session.get(StaffLeave, (actor.county, leave_id), with_for_update=True)
    decides = leave is not None and await decides_for(session, actor, leave.staff_id, at)
    if leave is None or not (decides or actor.staff_id == leave.staff_id):
        raise NotFound("no_such_leave", Say("没有这个请假申请", "There is no such leave"))
    outcome = _OUTCOME.get(decision)
    if leave.status == outcome:
        return leave
    choices = leave_choices(leave, reader_id=actor.staff_id, decides=decides, at=at)
    if decision not in choices or outcome is None:
        raise already_decided() if not choices else not_yours_to_decide()
    if leave.status == RequestStatus.APPROVED and leave.starts_at <= at:
        leave.ends_at = at
    else:
        leave.status = outcome
    leave.decided_at, leave.decided_by = at, actor.staff_id
    await session.flush()
    await session.refresh(leave)
    squads = await queries.squads_of(session, actor.county, leave.staff_id, local_date(at))
    await announce_duty(session, actor=actor, squad_codes=squads, at=at)
    return leave


_OUTCOME = {
    Deciding.APPROVE: RequestStatus.APPROVED,
    Deciding.REFUSE: RequestStatus.REFUSED,
    Deciding.WITHDRAW: RequestStatus.WITHDRAWN,
}


async def decides_for(session: AsyncSession, actor: Actor, staff_id: UUID, at: datetime) -> bool:
    """Whether the actor decides requests of a squad in which the person is a member today."""
    today = local_date(at)
    for code in await queries.squads_of(session, actor.county, staff_id, today):
        if decides_requests(actor, code, await queries.paths_of(session, actor.county, code)):
            return True
    return False
