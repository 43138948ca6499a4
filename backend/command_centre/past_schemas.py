"""What crosses the wire about a moment of the past."""

from datetime import datetime

from pydantic import BaseModel, Field

from backend.cases.queries_groups import Group
from backend.cases.schemas import CaseSummary


class PastSquad(BaseModel):
    """A squad as it was. On duty by its rota: what members say of themselves is not kept."""

    code: str
    name: str
    on_duty: bool
    open_cases: int = Field(description="cases in its hands, among those that the asker may see")


class Past(BaseModel):
    """The town at a moment: cases that had been opened and had not ended, as they were then. Nobody can act on the past."""

    at: datetime
    groups: dict[Group, int] = Field(description="as the queue counted them then; `ended` in the hour before")
    cases: list[CaseSummary] = Field(description="those that waited for the command centre first, then by deadline")
    unlisted: int = Field(description="how many more there were than are listed")
    squads: list[PastSquad]
    on_patrol: int | None = Field(
        description="how many people were on patrol, null when that is no longer kept; where they were, only a look with"
        " a reason tells"
    )
