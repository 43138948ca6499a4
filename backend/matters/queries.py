"""Every SELECT about the catalogue and the work calendar."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Malformed, NotFound, Say
from backend.matters.clocks import WorkCalendar
from backend.matters.models import (
    USUAL_STAGE_LIMITS,
    CalendarDay,
    Catalogue,
    FilingCondition,
    Limit,
    Matter,
    Stage,
    StageLimit,
    WorkHours,
)

# So long may a report wait on a phone and still be read with the catalogue under which it was written.
KEPT_WITHOUT_SIGNAL = timedelta(days=30)


async def catalogue_in_force(session: AsyncSession, county: str, at: datetime) -> int:
    """Version of the catalogue that holds at `at`. Raises NotFound when the county has none."""
    version = await session.scalar(
        select(func.max(col(Catalogue.version))).where(
            col(Catalogue.county) == county, col(Catalogue.in_force_at) <= at
        )
    )
    if version is None:
        raise NotFound("no_catalogue", Say("本县还没有事项目录，请联系管理员", "This county has no catalogue yet"))
    return version


async def matters(session: AsyncSession, county: str, version: int) -> Sequence[Matter]:
    """The matters of a catalogue version, most frequent first."""
    return (
        await session.scalars(
            select(Matter)
            .where(col(Matter.county) == county, col(Matter.catalogue_version) == version)
            .order_by(col(Matter.weight).desc(), col(Matter.code))
        )
    ).all()


async def conditions_by_matter(
    session: AsyncSession, county: str, version: int, *, matter_code: str | None = None
) -> dict[str, list[FilingCondition]]:
    """The filing conditions of a catalogue version, or of one matter in it, in their own order."""
    wanted = select(FilingCondition).where(
        col(FilingCondition.county) == county, col(FilingCondition.catalogue_version) == version
    )
    if matter_code:
        wanted = wanted.where(col(FilingCondition.matter_code) == matter_code)
    conditions: dict[str, list[FilingCondition]] = defaultdict(list)
    for row in await session.scalars(wanted.order_by(col(FilingCondition.matter_code), col(FilingCondition.position))):
        conditions[row.matter_code].append(row)
    return conditions


@dataclass(frozen=True)
class ChosenMatter:
    matter: Matter
    condition: FilingCondition


async def choose_matter_as_written(
    session: AsyncSession, county: str, at: datetime, written_at: datetime, matter_code: str, condition_code: str | None
) -> ChosenMatter:
    """As `choose_matter`; what has left the catalogue since it was written down without a signal is taken as it was then."""
    try:
        return await choose_matter(session, county, at, matter_code, condition_code)
    except Malformed:
        if not at - KEPT_WITHOUT_SIGNAL <= written_at < at:
            raise
        return await choose_matter(session, county, written_at, matter_code, condition_code)


async def choose_matter(
    session: AsyncSession, county: str, at: datetime, matter_code: str, condition_code: str | None
) -> ChosenMatter:
    """The matter in force and the filing condition named, or its default one. Raises Malformed naming the field."""
    version = await catalogue_in_force(session, county, at)
    matter = await session.get(Matter, (county, version, matter_code))
    if matter is None:
        raise unknown_matter(matter_code)
    conditions = (await conditions_by_matter(session, county, version, matter_code=matter_code))[matter_code]
    for condition in conditions:
        if condition.code == condition_code or (condition_code is None and condition.is_default):
            return ChosenMatter(matter, condition)
    raise Malformed.at(
        "condition",
        "unknown_condition",
        Say(
            f"「{matter.name}」没有立案条件「{condition_code}」，请重新选择",
            f"“{matter.name}” has no filing condition “{condition_code}”; choose another",
        ),
    )


def unknown_matter(matter_code: str) -> Malformed:
    return Malformed.at(
        "matter",
        "unknown_matter",
        Say(
            f"目录里没有事项「{matter_code}」，请重新选择",
            f"The catalogue has no matter “{matter_code}”; choose another",
        ),
    )


async def capability_words(session: AsyncSession, county: str, at: datetime) -> frozenset[str]:
    """What a squad's capability may be: a matter of the catalogue in force, its major, or `*` for everything."""
    version = await catalogue_in_force(session, county, at)
    rows = await matters(session, county, version)
    return frozenset({"*"} | {row.code for row in rows} | {row.major_code for row in rows})


async def matter_codes_ever(session: AsyncSession, county: str, codes: Sequence[str]) -> tuple[str, ...]:
    """These matters, and all those of these major ones, of every version of the catalogue."""
    found = select(col(Matter.code)).where(
        col(Matter.county) == county, or_(col(Matter.code).in_(codes), col(Matter.major_code).in_(codes))
    )
    return tuple(await session.scalars(found.distinct().order_by(col(Matter.code))))


async def matter_codes_named(session: AsyncSession, county: str, part: str) -> tuple[str, ...]:
    """The matters with this in their name, of every version of the catalogue."""
    found = select(col(Matter.code)).where(
        col(Matter.county) == county, col(Matter.name).icontains(part, autoescape=True)
    )
    return tuple(await session.scalars(found.distinct()))


async def condition_of(session: AsyncSession, county: str, version: int, code: str) -> FilingCondition:
    condition = await session.get(FilingCondition, (county, version, code))
    assert condition is not None  # a case keeps its catalogue version, and versions are never deleted
    return condition


async def matter_of(session: AsyncSession, county: str, version: int, code: str) -> Matter:
    matter = await session.get(Matter, (county, version, code))
    assert matter is not None
    return matter


async def matter_of_any_version(session: AsyncSession, county: str, code: str) -> Matter:
    """The matter in the newest version of the catalogue that has it; there must be one."""
    found = select(Matter).where(col(Matter.county) == county, col(Matter.code) == code)
    return (await session.scalars(found.order_by(col(Matter.catalogue_version).desc()).limit(1))).one()


async def stage_limits(session: AsyncSession, county: str) -> dict[Stage, Limit]:
    """How long the county gives itself for each stage; every stage has one, the country's usual where it says nothing."""
    rows = await session.scalars(select(StageLimit).where(col(StageLimit.county) == county))
    return USUAL_STAGE_LIMITS | {row.stage: Limit(row.amount, row.unit) for row in rows}


async def calendar_days(session: AsyncSession, county: str, first: date, last: date) -> Sequence[CalendarDay]:
    """The days from `first` to `last`, both included, that differ from Monday to Friday."""
    return (
        await session.scalars(
            select(CalendarDay)
            .where(col(CalendarDay.county) == county, col(CalendarDay.on).between(first, last))
            .order_by(col(CalendarDay.on))
        )
    ).all()


async def work_calendar(session: AsyncSession, county: str) -> WorkCalendar:
    """The county's working hours and the days that differ from Monday to Friday, read once a session."""
    known: dict[str, WorkCalendar] = session.info.setdefault("work_calendars", {})
    if county not in known:
        hours = await session.execute(
            select(col(WorkHours.starts), col(WorkHours.ends))
            .where(col(WorkHours.county) == county)
            .order_by(col(WorkHours.starts))
        )
        days = await session.execute(
            select(col(CalendarDay.on), col(CalendarDay.kind)).where(col(CalendarDay.county) == county)
        )
        known[county] = WorkCalendar(tuple((starts, ends) for starts, ends in hours), dict(iter(days)))
    return known[county]
