"""The rows of a layer as grids: what each feature says of itself, and what is wrong with that alone. Runs in the child.

How rows lie to one another is in `dry_run.py`.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely import GEOSException, Point
from shapely.geometry.base import BaseGeometry

from backend.grids.imports.fields import (
    DIGITS,
    MAX_NAME,
    code_of,
    kind_of_code,
    level_of_code,
    meaning,
    parent_of_code,
    text_of,
    well_formed,
)
from backend.grids.imports.layers import Fault, RawLayer, is_polygonal
from geo.lattice import to_lattice

MAX_POLYGON_VERTICES = 10_000
SHOWN_VERTICES = 1_000

_NOT_POLYGONS = {"Point": "point", "MultiPoint": "point", "LineString": "line", "MultiLineString": "line"}
_REASONS = {
    "Self-intersection": "self_intersection",
    "Ring Self-intersection": "ring_self_intersection",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "nested_holes",
    "Nested shells": "nested_shells",
    "Interior is disconnected": "interior_cut",
    "Duplicate Rings": "duplicate_rings",
    "Too few points in geometry component": "too_few_points",
}


@dataclass
class Found:
    """A problem as facts, in the shape of `intake.Finding`; `place` is a geometry in WGS84."""

    kind: str
    severity: str = "error"
    codes: tuple[str, ...] = ()
    features: tuple[int, ...] = ()
    area_m2: float | None = None
    width_m: float | None = None
    repair: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    place: BaseGeometry | None = None

    def as_json(self) -> dict[str, Any]:
        return vars(self) | {"place": shapely.to_wkb(_to_show(self.place), hex=True) if self.place else None}


def _to_show(place: BaseGeometry) -> BaseGeometry:
    """Not more points than a map needs to show where it is."""
    if shapely.get_num_coordinates(place) <= SHOWN_VERTICES:
        return place
    simple = shapely.simplify(place, 1e-5)
    return simple if shapely.get_num_coordinates(simple) <= SHOWN_VERTICES else shapely.envelope(place)


@dataclass
class Row:
    """One feature as a grid. `level` and `kind` are None where they cannot be told; `shape` where there is none to use."""

    index: int
    code: str
    name: str
    short_name: str
    level: str | None
    kind: str | None
    parent: str | None
    grade: int | None
    shape: Any = None

    @property
    def known(self) -> bool:
        """Whether code, level and kind make it a grid at all."""
        return bool(self.level and self.kind and well_formed(self.code, self.level, self.kind))


def read_rows(
    columns: Mapping[str, Sequence[Any]], fields: Mapping[str, str | None], count: int
) -> tuple[list[Row], list[Found]]:
    """The rows without their shapes, and what is wrong with their words."""
    taken = {use: columns[column] for use, column in fields.items() if column}
    rows, problems = [], []
    for index in range(count):
        cells = {use: values[index] for use, values in taken.items()}
        if any(isinstance(value, bytes) for value in cells.values()):
            problems.append(Found("unreadable_text", features=(index,)))
        row, wrong = _row(index, cells)
        rows.append(row)
        problems += wrong
    return rows, problems


def _row(index: int, cells: Mapping[str, Any]) -> tuple[Row, list[Found]]:
    code, name = code_of(cells.get("code")), text_of(cells.get("name"))
    level, kind = text_of(cells.get("level")), text_of(cells.get("kind"))
    grade = text_of(cells.get("grade"))
    row = Row(
        index=index,
        code=code,
        name=name,
        short_name=text_of(cells.get("short_name")),
        level=meaning("level", level) if level else level_of_code(code),
        kind=meaning("kind", kind) if kind else kind_of_code(code),
        parent=code_of(cells.get("parent")) or None,
        grade=int(grade) if grade in {"1", "2", "3", "4"} else None,
    )
    row.parent = row.parent or (row.level and parent_of_code(code, row.level)) or None
    return row, list(_wrong_words(row, level, kind, grade))


def _wrong_words(row: Row, level: str, kind: str, grade: str) -> Iterator[Found]:
    here = "error", (row.code[:30],) if row.code else (), (row.index,)
    if not row.code:
        yield Found("missing_code", features=(row.index,))
    if level and row.level is None:
        yield Found("unknown_level", *here, values={"level": level[:30]})
    if kind and row.kind is None:
        yield Found("unknown_kind", *here, values={"found": kind[:30]})
    if row.code and row.kind and not row.known and not (level and row.level is None):
        yield Found("malformed_code", *here, values={"code": row.code[:30]})
    if not row.name:
        yield Found("missing_name", *here)
    if max(len(row.name), len(row.short_name)) > MAX_NAME:
        yield Found("long_name", *here, values={"limit": MAX_NAME})
    if grade and row.grade is None:
        yield Found("unknown_grade", *here, values={"grade": grade[:30]})


def take_shapes(rows: Sequence[Row], layer: RawLayer) -> list[Found]:
    """Give these rows their shapes, on the lattice; what has no usable one stays without. Tells what is wrong with each."""
    problems = []
    for row in rows:
        shape, fault = layer.shapes[row.index], layer.faults.get(row.index)
        found = _unusable(shape, fault)
        if found is None:
            row.shape = _on_lattice(shape)
            found = _invalid(row.shape, fault)
        if found:
            found.features, found.codes = (row.index,), (row.code,) if row.code else ()
            problems.append(found)
        if row.shape is not None and shapely.get_num_geometries(row.shape) > 1:
            count = int(shapely.get_num_geometries(row.shape))
            problems.append(
                Found("several_parts", "warning", (row.code,), (row.index,), values={"count": count}, place=row.shape)
            )
    if layer.extra_dimension:
        problems.append(Found("extra_dimension", "warning"))
    return problems


def _unusable(shape: Any, fault: Fault | None) -> Found | None:
    if shape is None:
        return Found(fault.kind, values={"reason": fault.reason}) if fault else Found("empty_shape")
    if shapely.is_empty(shape):
        return Found("empty_shape")
    if not is_polygonal(shape):
        return Found("wrong_shape", values={"reason": _NOT_POLYGONS.get(shape.geom_type, "collection")})
    points = shapely.get_coordinates(shape)
    if not np.isfinite(points).all() or (np.abs(points) > (180, 90)).any():
        return Found("out_of_range")
    if max(int(shapely.get_num_coordinates(part)) for part in shapely.get_parts(shape)) > MAX_POLYGON_VERTICES:
        values = {"vertices": int(shapely.get_num_coordinates(shape)), "limit": MAX_POLYGON_VERTICES}
        return Found("too_many_vertices", values=values, place=shapely.envelope(shape))
    return None


def _on_lattice(shape: Any) -> Any:
    try:
        rounded = to_lattice(shape)
    except GEOSException:
        return shape
    return shape if shapely.is_empty(rounded) else rounded


def _invalid(shape: Any, fault: Fault | None) -> Found | None:
    """Why a shape is no polygon in the plane, at the place that GEOS names; never mended without being asked."""
    if fault and fault.reason == "unclosed":
        return Found("invalid_ring", repair="fix_rings", values={"reason": "unclosed"}, place=shape.envelope)
    if shapely.is_valid(shape):
        return None
    said = str(shapely.is_valid_reason(shape))
    reason, _, at = said.partition("[")
    place: BaseGeometry = shape.envelope
    with contextlib.suppress(ValueError, TypeError):
        place = Point(*(float(number) for number in at.rstrip("]").split()[:2]))
    key = _REASONS.get(reason.strip(), "collapsed" if not shape.area else "invalid")
    return Found("invalid_ring", repair="fix_rings", values={"reason": key}, place=place)


def level_below(level: str) -> str | None:
    """The level of the parts of a grid of this level."""
    order = list(DIGITS)
    return order[order.index(level) + 1] if level != "micro" else None
