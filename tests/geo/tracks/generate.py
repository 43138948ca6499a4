"""Patrols of known length with the noise of a phone: what every test about tracks is measured against.

A person walks legs at nearly even speed, turns at corners, halts. Fixes carry AR(1) noise (an Ornstein-Uhlenbeck process,
so that the correlation does not depend on the sampling). Lengths, corners, speeds, halts and the noise's memory vary with
the seed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geo.tracks.day import DerivedDay, derive_day
from geo.tracks.fixes import Fixes, Floats, Ints
from geo.tracks.net import GridShape
from geo.tracks.plane import Plane
from geo.tracks.rules import Rules, Travel, rules_for
from geo.tracks.spans import Period, Span

PLANE = Plane(120.0, 30.0, 96_486.28, 110_852.43)  # metres per degree there
START_MS = 1_760_000_000_000
WALK = rules_for(Travel.WALK)


@dataclass(frozen=True)
class Patrol:
    """The truth: where a person was at each of `at_s` (straight between), in metres; `halts` are (from, to, place)."""

    at_s: Floats
    metres: Floats
    halts: list[tuple[float, float, tuple[float, float]]]
    speed_mps: float

    @property
    def length_m(self) -> float:
        return float(np.hypot(*np.diff(self.metres, axis=0).T).sum())

    def at(self, moments: Floats) -> Floats:
        return np.column_stack([np.interp(moments, self.at_s, self.metres[:, axis]) for axis in (0, 1)])


def patrol(seed: int, *, minutes: float = 90.0, speed_mps: float | None = None, halting: bool = True) -> Patrol:
    """Walks of 4 to 20 minutes with corners every 50 to 200 m on average, halts of 1 to 30 minutes between them."""
    random = np.random.default_rng(seed)
    usual = random.uniform(0.8, 1.8) if speed_mps is None else speed_mps
    between_corners_m = random.uniform(50, 200)
    now, here, heading = 0.0, np.zeros(2), random.uniform(0, 2 * np.pi)
    at_s, metres = [now], [here]
    halts: list[tuple[float, float, tuple[float, float]]] = []

    def halt() -> None:
        nonlocal now
        start, now = now, now + 60 * float(np.exp(random.uniform(0, np.log(30))))
        halts.append((start, now, (float(here[0]), float(here[1]))))
        at_s.append(now)
        metres.append(here)

    if halting and random.random() < 0.5:
        halt()
    while now < minutes * 60:
        until = now + 60 * random.uniform(4, 20)
        while now < until:
            speed = usual * random.uniform(0.92, 1.08)
            leg_m = min(15 + random.exponential(between_corners_m - 15), (until - now) * speed)
            here = here + leg_m * np.array([np.cos(heading), np.sin(heading)])
            now += leg_m / speed
            at_s.append(now)
            metres.append(here)
            heading += random.choice([-1, 1]) * _turn(random)
        if halting:
            halt()
    return Patrol(np.array(at_s), np.array(metres), halts, usual)


def _turn(random: np.random.Generator) -> float:
    kind = random.random()
    if kind < 0.6:
        return float(np.pi / 2 * random.normal(1, 0.08))
    return float(random.uniform(0.3, 1.1) if kind < 0.92 else random.uniform(2, np.pi))


def standing(minutes: float) -> Patrol:
    end_s = minutes * 60
    return Patrol(np.array([0.0, end_s]), np.zeros((2, 2)), [(0.0, end_s, (0.0, 0.0))], 0.0)


def noise(moments: Floats, sigma_m: float, memory_s: float, random: np.random.Generator) -> Floats:
    """By axis with standard deviation `sigma_m`; after `memory_s` a share of 1/e of it is left."""
    kept = np.exp(-np.diff(moments, prepend=moments[:1]) / memory_s)
    fresh = random.normal(size=(len(moments), 2)) * np.sqrt(1 - kept**2)[:, None]
    wander = np.empty_like(fresh)
    now = random.normal(size=2)
    for n, share in enumerate(kept):
        now = share * now + fresh[n]
        wander[n] = now
    return sigma_m * wander


def seen(
    truth: Patrol, seed: int, *, every_s: float, sigma_m: float, memory_s: float | None = None, source: int = 1
) -> Fixes:
    """What a phone tells: jittered times, 2 % lost, noise that remembers 5 to 60 s, an accuracy that is about right (68 %)."""
    random = np.random.default_rng([seed, 7])
    remembers = random.uniform(5, 60) if memory_s is None else memory_s
    regular = np.arange(0, truth.at_s[-1], every_s)
    moments = np.clip(regular + random.uniform(-0.1, 0.1, len(regular)) * every_s, 0, truth.at_s[-1])
    moments = np.unique(np.rint(moments[random.random(len(moments)) > 0.02] * 1000)) / 1000
    metres = truth.at(moments) + noise(moments, sigma_m, remembers, random)
    accuracy_m = np.round(1.5 * sigma_m * np.exp(random.normal(0, 0.2, len(moments))), 1)
    return fixes_at(moments, metres, accuracy_m, source=source)


def fixes_at(moments: Floats, metres: Floats, accuracy_m: Floats | float = 5.0, *, source: int = 1) -> Fixes:
    lng, lat = PLANE.to_degrees(metres)
    count = len(moments)
    return Fixes(
        at_ms=START_MS + np.rint(moments * 1000).astype(np.int64),
        lng=np.rint(lng * 1e7) / 1e7,
        lat=np.rint(lat * 1e7) / 1e7,
        accuracy_m=np.broadcast_to(np.asarray(accuracy_m, dtype=np.float64), count).copy(),
        speed_mps=np.full(count, np.nan),
        source=np.full(count, source, dtype=np.int64),
    )


def taken(fixes: Fixes, rows: NDArray[np.intp] | NDArray[np.bool_] | Ints) -> Fixes:
    return Fixes(*(column[rows] for column in columns(fixes)))


def together(*some: Fixes) -> Fixes:
    return Fixes(*(np.concatenate(each) for each in zip(*(columns(one) for one in some), strict=True)))


def columns(fixes: Fixes) -> tuple[Ints, Floats, Floats, Floats, Floats, Ints]:
    return fixes.at_ms, fixes.lng, fixes.lat, fixes.accuracy_m, fixes.speed_mps, fixes.source


def derived(
    fixes: Fixes,
    *,
    periods: Sequence[Period] | None = None,
    declared_gaps: Sequence[Span] = (),
    grids: Sequence[GridShape] = (),
    rules: Rules = WALK,
) -> DerivedDay:
    """The day; recorded from the first fix to the last unless told."""
    if periods is None:
        whole = Period(int(fixes.at_ms.min()), int(fixes.at_ms.max())) if len(fixes) else Period(START_MS, START_MS)
        periods = [whole]
    return derive_day(fixes, periods=periods, declared_gaps=declared_gaps, grids=grids, rules=rules)
