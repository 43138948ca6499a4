"""A staff-day as a file for other software: as measured while its fixes live, afterwards the track that is kept."""

import asyncio
from datetime import date, datetime
from enum import StrEnum
from urllib.parse import quote
from uuid import UUID

from fastapi import Response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.errors import Conflict, Say
from backend.patrols.day_views import no_such_day
from backend.patrols.deriving import day_of, fixes_live
from geo.tracks import exports
from geo.tracks.day import DerivedDay


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
    """The day's track. Raises NotFound, and Conflict `fixes_gone` once its positions may no longer be kept."""
    if not await fixes_live(session, county, on_day, at):
        raise fixes_gone()
    day = await day_of(session, county, staff_id, on_day, at)
    if day is None:
        raise no_such_day()
    content = await asyncio.to_thread(_written, day, form, f"{on_day}")
    name = f"巡查轨迹_{on_day}{SUFFIX[form]}"
    disposition = f"attachment; filename=\"track{SUFFIX[form]}\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=MEDIA_TYPE[form], headers={"Content-Disposition": disposition})


def _written(day: DerivedDay, form: TrackFormat, name: str) -> bytes | str:
    if form == TrackFormat.GPX:
        return exports.gpx(day, name)
    return exports.geojson(day) if form == TrackFormat.GEOJSON else exports.mf_json(day)


def fixes_gone() -> Conflict:
    return Conflict(
        "fixes_gone", Say("原始位置已过保存期限并删除", "The positions were deleted when their time was over")
    )
