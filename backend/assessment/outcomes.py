"""What a case came to, read from its history: when it fell due, whether it was in time, how often it came back.

Pure, so that it can be worked out again from the history at any time, and is. Of each case there is one outcome for the case
as a whole and one for every squad and every unit that had it in hand: a squad answers for its own time only.

A stage (dispatch, verification, handling, inspection) is accounted for at one moment that does not move any more: when it was
done, or when it fell due, whichever came first. Until that moment has come it is in no figure, neither good nor bad. Time for
which a clock waited (suspended, sent back, outside working hours) is not in it: the clocks are those of `cases/clocks.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from backend.cases.clocks import Clock, EventLike, clocks_of, effect_of, used_at
from backend.cases.models import ReportSource
from backend.cases.terms import Action, ClockEffect, ClockKind, Status
from backend.matters.clocks import WorkCalendar
from geo.geodesy import distance_m

_FOUND = (Action.VERIFY_FOUND, Action.VERIFY_ABSENT, Action.VERIFY_UNABLE)
_INSPECTED = (Action.PASS, Action.FAIL)
_ANSWERS = (Action.SATISFIED, Action.NOT_SATISFIED)
_GIVEN = (ClockEffect.HAND, ClockEffect.REWORK, ClockEffect.REOPEN)
_MISSED_BY = (Action.SEND_BACK, Action.REASSIGN)
MOST_S = 2_000_000_000


class Level(StrEnum):
    """Whose account an outcome is: the case's as a whole, or that of a squad or unit that had it in hand."""

    CASE = "case"
    SQUAD = "squad"
    UNIT = "unit"


