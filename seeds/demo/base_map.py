"""The demo town's base map: roads, streets, lanes, water, built-up land, green and place names, all made up (示意数据).

Drawn over the same landscape as the grids, so that roads and rivers run along grid edges. Kinds are those the map style
knows: motorway, primary, secondary, street, water, built_up, green, place. Grids are not drawn here.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from seeds.demo.landscape import (
    BUILT_UP,
    CENTRES,
    EXCLUSIVE_GRIDS,
    OUTLINE,
    PARKS,
    RIVERS,
    ROADS,
    STREETS,
)
from seeds.demo.plane import blob, to_lng_lat, to_metres

SEED = 320281105
HAMLETS_PER_VILLAGE = 10
PONDS = 55
GROVES = 32

Feature = dict[str, Any]


def draw_base_map(villages: Sequence[Feature]) -> list[Feature]:
    """Every feature from the bottom up: land use, water, roads, names. `villages` are the drawn village grids."""
    rng = np.random.default_rng(SEED)
    lakes = [lake for park in PARKS for lake in park.waters()]
    water = shapely.union_all([*lakes, *(river.line.buffer(river.width_m / 2 + 20) for river in RIVERS)])
    hamlets = [hamlet for village in villages for hamlet in _hamlets(village, water, rng)]
    sites = [site.outline() for site in (*PARKS, *EXCLUSIVE_GRIDS)]
    taken = shapely.union_all([water, BUILT_UP, *sites, *hamlets, *(way.line.buffer(40) for way in (*ROADS, *STREETS))])
    groves = _patches(GROVES, (110, 260), taken, rng)
    ponds = _patches(PONDS, (30, 85), shapely.union_all([taken, *groves]), rng)
    return [
        *(_feature("green", "", grove) for grove in groves),
        *(_feature("built_up", centre.name, centre.outline()) for centre in CENTRES),
        *(_feature("built_up", "", hamlet) for hamlet in hamlets),
        *(_feature(grid.use, grid.name, grid.outline()) for grid in EXCLUSIVE_GRIDS),
        *(_feature("green", park.name, park.outline()) for park in PARKS),
        *(_feature("water", "", pond) for pond in ponds),
        *(_feature("water", park.water_name, lake) for park in PARKS for lake in park.waters()),
        *(_feature("water", river.name, river.line.buffer(river.width_m / 2, cap_style="flat")) for river in RIVERS),
        *(_feature("street", "", lane) for lane in _lanes(hamlets)),
        *(_feature(way.kind, way.name, way.line) for way in (*STREETS, *reversed(ROADS))),
        *_places(villages),
    ]


def _hamlets(village: Feature, water: BaseGeometry, rng: Generator) -> list[Polygon]:
    """Natural villages 自然村: small built-up patches apart from each other, from centres and from water."""
    land = Polygon(to_metres(np.array(village["geometry"]["coordinates"][0])))
    room = land.buffer(-160).difference(BUILT_UP.buffer(330)).difference(water.buffer(150))
    hamlets: list[Polygon] = []
    for east_m, north_m in rng.uniform(land.bounds[:2], land.bounds[2:], (120, 2)):
        apart = all(hamlet.distance(Point(east_m, north_m)) > 260 for hamlet in hamlets)
        if apart and shapely.contains_xy(room, east_m, north_m):
            long_m, share, heading_deg = rng.uniform((70, 0.45, -25), (190, 0.8, 25))
            hamlets.append(blob(east_m, north_m, long_m, long_m * share, heading_deg))
        if len(hamlets) == HAMLETS_PER_VILLAGE:
            break
    return hamlets


def _lanes(hamlets: Sequence[Polygon]) -> list[LineString]:
    """A slightly bent lane from each hamlet to the nearest road or earlier lane."""
    lanes: list[LineString] = []
    network = shapely.union_all([way.line for way in (*ROADS, *STREETS) if way.kind != "motorway"])
    for hamlet in hamlets:
        start, end = shapely.get_coordinates(shapely.shortest_line(hamlet.centroid, network))
        across = np.array([start[1] - end[1], end[0] - start[0]])
        lane = LineString([start, (start + end) / 2 + 0.08 * across, end])
        lanes.append(lane)
        network = network.union(lane)
    return lanes


def _patches(count: int, radius_m: tuple[int, int], taken: BaseGeometry, rng: Generator) -> list[Polygon]:
    """Uneven patches on free land inside the town, none touching what is taken or each other."""
    patches: list[Polygon] = []
    while len(patches) < count:
        east_m, north_m = rng.uniform(OUTLINE.bounds[:2], OUTLINE.bounds[2:])
        long_m, share, heading_deg = rng.uniform((radius_m[0], 0.4, 0), (radius_m[1], 0.9, 180))
        patch = blob(east_m, north_m, long_m, long_m * share, heading_deg)
        if OUTLINE.contains(patch) and not any(patch.intersects(other) for other in (taken, *patches)):
            patches.append(patch)
    return patches


def _places(villages: Sequence[Feature]) -> list[Feature]:
    """Names to write on the map: rank 1 centres, 2 villages, 3 single sites."""
    centres = [(centre.name, 1, Point(centre.east_m, centre.north_m)) for centre in CENTRES]
    sites = [(grid.name, 3, Point(grid.east_m, grid.north_m)) for grid in EXCLUSIVE_GRIDS]
    sites += [(park.name, 3, park.outline().centroid) for park in PARKS]
    labels = to_metres(np.array([village["properties"]["label_point"] for village in villages]))
    names = [village["properties"]["name"] for village in villages]
    middles = [(name, 2, Point(label)) for name, label in zip(names, labels, strict=True)]
    return [_feature("place", name, point, rank=rank) for name, rank, point in (*centres, *middles, *sites)]


def _feature(kind: str, name: str, shape: BaseGeometry, **more: int) -> Feature:
    """A GeoJSON feature from a shape in plane metres; corners nearer than 2 m to a straight edge are left out."""
    in_degrees = shapely.transform(shape.simplify(2), to_lng_lat)
    geometry = shapely.geometry.mapping(in_degrees)
    return {"type": "Feature", "properties": {"kind": kind, "name": name, **more}, "geometry": geometry}
