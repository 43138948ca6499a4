"""The town cut into some thousands of small parcels, of which every grid is a union.

Parcels are Voronoi cells. Along roads and rivers their seeds stand in mirrored pairs, so that parcel edges lie on the
line; elsewhere they keep a distance that shrinks towards the centres. Corners are rounded to 6 decimals of a degree
once, here, so that unions of parcels share their corners exactly. Which grid a parcel joins is not decided here.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from numpy.random import Generator
from shapely import LineString, MultiPoint, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from seeds.demo.landscape import Way
from seeds.demo.plane import Points, to_lng_lat

FIELD_SPACING_M = 165.0
TOWN_SPACING_M = 85.0
MARGIN_M = 500.0


class Neighbour(NamedTuple):
    """The parcel across an edge: how long the edge is, how far apart the seeds are, what crossing it costs."""

    parcel: int
    edge_m: float
    apart_m: float
    barrier_m: float


class Parcels(NamedTuple):
    """Cells with their seeds in plane metres, their shapes in degrees, areas in square metres and neighbours."""

    seeds: Points
    shapes: list[Polygon]
    area_m2: Points
    neighbours: list[list[Neighbour]]


def cut_parcels(outline: Polygon, ways: Sequence[Way], built_up: BaseGeometry, rng: Generator) -> Parcels:
    """Cut the land inside `outline` into parcels; `ways` come in order of importance."""
    seeds = _scatter(_line_up([way.line for way in ways], outline, built_up), outline, built_up, rng)
    cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(seeds), ordered=True))
    inside = shapely.contains_xy(outline, seeds)
    seeds, cells = seeds[inside], cells[inside].tolist()
    rings = [_round_ring(cell) for cell in cells]
    return Parcels(
        seeds=seeds,
        shapes=[Polygon(ring) for ring in rings],
        area_m2=shapely.area(cells),
        neighbours=_neighbours(seeds, rings, cells, ways),
    )


def _spacing_m(points: Points, built_up: BaseGeometry) -> Points:
    away_m = shapely.distance(shapely.points(points), built_up)
    spacing: Points = np.minimum(FIELD_SPACING_M, TOWN_SPACING_M + 0.12 * away_m)
    return spacing


def _line_up(lines: Sequence[LineString], outline: Polygon, built_up: BaseGeometry) -> Points:
    """Pairs of seeds mirrored at each line; between two crossings the pairs stand evenly, so crossings stay sharp."""
    land = outline.buffer(MARGIN_M)
    placed = np.empty((0, 2))
    earlier: list[LineString] = []
    for line in lines:
        crossings_m = {0.0, line.length}
        for other in earlier:
            crossings_m |= {line.project(Point(p)) for p in shapely.get_coordinates(line.intersection(other))}
        stops_m = sorted(crossings_m)
        for start_m, end_m in pairwise(stops_m):
            placed = _place_pairs(line, start_m, end_m, placed, land, built_up)
        earlier.append(line)
    return placed


def _place_pairs(
    line: LineString, start_m: float, end_m: float, placed: Points, land: Polygon, built_up: BaseGeometry
) -> Points:
    middle = np.array(line.interpolate((start_m + end_m) / 2).coords)
    count = max(1, round((end_m - start_m) / _spacing_m(middle, built_up)[0]))
    step_m = (end_m - start_m) / count
    for along_m in start_m + step_m * (np.arange(count) + 0.5):
        on_line, ahead = (np.array(line.interpolate(d).coords[0]) for d in (along_m, along_m + 1))
        behind = np.array(line.interpolate(along_m - 1).coords[0])
        left = np.array([behind[1] - ahead[1], ahead[0] - behind[0]]) / np.linalg.norm(ahead - behind)
        offset_m = min(step_m, FIELD_SPACING_M) / 2
        pair = np.array([on_line + left * offset_m, on_line - left * offset_m])
        near_m = min(np.linalg.norm(placed - seed, axis=1).min(initial=np.inf) for seed in pair)
        if near_m > 1.1 * offset_m and shapely.contains_xy(land, on_line[0], on_line[1]):
            placed = np.vstack([placed, pair])
    return placed


def _scatter(placed: Points, outline: Polygon, built_up: BaseGeometry, rng: Generator) -> Points:
    """Fill the land with further seeds, none nearer to another than the spacing at its place."""
    west, south, east, north = outline.buffer(MARGIN_M).bounds
    tries = rng.uniform((west, south), (east, north), (30_000, 2))
    spacing = 0.85 * _spacing_m(tries, built_up)
    seeds = np.full((len(placed) + len(tries), 2), np.inf)
    seeds[: len(placed)] = placed
    count = len(placed)
    for candidate, room_m in zip(tries, spacing, strict=True):
        if ((seeds[:count] - candidate) ** 2).sum(axis=1).min() > room_m**2:
            seeds[count] = candidate
            count += 1
    return seeds[:count]


def _round_ring(cell: Polygon) -> list[tuple[float, float]]:
    """The cell's corners in rounded degrees, first not repeated, corners that fell together dropped."""
    corners = [(float(lng), float(lat)) for lng, lat in to_lng_lat(np.array(cell.exterior.coords)[:-1])]
    return [corner for i, corner in enumerate(corners) if corner != corners[i - 1]]


def _neighbours(
    seeds: Points, rings: list[list[tuple[float, float]]], cells: Sequence[Polygon], ways: Sequence[Way]
) -> list[list[Neighbour]]:
    owners: dict[frozenset[tuple[float, float]], list[int]] = defaultdict(list)
    for parcel, ring in enumerate(rings):
        for i, corner in enumerate(ring):
            owners[frozenset((ring[i - 1], corner))].append(parcel)
    pairs = np.array([pair for pair in owners.values() if len(pair) == 2])
    links = shapely.linestrings(seeds[pairs])
    barrier_m = np.zeros(len(pairs))
    tree = STRtree(links)
    for way in ways:
        crossed = tree.query(way.line, predicate="intersects")
        barrier_m[crossed] = np.maximum(barrier_m[crossed], way.barrier_m)
    found: list[list[Neighbour]] = [[] for _ in rings]
    for (a, b), link, barrier in zip(pairs.tolist(), links, barrier_m, strict=True):
        edge_m = cells[a].intersection(cells[b]).length
        found[a].append(Neighbour(b, edge_m, link.length, float(barrier)))
        found[b].append(Neighbour(a, edge_m, link.length, float(barrier)))
    return found
