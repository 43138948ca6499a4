"""Whether the rows of a layer fit into the hierarchy of the net: codes used once, parents there, within the scope.

Runs in the child.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from backend.grids.imports.fields import DIGITS
from backend.grids.imports.rows import Found, Row, level_below
from backend.grids.imports.surroundings import Surroundings


def hierarchy_problems(rows: Sequence[Row], around: Surroundings) -> list[Found]:
    known = [row for row in rows if row.known]
    return [*_duplicates(rows), *_outside_scope(known, around), *_parents(known, around)]


def is_part(row: Row, around: Surroundings) -> bool:
    """Whether the row is a grid that this import brings: below the scope, and no cluster."""
    return (
        row.known
        and row.kind != "cluster"
        and row.code != around.scope.code
        and around.is_below_scope(str(row.level))
        and row.code.startswith(around.scope.code[: DIGITS["village"]])
    )


def is_above(row: Row, around: Surroundings) -> bool:
    """Whether the row is the scope itself or what is above it: their outlines follow from their parts."""
    return row.kind == "base" and row.code in around.scope.path.split("/")


def is_left_out(row: Row, around: Surroundings) -> bool:
    """Whether nothing of the row is taken, so that its shape does not matter."""
    return is_above(row, around) or (row.known and row.kind == "cluster")


def _duplicates(rows: Sequence[Row]) -> Iterator[Found]:
    by_code: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.code:
            by_code[row.code].append(row)
    for code, same in by_code.items():
        if len(same) > 1:
            indexes = tuple(row.index for row in same)
            yield Found("duplicate_code", codes=(code[:30],), features=indexes, values={"count": len(same)})


def _outside_scope(rows: Sequence[Row], around: Surroundings) -> Iterator[Found]:
    clusters = [row for row in rows if row.kind == "cluster"]
    if clusters:
        indexes = tuple(row.index for row in clusters)
        yield Found("cluster_left_out", "warning", tuple(row.code for row in clusters), indexes)
    for row in rows:
        if is_above(row, around):
            yield Found("scope_itself", "warning", (row.code,), (row.index,))
        elif row.kind != "cluster" and not is_part(row, around):
            yield Found("outside_scope", codes=(row.code,), features=(row.index,), values={"scope": around.scope.name})


def _parents(rows: Sequence[Row], around: Surroundings) -> Iterator[Found]:
    coming = {row.code: row for row in rows if row.kind == "base"}
    for row in rows:
        if not is_part(row, around):
            continue
        here = (row.code,), (row.index,)
        if row.parent is None or (row.parent not in coming and not _in_net(row.parent, around)):
            yield Found("orphan", "error", *here, values={"parent": row.parent or "?"})
        elif not _fits(row, str(_level_of(row.parent, coming, around))):
            yield Found("wrong_parent", "error", *here, values={"parent": row.parent})


def _in_net(code: str, around: Surroundings) -> bool:
    found = around.grids.get(code)
    return found is not None and found.kind == "base" and (code == around.scope.code or code in around.inside)


def _level_of(code: str, coming: dict[str, Row], around: Surroundings) -> str | None:
    return coming[code].level if code in coming else around.grids[code].level


def _fits(row: Row, parent_level: str) -> bool:
    prefix = str(row.parent)[: DIGITS["village"]]
    if row.kind == "exclusive":
        return parent_level in {"town", "village"} and row.code.startswith(prefix)
    return level_below(parent_level) == row.level and row.code.startswith(prefix)
