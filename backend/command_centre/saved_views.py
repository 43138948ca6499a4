"""Keeping filters of the queue under a name: one's own, or for every operator of the county. What a filter means is not known
here: it is the query of an address, read by the page that wrote it."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import parse_qsl
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.command_centre.saved_view_models import SavedView
from backend.command_centre.saved_view_schemas import SavedViewIn, SavedViewOut
from backend.errors import Conflict, Malformed, NotFound, Say
from backend.locks import one_at_a_time
from backend.permissions import Actor
from backend.staff.models import Staff

MAX_VIEWS = 30
PARTS = frozenset(
    [
        "queue",
        "grid",
        "matter",
        "severity",
        "squad",
        "source",
        "tier",
        "opened_from",
        "opened_to",
        "closed_from",
        "closed_to",
        "text",
        "sort",
    ]
)


async def saved_views(session: AsyncSession, actor: Actor) -> list[SavedViewOut]:
    """The actor's own in their order, then those that others share, by name."""
    mine = col(SavedView.owner_id) == actor.staff_id
    rows = await session.execute(
        select(SavedView, col(Staff.name))
        .join(Staff, (col(Staff.county) == col(SavedView.county)) & (col(Staff.id) == col(SavedView.owner_id)))
        .where(col(SavedView.county) == actor.county, mine | col(SavedView.shared))
    )
    found = sorted(
        rows.all(), key=lambda row: (row[0].owner_id != actor.staff_id, _position(row[0], actor), row[0].name)
    )
    return [saved_view_out(view, actor, owner_name) for view, owner_name in found]


def _position(view: SavedView, actor: Actor) -> int:
    return view.position if view.owner_id == actor.staff_id else 0


def saved_view_out(view: SavedView, actor: Actor, owner_name: str) -> SavedViewOut:
    return SavedViewOut(
        id=view.id,
        name=view.name,
        query=view.query,
        shared=view.shared,
        mine=view.owner_id == actor.staff_id,
        owner_name=owner_name,
        updated_at=view.updated_at,
    )


async def keep_view(
    session: AsyncSession, *, actor: Actor, view_id: UUID, content: SavedViewIn, at: datetime
) -> tuple[SavedView, bool]:
    """The view as it is kept now, and whether it is new; a new one comes last.

    Raises Malformed for a query that is none of ours, Conflict for a name in use or too many, NotFound for somebody else's.
    """
    _check_query(content.query)
    await one_at_a_time(session, actor.county, f"saved views of {actor.staff_id}")
    own = await _own_views(session, actor)
    if any(view.name == content.name and view.id != view_id for view in own):
        raise Conflict(
            "view_name_taken",
            Say("你已有同名的视图，请换个名称", "You have a view of this name; choose another"),
        )
    view = await session.get(SavedView, (actor.county, view_id))
    if view is not None:
        if view.owner_id != actor.staff_id:
            raise no_such_view()
        view.sqlmodel_update(content.model_dump() | {"updated_at": at})
        await session.flush()
        return view, False
    if len(own) >= MAX_VIEWS:
        raise Conflict(
            "too_many_views",
            Say(
                f"最多保存 {MAX_VIEWS} 个视图，请先删除不用的",
                f"At most {MAX_VIEWS} views; delete those that you no longer use",
            ),
        )
    view = SavedView(
        county=actor.county,
        id=view_id,
        owner_id=actor.staff_id,
        position=max((each.position for each in own), default=0) + 1,
        created_at=at,
        updated_at=at,
        **content.model_dump(),
    )
    session.add(view)
    await session.flush()
    return view, True


def _check_query(query: str) -> None:
    try:
        parts = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=100) if query else []
    except ValueError:
        parts = [("", "")]
    unknown = sorted({name for name, _value in parts} - PARTS)
    if unknown:
        raise Malformed.at(
            "query",
            "unknown_filter",
            Say(
                f"筛选条件里有不认识的部分：{'、'.join(unknown) or query}，请在队列里重新选好再保存",
                f"Unknown parts of the filter: {', '.join(unknown) or query}; choose it in the queue and save again",
            ),
        )


async def drop_view(session: AsyncSession, *, actor: Actor, view_id: UUID) -> None:
    """Raises NotFound for somebody else's, shared or not."""
    view = await session.get(SavedView, (actor.county, view_id), with_for_update=True)
    if view is None or view.owner_id != actor.staff_id:
        raise no_such_view()
    await session.delete(view)
    await session.flush()


async def order_views(session: AsyncSession, *, actor: Actor, ids: Sequence[UUID]) -> None:
    """Put the actor's views in this order; those not named keep theirs, behind. Ids that are not theirs count for nothing."""
    await one_at_a_time(session, actor.county, f"saved views of {actor.staff_id}")
    place = {view_id: n for n, view_id in enumerate(ids)}
    own = sorted(await _own_views(session, actor), key=lambda view: (place.get(view.id, len(ids)), view.position))
    for position, view in enumerate(own, start=1):
        view.position = position
    await session.flush()


async def _own_views(session: AsyncSession, actor: Actor) -> list[SavedView]:
    rows = await session.scalars(
        select(SavedView).where(
            col(SavedView.county) == actor.county,
            col(SavedView.owner_id) == actor.staff_id,
        )
    )
    return list(rows)


def no_such_view() -> NotFound:
    return NotFound(
        "no_such_view", Say("没有这个视图，可能已被删除", "There is no such view; it may have been deleted")
    )
