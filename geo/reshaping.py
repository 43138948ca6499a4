"""Splitting, merging and moving borders of grids that tile: each gives the shapes that change, and they tile again.

A net is a mapping from code to shape of all base grids without parts of their own: of the county, or at least of the
grids concerned and all their neighbours. Every shape is valid, on the lattice, and shares all vertices with its neighbours.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise

import numpy as np
import shapely
from shapely import LinearRing, LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.geodesy import area_m2
from geo.lattice import (
    STEPS_PER_DEGREE,
    Shape,
    edges,
    joined,
    line_of,
    pack,
    packed,
    polygon,
    rings,
    sides,
    to_lattice,
    uncancelled,
    unpack,
    with_vertices,
)
from geo.tiling import build_parent

# A smaller piece is a slip of the hand, not ground that anybody walks.
SMALLEST_GRID_M2 = 100.0
# A line that ends this close to a border or vertex ends on it: ten steps of the lattice, about 0.1 m.
_SNAP_DEG = 10 / STEPS_PER_DEGREE

_Edge = tuple[int, int]


class Reason(StrEnum):
    """Why a change of the net is refused."""

    MISSES = "misses"  # the line does not enter the grid
    ENDS_INSIDE = "ends_inside"  # the line ends within the grid, or runs to a hole, and cuts nothing off
    CUTS_INTO_SEVERAL = "cuts_into_several"  # the line crosses the grid more than once
    CROSSES_ITSELF = "crosses_itself"  # the line meets itself
    CROSSES_A_BORDER = "crosses_a_border"  # the new border would meet another one on its way
    TOO_SMALL = "too_small"  # a grid would keep less than SMALLEST_GRID_M2
    NOT_NEIGHBOURS = "not_neighbours"  # the grids share no border
    ENDS_MOVED = "ends_moved"  # the new border does not begin and end where the old one does
    NO_SUCH_PART = "no_such_part"  # the two grids have fewer shared borders


class ReshapeError(ValueError):
    """A change that would break the net. `place` shows where, if there is a where."""

    def __init__(self, reason: Reason, place: BaseGeometry | None = None) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.place = place


def split(net: Mapping[str, Shape], code: str, line: LineString, new_code: str) -> dict[str, Shape]:
    """Cut a grid in two along a line (degrees) that crosses it once; what the line does beyond the grid does not matter.

    The larger piece keeps the code. Neighbours that get a vertex where the line meets the border come along. Raises
    ReshapeError.
    """
    cut, number = _the_cut(net[code], line)
    ends = [_on_border(shapely.get_parts(net[code])[number], end) for end in (cut.coords[0], cut.coords[-1])]
    before = _touched(net, code, _insertions(ends))
    parts = list(shapely.get_parts(before[code]))
    first, last = (vertex for _edge, vertex in ends)
    path = [first, *(point for point in packed(to_lattice(cut))[1:-1] if point not in (first, last)), last]
    smaller, larger = sorted(_pieces(parts.pop(number), path), key=area_m2)
    changed = {**before, code: MultiPolygon([larger, *parts]) if parts else larger, new_code: smaller}
    _prove(before.values(), changed)
    _require_size([changed[code], smaller])
    return changed


def merge(net: Mapping[str, Shape], codes: Collection[str], keep: str) -> dict[str, Shape]:
    """Grids that hang together by their borders as one, under `keep`; only that one is given back. Raises ReshapeError."""
    reached = list(codes)[:1]
    for code in reached:  # grows while it is walked
        near = [other for other in codes if other not in reached and net[code].intersects(net[other])]
        reached += [other for other in near if shared_border(net, code, other)]
    apart = [net[code] for code in codes if code not in reached]
    if apart or len(reached) < 2:
        raise ReshapeError(Reason.NOT_NEIGHBOURS, shapely.union_all(apart))
    return {keep: build_parent([net[code] for code in codes])}


def shared_border(net: Mapping[str, Shape], a: str, b: str) -> list[LineString]:
    """The lines that two grids share, in a fixed order, each with `a` on its left; a closed line if one encloses the other.

    Empty if they are no neighbours: points alone are no border.
    """
    own, other = edges([net[a]]), edges([net[b]]).reversed()
    theirs = set(zip(other.starts.tolist(), other.ends.tolist(), strict=True))
    ours = zip(own.starts.tolist(), own.ends.tolist(), strict=True)
    shared = sides(own.where(np.array([edge in theirs for edge in ours])))
    lines = shapely.get_parts(shapely.line_merge(MultiLineString(list(shared)), directed=True))
    return sorted(lines, key=lambda line: tuple(line.coords))


def move_border(net: Mapping[str, Shape], a: str, b: str, part: int, line: LineString) -> dict[str, Shape]:
    """Both grids with another line in place of one of their shared borders.

    `part` counts in `shared_border(net, a, b)`. The line keeps that part's two ends (in either order; within 0.1 m they are
    put right); a closed part takes a closed line. Raises ReshapeError.
    """
    parts = shared_border(net, a, b)
    if not parts:
        raise ReshapeError(Reason.NOT_NEIGHBOURS)
    if not 0 <= part < len(parts):
        raise ReshapeError(Reason.NO_SUCH_PART)
    old = packed(parts[part])
    new = _same_ends(parts[part], line)
    before = {a: net[a], b: net[b]}
    changed = {a: _rerouted(net[a], old, new), b: _rerouted(net[b], old[::-1], new[::-1])}
    _prove(before.values(), changed)
    _require_size(changed.values())
    return changed


# The cut


def _the_cut(whole: Shape, line: LineString) -> tuple[LineString, int]:
    """The one stretch of the line that leads from border to border through the grid, and which part of the grid it cuts."""
    if not line.is_simple:
        raise ReshapeError(Reason.CROSSES_ITSELF, line)
    inside = shapely.difference(shapely.intersection(line, whole), whole.boundary)
    lines = [piece for piece in shapely.get_parts(inside) if isinstance(piece, LineString) and not piece.is_empty]
    border = whole.boundary.buffer(_SNAP_DEG)
    merged = shapely.get_parts(shapely.line_merge(MultiLineString(lines)))
    pieces: list[LineString] = [piece for piece in merged if not border.covers(piece)]
    if not pieces:
        raise ReshapeError(Reason.MISSES, line)
    for piece in pieces:
        for end in (Point(piece.coords[0]), Point(piece.coords[-1])):
            if piece.is_closed or not border.covers(end):
                raise ReshapeError(Reason.ENDS_INSIDE, end)
    if len(pieces) > 1:
        raise ReshapeError(Reason.CUTS_INTO_SEVERAL, MultiLineString(pieces))
    middle = pieces[0].interpolate(0.5, normalized=True)
    return pieces[0], int(np.argmin(shapely.distance(shapely.get_parts(whole), middle)))


def _on_border(whole: Polygon, end: Sequence[float]) -> tuple[_Edge, int]:
    """The edge (lower and higher packed end) on which a cut ends, and the lattice point there: a vertex if one is close."""
    own = edges([whole])
    nearest = int(np.argmin(shapely.distance(sides(own), Point(end))))
    low, high = sorted((int(own.starts[nearest]), int(own.ends[nearest])))
    vertices = unpack(np.array([low, high]))
    away = np.hypot(*(vertices - np.array(end[:2])).T)
    if away.min() <= _SNAP_DEG:
        return (low, high), (low, high)[int(away.argmin())]
    return (low, high), int(pack(np.array([end[:2]]))[0])


def _insertions(ends: Sequence[tuple[_Edge, int]]) -> dict[_Edge, list[int]]:
    """Edge to the new vertices on it, from its lower to its higher end."""
    inserted: dict[_Edge, set[int]] = defaultdict(set)
    for edge, vertex in ends:
        if vertex not in edge:
            inserted[edge].add(vertex)
    return {
        edge: sorted(vertices, key=lambda vertex: float(np.hypot(*np.subtract(*unpack(np.array([vertex, edge[0]]))))))
        for edge, vertices in inserted.items()
    }


def _touched(net: Mapping[str, Shape], code: str, inserted: Mapping[_Edge, Sequence[int]]) -> dict[str, Shape]:
    """The grid and each other one that has one of the edges, all with the new vertices."""
    found = {code: with_vertices(net[code], inserted)}
    for edge in inserted:
        side = line_of(edge)
        for other, shape in net.items():
            if other not in found and shape.intersects(side) and _has_edge(shape, edge):
                found[other] = with_vertices(shape, inserted)
    return found


def _has_edge(shape: Shape, edge: _Edge) -> bool:
    own = edges([shape])
    ends = np.sort(np.stack([own.starts, own.ends]), axis=0)
    return bool(((ends[0] == edge[0]) & (ends[1] == edge[1])).any())


def _pieces(whole: Polygon, path: Sequence[int]) -> tuple[Polygon, Polygon]:
    """Both sides of a path between two vertices of one ring, each with the holes that lie in it."""
    every = rings(whole)
    cut_ring = next((ring for ring in every if path[0] in ring and path[-1] in ring), None)
    if cut_ring is None:
        raise ReshapeError(Reason.ENDS_INSIDE, line_of(path))
    if path[0] == path[-1]:
        raise ReshapeError(Reason.TOO_SMALL, line_of(path))
    one = [*_walk(cut_ring, path[0], path[-1]), *path[-2::-1]]
    other = [*_walk(cut_ring, path[-1], path[0]), *path[1:]]
    outline, *holes = [ring for ring in every if ring is not cut_ring] if cut_ring is not every[0] else every
    grown: list[list[int]] = []
    if cut_ring is not outline:
        # From a hole back to the same hole: one side is the piece cut off, the other the hole that has grown.
        one, grown = (one, [other]) if polygon([one]).exterior.is_ccw else (other, [one])
        other = outline
    piece = polygon([one])
    if not piece.is_valid:
        raise ReshapeError(Reason.CROSSES_A_BORDER, line_of(path))
    within = [hole for hole in holes if piece.contains(polygon([hole]).representative_point())]
    beyond = [hole for hole in holes if hole not in within]
    return polygon([one, *within]), polygon([other, *grown, *beyond])


def _walk(ring: Sequence[int], start: int, end: int) -> list[int]:
    """The vertices of a closed ring from one of them on to another, both included."""
    cycle = ring[:-1]
    at = cycle.index(start)
    turned = [*cycle[at:], *cycle[:at]]
    return turned[: turned.index(end) + 1]


# The moved border


def _same_ends(old: LineString, line: LineString) -> list[int]:
    """The new line's packed points in the old one's direction and with exactly its ends."""
    if not line.is_simple:
        raise ReshapeError(Reason.CROSSES_ITSELF, line)
    if old.is_closed:
        if not line.is_closed:
            raise ReshapeError(Reason.ENDS_MOVED, Point(line.coords[0]))
        turn = LinearRing(line.coords).is_ccw != LinearRing(old.coords).is_ccw
        return packed(to_lattice(line.reverse() if turn else line))
    begins, ends = Point(old.coords[0]), Point(old.coords[-1])
    for turned in (line, line.reverse()):
        if begins.dwithin(Point(turned.coords[0]), _SNAP_DEG) and ends.dwithin(Point(turned.coords[-1]), _SNAP_DEG):
            points = [begins, *map(Point, turned.coords[1:-1]), ends]
            return packed(to_lattice(LineString(points)))
    raise ReshapeError(Reason.ENDS_MOVED, begins)


def _rerouted(shape: Shape, old: Sequence[int], new: Sequence[int]) -> Shape:
    """The shape with a stretch of one of its rings replaced."""

    def rerouted(ring: list[int]) -> list[int]:
        if (old[0], old[1]) not in pairwise(ring):
            return ring
        cycle = ring[:-1]
        at = next(n for n, edge in enumerate(pairwise(ring)) if edge == (old[0], old[1]))
        turned = [*cycle[at:], *cycle[:at]]
        longer = [*new, *turned[len(old) :]]
        return longer if longer[0] == longer[-1] else [*longer, longer[0]]

    parts = [polygon([rerouted(ring) for ring in rings(part)]) for part in shapely.get_parts(shape)]
    return MultiPolygon(parts) if isinstance(shape, MultiPolygon) else parts[0]


# The proof


def _prove(before: Iterable[Shape], changed: Mapping[str, Shape]) -> None:
    """Valid shapes with the same edges to the outside cover the same ground, each point once."""
    for shape in changed.values():
        if not shape.is_valid:
            raise ReshapeError(Reason.CROSSES_A_BORDER, shape)
    if uncancelled(joined(edges(list(before)).reversed(), edges(list(changed.values())))).any():
        raise ReshapeError(Reason.CROSSES_A_BORDER)


def _require_size(shapes: Iterable[Shape]) -> None:
    for shape in shapes:
        if area_m2(shape) < SMALLEST_GRID_M2:
            raise ReshapeError(Reason.TOO_SMALL, shape)
