"""A staff-day from its fixes: the one place where the rules about tracks come together, in their order.

Pure: what comes out depends on what was put in alone, not on its order, on batches or on what was sent twice, to the byte.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.tracks.canonical import digest, encoded
from geo.tracks.cleaning import Flag, Flags, clean, in_order
from geo.tracks.coverage import cells_near, cells_of, middles
from geo.tracks.dwell import Crossing, Way, dwell, seconds
from geo.tracks.fixes import Fixes, Floats, Ints
from geo.tracks.gaps import Gap, cut
from geo.tracks.levels import simplified
from geo.tracks.mileage import mileage_m
from geo.tracks.net import NOWHERE, GridShape, Net
from geo.tracks.plane import Plane, legs_m
from geo.tracks.rules import Rules
from geo.tracks.spans import Period, Span, merged_periods, sorted_spans
from geo.tracks.stays import Standing, standings, way
from geo.tracks.straightening import corners

Indices = NDArray[np.int64]
# A line for coverage may lie this far off the track.
_COVERAGE_TOLERANCE_M = 1.0


@dataclass(frozen=True)
class Stay:
    """Where a person stood for three minutes or more. `first` and `last` are rows of the day's fixes."""

    start_ms: int
    end_ms: int
    lng: float
    lat: float
    radius_m: float
    fixes: int
    first: int
    last: int


@dataclass(frozen=True)
class Move:
    """Time between stays within a run, with what was gone."""

    start_ms: int
    end_ms: int
    metres: float


@dataclass(frozen=True, eq=False)
class DerivedDay:
    """Everything that follows from a staff-day's fixes.

    `fixes` are sorted, each different one once; `flags` has a `Flag` for each. `run` is the unbroken run of each fix and `stay`
    its number in `stays`, -1 for none. `clean` are the rows that count, `gone_m` the metres gone until each of those: level in
    stays and over gaps, ending at `clean_m`. `raw_m` is the plain sum over what came within the patrol, with all noise.
    Stays, moves and gaps are by time and together fill the runs and what lies between. `dwell_s` by code of the grid, with
    `outside_s` and `unknown_s`, sums to `recorded_s`. `coverage` has the sorted cells of each grid that the track went by.
    `levels` are rows that remain at each of the rules' tolerances; a line joins those of one run.
    """

    rules_version: int
    input_hash: str
    fixes: Fixes
    flags: Flags
    run: Indices
    stay: Indices
    clean: Indices
    gone_m: Floats
    raw_m: float
    clean_m: float
    recorded_s: float
    stays: tuple[Stay, ...]
    gaps: tuple[Gap, ...]
    moves: tuple[Move, ...]
    dwell_s: Mapping[str, float]
    outside_s: float
    unknown_s: float
    crossings: tuple[Crossing, ...]
    coverage: Mapping[str, Ints]
    levels: tuple[Indices, ...]


@dataclass(frozen=True)
class _Run:
    """What one run came to; `rows` are rows of the day, everything else is by place in `rows`."""

    rows: Indices
    metres: Floats
    gone_m: Floats
    stays: list[Standing]
    middles: list[tuple[float, float]]
    way: Way


