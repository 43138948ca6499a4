"""What leaves a day: bytes for replay, simplified tracks, and files for others."""

import gzip
import json
import xml.etree.ElementTree as ET
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.tracks.day import DerivedDay
from geo.tracks.exports import as_kept, as_measured, geojson, gpx, mf_json
from geo.tracks.wire import _numbers, _varints, decode, encode
from tests.geo.tracks.generate import PLANE, START_MS, derived, fixes_at, patrol, seen, taken

FOREIGN = Path(__file__).resolve().parents[4] / "shared" / "data" / "tracks" / "mfjson_collection.json"
GPX = "{http://www.topografix.com/GPX/1/1}"


@pytest.fixture(scope="module")
def day() -> DerivedDay:
    """With halts and one hole."""
    fixes = seen(patrol(3), 3, every_s=5, sigma_m=4)
    at_s = (fixes.at_ms - START_MS) / 1000
    return derived(taken(fixes, (at_s < 1500) | (at_s > 2100)))


def test_replay_tells_the_way_the_metres_the_gaps_and_the_stays(day: DerivedDay) -> None:
    replay = decode(encode(day))
    rows = np.searchsorted(day.fixes.at_ms[day.clean], 1000 * replay.at_s - 500)
    fixes = day.clean[rows]
    assert len(replay.at_s) == replay.run_points.sum() < len(day.clean)
    assert np.abs(replay.at_s - day.fixes.at_ms[fixes] / 1000).max() <= 0.5
    assert np.abs(replay.lng - day.fixes.lng[fixes]).max() <= 0.51e-6
    assert np.abs(replay.lat - day.fixes.lat[fixes]).max() <= 0.51e-6
    assert np.abs(replay.gone_m - day.gone_m[rows]).max() <= 0.051
    assert (np.diff(replay.gone_m) >= 0).all()
    assert len(replay.run_points) == 2
    for (first, last, radius_m), stay in zip(replay.stays, day.stays, strict=True):
        assert replay.at_s[first] == pytest.approx(stay.start_ms / 1000, abs=0.5)
        assert replay.at_s[last] == pytest.approx(stay.end_ms / 1000, abs=0.5)
        assert radius_m == round(stay.radius_m)
        assert last == first + 1
    (gap,) = day.gaps
    assert replay.at_s[replay.run_points[0] - 1] == pytest.approx(gap.start_ms / 1000, abs=0.5)
    assert replay.at_s[replay.run_points[0]] == pytest.approx(gap.end_ms / 1000, abs=0.5)


def test_what_is_kept_leads_the_same_way_as_what_was_measured(day: DerivedDay) -> None:
    kept = as_kept(decode(encode(day)), day.stays, day.gaps)
    measured = as_measured(day)
    assert len(kept.ends) == len(measured.ends) == 2
    assert len(kept.at_ms) < len(measured.at_ms)
    assert kept.gone_m[-1] == pytest.approx(day.clean_m, abs=0.1)
    ours = json.loads(geojson(kept))["features"]
    assert [one["properties"] for one in ours if one["properties"]["kind"] != "run"] == [
        one["properties"] for one in json.loads(geojson(measured))["features"] if one["properties"]["kind"] != "run"
    ]
    for text in (gpx(kept, "x").decode(), mf_json(kept)):
        assert "NaN" not in text
        assert "accuracy" not in text


def test_replay_is_written_as_its_text_says() -> None:
    # Three fixes by hand: 1 s apart, standing, at 120.000001, 30.000002.
    fixes = fixes_at(np.array([0.0, 1.0, 2.0]), np.zeros((3, 2)))
    fixes.lng[:], fixes.lat[:] = 120.000001, 30.000002
    start, lng, lat = 2 * (START_MS // 1000), 2 * 120_000_001, 2 * 30_000_002

    def varint(number: int) -> bytes:
        return bytes([number]) if number < 128 else bytes([number % 128 + 128]) + varint(number // 128)

    expected = b"SZT1" + varint(start) + b"\x03\x01\x03" + b"\x02" + b"\x00\x01" + b"\x02\x02"
    expected += varint(lng) + b"\0\0" + varint(lat) + b"\0\0" + b"\0\0\0" + b"\0"
    assert encode(derived(fixes)) == expected


def test_a_day_without_a_fix_is_a_replay() -> None:
    message = encode(derived(fixes_at(np.zeros(0), np.zeros((0, 2)))))
    assert message == b"SZT1\0\0\0\0\0"
    assert len(decode(message).at_s) == 0


@given(st.lists(st.integers(0, 2**62) | st.sampled_from([0, 127, 128, 16383, 16384, 2**63 - 1]), min_size=1))
def test_varints_come_back(numbers: list[int]) -> None:
    message = _varints(np.array(numbers, dtype=np.int64))
    assert _numbers(np.frombuffer(message, dtype=np.uint8)).tolist() == numbers


@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda tail: b"SZT1" + tail))
def test_what_is_no_replay_is_refused(message: bytes) -> None:
    try:
        decode(message)
    except ValueError:
        return
    assert message.startswith(b"SZT1")


