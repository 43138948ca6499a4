"""The coordinate reference systems in which Chinese layers come, and from each of them to WGS84 degrees.

CGCS2000 is taken as WGS84: the two differ by some decimetres, less than the border of a grid is known. Older datums
(Xi'an 1980, Beijing 1954) lie up to 100 m off and their shift is not public: they are named, never converted.
Coordinates are x before y (east before north) whatever the authority's axis order is.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

Floats = NDArray[np.float64]
Refusal = Literal["xian_1980", "beijing_1954", "unknown"]

WGS84, CGCS2000, WEB_MERCATOR = 4326, 4490, 3857
# 3-degree Gauss-Krüger on CGCS2000: central meridians 75°E to 135°E, with the zone number in the easting or without.
FIRST_ZONED, FIRST_BY_MERIDIAN, FIRST_ZONE, ZONES = 4513, 4534, 25, 21
CGCS2000_FLATTENING, XIAN_FLATTENING, BEIJING_FLATTENING = 298.257222101, 298.257, 298.3
CHINA = (73.0, 3.0, 136.0, 54.0)


def _systems() -> dict[int, str]:
    named = {WGS84: "WGS 84", CGCS2000: "CGCS2000", WEB_MERCATOR: "WGS 84 / Web Mercator"}
    for n in range(ZONES):
        named[FIRST_ZONED + n] = f"CGCS2000 / 3-degree Gauss-Krüger zone {FIRST_ZONE + n}"
        named[FIRST_BY_MERIDIAN + n] = f"CGCS2000 / 3-degree Gauss-Krüger CM {3 * (FIRST_ZONE + n)}E"
    return named


SYSTEMS: dict[int, str] = _systems()
"""EPSG code to name, of every system that is read."""


@dataclass(frozen=True)
class Identified:
    """What a file says its system is: one of SYSTEMS, or None and why not."""

    epsg: int | None
    name: str
    refused: Refusal | None = None


def identify(definition: str) -> Identified:
    """The system that this WKT (OGC or ESRI) or authority code names."""
    try:
        crs = CRS.from_user_input(definition)
        ellipsoid = crs.ellipsoid
        flattening = float(ellipsoid.inverse_flattening) if ellipsoid else 0.0
        datum = str(crs.datum.name if crs.datum else "").lower()
        epsg = _epsg(crs, datum, flattening)
    except (CRSError, ProjError, ValueError, TypeError, AttributeError):
        return Identified(None, definition[:80], "unknown")
    if epsg:
        return Identified(epsg, SYSTEMS[epsg])
    if "xian" in datum or "xi'an" in datum or abs(flattening - XIAN_FLATTENING) < 1e-9:
        return Identified(None, crs.name, "xian_1980")
    if "beijing" in datum or abs(flattening - BEIJING_FLATTENING) < 1e-6:
        return Identified(None, crs.name, "beijing_1954")
    return Identified(None, crs.name, "unknown")


def _epsg(crs: CRS, datum: str, flattening: float) -> int | None:
    """By what the definition says, not by what it is called: ESRI's names differ from EPSG's."""
    of_china = "china" in datum or "cgcs" in datum or abs(flattening - CGCS2000_FLATTENING) < 1e-8
    if crs.is_geographic:
        if of_china:
            return CGCS2000
        return WGS84 if "84" in datum or "wgs" in datum else None
    if not crs.is_projected or crs.coordinate_operation is None:
        return None
    operation = crs.coordinate_operation
    if "mercator" in operation.method_name.lower() and "transverse" not in operation.method_name.lower():
        return WEB_MERCATOR if crs.to_epsg() == WEB_MERCATOR or "pseudo" in operation.method_name.lower() else None
    terms = {term.name.lower(): float(term.value) for term in operation.params}
    return _gauss_kruger(terms) if of_china and crs.axis_info[0].unit_conversion_factor == 1.0 else None


def _gauss_kruger(terms: dict[str, float]) -> int | None:
    meridian = terms.get("longitude of natural origin", 0.0)
    plain = terms.get("scale factor at natural origin") == 1.0 and not terms.get("latitude of natural origin")
    zone = round(meridian / 3)
    if (
        not plain
        or abs(meridian - 3 * zone) > 1e-9
        or not 0 <= zone - FIRST_ZONE < ZONES
        or terms.get("false northing")
    ):
        return None
    match terms.get("false easting"):
        case 500_000.0:
            return FIRST_BY_MERIDIAN + zone - FIRST_ZONE
        case easting if easting == zone * 1_000_000 + 500_000:
            return FIRST_ZONED + zone - FIRST_ZONE
    return None


def in_degrees(epsg: int) -> bool:
    return epsg in {WGS84, CGCS2000}


@lru_cache(maxsize=64)
def _inverse(epsg: int) -> Transformer:
    # To the geographic system of the same datum: no datum shift is ever applied.
    return Transformer.from_crs(epsg, WGS84 if epsg == WEB_MERCATOR else CGCS2000, always_xy=True)


@lru_cache(maxsize=64)
def _forward(epsg: int) -> Transformer:
    return Transformer.from_crs(WGS84 if epsg == WEB_MERCATOR else CGCS2000, epsg, always_xy=True)


def to_wgs84(xy: Floats, epsg: int) -> Floats:
    """Degrees (lng, lat) of an (n, 2) array in one of SYSTEMS; what cannot be converted becomes infinite."""
    if in_degrees(epsg):
        return xy
    return np.column_stack(_inverse(epsg).transform(xy[:, 0], xy[:, 1]))


def from_wgs84(lng_lat: Floats, epsg: int) -> Floats:
    """The other way round, for files made in that system."""
    if in_degrees(epsg):
        return lng_lat
    return np.column_stack(_forward(epsg).transform(lng_lat[:, 0], lng_lat[:, 1]))


@dataclass(frozen=True)
class Candidate:
    """A system in which the layer would lie in China; `away_km` from the county, 0 where it would touch it."""

    epsg: int
    name: str
    away_km: float
    swapped: bool


def candidates(middle: tuple[float, float], county: tuple[float, float, float, float] | None) -> list[Candidate]:
    """Every system that puts a layer with this middle into China, nearest to the county's bounds (degrees) first.

    With `swapped`, only if x and y are exchanged, as in files whose first axis is north. Among equals CGCS2000 goes
    first, as the law has it for new surveys.
    """
    found = []
    for epsg, name in SYSTEMS.items():
        for swapped in (False, True):
            xy = np.array([middle[::-1] if swapped else middle], dtype=float)
            lng, lat = (float(value) for value in to_wgs84(xy, epsg)[0])
            if CHINA[0] <= lng <= CHINA[2] and CHINA[1] <= lat <= CHINA[3] and _in_its_zone(epsg, lng):
                found.append(Candidate(epsg, name, _away_km((lng, lat), county), swapped))
    return sorted(found, key=lambda c: (c.swapped, round(c.away_km), c.epsg == WGS84, c.epsg == WEB_MERCATOR, c.epsg))


def _in_its_zone(epsg: int, lng: float) -> bool:
    if epsg < FIRST_ZONED:
        return True
    meridian = 3 * (FIRST_ZONE + (epsg - FIRST_ZONED) % ZONES)
    return abs(lng - meridian) <= 2.5  # a county at the edge of two zones keeps to one of them


def _away_km(place: tuple[float, float], county: tuple[float, float, float, float] | None) -> float:
    if county is None:
        return 0.0
    west, south, east, north = county
    lng, lat = place
    d_lng = max(west - lng, 0.0, lng - east) * np.cos(np.radians(lat))
    d_lat = max(south - lat, 0.0, lat - north)
    return float(np.hypot(d_lng, d_lat) * 111.2)
