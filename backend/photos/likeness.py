"""Whether two photos look the same: one a copy of the other, its mirror image, or a part of it. Pure.

A hash has a bit for each pair of neighbouring points of the shrunk grey picture, set where the right one is lighter
(difference hash). child.py makes them of the whole picture and of what is left when edges are cut off; whoever cuts 5 to 15
per cent off a picture lands near one of these. The limits were chosen on one half of the photos at hand and measured on the
other (docs/decisions/0021-honest-evidence.md).
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

VIEWS = 20
"""The whole; without two edges at each of the four corners and without all four, cut by 10, 5 and 15 % of width and height;
without one edge, cut by 10 %."""
SMALL_VIEWS = 6
"""The first ones have a small hash too, of 8 × 8 bits, by which PostgreSQL finds candidates."""
LARGE_BYTES = 32  # 16 × 16 bits

SMALL_DISTANCE = 15
LARGE_DISTANCE = 56


class Likeness(StrEnum):
    COPY = "copy"
    MIRRORED = "mirrored"
    PART = "part"
    """One of them without an edge of the other, perhaps mirrored."""


@dataclass(frozen=True)
class Look:
    """The hashes of a photo in the order of VIEWS, as numbers of 64 and 256 bits."""

    small: tuple[int, ...]
    large: tuple[int, ...]

    @cached_property
    def mirrored(self) -> "Look":
        """What the mirror image looks like; its left corners are the right ones of this, which makes no difference here."""
        return Look(tuple(_mirrored(each, 8) for each in self.small), tuple(_mirrored(each, 16) for each in self.large))


def _mirrored(hashed: int, side: int) -> int:
    """Each row from right to left, and lighter where it was darker."""
    bits = f"{hashed:0{side * side}b}"
    rows = (bits[start : start + side][::-1] for start in range(0, side * side, side))
    return int("".join(rows), 2) ^ ((1 << side * side) - 1)


def likeness(one: Look, other: tuple[int, ...]) -> Likeness | None:
    """How `one` looks like the photo with these large hashes; None if it does not."""
    if _near(one.large[0], other[0]):
        return Likeness.COPY
    if _near(one.mirrored.large[0], other[0]):
        return Likeness.MIRRORED
    for each in (one.large, one.mirrored.large):
        if any(_near(each[0], part) for part in other[1:]) or any(_near(part, other[0]) for part in each[1:]):
            return Likeness.PART
    return None


def _near(one: int, other: int) -> bool:
    return (one ^ other).bit_count() <= LARGE_DISTANCE
