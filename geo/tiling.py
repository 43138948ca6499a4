"""Whether grids tile their parent, proved by their edges; what is wrong if they do not; and a parent built from its parts.

The rule (docs/decisions/0009): take all rings oriented, as directed edges between lattice points. Opposite edges cancel. Valid
polygons tile their parent if and only if what is left of all their edges is the parent's edges, because a plane figure is
known by its boundary. So neighbours must share every vertex of their border. Changing the net is in `reshaping.py`.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiLineString, STRtree
from shapely.geometry.base import BaseGeometry

from geo.geodesy import metres_per_degree
from geo.lattice import (
    STEPS_PER_DEGREE,
    Edges,
    Shape,
    edges,
    joined,
    sides,
    to_lattice,
    uncancelled,
    unpack,
    with_vertices,
)

# Borders that run closer than this are one border whose vertices do not match: two steps of the lattice.
BORDER_TOLERANCE_M = 0.02
# Gaps and overlaps narrower than this come from drawing a border twice: those between the same grids are told as one.
NARROW_M = 2.0
# A narrower or smaller piece of a grid is an accident.
SLIVER_WIDTH_M, SLIVER_M2 = 1.0, 100.0
# How often bending a border towards new vertices may bring it to further ones.
_ROUNDS = 5

_Faces = NDArray[np.object_]


class DefectKind(StrEnum):
    GAP = "gap"
    OVERLAP = "overlap"
    OUTSIDE_PARENT = "outside_parent"
    UNMATCHED_BORDER = "unmatched_border"
    SLIVER = "sliver"


@dataclass(frozen=True)
class Defect:
    """One place where grids do not tile.

    gap: ground of the parent (or, without one, enclosed by the grids) that no grid covers; `codes` lie around it.
    overlap: ground that all of `codes` cover. outside_parent: ground of `codes` beyond the parent.
    unmatched_border: `codes` lie along each other there, but one has a vertex that the other lacks; `node` mends it.
    sliver: a piece of one grid under SLIVER_M2 or narrower than SLIVER_WIDTH_M.
    `place` is a polygon, for an unmatched border the lines. `width_m` is the mean width: twice the area over the perimeter.
    """

    kind: DefectKind
    codes: tuple[str, ...]
    place: BaseGeometry
    area_m2: float
    width_m: float


class TilingError(ValueError):
    """The shapes do not tile: `defects` say where, and are never empty."""

    def __init__(self, defects: list[Defect]) -> None:
        super().__init__(f"{len(defects)} defects, the first a {defects[0].kind} at {defects[0].codes}")
        self.defects = defects


def tiles(parent: Shape, children: Mapping[str, Shape]) -> list[Defect]:
    """Where the children (code to shape) do not tile the parent; nothing if they do. All are valid and on the lattice."""
    loose = _loose(list(children.values()), parent)
    return _explain(children, loose, parent) if len(loose) else []


def find_defects(shapes: Mapping[str, Shape], parent: Shape | None = None) -> list[Defect]:
    """Every defect of a layer as it came, the largest first within each kind.

    Shapes may be invalid, but lie within ±180° and ±90°; they are rounded to the lattice first. Without a parent the outline is
    whatever it is, and a hole in it is a gap.
    """
    rounded = {code: to_lattice(shape) for code, shape in shapes.items()}
    around = None if parent is None else to_lattice(parent)
    loose = _loose(list(rounded.values()), around)
    return [*(_explain(rounded, loose, around) if len(loose) else []), *_slivers(rounded)]


def build_parent(children: Collection[Shape]) -> Shape:
    """The one shape that the children tile, with all vertices of its outline kept. Raises TilingError."""
    numbered = {str(number): child for number, child in enumerate(children)}
    whole = cast("Shape", shapely.coverage_union_all(list(children)))
    defects = tiles(whole, numbered)
    if not defects and not whole.is_valid:
        # Where children overlap, the union is no figure at all, and has the same edges as they.
        defects = find_defects(numbered) or [_border(numbered, np.array([whole.boundary], dtype=object))]
    if defects:
        raise TilingError(defects)
    return whole


# What is wrong

_OUTLINE = -1  # owner of the parent's edges


def _loose(shapes: Sequence[Shape], parent: Shape | None) -> Edges:
    """The edges that find no partner. They alone bound anything wrong; without a parent also the outline."""
    every = edges(shapes)
    if parent is not None:
        outline = edges([parent]).reversed()
        every = joined(every, Edges(outline.starts, outline.ends, np.full(len(outline), _OUTLINE)))
    return every.where(uncancelled(every))


def _explain(shapes: Mapping[str, Shape], loose: Edges, parent: Shape | None) -> list[Defect]:
    """What the loose edges enclose is judged by who covers it; loose edges beside one another are borders unmatched."""
    lines = sides(loose)
    faces = shapely.get_parts(shapely.polygonize([shapely.unary_union(lines)]))
    areas_m2, widths_m = _measures(faces)
    wide = widths_m > BORDER_TOLERANCE_M
    wrong = _wrong_faces(shapes, faces[wide], areas_m2[wide], widths_m[wide], parent)
    unmatched = _unmatched(list(shapes), lines, loose.owners, [defect.place for defect in wrong])
    if parent is not None and not wrong and not unmatched:
        # Nothing wide enough to see, and yet the edges differ.
        owners = {list(shapes)[owner] for owner in loose.owners.tolist() if owner != _OUTLINE}
        unmatched = [_border(owners, lines)]
    return sorted(wrong, key=lambda defect: (defect.kind, -defect.area_m2, defect.codes)) + unmatched


def _measures(faces: _Faces) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Areas in m² and mean widths in m of polygons in degrees, to some 0.3 % within a county."""
    if not len(faces):
        return np.zeros(0), np.zeros(0)
    bounds = shapely.total_bounds(faces)
    scale = np.array(metres_per_degree((bounds[1] + bounds[3]) / 2))
    plane = shapely.transform(faces, lambda degrees: (degrees - bounds[:2]) * scale)
    areas_m2, lengths_m = shapely.area(plane), shapely.length(plane)
    return areas_m2, np.divide(2 * areas_m2, lengths_m, out=np.zeros_like(areas_m2), where=lengths_m > 0)


