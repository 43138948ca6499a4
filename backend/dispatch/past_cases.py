"""Loads a county's past period for a rehearsal, set by set: cases, rota, squads, duties of the grids."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import cache
from math import inf
from pathlib import Path

from sqlalchemy import String, bindparam, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.clock import local_date
from backend.database import TIMESTAMP
from backend.dispatch.models import Assignment, RoutingDecision
from backend.dispatch.rehearsal import DUTY, NOBODY, DutyHeld, Held, Past, PastCase, PastMatter
from backend.dispatch.rule_checks import Known
from backend.errors import Conflict, Malformed, Say
from backend.grids.models import Grid
from backend.grids.queries import in_force
from backend.matters.models import Matter, Severity
from backend.matters.queries import calendar_days
from backend.permissions import Actor, Permission, covers
from backend.staff.models import Duty, Post, Staff
from backend.staff.queries_rota import shifts_of
from backend.staff.rota import ONE_DAY

LONGEST = timedelta(days=366)
MOST_CASES = 200_000


@cache
def _past_cases_sql() -> str:
    return (Path(__file__).parent / "sql" / "past_cases.sql").read_text(encoding="utf-8")


def require_possible_period(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raises Malformed for a period that is empty, too long, or not past yet."""
    if ends_at <= starts_at:
        raise Malformed.at("to", "period_empty", Say("结束时间要晚于开始时间", "The period must end after it begins"))
    if ends_at - starts_at > LONGEST:
        raise Malformed.at(
            "from",
            "period_too_long",
            Say("一次最多演练一年，请缩短时段", "At most a year at once; choose a shorter period"),
        )
    if starts_at >= now:
        raise Malformed.at(
            "from",
            "period_not_past",
            Say("演练只用过去的案件，请选过去的时段", "Only past cases can be replayed; choose a past period"),
        )


async def load_past(session: AsyncSession, actor: Actor, known: Known, starts_at: datetime, ends_at: datetime) -> Past:
    """The period [starts_at, ends_at). Only cases in the actor's scope are counted. Raises Conflict `too_many_cases`."""
    county = actor.county
    await _require_not_too_many(session, county, starts_at, ends_at)
    first, last = local_date(starts_at), local_date(ends_at)
    shifts = await shifts_of(session, county, [s.code for s in known.squads], first - ONE_DAY, last)
    return Past(
        cases=await _cases(session, actor, starts_at, ends_at),
        squads=known.squads,
        jurisdictions=known.jurisdictions,
        shifts={
            code: [(s.starts_at.timestamp(), s.ends_at.timestamp()) for s in dated if s.counts]
            for code, dated in shifts.items()
        },
        held=await _held_at(session, county, starts_at),
        duties=await _duties(session, county),
        clusters=await _clusters(session, county, local_date(ends_at)),
        calendar={row.on: row.kind for row in await calendar_days(session, county, first - ONE_DAY, last)},
    )


async def _require_not_too_many(session: AsyncSession, county: str, starts_at: datetime, ends_at: datetime) -> None:
    """Counts decisions, of which a case has at least one: cheap, and never too low."""
    found = await session.scalar(
        select(func.count()).where(
            col(RoutingDecision.county) == county,
            col(RoutingDecision.decided_at) >= starts_at,
            col(RoutingDecision.decided_at) < ends_at,
        )
    )
    if found and found > MOST_CASES:
        raise Conflict(
            "too_many_cases",
            Say(
                f"这段时间有 {found} 次派遣，一次最多演练 {MOST_CASES} 次，请缩短时段",
                f"{found} routings in this period, {MOST_CASES} at most at once; choose a shorter one",
            ),
            found=found,
            most=MOST_CASES,
        )


async def _cases(session: AsyncSession, actor: Actor, starts_at: datetime, ends_at: datetime) -> list[PastCase]:
    statement = text(_past_cases_sql()).bindparams(
        bindparam("county", type_=String()), bindparam("from", type_=TIMESTAMP), bindparam("to", type_=TIMESTAMP)
    )
    rows = (await session.execute(statement, {"county": actor.county, "from": starts_at, "to": ends_at})).all()
    matters = await _matters(session, actor.county, {row.catalogue_version for row in rows})
    reach = actor.paths_for(Permission.MANAGE_ROUTING)
    inside = {path: any(covers(own, path) for own in reach) for path in {row.grid_path for row in rows}}
    return [
        PastCase(
            code=row.code,
            at=row.at,
            until=inf if row.until is None else row.until,
            matter=matters[row.catalogue_version, row.matter_code],
            severity=Severity(row.severity),
            grid_code=row.grid_code,
            grid_path=row.grid_path,
            holder=row.squad_code or (DUTY + row.duty if row.duty else NOBODY),
            counted=inside[row.grid_path],
        )
        for row in rows
        if (row.catalogue_version, row.matter_code) in matters
    ]


async def _matters(session: AsyncSession, county: str, versions: Collection[int]) -> dict[tuple[int, str], PastMatter]:
    rows = await session.execute(
        select(
            col(Matter.catalogue_version),
            col(Matter.code),
            col(Matter.name),
            col(Matter.major_code),
            col(Matter.department_code),
            col(Matter.self_dispatch),
        ).where(col(Matter.county) == county, col(Matter.catalogue_version).in_(versions))
    )
    return {
        (version, code): PastMatter(code, name, major, department, self_dispatch)
        for version, code, name, major, department, self_dispatch in rows
    }


async def _held_at(session: AsyncSession, county: str, at: datetime) -> list[Held]:
    """What squads had in hand when the period began."""
    rows = await session.execute(
        select(col(Assignment.squad_code), col(Assignment.ended_at)).where(
            col(Assignment.county) == county,
            col(Assignment.assigned_at) < at,
            or_(col(Assignment.ended_at).is_(None), col(Assignment.ended_at) > at),
        )
    )
    return [Held(code, ended_at.timestamp() if ended_at else inf) for code, ended_at in rows if code]


async def _duties(session: AsyncSession, county: str) -> list[DutyHeld]:
    named = await session.execute(
        select(col(Grid.path), col(Grid.name)).where(col(Grid.county) == county).order_by(col(Grid.version))
    )
    names = dict(named.all())
    rows = await session.execute(
        select(Post, col(Staff.name), col(Staff.left_on))
        .join(Staff, (col(Staff.county) == col(Post.county)) & (col(Staff.id) == col(Post.staff_id)))
        .where(
            col(Post.county) == county,
            col(Post.duty).is_not(None),
            col(Post.grid_path).is_not(None),
            or_(col(Staff.active), col(Staff.left_on).is_not(None)),
        )
    )
    return [
        DutyHeld(
            Duty(post.duty or ""),
            post.grid_path or "",
            names.get(post.grid_path or "", ""),
            post.staff_id,
            name,
            post.starts_on.toordinal(),
            min((day for day in (post.ends_on, left_on) if day), default=date.max).toordinal(),
        )
        for post, name, left_on in rows.all()
    ]


async def _clusters(session: AsyncSession, county: str, on: date) -> dict[str, str]:
    rows = await session.execute(
        select(col(Grid.code), col(Grid.cluster_code)).where(
            col(Grid.county) == county, col(Grid.cluster_code).is_not(None), in_force(on)
        )
    )
    return {code: str(cluster) for code, cluster in rows}
