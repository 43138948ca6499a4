"""How each kind at each severity is told, and what happens while nobody looks: the usual, where a county has no own rule.

Pure. The in-app list is always told, at once; a rule names what goes out besides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from backend.clock import SHANGHAI
from backend.matters.models import Severity
from backend.notifications.kinds import Channel, Kind, Wakes


@dataclass(frozen=True)
class Rule:
    """`wait`: so long a message may be kept to be bundled with others. `repeat` and `repeats`: so often it is said again,
    until somebody acts. `rings`: an open page sounds, for an emergency until somebody accepts it."""

    channels: tuple[Channel, ...] = (Channel.WEB_PUSH,)
    wait: timedelta = timedelta(0)
    repeat: timedelta | None = None
    repeats: int = 0
    rings: bool = False
    wakes: Wakes = Wakes.NOBODY

    @property
    def can_wait(self) -> bool:
        """Whether quiet hours hold it back."""
        return not self.rings and self.wakes == Wakes.NOBODY


# A robot's messages are bundled for so long: its service takes some twenty a minute.
ROBOT_WAIT = timedelta(seconds=45)

_PUSH = (Channel.WEB_PUSH,)
_SQUAD = (Channel.WEB_PUSH, Channel.ROBOT, Channel.MAIL)
_MINUTE = timedelta(minutes=1)

_ALARM = Rule((*_SQUAD, Channel.SMS), repeat=_MINUTE, repeats=10, rings=True, wakes=Wakes.LEADER)
_URGENT = Rule(_SQUAD, repeat=5 * _MINUTE, repeats=2, rings=True)
_TO_SQUAD = {
    Severity.EMERGENCY: _ALARM,
    Severity.URGENT: _URGENT,
    Severity.NORMAL: Rule(_SQUAD),
    Severity.MINOR: Rule(_SQUAD, wait=10 * _MINUTE),
}


def _all(rule: Rule, emergency: Rule | None = None) -> dict[Severity, Rule]:
    return {s: emergency if s == Severity.EMERGENCY and emergency else rule for s in Severity}


USUAL: Mapping[Kind, Mapping[Severity, Rule]] = {
    Kind.TASK: _TO_SQUAD,
    Kind.REWORK: _TO_SQUAD,
    Kind.WHISTLED: _TO_SQUAD,
    Kind.RETURNED: _all(Rule(_PUSH, wait=_MINUTE), Rule((*_PUSH, Channel.SMS), rings=True)),
    Kind.TO_VERIFY: _all(Rule(_PUSH, wait=_MINUTE), Rule(_PUSH, rings=True)),
    Kind.TO_INSPECT: _all(Rule(_PUSH, wait=10 * _MINUTE)),
    Kind.ASKED: _all(Rule(_PUSH, wait=_MINUTE)),
    Kind.PRESSED: _all(Rule((*_PUSH, Channel.MAIL)), Rule((*_PUSH, Channel.SMS), rings=True, wakes=Wakes.EVERYBODY)),
    Kind.UNSEEN: _all(Rule(_PUSH), Rule((*_PUSH, Channel.SMS), rings=True, wakes=Wakes.EVERYBODY)),
    Kind.DECIDED: _all(Rule(_PUSH, wait=5 * _MINUTE)),
    Kind.ENDED: _all(Rule(_PUSH, wait=30 * _MINUTE)),
}


class Next(StrEnum):
    """Whom the ladder of the unseen tells next."""

    NEXT_PERSON = "next_person"
    SQUAD_LEADER = "squad_leader"
    WHOLE_SQUAD = "whole_squad"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Step:
    """So long after somebody was on duty to see it, and nobody of those who were told has looked."""

    code: str
    severities: frozenset[Severity]
    after: timedelta
    receiver: Next


_E, _U, _N = (frozenset({s}) for s in (Severity.EMERGENCY, Severity.URGENT, Severity.NORMAL))
USUAL_LADDER: tuple[Step, ...] = (
    Step("emergency-next", _E, 1 * _MINUTE, Next.NEXT_PERSON),
    Step("emergency-leader", _E, 2 * _MINUTE, Next.SQUAD_LEADER),
    Step("emergency-squad", _E, 3 * _MINUTE, Next.WHOLE_SQUAD),
    Step("emergency-desk", _E, 5 * _MINUTE, Next.OPERATOR),
    Step("urgent-next", _U, 5 * _MINUTE, Next.NEXT_PERSON),
    Step("urgent-leader", _U, 10 * _MINUTE, Next.SQUAD_LEADER),
    Step("urgent-desk", _U, 15 * _MINUTE, Next.OPERATOR),
    Step("normal-next", _N, 20 * _MINUTE, Next.NEXT_PERSON),
    Step("normal-leader", _N, 30 * _MINUTE, Next.SQUAD_LEADER),
    Step("normal-desk", _N, 60 * _MINUTE, Next.OPERATOR),
)


def steps_for(ladder: Iterable[Step], severity: Severity) -> list[Step]:
    """The steps of this severity in the order in which they are taken."""
    return sorted((s for s in ladder if severity in s.severities), key=lambda s: (s.after, s.code))


def next_step(
    ladder: Iterable[Step], severity: Severity, taken: Sequence[str], starts_at: datetime
) -> tuple[datetime, Step] | None:
    """The first step that was not taken yet, and when it is due; None when the ladder has been climbed."""
    for step in steps_for(ladder, severity):
        if step.code not in taken:
            return starts_at + step.after, step
    return None


USUAL_QUIET = (time(22, 0), time(7, 0))


def quiet_ends(quiet: tuple[time, time], at: datetime) -> datetime | None:
    """When the quiet hours (local, crossing midnight if the end is not later) in which `at` lies are over; None outside.

    Equal ends mean no quiet hours.
    """
    begins, ends = quiet
    local = at.astimezone(SHANGHAI)
    now = local.time()
    if begins == ends:
        return None
    inside = begins <= now < ends if begins < ends else now >= begins or now < ends
    if not inside:
        return None
    day = local.date() + timedelta(days=1) if begins > ends and now >= begins else local.date()
    return datetime.combine(day, ends, SHANGHAI).astimezone(at.tzinfo)
