"""The catalogue and the work calendar over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from backend.access import CaseReader
from backend.clock import Now
from backend.database import Session
from backend.matters import queries
from backend.matters.catalogue_views import matters_out
from backend.matters.queries_catalogue import content_of_version
from backend.matters.schemas import CalendarDayOut, CatalogueOut
from backend.settings import VERSION
from backend.staff.queries import unit_names

router = APIRouter(prefix="/api", tags=["matters"])


@router.get("/matters", response_model=CatalogueOut, responses={304: {"description": "the phone has this already"}})
async def catalogue(
    request: Request, response: Response, actor: CaseReader, session: Session, at: Now
) -> CatalogueOut | Response:
    """The catalogue in force with filing conditions, most frequent matters first.

    The answer's tag names county, version and program, so that a phone asks again for nothing that it has.
    """
    version = await queries.catalogue_in_force(session, actor.county, at)
    tag = f'"{actor.county}-{version}-{VERSION}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match", "").removeprefix("W/") == tag:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    content = await content_of_version(session, actor.county, version)
    found = matters_out(content, await unit_names(session, actor.county))
    found.sort(key=lambda matter: (-matter.weight, matter.code))
    return CatalogueOut(version=version, matters=found)


@router.get("/calendar")
async def calendar(
    actor: CaseReader,
    session: Session,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to", description="included")],
) -> list[CalendarDayOut]:
    """Public holidays and weekend days that are worked (调休), between two local days."""
    days = await queries.calendar_days(session, actor.county, first, last)
    return [CalendarDayOut(on=day.on, kind=day.kind) for day in days]
