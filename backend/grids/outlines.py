"""Outlines of a whole edition for maps, simplified by zoom. On every zoom the grids again share all borders with each other.

Tiles are cut from these in `tile_routes.py`; beyond the last of the zooms here they show the shapes themselves.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from pyproj import Transformer
from shapely import MultiPolygon
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.database import WEB_MERCATOR
from backend.grids.models import GridKind, GridLevel, GridOutline
from backend.grids.queries_tiles import OUTLINED_TO, Drawn, shapes_in_force
from geo.lattice import Shape

_LEVELS = tuple(GridLevel)
# Edge of the world in metres of Web Mercator (EPSG:3857), and pixels of a tile at zoom 0.
_WORLD_M, _TILE_PX = 40_075_016.686, 512
_TO_MERCATOR = Transformer.from_crs("EPSG:4326", f"EPSG:{WEB_MERCATOR}", always_xy=True)


@dataclass(frozen=True)
class Figure:
    """A grid as a map draws it: `shape` in Web Mercator."""

    code: str
    version: int
    level: GridLevel
    kind: GridKind
    parent_code: str | None
    cluster_code: str | None
    shape: Shape


async def write_outlines(session: AsyncSession, county: str, edition: int, on: date) -> None:
    """Write the outlines of the net in force on a local day, in place of any that the edition has."""
    rows = await shapes_in_force(session, county, on)
    older = delete(GridOutline).where(col(GridOutline.county) == county, col(GridOutline.edition) == edition)
    await session.execute(older)
    outlines = await asyncio.to_thread(lambda: list(_outlines(_in_mercator(rows))))
    if outlines:
        await session.execute(insert(GridOutline), [{"county": county, "edition": edition, **row} for row in outlines])


def _in_mercator(rows: Sequence[Drawn]) -> dict[str, Figure]:
    shapes = shapely.from_wkb([row.wkb for row in rows])
    projected = shapely.transform(shapes, lambda degrees: np.column_stack(_TO_MERCATOR.transform(*degrees.T)))
    return {
        row.code: Figure(row.code, row.version, row.level, row.kind, row.parent_code, row.cluster_code, shape)
        for row, shape in zip(rows, projected, strict=True)
    }


def _outlines(figures: Mapping[str, Figure]) -> Iterator[dict[str, Any]]:
    for max_zoom, finest in OUTLINED_TO.items():
        for code, shape in simplified(figures, finest, pixel_m(max_zoom)).items():
            whole = shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])
            yield {
                "max_zoom": max_zoom,
                "code": code,
                "version": figures[code].version,
                "shape": from_shape(whole, srid=WEB_MERCATOR),
            }


def pixel_m(zoom: int) -> float:
    """Side of a screen pixel in Web Mercator metres, as MapLibre draws tiles (512 pixels wide)."""
    return _WORLD_M / _TILE_PX / (1 << zoom)


def simplified(figures: Mapping[str, Figure], finest: GridLevel, tolerance_m: float) -> dict[str, Shape]:
    """The figures down to a level, simplified so that no border moves by more than about the tolerance.

    Base grids that have no parts at these levels are simplified together, border by border; those above are put together
    from them again. A cluster is put together from its members, an exclusive grid stands alone.
    """
    shown = [figure for figure in figures.values() if _LEVELS.index(figure.level) <= _LEVELS.index(finest)]
    base = [figure for figure in shown if figure.kind == GridKind.BASE]
    parts: dict[str | None, list[str]] = defaultdict(list)
    members: dict[str | None, list[str]] = defaultdict(list)
    for figure in base:
        parts[figure.parent_code].append(figure.code)
        members[figure.cluster_code].append(figure.code)
    leaves = [figure for figure in base if figure.code not in parts]
    found = dict(zip([f.code for f in leaves], _together([f.shape for f in leaves], tolerance_m), strict=True))
    for figure in sorted(base, key=lambda figure: -_LEVELS.index(figure.level)):
        if figure.code in parts:
            found[figure.code] = _joined([found[code] for code in parts[figure.code]])
    for figure in shown:
        if figure.kind == GridKind.CLUSTER and members[figure.code]:
            found[figure.code] = _joined([found[code] for code in members[figure.code]])
        elif figure.kind != GridKind.BASE:
            found[figure.code] = _together([figure.shape], tolerance_m)[0]
    return found


def _together(shapes: Sequence[Shape], tolerance_m: float) -> list[Shape]:
    return list(shapely.coverage_simplify(shapes, tolerance_m))


def _joined(shapes: Sequence[Shape]) -> Shape:
    return cast("Shape", shapely.coverage_union_all(shapes))
