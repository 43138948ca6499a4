"""Whether two photos look the same: one a copy of the other, its mirror image, or a part of it. Pure.

The hashes are made in child.py: a bit for each pair of neighbouring points, set where the right one is lighter (difference
hash). The small one of 64 bits finds candidates fast, also inside PostgreSQL; the large one of 256 bits confirms them. The
limits were measured on real photos (docs/decisions/0019-honest-evidence.md, `tests/backend/photos/test_likeness.py`).
"""

from dataclasses import dataclass
from enum import StrEnum

VIEWS = 7
"""Whole, mirrored, four corners with a tenth of width and height cut off, and the middle with a twentieth at each edge."""
WHOLE, MIRRORED = 0, 1

SMALL_DISTANCE = 12
LARGE_DISTANCE = 60


class Likeness(StrEnum):
    COPY = "copy"
    MIRRORED = "mirrored"
    PART = "part"
    """One of them without an edge of the other."""


@dataclass(frozen=True, slots=True)
class Views:
    """The hashes of a photo, one for each view in the order of VIEWS; 64 and 256 bits, not negative."""

    small: tuple[int, ...]
    large: tuple[int, ...]


def likeness(one: Views, other: Views) -> Likeness | None:
    """How the two look the same, None if they do not. The order does not matter, up to which view of a mirror is taken."""
    pairs = [(WHOLE, WHOLE, Likeness.COPY), (MIRRORED, WHOLE, Likeness.MIRRORED), (WHOLE, MIRRORED, Likeness.MIRRORED)]
    for view in range(MIRRORED + 1, VIEWS):
        pairs += [(view, WHOLE, Likeness.PART), (WHOLE, view, Likeness.PART)]
    for ours, theirs, how in pairs:
        small, large = one.small[ours] ^ other.small[theirs], one.large[ours] ^ other.large[theirs]
        if small.bit_count() <= SMALL_DISTANCE and large.bit_count() <= LARGE_DISTANCE:
            return how
    return None
