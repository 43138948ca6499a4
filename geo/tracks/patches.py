"""Cells of coverage that hang together, in one piece after another."""

import numpy as np
import shapely
from shapely import STRtree, box

from geo.tracks.coverage import bounds
from geo.tracks.fixes import Ints

# Neighbours touch; rows are shifted against each other, so edges are compared with a little room (degrees, about 1 cm).
_ROOM = 1e-7


def patches(cells: Ints) -> list[Ints]:
    """The connected parts of these cells, each sorted, the largest first; those of one size by their first cell."""
    if not len(cells):
        return []
    cells = np.unique(cells)
    boxes = np.array([box(*sides) for sides in bounds(cells).tolist()], dtype=object)
    one, other = STRtree(boxes).query(
        shapely.buffer(boxes, _ROOM, cap_style="square", join_style="mitre"), predicate="intersects"
    )
    # A number for each cell, the lowest of all that it hangs together with.
    part = np.arange(len(cells))
    while True:
        lowest = part.copy()
        np.minimum.at(lowest, one, part[other])
        lowest = lowest[lowest]
        if np.array_equal(lowest, part):
            break
        part = lowest
    found = [cells[part == number] for number in np.unique(part)]
    return sorted(found, key=lambda patch: (-len(patch), int(patch[0])))
