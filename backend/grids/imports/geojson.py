"""GeoJSON (RFC 7946, and the older form with a `crs` member) as a layer. Read by hand, so that what is wrong can be named.

A feature that is no polygon spoils only itself: it becomes a fault of the layer. What is no GeoJSON at all is Refused.
"""

import codecs
import json
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from backend.grids.imports.encodings import CODECS, UTF_8, readings
from backend.grids.imports.layers import MAX_FEATURES, MAX_VERTICES, Fault, RawLayer
from backend.grids.imports.unpacking import Refused
from geo.crs import WGS84, Identified, identify

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_GEOMETRIES = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "MultiLineString": "line",
    "Polygon": "",
    "MultiPolygon": "",
    "GeometryCollection": "collection",
}


class _Unusable(Exception):  # noqa: N818 -- says what is so
    def __init__(self, kind: str, reason: str = "") -> None:
        super().__init__(reason)
        self.fault = Fault(kind, reason)


def read_geojson(data: bytes, name: str) -> RawLayer:
    """The one layer that a GeoJSON file is. Raises Refused."""
    text, encoding = _decoded(data)
    try:
        document = json.loads(text)
    except RecursionError:
        raise Refused("file_not_geojson", what="deep") from None
    except ValueError as error:
        raise Refused("file_not_geojson", what="json", detail=str(error)) from None
    features = _features(document)
    if len(features) > MAX_FEATURES:
        raise Refused("file_too_large", what="too_many_features", limit=MAX_FEATURES)
    found = RawLayer(
        name=name,
        shapes=np.full(len(features), None, dtype=object),
        columns={},
        total=len(features),
        encoding=encoding,
        crs=_crs(document) or Identified(WGS84, "WGS 84"),
        crs_is_default=_crs(document) is None,
    )
    _fill(found, features)
    return found


def _decoded(data: bytes) -> tuple[str, str]:
    """The text and what it is encoded in: by its mark, else UTF-8, else what reads best."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(codec), UTF_8
            except UnicodeDecodeError:
                raise Refused("file_not_geojson", what="text") from None
    try:
        return data.decode("utf-8"), UTF_8
    except UnicodeDecodeError:
        pass
    telling = [line for line in data.split(b'"') if any(byte >= 0x80 for byte in line)]
    encoding = readings(telling)[0].encoding
    try:
        return data.decode(CODECS[encoding]), encoding
    except UnicodeDecodeError:
        raise Refused("file_not_geojson", what="text") from None


def _features(document: Any) -> list[Any]:
    match document:
        case {"type": "FeatureCollection", "features": list(features)}:
            return features
        case {"type": "FeatureCollection"}:
            raise Refused("file_not_geojson", what="features")
        case {"type": "Feature"}:
            return [document]
        case {"type": "GeometryCollection", "geometries": list(geometries)}:
            return [{"type": "Feature", "properties": {}, "geometry": geometry} for geometry in geometries]
        case {"type": str(kind)} if kind in _GEOMETRIES:
            return [{"type": "Feature", "properties": {}, "geometry": document}]
    raise Refused("file_not_geojson", what="shape")


def _crs(document: Any) -> Identified | None:
    """The `crs` member of GeoJSON 2008, which RFC 7946 dropped and Chinese software still writes."""
    match document:
        case {"crs": {"properties": {"name": str(name)}}}:
            return identify(name[:200])
        case {"crs": {"properties": {"code": int(code)}}}:
            return identify(f"EPSG:{code}")
    return None


def _fill(layer: RawLayer, features: list[Any]) -> None:
    vertices = 0
    for index, feature in enumerate(features):
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            layer.faults[index] = Fault("wrong_shape", "not_a_feature")
            continue
        _take_properties(layer, index, feature.get("properties"), len(features))
        try:
            layer.shapes[index] = _shape(layer, index, feature.get("geometry"))
        except _Unusable as error:
            layer.faults[index] = error.fault
        vertices += shapely.get_num_coordinates(layer.shapes[index]) if layer.shapes[index] is not None else 0
        if vertices > MAX_VERTICES:
            raise Refused("file_too_large", what="too_many_vertices", limit=MAX_VERTICES)


def _take_properties(layer: RawLayer, index: int, properties: Any, count: int) -> None:
    if not isinstance(properties, dict):
        return
    for name, value in list(properties.items())[:200]:
        plain = value if isinstance(value, (str, int, float)) or value is None else json.dumps(value)[:200]
        layer.columns.setdefault(name[:200], [None] * count)[index] = plain


def _shape(layer: RawLayer, index: int, geometry: Any) -> Any:
    if geometry is None:
        return None
    if not isinstance(geometry, dict):
        raise _Unusable("wrong_shape", "nesting")
    kind = geometry.get("type")
    reason = _GEOMETRIES.get(kind) if isinstance(kind, str) else None
    if reason is None:
        raise _Unusable("wrong_shape", "no_type")
    if reason == "collection":
        return _only_member(layer, index, geometry)
    if reason:
        raise _Unusable("wrong_shape", reason)
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list):
        raise _Unusable("wrong_shape", "nesting")
    if kind == "Polygon":
        return _polygon(layer, index, coordinates)
    parts = [_polygon(layer, index, part) for part in coordinates]
    return shapely.multipolygons(parts) if parts else None


def _only_member(layer: RawLayer, index: int, geometry: dict[str, Any]) -> Any:
    """A collection of one polygon is that polygon; anything else is mixed."""
    members = geometry.get("geometries")
    if not isinstance(members, list) or len(members) != 1 or not isinstance(members[0], dict):
        raise _Unusable("wrong_shape", "collection")
    if members[0].get("type") == "GeometryCollection":
        raise _Unusable("wrong_shape", "collection")
    return _shape(layer, index, members[0])


def _polygon(layer: RawLayer, index: int, rings: Any) -> Polygon | None:
    if not isinstance(rings, list) or not all(isinstance(ring, list) for ring in rings):
        raise _Unusable("wrong_shape", "nesting")
    if not rings:
        return None
    outline, *holes = [_ring(layer, index, ring) for ring in rings]
    return Polygon(outline, holes)


def _ring(layer: RawLayer, index: int, ring: list[Any]) -> Any:
    positions = _positions(layer, ring)
    if len(np.unique(positions, axis=0)) < 3:
        raise _Unusable("invalid_ring", "too_few_points")
    if not np.array_equal(positions[0], positions[-1], equal_nan=True):
        # Closed here so that it can be shown; only the repair takes it as mended.
        layer.faults[index] = Fault("invalid_ring", "unclosed")
        positions = np.vstack([positions, positions[:1]])
    return shapely.linearrings(positions)


def _positions(layer: RawLayer, ring: list[Any]) -> NDArray[np.float64]:
    """x and y of each position. What stands beyond them is dropped, and said."""
    if not ring or not all(isinstance(position, list) and len(position) >= 2 for position in ring):
        raise _Unusable("wrong_shape", "nesting")
    lengths = {len(position) for position in ring}
    layer.extra_dimension |= lengths != {2}
    try:
        array = np.array(ring if lengths == {2} else [position[:2] for position in ring])
    except ValueError:
        raise _Unusable("wrong_shape", "nesting") from None
    if array.ndim != 2 or array.dtype.kind not in "if":
        raise _Unusable("wrong_shape", "not_numbers" if array.ndim == 2 else "nesting")
    return array.astype(np.float64)
