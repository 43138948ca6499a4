"""The grids of an import as they take their place in the net. How they are read from a file is in `imports/`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import shapely
from shapely import STRtree, box

from backend.grids.draft_schemas import TakeImport
from backend.grids.models import GridKind, GridLevel
from backend.grids.net import Net, NetGrid, with_shape
from backend.grids.required import require_grid
from geo.lattice import Shape, same_shape
from geo.tiling import node


@dataclass(frozen=True)
class ImportedGrid:
    """A grid as an import brings it, ready for the net: code and names filled in, shape valid and on the lattice."""

    code: str
    name: str
    short_name: str
    level: GridLevel
    kind: GridKind
    parent_code: str | None
    management_grade: int | None
    shape: Shape


@dataclass(frozen=True)
class ImportedNet:
    """The grids of one import, and the grid whose parts they replace."""

    scope: str
    grids: Sequence[ImportedGrid]


Imports: TypeAlias = Mapping[str, ImportedNet]


def take_import(net: Net, operation: TakeImport, imports: Imports) -> Net:
    """What comes takes the place of all below its scope except clusters; neighbours outside keep vertices in common."""
    taken = imports[str(operation.import_id)]
    scope = require_grid(net, "operation.import_id", taken.scope)
    coming = {grid.code: grid for grid in taken.grids if grid.code != scope.code}
    below = {grid.code for grid in net.below(scope.code) if grid.kind != GridKind.CLUSTER}
    paths = {scope.code: scope.path}

    def path(code: str) -> str:
        if code not in paths:
            parent_code = coming[code].parent_code
            paths[code] = f"{path(parent_code if parent_code in coming else scope.code)}/{code}"
        return paths[code]

    grids = _noded(net, [_imported(net, grid, path(grid.code)) for grid in coming.values()], below)
    if scope.shape is None:
        # Everything below it is known now, and with that its outline: any first one makes it a parent that is built.
        grids += [replace(scope, shape=grid.shape) for grid in grids if grid.shape is not None][:1]
    return net.changed(grids, ended=below - coming.keys())


def _imported(net: Net, grid: ImportedGrid, path: str) -> NetGrid:
    """What a file does not say of a grid that is there already stays as it is."""
    before = net.grids.get(grid.code)
    fresh = NetGrid(
        code=grid.code,
        version=before.version if before else 0,
        name=grid.name,
        short_name=grid.short_name,
        level=grid.level,
        kind=grid.kind,
        parent_code=path.split("/")[-2],
        path=path,
        area_m2=0.0,
        cluster_code=before.cluster_code if before else None,
        management_grade=grid.management_grade or (before.management_grade if before else None),
    )
    return with_shape(fresh, grid.shape)


def _noded(net: Net, grids: Sequence[NetGrid], below: set[str]) -> list[NetGrid]:
    """The imported grids and their neighbours outside the import with the vertices of their common borders in both."""
    beside = {code: shape for code, shape in net.leaves.items() if code not in below}
    parents = {grid.parent_code for grid in grids if grid.kind == GridKind.BASE}
    leaves = {
        g.code: g.shape for g in grids if g.kind == GridKind.BASE and g.code not in parents and g.shape is not None
    }
    codes = list(beside)
    near = STRtree(list(beside.values())).query(box(*shapely.total_bounds(list(leaves.values()))))
    around = {codes[number]: beside[codes[number]] for number in near}
    noded = node(leaves | around)
    mended = [with_shape(net.grids[code], noded[code]) for code in around if not same_shape(noded[code], around[code])]
    return [with_shape(g, noded[g.code]) if g.code in leaves else g for g in grids] + mended
