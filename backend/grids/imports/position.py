"""Whether a layer lies where the net does: wrong system, exchanged axes, or the hidden shift of GCJ-02. Runs in the child."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from backend.grids.imports.rows import Found, Row
from backend.grids.imports.surroundings import Surroundings
from geo.gcj02 import from_gcj02
from geo.geodesy import metres_per_degree

FAR_KM = 20.0
# GCJ-02 moves places in China by 300 to 600 m, here and there more; a redrawn border moves no centre as far as that.
SHIFT_M, SHIFTED_BACK_M = (150.0, 900.0), 50.0
FEWEST_MATCHES = 3


class Offset(NamedTuple):
    """How far the layer lies off the net, and how far once it is taken for GCJ-02."""

    metres: float
    after_metres: float


def position_problems(
    rows: Sequence[Row], around: Surroundings, *, shifted: bool, axes_swapped: bool
) -> tuple[Offset | None, list[Found]]:
    """What is wrong with the place of the whole layer, and the offer to shift it."""
    if axes_swapped:
        return None, [Found("swapped_axes", repair="swap_axes")]
    shapes = {row.code or str(row.index): row.shape for row in rows if row.shape is not None}
    if not shapes or around.bounds is None:
        return None, []
    far = _far_away(list(shapes.values()), around.bounds)
    if far:
        return None, [far]
    offset = None if shifted else gcj02_offset(shapes, around)
    if offset is None:
        return None, []
    values = {"metres": round(offset.metres), "after_metres": round(offset.after_metres)}
    return offset, [
        Found("gcj02_suspected", values=values, place=shapely.box(*shapely.total_bounds(list(shapes.values()))))
    ]


def _far_away(shapes: list[shapely.Geometry], bounds: tuple[float, float, float, float]) -> Found | None:
    middle = np.median(shapely.get_coordinates(shapes), axis=0)
    km = _away_km(middle, bounds)
    if km <= FAR_KM:
        return None
    return Found("far_away", values={"km": round(km)}, place=shapely.box(*shapely.total_bounds(shapes)))


def _away_km(point: NDArray[np.float64], bounds: tuple[float, float, float, float]) -> float:
    west, south, east, north = bounds
    away = np.array([max(west - point[0], 0.0, point[0] - east), max(south - point[1], 0.0, point[1] - north)])
    return float(np.hypot(*(away * metres_per_degree((south + north) / 2)))) / 1000


def gcj02_offset(shapes: dict[str, shapely.Geometry], around: Surroundings) -> Offset | None:
    """The offset that GCJ-02 explains: large as it stands, next to nothing once shifted back. Else None."""
    pairs = [(shape, around.grids[code].shape) for code, shape in shapes.items() if code in around.grids]
    pairs = [(ours, theirs) for ours, theirs in pairs if theirs is not None]
    if len(pairs) >= FEWEST_MATCHES:
        here = shapely.get_coordinates(shapely.centroid([ours for ours, _ in pairs]))
        there = shapely.get_coordinates(shapely.centroid([theirs for _, theirs in pairs]))
    elif around.scope.shape is not None:
        here = shapely.get_coordinates(shapely.centroid(shapely.convex_hull(shapely.multipoints(_points(shapes)))))
        there = shapely.get_coordinates(shapely.centroid(shapely.convex_hull(around.scope.shape)))
    else:
        return None
    before, after = _median_m(here, there), _median_m(from_gcj02(here), there)
    if SHIFT_M[0] <= before <= SHIFT_M[1] and after <= SHIFTED_BACK_M:
        return Offset(round(before, 1), round(after, 1))
    return None


def _points(shapes: dict[str, shapely.Geometry]) -> NDArray[np.float64]:
    return np.asarray(shapely.get_coordinates(list(shapes.values())))


def _median_m(here: NDArray[np.float64], there: NDArray[np.float64]) -> float:
    """Length of the median shift: single grids that were redrawn do not count."""
    if not len(here):
        return 0.0
    shift = np.median(here - there, axis=0) * metres_per_degree(float(there[:, 1].mean()))
    return float(np.hypot(*shift))
