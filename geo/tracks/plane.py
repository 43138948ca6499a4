"""A flat map of metres around one place, and lengths over the ellipsoid for many pairs at once.

The map serves rules that look at some hundred metres; lengths that are told to people are taken over the ellipsoid.
"""

from dataclasses import dataclass

import numpy as np
from pyproj import Geod

from geo.geodesy import metres_per_degree
from geo.tracks.fixes import Floats

_WGS84 = Geod(ellps="WGS84")
# Nearer to a pole a degree of longitude has no length to speak of.
_POLAR_LAT = 89.9


@dataclass(frozen=True)
class Plane:
    lng: float
    lat: float
    m_per_lng: float
    m_per_lat: float

    @classmethod
    def around(cls, lng: Floats, lat: Floats) -> "Plane":
        """The map whose origin lies amid these places; the 180th meridian is no border."""
        first = float(lng[0])
        east = wrapped(lng - first)
        middle_lat = float(lat.min() + lat.max()) / 2
        m_per_lng, m_per_lat = metres_per_degree(max(-_POLAR_LAT, min(_POLAR_LAT, middle_lat)))
        return cls(first + float(east.min() + east.max()) / 2, middle_lat, m_per_lng, m_per_lat)

    def to_metres(self, lng: Floats, lat: Floats) -> Floats:
        """Shape (n, 2): east and north of the origin."""
        return np.column_stack([wrapped(lng - self.lng) * self.m_per_lng, (lat - self.lat) * self.m_per_lat])

    def to_degrees(self, metres: Floats) -> tuple[Floats, Floats]:
        lng = wrapped(metres[:, 0] / self.m_per_lng + self.lng)
        return lng, np.clip(metres[:, 1] / self.m_per_lat + self.lat, -90.0, 90.0)


def wrapped(degrees: Floats) -> Floats:
    """The same directions within -180 to 180; numbers that are there already stay as they are."""
    return np.where(np.abs(degrees) <= 180.0, degrees, (degrees + 180.0) % 360.0 - 180.0)


def lengths_m(lng: Floats, lat: Floats, to_lng: Floats, to_lat: Floats) -> Floats:
    """Metres over the ellipsoid, pair by pair."""
    if not len(lng):
        return np.zeros(0)
    metres: Floats = np.asarray(_WGS84.inv(lng, lat, to_lng, to_lat)[2], dtype=np.float64)
    return metres


def legs_m(lng: Floats, lat: Floats) -> Floats:
    """Metres over the ellipsoid from each place to the next: one fewer than places."""
    return lengths_m(lng[:-1], lat[:-1], lng[1:], lat[1:])
