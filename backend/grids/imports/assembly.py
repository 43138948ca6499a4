"""The net that an import would make below its scope: leaves from the file, parents built from them, the rest from the net in
force where the file says nothing of it. Runs in the child."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import shapely
from shapely import GEOSException

from backend.grids.imports.fields import LEVELS
from backend.grids.imports.hierarchy import is_part
from backend.grids.imports.rows import Found, Row
from backend.grids.imports.surroundings import Known, Surroundings
from geo.geodesy import whole_area_m2
from geo.lattice import Shape, same_shape

# Index of a feature that comes from the net in force and not from the file.
FROM_NET = -1


@dataclass
class Assembly:
    """`parts` by code are the grids of the file, `parents` those of the net in force that they need, `kept` the exclusive
    grids that stay. `leaves` lists every row that takes part in the tiling, also those whose code is wrong."""

    parts: dict[str, Row]
    parents: dict[str, Known]
    kept: dict[str, Known]
    leaves: list[Row]

    @property
    def brings_anything(self) -> bool:
        return bool(self.parts)

    def leaf_shapes(self) -> dict[str, Shape]:
        return {str(row.index): row.shape for row in self.leaves}

    def take_leaf_shapes(self, shapes: Mapping[str, Shape]) -> None:
        for row in self.leaves:
            row.shape = shapes[str(row.index)]

    @cached_property
    def children(self) -> dict[str, list[Row | Known]]:
        """Base grids by the code of their parent, of those that will be there."""
        found: defaultdict[str, list[Row | Known]] = defaultdict(list)
        for row in self.parts.values():
            if row.kind == "base" and row.parent:
                found[row.parent].append(row)
        for known in self.parents.values():
            if known.parent_code:
                found[known.parent_code].append(known)
        return dict(found)

    @cached_property
    def outlines(self) -> dict[str, Any]:
        """Every parent's outline, built from its parts from the lowest level up; None where none of them has a shape."""
        above: list[Row | Known] = [
            *(row for row in self.parts.values() if row.code in self.children),
            *self.parents.values(),
        ]
        found: dict[str, Any] = {}
        for grid in sorted(above, key=lambda grid: -LEVELS.index(str(grid.level))):
            found[grid.code] = self._built(grid.code, found)
        return found

    def outline_of_all(self, scope: str) -> Any:
        return self._built(scope, self.outlines)

    def _built(self, code: str, known: Mapping[str, Any]) -> Any:
        shapes = [known.get(child.code, child.shape) for child in self.children.get(code, ())]
        return united([shape for shape in shapes if shape is not None])

    def totals(self, around: Surroundings) -> dict[str, Any]:
        after = self._after()
        before = around.inside
        both = before.keys() & after.keys()
        same = sum(_same(after[code], before[code], self.outlines.get(code)) for code in both)
        leaves = [row for row in self.leaves if row.shape is not None]
        return {
            "grids_before": len(around.leaves),
            "grids_after": len(leaves),
            "added": len(after.keys() - both),
            "changed": len(both) - same,
            "unchanged": same,
            "ended": len(before.keys() - both),
            "area_before_m2": sum(grid.area_m2 for grid in around.leaves.values()),
            "area_after_m2": sum(whole_area_m2(row.shape) for row in leaves),
        }

    def _after(self) -> dict[str, Row | Known]:
        return {**self.parents, **self.kept, **self.parts}

    def features(self, rows: Sequence[Row], problems: Sequence[Found]) -> list[dict[str, Any]]:
        """In the shape of `intake.ReadFeature`: every row of the file, then what comes from the net."""
        wrong: defaultdict[int, list[Found]] = defaultdict(list)
        for problem in problems:
            for index in problem.features:
                wrong[index].append(problem)
        from_net = [self._from_net(known) for known in (*self.parents.values(), *self.kept.values())]
        return [self._feature(row, wrong[row.index]) for row in rows] + [f for f in from_net if f["shape"]]

    def _feature(self, row: Row, wrong: Sequence[Found]) -> dict[str, Any]:
        is_parent = self.parts.get(row.code) is row and row.code in self.outlines
        shape = (self.outlines[row.code] or row.shape) if is_parent else row.shape
        return {
            "index": row.index,
            "code": row.code[:100],
            "name": row.name[:200],
            "short_name": row.short_name[:200],
            "level": row.level,
            "kind": row.kind,
            "parent_code": row.parent,
            "management_grade": row.grade,
            "area_m2": whole_area_m2(shape) if shape is not None else 0.0,
            "problems": sorted({problem.kind for problem in wrong}),
            "worst": min((problem.severity for problem in wrong), default=None),
            "brought": self.parts.get(row.code) is row,
            "shape": shapely.to_wkb(shape, hex=True) if shape is not None else None,
        }

    def _from_net(self, known: Known) -> dict[str, Any]:
        shape = self.outlines.get(known.code) or known.shape
        return {
            "index": FROM_NET,
            "code": known.code,
            "name": known.name,
            "short_name": known.short_name,
            "level": known.level,
            "kind": known.kind,
            "parent_code": known.parent_code,
            "management_grade": known.management_grade,
            "area_m2": known.area_m2,
            "problems": [],
            "worst": None,
            "brought": True,
            "shape": shapely.to_wkb(shape, hex=True) if shape is not None else None,
        }


