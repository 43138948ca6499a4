"""A layer as it stands in a file, before anybody said how to read it: shapes, columns, and what the file says of itself.

GeoJSON is read in `geojson.py`; Shapefile and GeoPackage here, by GDAL. Runs in the child only.
"""

import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyogrio
import pyogrio.errors
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from backend.grids.imports.encodings import LANGUAGE_BYTES, UTF_8, known_encoding
from backend.grids.imports.unpacking import Refused, Source
from geo.crs import Identified, identify

MAX_LAYERS, MAX_FEATURES, MAX_VERTICES = 30, 20_000, 2_000_000

# A decoder in which every byte is a sign, so that the bytes can be had back whatever their encoding is.
BYTEWISE = "iso-8859-1"
_POLYGONAL = {shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON}


@dataclass(frozen=True)
class Fault:
    """Why a feature's shape is not what it should be: a kind of `words.KINDS` and the reason."""

    kind: str
    reason: str = ""


@dataclass(frozen=True)
class LayerName:
    """A layer of a source. `name` is what people see, `inner` what the file calls it."""

    source: Source
    inner: str | None
    name: str


@dataclass
class RawLayer:
    """`columns` hold one value per feature.

    `shapes` may hold None; `faults` say why, by feature. `total` counts also features beyond those read. With `in_bytes`
    text is bytes, column names are read byte by byte, and `encoding` is only what the file says.
    """

    name: str
    shapes: NDArray[Any]
    columns: dict[str, list[Any]]
    total: int
    encoding: str | None = None
    in_bytes: bool = False
    crs: Identified | None = None
    crs_is_default: bool = False
    faults: dict[int, Fault] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    extra_dimension: bool = False


def layer_names(source: Source) -> list[LayerName]:
    """The layers of a file without reading them. Raises Refused."""
    if source.form != "gpkg":
        return [LayerName(source, None, source.name)]
    with _gdal_errors():
        return [LayerName(source, str(name), str(name)) for name, _geometry in pyogrio.list_layers(source.path)]


def read_layer(layer: LayerName, *, most: int = MAX_FEATURES) -> RawLayer:
    """At most `most` features of a Shapefile or GeoPackage layer. Raises Refused."""
    is_shapefile = layer.source.form == "shp"
    options: dict[str, Any] = {"layer": layer.inner} if layer.inner else {}
    if is_shapefile:
        options = {"ENCODING": BYTEWISE}
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    with _gdal_errors():
        about = pyogrio.read_info(layer.source.path, **options)
        meta, _fids, wkb, columns = pyogrio.raw.read(layer.source.path, max_features=most, force_2d=True, **options)
    shapes = _shapes(wkb)
    found = RawLayer(
        name=layer.name,
        shapes=shapes,
        columns=_columns(list(meta["fields"]), columns, in_bytes=is_shapefile),
        total=max(int(about["features"]), len(shapes)),
        encoding=_said_encoding(layer.source) if is_shapefile else UTF_8,
        in_bytes=is_shapefile,
        crs=identify(about["crs"]) if about["crs"] else None,
        extra_dimension=str(about["geometry_type"]).endswith((" Z", " M", " ZM"))
        or "2.5D" in str(about["geometry_type"]),
    )
    for index, shape in enumerate(shapes):
        if shape is None and wkb[index] is not None:  # curves, rings of one point: there, but no shape that we know
            found.faults[index] = Fault("wrong_shape", "curve")
    if is_shapefile:
        found.remarks += [f"no_{part}" for part in ("dbf", "shx", "prj") if f".{part}" not in layer.source.parts]
    return found


class _gdal_errors:  # noqa: N801 -- reads like a function where it is used
    """Whatever GDAL raises on a broken file becomes Refused."""

    def __enter__(self) -> None:
        warnings.simplefilter("ignore")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        broken = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FeatureError)
        if isinstance(error, (*broken, pyogrio.errors.FieldError, UnicodeError, ValueError, RuntimeError, OSError)):
            raise Refused("file_damaged", detail=f"{type(error).__name__}: {error}"[:300]) from None


def _shapes(wkb: Any) -> NDArray[Any]:
    if wkb is None:
        return np.empty(0, dtype=object)
    return np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)


def _columns(names: list[Any], columns: Any, *, in_bytes: bool) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for name, values in zip(names, columns, strict=True):
        listed = values.tolist()
        found[_unique(str(name), found)] = [as_bytes(v) for v in listed] if in_bytes else listed
    return found


def as_bytes(value: Any) -> Any:
    """What was read byte by byte, as the bytes it was; other values as they are."""
    return value.encode(BYTEWISE) if isinstance(value, str) else value


def _unique(name: str, taken: dict[str, Any]) -> str:
    return name if name not in taken else next(f"{name}_{n}" for n in range(2, 10_000) if f"{name}_{n}" not in taken)


def _said_encoding(source: Source) -> str | None:
    """From the .cpg, else from the language byte of the .dbf (its 30th byte)."""
    cpg, dbf = source.path.with_suffix(".cpg"), source.path.with_suffix(".dbf")
    if cpg.exists():
        return known_encoding(cpg.read_bytes()[:40].decode("ascii", "replace"))
    if dbf.exists():
        with dbf.open("rb") as file:
            head = file.read(30)
        return LANGUAGE_BYTES.get(head[29]) if len(head) == 30 else None
    return None


def words_in_bytes(layer: RawLayer) -> list[bytes]:
    """Words of the layer, column names too, whose encoding is to be found; without repeats."""
    if not layer.in_bytes:
        return []
    words = (v for values in layer.columns.values() for v in values if isinstance(v, bytes))
    return list(dict.fromkeys([*words, *(as_bytes(name) for name in layer.columns)]))


def is_polygonal(shape: Any) -> bool:
    return shape is not None and shapely.get_type_id(shape) in _POLYGONAL
