"""How the grids of a layer lie on the ground: whether they tile, lie in their parents, and what of the net they would end.

Runs in the child. Gaps, overlaps, slivers and borders that do not match are found by `geo.tiling.find_defects`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from shapely import GEOSException, MultiPolygon

from backend.grids.imports.assembly import Assembly
from backend.grids.imports.rows import Found, Row
from backend.grids.imports.surroundings import Known, Surroundings
from geo.geodesy import area_m2
from geo.lattice import Shape
from geo.tiling import NARROW_M, Defect, DefectKind, find_defects

# Below this an outline is taken to be where it was: it is less than rounding to the lattice moves.
NOTICED_M2 = 1.0
# A grid may take a little of the next village when a border is redrawn; more is worth a look, half of it is a wrong code.
NOTICED_SHARE, WRONG_SHARE = 0.01, 0.5
NOTICED_OUTSIDE_M2 = 100.0

_REPAIRS = {
    DefectKind.GAP: "close_gaps",
    DefectKind.OVERLAP: "remove_overlaps",
    DefectKind.SLIVER: "drop_slivers",
    DefectKind.UNMATCHED_BORDER: "node_borders",
}


def coverage_problems(whole: Assembly, around: Surroundings | None, done: set[str]) -> Iterator[Found]:
    """Where the leaves do not tile. With neighbours beside the scope they must fill its outline exactly.

    Without `around` the layer lies somewhere else, and only its grids are seen to. `done` are repairs that had their turn:
    what is left after them they cannot mend.
    """
    rows = {str(row.index): row for row in whole.leaves}
    outline = around.scope.shape if around and around.has_neighbours else None
    defects = _defects(whole.leaf_shapes(), outline)
    may_clean = not any(defect.kind == DefectKind.OVERLAP and defect.width_m > NARROW_M for defect in defects)
    named = _named(defects, whole.leaf_shapes())
    for defect, keys in zip(defects, named, strict=True):
        beside = [rows[key] for key in keys]
        # Along the scope's own outline vertices are put into the neighbour when the draft is made.
        if defect.kind != DefectKind.UNMATCHED_BORDER or len(beside) > 1:
            found = _of_defect(defect, beside, around.scope.name if around else "", may_clean=may_clean)
            found.repair = None if found.repair in done else found.repair
            yield found


def _defects(shapes: Mapping[str, Shape], outline: Any) -> list[Defect]:
    """What is wrong among the valid shapes. An invalid one is reported as such, and what is missing there is not a gap too."""
    sound = {key: shape for key, shape in shapes.items() if shapely.is_valid(shape)}
    unsound = shapely.union_all([shapely.envelope(shape) for key, shape in shapes.items() if key not in sound])
    return [
        part
        for defect in find_defects(sound, outline)
        if defect.kind != DefectKind.GAP or not shapely.intersects(defect.place, unsound)
        for part in _told_apart(defect, outline)
    ]


def _told_apart(defect: Defect, outline: Any) -> Iterator[Defect]:
    """One stretch of surplus ground may lie over neighbours and beyond the outline too: these are two findings."""
    is_wide = defect.width_m > NARROW_M and shapely.is_valid(defect.place)
    if outline is None or not is_wide or defect.kind not in {DefectKind.OVERLAP, DefectKind.OUTSIDE_PARENT}:
        yield defect
        return
    inside, outside = shapely.intersection(defect.place, outline), shapely.difference(defect.place, outline)
    for kind, place in ((DefectKind.OVERLAP, inside), (DefectKind.OUTSIDE_PARENT, outside)):
        if (part_m2 := area_m2(place)) > NOTICED_M2:
            yield replace(defect, kind=kind, place=place, area_m2=part_m2)


def _named(defects: list[Defect], shapes: Mapping[str, Shape]) -> list[tuple[str, ...]]:
    """The grids at each defect. Ground that overlaps may be of more grids than meet at any one point of it."""
    keys, outlines = list(shapes), np.array(list(shapes.values()), dtype=object)
    tree = shapely.STRtree(outlines)
    found = []
    for defect in defects:
        more: list[str] = []
        if defect.kind == DefectKind.OVERLAP and defect.width_m > NARROW_M:
            near = [n for n in tree.query(defect.place, predicate="intersects") if shapely.is_valid(outlines[n])]
            shared = shapely.area(shapely.intersection(outlines[near], defect.place))
            more = [keys[n] for n, area in zip(near, shared, strict=True) if area > 0.01 * defect.place.area]
        found.append(tuple(sorted({*defect.codes, *more}, key=keys.index)))
    return found


def _of_defect(defect: Defect, rows: list[Row], scope_name: str, *, may_clean: bool) -> Found:
    is_narrow = defect.width_m <= NARROW_M and may_clean
    repair = _REPAIRS.get(defect.kind)
    if repair in {"close_gaps", "remove_overlaps"} and not is_narrow:
        repair = None
    if defect.kind == DefectKind.SLIVER and shapely.get_num_geometries(rows[0].shape) == 1:
        repair = None  # a grid that is nothing but a sliver has no part to keep
    has_area = defect.kind != DefectKind.UNMATCHED_BORDER
    return Found(
        defect.kind.value,
        "warning" if defect.kind == DefectKind.SLIVER else "error",
        tuple(row.code or f"#{row.index + 1}" for row in rows),
        tuple(row.index for row in rows),
        area_m2=round(defect.area_m2, 2) if has_area else None,
        width_m=round(defect.width_m, 3) if has_area else None,
        repair=repair,
        values={"parent": scope_name},
        place=defect.place,
    )


def outline_problems(whole: Assembly, around: Surroundings) -> Iterator[Found]:
    """How the leaves lie to what is above them, in the file and in the net in force."""
    yield from _parents_rebuilt(whole)
    yield from _outside_parents(whole, around)
    yield from _ending(whole, around)
    yield from _outline_changed(whole, around)


def _parents_rebuilt(whole: Assembly) -> Iterator[Found]:
    for row in whole.parts.values():
        built = whole.outlines.get(row.code)
        if built is None or row.shape is None or not shapely.is_valid(row.shape):
            continue
        differs = _difference(built, row.shape)
        if differs is not None and (lost_m2 := area_m2(differs)) > NOTICED_M2:
            yield Found(
                "parent_rebuilt", "warning", (row.code,), (row.index,), area_m2=round(lost_m2, 1), place=differs
            )


def _difference(one: Any, other: Any) -> Any:
    try:
        differs = shapely.symmetric_difference(one, other)
    except GEOSException:
        return None
    return differs if not differs.is_empty else None


def _outside_parents(whole: Assembly, around: Surroundings) -> Iterator[Found]:
    """Base grids that lie beyond their parent's outline as it was, exclusive ones beyond what it will be."""
    for row in whole.parts.values():
        if row.shape is None or row.code in whole.children or not shapely.is_valid(row.shape):
            continue
        outline = _outline_of_parent(row, whole, around)
        if outline is None or shapely.covers(outline, row.shape):
            continue
        beyond = shapely.difference(row.shape, outline)
        beyond_m2 = area_m2(beyond)
        severity = _severity_outside(row, beyond_m2, beyond_m2 / (area_m2(row.shape) or 1.0))
        if severity:
            name = _name_of(str(row.parent), whole, around)
            yield Found(
                "outside_parent",
                severity,
                (row.code,),
                (row.index,),
                area_m2=round(beyond_m2, 1),
                values={"parent": name},
                place=beyond,
            )


