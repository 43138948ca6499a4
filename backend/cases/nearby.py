"""What is open close by, for whoever is about to report it again; no person and no words of another's case."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import queries
from backend.cases.queries_nearby import open_cases_near
from backend.cases.schemas import NearbyCase, NearbyCases
from backend.database import lng_lat
from backend.matters.queries import choose_matter
from backend.permissions import Actor


async def nearby_cases(
    session: AsyncSession, actor: Actor, *, matter_code: str, lng: float, lat: float, at: datetime
) -> NearbyCases:
    """At most five, nearest first, within the matter's radius and time. Raises Malformed for an unknown matter."""
    matter = (await choose_matter(session, actor.county, at, matter_code, None)).matter
    if matter.duplicate_radius_m == 0:
        return NearbyCases(radius_m=0, items=[], as_of=at)
    found = await open_cases_near(
        session,
        actor.county,
        matter_code=matter.code,
        lng=lng,
        lat=lat,
        radius_m=matter.duplicate_radius_m,
        since=at - timedelta(hours=matter.duplicate_hours),
    )
    rows = {row.case.id: row for row in await queries.case_rows(session, actor.county, [f.case.id for f in found])}
    visible = await queries.visible_ids(session, actor, [f.case.id for f in found])
    return NearbyCases(
        radius_m=matter.duplicate_radius_m,
        items=[
            NearbyCase(
                id=case.id,
                code=case.code,
                status=case.status,
                matter_name=rows[case.id].matter.name,
                grid_name=rows[case.id].grid.name,
                distance_m=round(distance_m),
                lng=lng_lat(case.place)[0],
                lat=lng_lat(case.place)[1],
                opened_at=case.opened_at,
                mine=case.reporter_id == actor.staff_id,
                cover_photo=rows[case.id].cover_photo if case.id in visible else None,
            )
            for case, distance_m in found
        ],
        as_of=at,
    )
