"""Taking fixes in: within a patrol they are kept as they came, outside one they are counted and not kept.

Idempotent by (source, time of the fix): what is known already is counted as repeated. A batch whose id is known is answered
as it was the first time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.patrols.deriving import derive_later
from backend.patrols.models import FixBatch, FixQuarantine, OffPatrolCount, Patrol
from backend.patrols.packing import DEGREE, UNSAID, Columns, NewFix, chosen, columns_of, from_ms, pack, unpack
from backend.patrols.partitions import ensure_months
from backend.patrols.patrolling import hold_patrols_of
from backend.patrols.periods import recorded_spans
from backend.patrols.positions import tell_position

Mask = NDArray[np.bool_]

MAX_RAW = 500
# A patrol lasts one shift: what belongs to a moment began at most this long before it.
LONGEST = timedelta(days=2)


@dataclass(frozen=True)
class Taken:
    """What became of fixes: kept, known already, from outside any patrol, not believed."""

    stored: int = 0
    repeated: int = 0
    off_patrol: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class Rejected:
    """One position that could be read but not believed. `raw` carries no secret."""

    reason: str
    raw: str


@dataclass(frozen=True)
class Batch:
    """What came at once from one source. `skew`: how far the phone's clock is ahead; it is taken off every time."""

    county: str
    staff_id: UUID
    source_id: UUID
    id: UUID
    at: datetime
    skew: timedelta = timedelta(0)


