"""Coverage of grids over HTTP."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query

from backend.access import CoverageReader
from backend.clock import Now, local_date
from backend.database import Session
from backend.errors import Malformed, Say
from backend.grids.draft_schemas import LocalDay
from backend.patrols.coverage_views import coverage_of_grid, coverage_of_grids
from backend.patrols.schemas import GridCoverage, GridCoverageDetail

router = APIRouter(prefix="/api/coverage", tags=["coverage"])

AsOfDay = Annotated[LocalDay | None, Query(description="the day as of which; today if left out")]
Code = Annotated[str, Path(max_length=15, pattern=r"^[0-9A-Za-z]+$")]


@router.get("")
async def get_coverage(
    actor: CoverageReader,
    session: Session,
    at: Now,
    within: Annotated[
        str | None, Query(max_length=64, description="path of a grid; the whole county if left out")
    ] = None,
    on: AsOfDay = None,
) -> list[GridCoverage]:
    """How much of each grid was walked through in the seven days to a day."""
    return await coverage_of_grids(session, actor.county, within, _day(on, at))


@router.get("/{code}")
async def get_grid_coverage(
    code: Code, actor: CoverageReader, session: Session, at: Now, on: AsOfDay = None
) -> GridCoverageDetail:
    """One grid: when each of its cells was last walked through, where to go next, and week by week."""
    return await coverage_of_grid(session, actor.county, code, _day(on, at))


def _day(on: date | None, at: datetime) -> date:
    if on and on > local_date(at):
        raise Malformed.at("on", "in_the_future", Say("这一天还没有到，请选今天或以前", "Choose today or a day before"))
    return on or local_date(at)
