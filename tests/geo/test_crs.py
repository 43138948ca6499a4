"""Coordinate systems: each is known by its definition, and gives the same place back."""

import numpy as np
import pytest
from pyproj import CRS, Transformer

from geo.crs import SYSTEMS, candidates, from_wgs84, identify, to_wgs84

COUNTY = (120.0, 31.6, 120.6, 32.0)
PLACE = np.array([[120.3664, 31.8045]])


@pytest.mark.parametrize("epsg", SYSTEMS)
@pytest.mark.parametrize("dialect", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_every_system_is_known_in_every_dialect(epsg: int, dialect: str) -> None:
    assert identify(CRS.from_epsg(epsg).to_wkt(dialect)).epsg == epsg


@pytest.mark.parametrize("name", ["EPSG:4490", "urn:ogc:def:crs:EPSG::4490"])
def test_names_of_geojson_are_known(name: str) -> None:
    assert identify(name).epsg == 4490


def test_crs84_is_wgs84() -> None:
    assert identify("urn:ogc:def:crs:OGC:1.3:CRS84").epsg == 4326


@pytest.mark.parametrize(
    ("epsg", "why"),
    [
        (4610, "xian_1980"),
        (2364, "xian_1980"),
        (2343, "xian_1980"),
        (4214, "beijing_1954"),
        (2437, "beijing_1954"),
        (32651, "unknown"),
        (27700, "unknown"),
    ],
)
def test_other_systems_are_named_and_refused(epsg: int, why: str) -> None:
    found = identify(CRS.from_epsg(epsg).to_wkt("WKT1_ESRI"))
    assert (found.epsg, found.refused) == (None, why)


@pytest.mark.parametrize("definition", ["", "nonsense", "EPSG:99999999", 'GEOGCS["x"', "PROJCS[]", "\0", "6" * 10_000])
def test_nonsense_is_unknown(definition: str) -> None:
    assert identify(definition).refused == "unknown"


def test_zone_40_and_its_meridian_differ_by_the_zone_number_alone() -> None:
    zoned, plain = from_wgs84(PLACE, 4528)[0], from_wgs84(PLACE, 4549)[0]
    assert zoned == pytest.approx((plain[0] + 40_000_000, plain[1]))
    assert plain == pytest.approx(Transformer.from_crs(4490, 4549, always_xy=True).transform(*PLACE[0]))


@pytest.mark.parametrize("epsg", SYSTEMS)
def test_there_and_back(epsg: int) -> None:
    meridian = 3.0 * (25 + (epsg - 4513) % 21)
    place = np.array([[meridian + 1.2, 31.8045]]) if epsg > 4512 else PLACE
    assert to_wgs84(from_wgs84(place, epsg), epsg) == pytest.approx(place, abs=1e-9)


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("epsg", [4326, 4490, 4528, 4549, 3857])
def test_a_system_is_found_by_where_the_layer_lies(epsg: int, swapped: bool) -> None:
    x, y = from_wgs84(PLACE, epsg)[0]
    found = candidates((y, x) if swapped else (x, y), COUNTY)
    near = {candidate.epsg for candidate in found if candidate.away_km == 0 and candidate.swapped == swapped}
    assert near == ({4326, 4490} if epsg in {4326, 4490} else {epsg})
    assert not [candidate for candidate in found if candidate.away_km == 0 and candidate.swapped != swapped]
