"""Every threshold by which a track is derived, with its unit in the name. What they rest on is in docs/decisions/0022."""

from dataclasses import dataclass, replace
from enum import StrEnum

_KMH = 1 / 3.6


class Travel(StrEnum):
    """How a person went about a patrol."""

    WALK = "walk"
    EBIKE = "ebike"
    CAR = "car"


@dataclass(frozen=True)
class Rules:
    """A change of any threshold takes a new `version`; both go into a day's input hash."""

    version: int
    travel: Travel

    # Time sanity: 2000-01-01 to 2100-01-01.
    earliest_ms: int = 946_684_800_000
    latest_ms: int = 4_102_444_800_000
    # Of the fixes of one device in one such stretch only the best counts: bounds the work by time, whatever is sent.
    crowding_ms: int = 500

    # The accuracy gate; an accuracy that is absent, zero or negative is unknown and taken as the second.
    accuracy_limit_m: float = 50.0
    unknown_accuracy_m: float = 20.0

    # Several devices: one speaks at a time, and keeps speaking unless another is so many times better.
    source_window_ms: int = 60_000
    source_slot_ms: int = 10_000
    source_better_times: float = 1.5

    # The two-sided speed test. A place out of reach is believed if so many fixes over so long agree on it.
    speed_limit_mps: float = 25 * _KMH
    # Of two errors with a stated accuracy (68 %) each, 99 % lie within so many times the sum of both.
    jitter_m: float = 10.0
    jitter_accuracies: float = 1.5
    believed_fixes: int = 6
    believed_s: float = 30.0

    # Nothing is joined over a longer silence, nor over more of a gap that the phone declared.
    silence_s: float = 300.0
    declared_s: float = 20.0

    # Standing: within each of these windows spread and net displacement stay below so many accuracies, at least the floor.
    standing_windows_s: tuple[float, ...] = (90.0, 180.0)
    standing_floor_m: float = 10.0
    standing_spread_accuracies: float = 1.0
    standing_net_accuracies: float = 0.6
    standing_edge_accuracies: float = 2.5
    standing_s: float = 45.0
    standing_merge_s: float = 120.0
    standing_merge_m: float = 20.0
    stay_s: float = 180.0

    # Mileage: of means over this time; a leg must be worth this (twice a log likelihood) and as long as the anchor. So much of
    # the way between two means is lost at a bend. Setting off and arriving is looked for this far within a standing.
    mean_s: float = 5.0
    leg_cost: float = 11.0
    anchor_m: float = 10.0
    bend_share: float = 0.28
    edge_s: float = 45.0
    usual_accuracy_m: float = 7.5

    # Dwell.
    interval_cap_s: float = 120.0
    enter_fixes: int = 2
    enter_s: float = 30.0
    exit_s: float = 60.0

    # Coverage, and the tracks for display.
    reach_m: float = 20.0
    levels_m: tuple[float, ...] = (3.0, 12.0, 50.0)


# Days that were made by another version are made again while their fixes live.
VERSION = 2
_WALK = Rules(version=VERSION, travel=Travel.WALK)
# Vehicles speed up and slow down: their legs are shorter in time.
_VEHICLES = {
    Travel.EBIKE: replace(_WALK, travel=Travel.EBIKE, speed_limit_mps=45 * _KMH, mean_s=3.0),
    Travel.CAR: replace(_WALK, travel=Travel.CAR, speed_limit_mps=120 * _KMH, mean_s=2.0, accuracy_limit_m=100.0),
}


def rules_for(travel: Travel) -> Rules:
    """The rules in force.

    On foot the limit is 25 km/h: a worker may run. What goes faster for longer counts for nothing, because it was not on foot.
    """
    return _WALK if travel is Travel.WALK else _VEHICLES[travel]
