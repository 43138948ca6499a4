"""Which grid a place lies in, for many places at once, and where a way crosses from one grid to the next."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from geo.geodesy import metres_per_degree
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
        self._flat: dict[tuple[int, bool], BaseGeometry] = {}

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

    def cuts(self, starts: Floats, ends: Floats) -> tuple[Indices, Floats]:
        """Where straight legs (places of shape (n, 2)) meet a border: (number of the leg, share of it), sorted."""
        legs = np.atleast_1d(np.asarray(shapely.linestrings(np.stack([starts, ends], axis=1)), dtype=object))
        leg, border = self._tree.query(legs, predicate="intersects")
        places, met = shapely.get_coordinates(shapely.intersection(self._borders[border], legs[leg]), return_index=True)
        leg = leg[met]
        along = (ends - starts)[leg]
        shares = ((places - starts[leg]) * along).sum(axis=1) / (along**2).sum(axis=1)
        within = (shares > 0) & (shares < 1)
        found = np.unique(np.column_stack([leg[within], shares[within]]), axis=0)
        return found[:, 0].astype(np.intp), found[:, 1]

    def away_m(self, number: int, lng: Floats, lat: Floats) -> Floats:
        """Metres from the grid, 0 within."""
        return self._distance_m(number, lng, lat, border=False)

    def deep_m(self, number: int, lng: Floats, lat: Floats) -> Floats:
        """Metres from the grid's border."""
        return self._distance_m(number, lng, lat, border=True)

    def _distance_m(self, number: int, lng: Floats, lat: Floats, *, border: bool) -> Floats:
        _west, south, _east, north = self._bounds[number]
        scale = metres_per_degree(float(south + north) / 2)
        flat = self._flat.get((number, border))
        if flat is None:
            shape = self._borders[number] if border else self.shapes[number]
            flat = self._flat[number, border] = shapely.transform(shape, lambda degrees: degrees * scale)
        return np.asarray(shapely.distance(flat, shapely.points(lng * scale[0], lat * scale[1])))
