"""What the actions about several hands do: co-handlers (协办) and whistled squads (吹哨), each with a clock of its own."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.effects import Taken, squad_named
from backend.cases.holding import handling_limit
from backend.dispatch import actions as dispatch
from backend.dispatch.models import Assignment, AssignmentEnd, AssignmentKind
from backend.dispatch.queries import open_parts
from backend.errors import Conflict, Malformed, Say
from backend.identifiers import new_id
from backend.matters.clocks import deadline
from backend.matters.queries import work_calendar


async def add_co_handler(session: AsyncSession, taken: Taken) -> None:
    case = taken.case
    limit = await handling_limit(session, case, taken.at)
    calendar = await work_calendar(session, case.county)
    due_at = deadline(calendar, taken.at, limit.amount, limit.unit)
    await _call(session, taken, taken.action.squad, "squad", AssignmentKind.CO, due_at)
    taken.content.update({"squad_code": taken.action.squad, "due_at": due_at.isoformat()})


async def whistle(session: AsyncSession, taken: Taken) -> None:
    """Units are called to the place by a moment; each must be there, and done, before the case can close."""
    assert taken.action.until  # the step asks for it
    for position, code in enumerate(taken.action.squads):
        await _call(session, taken, code, f"squads.{position}", AssignmentKind.WHISTLE, taken.action.until)
    taken.content.update({"squads": taken.action.squads, "until": taken.action.until.isoformat()})


async def _call(
    session: AsyncSession, taken: Taken, code: str | None, field: str, kind: AssignmentKind, due_at: datetime
) -> None:
    case = taken.case
    squad = await squad_named(session, case.county, code, field)
    if squad.code == case.squad_code:
        raise Malformed.at(
            field,
            "holds_the_case",
            Say(f"{squad.name}正在主办这个案件，请选别的队伍", f"{squad.name} holds this case; choose another squad"),
        )
    if any(part.squad_code == squad.code for part in await open_parts(session, case.county, case.id)):
        raise Conflict(
            "part_there",
            Say(f"{squad.name}已经在协办这个案件", f"{squad.name} has an open part of this case already"),
        )
    part = Assignment(
        county=case.county,
        id=new_id(),
        case_id=case.id,
        kind=kind,
        squad_code=squad.code,
        words=taken.action.words,
        assigned_at=taken.at,
        due_at=due_at,
        arrive_by=due_at if kind == AssignmentKind.WHISTLE else None,
    )
    await dispatch.open_assignment(session, part)


async def waive_part(session: AsyncSession, taken: Taken) -> None:
    part = await _part_of(session, taken, {taken.action.squad or ""})
    part.ended_at = taken.at
    part.end = AssignmentEnd.WAIVED
    taken.content["squad_code"] = part.squad_code


async def co_acknowledge(session: AsyncSession, taken: Taken) -> None:
    part = await _own_part(session, taken)
    part.acknowledged_at = taken.at
    part.handler_id = taken.actor.staff_id


async def co_arrive(session: AsyncSession, taken: Taken) -> None:
    """Being there is taking it, too: whoever was whistled does not tap twice."""
    part = await _own_part(session, taken)
    part.arrived_at = taken.at
    if part.acknowledged_at is None:
        part.acknowledged_at = taken.at
        part.handler_id = taken.actor.staff_id


async def co_feedback(session: AsyncSession, taken: Taken) -> None:
    part = await _own_part(session, taken)
    part.ended_at = taken.at
    part.end = AssignmentEnd.FINISHED


async def _own_part(session: AsyncSession, taken: Taken) -> Assignment:
    part = await _part_of(session, taken, set(taken.actor.squad_codes))
    taken.content["squad_code"] = part.squad_code
    return part


async def _part_of(session: AsyncSession, taken: Taken, squad_codes: set[str]) -> Assignment:
    for part in await open_parts(session, taken.case.county, taken.case.id):
        if part.squad_code in squad_codes:
            return part
    raise Malformed.at(
        "squad", "no_such_part", Say("这支队伍没有未完成的协办", "This squad has no open part of the case")
    )
