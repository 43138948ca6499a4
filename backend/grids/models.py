"""The one net: every grid, at every level, in every version; its editions, drafts, imports and outlines for tiles."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, CheckConstraint, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Index, SQLModel

from backend.database import SRID, TIMESTAMP, WEB_MERCATOR, choice


class GridLevel(StrEnum):
    COUNTY = "county"
    TOWN = "town"
    VILLAGE = "village"
    GRID = "grid"
    MICRO = "micro"


# Of these levels are the grids in which cases are filed.
LEAF_LEVELS = (GridLevel.GRID, GridLevel.MICRO)


class GridKind(StrEnum):
    BASE = "base"
    CLUSTER = "cluster"
    EXCLUSIVE = "exclusive"


class Grid(SQLModel, table=True):
    """A node of the net. `path` joins the codes from the county down to the grid itself with `/`.

    A redraw makes a new `version`, in force from `valid_from` up to but not including `valid_to` (local days); a case
    keeps the version under which it was filed. Base grids of one parent tile it, vertex by vertex (`geo.tiling`): the
    database refuses anything else. `area_m2` is a whole number; that of a parent is the sum over its base children.
    `cluster_code` names the cluster grid (连片) to which a village or grid belongs.
    """

    __tablename__ = "grid"
    __table_args__ = (
        Index("ix_grid_shape", "shape", postgresql_using="gist"),
        Index("ix_grid_county_parent_code", "county", "parent_code"),
        Index("ix_grid_path", "county", "path", postgresql_ops={"path": "text_pattern_ops"}),
        CheckConstraint("ST_IsValid(shape)", name="shape_is_valid"),
    )

    county: str = Field(primary_key=True, max_length=6)
    code: str = Field(primary_key=True, max_length=15)
    version: int = Field(primary_key=True, default=1)
    name: str
    short_name: str
    level: GridLevel = Field(sa_type=choice(GridLevel))
    kind: GridKind = Field(sa_type=choice(GridKind))
    parent_code: str | None = Field(default=None, max_length=15)
    cluster_code: str | None = Field(default=None, max_length=15)
    management_grade: int | None = None
    path: str
    area_m2: float
    edition: int = 1
    indicative: bool = False
    valid_from: date
    valid_to: date | None = None
    shape: Any = Field(default=None, sa_type=Geometry("MULTIPOLYGON", srid=SRID, spatial_index=False), nullable=True)
    label_point: Any = Field(default=None, sa_type=Geometry("POINT", srid=SRID, spatial_index=False), nullable=True)


class NetEdition(SQLModel, table=True):
    """One publication of the net: every grid version that it began names its number."""

    __tablename__ = "net_edition"

    county: str = Field(primary_key=True, max_length=6)
    number: int = Field(primary_key=True)
    title: str
    effective_on: date
    published_at: datetime = Field(sa_type=TIMESTAMP)
    published_by: UUID | None = None
    published_by_name: str | None = None
    summary: dict[str, Any] = Field(sa_type=JSONB)


class DraftStatus(StrEnum):
    EDITING = "editing"
    PUBLISHED = "published"
    DISCARDED = "discarded"


class NetDraft(SQLModel, table=True):
    """A redraw being prepared: `operations` replayed over the net in force give what would be published.

    `version` counts changes of the draft, so that two administrators cannot overwrite each other. `base_edition` is the
    edition over which its author last saw it; `scope_paths` are the grids that its author kept when it was begun, and
    whoever keeps all of them may go on with it.
    """

    __tablename__ = "net_draft"

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    title: str
    effective_on: date
    status: DraftStatus = Field(default=DraftStatus.EDITING, sa_type=choice(DraftStatus))
    version: int = 1
    base_edition: int
    edition: int | None = None
    author_id: UUID
    author_name: str
    scope_paths: list[str] = Field(sa_type=ARRAY(String))
    created_at: datetime = Field(sa_type=TIMESTAMP)
    updated_at: datetime = Field(sa_type=TIMESTAMP)
    operations: list[dict[str, Any]] = Field(sa_type=JSONB)


class NetImport(SQLModel, table=True):
    """A file of grids that somebody wants to bring in. File and features lie in the object store under its id.

    `layers` is what was found in the file; `reading` how a person said it is to be read; `report` the dry run of that.
    """

    __tablename__ = "net_import"

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    file_name: str
    file_sha256: str = Field(max_length=64)
    author_id: UUID
    created_at: datetime = Field(sa_type=TIMESTAMP)
    updated_at: datetime = Field(sa_type=TIMESTAMP)
    layers: list[dict[str, Any]] = Field(sa_type=JSONB)
    reading: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    report: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    repairs: list[str] = Field(sa_type=JSONB)
    draft_id: UUID | None = None


class GridOutline(SQLModel, table=True):
    """A grid of one edition simplified for maps up to `max_zoom`, together with its neighbours so that no gap opens.

    `shape` is in Web Mercator, ready for tiles. No index over it: tiles find their grids by the true shapes.
    """

    __tablename__ = "grid_outline"

    county: str = Field(primary_key=True, max_length=6)
    edition: int = Field(primary_key=True)
    max_zoom: int = Field(primary_key=True)
    code: str = Field(primary_key=True, max_length=15)
    version: int
    shape: Any = Field(sa_type=Geometry("MULTIPOLYGON", srid=WEB_MERCATOR, spatial_index=False), nullable=False)


class NetUnproved(SQLModel, table=True):
    """A parent whose parts a transaction has touched, from the first day concerned. Proved and emptied at every commit.

    Written and read by the triggers of migration 0003 only.
    """

    __tablename__ = "net_unproved"

    county: str = Field(primary_key=True, max_length=6)
    parent_code: str = Field(primary_key=True, max_length=15)
    since: date
