"""Rotas, requests and duty as the API shows them: rows put into the reader's words, with what the reader may do."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import local_date
from backend.permissions import SQUAD_ROLES, Actor
from backend.staff import queries_duty, queries_rota
from backend.staff.duty import MemberDuty, SquadDuty, Standing, why_off_duty
from backend.staff.leaves import leave_choices
from backend.staff.models import DutyStatus, DutySwap, RequestStatus, StaffLeave
from backend.staff.phones import masked
from backend.staff.queries_rota import OPEN_REQUESTS, Member, Turn
from backend.staff.rota import ONE_DAY, DatedShift, midnight
from backend.staff.schemas_duty import (
    Deciding,
    DutyMember,
    DutyStatusOut,
    LeaveOut,
    MyDuty,
    MySquad,
    MyTurn,
    PatternShift,
    Rota,
    RotaMember,
    ShiftMember,
    ShiftOut,
    SquadDetail,
    SquadMember,
    SwapOut,
    TurnOut,
    Warned,
)
from backend.staff.squads import decides_requests, edits_squad, plans_rota, squad_for
from backend.staff.swaps import conflicts_of, swap_choices, turns_of

MY_DAYS_AHEAD = 14


def status_out(status: DutyStatus, language: str) -> DutyStatusOut:
    return DutyStatusOut(
        code=status.code, name=status.name_en if language == "en" else status.name_zh, base=status.base
    )


def duty_member(member: MemberDuty, statuses: Mapping[str, DutyStatus], language: str) -> DutyMember:
    said = statuses.get(member.status_code or "")
    return DutyMember(
        id=member.id,
        name=member.name,
        leads=member.leads,
        on_duty=member.on_duty,
        standing=member.standing,
        base=member.base,
        status=status_out(said, language) if said else None,
        until=member.on_until,
    )


def on_duty_members(duty: SquadDuty, statuses: Mapping[str, DutyStatus], language: str) -> list[DutyMember]:
    return [duty_member(member, statuses, language) for member in duty.members_on_duty]


def why_in_language(duty: SquadDuty, language: str) -> str | None:
    why = why_off_duty(duty)
    return why.in_language(language) if why else None


async def my_squad(session: AsyncSession, actor: Actor, at: datetime, language: str) -> MySquad | None:
    """The actor's squad now, and the actor in it; None for people without one."""
    post = next((p for p in actor.posts if p.squad_code and p.role in SQUAD_ROLES), None)
    if post is None:
        return None
    (duty,) = await queries_duty.duty_of_squads(session, actor.county, at, squad_code=post.squad_code)
    statuses = await queries_duty.statuses(session, actor.county)
    me = next((m for m in duty.members if m.id == actor.staff_id), None)
    said = await queries_duty.state_of(session, actor.county, actor.staff_id)
    signed_off = said if me and me.standing == Standing.SIGNED_OFF else None
    code = me.status_code if me and me.status_code else signed_off and signed_off.status_code
    return MySquad(
        code=duty.code,
        name=duty.name,
        leads=bool(me and me.leads),
        on_duty=duty.on_duty,
        off_duty_at=duty.on_until,
        why_off_duty=why_in_language(duty, language),
        on_duty_members=on_duty_members(duty, statuses, language),
        my_duty=bool(me and me.on_duty),
        my_standing=me.standing if me else Standing.NOT_ROSTERED,
        my_until=me.on_until if me else None,
        status=status_out(statuses[code], language) if code else None,
    )


async def squad_detail(
    session: AsyncSession, actor: Actor, squad_code: str, *, at: datetime, language: str
) -> SquadDetail:
    """One squad in full. Raises NotFound unless the actor may look at it."""
    known = await squad_for(session, actor, squad_code)
    (duty,) = await queries_duty.duty_of_squads(session, actor.county, at, squad_code=squad_code)
    statuses = await queries_duty.statuses(session, actor.county)
    today = local_date(at)
    members = await queries_rota.members_of(session, actor.county, [squad_code], today, today)
    return SquadDetail(
        code=duty.code,
        name=duty.name,
        unit_code=duty.unit_code,
        unit_name=duty.unit_name,
        kind=duty.kind,
        capabilities=list(duty.capabilities),
        jurisdiction=[path.rsplit("/", 1)[-1] for path in duty.jurisdiction],
        members=squad_members(members),
        on_duty=duty.on_duty,
        off_duty_at=duty.on_until,
        why_off_duty=why_in_language(duty, language),
        on_duty_members=on_duty_members(duty, statuses, language),
        may_edit=edits_squad(actor, known.paths),
        may_plan=plans_rota(actor, squad_code, known.paths),
    )


