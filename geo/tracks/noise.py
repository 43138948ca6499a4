"""How far fixes are off, and how long they stay off to the same side: what tells a bend from a wobble."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.tracks.fixes import Floats
from geo.tracks.stays import Standing

# Of a distance that two normal errors of the same spread make, 68 % (what phones state) lie within 1.5 of it.
_ACCURACY_SIGMAS = 1.5
# Standing long enough to tell of the noise, each time and in all.
_STOOD_S, _STOOD_IN_ALL_S = 120.0, 300.0
# Over a longer time people turn.
_LONGEST_LAG_S = 10.0
# What accuracies and standing say of the noise is off by a factor of two either way; what the steps say, by 10 %.
_EXPECTED_SPREAD, _SEEN_SPREAD = 0.7, 0.1
_QUANTILE = 0.4  # a low one: bends are no noise
_FEWEST = 20
# No phone knows better; without it the lattice of coordinates would be noise.
_LEAST_M = 0.5
_MEMORIES = np.linspace(0.0, 0.99, 100)


@dataclass(frozen=True)
class Noise:
    """Standard deviation by axis, and the time after which 1/e of an error is left (0: none of it)."""

    sigma_m: float
    memory_s: float

    def kept(self, later_s: Floats) -> Floats:
        """Which share of an error is left after these times."""
        if self.memory_s <= 0:
            return np.zeros(len(later_s))
        return np.exp(-later_s / self.memory_s)


def noise_of(moves: Sequence[tuple[Floats, Floats]], expected: float, lag_s: float) -> Noise:
    """The noise of moves (moments and places, some `lag_s` apart) of which so many metres by axis are expected.

    Places in threes that lie evenly in time show what is neither place nor even speed. How that grows from one lag to two
    tells how long the noise remembers; where it remembers longer than that, only what is expected of it can tell.
    """
    lags = [1, 2] if 2 * lag_s <= _LONGEST_LAG_S else [1]
    squares = [
        np.concatenate([_bent(at_s, metres, lag, lag_s) for at_s, metres in moves] or [np.zeros(0)]) for lag in lags
    ]
    if min(map(len, squares)) < _FEWEST:
        return Noise(expected, lag_s / np.log(2))
    # A sum of two squared normals of variance v has the quantile -2 ln(1 - q) v.
    seen = np.log([np.quantile(each, _QUANTILE) / (-2 * np.log(1 - _QUANTILE)) + 1e-12 for each in squares])
    by_memory = np.log([1.5 - 2 * _MEMORIES**lag + 0.5 * _MEMORIES ** (2 * lag) for lag in lags])
    trust_seen, trust_expected = _SEEN_SPREAD**-2, _EXPECTED_SPREAD**-2
    rest = seen[:, None] - by_memory
    log_variance = (trust_seen * rest.sum(axis=0) + trust_expected * 2 * np.log(expected)) / (
        trust_seen * len(lags) + trust_expected
    )
    off = (
        trust_seen * ((rest - log_variance) ** 2).sum(axis=0)
        + trust_expected * (log_variance - 2 * np.log(expected)) ** 2
    )
    best = int(np.argmin(off))
    kept = float(_MEMORIES[best])
    return Noise(max(float(np.exp(log_variance[best] / 2)), _LEAST_M), -lag_s / np.log(kept) if kept > 0 else 0.0)


def _bent(at_s: Floats, metres: Floats, lag: int, lag_s: float) -> Floats:
    """Squared distances of places from the way between the ones `lag` before and after, where these are as far in time."""
    if len(at_s) <= 2 * lag:
        return np.zeros(0)
    before_s, after_s = at_s[lag:-lag] - at_s[: -2 * lag], at_s[2 * lag :] - at_s[lag:-lag]
    even = np.maximum(np.abs(before_s - lag * lag_s), np.abs(after_s - lag * lag_s)) <= 0.3 * lag_s
    share = (before_s / (before_s + after_s))[:, None]
    off = metres[lag:-lag] - (1 - share) * metres[: -2 * lag] - share * metres[2 * lag :]
    squares: Floats = (off**2).sum(axis=1)[even]
    return squares


def expected_m(
    accuracy_m: float | None, at_s: Floats, metres: Floats, standing: Sequence[Standing], usual_accuracy_m: float
) -> float:
    """What a stated accuracy (68 %) and the scatter while standing let expect of the noise, metres by axis.

    The middle of both where both are known: phones lie about the one, and hold still while standing to hide the other.
    """
    stated = None if accuracy_m is None else accuracy_m / _ACCURACY_SIGMAS
    stood = [(at_s[one.last] - at_s[one.first], metres[one.first : one.last + 1]) for one in standing]
    stood = [(seconds, places) for seconds, places in stood if seconds >= _STOOD_S]
    if sum(seconds for seconds, _ in stood) < _STOOD_IN_ALL_S:
        return stated or usual_accuracy_m / _ACCURACY_SIGMAS
    variances = [float(places.var(axis=0).mean()) for _, places in stood]
    scatter = float(np.sqrt(np.average(variances, weights=[seconds for seconds, _ in stood])))
    return max(scatter, _LEAST_M) if stated is None else float(np.sqrt(stated * max(scatter, stated / 4)))
