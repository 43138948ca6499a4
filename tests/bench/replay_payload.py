"""How heavy a day for the player is, and how fast it is written: our bytes against the same day as GeoJSON.

Two loads: one person with 86,400 fixes at 1 Hz, and 224 people with eight hours at one fix in five seconds. Weights are told
beside the speeds, plain and by gzip, as they travel: base64 within JSON. What the browser makes of it: replay_frames.py.
"""

import gzip
import os
import platform
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from geo.tracks.day import DerivedDay, derive_day
from geo.tracks.exports import as_measured, geojson
from geo.tracks.spans import Period
from geo.tracks.wire import encode
from tests.bench.turns import Figures, in_turn
from tests.geo.tracks.generate import WALK, patrol, seen, taken

ROUNDS = 3
PEOPLE = 224
WAYS = 16
# From where the generator walks to the middle of the demo town.
TO_TOWN = (0.32, 1.80)


def day_of_one(fixes: int = 86_400) -> DerivedDay:
    """A whole day at 1 Hz."""
    return _derived(3, minutes=fixes // 60 + 60, every_s=1, fixes=fixes)


def days_of_many(people: int = PEOPLE) -> Iterator[DerivedDay]:
    """Eight hours each. There are few ways; the same way elsewhere is somebody else's."""
    ways = [_derived(seed, minutes=500, every_s=5, fixes=5_760) for seed in range(min(WAYS, people))]
    for n in range(people):
        day, aside = ways[n % len(ways)], n // len(ways)
        lng, lat = TO_TOWN[0] + aside % 4 * 0.012 - 0.02, TO_TOWN[1] + aside // 4 * 0.009 - 0.01
        yield replace(day, fixes=replace(day.fixes, lng=day.fixes.lng + lng, lat=day.fixes.lat + lat))


def _derived(seed: int, *, minutes: int, every_s: int, fixes: int) -> DerivedDay:
    every = seen(patrol(seed, minutes=minutes), seed, every_s=every_s, sigma_m=5)
    kept = taken(every, np.arange(min(fixes, len(every))))
    periods = [Period(int(kept.at_ms[0]), int(kept.at_ms[-1]))]
    return derive_day(kept, periods=periods, declared_gaps=[], grids=[], rules=WALK)


def weights(days: list[DerivedDay]) -> str:
    """Ours and GeoJSON, each plain and by gzip."""
    ours = b"".join(b'"' + b64encode(encode(day)) + b'",' for day in days)
    theirs = "".join(map(geojson, days)).encode()
    plain, packed = (f"{len(a) / 1000:,.0f} against {len(b) / 1000:,.0f} kB" for a, b in _both(ours, theirs))
    return f"{plain}, gzip {packed}"


def _both(ours: bytes, theirs: bytes) -> Iterator[tuple[bytes, bytes]]:
    yield ours, theirs
    yield gzip.compress(ours, 6), gzip.compress(theirs, 6)


async def run() -> Figures:
    one = day_of_one()
    many = list(days_of_many())

    async def ours() -> int:
        encode(one)
        return len(one.fixes)

    async def floor() -> int:
        geojson(as_measured(one))
        return len(one.fixes)

    figures = await in_turn(
        ours,
        floor,
        rounds=ROUNDS,
        what="fixes of a derived day into the bytes of the player",
        against="the same fixes into GeoJSON",
        where=f"{os.cpu_count()} cores, Python {platform.python_version()}",
        each=len(one.fixes),
    )
    told = f"one person at 1 Hz: {weights([one])}; {len(many)} people, 8 h: {weights(many)}"
    return replace(figures, how_often=f"{figures.how_often}; {told}")
