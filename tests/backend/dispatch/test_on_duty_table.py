"""Who is on duty for a grid and a matter at a time? The one statement against a table of situations, row by row.

The week is that of Monday, 23 November 2026. The patrol works on Monday from 8 to 20, through the night from Sunday to
Monday, and all Wednesday; L leads it, A and B are its members. Every row adds to that and says who is on duty then.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from backend.clock import SHANGHAI
from backend.dispatch.queries import duty_for
from backend.errors import Malformed, NotFound
from backend.grids.models import Grid, GridKind, GridLevel
from backend.matters.models import Catalogue, Matter, MatterKind
from backend.permissions import Actor, PostHeld, Role
from backend.staff.duty import SquadDuty, why_off_duty
from backend.staff.models import (
    BaseStatus,
    DutyState,
    DutyStatus,
    DutySwap,
    DutyTurn,
    LeaveKind,
    Post,
    RequestStatus,
    RotaShift,
    ShiftChange,
    ShiftChangeKind,
    Squad,
    SquadJurisdiction,
    SquadKind,
    Staff,
    StaffLeave,
    Unit,
    UnitKind,
)

COUNTY, TOWN = "990001", "990001101"
VILLAGE, NEXT_VILLAGE = f"{TOWN}201", f"{TOWN}202"
GRID, MOVED_GRID, WAREHOUSE = f"{VILLAGE}001", f"{VILLAGE}002", f"{VILLAGE}901"
SINCE = date(2026, 1, 1)
MOVES_ON = date(2026, 12, 1)
MONDAY = date(2026, 11, 23)
DAYS = ("sun-", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROOT = UUID("5a4b5a0e-51f4-4b6f-8d1a-0b8a41a6b1c3")
OPERATOR = Actor(COUNTY, uuid5(ROOT, "operator"), "指挥员 001", (PostHeld(Role.OPERATOR, COUNTY),))
TEA, LITTER = "E0505", "E0110"


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
        _post(letter, Role.SQUAD_MEMBER, starts_on, ends_on),
    ]


def _post(letter: str, role: Role, starts_on: date = SINCE, ends_on: date | None = None) -> Post:
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


@pytest.fixture
async def place(session: AsyncSession) -> AsyncSession:
    """A county of its own with three squads: the patrol, the sweepers without accounts, and the wardens next door."""
    for rows in (_net(), _people(), _squads(), _rota()):
        session.add_all(rows)
        await session.flush()
    return session


def _net() -> list[SQLModel]:
    nodes = [
        (COUNTY, GridLevel.COUNTY, None, COUNTY, None),
        (TOWN, GridLevel.TOWN, COUNTY, f"{COUNTY}/{TOWN}", None),
        (VILLAGE, GridLevel.VILLAGE, TOWN, f"{COUNTY}/{TOWN}/{VILLAGE}", None),
        (NEXT_VILLAGE, GridLevel.VILLAGE, TOWN, f"{COUNTY}/{TOWN}/{NEXT_VILLAGE}", None),
        (GRID, GridLevel.GRID, VILLAGE, f"{COUNTY}/{TOWN}/{VILLAGE}/{GRID}", None),
        (WAREHOUSE, GridLevel.GRID, VILLAGE, f"{COUNTY}/{TOWN}/{VILLAGE}/{WAREHOUSE}", None),
        (MOVED_GRID, GridLevel.GRID, VILLAGE, f"{COUNTY}/{TOWN}/{VILLAGE}/{MOVED_GRID}", MOVES_ON),
    ]
    grids = [_grid(1, code, level, parent, path, SINCE, until) for code, level, parent, path, until in nodes]
    moved = f"{COUNTY}/{TOWN}/{NEXT_VILLAGE}/{MOVED_GRID}"
    grids.append(_grid(2, MOVED_GRID, GridLevel.GRID, NEXT_VILLAGE, moved, MOVES_ON, None))
    matters = [_matter(LITTER, "E01", "sweeping"), _matter(TEA, "E05", "watching")]
    return [*grids, Catalogue(county=COUNTY, version=1, in_force_at=datetime(2026, 1, 1, tzinfo=UTC)), *matters]


def _grid(
    version: int, code: str, level: GridLevel, parent: str | None, path: str, since: date, until: date | None
) -> Grid:
    return Grid(
        county=COUNTY,
        code=code,
        version=version,
        name=code,
        short_name=code,
        level=level,
        kind=GridKind.EXCLUSIVE if code == WAREHOUSE else GridKind.BASE,
        parent_code=parent,
        path=path,
        area_m2=0,
        valid_from=since,
        valid_to=until,
    )


def _matter(code: str, major: str, department: str) -> Matter:
    return Matter(
        county=COUNTY,
        catalogue_version=1,
        code=code,
        kind=MatterKind.EVENT,
        major_code=major,
        major_name=major,
        name=code,
        icon="trash",
        initials="x",
        photo_guidance="",
        photos_before_min=0,
        photos_before_max=9,
        photos_after_min=0,
        photos_after_max=9,
        closing_condition="",
        department_code=department,
        weight=1.0,
        self_dispatch=True,
    )


def _people() -> list[SQLModel]:
    bases = {
        "standby": BaseStatus.AVAILABLE,
        "under_way": BaseStatus.EN_ROUTE,
        "occupied": BaseStatus.BUSY,
        "home": BaseStatus.OFF_DUTY,
    }
    return [
        *(Staff(county=COUNTY, id=person(letter), name=letter, phone=f"phone-{letter}") for letter in "LAB"),
        *(
            DutyStatus(county=COUNTY, code=code, position=n, name_zh=code, name_en=code, base=base)
            for n, (code, base) in enumerate(bases.items())
        ),
        *(
            Unit(county=COUNTY, code=code, name=code, kind=UnitKind.DEPARTMENT)
            for code in ("enforcement", "sweeping", "watching")
        ),
    ]


def _squads() -> list[SQLModel]:
    rows = [
        ("patrol", "enforcement", SquadKind.ALL_ROUND, ["*"]),
        ("sweepers", "sweeping", SquadKind.DEPARTMENT, ["E01", "E05"]),
        ("wardens", "enforcement", SquadKind.ALL_ROUND, [LITTER]),
    ]
    return [
        Squad(county=COUNTY, code=code, name=code, unit_code=unit, kind=kind, capabilities=can)
        for code, unit, kind, can in rows
    ]


def _rota() -> list[SQLModel]:
    places = {"patrol": VILLAGE, "wardens": NEXT_VILLAGE}
    hours = [(0, time(8), time(20)), (6, time(20), time(8)), (2, time(0), time(0))]
    office = [(weekday, time(8, 30), time(17, 30)) for weekday in range(5)]
    return [
        *(
            SquadJurisdiction(county=COUNTY, squad_code=code, grid_path=f"{COUNTY}/{TOWN}/{village}")
            for code, village in places.items()
        ),
        SquadJurisdiction(county=COUNTY, squad_code="sweepers", grid_path=f"{COUNTY}/{TOWN}"),
        *(
            RotaShift(county=COUNTY, squad_code=code, weekday=weekday, starts=starts, ends=ends, starts_on=SINCE)
            for code, shifts in (("patrol", hours), ("sweepers", office), ("wardens", office))
            for weekday, starts, ends in shifts
        ),
        _post("L", Role.SQUAD_LEADER),
        _post("A", Role.SQUAD_MEMBER),
        _post("B", Role.SQUAD_MEMBER),
    ]


async def squads_at(
    session: AsyncSession, words: str, grid: str | None = None, matter: str | None = None
) -> dict[str, SquadDuty]:
    found = await duty_for(session, OPERATOR, grid_code=grid, matter_code=matter, at=moment(words))
    return {squad.code: squad for squad in found}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.what)
async def test_who_is_on_duty_and_until_when(place: AsyncSession, row: Row) -> None:
    for rows in sorted(row.more, key=lambda rows: not isinstance(rows[0], Staff)):
        for made in rows:
            place.add(made)
            await place.flush()
    patrol = (await squads_at(place, row.at, GRID, LITTER))["patrol"]
    assert "".join(sorted(member.name for member in patrol.members_on_duty)) == row.on
    assert patrol.on_duty is bool(row.on)
    assert patrol.on_until == (moment(row.until) if row.until else None)
    why = why_off_duty(patrol)
    assert (why is None) is patrol.on_duty
    assert row.why in (why.zh if why else "")


@pytest.mark.parametrize(
    ("at", "on_duty", "until"),
    [
        ("mon 08:29", False, None),
        ("mon 08:30", True, "mon 17:30"),
        ("mon 17:30", False, None),
        ("sat 10:00", False, None),
    ],
)
async def test_a_squad_without_accounts_is_on_duty_by_its_rota(
    place: AsyncSession, at: str, on_duty: bool, until: str | None
) -> None:
    sweepers = (await squads_at(place, at))["sweepers"]
    assert (sweepers.on_duty, sweepers.on_until) == (on_duty, moment(until) if until else None)


async def test_a_squad_that_everybody_has_left_is_not_on_duty_by_its_rota(place: AsyncSession) -> None:
    await place.execute(delete(Post).where(col(Post.county) == COUNTY, col(Post.role) == Role.SQUAD_MEMBER))
    leader = await place.get(Post, (COUNTY, uuid5(ROOT, "post L")))
    assert leader is not None
    leader.ends_on = date(2026, 11, 22)
    await place.flush()
    patrol = (await squads_at(place, "mon 09:00"))["patrol"]
    assert (patrol.has_members, patrol.on_duty) == (True, False)


@pytest.mark.parametrize(
    ("what", "grid", "at", "responsible"),
    [
        ("a grid below the jurisdiction", GRID, "mon 09:00", {"patrol", "sweepers"}),
        ("an exclusive grid is where its village is", WAREHOUSE, "mon 09:00", {"patrol", "sweepers"}),
        ("the jurisdiction itself", VILLAGE, "mon 09:00", {"patrol", "sweepers"}),
        ("a grid above it", TOWN, "mon 09:00", {"sweepers"}),
        ("a village beside it", NEXT_VILLAGE, "mon 09:00", {"wardens", "sweepers"}),
        ("a grid the day before a redraw moves it", MOVED_GRID, "2026-11-30 23:59", {"patrol", "sweepers"}),
        ("and from midnight on", MOVED_GRID, "2026-12-01 00:00", {"wardens", "sweepers"}),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
async def test_who_is_responsible_for_a_grid(
    place: AsyncSession, what: str, grid: str, at: str, responsible: set[str]
) -> None:
    found = await squads_at(place, at, grid)
    assert {code for code, squad in found.items() if squad.has_jurisdiction} == responsible, what


@pytest.mark.parametrize(
    ("matter", "able"),
    [
        # `*` does everything; a code or its major will do; a department takes only what is its own.
        (LITTER, {"patrol", "sweepers", "wardens"}),
        (TEA, {"patrol"}),
    ],
)
async def test_who_does_a_matter(place: AsyncSession, matter: str, able: set[str]) -> None:
    found = await squads_at(place, "mon 09:00", None, matter)
    assert {code for code, squad in found.items() if squad.can_do} == able
    assert all(squad.has_jurisdiction is None for squad in found.values())


async def test_what_is_not_there_then_is_refused(place: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await squads_at(place, "2025-12-31 12:00", GRID)
    with pytest.raises(NotFound):
        await squads_at(place, "mon 09:00", "320281104206003")
    with pytest.raises(Malformed):
        await squads_at(place, "mon 09:00", GRID, "E9999")
