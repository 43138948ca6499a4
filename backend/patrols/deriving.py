"""A staff-day worked out from its fixes, in the background, and again whenever something of it arrives late.

What is worked out is geo/tracks' business. While its fixes live a day can always be worked out again; afterwards it stays as
it is.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.database import TIMESTAMP, shape_of
from backend.grids.models import LEAF_LEVELS, Grid
from backend.grids.queries import in_force
from backend.locks import one_at_a_time
from backend.patrols.coverage import recount_coverage
from backend.patrols.models import FixBatch, Patrol, StaffDay, StaffDayWanted
from backend.patrols.packing import DEGREE, UNSAID, joined, to_ms, unpack
from backend.patrols.periods import closed, recorded_spans
from backend.patrols.queries import batches_of, patrols_of_day
from backend.patrols.rules import rules_of
from geo.lattice import Shape
from geo.tracks import rules as track_rules
from geo.tracks import wire
from geo.tracks.cleaning import Flag
from geo.tracks.day import DerivedDay, derive_day
from geo.tracks.fixes import Fixes, Floats
from geo.tracks.net import GridShape
from geo.tracks.spans import Period, Span

# While a patrol runs its day is worked out at most this often.
WHILE_RUNNING = timedelta(minutes=2)
# Days that new rules make again in one night; the days of the next morning must not wait for them.
AGAIN_AT_ONCE = 5_000
# Grids this far from any fix have nothing to do with the day (degrees, about a kilometre).
NEARBY_DEG = 0.01


class Wanted(NamedTuple):
    """A staff-day that is due. `wanted` counts what has happened to it."""

    county: str
    staff_id: UUID
    on_day: date
    wanted: int


async def derive_later(session: AsyncSession, patrol: Patrol, at: datetime) -> None:
    """The patrol's staff-day is to be worked out; at once when the patrol has ended."""
    due_at = at if patrol.ended_at else at + WHILE_RUNNING
    row = insert(StaffDayWanted).values(
        county=patrol.county, staff_id=patrol.staff_id, on_day=patrol.on_day, due_at=due_at
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["county", "staff_id", "on_day"],
            set_={
                "wanted": StaffDayWanted.wanted + 1,
                "due_at": func.least(StaffDayWanted.due_at, row.excluded.due_at),
            },
        )
    )


async def want_by_present_rules(session: AsyncSession, county: str, at: datetime) -> int:
    """Days that other rules made are to be worked out again while their fixes live, newest first; how many more are wanted."""
    live_from = local_date(at) - timedelta(days=(await rules_of(session, county)).fixes_days)
    old = (
        select(col(StaffDay.county), col(StaffDay.staff_id), col(StaffDay.on_day), literal(at, TIMESTAMP))
        .where(
            col(StaffDay.county) == county,
            col(StaffDay.on_day) >= live_from,
            col(StaffDay.rules_version) != track_rules.VERSION,
        )
        .order_by(col(StaffDay.on_day).desc(), col(StaffDay.staff_id))
        .limit(AGAIN_AT_ONCE)
    )
    columns = ["county", "staff_id", "on_day", "due_at"]
    wanted = await session.scalars(
        insert(StaffDayWanted).from_select(columns, old).on_conflict_do_nothing().returning(col(StaffDayWanted.on_day))
    )
    return len(wanted.all())


async def days_due(session: AsyncSession, at: datetime) -> list[Wanted]:
    """The staff-days that are to be worked out now, those that wait longest first."""
    rows = await session.execute(
        select(
            col(StaffDayWanted.county),
            col(StaffDayWanted.staff_id),
            col(StaffDayWanted.on_day),
            col(StaffDayWanted.wanted),
        )
        .where(col(StaffDayWanted.due_at) <= at)
        .order_by(col(StaffDayWanted.due_at))
    )
    return [Wanted(*row) for row in rows]


async def derive_wanted(session: AsyncSession, wanted: Wanted, at: datetime) -> None:
    """Work out a day that is due. What happens to it meanwhile leaves it wanted."""
    await derive_staff_day(session, wanted.county, wanted.staff_id, wanted.on_day, at)
    await session.execute(
        delete(StaffDayWanted).where(
            col(StaffDayWanted.county) == wanted.county,
            col(StaffDayWanted.staff_id) == wanted.staff_id,
            col(StaffDayWanted.on_day) == wanted.on_day,
            col(StaffDayWanted.wanted) == wanted.wanted,
        )
    )


