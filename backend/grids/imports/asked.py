"""What the child is asked for: what is in a file, where a layer would lie, and the dry run of a reading. Runs there only.

Each answer is plain JSON in the shape of the models of the same name in `intake.py`.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from backend.grids.imports import unpacking
from backend.grids.imports.dry_run import rehearse
from backend.grids.imports.encodings import UTF_8, decode, readings
from backend.grids.imports.fields import code_of, guess_fields, shared_scope, text_of
from backend.grids.imports.geojson import read_geojson
from backend.grids.imports.layers import (
    MAX_FEATURES,
    MAX_LAYERS,
    MAX_VERTICES,
    LayerName,
    RawLayer,
    as_bytes,
    is_polygonal,
    layer_names,
    read_layer,
    words_in_bytes,
)
from backend.grids.imports.surroundings import surroundings
from backend.grids.imports.unpacking import Refused
from geo.crs import SYSTEMS, Candidate, candidates, in_degrees, to_wgs84
from geo.gcj02 import from_gcj02

Bounds = tuple[float, float, float, float]

SAMPLES, SAMPLE_LENGTH = 3, 40
# A layer this close to the county lies in it, as far as choosing its system goes.
NEAR_KM = 5.0
SHOWN_OUTLINES = 400
SHOWN_TOLERANCE_DEG = 1e-5


def inspect(question: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Every layer of the file, with guesses at how it is to be read."""
    county = question["county"] and tuple(question["county"])
    names = _names(folder, question["file_name"])
    taken: set[str] = set()
    layers = []
    for layer in names:
        found = _describe(_read(layer, most=MAX_FEATURES), county)
        found["name"] = _distinct(found["name"], taken)
        layers.append(found)
    return {"layers": layers}


def _distinct(name: str, taken: set[str]) -> str:
    plain = text_of(name)[:200] or "layer"
    while plain in taken:
        plain += "+"
    taken.add(plain)
    return plain


def _names(folder: Path, file_name: str) -> list[LayerName]:
    found = [name for source in unpacking.sources(folder / "upload", file_name, folder) for name in layer_names(source)]
    if not found:
        raise Refused("no_layers")
    if len(found) > MAX_LAYERS:
        raise Refused("file_too_large", what="too_many_layers", limit=MAX_LAYERS)
    return found


def _read(layer: LayerName, *, most: int) -> RawLayer:
    if layer.source.form == "geojson":
        return read_geojson(layer.source.path.read_bytes(), layer.name)
    found = read_layer(layer, most=most)
    if int(shapely.get_num_coordinates(found.shapes).sum()) > MAX_VERTICES:
        raise Refused("file_too_large", what="too_many_vertices", limit=MAX_VERTICES)
    return found


def _chosen(folder: Path, question: dict[str, Any], name: str) -> RawLayer:
    """The layer that a person chose, by the name under which `inspect` listed it."""
    taken: set[str] = set()
    for layer in _names(folder, question["file_name"]):
        if _distinct(layer.name, taken) == name:
            found = _read(layer, most=MAX_FEATURES + 1)
            if found.total > MAX_FEATURES:
                raise Refused("file_too_large", what="too_many_features", limit=MAX_FEATURES)
            return found
    raise Refused("no_layers")


