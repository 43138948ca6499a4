"""Loads the reference catalogue, the work calendar and the demo town into a migrated database. Safe to run twice.

Everything is written in one transaction under the county's own key; a county that is already there is left alone.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from geoalchemy2.shape import from_shape
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry import mapping, shape
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from backend.assessment.refreshing import refresh
from backend.clock import local_date, utc_now
from backend.database import SRID, make_engine, make_sessions
from backend.grids.models import Grid, GridKind, NetEdition
from backend.grids.net import as_multi, label_of
from backend.grids.outlines import write_outlines
from backend.grids.routes import base_map_key
from backend.settings import Settings
from backend.staff.models import DutyTurn, Post, RotaShift, Squad, SquadJurisdiction, Staff, Unit
from backend.staff.passwords import hash_password
from backend.staff.people_actions import initials_of
from backend.storage import open_store, put
from geo.geodesy import whole_area_m2
from geo.tiling import build_parent
from seeds.demo import duty
from seeds.demo.cases import write_cases
from seeds.demo.past_cases import write_past_cases
from seeds.demo.patrols import write_patrols
from seeds.reference import reference

HERE = Path(__file__).parent
COUNTY = "320281"
UNITS = "xxk"
TOWN_PATH = f"{COUNTY}/320281104"
SINCE = date(2026, 1, 1)
IN_FORCE_AT = datetime(2026, 1, 1, tzinfo=UTC)
# Demo people keep their ids from load to load, so that two demo installations agree.
PEOPLE = UUID("6f0d2f7e-0f3a-4b8e-9a53-6d1f6f2b7c11")


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
            await write_demo(session, local_date(utc_now()))
            await write_past_cases(session, COUNTY, utc_now())
            await write_cases(session, store, COUNTY, utc_now())
            while await refresh(session, COUNTY):
                pass
            await write_patrols(session, COUNTY, utc_now())
            # Else the first minute's questions are planned as if nothing were there.
            await session.execute(text("ANALYZE"))
    finally:
        await engine.dispose()


async def _is_loaded(session: AsyncSession) -> bool:
    return await session.scalar(select(col(Grid.code)).where(col(Grid.county) == COUNTY).limit(1)) is not None


async def write_demo(session: AsyncSession, today: date) -> None:
    """Every row of the demo, parents before children. Only the turns of the rota depend on the day."""
    features = _with_clusters(_read("demo/grids.geojson")["features"], _read("demo/clusters.json"))
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
        *reference(COUNTY, units=UNITS, since=SINCE),
        _turns(organisation, today),
    ):
        session.add_all(batch)
        await session.flush()
    await write_outlines(session, COUNTY, 1, SINCE)


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


def _with_clusters(features: list[dict[str, Any]], clusters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The grids with the cluster grids (连片) beside them, each built from its members, which name it."""
    by_code = {f["properties"]["code"]: f for f in features}
    built = []
    for cluster in clusters:
        members = [by_code[code] for code in cluster["members"]]
        outline = build_parent([whole for whole in map(_outline, members) if whole])
        about = {
            **members[0]["properties"],
            "cluster_code": None,
            "code": cluster["code"],
            "name": cluster["name"],
            "short_name": cluster["short_name"],
            "kind": GridKind.CLUSTER,
            "label_point": label_of(outline).coords[0],
        }
        for member in members:
            member["properties"]["cluster_code"] = cluster["code"]
        built.append({"properties": about, "geometry": mapping(outline)})
    return features + built


def _paths(features: list[dict[str, Any]]) -> dict[str, str]:
    """Code of each grid to its path from the county down; parents come before their children in the file or after."""
    parents = {f["properties"]["code"]: f["properties"]["parent_code"] for f in features}

    def path(code: str) -> str:
        parent = parents[code]
        return f"{path(parent)}/{code}" if parent else code

    return {code: path(code) for code in parents}


def _areas(features: list[dict[str, Any]]) -> dict[str, float]:
    """Code to area in whole m²; a grid with base children has the sum of theirs, a cluster that of its members."""
    children = defaultdict(list)
    for feature in features:
        about = feature["properties"]
        if about["kind"] == GridKind.BASE:
            children[about["parent_code"]].append(about["code"])
        if cluster_code := about.get("cluster_code"):
            children[cluster_code].append(about["code"])
    own = {f["properties"]["code"]: f["geometry"] for f in features}

    def area(code: str) -> float:
        if children[code]:
            return sum(area(child) for child in children[code])
        return whole_area_m2(shape(own[code])) if own[code] else 0.0

    return {code: area(code) for code in own}


def _outline(feature: dict[str, Any]) -> MultiPolygon | None:
    if not feature["geometry"]:
        return None
    outline = shape(feature["geometry"])
    assert isinstance(outline, Polygon | MultiPolygon)
    return as_multi(outline)


def _grids(features: list[dict[str, Any]], paths: dict[str, str]) -> Iterable[SQLModel]:
    areas = _areas(features)
    for feature in features:
        about = feature["properties"]
        whole = _outline(feature)
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
            cluster_code=about.get("cluster_code"),
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
    """Only people with a published demo sign-in get a password; nobody can sign in as the others.

    A hash takes a tenth of a second, and what is published needs no salt of its own for each.
    """
    hashes = {password: hash_password(password) for password in set(passwords.values())}
    for person in staff:
        password = passwords.get(person["phone"])
        yield Staff(
            county=COUNTY,
            id=staff_id(person["phone"]),
            name=person["name"],
            initials=initials_of(person["name"]),
            phone=person["phone"],
            home_unit_code=person["home_unit"],
            keeper_path=TOWN_PATH,
            password_hash=hashes[password] if password else None,
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
                engagement=post["engagement"],
                grid_path=paths[grid_code] if grid_code else None,
                squad_code=post.get("squad"),
                unit_code=post.get("unit"),
                starts_on=SINCE,
            )


def _turns(organisation: dict[str, Any], today: date) -> Iterable[SQLModel]:
    return (
        DutyTurn(
            county=COUNTY,
            squad_code=turn.squad_code,
            on_day=turn.on,
            starts=turn.starts,
            staff_id=staff_id(turn.phone),
        )
        for turn in duty.turns(organisation["squads"], organisation["staff"], today)
    )
