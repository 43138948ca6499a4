"""What crosses the wire about reports from the public."""

from typing import Annotated

from pydantic import Field

from backend.cases.schemas import DeclaredPhotos, ReportedPlace
from backend.wire import PhoneTime, Wire, Words


class ContactIn(Wire):
    """How to reach whoever reported; kept apart from the case and shown to operators only."""

    name: Annotated[str, Field(max_length=60)] | None = None
    phone: Annotated[str, Field(max_length=30)] | None = None


class PublicReportIn(Wire):
    """A report from a resident, or from the hotline as an operator writes it down."""

    matter: Annotated[str, Field(min_length=1, max_length=16)]
    condition: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    place: ReportedPlace
    words: Words = ""
    occurred_at: PhoneTime
    photos: DeclaredPhotos = Field(default_factory=list)
    contact: ContactIn | None = None
