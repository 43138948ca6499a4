"""The statement of who is on duty against the rules told a second time, in Python, on random squads.

What the statement takes grows with the square of the squads, so daily there are few of them and many moments.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from backend.clock import SHANGHAI, local_date
from backend.permissions import Role
from backend.staff.duty import Standing
from backend.staff.models import (
    BaseStatus,
    DutyState,
    DutyStatus,
    DutyTurn,
    LeaveKind,
    Post,
    RequestStatus,
    RotaShift,
    ShiftChange,
    ShiftChangeKind,
    Squad,
    SquadKind,
    Staff,
    StaffLeave,
    Unit,
    UnitKind,
)
from backend.staff.queries_duty import duty_of_squads
from backend.staff.rota import DatedShift, ShiftException, ShiftKind, WeeklyShift, dated_shifts

COUNTY = "990002"
MONDAY = date(2026, 11, 23)
SQUADS, MOMENTS = 60, 40
TIMES = [time(0), time(6), time(8), time(12), time(20), time(23, 30)]
TWELVE_HOURS = timedelta(hours=12)


@dataclass
class RandomSquad:
    """A squad's rows as plain values, for the second telling."""

    code: str
    pattern: list[WeeklyShift] = field(default_factory=list)
    exceptions: list[ShiftException] = field(default_factory=list)
    members: dict[UUID, tuple[date, date | None]] = field(default_factory=dict)
    turns: set[tuple[date, time, UUID]] = field(default_factory=set)
    leaves: list[tuple[UUID, datetime, datetime, RequestStatus]] = field(default_factory=list)
    states: dict[UUID, tuple[BaseStatus, datetime]] = field(default_factory=dict)


def a_moment(random: Random) -> datetime:
    day = MONDAY + timedelta(days=random.randint(-2, 3))
    return datetime.combine(day, random.choice(TIMES), SHANGHAI) + timedelta(minutes=random.choice([0, 0, -1, 1, 200]))


def a_moment_to_ask(random: Random, said: list[datetime]) -> datetime:
    """Any, or one at which what somebody said has just begun, still counts or ends to count."""
    return random.choice([a_moment(random), random.choice(said) + timedelta(hours=random.choice([0, 1, 5, 12]))])


def draw_squad(random: Random, number: int) -> RandomSquad:
    squad = RandomSquad(f"s{number:03}")
    for weekday, starts in sorted({(random.randint(0, 6), random.choice(TIMES)) for _ in range(random.randint(0, 9))}):
        since = MONDAY + timedelta(days=random.choice([-30, -1, 0, 1, 2]))
        until = random.choice([None, None, since + timedelta(days=random.randint(0, 8))])
        squad.pattern.append(WeeklyShift(weekday, starts, random.choice(TIMES), since, until))
    days = [MONDAY + timedelta(days=n) for n in range(-3, 5)]
    for day, starts in sorted({(random.choice(days), random.choice(TIMES)) for _ in range(random.randint(0, 4))}):
        kind = random.choice([ShiftKind.ADDED, ShiftKind.CANCELLED])
        ends = random.choice(TIMES) if kind == ShiftKind.ADDED else None
        squad.exceptions.append(ShiftException(day, starts, kind, ends))
    for _ in range(random.choice([0, 1, 2, 3])):
        person = UUID(int=random.getrandbits(128))
        squad.members[person] = random.choice([(MONDAY - timedelta(days=90), None)] * 4 + [(days[3], days[5])])
        if random.random() < 0.5:
            squad.states[person] = (random.choice([*BaseStatus, BaseStatus.OFF_DUTY]), a_moment(random))
        if random.random() < 0.3:
            starts_at = a_moment(random)
            status = random.choice([RequestStatus.APPROVED, RequestStatus.ASKED])
            squad.leaves.append((person, starts_at, starts_at + timedelta(hours=random.randint(1, 40)), status))
    for shift in dated_shifts(squad.pattern, squad.exceptions, days[0], days[-1]):
        for person in squad.members:
            if random.random() < 0.25:
                squad.turns.add((shift.on, shift.starts, person))
    return squad


def expected(squad: RandomSquad, at: datetime) -> dict[UUID, tuple[Standing, datetime | None]]:
    """The rules of docs/decisions/0013-duty.md, one after the other."""
    today = local_date(at)
    near = dated_shifts(squad.pattern, squad.exceptions, today - timedelta(days=3), today)
    begun = [shift for shift in near if shift.counts and shift.starts_at <= at]
    found = {}
    for person, (starts_on, ends_on) in squad.members.items():
        if starts_on <= today and (ends_on is None or today <= ends_on):
            mine = [shift for shift in begun if _is_theirs(squad, shift, person)]
            found[person] = _standing(squad, person, mine, at)
    return found


def _is_theirs(squad: RandomSquad, shift: DatedShift, person: UUID) -> bool:
    named = {who for on, starts, who in squad.turns if (on, starts) == (shift.on, shift.starts)}
    return not named or person in named


