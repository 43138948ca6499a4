"""Files of grids as counties hand them over, made from the demo town: every format, encoding, system and mistake.

Nothing is kept: each test makes what it needs in memory. `grid_features()` are the demo town's grids as plain rows.
"""

import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from backend.settings import ROOT
from geo.crs import from_wgs84
from geo.gcj02 import to_gcj02

TOWN = "320281104"
FIELDS = ("code", "name", "short_name", "level", "kind", "parent")


class Row(dict[str, Any]):
    """A feature: its words by column, and `shape`, a shapely geometry or None."""

    @property
    def words(self) -> dict[str, Any]:
        return {key: value for key, value in self.items() if key != "shape"}


def grid_rows(levels: Iterable[str] = ("grid",), kinds: Iterable[str] = ("base",), under: str = TOWN) -> list[Row]:
    """Grids of the demo town, in the order of their codes."""
    found = []
    for feature in json.loads((ROOT / "seeds/demo/grids.geojson").read_text(encoding="utf-8"))["features"]:
        about = feature["properties"]
        if about["level"] in levels and about["kind"] in kinds and about["code"].startswith(under):
            words = {name: about["parent_code" if name == "parent" else name] for name in FIELDS}
            found.append(Row(words, shape=shape(feature["geometry"])))
    return sorted(found, key=lambda row: row["code"])


def geojson(rows: Sequence[Row], *, crs: str | None = None, **more: Any) -> bytes:
    """A FeatureCollection; `crs` as GeoJSON of 2008 names it."""
    document: dict[str, Any] = {"type": "FeatureCollection", **more}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    document["features"] = [
        {"type": "Feature", "properties": row.words, "geometry": mapping(row["shape"]) if row["shape"] else None}
        for row in rows
    ]
    return json.dumps(document, ensure_ascii=False).encode()


def in_system(rows: Sequence[Row], epsg: int, *, gcj02: bool = False, swap: bool = False) -> list[Row]:
    """The rows with their shapes in another system, shifted to GCJ-02 first or x and y exchanged last."""

    def convert(points: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        moved = from_wgs84(to_gcj02(points) if gcj02 else points, epsg)
        return moved[:, ::-1] if swap else moved

    return [Row(row, shape=shapely.transform(row["shape"], convert)) for row in rows]


def geopackage(layers: Mapping[str, Sequence[Row]], *, epsg: int | None = 4326) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.gpkg"
        for name, rows in layers.items():
            _write(path, rows, epsg, driver="GPKG", layer=name, append=path.exists())
        return path.read_bytes()


def shapefile(
    rows: Sequence[Row],
    *,
    epsg: int | None = 4326,
    encoding: str = "utf-8",
    cpg: str | None = None,
    prj: str | None = None,
    leave_out: Iterable[str] = (),
    name: str = "网格",
    folder: str = "",
    names_in: str = "utf-8",
) -> bytes:
    """A zip with one Shapefile. Without `cpg` it says nothing of its encoding; `prj` replaces what it says of its system.

    `names_in` "gbk" packs the file names as Windows does: in GBK, unmarked.
    """
    parts = shapefile_parts(rows, epsg=epsg, encoding=encoding, cpg=cpg, prj=prj, leave_out=leave_out, name=name)
    return zipped(parts, folder=folder, names_in=names_in)


def shapefile_parts(
    rows: Sequence[Row],
    *,
    epsg: int | None = 4326,
    encoding: str = "utf-8",
    cpg: str | None = None,
    prj: str | None = None,
    leave_out: Iterable[str] = (),
    name: str = "网格",
) -> dict[str, bytes]:
    """The files of one Shapefile by name."""
    with tempfile.TemporaryDirectory() as made:
        path = Path(made) / "made.shp"
        _write(path, rows, epsg, driver="ESRI Shapefile", encoding=encoding)
        parts = {file.suffix: file.read_bytes() for file in Path(made).iterdir()}
    parts.pop(".cpg", None)
    if cpg:
        parts[".cpg"] = cpg.encode()
    if prj:
        parts[".prj"] = prj.encode()
    return {f"{name}{suffix}": data for suffix, data in parts.items() if suffix not in leave_out}


class _NamedAsWindowsDoes(zipfile.ZipInfo):
    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 -- zipfile's own name
        return self.filename.encode("gbk"), self.flag_bits


def zipped(files: Mapping[str, bytes], *, folder: str = "", names_in: str = "utf-8") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            entry = (zipfile.ZipInfo if names_in == "utf-8" else _NamedAsWindowsDoes)(folder + name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def _write(path: Path, rows: Sequence[Row], epsg: int | None, **how: Any) -> None:
    columns = list(rows[0].words) if rows else ["code"]
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array([row["shape"] for row in rows], dtype=object)),
        field_data=[np.array([row[column] for row in rows], dtype=object) for column in columns],
        fields=columns,
        geometry_type="MultiPolygon" if how["driver"] == "GPKG" else "Polygon",
        promote_to_multi=how["driver"] == "GPKG",
        crs=f"EPSG:{epsg}" if epsg else None,
        **how,
    )


def moved(row: Row, new_shape: BaseGeometry | None, **words: Any) -> Row:
    """The row with another shape or other words."""
    return Row({**row, "shape": new_shape, **words})
