"""When a step of the ladder is due, when it may reach whom it is for, and what it says. Pure.

The ladder is data (`escalation_models.EscalationStep`). A case that has ended, or whose clock waits, is pressed by nobody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.cases.clocks import Clock, Clocks, reached_at, used_at
from backend.cases.escalation_models import Escalation, EscalationStep
from backend.cases.terms import ENDED_STATUSES, ClockKind, Status
from backend.errors import Say
from backend.matters.clocks import Span, WorkCalendar, remaining
from backend.matters.models import Severity


@dataclass(frozen=True)
class Pressed:
    """A case as the ladder looks at it. `unacknowledged_since`: its lead was given it then and has not accepted it."""

    status: Status
    severity: Severity
    clocks: Clocks
    unacknowledged_since: datetime | None = None

    @property
    def clock(self) -> Clock | None:
        """The one that runs."""
        running = self.clocks.running
        return None if self.status in ENDED_STATUSES or running is None or running.paused_at else running


def due_steps(
    calendar: WorkCalendar,
    ladder: Iterable[EscalationStep],
    case: Pressed,
    fired: frozenset[tuple[datetime, str]],
    at: datetime,
) -> list[EscalationStep]:
    """The steps that are due now and have not been taken for the clock that runs, in the order in which they became due.

    `fired` names the steps taken by the start of their clock and their code: each is taken once per clock.
    """
    clock = case.clock
    if clock is None:
        return []
    marks = [
        (mark, step)
        for step in ladder
        if step.clock == clock.kind
        and case.severity in step.severities
        and (clock.started_at, step.code) not in fired
        and (mark := mark_of(calendar, step, case)) is not None
        and mark <= at
    ]
    return [step for _, step in sorted(marks, key=lambda found: (found[0], found[1].code))]


def mark_of(calendar: WorkCalendar, step: EscalationStep, case: Pressed) -> datetime | None:
    """When the step is due for the clock that runs; None if never, as things stand."""
    if case.clock is None:
        return None
    if step.at_percent is not None:
        return reached_at(calendar, case.clock, step.at_percent)
    assert step.after_minutes_unacknowledged is not None  # the table wants one of the two
    since = case.unacknowledged_since
    return since + timedelta(minutes=step.after_minutes_unacknowledged) if since else None


def is_over(waiting: Escalation, step: EscalationStep | None, case: Pressed) -> bool:
    """Whether a step that waits to be sent has lost its point: the case or its clock has ended, or it was accepted."""
    if case.status in ENDED_STATUSES or step is None:
        return True
    running = case.clocks.running
    gone = any(_is(clock, waiting, step.clock) for clock in case.clocks.ended)
    # Two clocks of one moment are one here: a case may be reassigned in the very instant in which it was given.
    if gone and not (running and _is(running, waiting, step.clock)):
        return True
    return step.after_minutes_unacknowledged is not None and case.unacknowledged_since is None


def is_held(waiting: Escalation, step: EscalationStep, case: Pressed) -> bool:
    """Whether its clock waits: the case is suspended, or with the command centre for now."""
    return case.clock is None or not _is(case.clock, waiting, step.clock)


def _is(clock: Clock, waiting: Escalation, kind: ClockKind) -> bool:
    return clock.kind == kind and clock.started_at == waiting.clock_started_at


def send_at(step: EscalationStep, severity: Severity, duty: Sequence[Span], at: datetime) -> datetime:
    """When the step reaches its receiver, who is on duty in these stretches of time (ascending).

    Emergencies reach them at any hour. With no duty known at all it is sent at once rather than never.
    """
    if step.ignores_duty_hours or severity == Severity.EMERGENCY:
        return at
    return next((max(at, begin) for begin, end in duty if end is None or end > at), at)


@dataclass(frozen=True)
class Figures:
    """How far a clock is: whole per cent of its limit, and the time left in the limit's own time (negative: late by)."""

    percent: int | None
    left: timedelta | None


def figures(calendar: WorkCalendar, clock: Clock, at: datetime) -> Figures:
    if clock.due_at is None:
        return Figures(None, None)
    unit = clock.limits[-1].unit
    left = remaining(calendar, unit, at, clock.due_at) if at <= clock.due_at else clock.due_at - at
    return Figures(used_at(calendar, clock, at), left)


def sentence(words: Say, matter: str, told: Figures) -> Say:
    """What the receiver reads, for example 「催办：暴露垃圾 剩 18 分（已用 80 %）」."""
    if told.left is None or told.percent is None:
        return Say(f"{words.zh}：{matter}", f"{words.en}: {matter}")
    late = told.left < timedelta(0)
    zh, en = length_words(abs(told.left))
    return Say(
        f"{words.zh}：{matter} {'已超' if late else '剩'} {zh}（已用 {told.percent} %）",
        f"{words.en}: {matter}, {en} {'late' if late else 'left'} ({told.percent} % used)",
    )


def length_words(length: timedelta) -> tuple[str, str]:
    """Minutes, hours and minutes, or days and hours, rounded down."""
    minutes = int(length / timedelta(minutes=1))
    hours, minutes = divmod(minutes, 60)
    days, hours_of_day = divmod(hours, 24)
    if hours == 0:
        return f"{minutes} 分", f"{minutes} min"
    if days < 2:
        return f"{hours} 小时" + f" {minutes} 分" * bool(minutes), f"{hours} h" + f" {minutes} min" * bool(minutes)
    return f"{days} 天" + f" {hours_of_day} 小时" * bool(hours_of_day), f"{days} d" + f" {hours_of_day} h" * bool(
        hours_of_day
    )
