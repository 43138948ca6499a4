"""Exchanging turns: a member asks, the colleague agrees, the leader approves; then, and only then, the turns change hands.

The rules are pure (`swap_conflicts`, `swap_choices`); the facts they need are gathered here, and the writes are below.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.errors import Conflict, FieldError, Malformed, NotAllowed, NotFound, Say
from backend.permissions import Actor
from backend.staff import queries_rota as queries
from backend.staff.duty import moment_words
from backend.staff.duty_feed import announce_duty
from backend.staff.models import DutySwap, DutyTurn, RequestStatus
from backend.staff.queries_rota import OPEN_REQUESTS, BookedShift, Turn
from backend.staff.rota import ONE_DAY, DatedShift, midnight
from backend.staff.schemas_duty import Deciding, SwapIn
from backend.staff.squads import decides_requests

_OUTCOME = {
    Deciding.AGREE: RequestStatus.AGREED,
    Deciding.APPROVE: RequestStatus.APPROVED,
    Deciding.REFUSE: RequestStatus.REFUSED,
    Deciding.WITHDRAW: RequestStatus.WITHDRAWN,
}


@dataclass(frozen=True)
class Side:
    """One of the two people of a swap: what they give, and what stands in the way of taking the other's turn.

    `gives` is None when there is no such turn of theirs, or when they give nothing (`gives_one` False).
    """

    name: str
    gives: DatedShift | None
    gives_one: bool
    in_squad: bool
    booked: tuple[BookedShift, ...]
    leaves: tuple[tuple[datetime, datetime], ...]


def swap_conflicts(asker: Side, taker: Side, at: datetime) -> list[FieldError]:
    """Everything that stands in the way of the exchange, each at the field to change; empty when it can be done."""
    faults = _not_to_give("turn", asker, at)
    if taker.gives_one:
        faults += _not_to_give("return_turn", taker, at)
    if asker.gives:
        faults += _not_to_take("taker_id", taker, asker.gives)
    if taker.gives:
        faults += _not_to_take("return_turn", asker, taker.gives)
    return faults


def _not_to_give(field: str, side: Side, at: datetime) -> list[FieldError]:
    if side.gives is None:
        return [
            FieldError(
                field,
                Say(
                    f"{side.name}没有排在这个班上，请重新选择", f"{side.name} is not put on this shift; choose another"
                ),
                "not_their_turn",
            )
        ]
    if side.gives.starts_at <= at:
        sentence = Say("这个班已经开始或过去了，请选以后的班", "This shift has begun or is over; choose a later one")
        return [FieldError(field, sentence, "turn_in_the_past")]
    return []


def _not_to_take(field: str, side: Side, shift: DatedShift) -> list[FieldError]:
    faults = []
    if not side.in_squad:
        sentence = Say(f"{side.name}那天不在本队，请换一位同事", f"{side.name} is not in the squad on that day")
        faults.append(FieldError(field, sentence, "not_in_squad"))
    for _squad, booked in side.booked:
        if booked != side.gives and booked.overlaps(shift):
            when = moment_words(booked.starts_at)
            sentence = Say(
                f"{side.name}已有 {when.zh} 的班，时间重叠，请换一个班或换一位同事",
                f"{side.name} already has the shift of {when.en}, which overlaps; choose another",
            )
            faults.append(FieldError(field, sentence, "double_booked"))
    if any(starts_at < shift.ends_at and shift.starts_at < ends_at for starts_at, ends_at in side.leaves):
        sentence = Say(f"{side.name}那时请假，请换一个班或换一位同事", f"{side.name} is on leave then; choose another")
        faults.append(FieldError(field, sentence, "on_leave"))
    return faults


def swap_choices(swap: DutySwap, *, reader_id: UUID, decides: bool) -> list[Deciding]:
    """What the reader may do with the swap now. Nobody approves a swap in which they are one of the two."""
    if swap.status not in OPEN_REQUESTS:
        return []
    if reader_id == swap.asker_id:
        return [Deciding.WITHDRAW]
    if reader_id == swap.taker_id:
        return [Deciding.AGREE, Deciding.REFUSE] if swap.status == RequestStatus.ASKED else [Deciding.REFUSE]
    if decides and swap.status == RequestStatus.AGREED:
        return [Deciding.APPROVE, Deciding.REFUSE]
    return []


async def ask_swap(session: AsyncSession, *, actor: Actor, swap_id: UUID, content: SwapIn, at: datetime) -> DutySwap:
    """Ask a colleague of the squad to take one of my turns. A repeat gives the same swap.

    Raises Malformed naming the fields, Conflict (`other_content`).
    """
    turn = Turn(content.turn.on, content.turn.starts)
    back = Turn(content.return_turn.on, content.return_turn.starts) if content.return_turn else None
    # The same one sent twice at once: the second is a repeat.
    await queries.hold_people(session, actor.county, [actor.staff_id])
    swap = await session.get(DutySwap, (actor.county, swap_id))
    if swap:
        _require_same(swap, actor, turn, content.taker_id, back, content.reason)
        return swap
    swap = DutySwap(
        county=actor.county,
        id=swap_id,
        squad_code=await queries.squad_of_turn(session, actor.county, actor.staff_id, turn) or "",
        asker_id=actor.staff_id,
        asker_day=turn.on,
        asker_starts=turn.starts,
        taker_id=content.taker_id,
        taker_day=back.on if back else None,
        taker_starts=back.starts if back else None,
        reason=content.reason,
        status=RequestStatus.ASKED,
        asked_at=at,
    )
    faults = await conflicts_of(session, swap, at)
    if content.taker_id == actor.staff_id:
        faults.insert(0, FieldError("taker_id", Say("请选一位同事", "Choose a colleague"), "taker_is_asker"))
    if faults:
        raise Malformed.listing(faults)
    session.add(swap)
    await session.flush()
    await session.refresh(swap)
    await announce_duty(session, actor=actor, squad_codes=[swap.squad_code], at=at)
    return swap


def turns_of(swap: DutySwap) -> tuple[Turn, Turn | None]:
    """What the asker gives, and what the taker gives in return."""
    back = Turn(swap.taker_day, swap.taker_starts) if swap.taker_day and swap.taker_starts is not None else None
    return Turn(swap.asker_day, swap.asker_starts), back


def _require_same(swap: DutySwap, actor: Actor, turn: Turn, taker_id: UUID, back: Turn | None, reason: str) -> None:
    known = (swap.asker_id, turns_of(swap), swap.taker_id, swap.reason)
    if known != (actor.staff_id, (turn, back), taker_id, reason):
        raise Conflict("other_content", Say("这个编号已经用于别的内容", "This id was used for other content"))


async def decide_swap(
    session: AsyncSession, *, actor: Actor, swap_id: UUID, decision: Deciding, at: datetime
) -> DutySwap:
    """Agree, approve, refuse or withdraw. Approving exchanges the turns at once.

    Raises NotFound, Conflict (`already_decided`, `swap_conflict`), NotAllowed (`not_yours_to_decide`).
    """
    swap = await session.get(DutySwap, (actor.county, swap_id), with_for_update=True)
    decides = swap is not None and await _decides(session, actor, swap)
    if swap is None or not (decides or actor.staff_id in (swap.asker_id, swap.taker_id)):
        raise NotFound("no_such_swap", Say("没有这个换班申请", "There is no such swap"))
    outcome = _OUTCOME[decision]
    if swap.status == outcome:
        return swap
    if swap.status not in OPEN_REQUESTS:
        raise already_decided()
    if decision not in swap_choices(swap, reader_id=actor.staff_id, decides=decides):
        raise not_yours_to_decide()
    if outcome in (RequestStatus.AGREED, RequestStatus.APPROVED):
        await queries.hold_people(session, swap.county, (swap.asker_id, swap.taker_id))
        faults = await conflicts_of(session, swap, at)
        if faults:
            raise Conflict("swap_conflict", faults[0].message, fields=tuple(faults))
    if outcome == RequestStatus.APPROVED:
        await _exchange(session, swap)
    swap.status = outcome
    if outcome != RequestStatus.AGREED:
        swap.decided_at, swap.decided_by = at, actor.staff_id
    await session.flush()
    await session.refresh(swap)
    await announce_duty(session, actor=actor, squad_codes=[swap.squad_code], at=at)
    return swap


def already_decided() -> Conflict:
    return Conflict(
        "already_decided", Say("这个申请已经处理过了，请刷新", "This request has been decided already; read it again")
    )


def not_yours_to_decide() -> NotAllowed:
    return NotAllowed(
        "not_yours_to_decide",
        Say("这个申请现在不由你处理；不能批准自己的申请", "This is not yours to decide now; nobody decides their own"),
    )


async def _decides(session: AsyncSession, actor: Actor, swap: DutySwap) -> bool:
    return decides_requests(actor, swap.squad_code, await queries.paths_of(session, actor.county, swap.squad_code))


async def _exchange(session: AsyncSession, swap: DutySwap) -> None:
    turn, back = turns_of(swap)
    await _hand_over(session, swap, turn, swap.asker_id, swap.taker_id)
    if back:
        await _hand_over(session, swap, back, swap.taker_id, swap.asker_id)


async def _hand_over(session: AsyncSession, swap: DutySwap, turn: Turn, giver_id: UUID, taker_id: UUID) -> None:
    key = (swap.county, swap.squad_code, turn.on, turn.starts)
    given = await session.get(DutyTurn, (*key, giver_id))
    assert given is not None  # `conflicts_of` has seen it in this transaction
    await session.delete(given)
    await session.flush()
    session.add(DutyTurn(county=key[0], squad_code=key[1], on_day=turn.on, starts=turn.starts, staff_id=taker_id))
    await session.flush()


async def conflicts_of(session: AsyncSession, swap: DutySwap, at: datetime) -> list[FieldError]:
    """`swap_conflicts` of this swap as things stand. Locks nothing."""
    turn, back = turns_of(swap)
    days = [given.on for given in (turn, back) if given]
    first, last = min(days) - ONE_DAY, max(days) + ONE_DAY
    people = (swap.asker_id, swap.taker_id)
    booked = await queries.booked_shifts(session, swap.county, people, first, last)
    names = await queries.names_of(session, swap.county, people)
    members = await queries.members_of(session, swap.county, [swap.squad_code], first, last)
    rows = await queries.leaves_overlapping(session, swap.county, people, midnight(first), midnight(last + 2 * ONE_DAY))

    def side(staff_id: UUID, gives: Turn | None, takes_on: Turn | None) -> Side:
        own = tuple(booked.get(staff_id, ()))
        return Side(
            name=names.get(staff_id, "？"),
            gives=next((b.shift for b in own if gives and _is(b, swap.squad_code, gives)), None),
            gives_one=gives is not None,
            in_squad=takes_on is None or any(m.staff_id == staff_id and m.holds_on(takes_on.on) for m in members),
            booked=own,
            leaves=tuple((row.starts_at, row.ends_at) for row in rows if row.staff_id == staff_id),
        )

    return swap_conflicts(side(swap.asker_id, turn, back), side(swap.taker_id, back, turn), at)


def _is(booked: BookedShift, squad_code: str, turn: Turn) -> bool:
    return booked.squad_code == squad_code and Turn(booked.shift.on, booked.shift.starts) == turn