def derive_day(
    fixes: Fixes,
    *,
    periods: Sequence[Period],
    declared_gaps: Sequence[Span],
    grids: Sequence[GridShape],
    rules: Rules,
) -> DerivedDay:
    """Derive a staff-day. Periods, gaps and grids come in any order; grids are valid polygons in WGS84 degrees.

    `rules` are those of periods that do not say how the person went about.
    """
    fixes, merged, declared = in_order(fixes), merged_periods(periods), sorted_spans(declared_gaps)
    cleaned = clean(fixes, merged, rules)
    rows = np.flatnonzero(cleaned.flags == Flag.OK)
    run_of_row, gaps = cut(fixes.at_ms[rows], cleaned.period[rows], cleaned.apart[rows], merged, declared, rules)
    starts = np.flatnonzero(np.r_[True, run_of_row[1:] != run_of_row[:-1]]) if len(rows) else np.zeros(0, np.intp)
    runs = [
        _derive_run(part, fixes, cleaned.accuracy_m, merged[cleaned.period[part[0]]].rules(rules))
        for part in np.split(rows, starts[1:])
        if len(part)
    ]

    run, stay = np.full(len(fixes), -1, dtype=np.int64), np.full(len(fixes), -1, dtype=np.int64)
    run[rows] = run_of_row
    stays = _stays(runs, fixes.at_ms)
    for number, one in enumerate(stays):
        within = rows[np.searchsorted(rows, one.first) : np.searchsorted(rows, one.last, side="right")]
        stay[within] = number
    before_m = np.cumsum([0.0, *(float(one.gone_m[-1]) for one in runs)])
    gone_m = [one.gone_m + before for one, before in zip(runs, before_m, strict=False)]

    net = Net(_near(grids, fixes.lng[rows], fixes.lat[rows]))
    told = dwell([one.way for one in runs], net, rules)
    in_grids = [(number, known_ms) for number, known_ms in told.known_ms.items() if number != NOWHERE and known_ms > 0]
    dwell_s = {net.grids[number].code: seconds(known_ms) for number, known_ms in in_grids}
    recorded_ms = sum(period.end_ms - period.start_ms for period in merged)
    run_ms = sum(int(one.way.at_ms[-1] - one.way.at_ms[0]) for one in runs)
    return DerivedDay(
        rules_version=rules.version,
        input_hash=_input_hash(fixes, merged, declared, grids, rules),
        fixes=fixes,
        flags=cleaned.flags,
        run=run,
        stay=stay,
        clean=rows.astype(np.int64),
        gone_m=np.concatenate(gone_m) if gone_m else np.zeros(0),
        raw_m=_raw_m(fixes, cleaned.flags, cleaned.period),
        clean_m=float(before_m[-1]),
        recorded_s=recorded_ms / 1000,
        stays=tuple(stays),
        gaps=tuple(gaps),
        moves=tuple(move for one in runs for move in _moves(one, fixes.at_ms)),
        dwell_s=dict(sorted(dwell_s.items())),
        outside_s=seconds(told.known_ms.get(NOWHERE, 0.0)),
        unknown_s=seconds(told.unknown_ms + recorded_ms - run_ms),
        crossings=tuple(told.crossings),
        coverage=_coverage(runs, net, rules),
        levels=_levels(runs, rules),
    )


def to_bytes(day: DerivedDay) -> bytes:
    """The whole day in one canonical form: two days are the same if and only if these bytes are."""
    return encoded(asdict(day))


def _derive_run(rows: NDArray[np.intp], fixes: Fixes, accuracy_m: Floats, rules: Rules) -> _Run:
    lng, lat, accuracy_m = fixes.lng[rows], fixes.lat[rows], accuracy_m[rows]
    stated_m = np.where(fixes.accuracy_m[rows] > 0, fixes.accuracy_m[rows], np.nan)
    at_s = (fixes.at_ms[rows] - fixes.at_ms[rows[0]]) / 1000
    plane = Plane.around(lng, lat)
    metres = plane.to_metres(lng, lat)
    standing = standings(at_s, metres, accuracy_m, rules) if len(rows) > 1 else []
    left, places = way(metres, standing)
    way_lng, way_lat = lng[left], lat[left]
    fixes_there = np.ones(len(left), dtype=np.int64)
    middle_of = {}
    for one in standing:
        ends = np.searchsorted(left, [one.first, one.last])
        way_lng[ends], way_lat[ends] = plane.to_degrees(places[ends])
        middle_of[one] = (float(way_lng[ends[0]]), float(way_lat[ends[0]]))
        fixes_there[ends[0]] = one.last - one.first
    known_ms = 1000 * np.r_[0.0, np.cumsum(np.minimum(np.diff(at_s), rules.interval_cap_s))]
    stays = [one for one in standing if at_s[one.last] - at_s[one.first] >= rules.stay_s]
    return _Run(
        rows=rows.astype(np.int64),
        metres=metres,
        gone_m=mileage_m(at_s, metres, stated_m, standing, plane, rules),
        stays=stays,
        middles=[middle_of[one] for one in stays],
        way=Way(fixes.at_ms[rows[left]], way_lng, way_lat, accuracy_m[left], fixes_there, np.diff(known_ms[left])),
    )


