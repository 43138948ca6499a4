"""Mending the shapes of a file, only as asked and shown before it counts. Runs in the child, which can be killed over it.

Each repair keeps shared borders shared. What is wide is a decision for a person, never mended here.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GEOSException, MultiPolygon, Polygon, STRtree

from backend.grids.imports.rows import Row
from geo.geodesy import metres_per_degree
from geo.lattice import Shape, to_lattice
from geo.tiling import NARROW_M, DefectKind, find_defects, node

# Some steps of the lattice: nearer vertices are one and the same.
SNAPPING_M = 0.03

Shapes = dict[str, Shape]


def fix_rings(rows: Sequence[Row]) -> None:
    """Every invalid shape as the valid polygon that its rings enclose (GEOS' "structure" method, OGC 06-103r4 validity)."""
    for row in rows:
        if row.shape is not None and not shapely.is_valid(row.shape):
            row.shape = _polygonal(shapely.make_valid(row.shape, method="structure", keep_collapsed=False)) or row.shape


def _polygonal(shape: Any) -> Shape | None:
    """Its polygons, valid on the lattice too; None if nothing has an area."""
    parts = [part for part in shapely.get_parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    parts = [part for part in shapely.get_parts(parts) if not part.is_empty]
    if not parts:
        return None
    whole = to_lattice(parts[0] if len(parts) == 1 else MultiPolygon(parts))
    if not whole.is_valid:
        try:
            whole = to_lattice(shapely.set_precision(whole, 1e-7))
        except GEOSException:
            return None
    return whole if isinstance(whole, Polygon | MultiPolygon) and not whole.is_empty else None


def mend_coverage(shapes: Mapping[str, Shape], repairs: set[str]) -> Shapes:
    """The shapes of all leaves after the chosen repairs; those that are invalid are left as they are."""
    sound = {key: shape for key, shape in shapes.items() if shapely.is_valid(shape)}
    mended: Shapes = dict(sound)
    if "drop_slivers" in repairs:
        mended = _without_slivers(mended)
    if repairs & {"remove_overlaps", "close_gaps"} and not has_wide_overlap(mended):
        mended = _made_coverage(mended, gap_width_m=NARROW_M if "close_gaps" in repairs else 0.0)
    elif repairs & {"node_borders", "drop_slivers"}:
        mended = node(mended)
    return {**shapes, **mended}


def _made_coverage(shapes: Shapes, gap_width_m: float) -> Shapes:
    """The shapes as a coverage on the lattice. Rounding may leave hair-thin overlaps; then vertices that close are joined."""
    mended = node(_cleaned(shapes, gap_width_m, snapping_m=0.0))
    rest = {defect.kind for defect in find_defects(mended)}
    if rest & {DefectKind.OVERLAP, DefectKind.UNMATCHED_BORDER}:
        mended = node(_cleaned(mended, gap_width_m, snapping_m=SNAPPING_M))
    return mended


def has_wide_overlap(shapes: Mapping[str, Shape]) -> bool:
    """Whether two grids overlap by more than a drawing's error: cleaning would give the ground to one of them unasked."""
    return any(defect.kind == DefectKind.OVERLAP and defect.width_m > NARROW_M for defect in find_defects(shapes))


def _cleaned(shapes: Shapes, gap_width_m: float, snapping_m: float) -> Shapes:
    """Overlaps to the smaller grid, gaps to the neighbour with the longest border; in metres, so that both ways count alike."""
    keys, degrees = list(shapes), np.array(list(shapes.values()), dtype=object)
    origin, scale = _plane(degrees)
    plane = shapely.transform(degrees, lambda points: (points - origin) * scale)
    try:
        clean = shapely.coverage_clean(  # type: ignore[attr-defined]  # newer than the stubs
            plane, gap_width=gap_width_m, snapping_distance=snapping_m, merge_strategy="min_area"
        )
    except GEOSException:
        return shapes
    back = shapely.transform(clean, lambda points: points / scale + origin)
    found = {key: _polygonal(shape) for key, shape in zip(keys, back, strict=True)}
    return {key: shape if shape is not None else shapes[key] for key, shape in found.items()}


def _plane(shapes: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Origin and metres per degree of a plane around these shapes."""
    west, south, _east, north = shapely.total_bounds(shapes)
    return np.array([west, south]), np.array(metres_per_degree((south + north) / 2))


def _without_slivers(shapes: Shapes) -> Shapes:
    """Thin or tiny parts of a grid that has other parts, given to the neighbour along whom most of their border runs."""
    found = dict(shapes)
    for defect in find_defects(shapes):
        if defect.kind != DefectKind.SLIVER:
            continue
        (key,) = defect.codes
        rest = [part for part in shapely.get_parts(found[key]) if not part.equals(defect.place)]
        if not rest:
            continue
        found[key] = rest[0] if len(rest) == 1 else MultiPolygon(rest)
        heir = _longest_neighbour(found, defect.place)
        if heir:
            joined = _polygonal(shapely.union(found[heir], defect.place))
            found[heir] = joined or found[heir]
    return found


def _longest_neighbour(shapes: Shapes, piece: Any) -> str | None:
    keys, all_shapes = list(shapes), np.array(list(shapes.values()), dtype=object)
    near = STRtree(all_shapes).query(piece, predicate="intersects")
    shared = {int(n): shapely.intersection(all_shapes[n], shapely.boundary(piece)).length for n in near}
    best = max(shared, key=lambda n: shared[n], default=None)
    return keys[best] if best is not None and shared[best] > 0 else None
