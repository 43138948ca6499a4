"""The public face: following a case by its code, without signing in."""

from typing import Annotated

from fastapi import APIRouter, Path
from sqlalchemy import select
from sqlmodel import col

from backend.access import Public
from backend.cases.models import Case
from backend.cases.queries import case_rows, events_of
from backend.clock import Now
from backend.database import Session
from backend.errors import NotFound, Say
from backend.identifiers import read_case_code
from backend.residents.schemas import FollowedCase, FollowStep

router = APIRouter(prefix="/api/residents", tags=["residents"])


@router.get("/cases/{code}", dependencies=[Public])
async def follow(code: Annotated[str, Path(max_length=40)], session: Session, at: Now) -> FollowedCase:
    """How a case stands. The code is the key: 50 random bits that only those who were given it know."""
    case = (await session.scalars(select(Case).where(col(Case.code) == read_case_code(code)))).one_or_none()
    if case is None:
        raise NotFound(
            "no_such_code", Say("没有这个编号的案件，请核对后再查", "No case has this code; check it and try again")
        )
    (row,) = await case_rows(session, case.county, [case.id])
    steps: list[FollowStep] = []
    for event, _name in await events_of(session, case.county, case.id):
        if not steps or steps[-1].status != event.to_status:
            steps.append(FollowStep(status=event.to_status, at=event.at))
    return FollowedCase(
        code=case.code,
        matter_name=row.matter.name,
        matter_icon=row.matter.icon,
        village_name=row.village_name,
        status=case.status,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        steps=steps,
        as_of=at,
    )
