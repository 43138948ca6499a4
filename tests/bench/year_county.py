"""The county of the generated year: its people, squads and how to name them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from backend.permissions import Role
from backend.staff.models import Post, RotaShift, Squad, SquadJurisdiction, SquadKind, Staff
from seeds.reference import unit_code

COUNTY = "410225"
# The last moment of the year; benches take it for now.
NOW = datetime(2026, 11, 29, 1, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(days=365)
TOWNS, VILLAGES, GRIDS, SQUADS, WORKERS, INSPECTORS, OPERATORS = 16, 486, 2_099, 38, 585, 40, 8
PHONES = {"county": "18800000001", "town": "18800000002", "leader": "18800000003", "worker": "18800000004"}
_IDS = UUID("5f7a6a0e-8a83-4a39-9a0e-0f2d8f6c1b77")


def person_id(kind: str, n: int) -> UUID:
    return uuid5(_IDS, f"{kind} {n}")


def squad_code(n: int) -> str:
    return f"squad-{n:02}"


def people_of(towns: list[str], since: date) -> Iterator[list[Any]]:
    enforcement = unit_code(COUNTY, "enforcement")
    kinds = [SquadKind.ALL_ROUND if n < TOWNS else SquadKind.DEPARTMENT for n in range(SQUADS)]
    yield [
        Squad(
            county=COUNTY, code=squad_code(n), name=f"综合执法{n + 1}中队", unit_code=enforcement, kind=kind,
            capabilities=["*"],
        )
        for n, kind in enumerate(kinds)
    ]  # fmt: skip
    yield [
        SquadJurisdiction(county=COUNTY, squad_code=squad_code(n), grid_path=towns[n] if n < TOWNS else COUNTY)
        for n in range(SQUADS)
    ]
    yield [
        RotaShift(county=COUNTY, squad_code=squad_code(n), weekday=day, starts=time(8), ends=time(20), starts_on=since)
        for n in range(SQUADS)
        for day in range(7)
    ]
    people = [("operator", n, Role.OPERATOR, COUNTY if n != 1 else towns[0], None) for n in range(OPERATORS)]
    people += [("leader", n, Role.SQUAD_LEADER, None, squad_code(n)) for n in range(SQUADS)]
    people += [("member", n, Role.SQUAD_MEMBER, None, squad_code(n)) for n in range(SQUADS)]
    people += [("inspector", n, Role.INSPECTOR, towns[n % TOWNS], None) for n in range(INSPECTORS)]
    people += [("worker", n, Role.WORKER, towns[n % TOWNS], None) for n in range(WORKERS)]
    known = {("operator", 0): "county", ("operator", 1): "town", ("leader", 0): "leader", ("worker", 0): "worker"}
    yield [
        Staff(
            county=COUNTY,
            id=person_id(kind, n),
            name=f"{kind}{n}",
            phone=PHONES[known[kind, n]] if (kind, n) in known else f"1870{i:07}",
            home_unit_code=enforcement,
        )
        for i, (kind, n, *_rest) in enumerate(people)
    ]
    yield [
        Post(
            county=COUNTY, id=person_id(f"post {kind}", n), staff_id=person_id(kind, n), role=role, grid_path=path,
            squad_code=squad, starts_on=since,
        )
        for kind, n, role, path, squad in people
    ]  # fmt: skip