async def rota(
    session: AsyncSession, actor: Actor, squad_code: str, first: date, last: date, *, at: datetime, language: str
) -> Rota:
    """A squad's rota. Raises NotFound unless the actor may look at the squad."""
    known = await squad_for(session, actor, squad_code)
    members = await queries_rota.members_of(session, actor.county, [squad_code], first, last)
    staff_ids = {member.staff_id for member in members}
    window = midnight(first), midnight(last + 2 * ONE_DAY)
    shown = (*OPEN_REQUESTS, RequestStatus.APPROVED)
    leaves = await queries_rota.leaves_overlapping(session, actor.county, staff_ids, *window, shown)
    swaps = await queries_rota.swaps_of_squad(session, actor.county, squad_code, first, last)
    pattern = await queries_rota.pattern_of(session, actor.county, squad_code, first, last)
    decides = decides_requests(actor, squad_code, known.paths)
    return Rota(
        code=known.squad.code,
        name=known.squad.name,
        first=first,
        last=last,
        may_plan=plans_rota(actor, squad_code, known.paths),
        members=rota_members(members),
        pattern=[PatternShift.model_validate(row, from_attributes=True) for row in pattern],
        shifts=await shifts_out(session, actor.county, squad_code, first, last),
        leaves=await leaves_out(session, actor, leaves, decides=decides, at=at),
        swaps=await swaps_out(session, actor, swaps, decides=decides, at=at, language=language),
    )


def rota_members(members: Sequence[Member]) -> list[RotaMember]:
    return [RotaMember(id=m.staff_id, name=m.name, leads=m.leads, since=m.starts_on, until=m.ends_on) for m in members]


def squad_members(members: Sequence[Member]) -> list[SquadMember]:
    return [
        SquadMember(
            id=m.staff_id,
            name=m.name,
            phone_masked=masked(m.phone),
            leads=m.leads,
            engagement=m.engagement,
            since=m.starts_on,
            until=m.ends_on,
        )
        for m in members
    ]


async def shifts_out(session: AsyncSession, county: str, squad_code: str, first: date, last: date) -> list[ShiftOut]:
    """The dated shifts of a squad with those who are on them: by name, or everybody with a post on that day."""
    shifts = (await queries_rota.shifts_of(session, county, [squad_code], first, last))[squad_code]
    turns = await queries_rota.turns_of_squad(session, county, squad_code, first, last)
    members = await queries_rota.members_of(session, county, [squad_code], first, last)
    people = {m.staff_id for m in members} | {staff_id for put in turns.values() for staff_id in put}
    leaves = await queries_rota.leaves_overlapping(
        session, county, people, midnight(first), midnight(last + 2 * ONE_DAY)
    )
    return [shift_out(shift, turns.get(Turn(shift.on, shift.starts), []), members, leaves) for shift in shifts]


def shift_out(
    shift: DatedShift, turns: Sequence[UUID], members: Sequence[Member], leaves: Sequence[StaffLeave]
) -> ShiftOut:
    """`turns`: who is put on the shift. People who are no longer members on that day are left out, as on duty."""
    away = {row.staff_id for row in leaves if row.starts_at < shift.ends_at and shift.starts_at < row.ends_at}
    there = {m.staff_id: m for m in reversed(members) if m.holds_on(shift.on) and (not turns or m.staff_id in turns)}
    on_it = sorted(there.values(), key=lambda m: (not m.leads, m.name, m.staff_id))
    return ShiftOut(
        on=shift.on,
        starts=shift.starts,
        ends=shift.ends,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        kind=shift.kind,
        reason=shift.reason,
        everybody=not turns,
        members=[ShiftMember(id=m.staff_id, name=m.name, leads=m.leads, leave=m.staff_id in away) for m in on_it],
    )


def warned(shift: ShiftOut, language: str) -> ShiftOut:
    """The shift with a warning for each member put on it who is on leave."""
    shift.warnings = [
        Warned(
            staff_id=member.id,
            sentence=f"{member.name} is on leave then" if language == "en" else f"{member.name}那时请假，当班不算在岗",
        )
        for member in shift.members
        if member.leave and not shift.everybody
    ]
    return shift


async def leaves_out(
    session: AsyncSession, actor: Actor, leaves: Sequence[StaffLeave], *, decides: bool, at: datetime
) -> list[LeaveOut]:
    people = {row.staff_id for row in leaves} | {row.decided_by for row in leaves if row.decided_by}
    names = await queries_rota.names_of(session, actor.county, people)
    return [_leave_out(row, actor, names, decides, at) for row in leaves]


def _leave_out(row: StaffLeave, actor: Actor, names: Mapping[UUID, str], decides: bool, at: datetime) -> LeaveOut:
    told = decides or row.staff_id == actor.staff_id
    return LeaveOut(
        id=row.id,
        staff_id=row.staff_id,
        staff_name=names.get(row.staff_id, ""),
        kind=row.kind if told else None,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        reason=row.reason if told else None,
        status=row.status,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        decided_by_name=names.get(row.decided_by) if row.decided_by else None,
        may=leave_choices(row, reader_id=actor.staff_id, decides=decides, at=at),
    )


async def swaps_out(
    session: AsyncSession, actor: Actor, swaps: Sequence[DutySwap], *, decides: bool, at: datetime, language: str
) -> list[SwapOut]:
    people = {i for s in swaps for i in (s.asker_id, s.taker_id, s.decided_by) if i}
    names = await queries_rota.names_of(session, actor.county, people)
    shifts = await _shifts_of_swaps(session, actor.county, swaps)
    return [await _swap_out(session, swap, actor, names, shifts, decides, at, language) for swap in swaps]


