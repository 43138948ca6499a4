"""Every SELECT about imports, and what an import brings to a draft."""

import hashlib
import json
from datetime import date
from uuid import UUID

import shapely
from pydantic import TypeAdapter
from shapely import MultiPolygon, Polygon
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.database import shape_of
from backend.errors import Conflict, NotFound, Say
from backend.grids.imports.fields import DIGITS
from backend.grids.imports.intake import ReadFeature
from backend.grids.imports.schemas import ImportSummary
from backend.grids.models import Grid, GridKind, GridLevel, NetImport
from backend.grids.queries import in_force
from backend.grids.taken import ImportedGrid
from backend.permissions import Actor, Permission, covers
from backend.storage import ObjectStore, get

RECENT = 50

FEATURES = TypeAdapter(list[ReadFeature])


async def import_for(session: AsyncSession, actor: Actor, import_id: UUID) -> NetImport:
    """An import of the actor's own. Raises NotFound `no_such_import`."""
    found = await session.get(NetImport, (actor.county, import_id))
    if found is None or found.author_id != actor.staff_id:
        raise NotFound("no_such_import", Say("没有这次导入，或不是你上传的", "There is no such import of yours"))
    return found


async def recent_imports(session: AsyncSession, actor: Actor) -> list[ImportSummary]:
    """The actor's own, the latest first; without what is in them, which may be large."""
    wanted = (
        select(
            col(NetImport.id),
            col(NetImport.file_name),
            col(NetImport.created_at),
            col(NetImport.updated_at),
            col(NetImport.report)["ok"].as_boolean().label("ok"),
            col(NetImport.draft_id),
        )
        .where(col(NetImport.county) == actor.county, col(NetImport.author_id) == actor.staff_id)
        .order_by(col(NetImport.updated_at).desc(), col(NetImport.id))
        .limit(RECENT)
    )
    return [ImportSummary.model_validate(row, from_attributes=True) for row in await session.execute(wanted)]


async def scope_grid(session: AsyncSession, actor: Actor, code: str, on: date) -> Grid:
    """The grid whose parts are to be replaced, if the actor keeps it. Raises NotFound `no_such_grid`."""
    found = await session.scalar(
        select(Grid).where(col(Grid.county) == actor.county, col(Grid.code) == code, in_force(on))
    )
    kept = actor.paths_for(Permission.MANAGE_NET)
    if found is None or not any(covers(path, found.path) for path in kept):
        raise NotFound(
            "no_such_grid", Say("没有这个网格，或不归你管理", "There is no such grid, or it is not yours to keep")
        )
    return found


async def lowest_there(session: AsyncSession, county: str, code: str | None, on: date) -> str | None:
    """This grid, or the lowest above it by code that is in force: a county's first file brings its towns itself."""
    above = [code[:digits] for digits in DIGITS.values() if len(code) >= digits] if code else []
    wanted = select(col(Grid.code)).where(col(Grid.county) == county, col(Grid.code).in_(above), in_force(on))
    return await session.scalar(wanted.order_by(func.length(col(Grid.code)).desc()).limit(1))


async def county_bounds(session: AsyncSession, county: str, on: date) -> tuple[float, float, float, float] | None:
    """[west, south, east, north] of the net in force, degrees."""
    extent = select(func.ST_Extent(col(Grid.shape))).where(col(Grid.county) == county, in_force(on)).subquery()
    box = extent.c[0]
    row = (
        await session.execute(select(func.ST_XMin(box), func.ST_YMin(box), func.ST_XMax(box), func.ST_YMax(box)))
    ).one()
    return None if row[0] is None else (row[0], row[1], row[2], row[3])


async def net_around(session: AsyncSession, scope: Grid, on: date) -> bytes:
    """What a dry run compares a file with, as JSON for the child: the grids at or below the scope, the grids beside it
    and everything above it. Neighbours and ancestors carry no shape unless the scope's outline must fit them."""
    above = scope.path.split("/")
    rows = await session.scalars(
        select(Grid).where(
            col(Grid.county) == scope.county,
            in_force(on),
            or_(
                col(Grid.path) == scope.path,
                col(Grid.path).like(f"{scope.path}/%"),
                col(Grid.code).in_(above),
                col(Grid.parent_code) == scope.parent_code,
            ),
        )
    )
    return json.dumps([_as_facts(grid) for grid in rows]).encode()


def _as_facts(grid: Grid) -> dict[str, object]:
    return {
        "code": grid.code,
        "name": grid.name,
        "short_name": grid.short_name,
        "level": grid.level.value,
        "kind": grid.kind.value,
        "parent_code": grid.parent_code,
        "management_grade": grid.management_grade,
        "area_m2": grid.area_m2,
        "path": grid.path,
        "shape": shapely.to_wkb(shape_of(grid.shape), hex=True) if grid.shape is not None else None,
    }


def file_key(county: str, import_id: UUID) -> str:
    """Where the file itself is kept in the object store, as it came."""
    return f"{county}/imports/{import_id}/file"


def features_key(found: NetImport) -> str:
    """Where the features of an import's present reading are kept: they follow from the file, its reading and repairs."""
    asked = json.dumps([found.reading, found.repairs], sort_keys=True).encode()
    return f"{found.county}/imports/{found.id}/features-{hashlib.sha256(asked).hexdigest()[:32]}"


async def read_features(store: ObjectStore, found: NetImport) -> list[ReadFeature]:
    """The features of the present reading. Raises Conflict `import_not_read` when there is none yet."""
    if found.reading is None:
        raise Conflict("import_not_read", Say("请先确认这个文件怎么读", "First confirm how the file is to be read"))
    return FEATURES.validate_json(await get(store, features_key(found)))


async def imported_features(
    session: AsyncSession, store: ObjectStore, county: str, import_id: UUID
) -> list[ImportedGrid]:
    """The grids that an import brings, on the lattice: all or nothing.

    Raises NotFound `no_such_import`, and Conflict `import_not_ready` while its report has errors.
    """
    found = await session.get(NetImport, (county, import_id))
    if found is None:
        raise NotFound("no_such_import", Say("没有这次导入", "There is no such import"))
    require_ready(found)
    return [_imported(feature) for feature in await read_features(store, found) if feature.brought]


def require_ready(found: NetImport) -> None:
    """Raises Conflict `import_not_ready` unless the file has been read and its report has no errors."""
    if not found.report or not found.report["ok"]:
        raise Conflict(
            "import_not_ready",
            Say("体检报告里还有错误，改好后才能导入", "The report still has errors; mend them first"),
        )


def _imported(feature: ReadFeature) -> ImportedGrid:
    shape = shapely.from_wkb(feature.shape)
    assert isinstance(shape, Polygon | MultiPolygon)
    return ImportedGrid(
        code=feature.code,
        name=feature.name,
        short_name=feature.short_name,
        level=GridLevel(str(feature.level)),
        kind=GridKind(str(feature.kind)),
        parent_code=feature.parent_code,
        management_grade=feature.management_grade,
        shape=shape,
    )
