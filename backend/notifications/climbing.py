"""Nobody has looked: the next person is told, then the leader, then the command centre, by the county's ladder.

A job is queued for the very moment of each step, in the transaction that makes the step known; a sweep every minute finds
what a dead worker left behind. Which steps were taken stands on the notice, under its lock: none is taken twice.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.jobs import defer
from backend.notifications import queries
from backend.notifications.duty import duty_of
from backend.notifications.kinds import Kind, Why
from backend.notifications.models import Notice, Notification
from backend.notifications.rules import Next, Rule, Step, next_step
from backend.notifications.telling import CLIMB, Fact, add_receivers, add_round, publish_notice, tell
from backend.permissions import Role
from backend.staff.queries_posts import at_posts, nearest


async def notices_due(session: AsyncSession, at: datetime) -> list[tuple[str, UUID]]:
    """Notices with a step that is due."""
    found = select(col(Notice.county), col(Notice.id)).where(col(Notice.next_step_at) <= at)
    return [(county, notice_id) for county, notice_id in await session.execute(found)]


async def climb(session: AsyncSession, county: str, notice_id: UUID, at: datetime) -> None:
    """Take the steps of this notice that are due. Once anybody has looked, or acted, there are none."""
    found = select(Notice).where(col(Notice.county) == county, col(Notice.id) == notice_id)
    notice = (await session.scalars(found.with_for_update())).one_or_none()
    if notice is None or notice.next_step_at is None:
        return
    if notice.settled_at or await _has_been_seen(session, notice):
        notice.next_step_at = None
        return
    ladder = await queries.ladder_of(session, county)
    rule = await queries.rule_for(session, county, notice.kind, notice.severity)
    due = next_step(ladder, notice.severity, notice.steps, notice.starts_at)
    while due and due[0] <= at:
        await _take(session, notice, due[1], rule, at)
        notice.steps = [*notice.steps, due[1].code]
        due = next_step(ladder, notice.severity, notice.steps, notice.starts_at)
    notice.next_step_at = due[0] if due else None
    if due:
        await defer(session, CLIMB, due_at=due[0], county=county, notice_id=str(notice_id))


async def _has_been_seen(session: AsyncSession, notice: Notice) -> bool:
    found = select(col(Notification.staff_id)).where(
        col(Notification.county) == notice.county,
        col(Notification.notice_id) == notice.id,
        col(Notification.seen_at).is_not(None),
    )
    return await session.scalar(found.limit(1)) is not None


async def _take(session: AsyncSession, notice: Notice, step: Step, rule: Rule, at: datetime) -> None:
    if step.receiver == Next.OPERATOR:
        people = await at_posts(session, notice.county, notice.grid_path, at, roles={Role.OPERATOR})
        fact = Fact(
            county=notice.county,
            cause_id=notice.id,
            kind=Kind.UNSEEN,
            case_id=notice.case_id,
            severity=notice.severity,
            grid_path=notice.grid_path,
            squad_code=notice.squad_code,
        )
        await tell(session, fact, {person.staff_id: Why.OPERATOR for person in nearest(people)}, at)
        return
    told = set((await queries.told_of(session, notice.county, [notice.id]))[notice.id])
    meant = await _meant(session, notice, step.receiver, told, at)
    fresh = {staff_id: why for staff_id, why in meant.items() if staff_id not in told and staff_id != notice.by}
    if fresh:
        await add_receivers(session, notice, rule, fresh, at)
    again = sorted(meant.keys() & told)
    if again:
        # They have been told and have not looked: their page sounds once more, and what was sent is sent again.
        await add_round(session, notice, rule, again, at)
        await publish_notice(session, notice, again, at)


async def _meant(
    session: AsyncSession, notice: Notice, receiver: Next, told: set[UUID], at: datetime
) -> dict[UUID, Why]:
    assert notice.squad_code  # only a squad's notices have a ladder
    members = await queries.members_of(session, notice.county, notice.squad_code, at)
    if receiver == Next.SQUAD_LEADER:
        return {member.staff_id: Why.LEADER for member in members if member.leads}
    duty = await duty_of(session, notice.county, at, [member.staff_id for member in members], notice.squad_code)
    if receiver == Next.NEXT_PERSON:
        waiting = sorted(m.staff_id for m in members if m.staff_id not in told and m.staff_id in duty)
        on_duty = [staff_id for staff_id in waiting if duty[staff_id].now]
        # With everybody on duty told already, they are told once more.
        chosen = on_duty[:1] or [staff_id for staff_id in sorted(told & duty.keys()) if duty[staff_id].now]
        return dict.fromkeys(chosen, Why.NEXT)
    return {member.staff_id: Why.NEXT for member in members}
