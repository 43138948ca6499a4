"""The net as a value: every grid of a county at one moment, its leaves and parents, and how two such nets differ.

Nothing here reads the database or knows drafts. A net is never changed; `changed` gives another one that shares what stayed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely import MultiPolygon, Point, STRtree

from backend.grids.models import GridKind, GridLevel
from geo.geodesy import whole_area_m2
from geo.lattice import Shape, same_shape
from geo.tiling import build_parent

# A grid that takes less of another's ground than this share is its neighbour along a moved border, not its successor.
LEAST_SHARE = 0.01
LEVELS = tuple(GridLevel)


@dataclass(frozen=True)
class NetGrid:
    """One grid. `area_m2` is whole; shapes are on the lattice.

    `version`, `edition` and `valid_from` are those of the net it was read from; a new grid has version 0.
    """

    code: str
    version: int
    name: str
    short_name: str
    level: GridLevel
    kind: GridKind
    parent_code: str | None
    path: str
    area_m2: float
    cluster_code: str | None = None
    management_grade: int | None = None
    indicative: bool = False
    shape: Shape | None = None
    label: Point | None = None
    edition: int = 0
    valid_from: date | None = None

    def same_as(self, other: "NetGrid") -> bool:
        """Whether everything that a version keeps is the same; the version itself and the label follow from it."""
        return self is other or (self._about() == other._about() and same_shape(self.shape, other.shape))

    def _about(self) -> tuple[Any, ...]:
        return (
            self.name,
            self.short_name,
            self.level,
            self.kind,
            self.parent_code,
            self.path,
            self.cluster_code,
            self.management_grade,
            self.area_m2,
        )


def as_multi(shape: Shape) -> MultiPolygon:
    return shape if isinstance(shape, MultiPolygon) else MultiPolygon([shape])


@dataclass(frozen=True)
class Difference:
    """From one net to another: codes of the grids that are new, that have another version, and that are no more."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    ended: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.ended)

    @property
    def codes(self) -> tuple[str, ...]:
        return self.added + self.changed + self.ended


@dataclass(frozen=True)
class Net:
    """All grids of a county by code, and every code that ever was in use there, so that none is given out twice."""

    county: str
    grids: Mapping[str, NetGrid]
    used_codes: frozenset[str] = field(default=frozenset())

    @cached_property
    def children(self) -> Mapping[str, tuple[NetGrid, ...]]:
        """Base grids by the code of their parent."""
        found: defaultdict[str, list[NetGrid]] = defaultdict(list)
        for grid in self.grids.values():
            if grid.kind == GridKind.BASE and grid.parent_code:
                found[grid.parent_code].append(grid)
        return {code: tuple(grids) for code, grids in found.items()}

    @cached_property
    def leaves(self) -> Mapping[str, Shape]:
        """The shapes of the base grids that have no base grids of their own: they tile the county."""
        return {
            code: grid.shape
            for code, grid in self.grids.items()
            if grid.kind == GridKind.BASE and grid.shape is not None and code not in self.children
        }

    @cached_property
    def members(self) -> Mapping[str, tuple[NetGrid, ...]]:
        """Grids by the cluster (连片) that they belong to."""
        found: defaultdict[str, list[NetGrid]] = defaultdict(list)
        for grid in self.grids.values():
            if grid.cluster_code:
                found[grid.cluster_code].append(grid)
        return {code: tuple(grids) for code, grids in found.items()}

    @property
    def leaf_area_m2(self) -> float:
        return sum(self.grids[code].area_m2 for code in self.leaves)

    def below(self, code: str) -> tuple[NetGrid, ...]:
        """Every grid under this one, of any kind."""
        top = f"{self.grids[code].path}/"
        return tuple(grid for grid in self.grids.values() if grid.path.startswith(top))

    def changed(
        self, grids: Iterable[NetGrid] = (), *, ended: Iterable[str] = (), rebuild: Iterable[str] = ()
    ) -> "Net":
        """The net with these grids put in or replaced, those ended taken out, and everything above them rebuilt.

        `rebuild` names further grids whose parts are no longer the same. Raises geo.tiling.TilingError when the children
        of some parent do not tile.
        """
        put, gone = {grid.code: grid for grid in grids}, set(ended)
        kept = {code: grid for code, grid in self.grids.items() if code not in gone} | put
        moved = [*put.values(), *(self.grids[code] for code in gone | (put.keys() & self.grids.keys()))]
        above = {code for grid in moved for code in (grid.parent_code, grid.cluster_code)} | set(rebuild)
        return Net(self.county, kept, self.used_codes | set(put))._rebuilt(above)

    def _rebuilt(self, codes: Iterable[str | None]) -> "Net":
        """The parents and clusters of these codes built anew from their parts, from the lowest level up."""
        net, waiting = self, {code for code in codes if code and code in self.grids}
        while waiting:
            # Of one level the clusters come last: their members may be of the same level.
            code = max(waiting, key=lambda each: (LEVELS.index(net.grids[each].level), net.grids[each].kind == "base"))
            waiting.discard(code)
            before = net.grids[code]
            grids = dict(net.grids)
            if before.kind == GridKind.CLUSTER and not net.members.get(code):
                del grids[code]
            else:
                grids[code] = net._built(before)
                if grids[code].same_as(before):
                    continue
            net = replace(net, grids=grids)
            waiting |= {each for each in (before.parent_code, before.cluster_code) if each and each in net.grids}
        return net

    def _built(self, grid: NetGrid) -> NetGrid:
        """A parent from its base children, a cluster from its members. What has no parts, or never had an outline, keeps it."""
        is_cluster = grid.kind == GridKind.CLUSTER
        parts = self.members.get(grid.code, ()) if is_cluster else self.children.get(grid.code, ())
        shapes = [part.shape for part in parts if part.shape is not None]
        if not parts or grid.kind == GridKind.EXCLUSIVE:
            return grid
        total_m2 = sum(part.area_m2 for part in parts)
        if not shapes or (grid.shape is None and grid.version):
            return replace(grid, area_m2=total_m2)
        shape = as_multi(build_parent(shapes))
        return with_label(replace(grid, area_m2=total_m2, shape=shape))


