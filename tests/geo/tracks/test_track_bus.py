"""Real vehicles: buses of Liverpool's route 14 on one day, a place every 20 to 30 s, derived by the rules for cars."""

import csv
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from geo.tracks.cleaning import Flag
from geo.tracks.fixes import Fixes
from geo.tracks.rules import Travel, rules_for
from tests.geo.tracks.generate import derived

ROOT = Path(__file__).resolve().parents[3]
BUSES = ROOT.parent / "shared" / "data" / "tracks" / "liverpool_route14_outbound.csv"


def buses() -> dict[str, Fixes]:
    rows = defaultdict(list)
    with BUSES.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            at = datetime.strptime(row["timestamp"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            rows[row["vehicle_id"]].append((at.timestamp(), float(row["longitude"]), float(row["latitude"])))
    return {vehicle: fixes_of(np.array(some)) for vehicle, some in rows.items()}


def fixes_of(table: np.ndarray) -> Fixes:
    at_s, lng, lat = table.T
    unknown = np.full(len(table), np.nan)
    return Fixes((at_s * 1000).astype(np.int64), lng, lat, unknown, unknown, np.zeros(len(table), dtype=np.int64))


@pytest.mark.skipif(not BUSES.is_file(), reason="the bus file (../shared/data/tracks) is not here")
def test_buses_are_derived_as_they_drove() -> None:
    by_vehicle = buses()
    assert len(by_vehicle) == 8
    for fixes in by_vehicle.values():
        day = derived(fixes, rules=rules_for(Travel.CAR))
        assert (day.flags == Flag.OK).all()  # no bus is taken for a teleport
        # Only the way out is in the file: of the way back, an hour, nothing is known and nothing is made up.
        assert [gap.why for gap in day.gaps] == ["silence"]
        assert len(set(day.run.tolist())) == 2
        driven_s = day.recorded_s - sum(gap.end_ms - gap.start_ms for gap in day.gaps) / 1000
        assert 8_000 < day.clean_m < 20_000
        assert 2 < day.clean_m / driven_s < 12
        (gap,) = day.gaps
        over_the_gap = (day.fixes.at_ms >= gap.start_ms) & (day.fixes.at_ms <= gap.end_ms)
        ends = np.flatnonzero(over_the_gap)
        east, north = np.diff(day.fixes.lng[ends])[0] * 66_400, np.diff(day.fixes.lat[ends])[0] * 111_280
        legs_sum_m = day.raw_m - float(np.hypot(east, north))
        assert day.clean_m == pytest.approx(legs_sum_m, rel=0.08)
