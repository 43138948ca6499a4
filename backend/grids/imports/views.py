"""What people see of an import: its rows and facts, put into words and GeoJSON."""

import asyncio
import json
from typing import Any

import shapely
from shapely.geometry import mapping

from backend.grids.imports.intake import Finding, Findings, FoundLayer, Outlines, ReadFeature
from backend.grids.imports.queries import read_features
from backend.grids.imports.schemas import (
    DryRun,
    Import,
    ImportPreview,
    Layer,
    Reading,
    Repair,
    SuggestedReading,
)
from backend.grids.imports.words import KINDS, REMARKS, spoken
from backend.grids.models import NetImport
from backend.grids.schemas import GridProblem
from backend.permissions import Actor, Permission
from backend.storage import ObjectStore


def import_out(found: NetImport, actor: Actor, language: str) -> Import:
    layers = [FoundLayer.model_validate(layer) for layer in found.layers]
    return Import(
        id=found.id,
        file_name=found.file_name,
        created_at=found.created_at,
        updated_at=found.updated_at,
        layers=[_layer(layer, language) for layer in layers],
        suggestion=_suggestion(layers, actor),
        reading=Reading.model_validate(found.reading) if found.reading else None,
        report=_report(Findings.model_validate(found.report), language) if found.report else None,
        repairs=[Repair(name) for name in found.repairs],
        draft_id=found.draft_id,
    )


def _layer(layer: FoundLayer, language: str) -> Layer:
    told = layer.model_dump(exclude={"field_map", "scope", "remarks"})
    return Layer.model_validate(told | {"remarks": [REMARKS[key].in_language(language) for key in layer.remarks]})


def _suggestion(layers: list[FoundLayer], actor: Actor) -> SuggestedReading | None:
    """For the layer with codes and the most features, by what the file says and by where it would lie."""
    able = [layer for layer in layers if layer.features and ("Polygon" in layer.geometry or layer.geometry == "Mixed")]
    if not able:
        return None
    best = max(able, key=lambda layer: (layer.field_map.get("code") is not None, layer.features))
    likely = [choice.epsg for choice in best.crs_choices if choice.likely]
    said = best.crs.epsg if best.crs else None
    return SuggestedReading(
        layer=best.name,
        encoding=best.encoding,
        epsg=said if said in likely or not likely else likely[0],
        scope=_scope(best.scope, actor),
        fields=best.field_map,
    )


def _scope(shared: str | None, actor: Actor) -> str | None:
    """What the layer's codes share, if the actor keeps it; else the widest that the actor keeps."""
    kept = [path.rsplit("/", 1)[-1] for path in actor.paths_for(Permission.MANAGE_NET)]
    if shared and any(shared.startswith(code) for code in kept):
        return shared
    return kept[0] if kept else None


def _report(findings: Findings, language: str) -> DryRun:
    return DryRun(
        ok=findings.ok,
        features=findings.features,
        counts=findings.counts,
        problems=[problem_out(finding, language) for finding in findings.problems],
        listed=len(findings.problems),
        repairs=findings.repairs,
        shift_offer=findings.shift_offer,
        totals=findings.totals,
    )


def problem_out(finding: Finding, language: str) -> GridProblem:
    sentence, what_to_do = spoken(KINDS[finding.kind], finding)
    return GridProblem(
        kind=finding.kind,
        severity=finding.severity,
        codes=finding.codes,
        features=finding.features,
        area_m2=finding.area_m2,
        width_m=finding.width_m,
        sentence=sentence.in_language(language),
        what_to_do=what_to_do.in_language(language),
        repair=finding.repair,
        place=mapping(shapely.from_wkb(finding.place)) if finding.place else None,
    )


def preview(found: Outlines) -> ImportPreview:
    shapes = [shapely.from_wkb(shape) for shape in found.shapes]
    return ImportPreview(
        features=[{"type": "Feature", "properties": {}, "geometry": mapping(shape)} for shape in shapes],
        bounds=list(found.bounds) if found.bounds else None,
        shown=len(shapes),
        total=found.total,
        away_km=found.away_km,
    )


async def features(store: ObjectStore, found: NetImport) -> bytes:
    """The features as a GeoJSON FeatureCollection. Raises Conflict `import_not_read`."""
    read = await read_features(store, found)
    return await asyncio.to_thread(_collection, read)


def _collection(read: list[ReadFeature]) -> bytes:
    collection = {
        "type": "FeatureCollection",
        "features": [_feature(feature) for feature in read if feature.index >= 0],
    }
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def _feature(feature: ReadFeature) -> dict[str, Any]:
    about = feature.model_dump(exclude={"shape", "short_name", "management_grade", "brought"})
    shape = mapping(shapely.from_wkb(feature.shape)) if feature.shape else None
    return {"type": "Feature", "id": feature.index, "properties": about, "geometry": shape}
