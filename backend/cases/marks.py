"""What is written on a photo that staff see: when and how that is known, where, and of which case.

Only what the database knows is written. The words are Chinese for every reader: the picture is evidence.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from obstore.store import ObjectStore
from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import queries
from backend.clock import SHANGHAI, local_date
from backend.database import lng_lat
from backend.grids.queries import grid_names
from backend.photos.derivatives import kept_mark, make_mark
from backend.photos.intake import PhotoChildren

# Above it the phone's time is told as the phone's: it waited for a signal, or its clock is wrong.
SAME_TIME = timedelta(minutes=5)


@dataclass(frozen=True)
class MarkFacts:
    """What is known of a photo in a case. `grid_names` from the town down; `lng`, `lat` (WGS84) are the case's."""

    phone_at: datetime | None
    received_at: datetime
    grid_names: tuple[str, ...]
    lng: float
    lat: float
    code: str


def mark_lines(facts: MarkFacts) -> list[str]:
    """Three lines: time, place, case."""
    return [
        _time(facts.phone_at, facts.received_at),
        f"案件位置 {'·'.join(facts.grid_names)} {facts.lng:.5f},{facts.lat:.5f}",
        f"案件编号 {facts.code}",
    ]


def _time(phone_at: datetime | None, received_at: datetime) -> str:
    """The server's time where the phone's agrees, or there is none."""
    if phone_at is None or abs(phone_at - received_at) <= SAME_TIME:
        return f"{received_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} 服务器时间"
    return f"{phone_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} 手机时间"


async def mark_facts(session: AsyncSession, county: str, case_id: UUID, sha256: str) -> MarkFacts:
    """The facts of a received photo of this case; of the first step that brought it, if several did."""
    case, event = await queries.first_step_with_photo(session, county, case_id, sha256)
    below_county = case.grid_path.split("/")[1:]
    names = await grid_names(session, county, below_county, on=local_date(case.opened_at))
    lng, lat = lng_lat(case.place)
    return MarkFacts(
        phone_at=event.client_at,
        received_at=event.at,
        grid_names=tuple(names[code] for code in below_county if code in names),
        lng=lng,
        lat=lat,
        code=case.code,
    )


async def marked_photo(
    session: AsyncSession, store: ObjectStore, children: PhotoChildren, *, county: str, case_id: UUID, sha256: str
) -> bytes:
    """The 1600 px picture with the facts of this case, made now if it is not kept yet. Raises ObjectMissing."""
    kept = await kept_mark(store, county, sha256, case_id)
    if kept is not None:
        return kept
    lines = mark_lines(await mark_facts(session, county, case_id, sha256))
    return await make_mark(store, children, county, sha256, case_id=case_id, lines=lines)
