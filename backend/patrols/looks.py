"""Looking at where others are or were: only with a reason, which opens what it names for a while, and is listed to them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.errors import Conflict, Malformed, NotFound, Say
from backend.grids.queries import grid_paths
from backend.patrols.models import LookKind, Patrol, TrackLook, TrackLooked
from backend.patrols.rules import LOOK_LASTS
from backend.patrols.schemas import LookIn
from backend.permissions import Actor, Permission, Role


def tracks_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The patrols that the actor may look at with a reason: those in the grids of the desk, those of the squad for its leader.

    A squad's patrol is also the business of every desk within the squad's grids.
    """
    scope, squad = col(Patrol.scope_path), col(Patrol.squad_code)
    mine: list[ColumnElement[bool]] = [false()]
    for path in actor.paths_for(Permission.SEE_TRACKS):
        mine += [scope == path, scope.startswith(f"{path}/", autoescape=True)]
        above = ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 1)]
        mine.append(and_(squad.is_not(None), scope.in_(above)))
    led = [post.squad_code for post in actor.posts if post.role == Role.SQUAD_LEADER and post.squad_code]
    mine.append(squad.in_(led))
    return and_(col(Patrol.county) == actor.county, or_(*mine))


def named_by(look: TrackLook) -> ColumnElement[bool]:
    """The patrols that a look is about."""
    clauses: list[ColumnElement[bool]] = [col(Patrol.county) == look.county]
    if look.on_day:
        clauses.append(col(Patrol.on_day) == look.on_day)
    if look.staff_id:
        clauses.append(col(Patrol.staff_id) == look.staff_id)
    if look.squad_code:
        clauses.append(col(Patrol.squad_code) == look.squad_code)
    if look.grid_path:
        scope = col(Patrol.scope_path)
        clauses.append(or_(scope == look.grid_path, scope.startswith(f"{look.grid_path}/", autoescape=True)))
    return and_(*clauses)


async def begin_look(session: AsyncSession, *, actor: Actor, look_id: UUID, content: LookIn, at: datetime) -> TrackLook:
    """Write down why the actor looks, and at what. The same again is the same look.

    Raises Malformed for a day that is missing or a grid that is not there, Conflict `look_differs`.
    """
    if content.kind != LookKind.LIVE and content.on_day is None:
        raise Malformed.at("on_day", "day_needed", Say("请选择要回放的日期", "Choose the day to replay"))
    path = None
    if content.grid_code:
        paths = await grid_paths(session, actor.county, [content.grid_code], on=content.on_day or local_date(at))
        if (path := paths.get(content.grid_code)) is None:
            raise Malformed.at("grid_code", "unknown_grid", Say("没有这个网格", "There is no such grid"))
    known = await session.get(TrackLook, (actor.county, look_id))
    wanted: dict[str, Any] = {
        "by": actor.staff_id,
        "kind": content.kind,
        "reason": content.reason,
        "on_day": content.on_day if content.kind != LookKind.LIVE else None,
        "staff_id": content.staff_id,
        "squad_code": content.squad_code,
        "grid_path": path,
    }
    if known:
        if known.by != actor.staff_id:
            raise no_such_look()
        if {name: getattr(known, name) for name in wanted} != wanted:
            sentence = Say(
                "这次查看已经登记，内容不能改；请重新登记", "This look is written down already; begin another"
            )
            raise Conflict("look_differs", sentence)
        return known
    look = TrackLook(county=actor.county, id=look_id, at=at, until=at + LOOK_LASTS, **wanted)
    session.add(look)
    await session.flush()
    return look


async def look_for(session: AsyncSession, actor: Actor, look_id: UUID, at: datetime, *kinds: LookKind) -> TrackLook:
    """The actor's own look if it is still open. Raises NotFound, Conflict `reason_needed` when it is over."""
    look = await session.get(TrackLook, (actor.county, look_id))
    if look is None or look.by != actor.staff_id or look.kind not in kinds:
        raise no_such_look()
    if look.until <= at:
        raise Conflict(
            "reason_needed",
            Say("查看已超过 8 小时，请重新填写查看原因", "This look is more than 8 hours old; give a reason again"),
        )
    return look


async def note_looked(
    session: AsyncSession, look: TrackLook, staff_ids: Collection[UUID], at: datetime, kind: LookKind | None = None
) -> None:
    """List the look to these people, whose positions or tracks are being shown. Once for each look and kind."""
    rows = [
        {"county": look.county, "look_id": look.id, "staff_id": staff_id, "kind": kind or look.kind, "at": at}
        for staff_id in sorted(set(staff_ids) - {look.by})
    ]
    if rows:
        await session.execute(insert(TrackLooked).on_conflict_do_nothing(), rows)


async def patrols_looked_at(session: AsyncSession, actor: Actor, look: TrackLook) -> list[Patrol]:
    """The patrols that the look is about and that the actor may see, in order of person and time."""
    rows = await session.scalars(
        select(Patrol)
        .where(tracks_visible_to(actor), named_by(look))
        .order_by(col(Patrol.staff_id), col(Patrol.started_at), col(Patrol.id))
    )
    return list(rows)


def no_such_look() -> NotFound:
    return NotFound("no_such_look", Say("没有登记这次查看，请先填写查看原因", "No such look; give a reason first"))
