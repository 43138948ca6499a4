"""What is open close by, for whoever is about to report it again.

It tells of cases in other grids of the asker's towns, which the asker may not see: that there is one, how far and since
when, and the id to join it. Not its code, which is a key (docs/decisions/0016), no person, no words.
"""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import queries, queries_rows
from backend.cases.queries_nearby import open_cases_near
from backend.cases.schemas import NearbyCase, NearbyCases
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
        actor,
        matter_code=matter.code,
        lng=lng,
        lat=lat,
        radius_m=matter.duplicate_radius_m,
        since=at - timedelta(hours=matter.duplicate_hours),
    )
    ids = [case.id for case, _distance_m in found]
    visible = await queries.visible_ids(session, actor, ids)
    covers = {
        row.case.id: row.cover_photo for row in await queries_rows.case_rows(session, actor.county, list(visible))
    }
    reported = await queries_rows.reported_ids(session, actor, ids)
    return NearbyCases(
        radius_m=matter.duplicate_radius_m,
        items=[
            NearbyCase(
                id=case.id,
                status=case.status,
                distance_m=round(distance_m),
                opened_at=case.opened_at,
                mine=case.id in reported,
                cover_photo=covers.get(case.id),
            )
            for case, distance_m in found
        ],
        as_of=at,
    )
