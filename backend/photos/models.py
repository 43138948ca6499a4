"""Photos as stored facts: one row per distinct picture of a county, never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field, Index, SQLModel

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


class PhotoLikeness(SQLModel, table=True):
    """What a photo looks like, for finding it again in another case; photos with nothing in them have none.

    The small hashes are kept as PostgreSQL keeps 64 bits, signed. `large` holds the large ones in the order of
    `likeness.VIEWS`, 32 bytes each.
    """

    __tablename__ = "photo_likeness"
    __table_args__ = (Index("ix_photo_likeness_county_received_at", "county", "received_at"),)

    county: str = Field(primary_key=True, max_length=6)
    sha256: str = Field(primary_key=True, max_length=64)
    received_at: datetime = Field(sa_type=TIMESTAMP)
    whole: int = Field(sa_type=BigInteger)
    mirrored: int = Field(sa_type=BigInteger)
    top_left: int = Field(sa_type=BigInteger)
    top_right: int = Field(sa_type=BigInteger)
    bottom_left: int = Field(sa_type=BigInteger)
    bottom_right: int = Field(sa_type=BigInteger)
    middle: int = Field(sa_type=BigInteger)
    large: bytes = Field(sa_type=LargeBinary)