def _describe(layer: RawLayer, county: Bounds | None) -> dict[str, Any]:
    words = words_in_bytes(layer)
    choices = readings(words) if layer.in_bytes else []
    encoding = choices[0].encoding if choices else (layer.encoding or UTF_8)
    columns = decoded_columns(layer, encoding)
    field_map = guess_fields(columns)
    bounds = _bounds(layer.shapes)
    systems = candidates(((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2), county) if bounds else []
    said = layer.crs
    codes = [code_of(value) for value in columns[field_map["code"]]] if field_map["code"] else []
    return {
        "name": layer.name,
        "features": layer.total,
        "geometry": _geometry(layer.shapes),
        "encoding": encoding,
        "encodings": [{"name": c.encoding, "sample": c.sample} for c in choices] or [{"name": encoding, "sample": ""}],
        "crs": said
        and {
            "epsg": said.epsg,
            "name": said.name,
            "how": said.refused or ("default" if layer.crs_is_default else "file"),
        },
        "crs_choices": _crs_choices(said.epsg if said else None, systems, known_county=county is not None),
        "axes_swapped": _is_swapped(systems),
        "fields": [
            {"name": name, "type": _type(values), "samples": _samples(values)} for name, values in columns.items()
        ],
        "field_map": field_map,
        "bounds": bounds,
        "remarks": [*layer.remarks, *_remarks(layer, encoding, systems, county)],
        "scope": shared_scope(codes),
    }


def decoded_columns(layer: RawLayer, encoding: str) -> dict[str, list[Any]]:
    """The columns by their names as people read them; words that cannot be read stay bytes."""
    found: dict[str, list[Any]] = {}
    for name, values in layer.columns.items():
        plain = text_of(_word(as_bytes(name), encoding, name) if layer.in_bytes else name) or "?"
        while plain in found:
            plain += "+"
        found[plain] = [_word(value, encoding, value) for value in values]
    return found


def _word(value: Any, encoding: str, otherwise: Any) -> Any:
    if not isinstance(value, bytes):
        return value
    try:
        return decode(value, encoding)
    except UnicodeDecodeError:
        return otherwise


def _bounds(shapes: NDArray[Any]) -> Bounds | None:
    """Of what is finite in the layer, in its own units: the middle 98 %, so that one wild point does not count."""
    points = shapely.get_coordinates(shapes)
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return None
    low, high = np.quantile(points, (0.01, 0.99), axis=0)
    return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))


def _geometry(shapes: NDArray[Any]) -> str:
    kinds = {shape.geom_type for shape in shapes if shape is not None}
    if kinds == {"Polygon", "MultiPolygon"}:
        return "MultiPolygon"
    return kinds.pop() if len(kinds) == 1 else "Mixed" if kinds else "None"


def _crs_choices(said: int | None, systems: list[Candidate], *, known_county: bool) -> list[dict[str, Any]]:
    """What the layer may be in: where it lies in the county first, then the rest of what is read."""
    straight = {c.epsg: c for c in systems if not c.swapped} or {c.epsg: c for c in systems}
    order = list(dict.fromkeys([*([said] if said else []), *straight, *SYSTEMS]))
    likely = {epsg for epsg, c in straight.items() if c.away_km <= NEAR_KM and (known_county or epsg == said)}
    return [
        {"epsg": epsg, "name": SYSTEMS[epsg], "likely": epsg in likely}
        for epsg in sorted(order, key=lambda epsg: (epsg not in likely, order.index(epsg)))
    ]


def _is_swapped(systems: list[Candidate]) -> bool:
    """Only with x and y exchanged does the layer lie in China, or near the county."""
    return bool(systems) and min(systems, key=lambda c: (c.away_km > NEAR_KM, c.swapped)).swapped


def _remarks(layer: RawLayer, encoding: str, systems: list[Candidate], county: Bounds | None) -> list[str]:
    found = []
    if layer.crs and layer.crs.refused:
        found.append("crs_refused")
    elif layer.crs and county and systems and not _lies_near(layer.crs.epsg, systems):
        found.append("crs_unlikely")
    if layer.in_bytes and layer.encoding and layer.encoding != encoding:
        found.append("cpg_wrong")
    if _is_swapped(systems):
        found.append("axes_swapped")
    if not layer.total:
        found.append("no_features")
    elif layer.total > MAX_FEATURES:
        found.append("too_many_features")
    elif not any(is_polygonal(shape) for shape in layer.shapes):
        found.append("not_polygons")
    return found


def _lies_near(epsg: int | None, systems: list[Candidate]) -> bool:
    return any(c.epsg == epsg and c.away_km <= NEAR_KM for c in systems)


def _type(values: list[Any]) -> str:
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {str, bytes}:
        return "text"
    return "number" if kinds <= {int, float, bool} else "other"


