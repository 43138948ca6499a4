"""The one net: every grid, at every level, in every version."""

from datetime import date
from enum import StrEnum
from typing import Any

from geoalchemy2 import Geometry
from sqlmodel import Field, Index, SQLModel

from backend.database import SRID, choice


class GridLevel(StrEnum):
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"
    MICRO = "micro"


class GridKind(StrEnum):
    BASE = "base"
    CLUSTER = "cluster"
    EXCLUSIVE = "exclusive"


class Grid(SQLModel, table=True):
    """A node of the net. `path` joins the codes from the county down to the grid itself with `/`.

    A redraw makes a new `version`; a case keeps the version under which it was filed.
    """

    __tablename__ = "grid"
    __table_args__ = (
        Index("ix_grid_shape", "shape", postgresql_using="gist"),
        Index("ix_grid_path", "county", "path", postgresql_ops={"path": "text_pattern_ops"}),
    )

    county: str = Field(primary_key=True, max_length=6)
    code: str = Field(primary_key=True, max_length=15)
    version: int = Field(primary_key=True, default=1)
    name: str
    short_name: str
    level: GridLevel = Field(sa_type=choice(GridLevel))
    kind: GridKind = Field(sa_type=choice(GridKind))
    parent_code: str | None = Field(default=None, max_length=15)
    path: str
    area_m2: float
    indicative: bool = False
    valid_from: date
    valid_to: date | None = None
    shape: Any = Field(default=None, sa_type=Geometry("MULTIPOLYGON", srid=SRID, spatial_index=False), nullable=True)
    label_point: Any = Field(default=None, sa_type=Geometry("POINT", srid=SRID, spatial_index=False), nullable=True)
