"""Publishing a draft: the next edition of the net, all or nothing.

Versions are half-open in local days: what a redraw changes or ends gets `valid_to` = its effective day, what it changes or
adds begins on that day. A second edition of the same day leaves the first one's versions with an empty interval: they
were in force for a while today, and cases may have been filed under them. What follows for people, squads and cases is in
`redraw`.
"""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2.shape import from_shape
from obstore.store import ObjectStore
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.database import SRID
from backend.errors import Conflict, Say
from backend.grids.drafts import require_editing, require_possible_day, require_version
from backend.grids.faults import changed_meanwhile, faults_of
from backend.grids.models import DraftStatus, Grid, NetDraft, NetEdition
from backend.grids.net import Difference, Net, NetGrid, as_multi
from backend.grids.outlines import write_outlines
from backend.grids.queries_drafts import draft_for, edition_of, highest_versions, newest_edition
from backend.grids.replay import Replayed, Replays, replay
from backend.permissions import Actor


@dataclass(frozen=True)
class Published:
    """The edition that a draft became; `replayed` is what was published, and None if it had been published before."""

    edition: NetEdition
    replayed: Replayed | None


async def publish_draft(
    session: AsyncSession,
    store: ObjectStore,
    replays: Replays,
    *,
    actor: Actor,
    draft_id: UUID,
    version: int,
    at: datetime,
) -> Published:
    """Make the draft the newest edition. A repeat answers with the edition it became.

    Raises NotFound, Malformed `date_passed`, and Conflict: `stale_draft`, `draft_closed`, `before_newest_edition`,
    `net_changed` (naming the grids), `draft_has_problems`, `nothing_to_publish`.
    """
    await _one_at_a_time(session, actor.county)
    draft = await draft_for(session, actor, draft_id, lock=True)
    if draft.edition is not None:
        return Published(await edition_of(session, draft.county, draft.edition), None)
    require_editing(draft)
    require_version(draft, version)
    newest = await newest_edition(session, draft.county)
    require_possible_day(draft.effective_on, newest, at)
    replayed = await replay(session, store, replays, draft)
    await _require_publishable(session, draft, replayed)
    edition = _edition(draft, replayed, actor, at)
    session.add(edition)
    await session.flush()
    await write_versions(session, replayed.after, replayed.difference, edition.number, draft.effective_on)
    await write_outlines(session, draft.county, edition=edition.number, on=draft.effective_on)
    draft.status, draft.edition, draft.updated_at = DraftStatus.PUBLISHED, edition.number, at
    return Published(edition, replayed)


async def _one_at_a_time(session: AsyncSession, county: str) -> None:
    """Editions follow each other: who publishes second waits, and then builds on the first."""
    digest = hashlib.sha256(f"net/{county}".encode()).digest()
    await session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))


async def _require_publishable(session: AsyncSession, draft: NetDraft, replayed: Replayed) -> None:
    changed = await changed_meanwhile(session, draft, replayed)
    if changed:
        names = "、".join(name for _code, name in changed[:5])
        raise Conflict(
            "net_changed",
            Say(
                f"别人的调整已改动了这些网格：{names}。请核对草案后再发布",
                f"Somebody else's redraw has changed these grids: {names}. Look at the draft again, then publish",
            ),
            codes=[code for code, _name in changed],
        )
    faults = await asyncio.to_thread(lambda: list(faults_of(replayed)))
    errors = [each for each in faults if each.severity == "error"]
    if errors:
        raise Conflict(
            "draft_has_problems", errors[0].sentence, codes=sorted({c for each in errors for c in each.codes})
        )
    if not replayed.difference:
        raise Conflict(
            "nothing_to_publish",
            Say(
                "草案和现有网格没有差别，不用发布",
                "The draft does not differ from the net; there is nothing to publish",
            ),
        )


def _edition(draft: NetDraft, replayed: Replayed, actor: Actor, at: datetime) -> NetEdition:
    difference = replayed.difference
    return NetEdition(
        county=draft.county,
        number=replayed.edition + 1,
        title=draft.title,
        effective_on=draft.effective_on,
        published_at=at,
        published_by=actor.staff_id,
        published_by_name=actor.name,
        summary={
            "added": len(difference.added),
            "changed": len(difference.changed),
            "ended": len(difference.ended),
            "grids_before": len(replayed.before.leaves),
            "grids_after": len(replayed.after.leaves),
            "area_before_m2": round(replayed.before.leaf_area_m2),
            "area_after_m2": round(replayed.after.leaf_area_m2),
        },
    )


async def write_versions(session: AsyncSession, net: Net, change: Difference, edition: int, effective_on: date) -> None:
    """End the versions that are no longer right and begin the new ones, of exactly the grids that differ."""
    await session.execute(
        update(Grid)
        .where(
            col(Grid.county) == net.county,
            col(Grid.code).in_(change.changed + change.ended),
            col(Grid.valid_to).is_(None),
        )
        .values(valid_to=effective_on)
        .execution_options(synchronize_session=False)
    )
    fresh = [net.grids[code] for code in change.changed + change.added]
    versions = await highest_versions(session, net.county, [grid.code for grid in fresh])
    if fresh:
        await session.execute(insert(Grid), list(_rows(net.county, fresh, versions, edition, effective_on)))


def _rows(
    county: str, grids: Iterable[NetGrid], versions: dict[str, int], edition: int, effective_on: date
) -> Iterable[dict[str, Any]]:
    for grid in grids:
        yield {
            "county": county,
            "code": grid.code,
            "version": versions.get(grid.code, 0) + 1,
            "name": grid.name,
            "short_name": grid.short_name,
            "level": grid.level,
            "kind": grid.kind,
            "parent_code": grid.parent_code,
            "cluster_code": grid.cluster_code,
            "management_grade": grid.management_grade,
            "path": grid.path,
            "area_m2": grid.area_m2,
            "edition": edition,
            "indicative": grid.indicative,
            "valid_from": effective_on,
            "valid_to": None,
            "shape": from_shape(as_multi(grid.shape), srid=SRID) if grid.shape is not None else None,
            "label_point": from_shape(grid.label, srid=SRID) if grid.label is not None else None,
        }