def test_a_day_at_one_hertz_is_small() -> None:
    """86,400 fixes of walking and standing with noise, and the worst case: never a halt."""
    for halting, most in ((True, 200_000), (False, 300_000)):
        fixes = seen(patrol(1, minutes=24 * 60, halting=halting), 1, every_s=1, sigma_m=5)
        fixes = taken(fixes, np.arange(min(len(fixes), 86_400)))
        message = encode(derived(fixes))
        assert len(fixes) > 84_000
        assert len(message) < most
        assert len(gzip.compress(message)) < 0.85 * len(message)


def test_levels_keep_within_their_tolerance_and_their_ends(day: DerivedDay) -> None:
    places = PLANE.to_metres(day.fixes.lng, day.fixes.lat)
    assert [len(level) for level in day.levels] == sorted((len(level) for level in day.levels), reverse=True)
    assert len(day.levels[2]) < len(day.clean) / 8
    for level, tolerance_m in zip(day.levels, (3, 12, 50), strict=True):
        ends = [row for stay in day.stays for row in (stay.first, stay.last)]
        for run in (0, 1):
            rows = np.flatnonzero(day.run == run)
            kept = level[day.run[level] == run]
            assert (kept[0], kept[-1]) == (rows[0], rows[-1])
            assert (np.diff(kept) > 0).all()
            for start, end in pairwise(kept.tolist()):
                line = shapely.linestrings(places[[start, end]])
                assert shapely.distance(line, shapely.points(places[start : end + 1])).max() <= tolerance_m * 1.01
        assert np.isin(ends, level).all()


def test_gpx_has_a_segment_per_run(day: DerivedDay) -> None:
    root = ET.fromstring(gpx(as_measured(day), "梭子 <一> & \x00二"))
    assert root.tag == f"{GPX}gpx"
    assert root.get("version") == "1.1"
    assert root.findtext(f"{GPX}trk/{GPX}name") == "梭子 <一> & 二"
    segments = root.findall(f"{GPX}trk/{GPX}trkseg")
    assert [len(segment) for segment in segments] == np.bincount(day.run[day.clean]).tolist()
    first = segments[0][0]
    row = int(day.clean[0])
    assert float(first.get("lon") or 0) == pytest.approx(day.fixes.lng[row], abs=1e-9)
    assert float(first.get("lat") or 0) == pytest.approx(day.fixes.lat[row], abs=1e-9)
    moment = datetime.fromisoformat(first.findtext(f"{GPX}time") or "")
    assert round(moment.timestamp() * 1000) == day.fixes.at_ms[row]


def test_geojson_tells_runs_stays_and_gaps(day: DerivedDay) -> None:
    features = json.loads(geojson(as_measured(day)))["features"]
    kinds = [feature["properties"]["kind"] for feature in features]
    assert [kinds.count(kind) for kind in ("run", "stay", "gap")] == [2, len(day.stays), 1]
    run = features[0]
    assert len(run["geometry"]["coordinates"]) == len(run["properties"]["times"])
    lng, lat = run["geometry"]["coordinates"][0]
    assert (lng > 119, lat < 31) == (True, True)
    assert features[-1]["geometry"] is None


def test_moving_features_carry_every_run_and_its_metres(day: DerivedDay) -> None:
    ours = json.loads(mf_json(as_measured(day)))
    assert [len(each["temporalGeometry"]["coordinates"]) for each in ours["features"]] == np.bincount(
        day.run[day.clean]
    ).tolist()
    for feature in ours["features"]:
        times = feature["temporalGeometry"]["datetimes"]
        assert times == sorted(set(times))
        (gone,) = feature["temporalProperties"]
        assert len(gone["gone"]["values"]) == len(gone["datetimes"]) == len(times)


@pytest.mark.skipif(not FOREIGN.is_file(), reason="the foreign example (../shared/data/tracks) is not here")
def test_moving_features_have_the_members_of_foreign_ones(day: DerivedDay) -> None:
    ours = json.loads(mf_json(as_measured(day)))
    theirs = json.loads(FOREIGN.read_text(encoding="utf-8"))
    assert theirs["type"] == ours["type"]
    one, other = ours["features"][0], theirs["features"][0]
    assert set(one) <= set(other) | {"temporalProperties"}
    assert set(one["temporalGeometry"]) <= set(other["temporalGeometry"])
