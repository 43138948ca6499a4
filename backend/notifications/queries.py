"""Every SELECT that telling people needs."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.matters.models import Severity
from backend.notifications.kinds import Channel, Kind
from backend.notifications.models import (
    Delivery,
    Notice,
    NoticeRule,
    NoticeWish,
    Notification,
    PushSubscription,
    Robot,
    UnseenStep,
)
from backend.notifications.rules import USUAL, USUAL_LADDER, Next, Rule, Step
from backend.permissions import SQUAD_ROLES, Role
from backend.staff.models import Post, SignIn, Staff
from backend.staff.queries import present_on


async def rule_for(session: AsyncSession, county: str, kind: Kind, severity: Severity) -> Rule:
    """The county's own, or the usual one."""
    own = await session.get(NoticeRule, (county, kind, severity))
    return as_rule(own) if own else USUAL[kind][severity]


def as_rule(row: NoticeRule) -> Rule:
    return Rule(
        channels=tuple(Channel(c) for c in row.channels),
        wait=timedelta(seconds=row.wait_s),
        repeat=timedelta(seconds=row.repeat_s) if row.repeat_s else None,
        repeats=row.repeats,
        rings=row.rings,
        wakes=row.wakes,
    )


async def ladder_of(session: AsyncSession, county: str) -> Sequence[Step]:
    """The county's own ladder of the unseen, or the usual one."""
    rows = (await session.scalars(select(UnseenStep).where(col(UnseenStep.county) == county))).all()
    if not rows:
        return USUAL_LADDER
    return [
        Step(
            row.code,
            frozenset(Severity(s) for s in row.severities),
            timedelta(seconds=row.after_s),
            Next(row.receiver),
        )
        for row in rows
    ]


class Member(NamedTuple):
    staff_id: UUID
    leads: bool


async def members_of(session: AsyncSession, county: str, squad_code: str, at: datetime) -> list[Member]:
    """Everybody with a post in the squad today, on duty or not."""
    today = local_date(at)
    found = (
        select(col(Staff.id), col(Post.role))
        .join(Post, and_(col(Post.county) == col(Staff.county), col(Post.staff_id) == col(Staff.id)))
        .where(
            col(Staff.county) == county,
            present_on(today),
            col(Post.squad_code) == squad_code,
            col(Post.role).in_(SQUAD_ROLES),
            col(Post.starts_on) <= today,
            or_(col(Post.ends_on).is_(None), col(Post.ends_on) >= today),
        )
    )
    leads: dict[UUID, bool] = {}
    for staff_id, role in await session.execute(found):
        leads[staff_id] = leads.get(staff_id, False) or role == Role.SQUAD_LEADER
    return [Member(*one) for one in sorted(leads.items())]


def subscriptions_of(county: str, staff_ids: Sequence[UUID], at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The browsers of these people whose session goes on: one that was signed out of is told nothing."""
    session_goes_on = exists().where(
        col(SignIn.token_hash) == col(PushSubscription.token_hash),
        col(SignIn.staff_id) == col(PushSubscription.staff_id),
        col(SignIn.expires_at) > at,
    )
    return (
        col(PushSubscription.county) == county,
        col(PushSubscription.staff_id).in_(staff_ids),
        session_goes_on,
    )


class Addresses(NamedTuple):
    """Who of some people can be reached by what goes out, and the robots of their squad."""

    push: frozenset[UUID]
    mail: frozenset[UUID]
    robots: tuple[UUID, ...]


async def addresses(
    session: AsyncSession, county: str, staff_ids: Collection[UUID], squad_code: str | None, at: datetime
) -> Addresses:
    ids = list(staff_ids)
    push = select(col(PushSubscription.staff_id)).where(*subscriptions_of(county, ids, at))
    mail = select(col(NoticeWish.staff_id)).where(
        col(NoticeWish.county) == county, col(NoticeWish.staff_id).in_(ids), col(NoticeWish.mail).is_not(None)
    )
    robots = select(col(Robot.id)).where(
        col(Robot.county) == county, col(Robot.squad_code) == squad_code, col(Robot.active)
    )
    return Addresses(
        frozenset(await session.scalars(push)),
        frozenset(await session.scalars(mail)),
        tuple(await session.scalars(robots.order_by(col(Robot.id)))) if squad_code else (),
    )


async def open_notices(session: AsyncSession, county: str, case_id: UUID, *, lock: bool = False) -> Sequence[Notice]:
    """Of this case, what still waits for somebody."""
    found = (
        select(Notice)
        .where(col(Notice.county) == county, col(Notice.case_id) == case_id, col(Notice.settled_at).is_(None))
        .order_by(col(Notice.id))
    )
    return (await session.scalars(found.with_for_update() if lock else found)).all()


async def told_of(session: AsyncSession, county: str, notice_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """Who was told of each notice."""
    found = select(col(Notification.notice_id), col(Notification.staff_id)).where(
        col(Notification.county) == county, col(Notification.notice_id).in_(list(notice_ids))
    )
    told: dict[UUID, list[UUID]] = {notice_id: [] for notice_id in notice_ids}
    for notice_id, staff_id in await session.execute(found):
        told[notice_id].append(staff_id)
    return told


async def rounds_of(
    session: AsyncSession, county: str, notice_id: UUID, staff_ids: Collection[UUID]
) -> dict[tuple[UUID, Channel], int]:
    """The last round by which each of them was reached from outside, by channel."""
    found = (
        select(col(Delivery.staff_id), col(Delivery.channel), func.max(col(Delivery.round)))
        .where(
            col(Delivery.county) == county,
            col(Delivery.notice_id) == notice_id,
            col(Delivery.staff_id).in_(list(staff_ids)),
            col(Delivery.channel) != Channel.IN_APP,
        )
        .group_by(col(Delivery.staff_id), col(Delivery.channel))
    )
    return {(staff_id, channel): last for staff_id, channel, last in await session.execute(found) if staff_id}
