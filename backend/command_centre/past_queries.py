"""Every SELECT about a moment of the past: which cases there were, their histories, and who was on patrol."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.histories import written_history
from backend.cases.models import LIFE, Case, CaseEvent, Satisfaction
from backend.cases.queries import in_status, visible_to
from backend.cases.queries_groups import ENDED_LATELY, WORD_STANDS
from backend.cases.terms import Action, Status
from backend.clock import local_date
from backend.database import SRID
from backend.dispatch.models import Assignment
from backend.matters.models import FilingCondition, Severity
from backend.patrols.looks import tracks_visible_to
from backend.patrols.models import Patrol
from backend.patrols.rules import rules_of
from backend.permissions import Actor

Box = tuple[float, float, float, float]


class Lived(NamedTuple):
    """A case that lived at the moment, with the severity that it has now, and its history for `read_history`."""

    id: UUID
    severity: Severity
    written: str | None

    @property
    def was_whistled_for(self) -> bool:
        return self.written is not None and f'"{Action.WHISTLE}"' in self.written


def _lived(actor: Actor, at: datetime, box: Box | None) -> list[ColumnElement[bool]]:
    """Opened by then, and not ended for good an hour before, or with a "not fixed" that may have stood then; the histories
    say what they were."""
    span = func.tstzrange(at - ENDED_LATELY, at, "[]")
    merged_before = and_(in_status(Status.MERGED), col(Case.updated_at) < at - ENDED_LATELY)
    lived = and_(span.op("&&")(LIFE), ~merged_before)
    said = and_(col(Case.satisfaction) == Satisfaction.NOT_SATISFIED, col(Case.updated_at) > at - WORD_STANDS)
    clauses = [visible_to(actor), or_(lived, said), col(Case.opened_at) <= at]
    if box:
        clauses.append(func.ST_Intersects(col(Case.place), func.ST_MakeEnvelope(*box, SRID)))
    return clauses


async def cases_that_lived(session: AsyncSession, actor: Actor, at: datetime, box: Box | None) -> list[Lived]:
    """Those that may have lived then, each with its history up to then; of what came later only changes of the matter."""
    history = written_history(or_(col(CaseEvent.at) <= at, col(CaseEvent.action) == Action.RECATEGORISE))
    rows = await session.execute(select(col(Case.id), col(Case.severity), history).where(*_lived(actor, at, box)))
    return [Lived(*row) for row in rows]


async def awaited_then(session: AsyncSession, county: str, ids: Sequence[UUID], at: datetime) -> dict[UUID, datetime]:
    """When the first squad was to arrive that was whistled for one of these cases and was not there at the moment."""
    rows = await session.execute(
        select(col(Assignment.case_id), func.min(col(Assignment.arrive_by)))
        .where(
            col(Assignment.county) == county,
            col(Assignment.case_id).in_(ids),
            col(Assignment.arrive_by).is_not(None),
            col(Assignment.assigned_at) <= at,
            or_(col(Assignment.arrived_at).is_(None), col(Assignment.arrived_at) > at),
            or_(col(Assignment.ended_at).is_(None), col(Assignment.ended_at) > at),
        )
        .group_by(col(Assignment.case_id))
    )
    return {case_id: arrive_by for case_id, arrive_by in rows if arrive_by}


async def severities(session: AsyncSession, county: str, codes: Sequence[str]) -> dict[str, Severity]:
    """Of these filing conditions, in the newest version of the catalogue that has them."""
    rows = await session.execute(
        select(col(FilingCondition.code), col(FilingCondition.severity))
        .where(col(FilingCondition.county) == county, col(FilingCondition.code).in_(codes))
        .order_by(col(FilingCondition.catalogue_version))
    )
    return dict(rows.all())


async def on_patrol_count(session: AsyncSession, actor: Actor, at: datetime, now: datetime) -> int | None:
    """How many people were on patrol in the asker's grids; None when patrols of that day are no longer kept.

    Nobody is named, so nobody is told.
    """
    if local_date(at) < local_date(now) - timedelta(days=(await rules_of(session, actor.county)).track_days):
        return None
    running = and_(
        col(Patrol.started_at) <= at,
        or_(col(Patrol.ended_at).is_(None), col(Patrol.ended_at) > at),
        col(Patrol.shift_ends_at) > at,
    )
    found = select(func.count(func.distinct(col(Patrol.staff_id)))).where(tracks_visible_to(actor), running)
    return await session.scalar(found) or 0
