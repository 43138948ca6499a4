"""Sending a case on by the county's rules: who takes it, why, and the event that says so."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.history import append_event
from backend.cases.holding import Holder, hand_to
from backend.cases.models import Case
from backend.cases.terms import Action, Status
from backend.database import lng_lat
from backend.dispatch import queries as dispatch_queries
from backend.dispatch.actions import decide_routing, store_decision
from backend.dispatch.routing import Question
from backend.errors import Say
from backend.grids.models import Grid
from backend.identifiers import new_id
from backend.matters.queries import matter_of

# So often sent back, a case needs a decision of the command centre, not another try.
BOUNCES = 3


async def route_case(session: AsyncSession, case: Case, at: datetime) -> None:
    """Hand a case that waits for dispatch to whom the rules choose; with nobody, it waits on and the reason is kept."""
    if case.send_back_count >= BOUNCES:
        _leave_to_the_command_centre(session, case, at)
        return
    decision = await decide_routing(
        session,
        county=case.county,
        case_id=case.id,
        question=await _question(session, case),
        grid_path=case.grid_path,
        at=at,
    )
    if decision.squad is None and decision.duty is None:
        return
    holder = Holder(decision.squad.code if decision.squad else None, decision.duty)
    content = await hand_to(session, case, holder, at=at)
    await append_event(
        session, case, event_id=new_id(), action=Action.ROUTE, target=Status.PENDING_ACK, at=at, content=content
    )


async def _question(session: AsyncSession, case: Case) -> Question:
    matter = await matter_of(session, case.county, case.catalogue_version, case.matter_code)
    grid = await session.get(Grid, (case.county, case.grid_code, case.grid_version))
    assert grid is not None  # versions of grids are never deleted
    lng, lat = lng_lat(case.place)
    return Question(
        matter_code=matter.code,
        matter_name=matter.name,
        major_code=matter.major_code,
        department_code=matter.department_code,
        self_dispatch=matter.self_dispatch,
        severity=case.severity,
        grid_code=grid.code,
        grid_name=grid.name,
        lng=lng,
        lat=lat,
        sent_back_by=await dispatch_queries.sent_back_by(session, case.county, case.id),
    )


def _leave_to_the_command_centre(session: AsyncSession, case: Case, at: datetime) -> None:
    times = case.send_back_count
    store_decision(
        session,
        county=case.county,
        case_id=case.id,
        at=at,
        sentence=Say(
            f"已退回 {times} 次，不再自动派遣，由指挥中心决定", f"Sent back {times} times; the command centre decides"
        ),
        rule_code=None,
        squad_code=None,
        inputs={"sent_back": times},
        candidates=[],
    )
