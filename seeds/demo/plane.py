"""The local plane the demo town is drawn in, metres east and north of 120.32 E 31.80 N, and ways to draw in it."""

import math

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from shapely import LineString, Polygon, affinity

Points = NDArray[np.float64]

_PLANE = "+proj=tmerc +lat_0=31.80 +lon_0=120.32 +ellps=GRS80 +units=m"
_TO_LNG_LAT = Transformer.from_crs(_PLANE, "EPSG:4326", always_xy=True)
_TO_METRES = Transformer.from_crs("EPSG:4326", _PLANE, always_xy=True)


def to_lng_lat(points: Points) -> Points:
    """Plane metres (n, 2) to WGS84 longitude and latitude, rounded to 6 decimals (about 0.1 m)."""
    lng, lat = _TO_LNG_LAT.transform(points[:, 0], points[:, 1])
    return np.round(np.column_stack([lng, lat]), 6)


def to_metres(points: Points) -> Points:
    """WGS84 longitude and latitude (n, 2) to plane metres."""
    return np.column_stack(_TO_METRES.transform(points[:, 0], points[:, 1]))


def curve(corners_km: str, closed: bool = False) -> Points:
    """A smooth line near hand-set corners, written `east,north east,north …` in km (Chaikin's corner cutting)."""
    points = np.array([[float(km) for km in corner.split(",")] for corner in corners_km.split()]) * 1000
    for _ in range(3):
        following = np.roll(points, -1, axis=0) if closed else points[1:]
        current = points if closed else points[:-1]
        cut = np.empty((2 * len(current), 2))
        cut[0::2], cut[1::2] = 0.75 * current + 0.25 * following, 0.25 * current + 0.75 * following
        points = cut if closed else np.vstack([points[:1], cut, points[-1:]])
    return points


def blob(east_m: float, north_m: float, long_m: float, short_m: float, heading_deg: float) -> Polygon:
    """An ellipse with an uneven edge, in plane metres; where it lies decides how its edge runs."""
    turn = np.linspace(0, 2 * math.pi, 60, endpoint=False)
    reach = 1 + 0.07 * np.sin(3 * turn + north_m) + 0.05 * np.sin(7 * turn + east_m)
    edge = np.column_stack([long_m * reach * np.cos(turn), short_m * reach * np.sin(turn)])
    return affinity.translate(affinity.rotate(Polygon(edge), heading_deg, (0, 0)), east_m, north_m)


def meander(points: Points, swing_m: float) -> Points:
    """The course of a river that swings to both sides of `points`, in waves of 2.3 km and of about a third of that."""
    line = LineString(points)
    along_m = np.linspace(0, line.length, int(line.length / 90) + 1)
    course = np.array([line.interpolate(d).coords[0] for d in along_m])
    ahead = np.gradient(course, axis=0)
    left = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.linalg.norm(ahead, axis=1, keepdims=True)
    swing = np.sin(2 * math.pi * along_m / 2300) + 0.5 * np.sin(2 * math.pi * along_m / 851 + 1.3)
    meandering: Points = course + left * (swing_m * swing)[:, None]
    return meandering
