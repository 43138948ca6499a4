"""The net in force around an import, as the child sees it: the grid whose parts are replaced, what is below, beside
and above."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import shapely

from backend.grids.imports.fields import LEVELS


@dataclass(frozen=True)
class Known:
    """A grid in force. `shape` is None where it never had an outline."""

    code: str
    name: str
    short_name: str
    level: str
    kind: str
    parent_code: str | None
    management_grade: int | None
    area_m2: float
    path: str
    shape: Any


@dataclass(frozen=True)
class Surroundings:
    """`grids` by code: everything at or below the scope, its siblings, and what is above."""

    scope: Known
    grids: Mapping[str, Known]

    @cached_property
    def inside(self) -> dict[str, Known]:
        """What is below the scope, clusters left out: all of it is replaced."""
        top = f"{self.scope.path}/"
        return {c: g for c, g in self.grids.items() if g.path.startswith(top) and g.kind != "cluster"}

    @cached_property
    def leaves(self) -> dict[str, Known]:
        parents = {grid.parent_code for grid in self.inside.values() if grid.kind == "base"}
        return {c: g for c, g in self.inside.items() if g.kind == "base" and c not in parents}

    @cached_property
    def has_neighbours(self) -> bool:
        """Whether other grids with outlines lie beside the scope, so that its own outline must stay as it is."""
        return any(
            grid.parent_code == self.scope.parent_code
            and grid.code != self.scope.code
            and grid.kind == "base"
            and grid.shape is not None
            for grid in self.grids.values()
        )

    @cached_property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """[west, south, east, north] of the scope, else of whatever has an outline; None if nothing has."""
        shapes = (
            [self.scope.shape] if self.scope.shape is not None else [g.shape for g in self.grids.values() if g.shape]
        )
        if not shapes:
            return None
        west, south, east, north = (float(value) for value in shapely.total_bounds(shapes))
        return (west, south, east, north)

    def is_below_scope(self, level: str) -> bool:
        return LEVELS.index(level) > LEVELS.index(self.scope.level)


def surroundings(net: list[dict[str, Any]], scope: str) -> Surroundings:
    """From what `queries.net_around` sent."""
    grids = {
        about["code"]: Known(**about | {"shape": shapely.from_wkb(about["shape"]) if about["shape"] else None})
        for about in net
    }
    return Surroundings(grids[scope], grids)
