"""The lives that cases of the generated year lead: which steps, how often, how long each takes, and what a case is after each.

A life is written as its actions; where each leads is looked up in the lifecycle's own table, so that histories stay valid when
that table changes. What a case stands at after so many steps is worked out here by a few plain rules, apart from the code that
is measured.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from backend.cases.clocks import Clock, ClockEntry, effect_of, replay
from backend.cases.lifecycle import steps_of
from backend.cases.terms import ENDED_STATUSES, Action, ClockEffect, ClockKind, Status
from backend.matters.clocks import WorkCalendar
from backend.matters.models import Limit, LimitUnit
from seeds.reference import WORK_HOURS

# Share in per cent; who noticed it; the steps, with the target after `>` where the table has several.
_LIVES = """
10.0 staff    report self_handle>closed
 1.0 staff    report self_handle>pending_inspection pass
14.0 staff    report route acknowledge arrive feedback pass
16.0 staff    report route acknowledge escalate arrive remind supervise reply_supervision feedback pass
 9.0 staff    report route acknowledge arrive remind feedback pass
 6.0 staff    report route remind acknowledge arrive remind feedback pass
 6.0 staff    report route acknowledge arrive feedback>pending_review review_pass pass
 2.0 staff    report route acknowledge feedback>pending_review review_return feedback>pending_review review_pass pass
 4.0 staff    report dispatch acknowledge arrive feedback pass
 4.0 staff    report route acknowledge escalate arrive supervise reply_supervision feedback pass
 4.0 staff    report route acknowledge arrive feedback fail acknowledge arrive feedback pass
 1.0 staff    report route acknowledge arrive feedback fail acknowledge feedback fail acknowledge feedback pass
 4.0 staff    report route send_back dispatch acknowledge arrive feedback pass
 1.0 staff    report route send_back dispatch send_back dispatch acknowledge arrive feedback pass
 3.0 staff    report route acknowledge arrive ask_extension grant_extension feedback pass
 0.7 staff    report route acknowledge arrive ask_extension refuse_extension escalate feedback pass
 1.6 staff    report route acknowledge arrive ask_suspension grant_suspension resume feedback pass
 1.2 staff    report route acknowledge whistle co_acknowledge co_arrive co_feedback arrive feedback pass
 1.0 staff    report route acknowledge add_co_handler co_acknowledge co_arrive co_feedback arrive feedback pass
 1.0 staff    report route acknowledge arrive raise_tier dispatch acknowledge arrive feedback pass
 1.0 staff    report route reassign acknowledge arrive feedback pass
 0.8 staff    report route ask_void confirm_void
 0.6 staff    report merge
 0.3 staff    report route acknowledge arrive escalate force_close
 3.0 resident report>verifying verify_found file route acknowledge arrive feedback pass satisfied
 1.5 hotline  report>verifying verify_found file route acknowledge arrive feedback pass
 0.9 resident report>verifying verify_found file route acknowledge arrive feedback pass not_satisfied acknowledge feedback pass
 0.2 resident report>verifying verify_found file route acknowledge arrive feedback pass not_satisfied acknowledge feedback pass not_satisfied>closed
 0.8 hotline  report>verifying verify_absent decline
 0.4 resident report>verifying waive_verification file dispatch acknowledge arrive feedback pass satisfied
"""  # noqa: E501 -- one life a line

# Median hours from the step before, and how widely they scatter (sigma of the logarithm). What handlers do takes a share of
# their limit instead, and many times as much where a case is stuck.
DELAYS: dict[str, tuple[float, float]] = {
    "self_handle": (0.01, 0.1),
    "route": (0.01, 0.1),
    "dispatch": (1.5, 1.6),
    "review_pass": (3, 1.3),
    "pass": (48, 1.5),
    "fail": (20, 1.2),
    "grant_suspension": (6, 0.8),
    "resume": (24 * 75, 0.5),
    "file": (1.0, 1.2),
    "verify_found": (1.0, 1.4),
    "satisfied": (20, 0.5),
    "not_satisfied": (20, 0.5),
}
USUAL_DELAY = (2.0, 0.8)
LIMIT_SHARES = {
    "acknowledge": 0.05,
    "arrive": 0.06,
    "remind": 0.04,
    "escalate": 0.05,
    "supervise": 0.04,
    "reply_supervision": 0.05,
    "ask_extension": 0.3,
    "ask_suspension": 0.3,
    "send_back": 0.1,
    "raise_tier": 0.5,
    "feedback": 0.12,
}
LIMIT_SIGMA = 1.0
STUCK_SHARE, STUCK_PACE = 0.13, 35.0
ANSWER_WITHIN_H = 71.0

HANDS = (Action.ROUTE, Action.DISPATCH, Action.REASSIGN)
_AGAIN = (Action.FAIL, Action.REOPEN, Action.NOT_SATISFIED)


@dataclass(frozen=True)
class Move:
    """One step of a life. `squad`: which of the case's squads (1 or 2) has it afterwards, 0 for none."""

    action: Action
    from_status: Status | None
    to_status: Status
    squad: int


