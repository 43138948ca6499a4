"""The county's scheme: weights, volume bands and thresholds as data, the usual one, and the score that follows. Pure.

The usual weights are those of the urban-management platforms as far as they say what they mean; where they do not, and why,
is in docs/decisions/0026. Only organisations have a score.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from backend.assessment.indicators import BY_KEY, Direction, Figure
from backend.wire import Wire

VOLUME = "volume"
DAYS_OF_A_MONTH = 30.0
# With less than this share of the weights known there is no score: a single figure is no assessment.
LEAST_KNOWN = 0.5


class Scored(StrEnum):
    """Who has a score: squads and their units (处置), towns and villages (区域), their collecting (采集), the desk (指挥)."""

    SQUADS = "squads"
    PLACES = "places"
    COLLECTING = "collecting"
    DESK = "desk"


class Band(Wire):
    """Up to this many cases a month earn this many points; without `up_to`, any number."""

    up_to: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    points: Annotated[int, Field(ge=0, le=100)]


class Thresholds(Wire):
    """From when on something is worth a look; see `anomalies.py`."""

    settled_least: Annotated[int, Field(ge=1, le=10_000)] = 20
    settled_share: Annotated[int, Field(ge=1, le=100)] = 60
    cluster_reports: Annotated[int, Field(ge=2, le=1_000)] = 5
    cluster_minutes: Annotated[int, Field(ge=1, le=1_440)] = 10
    cluster_metres: Annotated[int, Field(ge=1, le=1_000)] = 30
    bounced_times: Annotated[int, Field(ge=1, le=20)] = 2
    fast_minutes: Annotated[int, Field(ge=1, le=1_440)] = 3
    away_metres: Annotated[int, Field(ge=50, le=100_000)] = 300
    just_percent: Annotated[int, Field(ge=50, le=100)] = 95
    just_least: Annotated[int, Field(ge=1, le=10_000)] = 5
    just_share: Annotated[int, Field(ge=1, le=100)] = 50


Weights = Annotated[
    dict[Annotated[str, Field(max_length=32)], Annotated[int, Field(ge=0, le=100)]], Field(max_length=20)
]


class SchemeContent(Wire):
    """Weights in per cent by whom they score, adding up to 100 each; bands, ascending, the last one without an end.

    With fewer than `least_due` cases due an organisation has no score: so few tell nothing.
    """

    weights: Annotated[dict[Scored, Weights], Field(max_length=4)]
    bands: Annotated[list[Band], Field(min_length=1, max_length=20)]
    least_due: Annotated[int, Field(ge=1, le=1_000)] = 5
    thresholds: Thresholds = Thresholds()

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for scored in Scored:
            weights = self.weights.get(scored)
            if not weights or sum(weights.values()) != 100:
                raise ValueError(f"the weights of {scored} must add up to 100")
            for key in weights:
                if key != VOLUME and (key not in BY_KEY or BY_KEY[key].direction == Direction.NONE):
                    raise ValueError(f"{key} is no indicator that can be scored")
            if VOLUME in weights and scored != Scored.SQUADS:
                raise ValueError("only squads have bands of volume")
        ends = [band.up_to for band in self.bands]
        if ends[-1] is not None or None in ends[:-1] or ends[:-1] != sorted(set(filter(None, ends))):
            raise ValueError("bands must rise, and only the last one has no end")
        return self


USUAL = SchemeContent(
    weights={
        Scored.SQUADS: {VOLUME: 10, "closing": 30, "on_time": 30, "rework": 30},
        Scored.PLACES: {"missed": 20, "closing": 40, "closing_on_time": 40},
        Scored.COLLECTING: {"filing": 40, "missed": 20, "verifying": 20, "inspecting": 20},
        Scored.DESK: {"dispatching": 40, "right_dispatch": 40, "right_filing": 20},
    },
    bands=[
        Band(up_to=50, points=100),
        Band(up_to=100, points=90),
        Band(up_to=200, points=75),
        Band(up_to=500, points=60),
        Band(up_to=1000, points=40),
        Band(points=0),
    ],
)


def score_of(scheme: SchemeContent, scored: Scored, figures: Mapping[str, Figure], *, days: int) -> float | None:
    """Points from 0 to 100 with one decimal; None while fewer cases were due than the scheme asks for,
    or less than half of the weights have a figure.

    What has no figure (nothing was due) is left out and the others weigh so much more. Volume is taken per 30 days.
    """
    due = figures.get("due")
    if due is None or due.part < scheme.least_due:
        return None
    points, known = 0.0, 0
    weights = scheme.weights[scored]
    for key, weight in weights.items():
        earned = _volume_points(scheme, figures, days) if key == VOLUME else _rate_points(key, figures)
        if earned is not None:
            points += weight * earned
            known += weight
    if known < LEAST_KNOWN * sum(weights.values()) or not known:
        return None
    return round(points / known, 1)


def _rate_points(key: str, figures: Mapping[str, Figure]) -> float | None:
    figure = figures.get(key)
    rate = figure.rate if figure else None
    if rate is None:
        return None
    return 100 * (1 - rate if BY_KEY[key].direction == Direction.DOWN else rate)


def _volume_points(scheme: SchemeContent, figures: Mapping[str, Figure], days: int) -> float | None:
    taken = figures.get("taken")
    if taken is None or not taken.part:
        return None
    monthly = taken.part * DAYS_OF_A_MONTH / max(1, days)
    return float(next(band.points for band in scheme.bands if band.up_to is None or monthly <= band.up_to))


def ranks(scores: Mapping[str, float | None]) -> dict[str, int]:
    """The place of each that has a score, the best first; equals share a place."""
    known = sorted((score for score in scores.values() if score is not None), reverse=True)
    return {key: known.index(score) + 1 for key, score in scores.items() if score is not None}
