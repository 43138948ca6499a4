"""Every SELECT about versions and drafts of the catalogue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import NotFound, Say
from backend.matters.content import Content, content_of
from backend.matters.models import Catalogue, CatalogueDraft, DraftState, Matter, StageLimit
from backend.matters.queries import conditions_by_matter, matters
from backend.staff.models import Squad


async def versions(session: AsyncSession, county: str) -> Sequence[Catalogue]:
    """Every version of the catalogue, newest first, also those that wait for their time."""
    found = select(Catalogue).where(col(Catalogue.county) == county).order_by(col(Catalogue.version).desc())
    return (await session.scalars(found)).all()


async def newest_version(session: AsyncSession, county: str) -> int:
    """The number of the newest version, in force or not; 0 if there is none."""
    newest = select(func.max(col(Catalogue.version))).where(col(Catalogue.county) == county)
    return await session.scalar(newest) or 0


async def version_of(session: AsyncSession, county: str, version: int) -> Catalogue:
    """Raises NotFound `no_such_version`."""
    found = await session.get(Catalogue, (county, version))
    if found is None:
        raise NotFound("no_such_version", Say("没有这一版目录", "There is no such version of the catalogue"))
    return found


async def sizes(session: AsyncSession, county: str) -> dict[int, int]:
    """How many matters each version has."""
    version = col(Matter.catalogue_version)
    counted = select(version, func.count()).where(col(Matter.county) == county).group_by(version)
    return dict((await session.execute(counted)).all())


async def content_of_version(session: AsyncSession, county: str, version: int) -> Content:
    """The document of a version; an empty one for version 0."""
    rows = await matters(session, county, version)
    return content_of(rows, await conditions_by_matter(session, county, version))


async def drafts(session: AsyncSession, county: str) -> Sequence[CatalogueDraft]:
    """Drafts that are being edited, the last changed first."""
    found = select(CatalogueDraft).where(
        col(CatalogueDraft.county) == county, col(CatalogueDraft.state) == DraftState.EDITING
    )
    return (await session.scalars(found.order_by(col(CatalogueDraft.updated_at).desc()))).all()


async def draft_of(session: AsyncSession, county: str, draft_id: UUID, *, lock: bool = False) -> CatalogueDraft | None:
    found = select(CatalogueDraft).where(col(CatalogueDraft.county) == county, col(CatalogueDraft.id) == draft_id)
    return await session.scalar(found.with_for_update() if lock else found)


async def squads(session: AsyncSession, county: str) -> Sequence[Squad]:
    return (await session.scalars(select(Squad).where(col(Squad.county) == county).order_by(col(Squad.code)))).all()


async def routing_rules(session: AsyncSession, county: str) -> list[dict[str, Any]]:
    """Every routing rule as it is kept. They belong to `dispatch`, above this domain, which alone knows their meaning."""
    rows = await session.scalars(
        text("SELECT jsonb_array_elements(rules) FROM rule_set WHERE county = :county AND status = 'in_force'"),
        {"county": county},
    )
    return list(rows)


async def stage_limit_rows(session: AsyncSession, county: str) -> dict[str, StageLimit]:
    rows = await session.scalars(select(StageLimit).where(col(StageLimit.county) == county))
    return {row.stage: row for row in rows}


async def waiting_versions(session: AsyncSession, county: str, at: datetime) -> Sequence[Catalogue]:
    """Versions whose time has not come, oldest first."""
    found = select(Catalogue).where(col(Catalogue.county) == county, col(Catalogue.in_force_at) > at)
    return (await session.scalars(found.order_by(col(Catalogue.version)))).all()
