"""What follows from a redraw, as pure rules: from which grid paths to which others, and into which grid a place falls."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from shapely import Point, STRtree

from backend.grids.models import LEAF_LEVELS, GridKind
from backend.grids.net import Net, NetGrid, heirs, successors
from backend.grids.replay import Replayed

# Some 50 m: a place on the edge of the net goes to the nearest grid.
NEAR_DEGREES = 0.0005


@dataclass(frozen=True)
class Moves:
    """`paths`: each grid path from which posts and jurisdictions move, and where they go on (nowhere: they end).

    `successors`: where the ground of each changed grid goes, with shares. `reshaped`: paths of the leaf grids whose cases
    may now lie elsewhere.
    """

    paths: Mapping[str, tuple[str, ...]]
    successors: Mapping[str, list[tuple[str, float]]]
    reshaped: frozenset[str]


def moves_of(replayed: Replayed) -> Moves:
    before, after, change = replayed.before, replayed.after, replayed.difference
    into = successors(before, after, change)
    paths: dict[str, tuple[str, ...]] = {}
    for code in change.changed + change.ended:
        old = before.grids[code]
        new = tuple(after.grids[heir].path for heir in heirs(code, into.get(code, ()), change))
        if new != (old.path,):
            paths[old.path] = new
    reshaped = {
        before.grids[code].path for code in change.changed + change.ended if _is_leaf(before, before.grids[code])
    }
    return Moves(paths, into, frozenset(reshaped))


def _is_leaf(net: Net, grid: NetGrid) -> bool:
    return grid.level in LEAF_LEVELS and grid.kind != GridKind.CLUSTER and grid.code not in net.children


class Ground:
    """Finds the leaf grid of a place in a net that is not in force yet: `sql/settle_cases.sql` for a draft."""

    def __init__(self, net: Net) -> None:
        self._net = net

    @cached_property
    def _grids(self) -> list[NetGrid]:
        return [g for g in self._net.grids.values() if g.shape is not None and _is_leaf(self._net, g)]

    @cached_property
    def _tree(self) -> STRtree:
        return STRtree(np.array([grid.shape for grid in self._grids], dtype=object))

    def new_path(self, path: str, place: Point, *, on_border: bool) -> str:
        """Where a case at `place`, until now in the grid at `path`, belongs. It stays as long as that grid holds it."""
        present = self._net.grids.get(code_of(path))
        is_there = bool(present and present.path == path and _is_leaf(self._net, present))
        if is_there and (on_border or _covers(present, place)):
            return path
        near = [self._grids[index] for index in self._tree.query(place.buffer(NEAR_DEGREES), predicate="intersects")]
        ranked = [
            (grid.shape.distance(place), grid.kind != GridKind.EXCLUSIVE, grid.area_m2, grid.code, grid.path)
            for grid in near
            if grid.shape is not None and (grid.kind == GridKind.BASE or grid.shape.covers(place))
        ]
        return min(ranked)[-1] if ranked else path


def _covers(grid: NetGrid | None, place: Point) -> bool:
    return grid is not None and grid.shape is not None and bool(grid.shape.covers(place))


def code_of(path: str) -> str:
    return path.rsplit("/", 1)[-1]
