"""What each measure of `indicators.Counts` counts: at which moment, and which outcomes. In SQL, and the same in Python.

The two forms are one rule; a test holds them together over generated histories.
"""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, literal, or_
from sqlmodel import col

from backend.assessment.indicators import Counts
from backend.assessment.models import CaseOutcome as Row
from backend.assessment.outcomes import Outcome
from backend.cases.models import ReportSource

# At which moment a measure counts.
MOMENTS: dict[str, str] = {
    "verify_due": "verify_at",
    "verified_in_time": "verify_at",
    "dispatch_due": "dispatch_at",
    "dispatched_in_time": "dispatch_at",
    "dispatched": "given_at",
    "dispatched_rightly": "given_at",
    "sent_back": "given_at",
    "bounced": "given_at",
    "extended": "given_at",
    "suspended": "given_at",
    "due": "handle_at",
    "handled": "handle_at",
    "handled_in_time": "handle_at",
    "closed": "handle_at",
    "closed_in_time": "handle_at",
    "reworked": "handle_at",
    "inspect_due": "inspect_at",
    "inspected_in_time": "inspect_at",
    "answered": "answered_at",
    "satisfied": "answered_at",
    "forced": "closed_at",
}
MEASURES = tuple(each.name for each in fields(Counts))


def moment_of(measure: str) -> str:
    return MOMENTS.get(measure, "opened_at")


_settled = col(Row.settled)
_valid = and_(~col(Row.voided), ~col(Row.merged), ~col(Row.declined))
_dispatched = and_(~col(Row.merged), ~col(Row.voided))
_due = and_(_valid, ~col(Row.exempt))
_filed = and_(~_settled, col(Row.filed))

_IN_SQL: dict[str, ColumnElement[bool]] = {
    "reported": ~_settled,
    "self_handled": and_(_settled),
    "filed": _filed,
    "filed_rightly": and_(_filed, ~col(Row.voided)),
    "voided": and_(_filed, col(Row.voided)),
    "declined": and_(~_settled, col(Row.declined)),
    "merged": and_(~_settled, col(Row.merged)),
    "missed": and_(_filed, col(Row.found), col(Row.source) != ReportSource.STAFF),
    "verify_due": literal(True),
    "verified_in_time": and_(col(Row.verify_in_time)),
    "dispatch_due": _dispatched,
    "dispatched_in_time": and_(_dispatched, col(Row.dispatch_in_time)),
    "dispatched": _dispatched,
    "dispatched_rightly": and_(_dispatched, ~col(Row.astray)),
    "sent_back": and_(_dispatched, col(Row.send_backs) >= 1),
    "bounced": and_(_dispatched, col(Row.send_backs) >= 2),
    "extended": and_(_dispatched, col(Row.extensions) >= 1),
    "suspended": and_(_dispatched, col(Row.suspensions) >= 1),
    "due": _due,
    "handled": and_(_due, col(Row.handled)),
    "handled_in_time": and_(_due, col(Row.handle_in_time)),
    "closed": and_(_due, col(Row.closed)),
    "closed_in_time": and_(_due, col(Row.closed), col(Row.handle_in_time)),
    "reworked": and_(_due, col(Row.reworks) >= 1),
    "inspect_due": literal(True),
    "inspected_in_time": and_(col(Row.inspect_in_time)),
    "answered": literal(True),
    "satisfied": and_(col(Row.satisfied)),
    "forced": and_(col(Row.forced)),
}


def counts_in_sql(measure: str, since: datetime, until: datetime) -> ColumnElement[bool]:
    """The rows that a measure counts from `since` until before `until`."""
    moment: Any = getattr(Row, moment_of(measure))
    return and_(moment >= since, moment < until, _IN_SQL[measure])


def tally(measure: str, since: datetime, until: datetime) -> ColumnElement[int]:
    return func.count().filter(counts_in_sql(measure, since, until)).label(measure)


def touched(since: datetime, until: datetime) -> ColumnElement[bool]:
    """Rows of which something may count in the period; for the indexes."""
    return and_(col(Row.touched_at) >= since, col(Row.opened_at) < until)


def any_of(measures: list[str], since: datetime, until: datetime) -> ColumnElement[bool]:
    return or_(false(), *(counts_in_sql(measure, since, until) for measure in measures))


def _is_valid(o: Outcome) -> bool:
    return not (o.voided or o.merged or o.declined)


def _is_dispatched(o: Outcome) -> bool:
    return not (o.merged or o.voided)


def _is_filed(o: Outcome) -> bool:
    return o.filed and not o.settled


_IN_PYTHON: dict[str, Callable[[Outcome, ReportSource, bool], bool]] = {
    "reported": lambda o, _s, _x: not o.settled,
    "self_handled": lambda o, _s, _x: o.settled,
    "filed": lambda o, _s, _x: _is_filed(o),
    "filed_rightly": lambda o, _s, _x: _is_filed(o) and not o.voided,
    "voided": lambda o, _s, _x: _is_filed(o) and o.voided,
    "declined": lambda o, _s, _x: o.declined and not o.settled,
    "merged": lambda o, _s, _x: o.merged and not o.settled,
    "missed": lambda o, s, _x: _is_filed(o) and o.found and s != ReportSource.STAFF,
    "verify_due": lambda _o, _s, _x: True,
    "verified_in_time": lambda o, _s, _x: o.verify_in_time,
    "dispatch_due": lambda o, _s, _x: _is_dispatched(o),
    "dispatched_in_time": lambda o, _s, _x: _is_dispatched(o) and o.dispatch_in_time,
    "dispatched": lambda o, _s, _x: _is_dispatched(o),
    "dispatched_rightly": lambda o, _s, _x: _is_dispatched(o) and not o.astray,
    "sent_back": lambda o, _s, _x: _is_dispatched(o) and o.send_backs >= 1,
    "bounced": lambda o, _s, _x: _is_dispatched(o) and o.send_backs >= 2,
    "extended": lambda o, _s, _x: _is_dispatched(o) and o.extensions >= 1,
    "suspended": lambda o, _s, _x: _is_dispatched(o) and o.suspensions >= 1,
    "due": lambda o, _s, x: _is_valid(o) and not x,
    "handled": lambda o, _s, x: _is_valid(o) and not x and o.handled,
    "handled_in_time": lambda o, _s, x: _is_valid(o) and not x and o.handle_in_time,
    "closed": lambda o, _s, x: _is_valid(o) and not x and o.closed,
    "closed_in_time": lambda o, _s, x: _is_valid(o) and not x and o.closed and o.handle_in_time,
    "reworked": lambda o, _s, x: _is_valid(o) and not x and o.reworks >= 1,
    "inspect_due": lambda _o, _s, _x: True,
    "inspected_in_time": lambda o, _s, _x: o.inspect_in_time,
    "answered": lambda _o, _s, _x: True,
    "satisfied": lambda o, _s, _x: o.satisfied,
    "forced": lambda o, _s, _x: o.forced,
}


def counts(
    measure: str, outcome: Outcome, source: ReportSource, since: datetime, until: datetime, *, exempt: bool
) -> bool:
    """Whether the measure counts this outcome from `since` until before `until`: the rule without a database."""
    moment: datetime | None = getattr(outcome, moment_of(measure))
    return moment is not None and since <= moment < until and _IN_PYTHON[measure](outcome, source, exempt)