def _wrong_faces(
    shapes: Mapping[str, Shape],
    faces: _Faces,
    areas_m2: NDArray[np.float64],
    widths_m: NDArray[np.float64],
    parent: Shape | None,
) -> list[Defect]:
    codes, tree = list(shapes), STRtree(list(shapes.values()))
    inner = _inner_points(faces, tree)
    covering: dict[int, set[int]] = defaultdict(set)
    for face, owner in tree.query(inner, predicate="intersects").T.tolist():
        covering[face].add(owner)
    touching: dict[int, set[int]] = defaultdict(set)
    bare = [face for face in range(len(faces)) if not covering[face]]
    around = tree.query(faces[bare], predicate="dwithin", distance=2 / STEPS_PER_DEGREE)
    for number, owner in around.T.tolist():
        touching[bare[number]].add(owner)
    within = np.ones(len(faces), bool) if parent is None else shapely.intersects(parent, inner)

    found: dict[tuple[DefectKind, tuple[str, ...], int], list[int]] = defaultdict(list)
    for face, is_within in enumerate(within.tolist()):
        kind = _judged(len(covering[face]), is_within)
        if kind:
            owners = tuple(sorted(codes[owner] for owner in (covering[face] or touching[face])))
            alone = face if widths_m[face] > NARROW_M else -1
            found[kind, owners, alone].append(face)
    return [
        Defect(
            kind,
            owners,
            faces[members[0]] if len(members) == 1 else shapely.MultiPolygon(list(faces[members])),
            float(areas_m2[members].sum()),
            float(np.average(widths_m[members], weights=areas_m2[members])),
        )
        for (kind, owners, _), members in found.items()
    ]


def _inner_points(faces: _Faces, tree: STRtree) -> _Faces:
    """A point in each face that lies on no border, so that each shape clearly covers it or clearly does not."""
    points = np.array(shapely.point_on_surface(faces), dtype=object)
    for face in np.flatnonzero(_on_borders(points, tree)).tolist():
        triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(faces[face]))
        middles = np.array(shapely.centroid(triangles), dtype=object)
        clear = middles[~_on_borders(middles, tree)]
        points[face] = clear[0] if len(clear) else points[face]
    return points


def _on_borders(points: _Faces, tree: STRtree) -> NDArray[np.bool_]:
    touched, within = (tree.query(points, predicate=predicate)[0] for predicate in ("intersects", "within"))
    on_borders: NDArray[np.bool_] = np.bincount(touched, minlength=len(points)) > np.bincount(
        within, minlength=len(points)
    )
    return on_borders


