"""Draw the demo town: `python -m seeds.demo.draw_town` rewrites grids.geojson and base_map.geojson.

The same code gives the same bytes. Grids are unions of parcels, so town, villages and base grids fit exactly; exclusive
grids lie over the base grids of one village. People and squads are not made here (see `staff_town`).
"""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import Point, Polygon, STRtree

from seeds.demo.base_map import draw_base_map
from seeds.demo.growth import Owners, divide, grow, straighten
from seeds.demo.landscape import (
    BUILT_UP,
    EXCLUSIVE_GRIDS,
    OUTLINE,
    RIVERS,
    ROADS,
    STREETS,
    VILLAGES,
    ExclusiveGrid,
)
from seeds.demo.parcels import Parcels, cut_parcels
from seeds.demo.plane import to_lng_lat, to_metres

HERE = Path(__file__).parent
COUNTY = "320281"
TOWN = "320281104"
SEED = 320281104
PEOPLE_IN_TOWN = 6  # a square metre of a centre weighs as much as six of fields when land is divided into grids

Feature = dict[str, Any]


def draw_grids() -> list[Feature]:
    """Every grid as a GeoJSON feature: county (no shape), town, villages, base grids, exclusive grids."""
    rng = np.random.default_rng(SEED)
    parcels = cut_parcels(OUTLINE, RIVERS + ROADS + STREETS, BUILT_UP, rng)
    weight = parcels.area_m2 * np.where(shapely.contains_xy(BUILT_UP, parcels.seeds), PEOPLE_IN_TOWN, 1)
    owners = _village_owners(parcels)
    name_of = _names()
    features = [
        _grid(COUNTY, name_of[COUNTY], name_of[COUNTY], "county", None, None),
        _grid(TOWN, name_of[TOWN], name_of[TOWN], "town", COUNTY, _union(parcels, owners)),
    ]
    for index, village in enumerate(VILLAGES):
        land = [parcel for parcel, owner in owners.items() if owner == index]
        name = name_of[village.code]
        short = name.removesuffix("村")
        features.append(_grid(village.code, name, short, "village", TOWN, _union(parcels, land)))
        division = divide(parcels, land, weight, village.grids, rng)
        shapes = [_union(parcels, [p for p in land if division[p] == n]) for n in range(village.grids)]
        for number, shape in enumerate(_in_reading_order(shapes), start=1):
            code = f"{village.code}{number:03}"
            features.append(_grid(code, f"{name}第{number}网格", f"{short}{number}", "grid", village.code, shape))
    return features + [_exclusive(grid) for grid in EXCLUSIVE_GRIDS]


def _names() -> dict[str, str]:
    with (HERE / "places.csv").open(encoding="utf-8") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def _village_owners(parcels: Parcels) -> Owners:
    tree = STRtree([Point(seed) for seed in parcels.seeds])
    starts = [int(tree.nearest(Point(village.east_m, village.north_m))) for village in VILLAGES]
    return straighten(parcels, grow(parcels, starts, [v.pace for v in VILLAGES], range(len(parcels.seeds))))


def _union(parcels: Parcels, members: Iterable[int]) -> Polygon:
    union = shapely.coverage_union_all([parcels.shapes[parcel] for parcel in members])
    if not isinstance(union, Polygon) or union.interiors:
        raise ValueError("a grid must be one polygon without holes")
    return union


def _in_reading_order(shapes: Sequence[Polygon]) -> list[Polygon]:
    """North to south in rows, west to east within a row: the numbering order of GB/T 30428.1."""
    rows = max(1, round(len(shapes) ** 0.5))
    north_first = sorted(shapes, key=lambda shape: -shape.centroid.y)
    ordered: list[Polygon] = []
    for row in np.array_split(np.arange(len(shapes)), rows):
        ordered += sorted((north_first[i] for i in row), key=lambda shape: shape.centroid.x)
    return ordered


def _exclusive(grid: ExclusiveGrid) -> Feature:
    shape = Polygon(to_lng_lat(shapely.get_coordinates(grid.outline())))
    village = grid.code[:12]
    return _grid(grid.code, grid.name, grid.short_name, "grid", village, shape, kind="exclusive")


def _grid(
    code: str, name: str, short: str, level: str, parent: str | None, shape: Polygon | None, kind: str = "base"
) -> Feature:
    return {
        "type": "Feature",
        "properties": {
            "code": code,
            "name": name,
            "short_name": short,
            "level": level,
            "kind": kind,
            "parent_code": parent,
            "label_point": shape and _label_point(shape),
            "indicative": True,
        },
        "geometry": shape and {"type": "Polygon", "coordinates": shapely.get_coordinates(shape)[None].tolist()},
    }


def _label_point(shape: Polygon) -> list[float]:
    """Longitude and latitude of the middle of the largest circle inside the shape (measured in metres)."""
    in_metres = Polygon(to_metres(shapely.get_coordinates(shape)))
    middle = shapely.maximum_inscribed_circle(in_metres, tolerance=5).coords[0]
    label_point: list[float] = to_lng_lat(np.array([middle]))[0].tolist()
    return label_point


def as_geojson(features: Sequence[Feature]) -> str:
    """A feature collection with one feature a line, so that a changed grid is a changed line."""
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, separators=(",", ":")) for feature in features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'


def draw_town() -> dict[str, str]:
    """The text of each file this module owns, by file name."""
    grids = draw_grids()
    villages = [grid for grid in grids if grid["properties"]["level"] == "village"]
    return {"grids.geojson": as_geojson(grids), "base_map.geojson": as_geojson(draw_base_map(villages))}


if __name__ == "__main__":
    for name, text in draw_town().items():
        (HERE / name).write_text(text, encoding="utf-8")