@dataclass
class Stand:
    """What a case is after so many steps of its life; `*_step` is the number of the step (from 1) that made it so."""

    status: Status
    squad: int = 0
    tier: int = 2
    self_handled: bool = False
    rework: int = 0
    send_back: int = 0
    extension: int = 0
    suspension: int = 0
    reopened: int = 0
    asked: str | None = None
    resume_step: int | None = None
    reply_step: int | None = None
    filed_step: int | None = None
    closed_step: int | None = None
    answer: bool = False
    satisfaction: str | None = None


@dataclass(frozen=True)
class Life:
    share: float
    source: str
    moves: tuple[Move, ...]

    @cached_property
    def stands(self) -> tuple[Stand, ...]:
        """After each step."""
        return tuple(_stand(self, n) for n in range(1, len(self.moves) + 1))

    @cached_property
    def handling(self) -> tuple[Clock, ...]:
        """The handler's clocks at the end, with the numbers of steps (from 1) as hours, and limits in parts of a limit of 1."""
        clocks = replay(WorkCalendar(WORK_HOURS, {}), self._entries)
        return tuple(clock for clock in clocks.ended if clock.kind == ClockKind.HANDLE)

    @cached_property
    def running(self) -> tuple[Clock | None, ...]:
        """The clock in front after each step that touches the clocks, in the same numbers; it may stand still."""
        found: list[Clock | None] = []
        for n, entry in enumerate(self._entries, 1):
            clock = replay(WorkCalendar(WORK_HOURS, {}), self._entries[:n]).running
            found.append(clock if entry.effect != ClockEffect.KEEP else None)
        return tuple(found)

    @cached_property
    def touches(self) -> tuple[bool, ...]:
        """Whether each step does anything to the clocks."""
        return tuple(entry.effect != ClockEffect.KEEP for entry in self._entries)

    @cached_property
    def _entries(self) -> list[ClockEntry]:
        handed = (ClockEffect.HAND, ClockEffect.EXTEND, ClockEffect.REWORK, ClockEffect.REOPEN)
        found = []
        for n, move in enumerate(self.moves, 1):
            effect = effect_of(move.action, move.from_status, move.to_status)
            found.append(
                ClockEntry(
                    effect,
                    _step_moment(n),
                    limit=Limit(1, LimitUnit.URGENT_HOUR) if effect in handed else None,
                    holder=str(move.squad) if effect in handed else None,
                    share=0.5 if move.action == Action.FAIL else 1.0,
                )
            )
        return found

    @cached_property
    def parts(self) -> tuple[int, ...]:
        """The steps at which another squad was called."""
        return tuple(n for n, m in enumerate(self.moves, 1) if m.action in (Action.WHISTLE, Action.ADD_CO_HANDLER))

    @cached_property
    def leads(self) -> tuple["Lead", ...]:
        """Whose hands it was in, from which step to which."""
        return tuple(_leads(self.moves))


@dataclass
class Lead:
    squad: int
    from_step: int
    acknowledged_step: int | None = None
    arrived_step: int | None = None
    ended_step: int | None = None
    end: str | None = None


_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def _step_moment(n: int) -> datetime:
    return _EPOCH + timedelta(hours=n)


def step_of(moment: datetime) -> int:
    """The inverse of how `Life.handling` writes steps as moments."""
    return round((moment - _EPOCH) / timedelta(hours=1))


def lives() -> tuple[Life, ...]:
    return tuple(_life(line) for line in _LIVES.strip().splitlines())


