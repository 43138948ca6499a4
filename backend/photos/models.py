"""Photos as stored facts: one row per distinct picture of a county, never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlmodel import Field, SQLModel

from backend.database import SRID, TIMESTAMP


class Photo(SQLModel, table=True):
    """A picture by the SHA-256 of its bytes. `taken_at` and `place` are what its EXIF claims, not what we know."""

    __tablename__ = "photo"

    county: str = Field(primary_key=True, max_length=6)
    sha256: str = Field(primary_key=True, max_length=64)
    media_type: str
    byte_size: int
    width: int
    height: int
    taken_at: datetime | None = Field(default=None, sa_type=TIMESTAMP)
    place: Any = Field(default=None, sa_type=Geometry("POINT", srid=SRID, spatial_index=False), nullable=True)
    uploaded_by: UUID | None = None
    received_at: datetime = Field(sa_type=TIMESTAMP)
