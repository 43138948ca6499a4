"""The filter of cases as an address says it: one dependency for lists, counts, tiles, exports and drill-downs alike."""

from datetime import date
from typing import Annotated

import shapely
from fastapi import Depends, Query
from shapely.geometry.base import BaseGeometry

from backend.access import CaseReader
from backend.cases.models import ReportSource
from backend.cases.queries_groups import Group
from backend.cases.queries_lists import CaseFilter
from backend.cases.terms import Status
from backend.database import Session
from backend.errors import Malformed, Say
from backend.grids.queries import paths_ever, paths_named
from backend.matters.models import Severity
from backend.matters.queries import matter_codes_ever, matter_codes_named

MOST_VALUES = 60
LEAST_CORNERS, MOST_CORNERS = 3, 100
MOST_LNG, MOST_LAT = 180, 90


async def case_filter(
    actor: CaseReader,
    session: Session,
    status: Annotated[list[Status], Query(max_length=MOST_VALUES)] = [],  # noqa: B006 -- FastAPI copies defaults
    group: Annotated[Group | None, Query(description="a counter of the operator's queue")] = None,
    grid: Annotated[str | None, Query(max_length=15, description="code: that grid, or cluster, and all below")] = None,
    matter: Annotated[
        list[Annotated[str, Query(max_length=16)]], Query(max_length=MOST_VALUES, description="codes, major ones too")
    ] = [],  # noqa: B006
    severity: Annotated[list[Severity], Query(max_length=MOST_VALUES)] = [],  # noqa: B006
    source: Annotated[list[ReportSource], Query(max_length=MOST_VALUES)] = [],  # noqa: B006
    tier: Annotated[int | None, Query(ge=1, le=4)] = None,
    opened_from: Annotated[date | None, Query(description="local day")] = None,
    opened_to: Annotated[date | None, Query(description="local day, included")] = None,
    closed_from: Annotated[date | None, Query(description="local day")] = None,
    closed_to: Annotated[date | None, Query(description="local day, included")] = None,
    mine: Annotated[bool, Query(description="only those I reported, or joined with a report")] = False,
    squad: Annotated[
        str | None, Query(max_length=32, description="`mine`: in my squad's hands; or a squad's code")
    ] = None,
    inspect: Annotated[bool, Query(description="only those that wait for an inspection I may do")] = False,
    verify: Annotated[bool, Query(description="only those that wait to be verified in my grids")] = False,
    claimable: Annotated[bool, Query(description="only those that my squad may claim")] = False,
    text: Annotated[str | None, Query(max_length=100, description="part of code, words, matter or grid")] = None,
    bbox: Annotated[str | None, Query(pattern=r"^-?[\d.]+(,-?[\d.]+){3}$", description="west,south,east,north")] = None,
    within: Annotated[
        str | None,
        Query(max_length=4000, description="a polygon: 3 to 100 corners `lng,lat`, joined by `;`, as somebody drew it"),
    ] = None,
) -> CaseFilter:
    """Raises Malformed. A grid, matter or squad that is not there matches nothing."""
    _require_possible(opened_from=opened_from, opened_to=opened_to, closed_from=closed_from, closed_to=closed_to)
    return CaseFilter(
        statuses=tuple(status),
        group=group,
        grid_paths=await paths_ever(session, actor.county, grid) if grid else None,
        matters=await matter_codes_ever(session, actor.county, matter) if matter else None,
        severities=tuple(severity),
        sources=tuple(source),
        tier=tier,
        opened_from=opened_from,
        opened_to=opened_to,
        closed_from=closed_from,
        closed_to=closed_to,
        mine=mine,
        squad=squad,
        inspect=inspect,
        verify=verify,
        claimable=claimable,
        text=text or None,
        text_matters=await matter_codes_named(session, actor.county, text) if text else (),
        text_grids=await paths_named(session, actor.county, text) if text else (),
        bbox=read_box(bbox),
        area=_polygon(within) if within else None,
    )


WantedCases = Annotated[CaseFilter, Depends(case_filter)]


def _require_possible(**days: date | None) -> None:
    for field, day in days.items():
        if day and not 1970 <= day.year <= 2100:
            raise Malformed.at(
                field,
                "malformed",
                Say("年份应在 1970 与 2100 之间", "The year must lie between 1970 and 2100"),
            )


def read_box(text: str | None) -> tuple[float, float, float, float] | None:
    """Four degrees as an address says them. Raises Malformed."""
    if text is None:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Malformed.at(
            "bbox", "malformed", Say("范围应为 西，南，东，北", "The box must be west,south,east,north")
        ) from None
    return west, south, east, north


def _polygon(text: str) -> BaseGeometry:
    """What the line encloses, also where it crosses itself. Raises Malformed."""
    corners = [corner.split(",") for corner in text.split(";")]
    try:
        points = [(float(lng), float(lat)) for lng, lat in corners]
    except ValueError:
        points = []
    on_earth = all(abs(lng) <= MOST_LNG and abs(lat) <= MOST_LAT for lng, lat in points)
    if not (LEAST_CORNERS <= len(points) <= MOST_CORNERS and on_earth):
        raise _no_polygon()
    enclosed = shapely.unary_union(
        [part for part in shapely.get_parts(shapely.make_valid(shapely.Polygon(points))) if part.area]
    )
    if enclosed.is_empty:
        raise _no_polygon()
    return enclosed


def _no_polygon() -> Malformed:
    message = Say(
        f"范围应为 {LEAST_CORNERS} 到 {MOST_CORNERS} 个“经度,纬度”，用分号隔开，且围出一块地方",
        f"The area is {LEAST_CORNERS} to {MOST_CORNERS} corners lng,lat joined by semicolons that enclose some ground",
    )
    return Malformed.at("within", "malformed", message)