def assemble(rows: Sequence[Row], around: Surroundings) -> Assembly:
    """What the rows make of the net. Names that the file leaves out are taken from the net or made from the name."""
    parts: dict[str, Row] = {}
    for row in rows:
        if is_part(row, around):
            parts.setdefault(row.code, row)
    used = {row.parent for row in parts.values() if row.kind == "base"}
    parents = _needed_parents({row.parent for row in parts.values()}, parts, around)
    has_exclusive = any(row.kind == "exclusive" for row in parts.values())
    kept = {} if has_exclusive else {c: g for c, g in around.inside.items() if g.kind == "exclusive"}
    parents |= _needed_parents({known.parent_code for known in kept.values()}, parts, around)
    for row in parts.values():
        row.short_name = row.short_name or _short_name(row, parts, around)
    lowest = max((LEVELS.index(str(row.level)) for row in parts.values() if row.kind == "base"), default=3)
    leaves = [row for row in rows if _tiles(row, used, around, LEVELS[lowest])]
    return Assembly(parts, parents, kept, leaves)


def _needed_parents(codes: set[str | None], parts: Mapping[str, Row], around: Surroundings) -> dict[str, Known]:
    """The grids of the net above these parents and below the scope that the file does not bring itself."""
    found: dict[str, Known] = {}
    for code in codes:
        while code and code not in parts and code in around.inside and code not in found:
            found[code] = around.inside[code]
            code = found[code].parent_code  # noqa: PLW2901 -- on the way up
    return found


def _tiles(row: Row, used: set[str | None], around: Surroundings, lowest: str) -> bool:
    """Whether the row takes part in the tiling. One whose code is wrong does too, or its ground would look like a gap."""
    if row.shape is None or row.kind not in {"base", None} or row.code == around.scope.code:
        return False
    if is_part(row, around):
        return row.code not in used
    return not row.known and row.level in {None, lowest}


def _short_name(row: Row, parts: Mapping[str, Row], around: Surroundings) -> str:
    """As the net has it for the same name; 璜塘3 for 璜塘村第3网格; else the name itself."""
    before = around.grids.get(row.code)
    if before and before.name == row.name:
        return before.short_name
    parent = parts.get(str(row.parent)) or around.grids.get(str(row.parent))
    number = row.name.removeprefix(f"{parent.name}第").removesuffix("网格") if parent else ""
    return f"{parent.short_name or parent.name}{number}" if parent and number.isdigit() else row.name


def united(shapes: Sequence[Any]) -> Any:
    """The outline of these parts; those that do not tile are united all the same, so that it can be shown."""
    if not shapes:
        return None
    try:
        if all(shapely.is_valid(shapes)):
            return shapely.coverage_union_all(shapes)
        return shapely.union_all([shape for shape in shapes if shapely.is_valid(shape)])
    except GEOSException:
        return None


def _same(row: Row | Known, before: Known, outline: Any) -> bool:
    if row is before:
        return outline is None or same_shape(outline, before.shape)
    assert isinstance(row, Row)
    ours = (row.name, row.short_name, row.level, row.kind, row.parent, row.grade or before.management_grade)
    theirs = (before.name, before.short_name, before.level, before.kind, before.parent_code, before.management_grade)
    shape = outline if outline is not None else row.shape
    return ours == theirs and same_shape(shape, before.shape)
