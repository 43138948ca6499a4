"""Who is on duty for a grid and a matter at a time? The one statement against a table of situations, row by row.

Also who is responsible and able. The situations are in `on_duty_situations`, the county around them is made here.
"""

from datetime import UTC, date, datetime, time
from uuid import uuid5

import pytest
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from backend.dispatch.queries import duty_for
from backend.errors import Malformed, NotFound
from backend.grids.models import Grid, GridKind, GridLevel
from backend.matters.models import Catalogue, Matter, MatterKind
from backend.permissions import Actor, PostHeld, Role
from backend.staff.duty import SquadDuty, why_off_duty
from backend.staff.models import (
    BaseStatus,
    DutyStatus,
    Post,
    RotaShift,
    Squad,
    SquadJurisdiction,
    SquadKind,
    Staff,
    Unit,
    UnitKind,
)
from tests.backend.dispatch.on_duty_situations import COUNTY, ROOT, SINCE, TABLE, Row, moment, person, post

TOWN = f"{COUNTY}101"
VILLAGE, NEXT_VILLAGE = f"{TOWN}201", f"{TOWN}202"
GRID, MOVED_GRID, WAREHOUSE = f"{VILLAGE}001", f"{VILLAGE}002", f"{VILLAGE}901"
MOVES_ON = date(2026, 12, 1)
OPERATOR = Actor(COUNTY, uuid5(ROOT, "operator"), "指挥员 001", (PostHeld(Role.OPERATOR, COUNTY),))
TEA, LITTER = "E0505", "E0110"


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
        post("L", Role.SQUAD_LEADER),
        post("A", Role.SQUAD_MEMBER),
        post("B", Role.SQUAD_MEMBER),
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
