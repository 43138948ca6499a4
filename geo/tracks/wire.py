"""A day for replay in few bytes: what the desk's player reads. This text is the format; TypeScript reads it too.

Kept are the fixes that count, but of each stay only the first and the last, which is all a player can show of standing.

A *varint* is an unsigned number in bytes of 7 bits, lowest first, with the highest bit set in all bytes but the last.
A *signed varint* is the varint of zigzag(n): 0, -1, 1, -2, 2 … are written 0, 1, 2, 3, 4 …: n ≥ 0 → 2n, n < 0 → -2n - 1.
Numbers may pass 2^31 (the start and the first coordinates): add by multiplying, not by shifting, in TypeScript.

    bytes 0..3      "SZT1"
    signed varint   start: whole seconds since 1970 (UTC) of the first point; 0 without points
    varint          n: how many points
    varint          b: how many runs; 0 without points
    b varints       points in each run. Between two runs nothing is known: no line, no movement.
    varint          t: how many pairs follow
    t pairs         signed varint, varint: a step in seconds from the point before, and how many points in a row take it.
                    The first point's step is 0. Seconds are rounded one by one, so steps may be 0.
    n signed varints  longitude in 1e-6 degrees: the first as it is, each further one less the one before
    n signed varints  latitude, likewise
    n signed varints  metres gone since the day began in decimetres, likewise; never falling
    varint          s: how many stays
    s triples       varint, varint, varint: first point less the last point of the stay before (of the first: less 0), last
                    point less first point, and the radius in metres

Nothing follows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.tracks.day import DerivedDay
from geo.tracks.fixes import Floats, Ints

MAGIC = b"SZT1"
_DEGREE_STEPS = 1_000_000
_DECIMETRES = 10
_BITS = 7


@dataclass(frozen=True, eq=False)
class Replay:
    """What the bytes say: columns by point, `run_points` by run, and (first point, last point, radius in metres) by stay."""

    at_s: Ints
    lng: Floats
    lat: Floats
    gone_m: Floats
    run_points: Ints
    stays: list[tuple[int, int, int]]


def encode(day: DerivedDay) -> bytes:
    """The day's clean track with its stays."""
    stay = day.stay[day.clean]
    within = np.zeros(len(stay), dtype=bool)
    within[1:-1] = (stay[1:-1] >= 0) & (stay[1:-1] == stay[:-2]) & (stay[1:-1] == stay[2:])
    rows = day.clean[~within]
    at_s = (day.fixes.at_ms[rows] + 500) // 1000
    steps = np.diff(at_s, prepend=at_s[:1])
    changed = np.flatnonzero(np.r_[True, steps[1:] != steps[:-1]]) if len(rows) else np.zeros(0, dtype=np.intp)
    lasting = np.diff(changed, append=len(rows))
    run_points = np.bincount(day.run[rows]) if len(rows) else np.zeros(0, dtype=np.int64)
    columns = [
        np.rint(day.fixes.lng[rows] * _DEGREE_STEPS),
        np.rint(day.fixes.lat[rows] * _DEGREE_STEPS),
        np.rint(day.gone_m[~within] * _DECIMETRES),
    ]
    ends = np.array([np.searchsorted(rows, (one.first, one.last)) for one in day.stays], dtype=np.int64).reshape(-1, 2)
    radii = np.array([round(one.radius_m) for one in day.stays], dtype=np.int64)
    since_last = ends[:, 0] - np.r_[0, ends[:, 1]][: len(ends)]
    numbers = [
        _zigzag(at_s[:1] if len(rows) else np.zeros(1, dtype=np.int64)),
        _one(len(rows)),
        _one(len(run_points)),
        run_points,
        _one(len(changed)),
        np.column_stack([_zigzag(steps[changed]), lasting]).ravel(),
        *(_zigzag(np.diff(column, prepend=0.0).astype(np.int64)) for column in columns),
        _one(len(ends)),
        np.column_stack([since_last, ends[:, 1] - ends[:, 0], radii]).ravel(),
    ]
    return MAGIC + _varints(np.concatenate(numbers))


def decode(message: bytes) -> Replay:
    """What `encode` wrote. Raises ValueError for anything else."""
    if message[: len(MAGIC)] != MAGIC:
        raise ValueError("not a replay of this version")
    numbers = _numbers(np.frombuffer(message, dtype=np.uint8)[len(MAGIC) :])
    at = 0

    def take(count: int) -> Ints:
        nonlocal at
        if count < 0 or at + count > len(numbers):
            raise ValueError("the replay ends too early")
        at += count
        return numbers[at - count : at]

    start = int(_unzigzag(take(1))[0])
    points = int(take(1)[0])
    run_points = take(int(take(1)[0]))
    pairs = take(2 * int(take(1)[0])).reshape(-1, 2)
    if pairs[:, 1].sum() != points or run_points.sum() != points:
        raise ValueError("the replay's counts do not agree")
    steps = np.repeat(_unzigzag(pairs[:, 0]), pairs[:, 1])
    lng, lat, gone = (np.cumsum(_unzigzag(take(points))) for _ in range(3))
    triples = take(3 * int(take(1)[0])).reshape(-1, 3)
    if at != len(numbers):
        raise ValueError("something follows the replay")
    last = np.cumsum(triples[:, 0] + triples[:, 1])
    stays = zip((last - triples[:, 1]).tolist(), last.tolist(), triples[:, 2].tolist(), strict=True)
    return Replay(
        at_s=start + np.cumsum(steps),
        lng=lng / _DEGREE_STEPS,
        lat=lat / _DEGREE_STEPS,
        gone_m=gone / _DECIMETRES,
        run_points=run_points,
        stays=list(stays),
    )


def _one(number: int) -> Ints:
    return np.array([number], dtype=np.int64)


def _zigzag(numbers: Ints) -> Ints:
    return (numbers << 1) ^ (numbers >> 63)


def _unzigzag(numbers: Ints) -> Ints:
    return (numbers >> 1) ^ -(numbers & 1)


def _varints(numbers: Ints) -> bytes:
    """Numbers from 0 below 2^63."""
    groups = 63 // _BITS
    parts = numbers[:, None] >> (np.arange(groups, dtype=np.int64) * _BITS)
    used = np.maximum(1, (parts > 0).sum(axis=1))
    octets: NDArray[np.uint8] = (parts & 0x7F).astype(np.uint8)
    place = np.arange(groups)
    octets[place[None, :] < used[:, None] - 1] |= 0x80
    written: bytes = octets[place[None, :] < used[:, None]].tobytes()
    return written


def _numbers(octets: NDArray[np.uint8]) -> Ints:
    ends = np.flatnonzero(octets < 0x80)
    if not len(octets) or ends[-1:] != len(octets) - 1:
        raise ValueError("the replay ends within a number")
    starts = np.r_[0, ends[:-1] + 1]
    lengths = ends - starts + 1
    if lengths.max() > 9:
        raise ValueError("the replay has a number of more than 63 bits")
    shifts = (np.arange(len(octets)) - np.repeat(starts, lengths)) * _BITS
    numbers: Ints = np.add.reduceat((octets & 0x7F).astype(np.int64) << shifts, starts)
    return numbers
