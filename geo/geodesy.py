"""Measures on the WGS84 ellipsoid (EPSG:4326 input, degrees), by Karney's algorithms as PROJ carries them."""

from math import cos, radians, sin, sqrt

from pyproj import Geod
from shapely import orient_polygons
from shapely.geometry.base import BaseGeometry

_WGS84 = Geod(ellps="WGS84")


def area_m2(shape: BaseGeometry) -> float:
    """Area in square metres of a polygon or multipolygon given in degrees; 0 for anything without an area."""
    # Areas are signed by the winding of each ring: holes must run against their outline, and all parts alike.
    area, _perimeter = _WGS84.geometry_area_perimeter(orient_polygons(shape))
    return abs(float(area))


def whole_area_m2(shape: BaseGeometry) -> float:
    """The area of a leaf as the net keeps it: in whole square metres, so that sums over children are exact."""
    return float(round(area_m2(shape)))


def distance_m(lng: float, lat: float, to_lng: float, to_lat: float) -> float:
    """Length in metres of the shortest way over the ellipsoid between two points given in degrees."""
    _azimuth, _back_azimuth, metres = _WGS84.inv(lng, lat, to_lng, to_lat)
    return float(metres)


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Length of one degree of longitude and of latitude at a latitude (radii of curvature; Snyder 1987, eq. 4-18, 4-20).

    Good for a few kilometres around: over half a degree of latitude the first is off by some 0.3 %.
    """
    w2 = 1 - _WGS84.es * sin(radians(lat)) ** 2
    across = _WGS84.a / sqrt(w2)
    return radians(across * cos(radians(lat))), radians(across * (1 - _WGS84.es) / w2)
