"""What becomes of a tracker's request: kept within a patrol, counted outside one, and the tracker's own record brought up."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid5

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.identifiers import new_id
from backend.patrols.devices.judging import batches
from backend.patrols.devices.models import TrackSource
from backend.patrols.devices.readings import Complaint, Reading
from backend.patrols.intake import Batch, Rejected, Taken, take_fixes
from backend.patrols.patrolling import open_patrol

# Of a flood of junk the first hundred say everything.
MAX_QUARANTINED = 100
# Which complaint is shown if a message gives cause for several.
GRAVEST = (Complaint.ENCRYPTED, Complaint.UNREADABLE, Complaint.ZONELESS)


async def take_reading(session: AsyncSession, source: TrackSource, reading: Reading, at: datetime) -> Taken:
    """Everything of one request, in the session's transaction. The same request again stores nothing twice."""
    total = Taken(rejected=len(reading.rejected))
    for fixes in batches(reading):
        batch = Batch(source.county, source.staff_id, source.id, new_id(), at)
        taken = await take_fixes(session, batch, fixes)
        total = replace(
            total,
            stored=total.stored + taken.stored,
            repeated=total.repeated + taken.repeated,
            off_patrol=total.off_patrol + taken.off_patrol,
        )
    apart = await _to_quarantine(session, source, reading, at)
    if apart:
        # Trackers number nothing: what says the same from the same source is the same.
        batch = Batch(source.county, source.staff_id, source.id, uuid5(source.id, repr(apart)), at)
        await take_fixes(session, batch, [], apart)
    await _note(session, source, reading, total, at)
    return total


async def _to_quarantine(session: AsyncSession, source: TrackSource, reading: Reading, at: datetime) -> list[Rejected]:
    """The rejected points that are kept: none outside a patrol, as they may say where a person is off duty."""
    if not reading.rejected or not await open_patrol(session, source.county, source.staff_id, at):
        return []
    return [Rejected(one.reason, one.raw) for one in reading.rejected[:MAX_QUARANTINED]]


async def _note(session: AsyncSession, source: TrackSource, reading: Reading, taken: Taken, at: datetime) -> None:
    """One statement that adds up, so that requests at once lose no count; a late one moves nothing back."""
    noted: dict[str, object] = {
        "deliveries": TrackSource.deliveries + 1,
        "stored": TrackSource.stored + taken.stored,
        "repeated": TrackSource.repeated + taken.repeated,
        "off_patrol": TrackSource.off_patrol + taken.off_patrol,
        "rejected": TrackSource.rejected + taken.rejected,
        "elsewhere": TrackSource.elsewhere + reading.elsewhere,
    }
    if reading.contact:
        noted["last_contact_at"] = func.greatest(col(TrackSource.last_contact_at), at)
        noted |= {"battery": reading.battery, "charging": reading.charging} if reading.battery is not None else {}
    if taken.stored:
        noted["last_fix_at"] = func.greatest(col(TrackSource.last_fix_at), max(fix.at for fix in reading.fixes))
    gravest = next((one for one in GRAVEST if one in reading.complaints), None)
    if gravest:
        noted |= {"complaint": gravest, "complaint_at": at}
    elif reading.fixes:
        noted |= {"complaint": None, "complaint_at": None}
    await session.execute(
        update(TrackSource)
        .where(col(TrackSource.county) == source.county, col(TrackSource.id) == source.id)
        .values(noted)
        .execution_options(synchronize_session=False)
    )
