"""Areas on the ellipsoid against values that others have published or that follow from the ellipsoid's definition."""

from math import atanh, pi, radians, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.affinity import translate

from geo.geodesy import area_m2

# WGS84 as defined by NIMA TR8350.2, table 3.1.
A_M = 6_378_137.0
F = 1 / 298.257223563
E2 = F * (2 - F)


def zone_m2(south: float, north: float) -> float:
    """Area of the whole ellipsoid between two latitudes (Snyder, Map Projections: A Working Manual, 1987, eq. 3-12)."""

    def q(latitude: float) -> float:
        s, e = sin(radians(latitude)), sqrt(E2)
        return (1 - E2) * (s / (1 - E2 * s * s) + atanh(e * s) / e)

    return pi * A_M**2 * (q(north) - q(south))


def dense_box(west: float, south: float, east: float, north: float) -> Polygon:
    """A box whose parallels have so many points that their geodesics do not leave them."""
    steps = 2000
    lngs = [west + (east - west) * n / steps for n in range(steps + 1)]
    return Polygon([(lng, south) for lng in lngs] + [(lng, north) for lng in reversed(lngs)])


def test_antarctica_of_geographiclib() -> None:
    # The coast of GeographicLib's Planimeter(1), which answers 13662703680020.1 m².
    coast = [
        (-58, -63.1), (-74, -72.9), (-102, -71.9), (-102, -74.9), (-131, -74.3), (-163, -77.5), (163, -77.4),
        (172, -71.7), (140, -65.9), (113, -65.7), (88, -66.6), (59, -66.9), (25, -69.8), (-4, -70.0),
        (-14, -71.0), (-33, -77.3), (-46, -77.9), (-61, -74.7),
    ]  # fmt: skip
    assert area_m2(Polygon(coast)) == pytest.approx(13_662_703_680_020.1, abs=0.1)


@pytest.mark.parametrize(
    ("west", "south", "east", "north"), [(120, 31, 121, 32), (0, 0, 1, 1), (-70, -40, -69, -39), (10, 60, 12, 61)]
)
def test_a_graticule_cell_has_its_share_of_the_zone(west: float, south: float, east: float, north: float) -> None:
    share = zone_m2(south, north) * (east - west) / 360
    assert area_m2(dense_box(west, south, east, north)) == pytest.approx(share, rel=1e-7)


def test_an_octant_is_an_eighth_of_the_ellipsoid() -> None:
    # Total surface of WGS84: 510065621724088 m² (GeographicLib, Geodesic.EllipsoidArea).
    assert area_m2(Polygon([(0, 0), (90, 0), (0, 90)])) == pytest.approx(510_065_621_724_088 / 8, rel=1e-9)


SMALL = st.tuples(st.floats(-179, 178), st.floats(-80, 79), st.floats(0.001, 0.5), st.floats(0.001, 0.5)).map(
    lambda b: box(b[0], b[1], b[0] + b[2], b[1] + b[3])
)


def turned(shape: Polygon, *, turn: bool) -> Polygon:
    return shape.reverse() if turn else shape


@given(SMALL, st.booleans(), st.booleans())
def test_area_does_not_depend_on_the_winding_of_outlines_and_holes(shape: Polygon, turn: bool, turn_hole: bool) -> None:
    west, south, east, north = shape.bounds
    fourth_lng, fourth_lat = (east - west) / 4, (north - south) / 4
    hole = box(west + fourth_lng, south + fourth_lat, east - fourth_lng, north - fourth_lat)
    ring = Polygon(turned(shape, turn=turn).exterior.coords, [turned(hole, turn=turn_hole).exterior.coords])
    assert area_m2(ring) == pytest.approx(area_m2(shape) - area_m2(hole), rel=1e-6)


@given(SMALL, st.booleans(), st.booleans())
def test_area_adds_up_over_parts(shape: Polygon, turn: bool, turn_other: bool) -> None:
    other = translate(shape, xoff=0.6)
    both = MultiPolygon([turned(shape, turn=turn), turned(other, turn=turn_other)])
    assert area_m2(both) == pytest.approx(area_m2(shape) + area_m2(other), rel=1e-9)


@given(SMALL, st.floats(-1, 1))
def test_area_does_not_change_along_a_parallel(shape: Polygon, degrees: float) -> None:
    assert area_m2(translate(shape, xoff=degrees)) == pytest.approx(area_m2(shape), rel=1e-6)


@pytest.mark.parametrize("shape", [Point(120, 31), LineString([(120, 31), (121, 32)]), Polygon(), MultiPolygon()])
def test_what_has_no_area_has_none(shape: object) -> None:
    assert area_m2(shape) == 0  # type: ignore[arg-type]
