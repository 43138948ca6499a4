"""A grid version as a GeoJSON feature."""

from shapely.geometry import mapping

from backend.database import lng_lat, shape_of
from backend.grids.models import Grid
from backend.grids.schemas import GridFeature, GridProperties


def grid_feature(grid: Grid) -> GridFeature:
    return GridFeature(
        id=grid.code,
        properties=GridProperties(
            code=grid.code,
            version=grid.version,
            name=grid.name,
            short_name=grid.short_name,
            level=grid.level,
            kind=grid.kind,
            parent_code=grid.parent_code,
            cluster_code=grid.cluster_code,
            management_grade=grid.management_grade,
            area_m2=round(grid.area_m2),
            label_point=list(lng_lat(grid.label_point)) if grid.label_point is not None else None,
            indicative=grid.indicative,
            valid_from=grid.valid_from,
            valid_to=grid.valid_to,
            edition=grid.edition,
        ),
        geometry=mapping(shape_of(grid.shape)) if grid.shape is not None else None,
    )
