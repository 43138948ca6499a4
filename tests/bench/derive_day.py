"""How many fixes a second become a day: 86,400 at 1 Hz with all that follows, against the plain sum of the same fixes in numpy.

The floor is one haversine over the whole day, the least that can be done to each fix; it tells nothing but a wrong mileage.
How long the staypoints of trackintel take on the same fixes (stays alone, of all that a day is) is told beside.
"""

import os
import platform
import time
from dataclasses import replace

import numpy as np
from shapely import box

from geo.tracks.day import derive_day
from geo.tracks.fixes import Fixes
from geo.tracks.net import GridShape
from geo.tracks.spans import Period
from geo.tracks.wire import encode
from tests.bench.turns import Figures, in_turn
from tests.geo.tracks.generate import WALK, patrol, seen, taken
from tests.geo.tracks.test_track_oracles import of_trackintel

ROUNDS = 3
BLOCKS = 20


def haversine_m(fixes: Fixes) -> float:
    lng, lat = np.radians(fixes.lng), np.radians(fixes.lat)
    across = np.cos(lat[1:]) * np.cos(lat[:-1]) * np.sin(np.diff(lng) / 2) ** 2
    return float(2 * 6_371_008.8 * np.arcsin(np.sqrt(np.sin(np.diff(lat) / 2) ** 2 + across)).sum())


def blocks(fixes: Fixes) -> list[GridShape]:
    """400 grids that tile what the day touches, each with some hundred vertices."""
    west, south, east, north = fixes.lng.min(), fixes.lat.min(), fixes.lng.max(), fixes.lat.max()
    wide, high = (east - west) / BLOCKS, (north - south) / BLOCKS
    return [
        GridShape(
            f"{x:02}{y:02}",
            box(west + x * wide, south + y * high, west + (x + 1) * wide, south + (y + 1) * high).segmentize(wide / 30),
        )
        for x in range(BLOCKS)
        for y in range(BLOCKS)
    ]


async def run() -> Figures:
    every = seen(patrol(3, minutes=25 * 60), 3, every_s=1, sigma_m=5)
    fixes = taken(every, np.arange(86_400))
    grids = blocks(fixes)
    periods = [Period(int(fixes.at_ms[0]), int(fixes.at_ms[-1]))]
    size = 0

    async def ours() -> int:
        nonlocal size
        day = derive_day(fixes, periods=periods, declared_gaps=[], grids=grids, rules=WALK)
        size = len(encode(day))
        return len(fixes)

    async def floor() -> int:
        for _ in range(50):
            haversine_m(fixes)
        return 50 * len(fixes)

    figures = await in_turn(
        ours,
        floor,
        rounds=ROUNDS,
        what=f"fixes into a day over {len(grids)} grids and its replay",
        against="fixes into one sum of haversines",
        where=f"{os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}",
        each=len(fixes),
    )
    of_trackintel(taken(fixes, np.arange(1000)))  # imports cost once
    started_at = time.perf_counter()
    of_trackintel(fixes)
    staypoints_s = time.perf_counter() - started_at
    told = f"a day in {len(fixes) / figures.ours_per_s:.2f} s, staypoints of trackintel alone {staypoints_s:.2f} s"
    return replace(figures, how_often=f"{figures.how_often}; {told}; the replay weighs {size / 1000:,.0f} kB")
