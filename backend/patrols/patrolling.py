"""Taking a patrol as the phone keeps it: started in a shift and with consent, paused, ended; never more than one at a time."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from os.path import commonpath
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.errors import Conflict, Malformed, NotFound, Say
from backend.locks import one_at_a_time
from backend.patrols.consent import require_consent
from backend.patrols.deriving import derive_later
from backend.patrols.models import EndedBy, Patrol
from backend.patrols.packing import from_ms, to_ms
from backend.patrols.positions import wake_watchers
from backend.patrols.rules import AHEAD_ALLOWED, SKEW_ALLOWED, SKEW_STEP_S, rules_of
from backend.patrols.schemas import PatrolIn, SpanIn
from backend.patrols.shifts import shift_of
from backend.permissions import Actor, Permission
from backend.staff.duty import moment_words


def skew_of(said: datetime | None, at: datetime) -> timedelta:
    """By how much the phone's clock is ahead, in steps of ten seconds; 0 while the two may be taken to agree."""
    if said is None or abs(said - at) <= SKEW_ALLOWED:
        return timedelta(0)
    return timedelta(seconds=round((said - at).total_seconds() / SKEW_STEP_S) * SKEW_STEP_S)


async def take_patrol(
    session: AsyncSession, *, actor: Actor, patrol_id: UUID, content: PatrolIn, phone_at: datetime | None, at: datetime
) -> Patrol:
    """Begin or go on with a patrol. What the phone says is clipped to the shift; an older revision changes nothing.

    Its start is what it was when the server first heard of it. `phone_at` is the phone's clock when it sent this. Raises
    Conflict `consent_needed`, `not_on_duty`, `patrol_too_old`, `patrol_differs`; Malformed for a start in the future;
    NotFound for somebody else's patrol.
    """
    skew = skew_of(phone_at, at)
    await hold_patrols_of(session, actor.county, actor.staff_id)
    patrol = await session.get(Patrol, (actor.county, patrol_id), with_for_update=True)
    if patrol is None:
        patrol = await _begin(session, actor, patrol_id, content, skew, at)
    elif patrol.staff_id != actor.staff_id:
        raise no_such_patrol()
    elif content.revision < patrol.revision:
        return patrol
    elif content.revision == patrol.revision:
        if patrol.content_hash != _hash(content):
            raise Conflict(
                "patrol_differs",
                Say("同一次巡查的内容和服务器上的不一致，以服务器为准", "This patrol differs from what the server has"),
                revision=patrol.revision,
            )
        return patrol
    _apply(patrol, content, skew)
    await _end_before_the_next(session, patrol)
    session.add(patrol)
    await session.flush()
    await derive_later(session, patrol, at)
    await wake_watchers(session, actor.county)
    return patrol


async def _begin(
    session: AsyncSession, actor: Actor, patrol_id: UUID, content: PatrolIn, skew: timedelta, at: datetime
) -> Patrol:
    started_at = to_the_millisecond(content.started_at - skew)
    await require_consent(session, actor)
    _require_plausible_start(started_at, at, (await rules_of(session, actor.county)).fixes_days)
    shift = await shift_of(session, actor, started_at)
    if shift.ends_at is None:
        raise not_on_duty(shift.next_at)
    await _end_others(session, actor, patrol_id, started_at)
    return Patrol(
        county=actor.county,
        id=patrol_id,
        staff_id=actor.staff_id,
        revision=content.revision,
        travel=content.travel,
        scope_path=scope_of(actor),
        squad_code=next(iter(actor.squad_codes), None),
        on_day=local_date(started_at),
        started_at=started_at,
        shift_ends_at=shift.ends_at,
        pauses=[],
        hidden=[],
        content_hash="",
        received_at=at,
    )


def _require_plausible_start(started_at: datetime, at: datetime, days: int) -> None:
    if started_at > at + AHEAD_ALLOWED:
        sentence = Say("开始时间在未来，请检查手机时间", "The start lies in the future; check the phone's clock")
        raise Malformed.at("started_at", "in_the_future", sentence)
    if started_at < at - timedelta(days=days):
        sentence = Say(
            f"这次巡查是 {days} 天以前的，已经过了保存期限",
            f"This patrol is more than {days} days old; nothing of it may be kept",
        )
        raise Conflict("patrol_too_old", sentence)


async def _end_others(session: AsyncSession, actor: Actor, patrol_id: UUID, started_at: datetime) -> None:
    """One person walks one patrol: one still open on another phone ends where the new one begins."""
    await session.execute(
        update(Patrol)
        .where(
            col(Patrol.county) == actor.county,
            col(Patrol.staff_id) == actor.staff_id,
            col(Patrol.id) != patrol_id,
            col(Patrol.ended_at).is_(None),
            col(Patrol.started_at) <= started_at,
        )
        .values(ended_at=started_at, ended_by=EndedBy.REPLACED)
    )


