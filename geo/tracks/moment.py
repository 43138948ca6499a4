"""Where somebody was at a second of a day that is kept for replay; `pwa/src/tracks/moment.ts` says the same for the player."""

from typing import NamedTuple

import numpy as np

from geo.tracks.wire import Replay


class Known(NamedTuple):
    """A place, and the second since 1970 for which it is known."""

    at_s: int
    lng: float
    lat: float


def place_at(track: Replay, at_s: int, since_s: int) -> Known | None:
    """On the way between two points: there, at that second. Where nothing is known of it: at the last point before, with its
    time. None without any point from `since_s` on."""
    last = int(np.searchsorted(track.at_s, at_s, side="right")) - 1
    if last < 0 or track.at_s[last] < since_s:
        return None
    ends_a_run = last in np.cumsum(track.run_points) - 1
    here, there = last, last if ends_a_run else last + 1
    begins, takes = int(track.at_s[here]), int(track.at_s[there] - track.at_s[here])
    share = (at_s - begins) / takes if takes else 0.0
    lng, lat = (float(column[here] + (column[there] - column[here]) * share) for column in (track.lng, track.lat))
    return Known(begins if ends_a_run else at_s, lng, lat)