async def _shifts_of_swaps(
    session: AsyncSession, county: str, swaps: Sequence[DutySwap]
) -> dict[tuple[str, Turn], DatedShift]:
    """The shifts of all their turns, by squad and turn; what the rota no longer has is missing."""
    turns = [(swap.squad_code, turn) for swap in swaps for turn in turns_of(swap) if turn]
    if not turns:
        return {}
    codes, days = {code for code, _turn in turns}, [turn.on for _code, turn in turns]
    found = await queries_rota.shifts_of(session, county, codes, min(days), max(days))
    return {(code, Turn(shift.on, shift.starts)): shift for code, shifts in found.items() for shift in shifts}


async def _swap_out(
    session: AsyncSession,
    swap: DutySwap,
    actor: Actor,
    names: Mapping[UUID, str],
    shifts: Mapping[tuple[str, Turn], DatedShift],
    decides: bool,
    at: datetime,
    language: str,
) -> SwapOut:
    turn, back = turns_of(swap)
    faults = await conflicts_of(session, swap, at) if swap.status in OPEN_REQUESTS else []
    return SwapOut(
        id=swap.id,
        squad_code=swap.squad_code,
        asker_id=swap.asker_id,
        asker_name=names.get(swap.asker_id, ""),
        turn=_turn_out(turn, shifts.get((swap.squad_code, turn))),
        taker_id=swap.taker_id,
        taker_name=names.get(swap.taker_id, ""),
        return_turn=_turn_out(back, shifts.get((swap.squad_code, back))) if back else None,
        reason=swap.reason,
        status=swap.status,
        asked_at=swap.asked_at,
        decided_at=swap.decided_at,
        decided_by_name=names.get(swap.decided_by) if swap.decided_by else None,
        may=swap_choices(swap, reader_id=actor.staff_id, decides=decides),
        conflicts=[fault.message.in_language(language) for fault in faults],
    )


def _turn_out(turn: Turn, shift: DatedShift | None) -> TurnOut:
    return TurnOut(
        on=turn.on,
        starts=turn.starts,
        ends=shift.ends if shift else None,
        starts_at=shift.starts_at if shift else None,
        ends_at=shift.ends_at if shift else None,
    )


async def my_duty(session: AsyncSession, actor: Actor, at: datetime, language: str) -> MyDuty:
    """Duty as the phone of a member shows it."""
    today = local_date(at)
    leaves = await queries_rota.leaves_of(session, actor.county, actor.staff_id, ending_after=at)
    swaps = await queries_rota.swaps_of(session, actor.county, actor.staff_id, from_day=today)
    statuses = await queries_duty.statuses(session, actor.county)
    decided_leaves, decided_swaps = await _to_decide(session, actor, at, language)
    return MyDuty(
        squad=await my_squad(session, actor, at, language),
        statuses=[status_out(status, language) for status in statuses.values()],
        turns=await _my_turns(session, actor, at),
        leaves=await leaves_out(session, actor, leaves, decides=False, at=at),
        swaps=await swaps_out(session, actor, swaps, decides=False, at=at, language=language),
        to_decide_leaves=decided_leaves,
        to_decide_swaps=decided_swaps,
    )


async def _my_turns(session: AsyncSession, actor: Actor, at: datetime) -> list[MyTurn]:
    """The shifts from now on that are mine, by name or because they are everybody's."""
    today = local_date(at)
    turns = []
    for code in actor.squad_codes:
        squad = (await squad_for(session, actor, code)).squad
        shifts = await shifts_out(session, actor.county, code, today - ONE_DAY, today + timedelta(days=MY_DAYS_AHEAD))
        turns += [
            MyTurn(squad_code=code, squad_name=squad.name, shift=shift, mine=not shift.everybody)
            for shift in shifts
            if shift.ends_at > at and any(member.id == actor.staff_id for member in shift.members)
        ]
    return sorted(turns, key=lambda turn: turn.shift.starts_at)


async def _to_decide(
    session: AsyncSession, actor: Actor, at: datetime, language: str
) -> tuple[list[LeaveOut], list[SwapOut]]:
    """Open requests of the actor's squads that wait for the actor's decision."""
    today = local_date(at)
    leaves: list[LeaveOut] = []
    swaps: list[SwapOut] = []
    for code in actor.squad_codes:
        known = await squad_for(session, actor, code)
        if not decides_requests(actor, code, known.paths):
            continue
        members = await queries_rota.members_of(session, actor.county, [code], today, today)
        asked = await queries_rota.leaves_overlapping(
            session, actor.county, {m.staff_id for m in members}, at, midnight(date(2100, 1, 1)), OPEN_REQUESTS
        )
        leaves += await leaves_out(session, actor, asked, decides=True, at=at)
        found = await queries_rota.swaps_of_squad(session, actor.county, code, today, date(2099, 12, 31))
        waiting = [s for s in found if Deciding.APPROVE in swap_choices(s, reader_id=actor.staff_id, decides=True)]
        swaps += await swaps_out(session, actor, waiting, decides=True, at=at, language=language)
    return [leave for leave in leaves if Deciding.APPROVE in leave.may], swaps
