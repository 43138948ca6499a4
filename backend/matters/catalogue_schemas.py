"""What crosses the wire about versions and drafts of the catalogue, and the limits of the stages."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from backend.matters.content import MatterContent
from backend.matters.models import DraftState, LimitUnit
from backend.matters.schemas import MatterOut
from backend.wire import PhoneTime, Wire


class VersionState(StrEnum):
    """`replaced`: its time never came, or never will, because a newer version came first."""

    WAITING = "waiting"
    IN_FORCE = "in_force"
    PAST = "past"
    REPLACED = "replaced"


class CatalogueVersion(BaseModel):
    version: int
    title: str
    state: VersionState
    in_force_at: datetime
    published_at: datetime | None
    published_by: str | None
    matters: int = Field(description="how many it has")


class CatalogueVersions(BaseModel):
    """Newest first. `may_change`: whether the reader may prepare and publish another."""

    may_change: bool
    versions: list[CatalogueVersion]


class FieldChanged(BaseModel):
    """One field of a changed matter, in words; empty where there was or will be nothing."""

    field: str
    title: str
    before: str
    after: str


class MatterNamed(BaseModel):
    code: str
    name: str
    major_name: str


class MatterChanged(MatterNamed):
    fields: list[FieldChanged]


class DifferencesOut(BaseModel):
    added: list[MatterNamed]
    removed: list[MatterNamed]
    changed: list[MatterChanged]


class VersionContent(CatalogueVersion):
    """A version with its matters by code, and what it changed against `against` (0: there was none)."""

    against: int
    differences: DifferencesOut
    content: list[MatterOut]


class WorkbookFault(BaseModel):
    """What of a workbook could not be taken over, where it stands, and how to mend it there or on the desk."""

    sheet: str | None
    row: int | None
    column: str | None
    value: str
    sentence: str
    what_to_do: str
    matter: str | None = Field(description="its code; mending or removing that matter settles the fault")


class CatalogueWarning(BaseModel):
    """What goes on naming a matter or a major that the draft no longer has."""

    kind: str = Field(description="squad, rule or waiting_version")
    name: str
    sentence: str


class ListedCatalogueDraft(BaseModel):
    id: UUID
    title: str
    state: DraftState
    version: int
    source: str = Field(description="name of its workbook, or which version it began from")
    author_name: str
    created_at: datetime
    updated_at: datetime
    published_version: int | None
    matters: int
    fault_count: int


class CatalogueDraftOut(ListedCatalogueDraft):
    """`over`: the newest version, against which `differences` are told and over which publishing asks to be confirmed."""

    over: int
    faults: list[WorkbookFault] = Field(description="the first 500")
    ignored_columns: list[str]
    differences: DifferencesOut
    warnings: list[CatalogueWarning]
    content: list[MatterOut]


Title = Annotated[str, Field(min_length=1, max_length=60)]


class CatalogueDraftIn(Wire):
    title: Title
    from_version: Annotated[int, Field(ge=0, description="only read when the draft is begun")]


class MatterIn(Wire):
    """The matter as it shall be. `version`: the draft's own, as it was seen."""

    version: int
    matter: MatterContent


class PublishIn(Wire):
    """`version` of the draft and `over` as they were seen; without `in_force_at` it is in force at once."""

    version: int
    over: int
    in_force_at: PhoneTime | None = None


class StageLimitContent(Wire):
    amount: Annotated[float, Field(ge=0.05, le=720)]
    unit: LimitUnit


class StageLimits(Wire):
    """How long the county gives itself to accept a report, to verify it, and to inspect a result."""

    accept: StageLimitContent
    verify: StageLimitContent
    inspect: StageLimitContent
