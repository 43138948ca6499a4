"""Every write that follows a redraw: posts and jurisdictions go on at the successors, cases follow their ground.

Posts and jurisdictions are dated or harmless ahead of time, so they are written when the edition is published. The path by
which a case is found has no dates: it is settled on the day itself, at once or by a job at its first minute.
"""

import asyncio
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from uuid import UUID

from obstore.store import ObjectStore
from sqlalchemy import CursorResult, delete, exists, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend import jobs
from backend.clock import SHANGHAI, local_date
from backend.grids.editions import publish_draft
from backend.grids.filing_lock import wait_for_filings
from backend.grids.models import Grid, NetEdition
from backend.grids.queries import in_force
from backend.grids.replay import Replays
from backend.identifiers import new_id
from backend.live.feed import publish
from backend.permissions import Actor
from backend.redraw import queries
from backend.redraw.moves import Moves, moves_of
from backend.staff.models import Post, SquadJurisdiction

SETTLE = "redraw.settle"


async def publish_redraw(
    session: AsyncSession,
    store: ObjectStore,
    replays: Replays,
    *,
    actor: Actor,
    draft_id: UUID,
    version: int,
    at: datetime,
) -> NetEdition:
    """Publish a draft and let everything follow it. See `grids.editions.publish_draft` for what it raises."""
    published = await publish_draft(session, store, replays, actor=actor, draft_id=draft_id, version=version, at=at)
    edition = published.edition
    if published.replayed is None:
        return edition
    moves = await asyncio.to_thread(moves_of, published.replayed)
    await move_posts(session, edition.county, moves, on=edition.effective_on)
    await add_jurisdictions(session, edition.county, moves)
    if edition.effective_on == local_date(at):
        await settle(session, edition.county, on=edition.effective_on, at=at)
    else:
        midnight = datetime.combine(edition.effective_on, time.min, SHANGHAI)
        await jobs.defer(session, SETTLE, due_at=midnight, county=edition.county, on=edition.effective_on.isoformat())
        await _tell_everybody(session, edition.county, edition.effective_on, at)
    return edition


async def move_posts(session: AsyncSession, county: str, moves: Moves, *, on: date) -> None:
    """Posts at grids that end or move last until the day before and go on at the successors; a new part adds a post."""
    found = await queries.posts_at(session, county, moves.paths.keys(), on)
    targets = {path for paths in moves.paths.values() for path in paths}
    held = {_key(post, post.grid_path) for post, _name in await queries.posts_at(session, county, targets, on)}
    for post, _name in found:
        paths = moves.paths[post.grid_path or ""]
        for path in paths:
            if path != post.grid_path and _key(post, path) not in held:
                held.add(_key(post, path))
                session.add(_continued(post, path, on))
        if post.grid_path not in paths:
            if post.starts_on >= on:
                await session.delete(post)
            else:
                post.ends_on = on - timedelta(days=1)
    await session.flush()


def _key(post: Post, path: str | None) -> tuple[object, ...]:
    """Two posts alike in all of this are one and the same to their holder, as when two grids become one."""
    return post.staff_id, post.role, post.duty, path


def _continued(post: Post, path: str, on: date) -> Post:
    return Post(
        county=post.county,
        id=new_id(),
        staff_id=post.staff_id,
        role=post.role,
        duty=post.duty,
        engagement=post.engagement,
        grid_path=path,
        squad_code=post.squad_code,
        unit_code=post.unit_code,
        starts_on=max(post.starts_on, on),
        ends_on=post.ends_on,
    )


async def add_jurisdictions(session: AsyncSession, county: str, moves: Moves) -> None:
    """Squads become responsible for the successors; the old path stays as long as its grid is in force."""
    rows = [
        {"county": county, "squad_code": each.squad_code, "grid_path": path}
        for each, _name in await queries.jurisdictions_at(session, county, moves.paths.keys())
        for path in moves.paths[each.grid_path]
    ]
    if rows:
        await session.execute(insert(SquadJurisdiction).values(rows).on_conflict_do_nothing())


async def settle(session: AsyncSession, county: str, *, on: date, at: datetime) -> int:
    """What an edition means from its first day: cases follow their ground, jurisdictions over ended grids go.

    Safe to run again. Returns how many cases have moved.
    """
    await wait_for_filings(session, county)
    moved = await session.execute(text(_statement()), {"county": county, "on": on})
    assert isinstance(moved, CursorResult)
    lives_on = exists().where(
        col(Grid.county) == col(SquadJurisdiction.county),
        col(Grid.path) == col(SquadJurisdiction.grid_path),
        in_force(on) | (col(Grid.valid_from) > on),
    )
    await session.execute(delete(SquadJurisdiction).where(col(SquadJurisdiction.county) == county, ~lives_on))
    await _tell_everybody(session, county, on, at)
    return moved.rowcount


@cache
def _statement() -> str:
    return (Path(__file__).parent / "sql" / "settle_cases.sql").read_text(encoding="utf-8")


async def _tell_everybody(session: AsyncSession, county: str, on: date, at: datetime) -> None:
    """Open desks read the net again."""
    body = {"effective_on": on.isoformat()}
    await publish(session, county=county, kind="net", case_id=None, body=body, audience=None, at=at)
