"""What the report form offers: the matters most likely here, the villages, and where its notice board stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.queries_nearby import matters_seen_near
from backend.clock import local_date
from backend.matters.likely import SeenMatter, likely
from backend.matters.models import Matter
from backend.matters.queries import catalogue_in_force, matters
from backend.residents.form import Typed
from backend.residents.places import NamedPlace, middle_of, place_by_code, villages_by_town

BIG_BUTTONS = 6


@dataclass(frozen=True)
class Offered:
    """`other` is the matter for what stands in no list; `kept` are photos that came before."""

    id: str
    county: str
    here: NamedPlace | None
    matters: Sequence[Matter]
    other: Matter | None
    towns: list[tuple[str, Sequence[NamedPlace]]]
    kept: tuple[str, ...]


async def offered(session: AsyncSession, typed: Typed, at: datetime, kept: tuple[str, ...]) -> Offered:
    """The choices of the form at this place and time; the matter that was chosen stays among them."""
    on = local_date(at)
    here = await place_by_code(session, typed.at, on) if typed.at else None
    version = await catalogue_in_force(session, typed.county, at)
    catalogue = await matters(session, typed.county, version)
    by_code = {matter.code: matter for matter in catalogue if matter.self_dispatch}
    weights = {code: matter.weight for code, matter in by_code.items()}
    ranked = likely(await _seen_near(session, here, at), at, weights, count=len(weights))
    # What was chosen before stays on the page, at its own rank.
    buttons = ranked[:BIG_BUTTONS]
    if typed.matter in by_code and typed.matter not in buttons:
        buttons = [*buttons[:-1], typed.matter]
    return Offered(
        id=typed.id,
        county=typed.county,
        here=here,
        matters=[by_code[code] for code in buttons],
        other=_other(catalogue),
        towns=await villages_by_town(session, typed.county, on),
        kept=kept,
    )


def _other(catalogue: Sequence[Matter]) -> Matter | None:
    """The matter for whatever has none of its own: the one that is never routed by rule."""
    return next((matter for matter in catalogue if not matter.self_dispatch), None)


async def other_matter(session: AsyncSession, county: str, at: datetime) -> str | None:
    """Its code in the catalogue in force."""
    other = _other(await matters(session, county, await catalogue_in_force(session, county, at)))
    return other.code if other else None


async def _seen_near(session: AsyncSession, here: NamedPlace | None, at: datetime) -> list[SeenMatter]:
    if here is None or not here.is_place:
        return []
    middle = await middle_of(session, here.county, here.code, local_date(at))
    return await matters_seen_near(session, here.county, middle.lng, middle.lat, at) if middle else []
