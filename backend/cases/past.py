"""What a case was at a moment of the past, from its history alone. Pure.

Every event says in its content what it changed besides the status: whose hands, the running clock, days and moments. So the
past is a walk over the events up to the moment; that it leads to the row which the database has now is proved wherever a
test makes a case (`tests/backend/cases/whole.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from backend.cases.clocks import EventLike, clocks_of, effect_of
from backend.cases.terms import ENDED_STATUSES, Action, ClockEffect, ClockKind, Status
from backend.matters.clocks import WorkCalendar
from backend.staff.models import Duty


@dataclass(slots=True)
class PastCase:
    """A case as it was. `matter` and `condition` are None where they are those that the case has now; the clock's moments
    are as on the case's own row: none while it stands still."""

    status: Status
    version: int
    updated_at: datetime
    tier: int = 2
    squad_code: str | None = None
    duty: Duty | None = None
    extension_asked: bool = False
    suspension_asked: bool = False
    void_asked: bool = False
    resume_on: date | None = None
    reply_by: datetime | None = None
    send_back_count: int = 0
    rework_count: int = 0
    closed_at: datetime | None = None
    satisfaction: str | None = None
    clock: ClockKind | None = None
    starts_at: datetime | None = None
    warn_at: datetime | None = None
    due_at: datetime | None = None
    matter: str | None = None
    condition: str | None = None

    @property
    def ended(self) -> bool:
        return self.status in ENDED_STATUSES


def as_it_was(calendar: WorkCalendar, events: Sequence[EventLike], at: datetime) -> PastCase | None:
    """The case at this moment; None before it was opened. `events` is its whole history, oldest first.

    The calendar serves histories from before events told of the clock that they left running.
    """
    seen = [event for event in events if event.at <= at]
    if not seen:
        return None
    past = PastCase(seen[0].to_status, 0, seen[0].at)
    for number, event in enumerate(seen, 1):
        past.status, past.version, past.updated_at = event.to_status, number, event.at
        if event.to_status in ENDED_STATUSES and event.from_status != event.to_status:
            _end(past, event)
        change = _CHANGES.get(event.action)
        if change:
            change(past, event)
    _tell_clock(past, calendar, seen)
    _tell_matter(past, events[len(seen) :])
    return past


def _tell_clock(past: PastCase, calendar: WorkCalendar, seen: Sequence[EventLike]) -> None:
    """What the last step that touched the clocks said of the one that it left in front."""
    for number in range(len(seen), 0, -1):
        event = seen[number - 1]
        if effect_of(event.action, event.from_status, event.to_status) == ClockEffect.KEEP:
            continue
        told = event.content.get("clock")
        if told is None:
            _replay_clock(past, calendar, seen[:number])
        elif told:
            past.clock, past.starts_at = ClockKind(told["kind"]), _moment(told["started_at"])
            past.warn_at, past.due_at = _moment(told.get("warn_at")), _moment(event.content.get("due_at"))
        return


def _replay_clock(past: PastCase, calendar: WorkCalendar, seen: Sequence[EventLike]) -> None:
    running = clocks_of(calendar, seen).running
    if running is None:
        return
    past.clock, past.starts_at = running.kind, running.started_at
    if running.paused_at is None:
        past.warn_at, past.due_at = running.warn_at, running.due_at


def _tell_matter(past: PastCase, later: Sequence[EventLike]) -> None:
    """The next change of the matter says what it was before."""
    for event in later:
        if event.action == Action.RECATEGORISE and "from_matter" in event.content:
            past.matter, past.condition = (
                event.content["from_matter"]["matter"],
                event.content["from_matter"]["condition"],
            )
            return


# What an action changes besides the status and the clock; the twin of `effects*.py`


def _end(past: PastCase, event: EventLike) -> None:
    past.reply_by, past.void_asked = None, False
    if event.to_status == Status.MERGED:
        _let_go(past, event)
    elif event.action != Action.PASS:
        _forget_requests(past)
    if event.to_status == Status.CLOSED:
        past.satisfaction = None
    if event.to_status != Status.MERGED:
        past.closed_at = event.at


