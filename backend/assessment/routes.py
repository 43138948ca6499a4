"""Figures over HTTP: indicators by group and period, the cases behind every number, the scheme, objections."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from backend.access import AssessmentKeeper, Assessor, FigureReader
from backend.assessment import objecting, queries, views
from backend.assessment.asking import WhatAsked, wanted_of
from backend.assessment.indicators import BY_KEY, Indicator
from backend.assessment.models import AssessmentScheme
from backend.assessment.periods import Step
from backend.assessment.queries import Dimension, Side, scope_of
from backend.assessment.schemas import (
    FigureCases,
    FigureObjectionAnswer,
    FigureObjectionIn,
    FigureObjectionOut,
    FiguresOut,
    IndicatorsOut,
    SchemeIn,
    SchemeOut,
    TrendOut,
)
from backend.clock import Now
from backend.database import Session
from backend.errors import Conflict, Malformed, NotAllowed, Say
from backend.language import Language
from backend.locks import one_at_a_time
from backend.permissions import Permission
from backend.staff.queries import squad_names

router = APIRouter(prefix="/api", tags=["figures"])

IndicatorKey = Annotated[str, Query(max_length=32)]
# Whoever has one squad's account has nobody else's to compare with.
OWN_DIMENSIONS = [each for each in Dimension if each not in {Dimension.UNIT, Dimension.TOWN}]


def indicator_named(key: str) -> Indicator:
    found = BY_KEY.get(key)
    if found is None:
        raise Malformed.at("indicator", "no_such_indicator", Say("没有这个指标", "There is no such indicator"))
    return found


@router.get("/indicators/definitions")
async def get_definitions(actor: FigureReader, session: Session, language: Language) -> IndicatorsOut:
    """What each indicator means and where its formula comes from, and by what I may group."""
    scope = scope_of(actor)
    names = await squad_names(session, actor.county)
    return IndicatorsOut(
        indicators=views.indicators_out(language),
        dimensions=OWN_DIMENSIONS if scope.is_own else list(Dimension),
        own_squads=[names.get(code, code) for code in scope.squads] if scope.is_own else [],
        scheme=await views.scheme_view(session, actor),
    )


@router.get("/indicators")
async def get_figures(
    what: WhatAsked, actor: FigureReader, session: Session, at: Now, language: Language
) -> FiguresOut:
    """Every indicator by the dimensions asked for, beside the period before. Of a squad's leader, their squad's own."""
    wanted, period = await wanted_of(session, actor, what, at)
    pending = await views.fresh(session, actor.county)
    return await views.figures(session, wanted, period, at=at, pending=pending, language=language)


@router.get("/indicators/cases")
async def get_cases_behind(
    what: WhatAsked,
    indicator: IndicatorKey,
    actor: FigureReader,
    session: Session,
    at: Now,
    side: Side = Side.PART,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> FigureCases:
    """The very cases that a number counts, the latest first: `count` is that number."""
    wanted, _period = await wanted_of(session, actor, what, at)
    await views.fresh(session, actor.county)
    count, found = await queries.cases_behind(
        session, wanted, indicator_named(indicator), side, offset=offset, limit=limit
    )
    return FigureCases(count=count, cases=await views.cases_out(session, actor.county, found))


@router.get("/indicators/trend")
async def get_trend(
    what: WhatAsked, indicator: IndicatorKey, actor: FigureReader, session: Session, at: Now, step: Step = Step.MONTH
) -> TrendOut:
    """One indicator over time."""
    wanted, period = await wanted_of(session, actor, what, at)
    if step == Step.DAY and period.days > 100:
        raise Malformed.at("step", "not_in_range", Say("按日最多看 100 天", "At most 100 days by day"))
    await views.fresh(session, actor.county)
    return await views.trend(session, wanted, indicator_named(indicator), step)


@router.get("/assessment-scheme")
async def get_scheme(actor: FigureReader, session: Session) -> SchemeOut:
    """The county's weights, bands and thresholds."""
    return await views.scheme_view(session, actor)


@router.put("/assessment-scheme")
async def put_scheme(body: SchemeIn, actor: AssessmentKeeper, session: Session, at: Now) -> SchemeOut:
    """Change them for the whole county, from now on; issued bulletins stay as they are. Every version is kept."""
    if actor.county not in actor.paths_for(Permission.MANAGE_ASSESSMENT):
        sentence = Say(
            "只有县级管理员能修改全县的考核方案", "Only administrators of the whole county change its scheme"
        )
        raise NotAllowed("not_your_scheme", sentence)
    await one_at_a_time(session, actor.county, "assessment scheme")
    newest = await views.scheme_row(session, actor.county)
    version = newest.version if newest else 0
    if version != body.version:
        sentence = Say("方案已被别人改过，请看最新的再改", "Somebody has changed the scheme; look at it first")
        raise Conflict("stale_version", sentence, version=version)
    session.add(
        AssessmentScheme(
            county=actor.county,
            version=version + 1,
            content=body.content.model_dump(mode="json"),
            made_by=actor.staff_id,
            made_at=at,
        )
    )
    await session.flush()
    return await views.scheme_view(session, actor)


@router.get("/figure-objections")
async def get_objections(actor: FigureReader, session: Session) -> list[FigureObjectionOut]:
    """Objections to figures in my scope, those without an answer first."""
    return await objecting.objections(session, actor)


@router.put("/figure-objections/{objection_id}", responses={201: {"model": FigureObjectionOut}})
async def put_objection(
    objection_id: UUID, body: FigureObjectionIn, response: Response, actor: FigureReader, session: Session, at: Now
) -> FigureObjectionOut:
    """My squad says that a case should not count as due against it."""
    await views.fresh(session, actor.county)
    first, objection = await objecting.object_to(session, actor=actor, objection_id=objection_id, content=body, at=at)
    response.status_code = 201 if first else 200
    return objection


@router.put("/figure-objections/{objection_id}/answer")
async def put_objection_answer(
    objection_id: UUID, body: FigureObjectionAnswer, actor: Assessor, session: Session, at: Now
) -> FigureObjectionOut:
    """Upheld, the case leaves the figures of what was due; that it was late stays in its history."""
    return await objecting.answer(session, actor=actor, objection_id=objection_id, content=body, at=at)
