"""Every SELECT about a moment of the past: which cases there were, their histories, and who was on patrol."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

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


class PastEvent(NamedTuple):
    """A line of a history, as far as the past reads it."""

    action: Action
    from_status: Status | None
    to_status: Status
    at: datetime
    content: dict[str, Any]


class Lived(NamedTuple):
    """A case that lived at the moment, with the severity that it has now, and its history as JSON."""

    id: UUID
    severity: Severity
    written: str | None

    @property
    def was_whistled_for(self) -> bool:
        return self.written is not None and f'"{Action.WHISTLE}"' in self.written

    def history(self) -> list[PastEvent]:
        """Up to the moment, oldest first; of what came later only changes of the matter. Read when it is asked for, which
        for a county is work for a thread."""
        return [_event(*line) for line in json.loads(self.written)] if self.written else []


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
    """Those that may have lived then. A history comes as one value: asked case by case by its index, which no plan for so
    many gets wrong, and read in one go, for a county has a hundred thousand lines of them."""
    line = func.json_build_array(
        col(CaseEvent.action),
        col(CaseEvent.from_status),
        col(CaseEvent.to_status),
        col(CaseEvent.at),
        col(CaseEvent.content),
    )
    history = (
        select(cast(func.json_agg(aggregate_order_by(line, col(CaseEvent.seq))), Text))
        .where(
            col(CaseEvent.county) == col(Case.county),
            col(CaseEvent.case_id) == col(Case.id),
            or_(col(CaseEvent.at) <= at, col(CaseEvent.action) == Action.RECATEGORISE),
        )
        .correlate(Case)
        .scalar_subquery()
    )
    rows = await session.execute(select(col(Case.id), col(Case.severity), history).where(*_lived(actor, at, box)))
    return [Lived(*row) for row in rows]


def _event(action: str, source: str | None, target: str, at: str, content: dict[str, Any]) -> PastEvent:
    from_status = _STATUSES[source] if source else None
    return PastEvent(_ACTIONS[action], from_status, _STATUSES[target], datetime.fromisoformat(at), content)


# Asked a hundred thousand times at once, where an enumeration's own way from its value takes three times as long.
_ACTIONS = {action.value: action for action in Action}
_STATUSES = {status.value: status for status in Status}


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
