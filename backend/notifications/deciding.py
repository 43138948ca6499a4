"""Whether a queued message goes out now, waits, or is not needed any more. Pure; asked at the moment of sending."""

from dataclasses import dataclass
from datetime import datetime

from backend.matters.models import Severity
from backend.notifications.duty import OnDuty
from backend.notifications.kinds import TO_ACT_ON, Kind, Wakes
from backend.notifications.rules import Rule


@dataclass(frozen=True)
class Standing:
    """What counts at the moment of sending. `quiet_until`: the receiver's quiet hours are running until then."""

    kind: Kind
    severity: Severity
    rule: Rule
    duty: OnDuty | None
    settled: bool = False
    seen: bool = False
    round: int = 1
    muted: bool = False
    quiet_until: datetime | None = None


@dataclass(frozen=True)
class Skip:
    """It has lost its point; `reason` says how."""

    reason: str


@dataclass(frozen=True)
class Hold:
    """Not before this; `reason` says why."""

    until: datetime
    reason: str


def decide(standing: Standing) -> Skip | Hold | None:
    """None: send it now. Nobody off duty is reached except for whom the rule says so; an emergency cannot be muted."""
    if standing.duty is None:
        return Skip("left")
    if pointless := _pointless(standing):
        return Skip(pointless)
    if not standing.duty.now and not _wakes(standing.rule.wakes, standing.duty):
        return Hold(standing.duty.next_at, "off_duty") if standing.duty.next_at else Skip("off_duty")
    if standing.quiet_until and standing.rule.can_wait:
        return Hold(standing.quiet_until, "quiet")
    return None


def _pointless(standing: Standing) -> str | None:
    if standing.settled:
        return "settled"
    if standing.seen and (standing.round == 1 or standing.kind not in TO_ACT_ON):
        return "seen"
    return "muted" if standing.muted and standing.severity != Severity.EMERGENCY else None


def _wakes(wakes: Wakes, duty: OnDuty) -> bool:
    return wakes == Wakes.EVERYBODY or (wakes == Wakes.LEADER and duty.leads)
