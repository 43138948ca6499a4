"""What a run tells of its own noise."""

import numpy as np
import pytest

from geo.tracks.mileage import means
from geo.tracks.noise import Noise, expected_m, noise_of
from geo.tracks.rules import Travel, rules_for
from geo.tracks.stays import standings
from tests.geo.tracks.generate import PLANE, noise, seen, standing


def walked(memory_s: float, sigma_m: float = 5.0) -> list[tuple[np.ndarray, np.ndarray]]:
    at_s = np.arange(0, 3600.0)
    straight = np.column_stack([1.2 * at_s, 0 * at_s])
    return [means(at_s, straight + noise(at_s, sigma_m, memory_s, np.random.default_rng(3)), 5.0)]


def test_an_error_is_forgotten_as_its_memory_says() -> None:
    kept = Noise(sigma_m=5.0, memory_s=10.0).kept(np.array([0.0, 10.0, 20.0]))
    assert kept == pytest.approx([1, np.exp(-1), np.exp(-2)])
    assert (Noise(5.0, 0.0).kept(np.array([0.1, 5.0])) == 0).all()


def test_noise_that_jumps_is_told_from_noise_that_wanders() -> None:
    jumps, wanders = (noise_of(walked(memory_s), 5.0, 5.0) for memory_s in (0.3, 30.0))
    # Of noise that jumps, means over five fixes keep less than half.
    assert jumps.sigma_m == pytest.approx(5 / np.sqrt(5), rel=0.3)
    assert jumps.memory_s < 4
    assert wanders.sigma_m == pytest.approx(5, rel=0.3)
    assert 15 < wanders.memory_s < 60


def test_little_of_a_walk_leaves_what_was_expected() -> None:
    (at_s, metres) = walked(10.0)[0]
    assert noise_of([(at_s[:12], metres[:12])], 4.0, 5.0).sigma_m == 4.0
    assert noise_of([], 4.0, 5.0).sigma_m == 4.0


def test_standing_speaks_where_the_phone_says_nothing_and_half_where_it_does() -> None:
    fixes = seen(standing(30), 1, every_s=5, sigma_m=6, memory_s=10)
    at_s = (fixes.at_ms - fixes.at_ms[0]) / 1000
    metres = PLANE.to_metres(fixes.lng, fixes.lat)
    stood = standings(at_s, metres, fixes.accuracy_m, rules_for(Travel.WALK))
    unsaid = expected_m(None, at_s, metres, stood, usual_accuracy_m=7.5)
    assert unsaid == pytest.approx(6, rel=0.25)
    # 18 m (68 %) is 12 m by axis: the middle of 12 and of what was seen.
    assert expected_m(18.0, at_s, metres, stood, 7.5) == pytest.approx(np.sqrt(12 * unsaid))
    assert expected_m(18.0, at_s, metres, [], 7.5) == 12.0
    assert expected_m(None, at_s, metres, [], 7.5) == 5.0