async def take_fixes(
    session: AsyncSession, batch: Batch, fixes: Sequence[NewFix], rejected: Sequence[Rejected] = ()
) -> Taken:
    """Keep these fixes, one row for each patrol that they belong to, and apart from them what could not be believed.

    Everything in the session's transaction.
    """
    await hold_patrols_of(session, batch.county, batch.staff_id)
    check = _check(batch.id, fixes, rejected)
    columns = columns_of(fixes)
    columns = replace(columns, at_ms=columns.at_ms - batch.skew // timedelta(milliseconds=1))
    earlier = await _batches_near(session, batch, columns)
    known = [row for row in earlier if row.source_id == batch.source_id and row.content_check == check]
    if known:
        return Taken(
            sum(row.fixes for row in known),
            sum(row.repeated for row in known),
            sum(row.off_patrol for row in known),
            sum(row.rejected for row in known),
        )
    await quarantine(session, batch, check, rejected)
    fresh = _fresh(columns, [row for row in earlier if row.source_id == batch.source_id])
    patrols = await _patrols_near(session, batch, columns)
    homes = _homes(columns, patrols)
    taken = Taken(
        int((fresh & (homes >= 0)).sum()), int((~fresh).sum()), int((fresh & (homes < 0)).sum()), len(rejected)
    )
    await _count_off_patrol(session, batch, columns.at_ms[fresh & (homes < 0)])
    is_used = any(row.id == batch.id for row in earlier)
    counts = taken
    for n, patrol in enumerate(patrols):
        kept = chosen(columns, fresh & (homes == n))
        if len(kept):
            row_id = uuid5(batch.id, f"{check} {patrol.id}") if is_used else batch.id
            await _keep(session, batch, patrol, row_id, kept, check, counts)
            is_used, counts = True, Taken()
    return taken


async def quarantine(session: AsyncSession, batch: Batch, check: int, rejected: Sequence[Rejected]) -> None:
    """Keep what could not be believed, with the reason; once, however often the same batch is sent."""
    rows = [
        {
            "county": batch.county,
            "id": uuid5(batch.id, f"{check} {n}"),
            "staff_id": batch.staff_id,
            "source_id": batch.source_id,
            "reason": one.reason,
            "raw": one.raw[:MAX_RAW],
            "received_at": batch.at,
        }
        for n, one in enumerate(rejected)
    ]
    if rows:
        await session.execute(insert(FixQuarantine).on_conflict_do_nothing(), rows)


def _check(batch_id: UUID, fixes: Sequence[NewFix], rejected: Sequence[Rejected]) -> int:
    """64 bits of the batch's id and what it says, so that other content under the same id is told from a repeat."""
    said = repr([batch_id, *fixes, *rejected]).encode()
    return int.from_bytes(sha256(said).digest()[:8], signed=True)


async def _batches_near(session: AsyncSession, batch: Batch, columns: Columns) -> list[FixBatch]:
    """The person's batches that may hold one of these moments."""
    if not len(columns):
        return []
    first, last = from_ms(int(columns.at_ms.min())), from_ms(int(columns.at_ms.max()))
    rows = await session.scalars(
        select(FixBatch).where(
            col(FixBatch.county) == batch.county,
            col(FixBatch.staff_id) == batch.staff_id,
            col(FixBatch.first_at).between(first - LONGEST, last),
            col(FixBatch.last_at) >= first,
        )
    )
    return list(rows)


def _fresh(columns: Columns, earlier: Sequence[FixBatch]) -> Mask:
    """Those whose time this source has not told before, each time once."""
    _, first_of_its_time = np.unique(columns.at_ms, return_index=True)
    fresh = np.zeros(len(columns), bool)
    fresh[first_of_its_time] = True
    for row in earlier:
        fresh &= ~np.isin(columns.at_ms, unpack(row.packed).at_ms)
    return fresh


async def _patrols_near(session: AsyncSession, batch: Batch, columns: Columns) -> list[Patrol]:
    if not len(columns):
        return []
    first, last = from_ms(int(columns.at_ms.min())), from_ms(int(columns.at_ms.max()))
    rows = await session.scalars(
        select(Patrol)
        .where(
            col(Patrol.county) == batch.county,
            col(Patrol.staff_id) == batch.staff_id,
            col(Patrol.started_at).between(first - LONGEST, last),
        )
        .order_by(col(Patrol.started_at), col(Patrol.id))
    )
    return list(rows)


def _homes(columns: Columns, patrols: Sequence[Patrol]) -> NDArray[np.int64]:
    """For each fix the patrol in which it was recorded, by its place in the list; -1 for none."""
    homes = np.full(len(columns), -1, np.int64)
    for n, patrol in enumerate(patrols):
        for span in recorded_spans(patrol):
            inside = (columns.at_ms >= span.start_ms) & (columns.at_ms <= span.end_ms)
            homes[inside & (homes < 0)] = n
    return homes


async def _keep(
    session: AsyncSession, batch: Batch, patrol: Patrol, row_id: UUID, kept: Columns, check: int, counts: Taken
) -> None:
    first_at, last_at = from_ms(int(kept.at_ms.min())), from_ms(int(kept.at_ms.max()))
    await ensure_months(session, [first_at])
    session.add(
        FixBatch(
            county=batch.county,
            first_at=first_at,
            id=row_id,
            staff_id=batch.staff_id,
            patrol_id=patrol.id,
            source_id=batch.source_id,
            last_at=last_at,
            received_at=batch.at,
            content_check=check,
            skew_s=int(batch.skew.total_seconds()),
            fixes=len(kept),
            repeated=counts.repeated,
            off_patrol=counts.off_patrol,
            rejected=counts.rejected,
            packed=pack(kept),
        )
    )
    await session.flush()
    await derive_later(session, patrol, batch.at)
    n = int(kept.at_ms.argmax())
    accuracy_dm = int(kept.accuracy_dm[n])
    await tell_position(
        session,
        county=batch.county,
        staff_id=batch.staff_id,
        at=last_at,
        lng=kept.lng_e7[n] / DEGREE,
        lat=kept.lat_e7[n] / DEGREE,
        accuracy_m=None if accuracy_dm == UNSAID else accuracy_dm / 10,
    )


async def _count_off_patrol(session: AsyncSession, batch: Batch, at_ms: NDArray[np.int64]) -> None:
    by_day: dict[date, int] = {}
    for moment in at_ms.tolist():
        day = local_date(from_ms(moment))
        by_day[day] = by_day.get(day, 0) + 1
    for day, fixes in by_day.items():
        row = insert(OffPatrolCount).values(county=batch.county, staff_id=batch.staff_id, on_day=day, fixes=fixes)
        await session.execute(
            row.on_conflict_do_update(
                index_elements=["county", "staff_id", "on_day"],
                set_={"fixes": OffPatrolCount.fixes + row.excluded.fixes},
            )
        )
