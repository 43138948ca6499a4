"""Whether the hours of one rule hold whenever those of another do. Pure; minutes of a week as bits of a number."""

from collections.abc import Sequence
from datetime import time
from functools import reduce
from operator import or_

from backend.dispatch.rules import Window

DAY = 24 * 60
WEEK = 7 * DAY
EVERY_DAY = tuple(range(7))


def covers_times(wide: Sequence[Window], narrow: Sequence[Window]) -> bool:
    """Whether every moment of `narrow` is one of `wide`; no windows = always. Days off may be any day of the week."""
    if not wide:
        return True
    if not narrow:
        narrow = [Window((), time(), time())]
    always, on_days_off = _minutes(wide), [_begun_on(wide, weekday) for weekday in EVERY_DAY]
    if _minutes(narrow) & ~always:
        return False
    return not any(
        _begun_on(narrow, weekday) & ~(_two_days_of(always, weekday) | on_days_off[weekday]) for weekday in EVERY_DAY
    )


def _length(window: Window) -> tuple[int, int]:
    """Minute of the day at which it starts, and how many minutes it lasts."""
    starts = window.starts.hour * 60 + window.starts.minute
    ends = window.ends.hour * 60 + window.ends.minute
    return starts, ends - starts if starts < ends else ends - starts + DAY


def _minutes(windows: Sequence[Window]) -> int:
    """The minutes of the week of those windows that do not ask for a day off."""
    found = 0
    for window in windows:
        if window.days_off_only:
            continue
        starts, minutes = _length(window)
        for weekday in window.weekdays or EVERY_DAY:
            bits = ((1 << minutes) - 1) << (weekday * DAY + starts)
            found |= (bits | bits >> WEEK) & ((1 << WEEK) - 1)
    return found


def _begun_on(windows: Sequence[Window], weekday: int) -> int:
    """Of the two days from this weekday on, the minutes of the windows for days off that begin on it."""
    begun = [_length(w) for w in windows if w.days_off_only and weekday in (w.weekdays or EVERY_DAY)]
    return reduce(or_, (((1 << minutes) - 1) << starts for starts, minutes in begun), 0)


def _two_days_of(minutes: int, weekday: int) -> int:
    """The minutes of the two days from this weekday on, out of those of a week."""
    twice = minutes | minutes << WEEK
    return (twice >> (weekday * DAY)) & ((1 << 2 * DAY) - 1)
