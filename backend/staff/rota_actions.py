"""Writes of the rota and of duty: a new weekly pattern, what is different on one day, who is put on a shift, and a status.

What is past is never rewritten: a pattern ends where the next begins, and a shift that is over stays as it was.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.errors import Conflict, FieldError, Malformed, NotFound, Say
from backend.permissions import Actor
from backend.staff import queries_rota as queries
from backend.staff.duty import moment_words
from backend.staff.duty_feed import announce_duty
from backend.staff.models import (
    BaseStatus,
    DutyState,
    DutyStatus,
    DutyTurn,
    RotaShift,
    ShiftChange,
    ShiftChangeKind,
)
from backend.staff.queries_rota import Turn
from backend.staff.rota import ONE_DAY, DatedShift, ShiftKind
from backend.staff.schemas_duty import PatternIn, ShiftIn, StatusIn
from backend.staff.squads import squad_to_plan


async def set_pattern(session: AsyncSession, *, actor: Actor, squad_code: str, content: PatternIn, at: datetime) -> int:
    """From `starts_on` on these are the squad's weekly shifts; what held or was planned for then ends the day before.

    Turns of shifts that are no longer there are dropped; returns how many. Raises Malformed naming the fields.
    """
    squad = await squad_to_plan(session, actor, squad_code)
    await _require_pattern(session, squad_code, actor.county, content, at)
    of_squad = (col(RotaShift.county) == squad.county, col(RotaShift.squad_code) == squad_code)
    await session.execute(delete(RotaShift).where(*of_squad, col(RotaShift.starts_on) >= content.starts_on))
    day_before = content.starts_on - ONE_DAY
    still_held = (col(RotaShift.ends_on).is_(None)) | (col(RotaShift.ends_on) > day_before)
    await session.execute(update(RotaShift).where(*of_squad, still_held).values(ends_on=day_before))
    for shift in content.shifts:
        session.add(
            RotaShift(county=squad.county, squad_code=squad_code, starts_on=content.starts_on, **shift.model_dump())
        )
    await session.flush()
    await announce_duty(session, actor=actor, squad_codes=[squad_code], at=at)
    return await _drop_turns_without_shift(session, squad.county, squad_code, content)


async def _require_pattern(
    session: AsyncSession, squad_code: str, county: str, content: PatternIn, at: datetime
) -> None:
    faults = []
    today = local_date(at)
    begun = (await queries.shifts_of(session, county, [squad_code], today, today))[squad_code]
    if content.starts_on < today:
        faults.append(
            FieldError(
                "starts_on", Say("不能改过去的班次，请选今天以后", "The past stays; choose a later day"), "in_the_past"
            )
        )
    elif content.starts_on == today and any(shift.starts_at <= at for shift in begun):
        sentence = Say("今天的班次已经开始，新班次从明天起", "Today's shifts have begun; begin tomorrow")
        faults.append(FieldError("starts_on", sentence, "already_begun"))
    seen = set()
    for n, shift in enumerate(content.shifts):
        if (shift.weekday, shift.starts) in seen:
            sentence = Say("同一天有两个班同时开始，请删去一个", "Two shifts of this day begin alike; remove one")
            faults.append(FieldError(f"shifts.{n}.starts", sentence, "shift_twice"))
        seen.add((shift.weekday, shift.starts))
    if faults:
        raise Malformed.listing(faults)


async def _drop_turns_without_shift(session: AsyncSession, county: str, squad_code: str, content: PatternIn) -> int:
    turns = (
        await session.scalars(
            select(DutyTurn).where(
                col(DutyTurn.county) == county,
                col(DutyTurn.squad_code) == squad_code,
                col(DutyTurn.on_day) >= content.starts_on,
            )
        )
    ).all()
    if not turns:
        return 0
    last = max(turn.on_day for turn in turns)
    shifts = (await queries.shifts_of(session, county, [squad_code], content.starts_on, last))[squad_code]
    there = {(shift.on, shift.starts) for shift in shifts}
    dropped = [turn for turn in turns if (turn.on_day, turn.starts) not in there]
    for turn in dropped:
        await session.delete(turn)
    await session.flush()
    return len(dropped)


async def change_shift(
    session: AsyncSession, *, actor: Actor, squad_code: str, turn: Turn, content: ShiftIn, at: datetime
) -> DatedShift:
    """Make one shift different: add or cancel it, give it other hours, take that back, or put members on it.

    Raises NotFound (`no_such_shift`), Conflict (`shift_is_over`), Malformed naming the fields.
    """
    squad = await squad_to_plan(session, actor, squad_code)
    before = await queries.shift_at(session, squad.county, squad_code, turn)
    if before and before.ends_at <= at:
        raise _is_over()
    if content.kind or content.ends:
        await _write_exception(session, squad.county, squad_code, turn, content, before)
    shift = await queries.shift_at(session, squad.county, squad_code, turn)
    if shift is None:
        if before is None:
            raise NotFound("no_such_shift", Say("那天没有这个班", "There is no such shift on that day"))
        shift = DatedShift(turn.on, turn.starts, before.ends, ShiftKind.CANCELLED)
    if shift.ends_at <= at:
        raise _is_over()
    if not shift.counts:
        await _put_on(session, squad.county, squad_code, turn, [])
    elif content.members is not None or content.kind or content.ends:
        await _put_members(session, squad.county, squad_code, shift, content.members)
    await announce_duty(session, actor=actor, squad_codes=[squad_code], at=at)
    return shift


def _is_over() -> Conflict:
    return Conflict("shift_is_over", Say("这个班已经结束，不能再改", "This shift is over and stays as it was"))


async def _write_exception(
    session: AsyncSession, county: str, squad_code: str, turn: Turn, content: ShiftIn, before: DatedShift | None
) -> None:
    kind = content.kind or ShiftKind.ADDED
    key = (county, squad_code, turn.on, turn.starts)
    known = await session.get(ShiftChange, key)
    if known:
        await session.delete(known)
        await session.flush()
    if kind == ShiftKind.PATTERN:
        return
    ends = content.ends if kind == ShiftKind.ADDED else None
    if kind == ShiftKind.ADDED and ends is None:
        raise _refused("ends", "ends_needed", Say("请填结束时间", "Say when it ends"))
    if kind == ShiftKind.CANCELLED and before is None:
        raise NotFound("no_such_shift", Say("那天没有这个班", "There is no such shift on that day"))
    if not content.reason:
        raise _refused("reason", "reason_needed", Say("请写一句原因", "Say why in a few words"))
    session.add(
        ShiftChange(
            county=county,
            squad_code=squad_code,
            on_day=turn.on,
            starts=turn.starts,
            kind=ShiftChangeKind(kind.value),
            ends=ends,
            reason=content.reason,
        )
    )
    await session.flush()


def _refused(field: str, code: str, sentence: Say) -> Malformed:
    return Malformed.listing([FieldError(field, sentence, code)])


async def _put_members(
    session: AsyncSession, county: str, squad_code: str, shift: DatedShift, wanted: Sequence[UUID] | None
) -> None:
    """Put these members on the shift; None keeps those who are on it, whom its new hours (`ends`) must suit."""
    kept = wanted is None
    turn = Turn(shift.on, shift.starts)
    if wanted is None:
        wanted = (await queries.turns_of_squad(session, county, squad_code, shift.on, shift.on)).get(turn, [])
    staff_ids = list(dict.fromkeys(wanted))
    await queries.hold_people(session, county, staff_ids)
    members = await queries.members_of(session, county, [squad_code], shift.on, shift.on)
    booked = await queries.booked_shifts(session, county, staff_ids, shift.on - ONE_DAY, shift.on + ONE_DAY)
    names = {member.staff_id: member.name for member in members}
    faults = []
    for n, staff_id in enumerate(staff_ids):
        if staff_id not in names:
            sentence = Say("这个人那天不在本队，请去掉", "This person is not in the squad on that day; take them off")
            faults.append(FieldError(f"members.{n}", sentence, "not_in_squad"))
            continue
        for code, other in booked.get(staff_id, ()):
            if other.overlaps(shift) and (code, other.on, other.starts) != (squad_code, *turn):
                when = moment_words(other.starts_at)
                sentence = Say(
                    f"{names[staff_id]}已有 {when.zh} 的班，时间重叠，请先调整",
                    f"{names[staff_id]} already has the shift of {when.en}, which overlaps; change one of them",
                )
                faults.append(FieldError("ends" if kept else f"members.{n}", sentence, "double_booked"))
    if faults:
        raise Malformed.listing(faults)
    await _put_on(session, county, squad_code, turn, staff_ids)


async def _put_on(session: AsyncSession, county: str, squad_code: str, turn: Turn, staff_ids: Sequence[UUID]) -> None:
    await session.execute(
        delete(DutyTurn).where(
            col(DutyTurn.county) == county,
            col(DutyTurn.squad_code) == squad_code,
            col(DutyTurn.on_day) == turn.on,
            col(DutyTurn.starts) == turn.starts,
        )
    )
    for staff_id in staff_ids:
        session.add(
            DutyTurn(county=county, squad_code=squad_code, on_day=turn.on, starts=turn.starts, staff_id=staff_id)
        )
    await session.flush()


async def say_status(session: AsyncSession, *, actor: Actor, content: StatusIn, at: datetime) -> DutyStatus:
    """Say how one stands; overwrites what was said before.

    Raises Malformed (`unknown_status`), Conflict (`on_leave`) for a status on duty during an approved leave.
    """
    status = await session.get(DutyStatus, (actor.county, content.status))
    if status is None:
        raise Malformed.at(
            "status",
            "unknown_status",
            Say(f"没有状态「{content.status}」，请重新选择", f"There is no status “{content.status}”; choose another"),
        )
    leaves = await queries.leaves_overlapping(
        session, actor.county, [actor.staff_id], at, at + timedelta(microseconds=1)
    )
    if leaves and status.base != BaseStatus.OFF_DUTY:
        ends = moment_words(max(leave.ends_at for leave in leaves))
        raise Conflict(
            "on_leave",
            Say(f"你请假到 {ends.zh}；要上岗请先销假", f"You are on leave until {ends.en}; give it back first"),
        )
    said = insert(DutyState).values(county=actor.county, staff_id=actor.staff_id, status_code=status.code, since_at=at)
    await session.execute(
        said.on_conflict_do_update(
            index_elements=["county", "staff_id"],
            set_={"status_code": said.excluded.status_code, "since_at": said.excluded.since_at},
        )
    )
    await announce_duty(session, actor=actor, squad_codes=actor.squad_codes, at=at)
    return status
