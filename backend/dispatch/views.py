"""Squads as a dispatcher sees them: the board with load and duty, and the answer to who is on duty for what."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.dispatch.queries import open_cases_by_squad
from backend.dispatch.routing import REASONS, Verdict
from backend.dispatch.schemas import OnDutyOut, SquadOut
from backend.permissions import Actor
from backend.staff import queries_duty
from backend.staff.duty import SquadDuty
from backend.staff.rota_views import on_duty_members, why_in_language
from backend.staff.schemas_duty import CandidateDuty
from backend.staff.squads import reads_squad


async def squad_board(session: AsyncSession, actor: Actor, *, at: datetime, language: str) -> list[SquadOut]:
    """Every squad of the county, those on duty first; people by name only where the actor may look at the squad."""
    load = await open_cases_by_squad(session, actor.county)
    statuses = await queries_duty.statuses(session, actor.county)
    board = [
        SquadOut(
            code=squad.code,
            name=squad.name,
            unit_name=squad.unit_name,
            kind=squad.kind,
            on_duty=squad.on_duty,
            off_duty_at=squad.on_until,
            why_off_duty=why_in_language(squad, language),
            open_cases=load.get(squad.code, 0),
            jurisdiction=[path.rsplit("/", 1)[-1] for path in squad.jurisdiction],
            on_duty_count=len(squad.members_on_duty),
            on_duty_members=on_duty_members(squad, statuses, language) if _reads(actor, squad) else [],
        )
        for squad in await queries_duty.duty_of_squads(session, actor.county, at)
    ]
    return sorted(board, key=lambda s: (not s.on_duty, s.kind != "all_round", s.code))


def _reads(actor: Actor, squad: SquadDuty) -> bool:
    return reads_squad(actor, squad.code, squad.jurisdiction)


async def on_duty_out(
    session: AsyncSession, actor: Actor, found: Sequence[SquadDuty], *, at: datetime, language: str
) -> OnDutyOut:
    """Those that suit first, then those on duty, the all-round squads before the departments'."""
    statuses = await queries_duty.statuses(session, actor.county)
    candidates = []
    for squad in found:
        reasons = _reasons(squad, language)
        candidates.append(
            CandidateDuty(
                code=squad.code,
                name=squad.name,
                unit_name=squad.unit_name,
                kind=squad.kind,
                on_duty=squad.on_duty,
                until=squad.on_until,
                has_jurisdiction=squad.has_jurisdiction,
                can_do=squad.can_do,
                suits=not reasons,
                reasons=reasons,
                members=on_duty_members(squad, statuses, language) if _reads(actor, squad) else [],
            )
        )
    candidates.sort(key=lambda c: (not c.suits, not c.on_duty, c.kind != "all_round", c.code))
    return OnDutyOut(at=at, squads=candidates)


def _reasons(squad: SquadDuty, language: str) -> list[str]:
    """Why the squad does not suit, in the words of the routing."""
    reasons = []
    if squad.can_do is False:
        reasons.append(REASONS[Verdict.NOT_CAPABLE].in_language(language))
    if squad.has_jurisdiction is False:
        reasons.append(REASONS[Verdict.NO_JURISDICTION].in_language(language))
    why = why_in_language(squad, language)
    return reasons + ([why] if why else [])
