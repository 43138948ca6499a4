"""A staff-day as a file for other software: as measured while its fixes live, afterwards the track that is kept."""

import asyncio
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import quote
from uuid import UUID

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.patrols.day_views import no_such_day
from backend.patrols.deriving import day_of, fixes_live
from backend.patrols.models import StaffDay
from geo.tracks import exports, wire
from geo.tracks.day import Stay
from geo.tracks.gaps import Gap


class TrackFormat(StrEnum):
    GPX = "gpx"
    GEOJSON = "geojson"
    MFJSON = "mfjson"


MEDIA_TYPE = {
    TrackFormat.GPX: "application/gpx+xml",
    TrackFormat.GEOJSON: "application/geo+json",
    TrackFormat.MFJSON: "application/json",
}
SUFFIX = {TrackFormat.GPX: ".gpx", TrackFormat.GEOJSON: ".geojson", TrackFormat.MFJSON: ".mf.json"}


async def track_file(
    session: AsyncSession, county: str, staff_id: UUID, on_day: date, form: TrackFormat, at: datetime
) -> Response:
    """The day's track. Raises NotFound where there was no patrol and where the track has been forgotten."""
    track = await _track(session, county, staff_id, on_day, at)
    if track is None:
        raise no_such_day()
    content = await asyncio.to_thread(_written, track, form, f"{on_day}")
    name = f"巡查轨迹_{on_day}{SUFFIX[form]}"
    disposition = f"attachment; filename=\"track{SUFFIX[form]}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=MEDIA_TYPE[form], headers={"Content-Disposition": disposition})


async def _track(
    session: AsyncSession, county: str, staff_id: UUID, on_day: date, at: datetime
) -> exports.FileTrack | None:
    if await fixes_live(session, county, on_day, at):
        day = await day_of(session, county, staff_id, on_day, at)
        return None if day is None else exports.as_measured(day)
    kept = await session.get(StaffDay, (county, staff_id, on_day))
    if kept is None:
        return None
    stays, gaps = [Stay(**stay) for stay in kept.stays], [Gap(**gap) for gap in kept.gaps]
    return exports.as_kept(wire.decode(kept.track), stays, gaps)


def _written(track: exports.FileTrack, form: TrackFormat, name: str) -> bytes | str:
    if form == TrackFormat.GPX:
        return exports.gpx(track, name)
    return exports.geojson(track) if form == TrackFormat.GEOJSON else exports.mf_json(track)
