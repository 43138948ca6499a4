"""Random nets for tests and benches: towns, villages and grids that tile, with borders as crooked as real ones."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import shapely
from geoalchemy2.shape import from_shape
from numpy.typing import NDArray
from shapely import MultiPoint, MultiPolygon, Polygon, box

from backend.database import SRID
from backend.grids.models import Grid, GridKind, GridLevel
from geo.geodesy import area_m2
from geo.lattice import Shape, to_lattice
from geo.tiling import build_parent

SINCE = date(2026, 1, 1)
# Side of the square ground that a grid has on average, in degrees: some 300 m.
GRID_SIDE_DEG = 0.003
LEVEL_BY_DIGITS = {6: GridLevel.COUNTY, 9: GridLevel.TOWN, 12: GridLevel.VILLAGE, 15: GridLevel.GRID}


@dataclass(frozen=True)
class RandomNet:
    """`shapes` has the grids of all levels by code, parents before children; a code's parent is the code less three digits."""

    county: str
    shapes: dict[str, Shape]

    @property
    def leaves(self) -> dict[str, Shape]:
        return {code: shape for code, shape in self.shapes.items() if len(code) == 15}

    def children(self, parent: str) -> dict[str, Shape]:
        return {c: s for c, s in self.shapes.items() if len(c) == len(parent) + 3 and c.startswith(parent)}


def random_net(
    seed: int, *, county: str = "320299", towns: int = 1, villages: int = 3, grids: int = 20, bends: int = 3
) -> RandomNet:
    """About `grids` grids in at most that many villages and towns. Each side between two corners has `bends` more points."""
    random = np.random.default_rng(seed)
    side = GRID_SIDE_DEG * grids**0.5
    ground = (120.0, 31.5, 120.0 + side, 31.5 + side)
    cells = _crooked(_cells(random, ground, grids), random, bends)
    centres = shapely.get_coordinates(shapely.centroid(cells))
    village_at = random.uniform(ground[:2], ground[2:], (villages, 2))
    town_at = random.uniform(ground[:2], ground[2:], (towns, 2))
    members: dict[str, list[Polygon]] = defaultdict(list)
    for cell, village in zip(cells, _nearest(centres, village_at), strict=True):
        town = int(_nearest(village_at[[village]], town_at)[0])
        members[f"{county}{100 + town:03}{int(village) + 1:03}"].append(cell)
    leaves = {f"{v}{n:03}": cell for v, group in sorted(members.items()) for n, cell in enumerate(group, 1)}
    return RandomNet(county, with_parents(leaves))


def with_parents(leaves: dict[str, Shape]) -> dict[str, Shape]:
    """The grids with every level above them built, from the county down."""
    levels = [leaves]
    for digits in (12, 9, 6):
        groups: dict[str, list[Shape]] = defaultdict(list)
        for code, shape in levels[0].items():
            groups[code[:digits]].append(shape)
        levels.insert(0, {code: build_parent(group) for code, group in groups.items()})
    return {code: shape for level in levels for code, shape in level.items()}


def grid_rows(net: RandomNet, *, valid_from: date = SINCE) -> list[Grid]:
    """The net as rows of the table: areas in whole m², those of parents the sums of their children's."""
    areas: dict[str, int] = defaultdict(int)
    for code, shape in net.leaves.items():
        own = round(area_m2(shape))
        for digits in (6, 9, 12, 15):
            areas[code[:digits]] += own
    return [
        Grid(
            county=net.county,
            code=code,
            version=1,
            name=f"网格{code}",
            short_name=code[-3:],
            level=LEVEL_BY_DIGITS[len(code)],
            kind=GridKind.BASE,
            parent_code=code[:-3] if len(code) > 6 else None,
            path="/".join(code[:digits] for digits in (6, 9, 12, 15) if digits <= len(code)),
            area_m2=float(areas[code]),
            valid_from=valid_from,
            shape=from_shape(shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape]), srid=SRID),
            label_point=from_shape(shape.representative_point(), srid=SRID),
        )
        for code, shape in net.shapes.items()
    ]


def _nearest(points: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.intp]:
    found: NDArray[np.intp] = shapely.STRtree(shapely.points(targets)).nearest(shapely.points(points))
    return found


def _cells(random: np.random.Generator, ground: tuple[float, float, float, float], grids: int) -> list[Polygon]:
    """Polygons around jittered points, which meet vertex to vertex."""
    across = max(1, round(grids**0.5))
    row, column = np.divmod(np.arange(grids), across)
    places = np.column_stack([column, row]) + 0.5 + random.uniform(-0.35, 0.35, (grids, 2))
    points = np.array(ground[:2]) + places * (ground[2] - ground[0]) / across
    frame = box(*shapely.total_bounds(shapely.points(points))).buffer(GRID_SIDE_DEG / 2, join_style="mitre")
    cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(points), extend_to=frame))
    clipped = to_lattice(MultiPolygon([cell.intersection(frame) for cell in cells]))
    return list(clipped.geoms)


def _crooked(cells: list[Polygon], random: np.random.Generator, bends: int) -> list[Polygon]:
    """The cells with every side bent the same way on both sides of it; a side whose bending would cross stays straight."""
    sides: dict[tuple[tuple[float, ...], tuple[float, ...]], NDArray[np.float64]] = {}

    def bent(start: tuple[float, ...], end: tuple[float, ...]) -> NDArray[np.float64]:
        low, high = sorted((start, end))
        if (low, high) not in sides:
            share = np.linspace(0, 1, bends + 2)[1:-1, None]
            along = np.subtract(high, low)
            push = random.uniform(-0.06, 0.06, (bends, 1)) * np.sin(np.pi * share)
            sides[low, high] = np.array(low) + share * along + push * np.array([-along[1], along[0]])
        return sides[low, high] if start == low else sides[low, high][::-1]

    def walk(cell: Polygon) -> Polygon:
        ring = [np.vstack([[start], bent(start, end)]) for start, end in pairwise(cell.exterior.coords)]
        return to_lattice(Polygon(np.vstack(ring)))

    bends_of = [walk(cell) for cell in cells]
    for cell, crooked in zip(cells, bends_of, strict=True):
        if not crooked.is_valid:
            for start, end in pairwise(cell.exterior.coords):
                low, high = sorted((start, end))
                sides[low, high] = np.empty((0, 2))
    return [walk(cell) for cell in cells]
