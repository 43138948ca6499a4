"""Rows of a second town and of a second county, made so that every word in them is a canary: it sings if it gets out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import uuid4

from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Point, box
from sqlmodel import SQLModel

from backend.database import SRID
from backend.dispatch.models import RuleSet, RuleSetStatus
from backend.grids.models import Grid, GridKind, GridLevel
from backend.matters.models import Catalogue, FilingCondition, LimitUnit, Matter, MatterKind, Severity, WorkHours
from backend.permissions import Role
from backend.staff.models import Post, RotaShift, Squad, SquadJurisdiction, SquadKind, Staff, Unit, UnitKind
from geo.lattice import to_lattice

SINCE = date(2026, 1, 1)
HALF_SIDE_DEG = 0.005


@dataclass(frozen=True)
class Place:
    """A town with one village, one grid around (`lng`, `lat`), one squad, and one person per role."""

    county: str
    town: str
    squad: str
    lng: float
    lat: float

    @property
    def village(self) -> str:
        return f"{self.town}201"

    @property
    def grid(self) -> str:
        return f"{self.village}001"

    def phone(self, role: Role) -> str:
        return f"1{self.town}{list(Role).index(role)}"

    def canary(self, what: str) -> str:
        """Words that stand nowhere else."""
        return f"canary-{what}-{self.town}"


OTHER_TOWN = Place("320281", "320281199", "squad-199", 120.60, 31.95)
# Codes are a county's own: its squad, rule and matter are called as the demo town's are.
OTHER_COUNTY = Place("320282", "320282101", "xxk-squad-1", 119.80, 31.35)


def town_rows(place: Place) -> Iterator[list[SQLModel]]:
    """Grids, squad and people of the town, parents before children."""
    path = f"{place.county}/{place.town}"
    yield [
        _grid(place, place.town, GridLevel.TOWN, place.county, path),
        _grid(place, place.village, GridLevel.VILLAGE, place.town, f"{path}/{place.village}"),
        _grid(place, place.grid, GridLevel.GRID, place.village, f"{path}/{place.village}/{place.grid}"),
        Unit(county=place.county, code=place.squad, name=place.canary("unit"), kind=UnitKind.DEPARTMENT),
    ]
    yield [
        Squad(
            county=place.county,
            code=place.squad,
            name=place.canary("squad"),
            unit_code=place.squad,
            kind=SquadKind.ALL_ROUND,
            capabilities=["*"],
        )
    ]
    yield [SquadJurisdiction(county=place.county, squad_code=place.squad, grid_path=path)]
    yield [
        RotaShift(
            county=place.county,
            squad_code=place.squad,
            weekday=day,
            starts=time(0),
            ends=time(0),
            starts_on=date(2026, 1, 1),
        )
        for day in range(7)
    ]
    people = {role: uuid4() for role in Role}
    yield [
        Staff(county=place.county, id=staff_id, name=place.canary(f"staff-{role}"), phone=place.phone(role))
        for role, staff_id in people.items()
    ]
    yield [_post(place, role, people[role], path) for role in Role]


def county_rows(place: Place) -> Iterator[list[SQLModel]]:
    """What a county needs besides its town: its own node of the net, working hours, a catalogue and a routing rule."""
    yield [
        _grid(place, place.county, GridLevel.COUNTY, None, place.county),
        WorkHours(county=place.county, starts=time(8), ends=time(18)),
        Catalogue(county=place.county, version=1, in_force_at=datetime(2026, 1, 1, tzinfo=UTC)),
        RuleSet(
            county=place.county,
            id=uuid4(),
            number=1,
            title=place.canary("rules"),
            status=RuleSetStatus.IN_FORCE,
            updated_at=datetime(2026, 1, 1, tzinfo=UTC),
            in_force_from=datetime(2026, 1, 1, tzinfo=UTC),
            rules=[
                {
                    "code": "R1",
                    "priority": 1,
                    "name": place.canary("rule"),
                    "matters": ["*"],
                    "target": {"kind": "own_squads"},
                }
            ],
        ),
    ]
    yield [
        Matter(
            county=place.county,
            catalogue_version=1,
            code="E0110",
            kind=MatterKind.EVENT,
            major_code="E01",
            major_name=place.canary("major"),
            name=place.canary("matter"),
            icon="trash",
            initials="canary",
            photo_guidance=place.canary("guidance"),
            photos_before_min=1,
            photos_before_max=9,
            photos_after_min=1,
            photos_after_max=9,
            closing_condition=place.canary("closing"),
            department_code=place.squad,
            weight=1.0,
            self_dispatch=True,
        )
    ]
    yield [
        FilingCondition(
            county=place.county,
            catalogue_version=1,
            code="E0110-1",
            matter_code="E0110",
            position=0,
            words=place.canary("condition"),
            severity=Severity.NORMAL,
            limit_amount=1,
            limit_unit=LimitUnit.NATURAL_DAY,
            is_default=True,
        )
    ]


def _grid(place: Place, code: str, level: GridLevel, parent: str | None, path: str) -> Grid:
    around = (
        place.lng - HALF_SIDE_DEG,
        place.lat - HALF_SIDE_DEG,
        place.lng + HALF_SIDE_DEG,
        place.lat + HALF_SIDE_DEG,
    )
    return Grid(
        county=place.county,
        code=code,
        name=place.canary(f"grid-{level}"),
        short_name=place.canary(f"short-{level}"),
        level=level,
        kind=GridKind.BASE,
        parent_code=parent,
        path=path,
        area_m2=1e6,
        valid_from=SINCE,
        shape=from_shape(to_lattice(MultiPolygon([box(*around)])), srid=SRID),
        label_point=from_shape(Point(place.lng, place.lat), srid=SRID),
    )


def _post(place: Place, role: Role, staff_id: object, town_path: str) -> Post:
    in_squad = role in {Role.SQUAD_MEMBER, Role.SQUAD_LEADER}
    path = f"{town_path}/{place.village}/{place.grid}" if role == Role.WORKER else town_path
    return Post(
        county=place.county,
        id=uuid4(),
        staff_id=staff_id,
        role=role,
        grid_path=None if in_squad else path,
        squad_code=place.squad if in_squad else None,
        starts_on=SINCE,
    )
