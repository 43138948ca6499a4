"""The catalogue and the work calendar over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from backend.access import CaseReader
from backend.clock import Now
from backend.database import Session
from backend.matters import queries
from backend.matters.models import FilingCondition, Matter
from backend.matters.schemas import CalendarDayOut, CatalogueOut, FilingConditionOut, LimitOut, MatterOut, PhotoCount

router = APIRouter(prefix="/api", tags=["matters"])


@router.get("/matters")
async def catalogue(actor: CaseReader, session: Session, at: Now) -> CatalogueOut:
    """The catalogue in force with filing conditions, most frequent matters first."""
    version = await queries.catalogue_in_force(session, actor.county, at)
    conditions = await queries.conditions_by_matter(session, actor.county, version)
    found = await queries.matters(session, actor.county, version)
    return CatalogueOut(version=version, matters=[_matter_out(m, conditions[m.code]) for m in found])


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


def _matter_out(matter: Matter, conditions: list[FilingCondition]) -> MatterOut:
    return MatterOut(
        code=matter.code,
        kind=matter.kind,
        major_code=matter.major_code,
        major_name=matter.major_name,
        name=matter.name,
        icon=matter.icon,
        initials=matter.initials,
        photo_guidance=matter.photo_guidance,
        photos_before=PhotoCount(min=matter.photos_before_min, max=matter.photos_before_max),
        photos_after=PhotoCount(min=matter.photos_after_min, max=matter.photos_after_max),
        closing_condition=matter.closing_condition,
        conditions=[
            FilingConditionOut(
                code=c.code,
                words=c.words,
                severity=c.severity,
                limit=LimitOut(amount=c.limit_amount, unit=c.limit_unit),
                is_default=c.is_default,
            )
            for c in conditions
        ],
    )
