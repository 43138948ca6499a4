"""What the operator's screen starts from."""

from datetime import datetime

from pydantic import BaseModel, Field

from backend.cases.queries_groups import Group
from backend.cases.schemas import CaseSummary
from backend.cases.terms import Status
from backend.dispatch.schemas import SquadOut


class Snapshot(BaseModel):
    """All open cases in scope and those that ended in the last hour. The live feed goes on from `last_event_id`."""

    as_of: datetime
    last_event_id: str
    counts: dict[Status, int] = Field(description="open cases in scope by status")
    groups: dict[Group, int] = Field(description="as `GET /api/cases/counts` without a filter has them")
    overdue: int
    cases: list[CaseSummary]
    squads: list[SquadOut] = Field(description="empty for roles that may not see squads")
