"""A squad and its rota, planning it, asking for leave and swaps, deciding them, and saying how one stands.

Making or changing a squad is in dispatch/squad_routes.py, because its capabilities are words of the catalogue.
"""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from backend.access import RotaAsker, RotaKeeper, RotaReader
from backend.clock import Now
from backend.database import Session
from backend.errors import FieldError, Malformed, Say
from backend.language import Language
from backend.staff import leaves, queries_duty, queries_rota, rota_actions, rota_views, swaps
from backend.staff.queries_rota import Turn
from backend.staff.rota import ONE_DAY, midnight
from backend.staff.schemas_duty import (
    DecisionIn,
    DutyStatusOut,
    LeaveIn,
    LeaveOut,
    MyDuty,
    PatternIn,
    PatternSaved,
    PatternShift,
    Rota,
    RotaDay,
    ShiftIn,
    ShiftOut,
    ShiftTime,
    SquadCode,
    SquadDetail,
    StatusIn,
    SwapIn,
    SwapOut,
)

router = APIRouter(prefix="/api", tags=["duty"])

LONGEST_RANGE = timedelta(days=61)


@router.get("/squads/{code}")
async def get_squad(code: SquadCode, actor: RotaReader, session: Session, at: Now, language: Language) -> SquadDetail:
    """One squad: its people, what it can do, where it is responsible, and its duty now."""
    return await rota_views.squad_detail(session, actor, code, at=at, language=language)


@router.get("/squads/{code}/rota")
async def get_rota(
    code: SquadCode,
    actor: RotaReader,
    session: Session,
    at: Now,
    language: Language,
    first: Annotated[RotaDay, Query(alias="from", description="first local day")],
    last: Annotated[RotaDay, Query(alias="to", description="last local day, at most 62 days in all")],
) -> Rota:
    """The squad's rota: weekly pattern, dated shifts with those on them, leaves and swaps."""
    if not timedelta(0) <= last - first <= LONGEST_RANGE:
        sentence = Say("日期范围要在 1 到 62 天之间", "Ask for 1 to 62 days")
        raise Malformed.listing([FieldError("to", sentence, "wrong_range")])
    return await rota_views.rota(session, actor, code, first, last, at=at, language=language)


@router.put("/squads/{code}/rota/pattern")
async def put_pattern(code: SquadCode, body: PatternIn, actor: RotaKeeper, session: Session, at: Now) -> PatternSaved:
    """The squad's weekly shifts from a day on; the pattern before ends the day before, what is past stays."""
    dropped = await rota_actions.set_pattern(session, actor=actor, squad_code=code, content=body, at=at)
    rows = await queries_rota.pattern_of(session, actor.county, code, body.starts_on, body.starts_on)
    pattern = [PatternShift.model_validate(row, from_attributes=True) for row in rows]
    return PatternSaved(pattern=pattern, turns_dropped=dropped)


@router.put("/squads/{code}/rota/shifts/{on}/{starts}")
async def put_shift(
    code: SquadCode,
    on: Annotated[RotaDay, Path(description="the local day on which it begins")],
    starts: Annotated[ShiftTime, Path(description="local time, for example 20:00")],
    body: ShiftIn,
    actor: RotaKeeper,
    session: Session,
    at: Now,
    language: Language,
) -> ShiftOut:
    """One shift made different: added, cancelled, other hours, or who is on it. Warns of members who are on leave."""
    shift = await rota_actions.change_shift(
        session, actor=actor, squad_code=code, turn=Turn(on, starts), content=body, at=at
    )
    turns = await queries_rota.turns_of_squad(session, actor.county, code, on, on)
    members = await queries_rota.members_of(session, actor.county, [code], on, on)
    people = {member.staff_id for member in members}
    away = await queries_rota.leaves_overlapping(
        session, actor.county, people, midnight(on), midnight(on + 2 * ONE_DAY)
    )
    return rota_views.warned(rota_views.shift_out(shift, turns.get(Turn(on, starts), []), members, away), language)


@router.get("/duty/mine")
async def my_duty(actor: RotaAsker, session: Session, at: Now, language: Language) -> MyDuty:
    """My duty now, my turns of the next two weeks, my requests, and those that wait for my decision."""
    return await rota_views.my_duty(session, actor, at, language)


@router.get("/duty/statuses")
async def list_statuses(actor: RotaReader, session: Session, language: Language) -> list[DutyStatusOut]:
    """The county's own statuses, in the order in which they are offered."""
    found = await queries_duty.statuses(session, actor.county)
    return [rota_views.status_out(status, language) for status in found.values()]


@router.put("/duty/status")
async def put_status(body: StatusIn, actor: RotaAsker, session: Session, at: Now, language: Language) -> MyDuty:
    """Say how I stand: coming on or off duty, or busy. Nobody has to: rostered and silent is on duty."""
    await rota_actions.say_status(session, actor=actor, content=body, at=at)
    return await rota_views.my_duty(session, actor, at, language)


@router.put("/duty/leaves/{leave_id}")
async def put_leave(leave_id: UUID, body: LeaveIn, actor: RotaAsker, session: Session, at: Now) -> LeaveOut:
    """Ask to be away; it counts once somebody else approves it."""
    leave = await leaves.ask_leave(session, actor=actor, leave_id=leave_id, content=body, at=at)
    return (await rota_views.leaves_out(session, actor, [leave], decides=False, at=at))[0]


@router.post("/duty/leaves/{leave_id}/decision")
async def decide_leave(leave_id: UUID, body: DecisionIn, actor: RotaReader, session: Session, at: Now) -> LeaveOut:
    """Approve, refuse or withdraw a leave."""
    leave = await leaves.decide_leave(session, actor=actor, leave_id=leave_id, decision=body.decision, at=at)
    decides = leave.staff_id != actor.staff_id
    return (await rota_views.leaves_out(session, actor, [leave], decides=decides, at=at))[0]


@router.put("/duty/swaps/{swap_id}")
async def put_swap(
    swap_id: UUID, body: SwapIn, actor: RotaAsker, session: Session, at: Now, language: Language
) -> SwapOut:
    """Ask a colleague to take one of my turns, perhaps for one of theirs."""
    swap = await swaps.ask_swap(session, actor=actor, swap_id=swap_id, content=body, at=at)
    return (await rota_views.swaps_out(session, actor, [swap], decides=False, at=at, language=language))[0]


@router.post("/duty/swaps/{swap_id}/decision")
async def decide_swap(
    swap_id: UUID, body: DecisionIn, actor: RotaReader, session: Session, at: Now, language: Language
) -> SwapOut:
    """The colleague agrees or refuses, the leader approves or refuses, the asker withdraws."""
    swap = await swaps.decide_swap(session, actor=actor, swap_id=swap_id, decision=body.decision, at=at)
    decides = actor.staff_id not in (swap.asker_id, swap.taker_id)
    return (await rota_views.swaps_out(session, actor, [swap], decides=decides, at=at, language=language))[0]
