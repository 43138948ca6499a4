"""Many histories at once, for what reads them by the thousand: the past and the figures.

A history comes as one value of its case. It is found case by case by its index, which no plan for so many gets wrong, and a
county has a hundred thousand lines of them, which cost ten times as much as rows.
"""

import json
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Text, cast, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlmodel import col

from backend.cases.models import Case, CaseEvent
from backend.cases.terms import Action, Status


class PlainEvent(NamedTuple):
    """A line of a history, as far as clocks, figures and the past read it."""

    action: Action
    from_status: Status | None
    to_status: Status
    at: datetime
    content: dict[str, Any]


def written_history(*lines: ColumnElement[bool]) -> ScalarSelect[str | None]:
    """The history of each `Case` of a statement, or only these lines of it, for `read_history`."""
    line = func.json_build_array(
        col(CaseEvent.action),
        col(CaseEvent.from_status),
        col(CaseEvent.to_status),
        col(CaseEvent.at),
        col(CaseEvent.content),
    )
    return (
        select(cast(func.json_agg(aggregate_order_by(line, col(CaseEvent.seq))), Text))
        .where(col(CaseEvent.county) == col(Case.county), col(CaseEvent.case_id) == col(Case.id), *lines)
        .correlate(Case)
        .scalar_subquery()
    )


def read_history(written: str | None) -> list[PlainEvent]:
    """Oldest first. Of thousands this is work for a thread."""
    return [_event(*line) for line in json.loads(written)] if written else []


def _event(action: str, source: str | None, target: str, at: str, content: dict[str, Any]) -> PlainEvent:
    from_status = _STATUSES[source] if source else None
    return PlainEvent(_ACTIONS[action], from_status, _STATUSES[target], datetime.fromisoformat(at), content)


# An enumeration's own way from its value takes three times as long.
_ACTIONS = {action.value: action for action in Action}
_STATUSES = {status.value: status for status in Status}
