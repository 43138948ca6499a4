"""The duty shift within which a person may patrol at a moment: their squad's rota, or the county's hours for those without."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import SHANGHAI, local_date
from backend.patrols.models import PatrolRules
from backend.patrols.rules import rules_of
from backend.permissions import SQUAD_ROLES, Actor
from backend.staff.duty import WORD_COUNTS_FOR
from backend.staff.queries_duty import duty_of_squads
from backend.staff.rota import ONE_DAY


@dataclass(frozen=True)
class Shift:
    """`ends_at` is when the shift that runs now ends, None when none does; `next_at` when the next one begins, if known."""

    ends_at: datetime | None
    next_at: datetime | None = None


async def shift_of(session: AsyncSession, actor: Actor, at: datetime) -> Shift:
    """The person's shift at a moment. Who has a squad and a grid post may patrol in the shift of either."""
    shifts = [await _squad_shift(session, actor, code, at) for code in _squads(actor)]
    if not shifts or any(post.role not in SQUAD_ROLES for post in actor.posts):
        shifts.append(hours_shift(await rules_of(session, actor.county), at))
    running = [shift.ends_at for shift in shifts if shift.ends_at]
    coming = [shift.next_at for shift in shifts if shift.next_at]
    return Shift(max(running, default=None), min(coming, default=None))


def hours_shift(rules: PatrolRules, at: datetime) -> Shift:
    """The county's hours for people without a rota, on every day; `ends` before `starts` crosses midnight."""
    day = local_date(at)
    spans = []
    for on in (day - ONE_DAY, day, day + ONE_DAY):
        starts_at = datetime.combine(on, rules.starts, SHANGHAI)
        ends_at = datetime.combine(on, rules.ends, SHANGHAI)
        spans.append((starts_at, ends_at + ONE_DAY if ends_at <= starts_at else ends_at))
    running = next((ends_at for starts_at, ends_at in spans if starts_at <= at < ends_at), None)
    return Shift(running, min(starts_at for starts_at, _ in spans if starts_at > at))


def _squads(actor: Actor) -> list[str]:
    return sorted({post.squad_code for post in actor.posts if post.squad_code and post.role in SQUAD_ROLES})


async def _squad_shift(session: AsyncSession, actor: Actor, squad_code: str, at: datetime) -> Shift:
    duties = await duty_of_squads(session, actor.county, at, squad_code=squad_code)
    if not duties:
        return Shift(None)
    duty = duties[0]
    me = next((member for member in duty.members if member.id == actor.staff_id), None)
    if me is None or not me.on_duty:
        return Shift(None, duty.next_starts_at)
    return Shift(me.on_until or at + WORD_COUNTS_FOR, duty.next_starts_at)
