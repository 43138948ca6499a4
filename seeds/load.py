"""Loads the reference catalogue, the work calendar and the demo town into a migrated database. Safe to run twice.

Everything is written in one transaction under the county's own key; a county that is already there is left alone.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import chinese_calendar
from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry import shape
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from backend.database import SRID, make_engine, make_sessions
from backend.dispatch.models import RoutingRule
from backend.grids.models import Grid, GridKind, NetEdition
from backend.grids.routes import base_map_key
from backend.matters.models import CalendarDay, Catalogue, DayKind, FilingCondition, Matter, WorkHours
from backend.settings import Settings
from backend.staff.models import Post, RotaShift, Squad, SquadJurisdiction, Staff, Unit
from backend.staff.passwords import hash_password
from backend.storage import open_store, put
from geo.geodesy import area_m2

HERE = Path(__file__).parent
COUNTY = "320281"
SINCE = date(2026, 1, 1)
IN_FORCE_AT = datetime(2026, 1, 1, tzinfo=UTC)
# Demo people keep their ids from load to load, so that two demo installations agree.
PEOPLE = UUID("6f0d2f7e-0f3a-4b8e-9a53-6d1f6f2b7c11")
WORK_HOURS = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))


def load(database_url: str, data_dir: Path) -> None:
    """Load the demo town unless the county is there already."""
    asyncio.run(load_demo(Settings(database_url=database_url, data_dir=data_dir)))


async def load_demo(settings: Settings) -> None:
    engine = make_engine(settings.database_url)
    try:
        async with make_sessions(engine)() as session, session.begin():
            if await _is_loaded(session):
                return
            store = open_store(settings.photo_store)
            await put(store, base_map_key(COUNTY), (HERE / "demo" / "base_map.geojson").read_bytes())
            await write_demo(session)
    finally:
        await engine.dispose()


async def _is_loaded(session: AsyncSession) -> bool:
    return await session.scalar(select(col(Grid.code)).where(col(Grid.county) == COUNTY).limit(1)) is not None


async def write_demo(session: AsyncSession) -> None:
    """Every row of the demo, parents before children."""
    features = _read("demo/grids.geojson")["features"]
    paths = _paths(features)
    organisation = _read("demo/organisation.json")
    passwords = {row["phone"]: row["password"] for row in _read("demo/sign_ins.json")}
    for batch in (
        [_first_edition(len(features))],
        _grids(features, paths),
        _units(organisation["units"]),
        _squads(organisation["squads"]),
        _squad_parts(organisation["squads"], paths),
        _people(organisation["staff"], passwords),
        _posts(organisation["staff"], paths),
        _calendar(),
        [Catalogue(county=COUNTY, version=1, in_force_at=IN_FORCE_AT)],
        _matters(_read("catalogue/matters.json")["matters"]),
        _conditions(_read("catalogue/matters.json")["matters"]),
        _rules(_read("demo/routing_rules.json")),
    ):
        session.add_all(batch)
        await session.flush()


def _read(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def _first_edition(grids: int) -> NetEdition:
    return NetEdition(
        county=COUNTY,
        number=1,
        title="示意网格（初始版本）",
        effective_on=SINCE,
        published_at=IN_FORCE_AT,
        summary={"added": grids},
    )


def _paths(features: list[dict[str, Any]]) -> dict[str, str]:
    """Code of each grid to its path from the county down; parents come before their children in the file or after."""
    parents = {f["properties"]["code"]: f["properties"]["parent_code"] for f in features}

    def path(code: str) -> str:
        parent = parents[code]
        return f"{path(parent)}/{code}" if parent else code

    return {code: path(code) for code in parents}


def _areas(features: list[dict[str, Any]]) -> dict[str, float]:
    """Code to area in whole m²; a grid with base children has the sum of theirs."""
    children = defaultdict(list)
    for feature in features:
        if feature["properties"]["kind"] == GridKind.BASE:
            children[feature["properties"]["parent_code"]].append(feature["properties"]["code"])
    own = {f["properties"]["code"]: f["geometry"] for f in features}

    def area(code: str) -> float:
        if children[code]:
            return sum(area(child) for child in children[code])
        return float(round(area_m2(shape(own[code])))) if own[code] else 0.0

    return {code: area(code) for code in own}


def _grids(features: list[dict[str, Any]], paths: dict[str, str]) -> Iterable[SQLModel]:
    areas = _areas(features)
    for feature in features:
        about = feature["properties"]
        outline = shape(feature["geometry"]) if feature["geometry"] else None
        whole = MultiPolygon([outline]) if isinstance(outline, Polygon) else outline
        label = about["label_point"]
        yield Grid(
            county=COUNTY,
            code=about["code"],
            version=1,
            name=about["name"],
            short_name=about["short_name"],
            level=about["level"],
            kind=about["kind"],
            parent_code=about["parent_code"],
            path=paths[about["code"]],
            area_m2=areas[about["code"]],
            indicative=about["indicative"],
            valid_from=SINCE,
            shape=from_shape(whole, srid=SRID) if whole is not None else None,
            label_point=from_shape(Point(label), srid=SRID) if label else None,
        )


def _units(units: list[dict[str, Any]]) -> Iterable[SQLModel]:
    return (Unit(county=COUNTY, code=u["code"], name=u["name"], kind=u["kind"]) for u in units)


def _squads(squads: list[dict[str, Any]]) -> Iterable[SQLModel]:
    return (
        Squad(
            county=COUNTY,
            code=s["code"],
            name=s["name"],
            unit_code=s["unit"],
            kind=s["kind"],
            capabilities=s["capabilities"],
        )
        for s in squads
    )


def _squad_parts(squads: list[dict[str, Any]], paths: dict[str, str]) -> Iterable[SQLModel]:
    for squad in squads:
        for code in squad["jurisdiction"]:
            yield SquadJurisdiction(county=COUNTY, squad_code=squad["code"], grid_path=paths[code])
        for shift in squad["rota"]:
            yield RotaShift(
                county=COUNTY,
                squad_code=squad["code"],
                weekday=shift["weekday"],
                starts=time.fromisoformat(shift["starts"]),
                ends=time.fromisoformat(shift["ends"]),
                starts_on=SINCE,
            )


def staff_id(phone: str) -> UUID:
    return uuid5(PEOPLE, phone)


def _people(staff: list[dict[str, Any]], passwords: dict[str, str]) -> Iterable[SQLModel]:
    """Only people with a published demo sign-in get a password; nobody can sign in as the others."""
    for person in staff:
        password = passwords.get(person["phone"])
        yield Staff(
            county=COUNTY,
            id=staff_id(person["phone"]),
            name=person["name"],
            phone=person["phone"],
            password_hash=hash_password(password) if password else None,
        )


def _posts(staff: list[dict[str, Any]], paths: dict[str, str]) -> Iterable[SQLModel]:
    for person in staff:
        for number, post in enumerate(person["posts"]):
            grid_code = post.get("grid_code")
            yield Post(
                county=COUNTY,
                id=uuid5(PEOPLE, f"{person['phone']}/{number}"),
                staff_id=staff_id(person["phone"]),
                role=post["role"],
                duty=post.get("duty"),
                grid_path=paths[grid_code] if grid_code else None,
                squad_code=post.get("squad"),
                unit_code=post.get("unit"),
                starts_on=SINCE,
            )


def _calendar() -> Iterable[SQLModel]:
    """Working hours, and the days on which the country's calendar differs from Monday to Friday."""
    for starts, ends in WORK_HOURS:
        yield WorkHours(county=COUNTY, starts=starts, ends=ends)
    day = SINCE
    while day.year <= max(chinese_calendar.constants.holidays).year:
        is_workday = chinese_calendar.is_workday(day)
        if is_workday != (day.weekday() < 5):
            kind = DayKind.WORKDAY if is_workday else DayKind.HOLIDAY
            yield CalendarDay(county=COUNTY, on=day, kind=kind, source="国务院办公厅放假通知")
        day += timedelta(days=1)