def _life(line: str) -> Life:
    share, source, *names = line.split()
    moves: list[Move] = []
    status: Status | None = None
    squad = 0
    for name in names:
        action_name, _, target_name = name.partition(">")
        action = Action(action_name)
        before = status
        status = _target(action, before, Status(target_name) if target_name else None)
        if action in HANDS:
            squad = 1 if all(move.action not in HANDS for move in moves) else 2
        elif action in (Action.SEND_BACK, Action.RAISE_TIER, Action.MERGE):
            squad = 0
        moves.append(Move(action, before, status, squad))
    return Life(float(share), source, tuple(moves))


_USUAL_TARGET = {Action.FEEDBACK: Status.PENDING_INSPECTION}


def _target(action: Action, before: Status | None, named: Status | None) -> Status:
    for step in steps_of(action):
        fits = before in step.sources if before else not step.sources
        target = step.target or before
        if fits and target and target == (named or _USUAL_TARGET.get(action, target)):
            return target
    if action == Action.ESCALATE and before:
        return before
    raise ValueError(f"the table does not lead from {before} by {action} to {named}")


def _stand(life: Life, seen: int) -> Stand:
    stand = Stand(Status.VERIFYING)
    for n, move in enumerate(life.moves[:seen], 1):
        stand.status, stand.squad = move.to_status, move.squad
        _apply(stand, n, move, life.source)
    return stand


def _apply(stand: Stand, n: int, move: Move, source: str) -> None:
    _about_times(stand, n, move, source)
    _about_requests(stand, n, move.action)
    action, moved = move.action, move.to_status != move.from_status
    stand.self_handled = stand.self_handled or action == Action.SELF_HANDLE
    stand.tier = 1 if stand.self_handled else stand.tier + (action == Action.RAISE_TIER)
    stand.send_back += action == Action.SEND_BACK
    stand.rework += action in _AGAIN and moved
    if action in (Action.SATISFIED, Action.NOT_SATISFIED):
        stand.satisfaction = action.value
        stand.reopened += action == Action.NOT_SATISFIED and moved


def _about_times(stand: Stand, n: int, move: Move, source: str) -> None:
    if move.action == Action.FILE or (move.action == Action.REPORT and source == "staff"):
        stand.filed_step = n
    if move.from_status == Status.CLOSED and move.to_status != Status.CLOSED:
        stand.closed_step, stand.answer = None, False
    ends = move.to_status in ENDED_STATUSES and move.from_status not in ENDED_STATUSES
    if ends and move.action != Action.MERGE:
        stand.closed_step = n
    if ends and move.to_status == Status.CLOSED:
        stand.answer, stand.satisfaction = True, None


def _about_requests(stand: Stand, n: int, action: Action) -> None:
    asks = {Action.ASK_EXTENSION: "extension", Action.ASK_SUSPENSION: "suspension", Action.ASK_VOID: "void"}
    stand.asked = asks.get(action, None if action in _DECIDED else stand.asked)
    stand.extension += action == Action.GRANT_EXTENSION
    stand.suspension += action == Action.GRANT_SUSPENSION
    stand.resume_step = n if action == Action.ASK_SUSPENSION else None if action == Action.RESUME else stand.resume_step
    stand.reply_step = (
        n if action == Action.SUPERVISE else None if action == Action.REPLY_SUPERVISION else stand.reply_step
    )


_DECIDED = (Action.GRANT_EXTENSION, Action.REFUSE_EXTENSION, Action.GRANT_SUSPENSION, Action.CONFIRM_VOID)


def _leads(moves: tuple[Move, ...]) -> list[Lead]:
    found: list[Lead] = []
    ends = {
        Action.SEND_BACK: "sent_back",
        Action.REASSIGN: "reassigned",
        Action.RAISE_TIER: "raised",
        Action.CONFIRM_VOID: "ended",
        Action.FORCE_CLOSE: "ended",
    }
    for n, move in enumerate(moves, 1):
        last = found[-1] if found and found[-1].ended_step is None else None
        if last and move.action in ends:
            last.ended_step, last.end = n, ends[move.action]
        if last and move.to_status == Status.PENDING_INSPECTION:
            last.ended_step, last.end = n, "finished"
        if last and move.action == Action.ACKNOWLEDGE:
            last.acknowledged_step = n
        if last and move.action == Action.ARRIVE:
            last.arrived_step = n
        if move.action in HANDS or (move.action in _AGAIN and move.to_status == Status.REWORK):
            found.append(Lead(move.squad, n))
    return found