def _standing(
    squad: RandomSquad, person: UUID, mine: list[DatedShift], at: datetime
) -> tuple[Standing, datetime | None]:
    leaves = [
        (starts_at, ends_at)
        for who, starts_at, ends_at, status in squad.leaves
        if who == person and status == RequestStatus.APPROVED
    ]
    if any(starts_at <= at < ends_at for starts_at, ends_at in leaves):
        return Standing.ON_LEAVE, None
    base, said_at = squad.states.get(person, (None, at))
    if said_at > at:
        base = None
    away_at = [starts_at for starts_at, _ends_at in leaves if starts_at > at]
    running = [shift for shift in mine if at < shift.ends_at]
    served = [s for s in running if not (base == BaseStatus.OFF_DUTY and said_at >= s.starts_at)]
    if served:
        return Standing.ROSTERED, min([max(s.ends_at for s in served), *away_at])
    in_a_shift_since = any(shift.ends_at > said_at for shift in mine)
    if base not in (None, BaseStatus.OFF_DUTY) and at < said_at + TWELVE_HOURS and not in_a_shift_since:
        return Standing.STEPPED_IN, min([said_at + TWELVE_HOURS, *away_at])
    return (Standing.SIGNED_OFF if running else Standing.NOT_ROSTERED), None


def rows_of(squad: RandomSquad) -> list[list[SQLModel]]:
    """What the database is told, parents before children."""
    here = {"county": COUNTY, "squad_code": squad.code}
    return [
        [
            Squad(
                county=COUNTY,
                code=squad.code,
                name=squad.code,
                unit_code="u",
                kind=SquadKind.ALL_ROUND,
                capabilities=[],
            ),
            *(Staff(county=COUNTY, id=person, name=str(person), phone=person.hex[:20]) for person in squad.members),
        ],
        [
            *(RotaShift(**here, **shift.__dict__) for shift in squad.pattern),
            *(
                ShiftChange(
                    **here, on_day=e.on, starts=e.starts, kind=ShiftChangeKind(e.kind.value), ends=e.ends, reason="x"
                )
                for e in squad.exceptions
            ),
            *(
                Post(**here, id=person, staff_id=person, role=Role.SQUAD_MEMBER, starts_on=starts_on, ends_on=ends_on)
                for person, (starts_on, ends_on) in squad.members.items()
            ),
            *(DutyTurn(**here, on_day=on, starts=starts, staff_id=who) for on, starts, who in squad.turns),
            *(
                DutyState(county=COUNTY, staff_id=person, status_code=base, since_at=since_at)
                for person, (base, since_at) in squad.states.items()
            ),
            *(
                StaffLeave(
                    county=COUNTY,
                    id=person,
                    staff_id=person,
                    kind=LeaveKind.ANNUAL,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    reason="",
                    status=status,
                    asked_at=starts_at,
                )
                for person, starts_at, ends_at, status in squad.leaves
            ),
        ],
    ]


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.nightly)])
async def test_the_statement_agrees_with_the_rules_told_again(session: AsyncSession, seed: int) -> None:
    await both_agree(session, seed, squads=SQUADS, moments=MOMENTS)


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(10, 16))
async def test_the_statement_agrees_for_hundreds_of_squads(session: AsyncSession, seed: int) -> None:
    await both_agree(session, seed, squads=300, moments=12)


async def both_agree(session: AsyncSession, seed: int, *, squads: int, moments: int) -> None:
    random = Random(seed)
    drawn = {squad.code: squad for squad in (draw_squad(random, number) for number in range(squads))}
    session.add(Unit(county=COUNTY, code="u", name="u", kind=UnitKind.DEPARTMENT))
    session.add_all(
        DutyStatus(county=COUNTY, code=base, position=n, name_zh=base, name_en=base, base=base)
        for n, base in enumerate(BaseStatus)
    )
    await session.flush()
    for generation in zip(*(rows_of(squad) for squad in drawn.values()), strict=True):
        session.add_all(row for rows in generation for row in rows)
        await session.flush()
    seen: set[Standing] = set()
    said = [said_at for squad in drawn.values() for _base, said_at in squad.states.values()]
    for at in [a_moment_to_ask(random, said) for _ in range(moments)]:
        for duty in await duty_of_squads(session, COUNTY, at):
            squad = drawn[duty.code]
            found = {m.id: (m.standing, m.on_until) for m in duty.members}
            assert found == expected(squad, at), (squad, at)
            seen |= {standing for standing, _until in found.values()}
            if not squad.members:
                assert duty.on_duty is _rota_runs(squad, at), (squad, at)
    assert seen == set(Standing)


def _rota_runs(squad: RandomSquad, at: datetime) -> bool:
    near = dated_shifts(squad.pattern, squad.exceptions, local_date(at) - timedelta(days=1), local_date(at))
    return any(shift.runs_at(at) for shift in near)
