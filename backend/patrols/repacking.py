"""Rows of single fixes, as one-fix protocols leave them, packed together. What is kept stays the same to the last bit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

import numpy as np
from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.patrols.models import FixBatch
from backend.patrols.packing import Columns, chosen, from_ms, joined, pack, unpack
from backend.patrols.patrolling import hold_patrols_of
from backend.patrols.rules import MAX_FIXES

# A row of so few fixes takes mostly room for itself.
SMALL = 10
# What is younger may still have neighbours coming.
SETTLED = timedelta(hours=1)
# Fewer than this are not worth the writing.
WORTH_IT = 12


class Loose(NamedTuple):
    """Whose small rows of which source and patrol."""

    county: str
    staff_id: UUID
    patrol_id: UUID
    source_id: UUID


async def loose_rows(session: AsyncSession, at: datetime) -> list[Loose]:
    """Where small rows have come together that are worth packing."""
    whose = (col(FixBatch.county), col(FixBatch.staff_id), col(FixBatch.patrol_id), col(FixBatch.source_id))
    rows = await session.execute(
        select(*whose)
        .where(col(FixBatch.fixes) <= SMALL, col(FixBatch.received_at) < at - SETTLED)
        .group_by(*whose)
        .having(func.count() >= WORTH_IT)
        .order_by(*whose)
    )
    return [Loose(*row) for row in rows]


async def pack_loose(session: AsyncSession, loose: Loose, at: datetime) -> int:
    """Pack them, in order of time; how many rows are left of how many fixes. Intake of that person waits meanwhile."""
    await hold_patrols_of(session, loose.county, loose.staff_id)
    rows = (
        await session.scalars(
            select(FixBatch)
            .where(
                col(FixBatch.county) == loose.county,
                col(FixBatch.staff_id) == loose.staff_id,
                col(FixBatch.patrol_id) == loose.patrol_id,
                col(FixBatch.source_id) == loose.source_id,
                col(FixBatch.fixes) <= SMALL,
                col(FixBatch.received_at) < at - SETTLED,
            )
            .order_by(col(FixBatch.first_at), col(FixBatch.id))
        )
    ).all()
    if len(rows) < WORTH_IT:
        return 0
    await session.execute(
        delete(FixBatch).where(
            col(FixBatch.county) == loose.county,
            tuple_(col(FixBatch.first_at), col(FixBatch.id)).in_([(row.first_at, row.id) for row in rows]),
        )
    )
    packed = [_row(loose, part, rows) for part in _parts(joined([unpack(row.packed) for row in rows]))]
    session.add_all(packed)
    await session.flush()
    return len(packed)


def _parts(columns: Columns) -> list[Columns]:
    """By time, no more in one than a batch may hold, and none across two months: a row lies in the part of its month."""
    order = np.argsort(columns.at_ms, kind="stable")
    columns = Columns(*(getattr(columns, name)[order] for name in Columns.__dataclass_fields__))
    month = columns.at_ms.astype("datetime64[ms]").astype("datetime64[M]").astype(np.int64)
    found = []
    for one in np.unique(month):
        same = chosen(columns, month == one)
        found += [
            Columns(*(getattr(same, name)[n : n + MAX_FIXES] for name in Columns.__dataclass_fields__))
            for n in range(0, len(same), MAX_FIXES)
        ]
    return found


def _row(loose: Loose, part: Columns, rows: Sequence[FixBatch]) -> FixBatch:
    return FixBatch(
        **loose._asdict(),
        first_at=from_ms(int(part.at_ms[0])),
        id=uuid5(rows[0].id, f"packed {part.at_ms[0]}"),
        last_at=from_ms(int(part.at_ms[-1])),
        received_at=max(row.received_at for row in rows),
        content_check=0,
        skew_s=rows[0].skew_s,
        fixes=len(part),
        packed=pack(part),
    )
