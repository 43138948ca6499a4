"""The net as a file for other software: GeoJSON as OGC API – Features answers it, GeoPackage, or a zipped Shapefile.

Attributes are text and numbers, never formulas; what is written here can be imported again as it is (`imports/`).
"""

import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from shapely.geometry import mapping

from backend.database import shape_of
from backend.grids.models import Grid

LAYER = "grids"


class FileFormat(StrEnum):
    GEOJSON = "geojson"
    GPKG = "gpkg"
    SHP = "shp"


class System(IntEnum):
    """Coordinate systems in which the net is written, by EPSG code."""

    WGS84 = 4326
    CGCS2000 = 4490


SUFFIX = {FileFormat.GEOJSON: ".geojson", FileFormat.GPKG: ".gpkg", FileFormat.SHP: ".zip"}
MEDIA_TYPE = {
    FileFormat.GEOJSON: "application/geo+json",
    FileFormat.GPKG: "application/geopackage+sqlite3",
    FileFormat.SHP: "application/zip",
}

# Column names of a Shapefile end after ten characters; these say the same.
_SHORT = {"parent_code": "parent", "cluster_code": "cluster", "management_grade": "grade"}
_NUMBERS = {"management_grade", "area_m2", "version", "edition", "indicative"}


@dataclass(frozen=True)
class ExportedGrid:
    """One grid out of the session: its words by column, and its outline (WGS84), None where it never had one."""

    words: dict[str, Any]
    shape: Any


def exported(grids: Sequence[Grid]) -> list[ExportedGrid]:
    return [ExportedGrid(_words(grid), shape_of(grid.shape) if grid.shape is not None else None) for grid in grids]


def _words(grid: Grid) -> dict[str, Any]:
    return {
        "code": grid.code,
        "name": grid.name,
        "short_name": grid.short_name,
        "level": grid.level.value,
        "kind": grid.kind.value,
        "parent_code": grid.parent_code,
        "cluster_code": grid.cluster_code,
        "management_grade": grid.management_grade,
        "area_m2": round(grid.area_m2),
        "version": grid.version,
        "edition": grid.edition,
        "valid_from": grid.valid_from.isoformat(),
        "valid_to": grid.valid_to.isoformat() if grid.valid_to else None,
        "indicative": grid.indicative,
    }


def write_file(grids: Sequence[ExportedGrid], form: FileFormat, epsg: System, *, url: str, at: datetime) -> bytes:
    """The file's bytes. CGCS2000 is written with the coordinates of WGS84 (see `geo.crs`)."""
    if form == FileFormat.GEOJSON:
        return _geojson(grids, epsg, url, at)
    with tempfile.TemporaryDirectory(prefix="suozi-export-") as folder:
        if form == FileFormat.GPKG:
            path = Path(folder) / f"{LAYER}.gpkg"
            _write(path, grids, epsg, driver="GPKG", layer=LAYER)
            return path.read_bytes()
        _write(Path(folder) / f"{LAYER}.shp", grids, epsg, driver="ESRI Shapefile", encoding="UTF-8")
        return _zipped(Path(folder))


def _geojson(grids: Sequence[ExportedGrid], epsg: System, url: str, at: datetime) -> bytes:
    """OGC 17-069r4, 7.16: how many there are, of when, and where from. RFC 7946 knows WGS84 only, so 4490 names itself."""
    document: dict[str, Any] = {
        "type": "FeatureCollection",
        "timeStamp": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numberMatched": len(grids),
        "numberReturned": len(grids),
        "links": [{"rel": "self", "type": MEDIA_TYPE[FileFormat.GEOJSON], "href": url}],
    }
    if epsg != System.WGS84:
        document["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg.value}"}}
    document["features"] = [
        {
            "type": "Feature",
            "id": grid.words["code"],
            "properties": grid.words,
            "geometry": mapping(grid.shape) if grid.shape is not None else None,
        }
        for grid in grids
    ]
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _write(path: Path, grids: Sequence[ExportedGrid], epsg: System, **how: Any) -> None:
    is_shapefile = path.suffix == ".shp"
    columns = list(grids[0].words)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL says that a county without an outline has none
        pyogrio.raw.write(
            path,
            geometry=shapely.to_wkb(np.array([grid.shape for grid in grids], dtype=object)),
            field_data=[_column(grids, column) for column in columns],
            field_mask=[np.array([grid.words[column] is None for grid in grids]) for column in columns],
            fields=[_SHORT.get(column, column) if is_shapefile else column for column in columns],
            geometry_type="Polygon" if is_shapefile else "MultiPolygon",
            promote_to_multi=not is_shapefile,
            crs=f"EPSG:{epsg.value}",
            **how,
        )


def _column(grids: Sequence[ExportedGrid], column: str) -> Any:
    values = [grid.words[column] for grid in grids]
    if column in _NUMBERS:
        return np.array([value or 0 for value in values], dtype=np.int64)
    return np.array(values, dtype=object)


def _zipped(folder: Path) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return out.getvalue()