def with_shape(grid: NetGrid, shape: Shape) -> NetGrid:
    """A leaf that got this shape, with the area and label that follow from it."""
    return with_label(replace(grid, shape=as_multi(shape), area_m2=whole_area_m2(shape)))


def with_label(grid: NetGrid) -> NetGrid:
    assert grid.shape is not None
    return replace(grid, label=label_of(grid.shape))


def label_of(shape: Shape) -> Point:
    """Where a name is drawn: the centre of the largest circle that fits into the largest part, to some metres."""
    parts = shapely.get_parts(shape)
    circle = shapely.maximum_inscribed_circle(parts[int(np.argmax(shapely.area(parts)))], tolerance=1e-5)
    return Point(circle.coords[0])


def difference(before: Net, after: Net) -> Difference:
    """What a redraw comes to, by code."""
    both = before.grids.keys() & after.grids.keys()
    return Difference(
        added=tuple(sorted(after.grids.keys() - both)),
        changed=tuple(sorted(code for code in both if not after.grids[code].same_as(before.grids[code]))),
        ended=tuple(sorted(before.grids.keys() - both)),
    )


def successors(before: Net, after: Net, change: Difference) -> dict[str, list[tuple[str, float]]]:
    """Where the ground of each changed or ended grid goes: grids of the same level and kind with their share, largest first.

    Only grids whose ground does go somewhere else are named. Shares under LEAST_SHARE are left out.
    """
    found: dict[str, list[tuple[str, float]]] = {}
    fresh = [after.grids[code] for code in change.added + change.changed if after.grids[code].shape is not None]
    tree = STRtree(np.array([grid.shape for grid in fresh], dtype=object))
    for code in change.changed + change.ended:
        old = before.grids[code]
        if old.shape is None or not old.shape.area:
            continue
        into = []
        for index in tree.query(old.shape, predicate="intersects"):
            new = fresh[index]
            if (new.level, new.kind) == (old.level, old.kind):
                assert new.shape is not None
                share = old.shape.intersection(new.shape).area / old.shape.area
                if share >= LEAST_SHARE:
                    into.append((new.code, round(share, 4)))
        into.sort(key=lambda each: (-each[1], each[0]))
        if [each for each, _share in into] != [code]:
            found[code] = into
    return found


def heirs(code: str, into: Iterable[tuple[str, float]], change: Difference) -> tuple[str, ...]:
    """To which grids a post or jurisdiction at a grid goes on: the grid itself while it lasts, and every new part of it.

    A border moved between two grids that both stay takes nobody along. An ended grid goes to whoever has its ground.
    """
    if code in change.ended:
        return tuple(each for each, _share in into)
    return (code, *(each for each, _share in into if each in change.added))
