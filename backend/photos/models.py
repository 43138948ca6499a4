"""Photos as stored facts: one row per distinct picture of a county, never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import LargeBinary
from sqlalchemy.dialects.postgresql import BIT
from sqlmodel import Field, Index, SQLModel

from backend.database import SRID, TIMESTAMP

HASH: Any = BIT(64)


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


class PhotoLook(SQLModel, table=True):
    """What a photo looks like, for finding it again in another case; photos with hardly anything in them have none.

    Small hashes (`likeness.SMALL_VIEWS`) by which candidates are found, and in `large` those that confirm one, in the order
    of `likeness.VIEWS`, 32 bytes each. `seen_at` is when it came last: the same bytes may come again.
    """

    __tablename__ = "photo_look"
    __table_args__ = (Index("ix_photo_look_county_seen_at", "county", "seen_at"),)

    county: str = Field(primary_key=True, max_length=6)
    sha256: str = Field(primary_key=True, max_length=64)
    seen_at: datetime = Field(sa_type=TIMESTAMP)
    whole: str = Field(sa_type=HASH)
    top_left: str = Field(sa_type=HASH)
    top_right: str = Field(sa_type=HASH)
    bottom_left: str = Field(sa_type=HASH)
    bottom_right: str = Field(sa_type=HASH)
    middle: str = Field(sa_type=HASH)
    large: bytes = Field(sa_type=LargeBinary)
