"""Which grid a place lies in, for many places at once, and where a way crosses from one grid to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, STRtree
from shapely.geometry.base import BaseGeometry

from geo.lattice import Shape
from geo.tracks.fixes import Floats

Indices = NDArray[np.intp]
NOWHERE = -1


@dataclass(frozen=True)
class GridShape:
    """A grid by its code and its shape in WGS84 degrees."""

    code: str
    shape: Shape


class Net:
    """Grids, smallest first: where grids lie over each other a place belongs to the smallest, of equals to the lower code."""

    def __init__(self, grids: Sequence[GridShape]) -> None:
        usable = [grid for grid in grids if not grid.shape.is_empty]
        self.grids = sorted(usable, key=lambda grid: (float(grid.shape.area), grid.code))
        self.shapes = np.array([grid.shape for grid in self.grids], dtype=object)
        self._borders = shapely.boundary(self.shapes)
        self._tree = STRtree(self._borders)
        shapely.prepare(self.shapes)
        self._bounds = shapely.bounds(self.shapes).reshape(-1, 4)

    def labels(self, lng: Floats, lat: Floats) -> Indices:
        """The number of the grid that each place belongs to (borders count as within); NOWHERE outside all."""
        labels = np.full(len(lng), NOWHERE, dtype=np.intp)
        if not len(lng) or not len(self.grids):
            return labels
        west, south, east, north = self._bounds.T
        near = (west <= lng.max()) & (east >= lng.min()) & (south <= lat.max()) & (north >= lat.min())
        for number in np.flatnonzero(near):
            west, south, east, north = self._bounds[number]
            free = (labels == NOWHERE) & (lng >= west) & (lng <= east) & (lat >= south) & (lat <= north)
            rows = np.flatnonzero(free)
            within = shapely.intersects_xy(self.shapes[number], lng[rows], lat[rows])
            labels[rows[within]] = number
        return labels

    def cuts(self, ends: Floats) -> list[float]:
        """At which shares of a straight leg (two places, shape (2, 2)) it meets a border; sorted, within 0 and 1."""
        leg = LineString(ends)
        met = self._tree.query(leg, predicate="intersects")
        if not len(met):
            return []
        places = shapely.get_coordinates(shapely.intersection(self._borders[met], leg))
        along = ends[1] - ends[0]
        shares = ((places - ends[0]) @ along) / float(along @ along)
        return sorted({float(share) for share in shares if 0.0 < share < 1.0})

    def away_m(self, number: int, lng: Floats, lat: Floats, m_per_degree: tuple[float, float]) -> Floats:
        """Metres from the grid, 0 within."""
        return _distance_m(self.shapes[number], lng, lat, m_per_degree)

    def deep_m(self, number: int, lng: Floats, lat: Floats, m_per_degree: tuple[float, float]) -> Floats:
        """Metres from the grid's border."""
        return _distance_m(self._borders[number], lng, lat, m_per_degree)


def _distance_m(shape: BaseGeometry, lng: Floats, lat: Floats, m_per_degree: tuple[float, float]) -> Floats:
    flat = shapely.transform(shape, lambda degrees: degrees * m_per_degree)
    metres: Floats = shapely.distance(flat, shapely.points(lng * m_per_degree[0], lat * m_per_degree[1]))
    return metres
