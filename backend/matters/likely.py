"""Which matters are likeliest here and now: what was reported nearby of late, the more the nearer, the newer, and the closer
to this hour and kind of day; what the catalogue says is frequent decides where little was seen. Pure.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from backend.clock import SHANGHAI

HALF_LIFE_DAYS = 10.0
# Stalls open and litter falls at their hours: three hours away counts about half as much.
HOURS_ALIKE = 3.5
LEAST_BY_HOUR = 0.3
OTHER_KIND_OF_DAY = 0.7
# At this distance a sighting counts half.
HALF_DISTANCE_M = 800.0
# What the most frequent matter of the catalogue counts without being seen: less than one fresh sighting, more than an old one.
FREQUENCY = 0.15


class SeenMatter(NamedTuple):
    """A case nearby: which matter, when it was opened (aware), how far away."""

    matter_code: str
    opened_at: datetime
    distance_m: float


def likely(seen: Sequence[SeenMatter], at: datetime, weights: Mapping[str, float], count: int = 6) -> list[str]:
    """Codes of the likeliest matters, most likely first. Only those of `weights` are offered, and each at most once."""
    most = max(weights.values(), default=0.0) or 1.0
    scores: dict[str, float] = defaultdict(float)
    for sighting in seen:
        scores[sighting.matter_code] += _counts_for(sighting, at)

    def rank(code: str) -> tuple[float, float, str]:
        return -(scores.get(code, 0.0) + FREQUENCY * weights[code] / most), -weights[code], code

    return sorted(weights, key=rank)[:count]


def _counts_for(sighting: SeenMatter, at: datetime) -> float:
    """How much a sighting counts: 1 for one here and now."""
    then, now = sighting.opened_at.astimezone(SHANGHAI), at.astimezone(SHANGHAI)
    days = max((at - sighting.opened_at).total_seconds(), 0.0) / 86_400
    apart = abs((then.hour + then.minute / 60) - (now.hour + now.minute / 60))
    apart = min(apart, 24 - apart)
    by_hour = LEAST_BY_HOUR + (1 - LEAST_BY_HOUR) * math.exp(-((apart / HOURS_ALIKE) ** 2))
    by_day = 1.0 if (then.weekday() < 5) == (now.weekday() < 5) else OTHER_KIND_OF_DAY
    by_distance = 0.5 ** (sighting.distance_m / HALF_DISTANCE_M)
    return float(0.5 ** (days / HALF_LIFE_DAYS) * by_hour * by_day * by_distance)