def _samples(values: list[Any]) -> list[str]:
    words = dict.fromkeys(word for value in values[:500] if (word := text_of(value)[:SAMPLE_LENGTH]))
    return list(words)[:SAMPLES]


def preview(question: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Outlines of the layer in WGS84, simplified, at most a few hundred of them."""
    layer = _chosen(folder, question, question["layer"])
    shapes = in_wgs84(
        np.array([shape for shape in layer.shapes if is_polygonal(shape)], dtype=object),
        question["epsg"],
        shifted=question["shift"] == "gcj02",
        swap=question["swap"],
    )
    on_earth = [shape for shape in shapes if _on_earth(shape)]
    bounds = _bounds(np.array(on_earth, dtype=object)) if on_earth else None
    shown = shapely.simplify(
        np.array(on_earth[:: max(1, len(on_earth) // SHOWN_OUTLINES)], dtype=object), SHOWN_TOLERANCE_DEG
    )
    county = question["county"] and tuple(question["county"])
    middle = bounds and ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    return {
        "shapes": [shapely.to_wkb(shape, hex=True) for shape in shown if not shape.is_empty],
        "bounds": bounds,
        "total": len(shapes),
        "away_km": away_km(middle, county) if middle and county else None,
    }


def away_km(middle: tuple[float, float], county: Bounds) -> float:
    west, south, east, north = county
    lng, lat = middle
    d_lng = max(west - lng, 0.0, lng - east) * float(np.cos(np.radians(lat)))
    return round(float(np.hypot(d_lng, max(south - lat, 0.0, lat - north))) * 111.2, 1)


def _on_earth(shape: Any) -> bool:
    points = shapely.get_coordinates(shape)
    return bool(len(points) and np.isfinite(points).all() and (np.abs(points) <= (180, 90)).all())


def in_wgs84(shapes: NDArray[Any], epsg: int, *, shifted: bool, swap: bool) -> NDArray[Any]:
    """The shapes in WGS84 degrees. With `swap` x and y are exchanged first, with `shifted` GCJ-02 is undone last."""

    def convert(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(all="ignore"):
            degrees = to_wgs84(xy[:, ::-1] if swap else xy, epsg)
            return from_gcj02(degrees) if shifted else degrees

    if in_degrees(epsg) and not shifted and not swap:
        return shapes
    return np.asarray(shapely.transform(shapes, convert), dtype=object)


def dry_run(question: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The findings about a reading, and the features as read and repaired."""
    reading, repairs = question["reading"], set(question["repairs"])
    layer = _chosen(folder, question, reading["layer"])
    default = readings(words_in_bytes(layer))[0].encoding if layer.in_bytes else UTF_8
    columns = decoded_columns(layer, default)
    if reading["encoding"] != default:  # columns keep the names under which they were listed
        columns = dict(zip(columns, decoded_columns(layer, reading["encoding"]).values(), strict=True))
    around = surroundings(json.loads((folder / "net.json").read_bytes()), reading["scope"])
    axes_swapped = "swap_axes" not in repairs and _lies_right_if_swapped(layer.shapes, reading["epsg"], around.bounds)
    layer.shapes = in_wgs84(
        layer.shapes, reading["epsg"], shifted=reading["shift"] == "gcj02", swap="swap_axes" in repairs
    )
    return rehearse(layer, columns, reading, repairs, around, axes_swapped=axes_swapped)


def _lies_right_if_swapped(shapes: NDArray[Any], epsg: int, county: Bounds | None) -> bool:
    """Whether the layer lies off the county as it is, but in it with x and y exchanged."""
    bounds = _bounds(shapes)
    if bounds is None or county is None:
        return False
    middle = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
    near = {c.swapped for c in candidates(middle, county) if c.epsg == epsg and c.away_km <= NEAR_KM}
    return near == {True}


JOBS: dict[str, Callable[[dict[str, Any], Path], dict[str, Any]]] = {
    "inspect": inspect,
    "preview": preview,
    "rehearse": dry_run,
}
