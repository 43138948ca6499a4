"""Situations for the question who is on duty: what is asked, and who is then.

The week is that of Monday, 23 November 2026. The patrol works on Monday from 8 to 20, through the night from Sunday to
Monday, and all Wednesday; L leads it, A and B are its members. Every row adds to that and says who is on duty then.
`test_on_duty_table` asks.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlmodel import SQLModel

from backend.clock import SHANGHAI
from backend.permissions import Role
from backend.staff.models import (
    DutyState,
    DutySwap,
    DutyTurn,
    LeaveKind,
    Post,
    RequestStatus,
    RotaShift,
    ShiftChange,
    ShiftChangeKind,
    Staff,
    StaffLeave,
)

COUNTY = "990001"
SINCE = date(2026, 1, 1)
MONDAY = date(2026, 11, 23)
DAYS = ("sun-", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROOT = UUID("5a4b5a0e-51f4-4b6f-8d1a-0b8a41a6b1c3")


def person(letter: str) -> UUID:
    return uuid5(ROOT, letter)


def moment(words: str) -> datetime:
    """`mon 07:59`; `sun-` is the day before that Monday. Also a full ISO date instead of the day."""
    day, clock = words.split()
    on = MONDAY + timedelta(days=DAYS.index(day) - 1) if day in DAYS else date.fromisoformat(day)
    return datetime.combine(on, time.fromisoformat(clock), SHANGHAI)


def turn(words: str, *letters: str) -> list[SQLModel]:
    at = moment(words)
    return [
        DutyTurn(county=COUNTY, squad_code="patrol", on_day=at.date(), starts=at.time(), staff_id=person(letter))
        for letter in letters
    ]


def change(words: str, kind: ShiftChangeKind, ends: str | None = None) -> list[SQLModel]:
    at = moment(words)
    last = time.fromisoformat(ends) if ends else None
    return [
        ShiftChange(
            county=COUNTY, squad_code="patrol", on_day=at.date(), starts=at.time(), kind=kind, ends=last, reason="表"
        )
    ]


def cancelled(words: str) -> list[SQLModel]:
    return change(words, ShiftChangeKind.CANCELLED)


def added(words: str, ends: str) -> list[SQLModel]:
    return change(words, ShiftChangeKind.ADDED, ends)


def leave(letter: str, starts: str, ends: str, status: RequestStatus = RequestStatus.APPROVED) -> list[SQLModel]:
    return [
        StaffLeave(
            county=COUNTY,
            id=uuid5(ROOT, f"leave {letter} {starts}"),
            staff_id=person(letter),
            kind=LeaveKind.SICK,
            starts_at=moment(starts),
            ends_at=moment(ends),
            reason="表",
            status=status,
            asked_at=moment("sun- 00:00"),
        )
    ]


def says(letter: str, status: str, words: str) -> list[SQLModel]:
    return [DutyState(county=COUNTY, staff_id=person(letter), status_code=status, since_at=moment(words))]


def swap(status: RequestStatus) -> list[SQLModel]:
    """A wants to give Monday to B."""
    return [
        DutySwap(
            county=COUNTY,
            id=uuid5(ROOT, f"swap {status}"),
            squad_code="patrol",
            asker_id=person("A"),
            asker_day=MONDAY,
            asker_starts=time(8),
            taker_id=person("B"),
            reason="表",
            status=status,
            asked_at=moment("sun- 00:00"),
        )
    ]


def new_pattern(starts_on: date, *hours: tuple[int, str, str]) -> list[SQLModel]:
    return [
        RotaShift(
            county=COUNTY,
            squad_code="patrol",
            weekday=weekday,
            starts=time.fromisoformat(starts),
            ends=time.fromisoformat(ends),
            starts_on=starts_on,
        )
        for weekday, starts, ends in hours
    ]


def joins(letter: str, starts_on: date, ends_on: date | None = None, **about: Any) -> list[SQLModel]:
    """Somebody with a post of other dates than the rest."""
    return [
        Staff(county=COUNTY, id=person(letter), name=letter, phone=f"phone-{letter}", **about),
        post(letter, Role.SQUAD_MEMBER, starts_on, ends_on),
    ]


def post(letter: str, role: Role, starts_on: date = SINCE, ends_on: date | None = None) -> Post:
    return Post(
        county=COUNTY,
        id=uuid5(ROOT, f"post {letter}"),
        staff_id=person(letter),
        role=role,
        squad_code="patrol",
        starts_on=starts_on,
        ends_on=ends_on,
    )


@dataclass(frozen=True)
class Row:
    """`on`: the letters of those on duty; `until`: when the last of them goes off; `why`: part of the reason if none is."""

    what: str
    at: str
    on: str
    until: str | None = None
    more: list[list[SQLModel]] = field(default_factory=list)
    why: str = ""


TABLE = [
    # Shifts in local time, and midnight.
    Row("a minute before the shift", "mon 07:59", "ABL", "mon 08:00"),
    Row("at the start of the shift", "mon 08:00", "ABL", "mon 20:00"),
    Row("a second before its end", "mon 19:59", "ABL", "mon 20:00"),
    Row("at its end", "mon 20:00", "", why="下一班 11月25日（周三）00:00"),
    Row("before the night shift", "sun- 19:59", "", why="下一班 11月22日（周日）20:00"),
    Row("at the start of the night", "sun- 20:00", "ABL", "mon 08:00"),
    Row("just before midnight", "sun- 23:59", "ABL", "mon 08:00"),
    Row("at midnight", "mon 00:00", "ABL", "mon 08:00"),
    Row("just after midnight", "mon 00:01", "ABL", "mon 08:00"),
    Row("the same hour on a day without shifts", "tue 03:00", "", why="不在班次内"),
    Row("a shift of a whole day begins at midnight", "wed 00:00", "ABL", "thu 00:00"),
    Row("and ends at the next", "thu 00:00", "", why="下一班 11月29日（周日）20:00"),
    Row("in a July without daylight saving", "2026-07-05 20:00", "ABL", "2026-07-06 08:00"),
    # Turns.
    Row("a shift with turns is theirs alone", "mon 09:00", "A", "mon 20:00", [turn("mon 08:00", "A")]),
    Row("two turns on one shift", "mon 09:00", "BL", "mon 20:00", [turn("mon 08:00", "B", "L")]),
    Row(
        "a turn on another day's shift changes nothing here", "mon 09:00", "ABL", "mon 20:00", [turn("sun 20:00", "A")]
    ),
    Row("a night's turn goes on after midnight", "mon 03:00", "B", "mon 08:00", [turn("sun- 20:00", "B")]),
    Row(
        "overlapping shifts: on duty until the last of one's own",
        "mon 19:00",
        "AB",
        "tue 02:00",
        [added("mon 18:00", "02:00"), turn("mon 18:00", "A"), turn("mon 08:00", "B")],
    ),
    Row(
        "a turn of somebody who is no longer a member",
        "mon 09:00",
        "",
        None,
        [turn("mon 08:00", "X"), joins("X", SINCE, date(2026, 11, 22))],
        "已不在本队",
    ),
    # Members by date.
    Row("a post that begins tomorrow", "mon 09:00", "ABL", "mon 20:00", [joins("X", date(2026, 11, 24))]),
    Row("a post on its first day", "mon 09:00", "ABLX", "mon 20:00", [joins("X", MONDAY)]),
    Row("a post on its last day", "mon 09:00", "ABLX", "mon 20:00", [joins("X", SINCE, MONDAY)]),
    Row(
        "a post that ended at midnight, in the night's shift",
        "mon 00:00",
        "ABL",
        "mon 08:00",
        [joins("X", SINCE, date(2026, 11, 22))],
    ),
    Row("somebody shut out of the system", "mon 09:00", "ABL", "mon 20:00", [joins("X", SINCE, active=False)]),
    Row("somebody on their last day", "mon 09:00", "ABLX", "mon 20:00", [joins("X", SINCE, left_on=MONDAY)]),
    Row("and the day after", "wed 09:00", "ABL", "thu 00:00", [joins("X", SINCE, left_on=MONDAY)]),
    # Exceptions.
    Row("a cancelled shift", "mon 09:00", "", None, [cancelled("mon 08:00")], "不在班次内，下一班 11月25日"),
    Row(
        "cancelling takes the turns' duty too",
        "mon 09:00",
        "",
        None,
        [cancelled("mon 08:00"), turn("mon 08:00", "A")],
        "不在班次内",
    ),
    Row("cancelling another week changes nothing", "mon 09:00", "ABL", "mon 20:00", [cancelled("2026-11-30 08:00")]),
    Row(
        "a cancelled night, after midnight",
        "mon 03:00",
        "",
        None,
        [cancelled("sun- 20:00")],
        "下一班 11月23日（周一）08:00",
    ),
    Row("an added shift", "tue 10:30", "ABL", "tue 12:00", [added("tue 10:00", "12:00")]),
    Row("an added shift through midnight", "wed 23:59", "ABL", "thu 02:00", [added("wed 22:00", "02:00")]),
    Row("other hours on one day: shorter", "mon 12:00", "", None, [added("mon 08:00", "12:00")], "下一班"),
    Row("other hours on one day: longer", "mon 21:00", "ABL", "mon 22:00", [added("mon 08:00", "22:00")]),
    Row(
        "an added shift with a turn",
        "tue 10:30",
        "B",
        "tue 12:00",
        [added("tue 10:00", "12:00"), turn("tue 10:00", "B")],
    ),
    # Patterns by date.
    Row(
        "a pattern that begins next week",
        "mon 21:00",
        "",
        None,
        [new_pattern(date(2026, 11, 30), (0, "20:00", "23:00"))],
        "下一班 11月25日",
    ),
    Row(
        "and then holds",
        "2026-11-30 21:00",
        "ABL",
        "2026-11-30 23:00",
        [new_pattern(date(2026, 11, 30), (0, "20:00", "23:00"))],
    ),
    # Leave.
    Row("leave takes a member off", "mon 09:00", "AL", "mon 20:00", [leave("B", "mon 08:00", "mon 12:00")]),
    Row("up to but not at its end", "mon 12:00", "ABL", "mon 20:00", [leave("B", "mon 08:00", "mon 12:00")]),
    Row(
        "leave only asked for changes nothing",
        "mon 09:00",
        "ABL",
        "mon 20:00",
        [leave("B", "mon 08:00", "mon 12:00", RequestStatus.ASKED)],
    ),
    Row(
        "leave refused changes nothing",
        "mon 09:00",
        "ABL",
        "mon 20:00",
        [leave("B", "mon 08:00", "mon 12:00", RequestStatus.REFUSED)],
    ),
    Row(
        "on duty until the leave begins",
        "mon 09:00",
        "A",
        "mon 11:00",
        [turn("mon 08:00", "A"), leave("A", "mon 11:00", "mon 12:00")],
    ),
    Row(
        "the only one on the shift is on leave",
        "mon 09:00",
        "",
        None,
        [turn("mon 08:00", "A"), leave("A", "mon 08:00", "mon 12:00")],
        "1 人请假",
    ),
    Row(
        "leave holds whatever one says",
        "mon 09:00",
        "L",
        "mon 20:00",
        [turn("mon 08:00", "A", "L"), leave("A", "sun- 08:00", "tue 08:00"), says("A", "standby", "mon 08:30")],
    ),
    # Swaps change duty only when they are approved, and then by the turns (see test_swaps.py).
    Row(
        "a swap that is agreed and not approved",
        "mon 09:00",
        "A",
        "mon 20:00",
        [turn("mon 08:00", "A"), swap(RequestStatus.AGREED)],
    ),
    # What members say.
    Row("signed off during the shift", "mon 09:00", "AL", "mon 20:00", [says("B", "home", "mon 08:30")]),
    Row(
        "signed off before the shift began: it begins afresh",
        "mon 09:00",
        "ABL",
        "mon 20:00",
        [says("B", "home", "mon 07:59")],
    ),
    Row("signed off at its very start", "mon 09:00", "AL", "mon 20:00", [says("B", "home", "mon 08:00")]),
    Row("signed off in the night before midnight", "mon 03:00", "AL", "mon 08:00", [says("B", "home", "sun- 22:00")]),
    Row(
        "the last to sign off",
        "mon 09:00",
        "",
        None,
        [turn("mon 08:00", "A"), says("A", "home", "mon 08:30")],
        "1 人已下班",
    ),
    Row(
        "back after signing off",
        "mon 09:00",
        "A",
        "mon 20:00",
        [turn("mon 08:00", "A"), says("A", "standby", "mon 08:45")],
    ),
    Row("busy is on duty", "mon 09:00", "A", "mon 20:00", [turn("mon 08:00", "A"), says("A", "occupied", "mon 08:30")]),
    Row(
        "a sign-off of the shift before an overlapping one",
        "mon 19:00",
        "A",
        "tue 02:00",
        [added("mon 18:00", "02:00"), turn("mon 18:00", "A"), turn("mon 08:00", "A"), says("A", "home", "mon 17:00")],
    ),
    Row("stepping in outside any shift", "tue 10:00", "A", "tue 21:00", [says("A", "standby", "tue 09:00")]),
    Row("for at most twelve hours", "tue 21:00", "", None, [says("A", "standby", "tue 09:00")], "不在班次内"),
    Row("up to a second before", "tue 20:59", "A", "tue 21:00", [says("A", "standby", "tue 09:00")]),
    Row(
        "what was said in a shift ends with it",
        "mon 20:30",
        "",
        None,
        [says("A", "under_way", "mon 19:50")],
        "不在班次内",
    ),
    Row(
        "stepping in ends when a shift of one's own has come and gone",
        "mon 20:30",
        "",
        None,
        [
            turn("sun- 20:00", "B"),
            says("A", "standby", "mon 07:00"),
            cancelled("mon 08:00"),
            added("mon 09:00", "20:00"),
        ],
        "不在班次内",
    ),
    Row(
        "what was said in a shift of a whole day, a day after it began",
        "sat 05:00",
        "",
        None,
        [added("thu 20:00", "20:00"), says("A", "under_way", "fri 19:50")],
        "不在班次内",
    ),
    Row(
        "somebody not on this shift steps in",
        "mon 09:00",
        "AB",
        "mon 21:00",
        [turn("mon 08:00", "A"), says("B", "standby", "mon 09:00")],
    ),
    Row("what will be said later is not known yet", "mon 09:00", "ABL", "mon 20:00", [says("B", "home", "mon 09:01")]),
]