def _forget_requests(past: PastCase) -> None:
    past.extension_asked = past.suspension_asked = False
    past.resume_on = None


def _hand(past: PastCase, event: EventLike) -> None:
    content = event.content
    if "squad_code" in content:
        past.squad_code = content["squad_code"]
        past.duty = Duty(content["duty"]) if content.get("duty") else None


def _reassign(past: PastCase, event: EventLike) -> None:
    _forget_requests(past)
    _hand(past, event)


def _let_go(past: PastCase, _event: EventLike) -> None:
    _forget_requests(past)
    past.squad_code = past.duty = None


def _send_back(past: PastCase, event: EventLike) -> None:
    _let_go(past, event)
    past.send_back_count += 1


def _raise_tier(past: PastCase, event: EventLike) -> None:
    _let_go(past, event)
    past.tier = int(event.content["tier"])


def _settle(past: PastCase, _event: EventLike) -> None:
    past.tier = 1


def _finish(past: PastCase, event: EventLike) -> None:
    if event.to_status == Status.PENDING_INSPECTION:
        _forget_requests(past)


def _again(past: PastCase, event: EventLike) -> None:
    if event.from_status == event.to_status:
        return
    past.rework_count += 1
    past.closed_at = None
    _hand(past, event)


def _ask_extension(past: PastCase, _event: EventLike) -> None:
    past.extension_asked = True


def _decide_extension(past: PastCase, _event: EventLike) -> None:
    past.extension_asked = False


def _ask_suspension(past: PastCase, event: EventLike) -> None:
    past.suspension_asked = True
    past.resume_on = _day(event.content.get("until_day"))


def _grant_suspension(past: PastCase, _event: EventLike) -> None:
    past.suspension_asked = False


def _refuse_suspension(past: PastCase, _event: EventLike) -> None:
    past.suspension_asked = False
    past.resume_on = None


def _resume(past: PastCase, _event: EventLike) -> None:
    past.resume_on = None


def _supervise(past: PastCase, event: EventLike) -> None:
    past.reply_by = _moment(event.content.get("until"))


def _reply(past: PastCase, _event: EventLike) -> None:
    past.reply_by = None


def _ask_void(past: PastCase, _event: EventLike) -> None:
    past.void_asked = True


def _keep_case(past: PastCase, _event: EventLike) -> None:
    past.void_asked = False


def _satisfied(past: PastCase, event: EventLike) -> None:
    past.satisfaction = event.action.value


def _not_satisfied(past: PastCase, event: EventLike) -> None:
    _again(past, event)
    _satisfied(past, event)


_CHANGES: dict[Action, Callable[[PastCase, EventLike], None]] = {
    Action.SELF_HANDLE: _settle,
    Action.ROUTE: _hand,
    Action.DISPATCH: _hand,
    Action.CLAIM: _hand,
    Action.REASSIGN: _reassign,
    Action.FEEDBACK: _finish,
    Action.REVIEW_PASS: _finish,
    Action.FAIL: _again,
    Action.REOPEN: _again,
    Action.SEND_BACK: _send_back,
    Action.RAISE_TIER: _raise_tier,
    Action.ASK_EXTENSION: _ask_extension,
    Action.GRANT_EXTENSION: _decide_extension,
    Action.REFUSE_EXTENSION: _decide_extension,
    Action.ASK_SUSPENSION: _ask_suspension,
    Action.GRANT_SUSPENSION: _grant_suspension,
    Action.REFUSE_SUSPENSION: _refuse_suspension,
    Action.RESUME: _resume,
    Action.SUPERVISE: _supervise,
    Action.REPLY_SUPERVISION: _reply,
    Action.ASK_VOID: _ask_void,
    Action.REFUSE_VOID: _keep_case,
    Action.SATISFIED: _satisfied,
    Action.NOT_SATISFIED: _not_satisfied,
}


def _moment(written: Any) -> datetime | None:
    return datetime.fromisoformat(written).astimezone(UTC) if written else None


def _day(written: Any) -> date | None:
    return date.fromisoformat(written) if written else None
