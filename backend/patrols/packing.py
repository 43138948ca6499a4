"""Fixes of one batch in a few bytes each, and back, without loss beyond the resolution named here.

Columns of whole numbers, differences from one fix to the next, the bytes of each column sorted by weight (which is what
makes them compress), zlib. Resolution: time 1 ms, position 1e-7 degree (about 1 cm), accuracy and altitude 0.1 m, speed
0.01 m/s, heading 0.01 degree, battery 1 %.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]

VERSION = 1
# What a column says where the phone said nothing.
UNSAID = -(2**31)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DEGREE = 10_000_000

CHARGING, NOT_CHARGING, MOCK = 1, 2, 4


@dataclass(frozen=True)
class NewFix:
    """One position as a phone tells it: WGS84 degrees, `at` aware UTC. What the phone did not say is None.

    `accuracy_m` is the radius of 68 %. `battery` is a share from 0 to 1.
    """

    at: datetime
    lng: float
    lat: float
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    altitude_m: float | None = None
    battery: float | None = None
    charging: bool | None = None
    mock: bool | None = None


@dataclass(frozen=True)
class Columns:
    """Unpacked fixes, columns of equal length in order of arrival; `UNSAID` where nothing was said.

    `at_ms` since 1970; `lng_e7`, `lat_e7` in 1e-7 degrees; `accuracy_dm`, `altitude_dm` in 0.1 m; `speed_cmps` in cm/s;
    `heading_cdeg` in 0.01 degree; `battery_pct`; `marks` are bits.
    """

    at_ms: Column
    lng_e7: Column
    lat_e7: Column
    accuracy_dm: Column
    speed_cmps: Column
    heading_cdeg: Column
    altitude_dm: Column
    battery_pct: Column
    marks: Column

    def __len__(self) -> int:
        return len(self.at_ms)


NAMES = tuple(Columns.__dataclass_fields__)


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970, exactly."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def from_ms(at_ms: int) -> datetime:
    return EPOCH + timedelta(milliseconds=at_ms)


def columns_of(fixes: Sequence[NewFix]) -> Columns:
    """The fixes in whole numbers, as they are kept."""
    rows = [_row(fix) for fix in fixes]
    return Columns(*np.array(rows, dtype=np.int64).reshape(len(rows), len(NAMES)).T)


def _row(fix: NewFix) -> tuple[int, ...]:
    marks = {None: 0, True: CHARGING, False: NOT_CHARGING}[fix.charging] | (MOCK if fix.mock else 0)
    return (
        to_ms(fix.at),
        round(fix.lng * DEGREE),
        round(fix.lat * DEGREE),
        _scaled(fix.accuracy_m, 10),
        _scaled(fix.speed_mps, 100),
        _scaled(fix.heading_deg, 100),
        _scaled(fix.altitude_m, 10),
        _scaled(fix.battery, 100),
        marks,
    )


def _scaled(value: float | None, scale: int) -> int:
    """`UNSAID` for what was not said or cannot be meant."""
    if value is None or not math.isfinite(value):
        return UNSAID
    scaled = round(value * scale)
    return scaled if abs(scaled) < 2**31 else UNSAID


def pack(columns: Columns) -> bytes:
    """At least one fix."""
    table = np.stack([getattr(columns, name) for name in NAMES])
    steps = np.diff(table, axis=1, prepend=0)
    planes = np.ascontiguousarray(steps.astype("<i8")).view(np.uint8).reshape(len(NAMES), -1, 8)
    return bytes([VERSION]) + zlib.compress(np.ascontiguousarray(planes.transpose(0, 2, 1)).tobytes(), 6)


def unpack(packed: bytes) -> Columns:
    if packed[0] != VERSION:
        raise ValueError(f"fixes packed by version {packed[0]}")
    planes = np.frombuffer(zlib.decompress(packed[1:]), dtype=np.uint8).reshape(len(NAMES), 8, -1)
    steps = np.ascontiguousarray(planes.transpose(0, 2, 1)).view("<i8")[..., 0].astype(np.int64)
    return Columns(*np.cumsum(steps, axis=1))


def joined(parts: Sequence[Columns]) -> Columns:
    """One after the other; at least one part."""
    return Columns(*(np.concatenate([getattr(part, name) for part in parts]) for name in NAMES))


def chosen(columns: Columns, which: NDArray[np.bool_]) -> Columns:
    """Those for which `which` is true."""
    return Columns(*(getattr(columns, name)[which] for name in NAMES))
