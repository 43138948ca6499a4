"""Coverage of grids over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from backend.access import CoverageReader
from backend.clock import Now
from backend.database import Session
from backend.patrols.coverage_views import coverage_of_grid, coverage_of_grids
from backend.patrols.schemas import GridCoverage, GridCoverageDetail

router = APIRouter(prefix="/api/coverage", tags=["coverage"])

Code = Annotated[str, Path(max_length=15, pattern=r"^[0-9A-Za-z]+$")]


@router.get("")
async def get_coverage(
    actor: CoverageReader,
    session: Session,
    at: Now,
    within: Annotated[
        str | None, Query(max_length=64, description="path of a grid; the whole county if left out")
    ] = None,
) -> list[GridCoverage]:
    """How much of each grid was walked through in the last seven days."""
    return await coverage_of_grids(session, actor.county, within, at)


@router.get("/{code}")
async def get_grid_coverage(code: Code, actor: CoverageReader, session: Session, at: Now) -> GridCoverageDetail:
    """One grid: when each of its cells was last walked through, and where to go next."""
    return await coverage_of_grid(session, actor.county, code, at)
