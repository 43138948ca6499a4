"""Polygons on the lattice of whole 1e-7 degrees, and their oriented edges as integers. What edges prove is in `tiling.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TypeAlias, TypeVar, cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GEOSException, LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

# One step is about 1.1 cm north-south; GeoJSON of the net carries seven decimals (RFC 7946 §11.2 calls six enough).
STEPS_PER_DEGREE = 10_000_000

Shape: TypeAlias = Polygon | MultiPolygon
AnyGeometry = TypeVar("AnyGeometry", bound=BaseGeometry)
# Both coordinates of a point in one whole number of 63 bits: 0 <= lng < 2^32, 0 <= lat < 2^31 after the shift.
_EAST, _NORTH, _BELOW = 180 * STEPS_PER_DEGREE, 90 * STEPS_PER_DEGREE, 1 << 31


def to_lattice(shape: AnyGeometry) -> AnyGeometry:
    """The shape with every coordinate (degrees) rounded to seven decimals and points that then repeat dropped.

    Neighbours that shared a vertex share it afterwards too. Rings of which less than a triangle is left are dropped; other
    shapes much narrower than a step may become invalid: ask the shape.
    """
    rounded = shapely.transform(shape, lambda degrees: np.rint(degrees * STEPS_PER_DEGREE) / STEPS_PER_DEGREE)
    try:
        return shapely.remove_repeated_points(rounded, 0.0)
    except GEOSException:  # a ring has collapsed
        return _without_collapsed(rounded)


def same_shape(one: Shape | None, other: Shape | None) -> bool:
    """Whether two shapes have the same vertices, wherever their rings begin."""
    if one is other or one is None or other is None:
        return one is other
    ours, theirs = (shapely.normalize(MultiPolygon(list(shapely.get_parts(shape)))) for shape in (one, other))
    return bool(shapely.equals_exact(ours, theirs, tolerance=0.0))


def _without_collapsed(shape: AnyGeometry) -> AnyGeometry:
    every = [[_unrepeated(ring) for ring in rings(part)] for part in shapely.get_parts(shape)]
    parts = [polygon([ring for ring in kept if len(ring) > 3]) for kept in every if len(kept[0]) > 3]
    whole = MultiPolygon(parts) if isinstance(shape, MultiPolygon) else parts[0] if parts else Polygon()
    return cast("AnyGeometry", whole)


def _unrepeated(points: list[int]) -> list[int]:
    return [point for point, _again in groupby(points)]


@dataclass(frozen=True)
class Edges:
    """Directed edges: the interior lies on the left. `starts` and `ends` are packed points, `owners` indexes the shapes."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    owners: NDArray[np.intp]

    def where(self, wanted: NDArray[np.bool_]) -> "Edges":
        return Edges(self.starts[wanted], self.ends[wanted], self.owners[wanted])

    def reversed(self) -> "Edges":
        return Edges(self.ends, self.starts, self.owners)

    def __len__(self) -> int:
        return len(self.starts)


def edges(shapes: Sequence[Shape]) -> Edges:
    """Every edge of every ring, outlines counter-clockwise and holes clockwise, whatever way they were wound."""
    parts, part_owner = shapely.get_parts(shapely.orient_polygons(np.asarray(shapes, dtype=object)), return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    degrees, point_ring = shapely.get_coordinates(rings, return_index=True)
    points = pack(degrees)
    follows = (point_ring[:-1] == point_ring[1:]) & (points[:-1] != points[1:])
    owners = part_owner[ring_part[point_ring[:-1]]]
    return Edges(points[:-1][follows], points[1:][follows], owners[follows])


def joined(some: Edges, more: Edges) -> Edges:
    return Edges(
        np.concatenate([some.starts, more.starts]),
        np.concatenate([some.ends, more.ends]),
        np.concatenate([some.owners, more.owners]),
    )


def uncancelled(every: Edges) -> NDArray[np.bool_]:
    """Which edges are not met by exactly as many in the opposite direction."""
    low, high = np.minimum(every.starts, every.ends), np.maximum(every.starts, every.ends)
    order = np.lexsort((high, low))
    low, high = low[order], high[order]
    fresh = np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])][: len(low)]
    run = np.cumsum(fresh) - 1
    direction = np.where(every.starts < every.ends, 1, -1)[order]
    balance = np.zeros(int(fresh.sum()), dtype=np.int64)
    np.add.at(balance, run, direction)
    open_ended = np.empty(len(low), dtype=bool)
    open_ended[order] = balance[run] != 0
    return open_ended


def pack(degrees: NDArray[np.float64]) -> NDArray[np.int64]:
    """Points of shape (n, 2) in degrees, each within ±180 and ±90, as one number each."""
    steps = np.rint(degrees * STEPS_PER_DEGREE).astype(np.int64)
    return (steps[:, 0] + _EAST) * _BELOW + (steps[:, 1] + _NORTH)


def unpack(points: NDArray[np.int64]) -> NDArray[np.float64]:
    """The degrees, shape (n, 2), of packed points: exactly those that `to_lattice` gives."""
    lng, lat = np.divmod(points, _BELOW)
    return np.column_stack([lng - _EAST, lat - _NORTH]) / STEPS_PER_DEGREE


def sides(some: Edges) -> NDArray[np.object_]:
    """Each edge as a line of degrees."""
    lines = shapely.linestrings(np.stack([unpack(some.starts), unpack(some.ends)], axis=1))
    return np.asarray(lines, dtype=object)


def packed(shape: BaseGeometry) -> list[int]:
    points: list[int] = pack(shapely.get_coordinates(shape)).tolist()
    return points


def line_of(points: Sequence[int]) -> LineString:
    return LineString(unpack(np.array(points, dtype=np.int64)))


def rings(part: Polygon) -> list[list[int]]:
    """The packed points of the outline (counter-clockwise) and of each hole (clockwise), the first repeated at the end."""
    turned = shapely.orient_polygons(part)
    return [packed(ring) for ring in (turned.exterior, *turned.interiors)]


def polygon(outline_and_holes: Sequence[Sequence[int]]) -> Polygon:
    """The polygon of rings of packed points, each with its first point repeated at the end."""
    outline, *holes = (unpack(np.array(ring, dtype=np.int64)) for ring in outline_and_holes)
    return Polygon(outline, holes)


def with_vertices(shape: Shape, inserted: Mapping[tuple[int, int], Sequence[int]]) -> Shape:
    """The shape with vertices put into its edges: from (lower, higher) packed end to what comes between, in that order."""

    def fuller(ring: Sequence[int]) -> list[int]:
        longer = [*ring[:1]]
        for start, end in pairwise(ring):
            between = inserted.get((min(start, end), max(start, end)), ())
            longer += [*(between if start < end else reversed(between)), end]
        return longer

    parts = [polygon([fuller(ring) for ring in rings(part)]) for part in shapely.get_parts(shape)]
    return MultiPolygon(parts) if isinstance(shape, MultiPolygon) else parts[0]
