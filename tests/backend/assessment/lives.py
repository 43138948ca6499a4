"""Generated lives of cases: random walks along the lifecycle's own table, with what its events say of holders and limits."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases.lifecycle import STEPS
from backend.cases.models import Case, CaseEvent, ReportSource
from backend.cases.terms import Action, ClockEffect, Status
from backend.database import point
from backend.identifiers import new_case_code, new_id
from backend.matters.models import Severity

SQUAD_UNITS = {
    "xxk-squad-1": "xxk-enforcement",
    "xxk-squad-2": "xxk-enforcement",
    "xxk-team-sanitation": "xxk-sanitation",
}
HOLDERS = [*SQUAD_UNITS, "duty:grid_chief"]
MATTERS = {"E0110": Severity.NORMAL, "E0410": Severity.URGENT, "C0103": Severity.URGENT}
TOWN = "320281/320281104"
GRIDS = {
    f"{TOWN}/320281104206/320281104206003": (120.39, 31.78),
    f"{TOWN}/320281104206/320281104206004": (120.40, 31.79),
    f"{TOWN}/320281104209/320281104209003": (120.45, 31.80),
}
HOURS = {"amount": 4, "unit": "urgent_hour"}
QUARTER = {"amount": 0.25, "unit": "urgent_hour"}
_RARE = {
    Action.ASK_VOID, Action.CONFIRM_VOID, Action.FORCE_CLOSE, Action.MERGE, Action.DECLINE, Action.UNMERGE,
    Action.ESCALATE, Action.HAND_OVER, Action.JOIN, Action.REMIND, Action.SUPERVISE, Action.WHISTLE,
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A line of a history, as `EventLike` reads it."""

    action: Action
    from_status: Status | None
    to_status: Status
    content: dict[str, Any]
    at: datetime


@dataclass
class Life:
    source: ReportSource
    self_handled: bool
    grid_path: str
    matter: str
    place: tuple[float, float]
    events: list[Entry] = field(default_factory=list)

    @property
    def status(self) -> Status:
        return self.events[-1].to_status


def life(chance: Random, opened_at: datetime, *, longest: int = 14) -> Life:
    """One case, from its report on, for up to `longest` steps more."""
    source = chance.choice(list(ReportSource))
    grid_path = chance.choice(list(GRIDS))
    self_handled = source == ReportSource.STAFF and chance.random() < 0.2
    lived = Life(source, self_handled, grid_path, chance.choice(list(MATTERS)), GRIDS[grid_path])
    first = Status.PENDING_DISPATCH if source == ReportSource.STAFF else Status.VERIFYING
    limits = {"limit": QUARTER, "accept_limit": QUARTER}
    lived.events.append(Entry(Action.REPORT, None, first, limits, opened_at))
    if self_handled:
        to = chance.choice([Status.CLOSED, Status.PENDING_INSPECTION])
        lived.events.append(Entry(Action.SELF_HANDLE, first, to, {"limit": HOURS}, opened_at))
    at, holder = opened_at, None
    for _ in range(chance.randrange(longest)):
        at += timedelta(minutes=chance.choice([0, 1, 5, 14, 16, 60, 239, 241, 600, 3000]))
        step = _next_step(chance, lived.status)
        if step is None:
            break
        content: dict[str, Any] = {"limit": HOURS}
        if step.clock == ClockEffect.HAND:
            holder = chance.choice(HOLDERS)
            content |= {"holder": holder, "squad_code": None if ":" in holder else holder}
        elif step.clock in (ClockEffect.REWORK, ClockEffect.REOPEN):
            content |= {"holder": holder, "share": 0.5}
        elif step.action == Action.PASS and chance.random() < 0.5:
            lng, lat = lived.place
            content["place"] = {"lng": lng + chance.choice([0, 0.01]), "lat": lat}
        lived.events.append(Entry(step.action, lived.status, step.target or lived.status, content, at))
    return lived


def _next_step(chance: Random, status: Status) -> Any:
    """Any step that the table has from here, seldom one that ends the case otherwise than by being handled."""
    steps = [step for step in STEPS if status in step.sources]
    usual = [step for step in steps if step.action not in _RARE]
    onward = [step for step in usual if step.target]
    pool = chance.choices([steps, usual, onward], [10, 30, 60])[0] or steps
    return chance.choice(pool) if pool else None


async def write(session: AsyncSession, county: str, lived: Life) -> UUID:
    """The case and its history, as rows. What nothing here reads is left at its default."""
    first, last = lived.events[0], lived.events[-1]
    case = Case(
        county=county,
        id=new_id(),
        code=new_case_code(),
        version=len(lived.events),
        status=last.to_status,
        source=lived.source,
        catalogue_version=1,
        matter_code=lived.matter,
        condition_code=f"{lived.matter}-1",
        severity=MATTERS[lived.matter],
        place=point(*lived.place),
        grid_code=lived.grid_path.rsplit("/", 1)[1],
        grid_version=1,
        grid_path=lived.grid_path,
        on_border=False,
        words="",
        self_handled=lived.self_handled,
        opened_at=first.at,
        updated_at=last.at,
    )
    session.add(case)
    await session.flush()
    for number, event in enumerate(lived.events, start=1):
        session.add(
            CaseEvent(
                county=county,
                case_id=case.id,
                id=new_id(),
                seq=number,
                action=event.action,
                from_status=event.from_status,
                to_status=event.to_status,
                content=event.content,
                fingerprint="",
                at=event.at,
                previous_hash="",
                hash="",
            )
        )
    await session.flush()
    return case.id
