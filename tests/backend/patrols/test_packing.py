"""Packed fixes come back as they went in, to the resolution that is promised, and small."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from backend.patrols.packing import NAMES, UNSAID, NewFix, chosen, columns_of, from_ms, joined, pack, to_ms, unpack
from tests.backend.patrols.walking import walk

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds are naive
FIXES = st.builds(
    NewFix,
    at=MOMENTS,
    lng=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    accuracy_m=st.none() | st.floats(0, 1e9),
    speed_mps=st.none() | st.floats(0, 1000),
    heading_deg=st.none() | st.floats(0, 360),
    altitude_m=st.none() | st.floats(-1000, 20_000),
    battery=st.none() | st.floats(0, 1),
    charging=st.none() | st.booleans(),
    mock=st.none() | st.booleans(),
)


@given(st.lists(FIXES, min_size=1, max_size=30))
def test_what_is_unpacked_is_what_was_packed(fixes: list[NewFix]) -> None:
    columns = columns_of(fixes)
    again = unpack(pack(columns))
    for name in NAMES:
        assert np.array_equal(getattr(again, name), getattr(columns, name)), name


@given(FIXES)
def test_a_fix_is_kept_to_its_resolution(fix: NewFix) -> None:
    (at_ms,), (lng,), (lat,) = (getattr(columns_of([fix]), name) for name in ("at_ms", "lng_e7", "lat_e7"))
    assert abs(from_ms(int(at_ms)) - fix.at) < timedelta(milliseconds=1)
    assert abs(lng / 1e7 - fix.lng) <= 0.5000001e-7
    assert abs(lat / 1e7 - fix.lat) <= 0.5000001e-7


def test_what_a_phone_did_not_say_stays_unsaid() -> None:
    columns = columns_of([NewFix(datetime(2026, 11, 23, tzinfo=UTC), 120.0, 31.0, accuracy_m=float("inf"))])
    unsaid = {name: int(getattr(columns, name)[0]) for name in ("accuracy_dm", "speed_cmps", "heading_cdeg")}
    assert set(unsaid.values()) == {UNSAID}


@given(MOMENTS)
def test_moments_are_whole_milliseconds(at: datetime) -> None:
    assert from_ms(to_ms(at)) == at.replace(microsecond=at.microsecond // 1000 * 1000)


def test_parts_are_joined_and_chosen_in_order() -> None:
    columns = columns_of(walk(20))
    halves = [chosen(columns, np.arange(20) < 10), chosen(columns, np.arange(20) >= 10)]
    assert np.array_equal(joined(halves).at_ms, columns.at_ms)
    assert np.array_equal(halves[1].lng_e7, columns.lng_e7[10:])


def test_a_batch_of_sixty_takes_about_thirteen_bytes_for_each_fix() -> None:
    assert len(pack(columns_of(walk(60)))) / 60 < 16
