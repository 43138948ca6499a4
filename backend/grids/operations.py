"""What a draft of the net can do, as pure functions: from the net before an operation to the net after it.

Nothing here reads or writes the database; `drafts.py` does. Shapes are WGS84 polygons on the lattice of `geo.tiling`.
What an operation needs to find there is in `required.py`, whatever it is refused for in `refusals.py`, and how an import
takes its place in `taken.py`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from shapely import LineString, Polygon
from shapely.validation import explain_validity

from backend.errors import Conflict, Malformed, Say
from backend.grids import refusals
from backend.grids.codes import next_code
from backend.grids.draft_schemas import (
    Cluster,
    Describe,
    DrawExclusive,
    EndExclusive,
    Merge,
    MoveBoundary,
    Operation,
    Split,
    TakeImport,
)
from backend.grids.models import GridKind, GridLevel
from backend.grids.net import Net, NetGrid, with_shape
from backend.grids.required import require_grid, require_leaf, require_members, require_new_code
from backend.grids.taken import Imports, take_import
from geo.geodesy import area_m2
from geo.lattice import Shape, to_lattice
from geo.reshaping import SMALLEST_GRID_M2, ReshapeError, merge, move_border, shared_border, split
from geo.tiling import TilingError


def complete(net: Net, operation: Operation) -> Operation:
    """The operation with the codes and names filled in that were left out, so that doing it again gives the same net."""
    match operation:
        case Split():
            parent_code = require_leaf(net, "operation.code", operation.code).parent_code or ""
            code = operation.new_code or next_code(net.used_codes, parent_code, GridKind.BASE)
            name = operation.name or f"{net.grids[parent_code].name}第{code[-3:].lstrip('0')}网格"
            return operation.model_copy(update={"new_code": code, "name": name})
        case DrawExclusive():
            parent = require_grid(net, "operation.parent_code", operation.parent_code)
            code = operation.code or next_code(net.used_codes, parent.code, GridKind.EXCLUSIVE)
            return operation.model_copy(update={"code": code, "short_name": operation.short_name or operation.name})
        case Cluster():
            member = operation.members[0] if operation.members else ""
            code = operation.code or next_code(net.used_codes, member, GridKind.CLUSTER)
            return operation.model_copy(update={"code": code})
    return operation


def perform(net: Net, operation: Operation, imports: Imports) -> Net:
    """The net after the operation. Raises NotFound, Conflict or Malformed (see `refusals.py`)."""
    try:
        return _PERFORMERS[operation.kind](net, operation, imports)
    except TilingError as error:
        raise refusals.would_not_tile(error) from error


def named_codes(net: Net, operation: Operation, imports: Imports) -> Iterator[tuple[str, str]]:
    """(field, code) of every grid that an operation names or acts in, and that must be there."""
    match operation:
        case Describe(cluster_code=str(cluster_code)):
            yield from (("operation.code", operation.code), ("operation.cluster_code", cluster_code))
        case Split() | EndExclusive() | Describe():
            yield "operation.code", operation.code
        case Merge():
            yield from ((f"operation.codes.{number}", code) for number, code in enumerate(operation.codes))
        case MoveBoundary():
            yield from (("operation.a", operation.a), ("operation.b", operation.b))
        case DrawExclusive():
            yield "operation.parent_code", operation.parent_code
        case Cluster():
            yield from ((f"operation.members.{number}", code) for number, code in enumerate(operation.members))
            if operation.code and (not operation.members or operation.code in net.grids):
                yield "operation.code", operation.code
            elif operation.members:
                # A new cluster is a grid of the town, whose code the members' own begin with.
                yield "operation.members.0", operation.members[0][:9]
        case TakeImport():
            yield "operation.import_id", imports[str(operation.import_id)].scope


def borders(net: Net, a: str, b: str) -> list[LineString]:
    """The lines that two leaf grids share, each with `a` on its left. Raises NotFound and Conflict."""
    first, second = require_leaf(net, "a", a), require_leaf(net, "b", b)
    return shared_border(net.leaves, first.code, second.code)


def _split(net: Net, operation: Split, _imports: Imports) -> Net:
    grid = require_leaf(net, "operation.code", operation.code)
    new_code, name = operation.new_code or "", operation.name or ""
    require_new_code(net, "operation.new_code", new_code, grid.level, GridKind.BASE, grid.parent_code or "")
    try:
        shapes = split(net.leaves, grid.code, LineString(operation.line), new_code)
    except ReshapeError as error:
        raise refusals.cannot_reshape("operation.line", error) from error
    parent = net.grids[grid.parent_code or ""]
    fresh = replace(
        grid,
        code=new_code,
        version=0,
        name=name,
        short_name=_short_name(parent, name),
        path=f"{parent.path}/{new_code}",
    )
    return net.changed(_reshaped(net, shapes, {new_code: fresh}))


def _short_name(parent: NetGrid, name: str) -> str:
    """What is drawn on the map for 璜塘村第3网格: 璜塘3. Any other name is drawn as it is."""
    number = name.removeprefix(f"{parent.name}第").removesuffix("网格")
    return f"{parent.short_name}{number}" if number.isdigit() else name


def _merge(net: Net, operation: Merge, _imports: Imports) -> Net:
    grids = [require_leaf(net, f"operation.codes.{number}", code) for number, code in enumerate(operation.codes)]
    if operation.keep not in operation.codes:
        raise Malformed.at(
            "operation.keep",
            "keep_not_merged",
            Say("保留的编码要是这些网格中的一个", "The code to keep must be one of the merged grids"),
        )
    if len({(grid.parent_code, grid.level) for grid in grids}) > 1:
        raise Conflict(
            "different_parents",
            Say(
                "只能合并同一上级下的网格；跨村调整请用移动边界或导入",
                "Only grids of one parent can be merged; across villages move the boundary or import",
            ),
        )
    try:
        shapes = merge(net.leaves, set(operation.codes), operation.keep)
    except ReshapeError as error:
        raise refusals.cannot_reshape("operation.codes", error) from error
    kept = net.grids[operation.keep]
    if operation.name:
        parent = net.grids[kept.parent_code or ""]
        kept = replace(kept, name=operation.name, short_name=_short_name(parent, operation.name))
    gone = set(operation.codes) - {operation.keep}
    return net.changed(_reshaped(net, shapes, {operation.keep: kept}), ended=gone)


def _move_boundary(net: Net, operation: MoveBoundary, _imports: Imports) -> Net:
    for field, code in (("operation.a", operation.a), ("operation.b", operation.b)):
        require_leaf(net, field, code)
    try:
        shapes = move_border(net.leaves, operation.a, operation.b, operation.part, LineString(operation.line))
    except ReshapeError as error:
        raise refusals.cannot_reshape("operation.line", error) from error
    return net.changed(_reshaped(net, shapes, {}))


def _reshaped(net: Net, shapes: Mapping[str, Shape], fresh: Mapping[str, NetGrid]) -> list[NetGrid]:
    """The grids that got these shapes, with area and label; `fresh` are those that are new or renamed too."""
    return [with_shape(fresh.get(code) or net.grids[code], shape) for code, shape in shapes.items()]


def _draw_exclusive(net: Net, operation: DrawExclusive, _imports: Imports) -> Net:
    parent = require_grid(net, "operation.parent_code", operation.parent_code)
    if parent.level not in {GridLevel.TOWN, GridLevel.VILLAGE} or parent.kind != GridKind.BASE or parent.shape is None:
        raise refusals.wrong_kind(
            "operation.parent_code",
            Say("专属网格要归属一个镇街或村社区", "An exclusive grid belongs to a town or a village"),
        )
    code = operation.code or ""
    require_new_code(net, "operation.code", code, GridLevel.GRID, GridKind.EXCLUSIVE, parent.code)
    shape = _ring(operation.ring)
    beyond_m2 = area_m2(shape.difference(parent.shape))
    if beyond_m2 >= 1.0:
        raise refusals.outside_parent(parent.name, beyond_m2)
    grid = NetGrid(
        code=code,
        version=0,
        name=operation.name,
        short_name=operation.short_name or operation.name,
        level=GridLevel.GRID,
        kind=GridKind.EXCLUSIVE,
        parent_code=parent.code,
        path=f"{parent.path}/{code}",
        area_m2=0.0,
        indicative=parent.indicative,
    )
    return net.changed([with_shape(grid, shape)])


def _ring(positions: Sequence[tuple[float, float]]) -> Polygon:
    """A drawn ring as a valid polygon on the lattice, at least as large as any grid must be."""
    shape = to_lattice(Polygon(positions))
    if not shape.is_valid:
        raise refusals.wrong_ring(
            Say(
                "这个圈自己相交或有重复的边，请重画",
                f"The ring crosses itself; draw it again ({explain_validity(shape).lower()})",
            )
        )
    if area_m2(shape) < SMALLEST_GRID_M2:
        raise refusals.wrong_ring(
            Say("这个圈不到 100 平方米，请画大一些", "The ring holds less than 100 m²; draw it larger")
        )
    return shape


def _end_exclusive(net: Net, operation: EndExclusive, _imports: Imports) -> Net:
    grid = require_grid(net, "operation.code", operation.code)
    if grid.kind != GridKind.EXCLUSIVE:
        raise refusals.wrong_kind(
            "operation.code",
            Say(
                "只有专属网格可以直接取消；基础网格请合并到相邻网格",
                "Only an exclusive grid can be ended; merge a base grid into its neighbour",
            ),
        )
    return net.changed(ended=[grid.code])


def _describe(net: Net, operation: Describe, _imports: Imports) -> Net:
    grid = require_grid(net, "operation.code", operation.code)
    given = operation.model_fields_set
    changes: dict[str, Any] = {field: getattr(operation, field) for field in given & {"management_grade"}}
    changes |= {field: getattr(operation, field) for field in ("name", "short_name") if getattr(operation, field)}
    if "cluster_code" in given:
        changes["cluster_code"] = _cluster_of(net, grid, operation.cluster_code)
    return net.changed([replace(grid, **changes)])


def _cluster_of(net: Net, grid: NetGrid, cluster_code: str | None) -> str | None:
    if cluster_code is None:
        return None
    cluster = net.grids.get(cluster_code)
    if cluster is None or cluster.kind != GridKind.CLUSTER or cluster.parent_code not in grid.path.split("/"):
        raise refusals.no_such_grid("operation.cluster_code", cluster_code)
    require_members(net, [grid, *(each for each in net.members[cluster_code] if each.code != grid.code)])
    return cluster_code


def _cluster(net: Net, operation: Cluster, _imports: Imports) -> Net:
    code = operation.code or ""
    present = net.grids.get(code)
    if present and present.kind != GridKind.CLUSTER:
        raise refusals.code_taken("operation.code", code)
    if not operation.members:
        if present is None:
            raise refusals.no_such_grid("operation.code", code)
        return net.changed([replace(grid, cluster_code=None) for grid in net.members[code]], ended=[code])
    members = [require_grid(net, f"operation.members.{number}", each) for number, each in enumerate(operation.members)]
    town = require_members(net, members)
    if present and present.parent_code != town.code:
        raise refusals.code_taken("operation.code", code)
    if present is None:
        require_new_code(net, "operation.code", code, GridLevel.VILLAGE, GridKind.CLUSTER, town.code)
    cluster = present or NetGrid(
        code=code,
        version=0,
        name=operation.name,
        short_name=operation.name,
        level=GridLevel.VILLAGE,
        kind=GridKind.CLUSTER,
        parent_code=town.code,
        path=f"{town.path}/{code}",
        area_m2=0.0,
        indicative=any(grid.indicative for grid in members),
    )
    renamed = (
        cluster if cluster.name == operation.name else replace(cluster, name=operation.name, short_name=operation.name)
    )
    left = [grid for grid in net.members.get(code, ()) if grid.code not in operation.members]
    joined = [replace(grid, cluster_code=code) for grid in members]
    return net.changed([renamed, *joined, *(replace(grid, cluster_code=None) for grid in left)], rebuild=[code])


_PERFORMERS: dict[str, Callable[[Net, Any, Imports], Net]] = {
    "split": _split,
    "merge": _merge,
    "move_boundary": _move_boundary,
    "draw_exclusive": _draw_exclusive,
    "end_exclusive": _end_exclusive,
    "describe": _describe,
    "cluster": _cluster,
    "import": take_import,
}
