"""How much of a grid a track went by: cells of some 50 m, on a lattice that is fixed to the earth.

The earth is cut into 400,000 rows of equal latitude (49.7 m at the equator, 50.3 m at the poles) and each row into as many
equal columns as bring a cell's width nearest to 50 m at the row's middle. So a cell has one number for ever, whatever the day
or the grids: row × 2^20 + column, below 2^39. Neighbouring rows are shifted against each other like bricks.
A cell belongs to the grid in which its middle lies: grids that tile lose no cell, and share one only if its middle is on a
border.
"""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import Polygon, STRtree, box

from geo.geodesy import metres_per_degree
from geo.lattice import Shape
from geo.tracks.fixes import Floats, Ints
from geo.tracks.plane import Plane

CELL_M = 50.0
_ROWS = 400_000
_COLUMN_BITS = 20
_ROW_DEGREES = 180.0 / _ROWS
# Radii of WGS84 (metres), for the width of a row.
_A, _E2 = 6_378_137.0, 0.0066943799901413165


def _columns(row: Ints) -> Ints:
    lat = np.radians((row + 0.5) * _ROW_DEGREES - 90.0)
    around_m = 2 * np.pi * _A * np.cos(lat) / np.sqrt(1 - _E2 * np.sin(lat) ** 2)
    columns: Ints = np.maximum(1, np.rint(around_m / CELL_M)).astype(np.int64)
    return columns


def cells_at(lng: Floats, lat: Floats) -> Ints:
    """The cell of each place (degrees within ±180 and ±90)."""
    row = np.clip(np.floor((lat + 90.0) / _ROW_DEGREES), 0, _ROWS - 1).astype(np.int64)
    return _cells(lng, row)


def _cells(lng: Floats, row: Ints) -> Ints:
    columns = _columns(row)
    column = np.floor((lng + 180.0) / 360.0 * columns).astype(np.int64) % columns
    return (row << _COLUMN_BITS) + column


def bounds(cells: Ints) -> Floats:
    """West, south, east, north of each cell in degrees: shape (n, 4)."""
    row, column = cells >> _COLUMN_BITS, cells & ((1 << _COLUMN_BITS) - 1)
    columns = _columns(row)
    west, east = (360.0 * edge / columns - 180.0 for edge in (column, column + 1))
    return np.column_stack([west, row * _ROW_DEGREES - 90.0, east, (row + 1) * _ROW_DEGREES - 90.0])


def middles(cells: Ints) -> tuple[Floats, Floats]:
    west, south, east, north = bounds(cells).T
    return (west + east) / 2, (south + north) / 2


def polygons(cells: Ints) -> list[Polygon]:
    return [box(*sides) for sides in bounds(cells).tolist()]


def cells_of(shape: Shape) -> Ints:
    """Every cell of a grid, sorted. A grid too small for any middle has the cell in which it lies."""
    if shape.is_empty:
        return np.zeros(0, dtype=np.int64)
    west, south, east, north = shape.bounds
    lowest, highest = (int((lat + 90.0) // _ROW_DEGREES) for lat in (south, north))
    rows = np.arange(max(lowest, 0), min(highest, _ROWS - 1) + 1, dtype=np.int64)
    columns = _columns(rows)
    first, last = (np.floor((edge + 180.0) / 360.0 * columns).astype(np.int64) for edge in (west, east))
    count = np.minimum(last, columns - 1) - first + 1
    row = np.repeat(rows, count)
    column = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)
    cells = (row << _COLUMN_BITS) + column
    shapely.prepare(shape)
    within: Ints = cells[shapely.intersects_xy(shape, *middles(cells))]
    if len(within):
        return within
    inside = shape.representative_point()
    return cells_at(np.array([inside.x]), np.array([inside.y]))


def share(covered: Ints, shape: Shape) -> float:
    """How much of a grid's cells are covered, 0 to 1."""
    cells = cells_of(shape)
    return float(np.isin(cells, covered).sum() / len(cells)) if len(cells) else 0.0


def cells_near(ways: Sequence[tuple[Floats, Floats]], reach_m: float) -> Ints:
    """Every cell that comes within `reach_m` (at most half a cell) of one of the ways (lng, lat); sorted."""
    found = [_near(lng, lat, reach_m) for lng, lat in ways if len(lng)]
    return np.unique(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def _near(lng: Floats, lat: Floats, reach_m: float) -> Ints:
    plane = Plane.around(lng, lat)
    metres = plane.to_metres(lng, lat)
    candidates = _around(plane, metres)
    west, south, east, north = bounds(candidates).T
    corners = [plane.to_metres(x, y) for x, y in ((west, south), (east, south), (east, north), (west, north))]
    boxes = np.atleast_1d(np.asarray(shapely.polygons(np.stack(corners, axis=1)), dtype=object))
    legs = shapely.points(metres) if len(metres) == 1 else shapely.linestrings(np.stack([metres[:-1], metres[1:]], 1))
    _leg, hit = STRtree(boxes).query(legs, predicate="dwithin", distance=reach_m)
    near: Ints = candidates[np.unique(hit)]
    return near


def _around(plane: Plane, metres: Floats) -> Ints:
    """The cells under the way and all their neighbours."""
    steps = np.diff(metres, axis=0)
    parts = np.maximum(1, np.ceil(np.hypot(*steps.T) / (CELL_M / 4))).astype(np.int64)
    leg = np.repeat(np.arange(len(steps)), parts)
    share_of_leg = (np.arange(len(leg)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[leg]
    sampled = np.concatenate([metres[leg] + share_of_leg[:, None] * steps[leg], metres[-1:]])
    lng, lat = plane.to_degrees(sampled)
    under = np.unique(cells_at(lng, lat))
    lng, lat = middles(under)
    row = under >> _COLUMN_BITS
    width = 360.0 / _columns(row)
    around = []
    for up in (-1, 0, 1):
        rows = row + up
        real = (rows >= 0) & (rows < _ROWS)
        for aside in (-1, 0, 1):
            there = lng[real] + aside * width[real]
            around.append(_cells((there + 180.0) % 360.0 - 180.0, rows[real]))
    return np.unique(np.concatenate(around))


def cell_size_m(cell: int) -> tuple[float, float]:
    """Width and height of one cell."""
    west, south, east, north = bounds(np.array([cell], dtype=np.int64))[0]
    m_per_lng, m_per_lat = metres_per_degree(float(south + north) / 2)
    return (east - west) * m_per_lng, (north - south) * m_per_lat
