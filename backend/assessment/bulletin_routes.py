"""Bulletins and what is worth a look over HTTP, for those who assess."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from backend.access import Assessor
from backend.assessment import anomalies, bulletins, views
from backend.assessment.asking import Code, WhatAsked, wanted_of
from backend.assessment.bulletin_schemas import BulletinIn, BulletinIssue, BulletinOut, BulletinRow
from backend.assessment.schemas import AnomaliesOut, FigureCases, PeriodOut
from backend.clock import Now
from backend.database import Session
from backend.language import Language

router = APIRouter(prefix="/api", tags=["figures"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.get("/anomalies")
async def get_anomalies(
    what: WhatAsked, actor: Assessor, session: Session, at: Now, language: Language
) -> AnomaliesOut:
    """What is worth a look in a period, by transparent rules; see the scheme for their thresholds."""
    wanted, period = await wanted_of(session, actor, what, at)
    pending = await views.fresh(session, actor.county)
    scheme = await views.scheme_of(session, actor.county)
    rules = [await anomalies.found_by(session, rule, wanted, scheme.thresholds, language) for rule in anomalies.RULES]
    unfinished = period.until > at
    shown = PeriodOut(first=period.first, last=period.last, step=period.step, unfinished=unfinished)
    return AnomaliesOut(as_of=at, pending=pending, period=shown, rules=rules)


@router.get("/anomalies/cases")
async def get_anomaly_cases(
    what: WhatAsked,
    rule: Annotated[str, Query(max_length=32)],
    code: Code,
    actor: Assessor,
    session: Session,
    at: Now,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FigureCases:
    """The cases that a rule found in one group."""
    wanted, _period = await wanted_of(session, actor, what, at)
    scheme = await views.scheme_of(session, actor.county)
    count, found = await anomalies.cases_found(
        session, anomalies.rule_named(rule), wanted, scheme.thresholds, code, offset=offset, limit=limit
    )
    return FigureCases(count=count, cases=await views.cases_out(session, actor.county, found))


@router.get("/bulletins")
async def get_bulletins(actor: Assessor, session: Session) -> list[BulletinRow]:
    """Weekly briefs and monthly circulars of my scope, drafts and issued ones."""
    return await bulletins.bulletins(session, actor)


@router.put("/bulletins/{bulletin_id}", responses={201: {"model": BulletinOut}})
async def put_bulletin(
    bulletin_id: UUID, body: BulletinIn, response: Response, actor: Assessor, session: Session, at: Now
) -> BulletinOut:
    """Begin a draft under my own id, or change the remarks of one. A draft follows the data."""
    first, row = await bulletins.put_bulletin(session, actor=actor, bulletin_id=bulletin_id, content=body, at=at)
    await views.fresh(session, actor.county)
    response.status_code = 201 if first else 200
    return await bulletins.bulletin_out(session, row, at)


@router.get("/bulletins/{bulletin_id}")
async def get_bulletin(bulletin_id: UUID, actor: Assessor, session: Session, at: Now) -> BulletinOut:
    """One of them: an issued one as it was issued, a draft as the figures are now."""
    row = await bulletins.bulletin_for(session, actor, bulletin_id)
    await views.fresh(session, actor.county)
    return await bulletins.bulletin_out(session, row, at)


@router.delete("/bulletins/{bulletin_id}", status_code=204)
async def delete_bulletin(
    bulletin_id: UUID,
    actor: Assessor,
    session: Session,
    version: Annotated[int, Query(ge=1, le=2**31 - 1, description="the draft as it was seen")],
) -> None:
    """Throw a draft away. What was issued stands."""
    await bulletins.discard(session, actor=actor, bulletin_id=bulletin_id, version=version)


@router.post("/bulletins/{bulletin_id}/issue")
async def issue_bulletin(
    bulletin_id: UUID, body: BulletinIssue, actor: Assessor, session: Session, at: Now
) -> BulletinOut:
    """From now on it stands as it is, with a number and a hash, whatever becomes of the data."""
    row = await bulletins.issue(session, actor=actor, bulletin_id=bulletin_id, version=body.version, at=at)
    return await bulletins.bulletin_out(session, row, at)


@router.get("/bulletins/{bulletin_id}/workbook", response_class=Response)
async def get_bulletin_workbook(bulletin_id: UUID, actor: Assessor, session: Session, at: Now) -> Response:
    """The bulletin as an Excel workbook without any formula."""
    row = await bulletins.bulletin_for(session, actor, bulletin_id)
    shown = await bulletins.bulletin_out(session, row, at)
    name = f"{shown.kind}-{shown.first}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(bulletins.workbook(shown), media_type=XLSX, headers=headers)
