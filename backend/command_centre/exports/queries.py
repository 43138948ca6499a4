"""Every SELECT of exports: the rows of a file, and who asked for which."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case, CasePhoto
from backend.cases.queries import GRID_OF_CASE, MATTER_OF_CASE, SQUAD_OF_CASE
from backend.cases.queries_lists import CaseFilter, matching
from backend.cases.queries_rows import village_name
from backend.command_centre.exports.columns import CaseLine
from backend.command_centre.exports.models import Export, ExportState
from backend.errors import NotFound, Say
from backend.grids.models import Grid
from backend.matters.models import FilingCondition, Matter
from backend.permissions import Actor
from backend.staff.models import Squad

LISTED = 20
AT_ONCE = 1_000


async def count_cases(session: AsyncSession, actor: Actor, wanted: CaseFilter, at: datetime) -> int:
    return await session.scalar(select(func.count()).where(matching(actor, wanted, at))) or 0


async def case_ids(session: AsyncSession, actor: Actor, wanted: CaseFilter, at: datetime, *, most: int) -> list[UUID]:
    """The wanted cases that the actor may see, oldest first, and no more than `most`."""
    found = select(col(Case.id)).where(matching(actor, wanted, at)).order_by(col(Case.opened_at), col(Case.id))
    return list(await session.scalars(found.limit(most)))


Conditions = Mapping[tuple[int, str], str]
"""The words of a filing condition by catalogue version and code."""


async def case_lines(session: AsyncSession, county: str, ids: Sequence[UUID], conditions: Conditions) -> list[CaseLine]:
    """The cases with these ids, in this order. The caller has made sure that they may be seen."""
    photos = (
        select(func.count())
        .where(
            col(CasePhoto.county) == col(Case.county),
            col(CasePhoto.case_id) == col(Case.id),
            col(CasePhoto.received_at).is_not(None),
        )
        .correlate(Case)
        .scalar_subquery()
    )
    lines = (
        select(
            col(Case.id),
            col(Case.code),
            col(Case.status),
            col(Case.severity),
            col(Matter.major_name),
            col(Matter.name),
            col(Case.catalogue_version),
            col(Case.condition_code),
            col(Case.source),
            village_name(),
            col(Grid.name),
            col(Case.grid_code),
            func.ST_X(col(Case.place)),
            func.ST_Y(col(Case.place)),
            col(Case.words),
            col(Squad.name),
            col(Case.grid_duty),
            col(Case.opened_at),
            col(Case.filed_at),
            col(Case.due_at),
            col(Case.closed_at),
            col(Case.late_s),
            col(Case.send_back_count),
            col(Case.rework_count),
            col(Case.extension_count),
            col(Case.suspension_count),
            photos,
            col(Case.satisfaction),
        )
        .join(Matter, MATTER_OF_CASE)
        .join(Grid, GRID_OF_CASE)
        .outerjoin(Squad, SQUAD_OF_CASE)
        .where(col(Case.county) == county, col(Case.id).in_(ids))
    )
    found = {
        case_id: CaseLine(code, status, severity, major, matter, conditions.get((version, condition), ""), *rest)
        for case_id, code, status, severity, major, matter, version, condition, *rest in await session.execute(lines)
    }
    return [found[case_id] for case_id in ids if case_id in found]


async def conditions_ever(session: AsyncSession, county: str) -> Conditions:
    """The words of every filing condition that there ever was: read beside the cases, for a join with them was planned so
    badly in a town without statistics that it did not end."""
    every = select(col(FilingCondition.catalogue_version), col(FilingCondition.code), col(FilingCondition.words))
    rows = await session.execute(every.where(col(FilingCondition.county) == county))
    return {(version, code): words for version, code, words in rows}


async def export_of(session: AsyncSession, actor: Actor, export_id: UUID, *, lock: bool = False) -> Export:
    """The export that this actor asked for. Raises NotFound, for other people's too."""
    export = await session.get(Export, (actor.county, export_id), with_for_update=lock or None)
    if export is None or export.asked_by != actor.staff_id:
        raise NotFound("no_such_export", Say("没有这个导出文件", "There is no such export"))
    return export


async def exports_of(session: AsyncSession, actor: Actor) -> Sequence[Export]:
    """What the actor asked for of late, newest first."""
    mine = select(Export).where(col(Export.county) == actor.county, col(Export.asked_by) == actor.staff_id)
    return (await session.scalars(mine.order_by(col(Export.asked_at).desc(), col(Export.id)).limit(LISTED))).all()


async def unfinished_of(session: AsyncSession, actor: Actor) -> int:
    waiting = select(func.count()).where(
        col(Export.county) == actor.county,
        col(Export.asked_by) == actor.staff_id,
        col(Export.state).in_((ExportState.WAITING, ExportState.RUNNING)),
    )
    return await session.scalar(waiting) or 0
