"""A work calendar around National Day 2026, moments in it, and a case handed to a squad on a Monday at half past nine."""

from datetime import date, datetime, time
from typing import Any

from backend.cases.clocks import ClockEntry
from backend.cases.terms import ClockEffect
from backend.clock import SHANGHAI
from backend.matters.clocks import WorkCalendar
from backend.matters.models import DayKind, Limit, LimitUnit

HOURS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
NATIONAL_DAY = {date(2026, 10, day): DayKind.HOLIDAY for day in range(1, 8)}
CALENDAR = WorkCalendar(
    HOURS,
    NATIONAL_DAY | {date(2026, 9, 20): DayKind.WORKDAY, date(2026, 10, 10): DayKind.WORKDAY},
)
FOUR_HOURS = Limit(4, LimitUnit.WORK_HOUR)


def local(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=SHANGHAI)


def entry(effect: ClockEffect, at: str, limit: Limit | None = None, **rest: Any) -> ClockEntry:
    return ClockEntry(effect, local(at), limit, **rest)


HANDED = entry(ClockEffect.HAND, "11-23 09:30", FOUR_HOURS, holder="squad-1")