async def derive_staff_day(
    session: AsyncSession, county: str, staff_id: UUID, on_day: date, at: datetime
) -> StaffDay | None:
    """Work the day out and keep it. None if it has no patrol; a day whose fixes may be gone is left as it is."""
    kept = await session.get(StaffDay, (county, staff_id, on_day), with_for_update=True)
    if not await fixes_live(session, county, on_day, at):
        return kept
    day = await day_of(session, county, staff_id, on_day, at)
    if day is None:
        return None
    if kept and kept.input_hash == day.input_hash:
        return kept
    before = set(kept.coverage) if kept else set()
    facts = _as_kept(day) | {"derived_at": at}
    kept = kept or StaffDay(county=county, staff_id=staff_id, on_day=on_day, **facts)
    kept.sqlmodel_update(facts)
    session.add(kept)
    await session.flush()
    await one_at_a_time(session, county, f"coverage of {on_day}")
    await recount_coverage(session, county, on_day, before | set(kept.coverage))
    return kept


async def fixes_live(session: AsyncSession, county: str, on_day: date, at: datetime) -> bool:
    """Whether every fix of that day is still kept."""
    return on_day >= local_date(at) - timedelta(days=(await rules_of(session, county)).fixes_days)


async def day_of(session: AsyncSession, county: str, staff_id: UUID, on_day: date, at: datetime) -> DerivedDay | None:
    """The day worked out from what is kept now; None if the person had no patrol."""
    patrols = await patrols_of_day(session, county, staff_id, on_day)
    if not patrols:
        return None
    fixes = fixes_of(await batches_of(session, patrols))
    grids = await _grids_near(session, county, on_day, fixes)
    now_ms = to_ms(at)
    periods = [
        Period(*span, track_rules.Travel(patrol.travel))
        for patrol in patrols
        for span in recorded_spans(patrol, now_ms)
    ]
    gaps = [
        Span(*span, "hidden")
        for patrol in patrols
        for span in closed(patrol.hidden, min(now_ms, to_ms(patrol.ended_at or patrol.shift_ends_at)))
    ]
    rules = track_rules.rules_for(track_rules.Travel.WALK)
    # Seconds of arithmetic for a long day: not on the event loop.
    return await asyncio.to_thread(derive_day, fixes, periods=periods, declared_gaps=gaps, grids=grids, rules=rules)


def fixes_of(batches: Sequence[FixBatch]) -> Fixes:
    """The fixes of batches as the rules want them; sources are numbered by their ids."""
    if not batches:
        none = np.zeros(0)
        return Fixes(none.astype(np.int64), none, none, none, none, none.astype(np.int64))
    numbers = {source: n for n, source in enumerate(sorted({batch.source_id for batch in batches}))}
    columns = joined([unpack(batch.packed) for batch in batches])
    source = np.concatenate([np.full(batch.fixes, numbers[batch.source_id], np.int64) for batch in batches])
    return Fixes(
        at_ms=columns.at_ms,
        lng=columns.lng_e7 / DEGREE,
        lat=columns.lat_e7 / DEGREE,
        accuracy_m=_said(columns.accuracy_dm, 10),
        speed_mps=_said(columns.speed_cmps, 100),
        source=source,
    )


def _said(column: NDArray[np.int64], scale: int) -> Floats:
    """NaN where the phone said nothing."""
    return np.where(column == UNSAID, np.nan, column / scale)


async def _grids_near(session: AsyncSession, county: str, on_day: date, fixes: Fixes) -> list[GridShape]:
    if not len(fixes):
        return []
    box = shapely.box(fixes.lng.min(), fixes.lat.min(), fixes.lng.max(), fixes.lat.max()).buffer(NEARBY_DEG)
    near = func.ST_MakeEnvelope(*box.bounds, 4326)
    rows = await session.execute(
        select(col(Grid.code), col(Grid.shape))
        .where(
            col(Grid.county) == county,
            col(Grid.level).in_(LEAF_LEVELS),
            in_force(on_day),
            func.ST_Intersects(col(Grid.shape), near),
        )
        .order_by(col(Grid.code))
    )
    return [GridShape(code, cast(Shape, shape_of(shape))) for code, shape in rows]


def _as_kept(day: DerivedDay) -> dict[str, Any]:
    flags = Counter(Flag(flag).name.lower() for flag in day.flags.tolist())
    return {
        "rules_version": day.rules_version,
        "input_hash": day.input_hash,
        "fixes": len(day.fixes),
        "flagged": {name: n for name, n in sorted(flags.items()) if name != "ok"},
        "recorded_s": round(day.recorded_s),
        "raw_m": day.raw_m,
        "clean_m": day.clean_m,
        "stays": [asdict(stay) for stay in day.stays],
        "gaps": [asdict(gap) for gap in day.gaps],
        "moves": [asdict(move) for move in day.moves],
        "dwell_s": dict(day.dwell_s),
        "unknown_s": day.unknown_s,
        "outside_s": day.outside_s,
        "coverage": {code: cells.tolist() for code, cells in day.coverage.items()},
        "track": wire.encode(day),
    }