def _severity_outside(row: Row, beyond_m2: float, share: float) -> str | None:
    if row.kind == "exclusive":
        return "error" if beyond_m2 > NOTICED_M2 else None
    if share > WRONG_SHARE:
        return "error"
    return "warning" if share > NOTICED_SHARE and beyond_m2 > NOTICED_OUTSIDE_M2 else None


def _outline_of_parent(row: Row, whole: Assembly, around: Surroundings) -> Any:
    """As the file draws it, else as the net has it; for exclusive grids as it will be. None if it is not valid."""
    code = str(row.parent)
    in_file, in_net = whole.parts.get(code), around.grids.get(code)
    outline = in_file.shape if in_file else in_net.shape if in_net else None
    if row.kind == "exclusive":
        built = whole.outline_of_all(code) if code == around.scope.code else whole.outlines.get(code)
        outline = built if built is not None else outline
    return outline if outline is not None and shapely.is_valid(outline) else None


def _name_of(code: str, whole: Assembly, around: Surroundings) -> str:
    found: Row | Known | None = whole.parts.get(code) or around.grids.get(code)
    return found.name if found else code


def missing_parts(whole: Assembly, around: Surroundings) -> Iterator[Found]:
    """Villages that come without grids although they have some: a layer of villages was taken for one of grids."""
    has_parts: dict[str, int] = {}
    for known in around.inside.values():
        if known.kind == "base" and known.parent_code:
            has_parts[known.parent_code] = has_parts.get(known.parent_code, 0) + 1
    for row in whole.parts.values():
        if row.kind == "base" and row.code in has_parts and row.code not in whole.children:
            yield Found(
                "parts_missing", codes=(row.code,), features=(row.index,), values={"count": has_parts[row.code]}
            )


def _ending(whole: Assembly, around: Surroundings) -> Iterator[Found]:
    staying = whole.parts.keys() | whole.parents.keys() | whole.kept.keys()
    ending = [around.inside[code] for code in sorted(around.inside.keys() - staying)]
    if ending:
        shapes = [known.shape for known in ending if known.shape is not None]
        place = MultiPolygon([part for shape in shapes for part in shapely.get_parts(shape)]) if shapes else None
        codes = tuple(known.code for known in ending)
        yield Found("will_end", "warning", codes, values={"count": len(ending)}, place=place)


def _outline_changed(whole: Assembly, around: Surroundings) -> Iterator[Found]:
    """Only where nothing lies beside the scope; with neighbours the difference is a gap, an overlap or outside."""
    before = around.scope.shape
    if around.has_neighbours or before is None or not all(shapely.is_valid(row.shape) for row in whole.leaves):
        return
    built = whole.outline_of_all(around.scope.code)
    if built is None or not shapely.is_valid(built):
        return
    more, less = shapely.difference(built, before), shapely.difference(before, built)
    if max(area_m2(more), area_m2(less)) > NOTICED_M2:
        values = {"more": round(area_m2(more), 1), "less": round(area_m2(less), 1)}
        place = shapely.union(more, less)
        yield Found("outline_changed", "warning", (around.scope.code,), values=values, place=place)
