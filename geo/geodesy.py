"""Measures on the WGS84 ellipsoid (EPSG:4326 input, degrees), by Karney's algorithms as PROJ carries them."""

from pyproj import Geod
from shapely import orient_polygons
from shapely.geometry.base import BaseGeometry

_WGS84 = Geod(ellps="WGS84")


def area_m2(shape: BaseGeometry) -> float:
    """Area in square metres of a polygon or multipolygon given in degrees; 0 for anything without an area."""
    # Areas are signed by the winding of each ring: holes must run against their outline, and all parts alike.
    area, _perimeter = _WGS84.geometry_area_perimeter(orient_polygons(shape))
    return abs(float(area))