@dataclass(frozen=True)
class CaseFacts:
    """What is asked of a case besides its history. `place` is lng, lat."""

    source: ReportSource
    self_handled: bool
    place: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`*_at` of a stage is the moment at which it is accounted for; it may lie ahead, and then does not count yet.

    `settled`: settled on the spot by whoever reported it, and never given to anybody. `astray`: sent back or taken away, and
    then given to another. `handled`: handled to the end as things stand. `used_percent` of its limit and `handle_s` seconds
    after it was given were used until then. `away_m`: how far from the case whoever passed the inspection said to be.
    """

    level: Level
    body: str
    opened_at: datetime
    settled: bool
    filed: bool
    found: bool
    declined: bool
    voided: bool
    merged: bool
    verify_at: datetime | None
    verify_in_time: bool
    dispatch_at: datetime | None
    dispatch_in_time: bool
    given_at: datetime | None
    astray: bool
    handle_at: datetime | None
    handled: bool
    handle_in_time: bool
    handle_s: int | None
    used_percent: int | None
    closed: bool
    closed_at: datetime | None
    forced: bool
    inspect_at: datetime | None
    inspect_in_time: bool
    away_m: int | None
    reworks: int
    send_backs: int
    extensions: int
    suspensions: int
    answered_at: datetime | None
    satisfied: bool


@dataclass
class _Count:
    """What the events add up to for one account."""

    given_at: datetime | None = None
    finished_at: datetime | None = None
    handle_s: int | None = None
    reworks: int = 0
    send_backs: int = 0
    extensions: int = 0
    suspensions: int = 0


def outcomes_of(
    facts: CaseFacts, events: Sequence[EventLike], calendar: WorkCalendar, units: Mapping[str, str]
) -> list[Outcome]:
    """The outcome of the case and of each squad and unit that had it. `events` are its history, oldest first, at least one;
    `units` is the unit of each squad."""
    clocks = clocks_of(calendar, events)
    every = (*clocks.ended, *clocks.waiting, *((clocks.running,) if clocks.running else ()))
    story = _Story(facts, events, calendar, every)
    squads = [holder for holder in story.holders if holder in units]
    by_unit: dict[str, set[str]] = {}
    for squad in squads:
        by_unit.setdefault(units[squad], set()).add(squad)
    return [
        story.outcome(Level.CASE, "", None),
        *(story.outcome(Level.SQUAD, squad, {squad}) for squad in squads),
        *(story.outcome(Level.UNIT, unit, own) for unit, own in by_unit.items()),
    ]


class _Story:
    """A history read once, from which the accounts are drawn. `left_by` is whose hands it left last because it was not
    theirs, while nobody else has it."""

    def __init__(
        self, facts: CaseFacts, events: Sequence[EventLike], calendar: WorkCalendar, clocks: Sequence[Clock]
    ) -> None:
        self.facts = facts
        self.calendar = calendar
        self.clocks = clocks
        self.opened_at = events[0].at
        self.status = events[-1].to_status
        self.filed = facts.source == ReportSource.STAFF
        self.found = False
        self.astray = False
        self.forced = False
        self.finished = False
        self.holder: str | None = None
        self.last_holder: str | None = None
        self.left_by: str | None = None
        self.since: datetime | None = None
        self.holders: list[str] = []
        self.turns: list[tuple[str, str, datetime, int]] = []
        self.firsts: dict[str, datetime] = {}
        self.closed_at: datetime | None = None
        self.answer: tuple[datetime, bool] | None = None
        self.away_m: int | None = None
        self.used: dict[Clock, int | None] = {}
        self._read(events)

    def _read(self, events: Sequence[EventLike]) -> None:
        at = events[0].at
        for event in events:
            # As for the clocks: a server time before the previous one counts as that.
            at = max(at, event.at)
            effect = effect_of(event.action, event.from_status, event.to_status)
            self._leave(event.action, effect, at)
            if effect in _GIVEN:
                self._give(event.content, effect, at)
            elif effect == ClockEffect.FINISH and self.holder:
                self.finished = True
                used_s = min(MOST_S, int((at - self.since).total_seconds())) if self.since else 0
                self._turn("finished", self.holder, at, used_s)
            elif effect == ClockEffect.START_ACCEPT and event.from_status == Status.PENDING_INSPECTION:
                self.finished = False
            self._notice(event, at)

    def _leave(self, action: Action, effect: ClockEffect, at: datetime) -> None:
        """Out of its holder's hands: because it was not for them, or because it was raised to another tier."""
        if action in _MISSED_BY and self.holder:
            self.left_by = self.holder
            if action == Action.SEND_BACK:
                self._turn("send_backs", self.holder, at)
        elif action == Action.RAISE_TIER:
            self.left_by = None
        if effect == ClockEffect.TAKE_BACK:
            self.holder = None

    def _give(self, content: Mapping[str, Any], effect: ClockEffect, at: datetime) -> None:
        """Into somebody's hands; again into the same ones where the inspection failed or the resident said no."""
        if effect != ClockEffect.HAND and self.last_holder:
            self._turn("reworks", self.last_holder, at)
        holder = content.get("holder") or content.get("squad_code") or self.last_holder
        self.finished = False
        if holder is None:
            return
        if effect == ClockEffect.HAND and self.left_by and self.left_by != holder:
            self.astray = True
        self.left_by = None
        self.since = at
        self.holder = self.last_holder = holder
        if holder not in self.holders:
            self.holders.append(holder)
        self._turn("given", holder, at)

    def _notice(self, event: EventLike, at: datetime) -> None:
        action = event.action
        if action == Action.FILE:
            self.filed = True
        elif action in _FOUND:
            self.firsts.setdefault("verified", at)
            self.found = self.found or action == Action.VERIFY_FOUND
        elif action in _INSPECTED:
            self.firsts.setdefault("inspected", at)
        elif action in _ANSWERS:
            self.answer = (at, action == Action.SATISFIED)
        elif action in (Action.GRANT_EXTENSION, Action.GRANT_SUSPENSION) and self.holder:
            self._turn("extensions" if action == Action.GRANT_EXTENSION else "suspensions", self.holder, at)
        if event.to_status == Status.CLOSED and event.from_status != Status.CLOSED:
            self.closed_at, self.forced = at, action == Action.FORCE_CLOSE
            if action == Action.PASS:
                self.away_m = self._away(event.content)

    def _turn(self, what: str, holder: str, at: datetime, seconds: int = 0) -> None:
        self.turns.append((what, holder, at, seconds))

    def _away(self, content: Mapping[str, Any]) -> int | None:
        place = content.get("place")
        if not place:
            return None
        return round(distance_m(*self.facts.place, float(place["lng"]), float(place["lat"])))

    def _counted(self, own: set[str] | None) -> _Count:
        count = _Count()
        for what, holder, at, seconds in self.turns:
            if own is not None and holder not in own:
                continue
            if what == "given":
                count.given_at = count.given_at or at
            elif what == "finished":
                count.finished_at = count.finished_at or at
                count.handle_s = seconds
            else:
                setattr(count, what, getattr(count, what) + 1)
        return count

    def outcome(self, level: Level, body: str, own: set[str] | None) -> Outcome:
        count = self._counted(own)
        whole = own is None
        last = whole or (self.last_holder in own if own else False)
        handling = [
            clock for clock in self.clocks if clock.kind == ClockKind.HANDLE and (own is None or clock.holder in own)
        ]
        handled = self.finished and last and self.status in {Status.PENDING_INSPECTION, Status.CLOSED}
        late = any(clock.late_s for clock in handling)
        is_closed = self.status == Status.CLOSED
        verified_at, inspected_at = self.firsts.get("verified"), self.firsts.get("inspected")
        verify, verify_late = self._first(ClockKind.VERIFY)
        accept, accept_late = self._first(ClockKind.ACCEPT)
        inspect, inspect_late = self._first(ClockKind.INSPECT)
        return Outcome(
            level=level,
            body=body,
            opened_at=self.opened_at,
            settled=self.facts.self_handled and not self.holders,
            filed=self.filed,
            found=self.found,
            declined=self.status == Status.DECLINED,
            voided=self.status == Status.VOIDED,
            merged=self.status == Status.MERGED,
            verify_at=_earlier(verified_at, verify) if whole else None,
            verify_in_time=whole and verified_at is not None and not verify_late,
            dispatch_at=_earlier(count.given_at, accept) if whole else None,
            dispatch_in_time=whole and count.given_at is not None and not accept_late,
            given_at=count.given_at,
            astray=whole and self.astray,
            handle_at=_earlier(count.finished_at, min(filter(None, map(_falls_due, handling)), default=None)),
            handled=handled,
            handle_in_time=handled and not late,
            handle_s=count.handle_s,
            used_percent=self._used(handling) if handled else None,
            closed=is_closed and last,
            closed_at=self.closed_at if is_closed and last else None,
            forced=is_closed and last and self.forced,
            inspect_at=_earlier(inspected_at, inspect) if whole else None,
            inspect_in_time=whole and inspected_at is not None and not inspect_late,
            away_m=self.away_m if is_closed and last else None,
            reworks=count.reworks,
            send_backs=count.send_backs,
            extensions=count.extensions,
            suspensions=count.suspensions,
            answered_at=self.answer[0] if self.answer and last else None,
            satisfied=self.answer is not None and last and self.answer[1],
        )

    def _first(self, kind: ClockKind) -> tuple[datetime | None, bool]:
        """When the first clock of this kind falls due, unless it was stopped before, and whether it did."""
        first = min((c for c in self.clocks if c.kind == kind), key=lambda c: c.started_at, default=None)
        return (_falls_due(first), first.late_s > 0) if first else (None, False)

    def _used(self, handling: Iterable[Clock]) -> int | None:
        last = max((c for c in handling if c.stopped_at), key=lambda c: c.stopped_at or c.started_at, default=None)
        if last is None or last.stopped_at is None:
            return None
        # Mostly the clock of the case, its squad and its unit are one.
        if last not in self.used:
            self.used[last] = used_at(self.calendar, last, last.stopped_at)
        return self.used[last]


def _falls_due(clock: Clock) -> datetime | None:
    """When it passes its deadline, or has; None for one that was stopped before, or waits."""
    runs = clock.stopped_at is None and clock.paused_at is None
    return clock.due_at if runs or clock.late_s > 0 else None


def _earlier(done_at: datetime | None, due_at: datetime | None) -> datetime | None:
    return min(filter(None, (done_at, due_at)), default=None)
