"""What a routing rule says, and when it speaks of a case. Pure.

A rule names grids × matters × severities × times, and to whom such a case goes. Rules are tried in order of priority; how
somebody is found among those to whom the rule points is in `routing.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from backend.matters.models import Severity

ANY = "*"


class TargetKind(StrEnum):
    """To whom a rule sends: a class of squads, one squad, one unit's squads, or a duty in the case's own grid."""

    OWN_SQUADS = "own_squads"
    TOWN_SQUADS = "town_squads"
    DEPARTMENT = "department"
    SQUAD = "squad"
    UNIT = "unit"
    DUTY = "duty"


@dataclass(frozen=True)
class Target:
    """`code`: of the squad or the unit, or the duty's own word; None for the first three kinds."""

    kind: TargetKind
    code: str | None = None


@dataclass(frozen=True)
class Moment:
    """A moment in local time, and whether that day and the one before are days off by the county's calendar."""

    local: datetime
    day_off: bool
    day_before_off: bool


@dataclass(frozen=True)
class Window:
    """Hours that begin on these weekdays (Monday = 0; none named = every day), local time, from `starts` up to `ends`.

    `ends` <= `starts` means that they end on the next day. `days_off_only`: only those that begin on a day off.
    """

    weekdays: tuple[int, ...]
    starts: time
    ends: time
    days_off_only: bool = False

    def holds(self, moment: Moment) -> bool:
        clock, weekday = moment.local.time(), moment.local.weekday()
        begins_today = self._begins(weekday, moment.day_off)
        if self.starts < self.ends:
            return begins_today and self.starts <= clock < self.ends
        began_yesterday = self._begins((weekday - 1) % 7, moment.day_before_off)
        return (begins_today and clock >= self.starts) or (began_yesterday and clock < self.ends)

    def _begins(self, weekday: int, day_off: bool) -> bool:
        return (not self.weekdays or weekday in self.weekdays) and (day_off or not self.days_off_only)


@dataclass(frozen=True)
class Rule:
    """`matters` are codes, major codes or `*`; no grids, severities or windows named = everywhere, any, always."""

    code: str
    priority: int
    name: str
    target: Target
    matters: tuple[str, ...] = (ANY,)
    grids: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    windows: tuple[Window, ...] = ()

    def names_matter(self, matter_code: str, major_code: str) -> bool:
        return names(self.matters, matter_code, major_code)

    def names_place(self, within: tuple[str, ...]) -> bool:
        """`within`: codes of all the grids in which the case lies, its cluster's too."""
        return not self.grids or any(code in self.grids for code in within)

    def names_severity(self, severity: Severity) -> bool:
        return not self.severities or severity in self.severities

    def holds_at(self, moment: Moment | None) -> bool:
        """A rule with hours does not speak of a case whose moment is not known."""
        return not self.windows or (moment is not None and any(window.holds(moment) for window in self.windows))


def names(listed: tuple[str, ...], *values: str) -> bool:
    """Whether a list of words such as a squad's capabilities covers one of the values."""
    return ANY in listed or any(value in listed for value in values)


def in_order(rules: Iterable[Rule]) -> list[Rule]:
    """As they are tried."""
    return sorted(rules, key=lambda rule: (rule.priority, rule.code))
