"""Reads single tiles out of a PMTiles archive (version 3): one file with a whole map, read where it lies.

https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

import gzip
import os
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

HEADER_BYTES = 127
MAGIC = b"PMTiles\x03"
GZIP = 2
MEDIA_TYPES = {
    1: "application/vnd.mapbox-vector-tile",
    2: "image/png",
    3: "image/jpeg",
    4: "image/webp",
    5: "image/avif",
}
# Leaf directories below leaf directories: the specification knows one level, files in the field at most two.
DEEPEST = 4


class NotAnArchive(ValueError):  # noqa: N818 -- says what is so
    """The file is no PMTiles archive of version 3, or one that is packed in a way that we do not read."""


class Header(NamedTuple):
    root_at: int
    root_bytes: int
    leaves_at: int
    tiles_at: int
    packed: bool
    tiles_packed: bool
    media_type: str
    min_zoom: int
    max_zoom: int


class Entry(NamedTuple):
    """`run` tiles from `tile` on are the same; 0 means that the bytes are a directory of more entries."""

    tile: int
    run: int
    size: int
    at: int


class Tile(NamedTuple):
    content: bytes
    media_type: str


def header_of(path: Path) -> Header:
    """Raises NotAnArchive, OSError."""
    head = _read(path, 0, HEADER_BYTES)
    if len(head) < HEADER_BYTES or not head.startswith(MAGIC):
        raise NotAnArchive(f"{path} is no PMTiles archive of version 3")

    def number(at: int) -> int:
        return int.from_bytes(head[at : at + 8], "little")

    internal, packing, kind = head[97], head[98], head[99]
    if internal not in {1, GZIP} or packing not in {1, GZIP} or kind not in MEDIA_TYPES:
        raise NotAnArchive(f"{path} is packed in a way that is not read here; gzip or nothing is")
    return Header(
        number(8), number(16), number(40), number(56), internal == GZIP, packing == GZIP, MEDIA_TYPES[kind],
        head[100], head[101],
    )  # fmt: skip


def read_tile(path: Path, z: int, x: int, y: int) -> Tile | None:
    """The tile's bytes, unpacked; None where the map has none. Raises NotAnArchive, OSError."""
    stamp = path.stat().st_mtime_ns
    header = _header(path, stamp)
    wanted = tile_id(z, x, y)
    at, size = header.root_at, header.root_bytes
    for _ in range(DEEPEST):
        entry = _entry_for(_directory(path, stamp, at, size, header.packed), wanted)
        if entry is None:
            return None
        if entry.run:
            content = _read(path, header.tiles_at + entry.at, entry.size)
            return Tile(gzip.decompress(content) if header.tiles_packed else content, header.media_type)
        at, size = header.leaves_at + entry.at, entry.size
    raise NotAnArchive(f"{path} has directories within directories without end")


def tile_id(z: int, x: int, y: int) -> int:
    """Tiles are counted zoom by zoom, within each along a Hilbert curve."""
    before = ((1 << (2 * z)) - 1) // 3
    step = 0
    side = 1 << z
    half = side >> 1
    while half:
        right, low = int(bool(x & half)), int(bool(y & half))
        step += half * half * ((3 * right) ^ low)
        if not low:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        half >>= 1
    return before + step


def _entry_for(entries: tuple[Entry, ...], wanted: int) -> Entry | None:
    place = bisect_right(entries, wanted, key=lambda entry: entry.tile) - 1
    if place < 0:
        return None
    entry = entries[place]
    return entry if entry.run == 0 or wanted < entry.tile + entry.run else None


@lru_cache(maxsize=16)
def _header(path: Path, _stamp: int) -> Header:
    return header_of(path)


@lru_cache(maxsize=256)
def _directory(path: Path, _stamp: int, at: int, size: int, packed: bool) -> tuple[Entry, ...]:
    content = _read(path, at, size)
    numbers = _numbers(gzip.decompress(content) if packed else content)
    count, *rest = numbers
    steps, runs, sizes, places = (rest[i * count : (i + 1) * count] for i in range(4))
    entries: list[Entry] = []
    tile = end = 0
    for step, run, length, place in zip(steps, runs, sizes, places, strict=True):
        tile += step
        # 0: right behind the one before.
        start = place - 1 if place else end
        end = start + length
        entries.append(Entry(tile, run, length, start))
    return tuple(entries)


def _numbers(content: bytes) -> list[int]:
    """Varints: seven bits a byte, the lowest first."""
    found: list[int] = []
    value = shift = 0
    for byte in content:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            found.append(value)
            value = shift = 0
    return found


def _read(path: Path, at: int, size: int) -> bytes:
    with path.open("rb") as file:
        return os.pread(file.fileno(), size, at)