def _stays(runs: Sequence[_Run], at_ms: Ints) -> list[Stay]:
    return [
        Stay(
            start_ms=int(at_ms[one.rows[stay.first]]),
            end_ms=int(at_ms[one.rows[stay.last]]),
            lng=lng,
            lat=lat,
            radius_m=stay.radius_m,
            fixes=stay.last - stay.first + 1,
            first=int(one.rows[stay.first]),
            last=int(one.rows[stay.last]),
        )
        for one in runs
        for stay, (lng, lat) in zip(one.stays, one.middles, strict=True)
    ]


def _moves(one: _Run, at_ms: Ints) -> list[Move]:
    ends = [0, *(row for stay in one.stays for row in (stay.first, stay.last)), len(one.rows) - 1]
    times = at_ms[one.rows]
    return [
        Move(int(times[start]), int(times[end]), float(one.gone_m[end] - one.gone_m[start]))
        for start, end in zip(ends[::2], ends[1::2], strict=True)
        if times[end] > times[start]
    ]


def _raw_m(fixes: Fixes, flags: Flags, period: NDArray[np.intp]) -> float:
    came = np.flatnonzero(np.isin(flags, [Flag.OK, Flag.INACCURATE, Flag.CROWDED, Flag.TOO_FAST]))
    legs = legs_m(fixes.lng[came], fixes.lat[came])
    return float(legs[period[came][1:] == period[came][:-1]].sum())


def _near(grids: Sequence[GridShape], lng: Floats, lat: Floats) -> list[GridShape]:
    """The grids that a day with these places may have to do with."""
    if not len(lng) or not len(grids):
        return []
    west, south, east, north = shapely.bounds([grid.shape for grid in grids]).T
    slack = 0.01  # degrees: stays' middles and reach lie within
    with np.errstate(invalid="ignore"):
        meets = (west <= lng.max() + slack) & (east >= lng.min() - slack)
        meets &= (south <= lat.max() + slack) & (north >= lat.min() - slack)
    return [grid for grid, near in zip(grids, meets, strict=True) if near]


def _coverage(runs: Sequence[_Run], net: Net, rules: Rules) -> dict[str, Ints]:
    ways = []
    for one in runs:
        plane = Plane.around(one.way.lng, one.way.lat)
        kept = corners(plane.to_metres(one.way.lng, one.way.lat), _COVERAGE_TOLERANCE_M)
        ways.append((one.way.lng[kept], one.way.lat[kept]))
    cells = cells_near(ways, rules.reach_m)
    lng, lat = middles(cells)
    covered = {}
    for grid in sorted(net.grids, key=lambda grid: grid.code):
        west, south, east, north = grid.shape.bounds
        near = (lng >= west) & (lng <= east) & (lat >= south) & (lat <= north)
        mine = cells[near][shapely.intersects_xy(grid.shape, lng[near], lat[near])]
        if not len(mine) and max(east - west, north - south) < 0.0015:  # too small for any middle, perhaps
            mine = np.intersect1d(cells, cells_of(grid.shape))
        if len(mine):
            covered[grid.code] = mine
    return covered


def _levels(runs: Sequence[_Run], rules: Rules) -> tuple[Indices, ...]:
    levels = []
    for tolerance_m in rules.levels_m:
        kept = []
        for one in runs:
            fixed = [row for stay in one.stays for row in (stay.first, stay.last)]
            kept.append(one.rows[simplified(one.metres, fixed, tolerance_m)])
        levels.append(np.concatenate(kept) if kept else np.zeros(0, dtype=np.int64))
    return tuple(levels)


def _input_hash(
    fixes: Fixes, periods: Sequence[Period], declared: Sequence[Span], grids: Sequence[GridShape], rules: Rules
) -> str:
    shapes = sorted((grid.code, shapely.to_wkb(shapely.normalize(grid.shape)).hex()) for grid in grids)
    given = {
        "fixes": asdict(fixes),
        "periods": [asdict(period) for period in periods],
        "declared": [asdict(span) for span in declared],
        "grids": shapes,
        "rules": [asdict(each) for each in dict.fromkeys(period.rules(rules) for period in periods)] or [asdict(rules)],
    }
    return digest(given)
