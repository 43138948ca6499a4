"""The clocks of a case, replayed from its history. Pure: the due time is a function of the history and the work calendar.

Four kinds follow and interrupt one another; at most one runs. Nothing is kept of a clock but what stands in the history, so
that any of them can be worked out again. An entry that makes no sense here is passed over: histories are facts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, Protocol

from backend.cases.lifecycle import steps_of
from backend.cases.terms import Action, ClockEffect, ClockKind, Status
from backend.matters.clocks import Span, WorkCalendar, percent_used, reached, warn_at
from backend.matters.models import USUAL_STAGE_LIMITS, Limit, LimitUnit, Stage

REWORK_SHARE = 0.5


class ClockEntry(NamedTuple):
    """What a line of the history says to the clocks.

    `limit` is that of the clock which the effect starts, extends or changes, of which it has a `share`; `accept_limit` that
    of a command centre's clock that is set up besides. `holder` is who has the case from now on.
    """

    effect: ClockEffect
    at: datetime
    limit: Limit | None = None
    holder: str | None = None
    share: float = 1.0
    accept_limit: Limit | None = None


class Clock(NamedTuple):
    """One clock as it stands after the history. A clock whose limit nobody knows has no `warn_at` and `due_at`.

    `paused_at` is set while it waits, and stays on a clock that was stopped while it waited; `due_at` is then as if it had
    gone on. `late_s`: seconds by which it had passed its deadline when it was last paused or stopped.
    """

    kind: ClockKind
    started_at: datetime
    warn_at: datetime | None
    due_at: datetime | None
    stopped_at: datetime | None
    paused_at: datetime | None
    late_s: int
    holder: str | None
    limits: tuple[Limit, ...] = ()
    spans: tuple[Span, ...] = ()


class Clocks(NamedTuple):
    """Every clock that has ended, in the order in which they were set up; the one that shows, running or paused; and by how
    many seconds handling has passed its deadlines so far, those of its clocks that still run as far as their last pause.
    `waiting` are those that wait behind the one that shows."""

    ended: tuple[Clock, ...]
    running: Clock | None
    late_s: int
    waiting: tuple[Clock, ...] = ()


class EventLike(Protocol):
    """A line of the history, as far as the clocks read it."""

    @property
    def action(self) -> Action: ...
    @property
    def from_status(self) -> Status | None: ...
    @property
    def to_status(self) -> Status: ...
    @property
    def content(self) -> dict[str, Any]: ...
    @property
    def at(self) -> datetime: ...


def replay(calendar: WorkCalendar, entries: Iterable[ClockEntry]) -> Clocks:
    """The clocks after these entries, which are in the order of the history. A time before the previous one counts as that."""
    board = _Board()
    at: datetime | None = None
    for entry in entries:
        at = entry.at if at is None else max(at, entry.at)
        EFFECTS[entry.effect](board, entry._replace(at=at))
    shown = [(clock, _shown(calendar, clock)) for clock in board.clocks if clock.spans]
    return Clocks(
        ended=tuple(seen for clock, seen in shown if clock.stopped_at is not None),
        running=next((seen for clock, seen in shown if clock is board.front), None),
        late_s=sum(seen.late_s for _, seen in shown if seen.kind == ClockKind.HANDLE),
        waiting=tuple(seen for clock, seen in shown if clock.stopped_at is None and clock is not board.front),
    )


def clocks_of(calendar: WorkCalendar, events: Sequence[EventLike]) -> Clocks:
    """The clocks of a case with this history, oldest event first."""
    return replay(calendar, [entry_of(event) for event in events])


def used_at(calendar: WorkCalendar, clock: Clock, at: datetime) -> int | None:
    """How much of its limit the clock has used at `at` (none of it while it waits), in whole per cent; None without one."""
    if clock.due_at is None:
        return None
    return percent_used(calendar, clock.limits, clock.spans, clock.paused_at or at)


def reached_at(calendar: WorkCalendar, clock: Clock, percent: int) -> datetime | None:
    """When the clock has used, or will have used, so much of its limit; None without one."""
    return reached(calendar, clock.limits, clock.spans, percent) if clock.due_at else None


@cache
def effect_of(action: Action, from_status: Status | None, to_status: Status) -> ClockEffect:
    """What the step that led from here to there does to the clocks; KEEP for one that the table does not have any more."""
    rows = [
        step
        for step in steps_of(action)
        if (from_status in step.sources if step.sources else from_status is None) and step.target in {to_status, None}
    ]
    # A row that names where it leads is meant before one that leaves the case where it is.
    row = min(rows, key=lambda step: step.target is None, default=None)
    return row.clock if row else ClockEffect.KEEP


def entry_of(event: EventLike) -> ClockEntry:
    """What an event says to the clocks. One that began handling before limits stood in the history says a due time instead."""
    content = event.content
    effect = effect_of(event.action, event.from_status, event.to_status)
    limit = _limit(content.get("limit"))
    share = float(content.get("share", REWORK_SHARE if effect == ClockEffect.REWORK else 1.0))
    if limit is None and content.get("due_at") and effect in {ClockEffect.HAND, ClockEffect.REWORK}:
        limit = Limit(
            (datetime.fromisoformat(content["due_at"]) - event.at) / timedelta(hours=1), LimitUnit.URGENT_HOUR
        )
        share = 1.0
    return ClockEntry(
        effect=effect,
        at=event.at,
        limit=limit,
        holder=content.get("holder") or content.get("squad_code"),
        share=share,
        accept_limit=_limit(content.get("accept_limit")),
    )


def _limit(content: Mapping[str, Any] | None) -> Limit | None:
    return Limit(float(content["amount"]), LimitUnit(content["unit"])) if content else None


# How the replay keeps them: every clock with the time in which it ran, and which one is in front.


@dataclass(eq=False)
class _Run:
    kind: ClockKind
    limit: Limit | None
    holder: str | None = None
    share: float = 1.0
    rework: bool = False
    more: list[Limit] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    finished: bool = False
    stopped_at: datetime | None = None

    @property
    def runs(self) -> bool:
        return bool(self.spans) and self.spans[-1].end is None

    def go(self, at: datetime) -> None:
        self.stopped_at = None
        if not self.runs:
            self.spans.append(Span(at))

    def wait(self, at: datetime) -> None:
        if self.runs:
            self.spans[-1] = Span(self.spans[-1].begin, at)


@dataclass
class _Board:
    clocks: list[_Run] = field(default_factory=list)
    front: _Run | None = None

    def start(self, clock: _Run, at: datetime) -> None:
        self.clocks.append(clock)
        self.show(clock, at)

    def show(self, clock: _Run, at: datetime) -> None:
        self.front = clock
        clock.go(at)

    def stop(self, at: datetime, *kinds: ClockKind) -> None:
        for clock in self.clocks:
            if clock.kind in kinds and clock.stopped_at is None:
                clock.wait(at)
                clock.stopped_at = at
        if self.front and self.front.stopped_at is not None:
            self.front = None

    def open(self, kind: ClockKind) -> _Run | None:
        """The clock of this kind that has not been stopped; there is never more than one."""
        return next((clock for clock in self.clocks if clock.kind == kind and clock.stopped_at is None), None)

    def handling(self) -> list[_Run]:
        return [clock for clock in self.clocks if clock.kind == ClockKind.HANDLE]


def _shared(limit: Limit | None, share: float) -> Limit | None:
    return limit._replace(amount=limit.amount * share) if limit else None


def _shown(calendar: WorkCalendar, clock: _Run) -> Clock:
    base = _shared(clock.limit, clock.share)
    limits = (base, *clock.more) if base else ()
    spans = tuple(clock.spans)
    due_at = reached(calendar, limits, spans) if limits else None
    paused_at = None if clock.runs or clock.stopped_at == spans[-1].end else spans[-1].end
    return Clock(
        kind=clock.kind,
        started_at=spans[0].begin,
        warn_at=warn_at(calendar, limits, spans) if limits else None,
        due_at=due_at,
        stopped_at=clock.stopped_at,
        paused_at=paused_at,
        late_s=_late_s(spans, due_at),
        holder=clock.holder,
        limits=limits,
        spans=spans,
    )


def _late_s(spans: Sequence[Span], due_at: datetime | None) -> int:
    """The seconds after `due_at` in which the clock ran, as far as it has been paused or stopped."""
    if due_at is None:
        return 0
    late = ((max(span.begin, due_at), span.end) for span in spans if span.end is not None)
    return int(sum((end - begin for begin, end in late if begin < end), timedelta(0)) / timedelta(seconds=1))


# One small function per effect


def _keep(_board: _Board, _entry: ClockEntry) -> None:
    """Nothing happens to the clocks."""


def _accept(entry: ClockEntry) -> _Run:
    limit = entry.accept_limit or entry.limit or USUAL_STAGE_LIMITS[Stage.ACCEPT]
    return _Run(ClockKind.ACCEPT, limit)


def _start_accept(board: _Board, entry: ClockEntry) -> None:
    board.stop(entry.at, *ClockKind)
    board.start(_accept(entry), entry.at)


def _start_verify(board: _Board, entry: ClockEntry) -> None:
    board.stop(entry.at, ClockKind.VERIFY, ClockKind.HANDLE, ClockKind.INSPECT)
    waiting = board.open(ClockKind.ACCEPT)
    if waiting:
        waiting.wait(entry.at)
    else:
        board.clocks.append(_accept(entry._replace(limit=None)))
    board.start(_Run(ClockKind.VERIFY, entry.limit or USUAL_STAGE_LIMITS[Stage.VERIFY]), entry.at)


def _stop_verify(board: _Board, entry: ClockEntry) -> None:
    if not board.open(ClockKind.VERIFY):
        return
    board.stop(entry.at, ClockKind.VERIFY)
    waiting = board.open(ClockKind.ACCEPT)
    if waiting:
        board.show(waiting, entry.at)


def _hand(board: _Board, entry: ClockEntry) -> None:
    board.stop(entry.at, ClockKind.ACCEPT, ClockKind.VERIFY, ClockKind.INSPECT)
    handle = board.open(ClockKind.HANDLE)
    if handle and handle.holder == entry.holder:
        board.show(handle, entry.at)
        return
    board.stop(entry.at, ClockKind.HANDLE)
    board.start(_Run(ClockKind.HANDLE, entry.limit, entry.holder, entry.share), entry.at)


def _take_back(board: _Board, entry: ClockEntry) -> None:
    board.stop(entry.at, ClockKind.ACCEPT, ClockKind.VERIFY, ClockKind.INSPECT)
    handle = board.open(ClockKind.HANDLE)
    if handle:
        handle.wait(entry.at)
    board.start(_accept(entry), entry.at)


def _finish(board: _Board, entry: ClockEntry) -> None:
    handle = board.open(ClockKind.HANDLE)
    if handle:
        handle.finished = True
    board.stop(entry.at, *ClockKind)
    limit = entry.limit or USUAL_STAGE_LIMITS[Stage.INSPECT]
    board.start(_Run(ClockKind.INSPECT, limit), entry.at)


def _rework(board: _Board, entry: ClockEntry) -> None:
    board.stop(entry.at, *ClockKind)
    last = board.handling()[-1:]
    limit = entry.limit or next((clock.limit for clock in last), None)
    holder = entry.holder or next((clock.holder for clock in last), None)
    board.start(_Run(ClockKind.HANDLE, limit, holder, entry.share, rework=True), entry.at)


def _reopen(board: _Board, entry: ClockEntry) -> None:
    board.stop(entry.at, *ClockKind)
    first = [clock for clock in board.handling() if not clock.rework]
    # The one that was handled to the end; or, where it was closed in another way, the last that was.
    clock = next(iter([clock for clock in first if clock.finished][-1:] or first[-1:]), None)
    if clock:
        clock.holder = entry.holder or clock.holder
        board.show(clock, entry.at)
    elif entry.limit:
        board.start(_Run(ClockKind.HANDLE, entry.limit, entry.holder, entry.share), entry.at)


def _extend(board: _Board, entry: ClockEntry) -> None:
    handle = board.open(ClockKind.HANDLE)
    more = _shared(entry.limit, entry.share) or (handle.limit if handle else None)
    if handle and handle.limit and more:
        handle.more.append(more)


def _suspend(board: _Board, entry: ClockEntry) -> None:
    if board.front and board.front.kind == ClockKind.HANDLE:
        board.front.wait(entry.at)


def _resume(board: _Board, entry: ClockEntry) -> None:
    if board.front and board.front.kind == ClockKind.HANDLE:
        board.front.go(entry.at)


def _change_limit(board: _Board, entry: ClockEntry) -> None:
    handle = board.open(ClockKind.HANDLE)
    if handle and entry.limit:
        handle.limit = entry.limit


def _stop(board: _Board, entry: ClockEntry) -> None:
    board.stop(entry.at, *ClockKind)


EFFECTS: dict[ClockEffect, Callable[[_Board, ClockEntry], None]] = {
    ClockEffect.KEEP: _keep,
    ClockEffect.START_ACCEPT: _start_accept,
    ClockEffect.START_VERIFY: _start_verify,
    ClockEffect.STOP_VERIFY: _stop_verify,
    ClockEffect.HAND: _hand,
    ClockEffect.TAKE_BACK: _take_back,
    ClockEffect.FINISH: _finish,
    ClockEffect.REWORK: _rework,
    ClockEffect.REOPEN: _reopen,
    ClockEffect.EXTEND: _extend,
    ClockEffect.SUSPEND: _suspend,
    ClockEffect.RESUME: _resume,
    ClockEffect.CHANGE_LIMIT: _change_limit,
    ClockEffect.STOP: _stop,
}
