"""Pure rules of the rota: is a squad on duty at a moment, and until when? Local time is Asia/Shanghai."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from backend.clock import SHANGHAI


@dataclass(frozen=True)
class Shift:
    """A weekly shift, Monday = 0, local times. `ends` <= `starts` means that it ends on the next day."""

    weekday: int
    starts: time
    ends: time


def shift_end(shifts: Iterable[Shift], at: datetime) -> datetime | None:
    """End of the shift that is running at `at` (the latest, if several are), or None when off duty.

    A shift holds from its start up to but not including its end.
    """
    local = at.astimezone(SHANGHAI)
    ends = []
    for shift in shifts:
        for days_ago in (0, 1):
            day = local.date() - timedelta(days=days_ago)
            if day.weekday() != shift.weekday:
                continue
            starts_at = datetime.combine(day, shift.starts, SHANGHAI)
            ends_at = datetime.combine(day, shift.ends, SHANGHAI)
            if shift.ends <= shift.starts:
                ends_at += timedelta(days=1)
            if starts_at <= local < ends_at:
                ends.append(ends_at)
    return max(ends, default=None)
