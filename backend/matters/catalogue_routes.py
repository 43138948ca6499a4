"""Versions and drafts of the catalogue over HTTP, its workbook out and in, and the limits of the stages."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response, UploadFile

from backend.access import CaseReader, CatalogueKeeper
from backend.clock import Now
from backend.database import Session
from backend.language import Language
from backend.matters import catalogue_actions as actions
from backend.matters import queries_catalogue as queries
from backend.matters.catalogue_schemas import (
    CatalogueDraftIn,
    CatalogueDraftOut,
    CatalogueVersions,
    ListedCatalogueDraft,
    MatterIn,
    PublishIn,
    StageLimitContent,
    StageLimits,
    VersionContent,
)
from backend.matters.catalogue_views import draft_out, listed_draft, version_out, versions_out
from backend.matters.content import MatterCode
from backend.matters.queries import stage_limits
from backend.matters.workbook import write_workbook
from backend.matters.workbook_rows import read_workbook
from backend.staff.queries import unit_names
from backend.staff.queries_people import unit_codes_by_word
from backend.staff.sheets import read_sheets

router = APIRouter(prefix="/api/catalogue", tags=["catalogue"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VersionNumber = Annotated[int, Path(ge=0, le=1_000_000)]
DraftVersion = Annotated[int, Query(description="the draft's version as it was seen")]


@router.get("/versions")
async def list_versions(actor: CaseReader, session: Session, at: Now) -> CatalogueVersions:
    """Every version of the catalogue, newest first, also those that wait for their time."""
    rows = await queries.versions(session, actor.county)
    sizes = await queries.sizes(session, actor.county)
    return CatalogueVersions(may_change=actions.keeps_catalogue(actor), versions=list(versions_out(rows, sizes, at)))


@router.get("/versions/{version}")
async def get_version(
    version: VersionNumber,
    actor: CaseReader,
    session: Session,
    at: Now,
    language: Language,
    against: Annotated[int | None, Query(ge=0, le=1_000_000, description="left out: the version before")] = None,
) -> VersionContent:
    """A version with its matters by code, and what it changed."""
    return await version_out(session, actor.county, version, against, at, language)


@router.get("/versions/{version}/export.xlsx", response_class=Response)
async def export_version(version: VersionNumber, actor: CaseReader, session: Session) -> Response:
    """The version as a workbook that can be edited and sent back. Version 0 is an empty one."""
    if version:
        await queries.version_of(session, actor.county, version)
    content = await queries.content_of_version(session, actor.county, version)
    book = await asyncio.to_thread(write_workbook, content, await unit_names(session, actor.county))
    name = f"filename=catalogue-{version}.xlsx; filename*=UTF-8''%E4%BA%8B%E9%A1%B9%E7%9B%AE%E5%BD%95-{version}.xlsx"
    headers = {"Content-Disposition": f"attachment; {name}"}
    return Response(book, media_type=XLSX, headers=headers)


@router.get("/drafts")
async def list_drafts(actor: CatalogueKeeper, session: Session) -> list[ListedCatalogueDraft]:
    """Drafts that are being edited, the last changed first."""
    actions.require_keeper(actor)
    return [listed_draft(draft) for draft in await queries.drafts(session, actor.county)]


@router.get("/drafts/{draft_id}")
async def get_draft(
    draft_id: UUID, actor: CatalogueKeeper, session: Session, at: Now, language: Language
) -> CatalogueDraftOut:
    """The draft with its matters, what it would change, and what its workbook said that could not be taken over."""
    return await draft_out(session, await actions.draft_for(session, actor, draft_id), at, language)


@router.put("/drafts/{draft_id}")
async def put_draft(
    draft_id: UUID, content: CatalogueDraftIn, actor: CatalogueKeeper, session: Session, at: Now, language: Language
) -> CatalogueDraftOut:
    """Begin a draft with the content of a version, or give it another title."""
    draft = await actions.put_draft(
        session, actor=actor, draft_id=draft_id, title=content.title, from_version=content.from_version, at=at
    )
    return await draft_out(session, draft, at, language)


@router.put("/drafts/{draft_id}/workbook")
async def put_workbook(
    draft_id: UUID,
    file: UploadFile,
    actor: CatalogueKeeper,
    session: Session,
    at: Now,
    language: Language,
    version: Annotated[int | None, Query(description="of the draft as it was seen; none for a new one")] = None,
) -> CatalogueDraftOut:
    """Begin a draft with what a workbook says, or put that in its place. Nothing of it is in force before it is published."""
    actions.require_keeper(actor)
    data = await file.read()
    name = (file.filename or "")[:200] or "xlsx"
    sheets = await read_sheets(data)
    over = await queries.newest_version(session, actor.county)
    base = await queries.content_of_version(session, actor.county, over)
    reading = await asyncio.to_thread(read_workbook, sheets, base, await unit_codes_by_word(session, actor.county))
    draft = await actions.put_workbook(
        session,
        actor=actor,
        draft_id=draft_id,
        version=version,
        file_name=name,
        fingerprint=actions.fingerprint_of(name, data),
        reading=reading,
        at=at,
    )
    return await draft_out(session, draft, at, language, reading.ignored_columns)


@router.put("/drafts/{draft_id}/matters/{code}")
async def put_matter(
    draft_id: UUID,
    code: MatterCode,
    content: MatterIn,
    actor: CatalogueKeeper,
    session: Session,
    at: Now,
    language: Language,
) -> CatalogueDraftOut:
    """Add a matter to the draft, or put it in place of the one with this code."""
    draft = await actions.put_matter(
        session, actor=actor, draft_id=draft_id, code=code, version=content.version, matter=content.matter, at=at
    )
    return await draft_out(session, draft, at, language)


@router.delete("/drafts/{draft_id}/matters/{code}")
async def remove_matter(
    draft_id: UUID,
    code: MatterCode,
    version: DraftVersion,
    actor: CatalogueKeeper,
    session: Session,
    at: Now,
    language: Language,
) -> CatalogueDraftOut:
    """Take a matter out of the draft."""
    draft = await actions.remove_matter(session, actor=actor, draft_id=draft_id, code=code, version=version, at=at)
    return await draft_out(session, draft, at, language)


@router.post("/drafts/{draft_id}/publish")
async def publish(
    draft_id: UUID, content: PublishIn, actor: CatalogueKeeper, session: Session, at: Now, language: Language
) -> CatalogueDraftOut:
    """Make the draft the newest version, at once or from a given moment. Cases that are open keep their version."""
    draft = await actions.publish(
        session,
        actor=actor,
        draft_id=draft_id,
        version=content.version,
        over=content.over,
        in_force_at=content.in_force_at,
        at=at,
    )
    return await draft_out(session, draft, at, language)


@router.delete("/drafts/{draft_id}", status_code=204)
async def discard_draft(draft_id: UUID, actor: CatalogueKeeper, session: Session, at: Now) -> None:
    """Put a draft away for good."""
    await actions.discard_draft(session, actor=actor, draft_id=draft_id, at=at)


@router.get("/stage-limits")
async def get_stage_limits(actor: CaseReader, session: Session) -> StageLimits:
    """How long the county gives itself for each stage besides handling."""
    limits = await stage_limits(session, actor.county)
    return StageLimits(
        **{stage.value: StageLimitContent(amount=limit.amount, unit=limit.unit) for stage, limit in limits.items()}
    )


@router.put("/stage-limits")
async def put_stage_limits(content: StageLimits, actor: CatalogueKeeper, session: Session) -> StageLimits:
    """Give the stages other limits. Clocks that run already keep theirs."""
    await actions.set_stage_limits(session, actor=actor, limits=content)
    return content