def _matters(matters: list[dict[str, Any]]) -> Iterable[SQLModel]:
    for m in matters:
        yield Matter(
            county=COUNTY,
            catalogue_version=1,
            code=m["code"],
            kind=m["kind"],
            major_code=m["major_code"],
            major_name=m["major_name"],
            name=m["name"],
            icon=m["icon"],
            initials=m["initials"],
            photo_guidance=m["photo_guidance"],
            photos_before_min=m["photos_before"]["min"],
            photos_before_max=m["photos_before"]["max"],
            photos_after_min=m["photos_after"]["min"],
            photos_after_max=m["photos_after"]["max"],
            closing_condition=m["closing_condition"],
            legal_basis=m["legal_basis"],
            department_code=m["department"],
            weight=m["weight"],
            self_dispatch=m["self_dispatch"],
        )


def _conditions(matters: list[dict[str, Any]]) -> Iterable[SQLModel]:
    for m in matters:
        for position, condition in enumerate(m["conditions"]):
            yield FilingCondition(
                county=COUNTY,
                catalogue_version=1,
                code=condition["code"],
                matter_code=m["code"],
                position=position,
                words=condition["words"],
                severity=condition["severity"],
                limit_amount=condition["limit"]["amount"],
                limit_unit=condition["limit"]["unit"],
                is_default=condition["default"],
            )


def _rules(rules: list[dict[str, Any]]) -> Iterable[SQLModel]:
    return (
        RoutingRule(
            county=COUNTY,
            code=r["code"],
            priority=r["priority"],
            name=r["name"],
            matters=r["matters"],
            severities=r["severities"],
            zone=r["zone"],
            target=r["target"],
        )
        for r in rules
    )
