"""What crosses the wire about saved views of the queue."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from backend.command_centre.saved_view_models import MAX_NAME, MAX_QUERY
from backend.wire import Wire


class SavedViewIn(Wire):
    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME)]
    query: Annotated[
        str, Field(max_length=MAX_QUERY, description="as behind the `?` of the queue's address: `queue=late&grid=…`")
    ]
    shared: Annotated[bool, Field(description="for every operator of the county, each within their own scope")] = False


class SavedViewOut(BaseModel):
    id: UUID
    name: str
    query: str
    shared: bool
    mine: bool
    owner_name: str
    updated_at: datetime


class SavedViewOrder(Wire):
    ids: Annotated[list[UUID], Field(max_length=200, description="my own views, first to last")]
