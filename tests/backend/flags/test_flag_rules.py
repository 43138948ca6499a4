"""When positions and times are worth telling, and when they are not: each rule at its border."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cases.models import PlaceSource
from backend.flags import rules
from backend.flags.rules import Fix, Reported
from backend.identifiers import new_id
from geo.gcj02 import from_gcj02, to_gcj02

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LNG, LAT = 120.312, 31.761
DEGREE_M = 110_880.0  # of latitude there
HERE = Fix(LNG, LAT, 12.0)


def north(metres: float, **more: object) -> Fix:
    return Fix(LNG, LAT + metres / DEGREE_M, **{"accuracy_m": 12.0} | more)  # type: ignore[arg-type]


def report(fix: Fix = HERE, after: timedelta = timedelta()) -> Reported:
    return Reported(new_id(), new_id(), AT + after, fix)


def test_a_photo_is_away_beyond_500_m_and_the_accuracy() -> None:
    assert rules.photo_away((LNG, LAT + 480 / DEGREE_M), HERE) is None
    assert rules.photo_away((LNG, LAT + 530 / DEGREE_M), HERE) == {"away_m": pytest.approx(530, abs=3)}
    assert rules.photo_away((LNG, LAT + 530 / DEGREE_M), Fix(LNG, LAT, 80.0)) is None


@pytest.mark.parametrize("source", [PlaceSource.GRID, PlaceSource.EXIF])
def test_a_place_that_nobody_measured_is_compared_with_none(source: PlaceSource) -> None:
    assert rules.photo_away((LNG, LAT + 1), Fix(LNG, LAT, None, source)) is None
    assert rules.datum_shift((LNG, LAT + 1), Fix(LNG, LAT, None, source)) is None


@given(st.floats(73.7, 134.7), st.floats(18.3, 53.4), st.booleans())
def test_the_shift_of_chinese_maps_is_told_as_that_alone(lng: float, lat: float, back: bool) -> None:
    ((east, north_),) = (from_gcj02 if back else to_gcj02)(np.array([[lng, lat]]))
    shifted = (float(east), float(north_))
    away = rules.datum_shift(shifted, Fix(lng, lat, 20.0))
    if away:
        assert 200 <= away["away_m"] <= 900
        assert rules.photo_away(shifted, Fix(lng, lat, 20.0)) is None
    else:  # where the shift is small
        assert rules.distance_m(*shifted, lng, lat) < 200


def test_any_other_way_of_the_same_length_is_not_that_shift() -> None:
    ((lng, lat),) = to_gcj02(np.array([[LNG, LAT]]))
    assert rules.datum_shift((float(lng), float(lat)), HERE)
    assert rules.datum_shift((2 * LNG - float(lng), float(lat)), HERE) is None
    assert rules.datum_shift((float(lng), float(lat)), Fix(LNG, LAT, 300.0)) is None


@pytest.mark.parametrize(
    ("hours", "told"), [(0, False), (23.9, False), (24.1, True), (-23.9, False), (-24.1, True), (24 * 200, True)]
)
def test_a_photo_of_another_day_is_told(hours: float, told: bool) -> None:
    facts = rules.photo_aged(AT - timedelta(hours=hours), AT)
    assert facts == ({"before_s": round(hours * 3600)} if told else None)


def test_a_camera_whose_clock_was_never_set_says_nothing() -> None:
    assert rules.photo_aged(datetime(2002, 12, 8, 12, tzinfo=UTC), AT) is None


@pytest.mark.parametrize(("minutes", "told"), [(0, False), (4.9, False), (5.1, True), (-4.9, False), (-5.1, True)])
def test_the_phones_clock_when_it_sends(minutes: float, told: bool) -> None:
    ahead = timedelta(minutes=minutes)
    waited = AT - timedelta(hours=20)  # taken without a signal
    facts = rules.clock_off([waited], AT, AT + ahead)
    assert facts == ({"ahead_s": round(minutes * 60)} if told else None)


def test_a_phone_that_does_not_say_its_time_may_have_waited_but_not_come_from_the_future() -> None:
    assert rules.clock_off([AT - timedelta(days=3)], AT, None) is None
    assert rules.clock_off([AT + timedelta(minutes=4)], AT, None) is None
    assert rules.clock_off([AT, AT + timedelta(minutes=6)], AT, None) == {"ahead_s": 360}
    assert rules.clock_off([], AT, None) is None


def test_nobody_is_faster_than_40_metres_a_second() -> None:
    minute = timedelta(minutes=1)
    assert rules.too_fast(report(), report(north(2_300), minute)) is None
    told = rules.too_fast(report(), report(north(2_500), minute))
    assert told
    assert told["apart_s"] == 60
    assert told["speed_kmh"] == pytest.approx(150, abs=1)
    assert rules.too_fast(report(north(2_500), minute), report()) == told
    assert rules.too_fast(report(), report(north(2_500, accuracy_m=400.0), minute)) is None


def test_a_position_may_jump_by_itself_and_a_pin_may_be_anywhere() -> None:
    second = timedelta(seconds=1)
    assert rules.too_fast(report(), report(north(480), second)) is None
    assert rules.too_fast(report(), report(north(90_000, source=PlaceSource.MAP), second)) is None


def test_the_third_report_with_the_same_coordinates_is_told() -> None:
    quarter = timedelta(minutes=15)
    first, second, third = report(), report(after=quarter), report(after=2 * quarter)
    assert rules.same_place(second, [first]) is None
    assert rules.same_place(third, [second, first]) == {"times": 3}
    assert rules.same_place(report(north(0.1), 2 * quarter), [second, first]) is None
    assert rules.same_place(report(after=timedelta(days=1)), [second, first]) is None


def test_one_fix_may_serve_several_reports_in_a_row() -> None:
    two = timedelta(minutes=2)
    assert rules.same_place(report(after=2 * two), [report(after=two), report()]) is None


def test_no_receiver_is_exact_or_always_equally_exact() -> None:
    assert rules.odd_accuracy(report(Fix(LNG, LAT, 0.0)), []) == {"accuracy_m": 0.0, "times": 1}
    equal = [report() for _ in range(9)]
    assert rules.odd_accuracy(report(), equal[:8]) is None
    assert rules.odd_accuracy(report(), equal) == {"accuracy_m": 12.0, "times": 10}
    assert rules.odd_accuracy(report(), [*equal, report()]) is None  # told once in a run
    assert rules.odd_accuracy(report(), [report(north(5, accuracy_m=9.0)), *equal]) is None
    assert rules.odd_accuracy(report(Fix(LNG, LAT)), equal) is None


@given(st.uuids())
def test_any_id_has_a_time_or_none(identifier: UUID) -> None:
    assert rules.time_in(identifier) is None or identifier.version == 7


def test_an_id_of_our_own_says_when_it_was_made() -> None:
    made = rules.time_in(new_id())
    assert made
    assert abs(made - datetime.now(UTC)) < timedelta(minutes=1)
