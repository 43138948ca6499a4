"""What a request for figures may say, as one dependency: period, grouping and filters, read into a `Wanted`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query
from sqlalchemy.ext.asyncio import AsyncSession

from backend.assessment.periods import LONGEST, Period, Step, around
from backend.assessment.queries import Dimension, Wanted, scope_of
from backend.cases.models import ReportSource
from backend.clock import local_date
from backend.errors import Malformed, Say
from backend.grids.queries import paths_ever
from backend.matters.models import MatterKind, Severity
from backend.permissions import Actor

Code = Annotated[str, Query(max_length=32, pattern=r"^[0-9A-Za-z:_-]+$")]


@dataclass(frozen=True)
class Asked:
    """As the address says it; without dates this month."""

    first: date | None
    last: date | None
    by: tuple[Dimension, ...]
    within: str | None
    squad: str | None
    unit: str | None
    matters: tuple[str, ...]
    kinds: tuple[MatterKind, ...]
    severities: tuple[Severity, ...]
    sources: tuple[ReportSource, ...]

    def period(self, at: datetime) -> Period:
        """Raises Malformed."""
        usual = around(self.first or self.last or local_date(at), Step.MONTH)
        period = Period(self.first or usual.first, self.last or usual.last)
        if period.last < period.first:
            raise Malformed.at(
                "to", "not_in_range", Say("结束日期不能早于开始日期", "The end must not be before the beginning")
            )
        if period.last - period.first > LONGEST or not 2000 <= period.first.year <= period.last.year <= 2099:
            raise Malformed.at("from", "not_in_range", Say("一次最多统计两年", "At most two years at a time"))
        return period


def asked(
    first: Annotated[date | None, Query(alias="from", description="local day, included")] = None,
    last: Annotated[date | None, Query(alias="to", description="local day, included")] = None,
    by: Annotated[list[Dimension] | None, Query(max_length=2)] = None,
    within: Annotated[Code | None, Query(description="a grid and all below it")] = None,
    squad: Annotated[Code | None, Query(description="on this squad's account")] = None,
    unit: Annotated[Code | None, Query(description="on this unit's account")] = None,
    matter: Annotated[list[Code] | None, Query(max_length=50, description="codes of matters or majors")] = None,
    kind: Annotated[list[MatterKind] | None, Query(max_length=2)] = None,
    severity: Annotated[list[Severity] | None, Query(max_length=4)] = None,
    source: Annotated[list[ReportSource] | None, Query(max_length=3)] = None,
) -> Asked:
    return Asked(
        first,
        last,
        tuple(dict.fromkeys(by or ())),
        within,
        squad,
        unit,
        tuple(matter or ()),
        tuple(kind or ()),
        tuple(severity or ()),
        tuple(source or ()),
    )


WhatAsked = Annotated[Asked, Depends(asked)]


async def wanted_of(session: AsyncSession, actor: Actor, what: Asked, at: datetime) -> tuple[Wanted, Period]:
    """What is counted of it: never beyond the actor's scope, and nothing that lies ahead of now."""
    period = what.period(at)
    wanted = Wanted(
        county=actor.county,
        scope=scope_of(actor),
        since=period.since,
        until=min(period.until, at),
        within=await paths_ever(session, actor.county, what.within) if what.within is not None else None,
        squad=what.squad,
        unit=what.unit,
        matters=what.matters,
        kinds=what.kinds,
        severities=what.severities,
        sources=what.sources,
        by=what.by,
    )
    return wanted, period
