"""Filters of the queue that somebody gave a name."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlmodel import Field, Index, SQLModel

from backend.database import TIMESTAMP

MAX_NAME, MAX_QUERY = 40, 1000


class SavedView(SQLModel, table=True):
    """`query` is what stands behind the `?` of the queue's address, such as `queue=late&grid=320281104206`.

    `position` orders the views of one person. A `shared` one is also shown to every other operator of the county, each of
    whom sees through it only what lies in their own scope.
    """

    __tablename__ = "saved_view"
    __table_args__ = (
        ForeignKeyConstraint(["county", "owner_id"], ["staff.county", "staff.id"]),
        UniqueConstraint("county", "owner_id", "name"),
        Index("ix_saved_view_county_shared", "county", "shared"),
    )

    county: str = Field(primary_key=True, max_length=6)
    id: UUID = Field(primary_key=True)
    owner_id: UUID
    name: str = Field(max_length=MAX_NAME)
    query: str = Field(max_length=MAX_QUERY)
    shared: bool
    position: int
    created_at: datetime = Field(sa_type=TIMESTAMP)
    updated_at: datetime = Field(sa_type=TIMESTAMP)