def _judged(covered: int, within: bool) -> DefectKind | None:
    if covered > 1:
        return DefectKind.OVERLAP
    if covered and not within:
        return DefectKind.OUTSIDE_PARENT
    return DefectKind.GAP if within and not covered else None


def _unmatched(
    codes: Sequence[str], lines: _Faces, owners: NDArray[np.intp], explained: Sequence[BaseGeometry]
) -> list[Defect]:
    """Loose edges that run along one of another grid and border nothing that is told already."""
    middles = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    near = BORDER_TOLERANCE_M / metres_per_degree(0.0)[1]
    told = np.zeros(len(lines), dtype=bool)
    if explained:
        told[STRtree(explained).query(middles, predicate="dwithin", distance=near)[0]] = True
    beside, along = STRtree(lines).query(middles, predicate="dwithin", distance=near)
    pairs = (owners[beside] != owners[along]) & ~told[beside]
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for edge, other in zip(beside[pairs].tolist(), along[pairs].tolist(), strict=True):
        first, second = sorted((int(owners[edge]), int(owners[other])))
        found[first, second] |= {edge}
    return [
        _border({codes[owner] for owner in pair if owner != _OUTLINE}, lines[sorted(members)])
        for pair, members in sorted(found.items())
    ]


def _border(codes: Collection[str], lines: _Faces) -> Defect:
    place: BaseGeometry = shapely.line_merge(MultiLineString(list(lines)))
    return Defect(DefectKind.UNMATCHED_BORDER, tuple(sorted(codes)), place, area_m2=0.0, width_m=0.0)


def _slivers(shapes: Mapping[str, Shape]) -> list[Defect]:
    parts, owners = shapely.get_parts(list(shapes.values()), return_index=True)
    areas_m2, widths_m = _measures(parts)
    thin = np.flatnonzero(~shapely.is_empty(parts) & ((areas_m2 < SLIVER_M2) | (widths_m < SLIVER_WIDTH_M)))
    codes = list(shapes)
    return [
        Defect(DefectKind.SLIVER, (codes[owners[n]],), parts[n], float(areas_m2[n]), float(widths_m[n])) for n in thin
    ]


# Making vertices match


def node(shapes: Mapping[str, Shape], tolerance_m: float = BORDER_TOLERANCE_M) -> dict[str, Shape]:
    """The shapes, on the lattice, with each vertex put also into every border of another grid that passes within the tolerance.

    No vertex moves; shapes of all levels may be given together. What gaps and overlaps there are stay.
    """
    noded = {code: to_lattice(shape) for code, shape in shapes.items()}
    for _ in range(_ROUNDS):
        every = edges(list(noded.values()))
        inserted = _missing_vertices(every, tolerance_m) if len(every) else {}
        if not inserted:
            break
        low, high = np.minimum(every.starts, every.ends).tolist(), np.maximum(every.starts, every.ends).tolist()
        poorer = {
            owner for owner, *edge in zip(every.owners.tolist(), low, high, strict=True) if tuple(edge) in inserted
        }
        codes = list(noded)
        noded |= {codes[owner]: with_vertices(noded[codes[owner]], inserted) for owner in poorer}
    return noded


def _missing_vertices(every: Edges, tolerance_m: float) -> dict[tuple[int, int], list[int]]:
    """From each edge, as (lower, higher) packed end, to the vertices that lie on it, in order."""
    ends = np.unique(np.stack([np.minimum(every.starts, every.ends), np.maximum(every.starts, every.ends)]), axis=1)
    vertices = np.unique(ends)
    a, b, points = unpack(ends[0]), unpack(ends[1]), unpack(vertices)
    metres = np.array(metres_per_degree(float(points[:, 1].mean())))
    scaled = shapely.points(points * metres)
    tree = STRtree(np.asarray(shapely.linestrings(np.stack([a * metres, b * metres], axis=1)), dtype=object))
    vertex, edge = tree.query(scaled, predicate="dwithin", distance=tolerance_m)
    to_vertex, to_end = (points[vertex] - a[edge]) * metres, (b[edge] - a[edge]) * metres
    length = np.hypot(*to_end.T)
    along = (to_vertex * to_end).sum(axis=1) / length
    inside = (along > tolerance_m) & (along < length - tolerance_m)
    order = np.lexsort((along[inside], edge[inside]))
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, which in zip(edge[inside][order].tolist(), vertex[inside][order].tolist(), strict=True):
        found[int(ends[0, number]), int(ends[1, number])].append(int(vertices[which]))
    return dict(found)
