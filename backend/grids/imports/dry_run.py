"""The dry run: what would come of a layer if it were brought into the net, and everything that is wrong with it.

Runs in the child. Facts only: the sentences are in `words.py`. The tiling rule itself is `geo/tiling.py`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from backend.grids.imports import repairs as mending
from backend.grids.imports.assembly import Assembly, assemble
from backend.grids.imports.coverage import coverage_problems, missing_parts, outline_problems
from backend.grids.imports.hierarchy import hierarchy_problems, is_left_out
from backend.grids.imports.layers import RawLayer
from backend.grids.imports.position import Offset, position_problems
from backend.grids.imports.rows import Found, Row, read_rows, take_shapes
from backend.grids.imports.surroundings import Surroundings

MAX_LISTED = 500


def rehearse(
    layer: RawLayer,
    columns: Mapping[str, Sequence[Any]],
    reading: Mapping[str, Any],
    repairs: set[str],
    around: Surroundings,
    *,
    axes_swapped: bool,
) -> dict[str, Any]:
    """Findings and features, in the shape of `intake.Rehearsed`. The layer's shapes are in WGS84 already."""
    if "fix_rings" in repairs:
        layer.faults = {index: fault for index, fault in layer.faults.items() if fault.reason != "unclosed"}
    rows, problems = read_rows(columns, reading["fields"], len(layer.shapes))
    problems += take_shapes([row for row in rows if not is_left_out(row, around)], layer)
    if "fix_rings" in repairs:
        problems = _after_fixing(rows, problems)
    problems += hierarchy_problems(rows, around)
    offset, misplaced = position_problems(rows, around, shifted=reading["shift"] == "gcj02", axes_swapped=axes_swapped)
    if axes_swapped:
        problems = [problem for problem in problems if problem.kind != "out_of_range"]
    whole = assemble(rows, around)
    problems += [*misplaced, *_coverage(whole, around, repairs, misplaced=bool(misplaced))]
    return _answer(rows, whole, around, problems, offset)


def _after_fixing(rows: list[Row], problems: list[Found]) -> list[Found]:
    """Without the rings that the repair mended; what it could not mend stays."""
    mending.fix_rings(rows)
    sound = {row.index for row in rows if row.shape is not None and row.shape.is_valid}
    return [p for p in problems if p.kind != "invalid_ring" or not set(p.features) <= sound]


def _coverage(whole: Assembly, around: Surroundings, repairs: set[str], *, misplaced: bool) -> list[Found]:
    """Repair the leaves as asked, then see how they lie to one another and, if they are where they belong, to the net."""
    leaves = mending.mend_coverage(whole.leaf_shapes(), repairs)
    whole.take_leaf_shapes(leaves)
    found = [*coverage_problems(whole, None if misplaced else around, repairs), *missing_parts(whole, around)]
    return found if misplaced else [*found, *outline_problems(whole, around)]


def _answer(
    rows: list[Row], whole: Assembly, around: Surroundings, problems: list[Found], offset: Offset | None
) -> dict[str, Any]:
    if not whole.brings_anything:
        problems.append(Found("nothing_to_import"))
    problems.sort(key=lambda p: (p.severity != "error", p.kind, -(p.area_m2 or 0.0), p.features, p.codes))
    ok = all(problem.severity != "error" for problem in problems)
    return {
        "findings": {
            "ok": ok,
            "features": len(rows),
            "counts": dict(Counter(problem.kind for problem in problems)),
            "problems": [problem.as_json() for problem in _listed(problems)],
            "repairs": sorted({problem.repair for problem in problems if problem.repair}),
            "shift_offer": offset and {"metres": offset.metres, "after_metres": offset.after_metres},
            "totals": whole.totals(around),
        },
        "features": whole.features(rows, problems),
    }


def _listed(problems: list[Found]) -> list[Found]:
    """At most MAX_LISTED, and of each kind some: one kind that fills the list must not hide another."""
    if len(problems) <= MAX_LISTED:
        return problems
    kinds = Counter(problem.kind for problem in problems)
    share = MAX_LISTED // len(kinds)
    seen: Counter[str] = Counter()
    first: list[Found] = []
    rest: list[Found] = []
    for problem in problems:
        seen[problem.kind] += 1
        (first if seen[problem.kind] <= share else rest).append(problem)
    return [*first, *rest[: MAX_LISTED - len(first)]]