async def _end_before_the_next(session: AsyncSession, patrol: Patrol) -> None:
    """A patrol that comes late and has no end of its own ends where the person began the next one."""
    if patrol.ended_at is not None:
        return
    next_at = await session.scalar(
        select(func.min(col(Patrol.started_at))).where(
            col(Patrol.county) == patrol.county,
            col(Patrol.staff_id) == patrol.staff_id,
            col(Patrol.id) != patrol.id,
            col(Patrol.started_at) > patrol.started_at,
        )
    )
    if next_at is not None and next_at < patrol.shift_ends_at:
        patrol.ended_at, patrol.ended_by = next_at, EndedBy.REPLACED


def _apply(patrol: Patrol, content: PatrolIn, skew: timedelta) -> None:
    """What the phone says now. A patrol that the server has ended stays ended; nobody ends one after the shift."""
    patrol.revision = content.revision
    patrol.content_hash = _hash(content)
    patrol.travel = content.travel
    patrol.pauses = spans_ms(content.pauses, skew)
    patrol.hidden = spans_ms(content.hidden, skew)
    if content.ended_at is None:
        return
    ended_at = max(to_the_millisecond(content.ended_at - skew), patrol.started_at)
    if ended_at >= patrol.shift_ends_at:
        patrol.ended_at, patrol.ended_by = patrol.shift_ends_at, EndedBy.SHIFT_END
    elif patrol.ended_at is None or ended_at < patrol.ended_at:
        patrol.ended_at, patrol.ended_by = ended_at, EndedBy.STAFF


def to_the_millisecond(at: datetime) -> datetime:
    """As finely as fixes are kept (UTC): a patrol that began in the middle of a millisecond would miss that one's fix."""
    return from_ms(to_ms(at))


def spans_ms(spans: Sequence[SpanIn], skew: timedelta) -> list[list[int | None]]:
    """In milliseconds since 1970 by the server's clock, in order; an end before its start is an empty span."""
    found = []
    for span in spans:
        start = to_ms(span.from_at - skew)
        end = to_ms(span.to_at - skew) if span.to_at else None
        found.append([start, end if end is None else max(start, end)])
    return sorted(found, key=lambda pair: (pair[0], pair[1] is None, pair[1]))


def _hash(content: PatrolIn) -> str:
    return sha256(content.model_dump_json().encode()).hexdigest()


def scope_of(actor: Actor) -> str:
    """The path of the grid in which the actor walks: of their grid posts, else what their squads' grids have in common."""
    own = actor.paths_for(Permission.PATROL)
    paths: Iterable[str] = own or actor.jurisdiction_paths
    return commonpath(paths) if paths else actor.county


async def patrol_of(session: AsyncSession, actor: Actor, patrol_id: UUID) -> Patrol:
    """The actor's own patrol. Raises NotFound."""
    patrol = await session.get(Patrol, (actor.county, patrol_id))
    if patrol is None or patrol.staff_id != actor.staff_id:
        raise no_such_patrol()
    return patrol


async def open_patrol(session: AsyncSession, county: str, staff_id: UUID, at: datetime) -> Patrol | None:
    """The patrol that runs at `at`, if one does."""
    return await session.scalar(
        select(Patrol)
        .where(
            col(Patrol.county) == county,
            col(Patrol.staff_id) == staff_id,
            col(Patrol.ended_at).is_(None),
            col(Patrol.shift_ends_at) > at,
        )
        .order_by(col(Patrol.started_at).desc())
        .limit(1)
    )


async def end_after_shift(session: AsyncSession, at: datetime) -> int:
    """End every patrol whose shift is over, at the shift's end; how many."""
    patrols = (
        await session.scalars(
            select(Patrol)
            .where(col(Patrol.ended_at).is_(None), col(Patrol.shift_ends_at) <= at)
            .with_for_update(skip_locked=True)
        )
    ).all()
    for patrol in patrols:
        patrol.ended_at, patrol.ended_by = patrol.shift_ends_at, EndedBy.SHIFT_END
        await derive_later(session, patrol, at)
        await wake_watchers(session, patrol.county)
    return len(patrols)


async def hold_patrols_of(session: AsyncSession, county: str, staff_id: UUID) -> None:
    """Two tabs and a tracker may send at once: one after the other, until the transaction ends."""
    await one_at_a_time(session, county, f"patrols of {staff_id}")


def no_such_patrol() -> NotFound:
    return NotFound("no_such_patrol", Say("没有这次巡查", "There is no such patrol"))


def not_on_duty(next_at: datetime | None) -> Conflict:
    """Why a patrol cannot begin now, with when it can."""
    zh, en = "现在不在班次内，不记录位置", "You are not on duty now; no position is recorded"
    if next_at is None:
        return Conflict("not_on_duty", Say(f"{zh}，近期没有班次", f"{en}, no shift soon"), next_at=None)
    when = moment_words(next_at)
    return Conflict(
        "not_on_duty", Say(f"{zh}，下一班 {when.zh}", f"{en}, next shift {when.en}"), next_at=next_at.isoformat()
    )
