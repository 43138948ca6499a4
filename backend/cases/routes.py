"""Reports and cases over HTTP."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.orm.exc import StaleDataError

from backend.access import CaseActor, CaseReader, Registrar, Reporter, RoutingReader
from backend.cases import actions, nearby, public_reports, queries, queries_lists, queries_nearby, reporting, views
from backend.cases.case_filter import WantedCases
from backend.cases.evidence import look_later, require_declared, store_photos
from backend.cases.history import changed_meanwhile
from backend.cases.marks import SAME_TIME
from backend.cases.models import ReportSource
from backend.cases.paging import read_cursor, write_cursor
from backend.cases.queries_groups import group_counts
from backend.cases.queries_lists import Sort
from backend.cases.receipts import action_receipt, report_receipt
from backend.cases.schemas import (
    ActionIn,
    ActionReceipt,
    CaseCounts,
    CaseDetail,
    CasePage,
    NearbyCases,
    ReportIn,
    ReportReceipt,
)
from backend.cases.schemas_public import PublicReportIn
from backend.cases.submissions import read_submission
from backend.clock import Now, PhoneNow
from backend.database import Session
from backend.dispatch.explanations import explain
from backend.dispatch.queries import latest_decision
from backend.dispatch.schemas import RoutingOut
from backend.errors import Conflict, NotFound, Say
from backend.identifiers import read_case_code
from backend.language import Language
from backend.matters.likely import likely
from backend.matters.queries import catalogue_in_force, matters
from backend.matters.schemas import LikelyMatters
from backend.staff.queries import squad_names
from backend.wire import Lat, Lng

router = APIRouter(prefix="/api", tags=["cases"])


def _multipart(part: str, schema: str) -> dict[str, object]:
    """How OpenAPI describes a body that the route reads by itself."""
    reference = {"$ref": f"#/components/schemas/{schema}"}
    photos = {"type": "array", "items": {"type": "string", "format": "binary"}}
    return {
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {"type": "object", "required": [part], "properties": {part: reference, "photo": photos}},
                    "encoding": {part: {"contentType": "application/json"}},
                },
                "application/json": {"schema": reference},
            },
        }
    }


@router.put(
    "/reports/{report_id}", responses={201: {"model": ReportReceipt}}, openapi_extra=_multipart("report", "ReportIn")
)
async def put_report(
    report_id: UUID,
    request: Request,
    response: Response,
    actor: Reporter,
    session: Session,
    at: Now,
    sent_at: PhoneNow,
    language: Language,
) -> ReportReceipt:
    """File a report under the phone's own id, with its photos or ahead of them. 201 the first time, 200 for a repeat."""
    submission = await read_submission(request, "report", ReportIn)
    require_declared(submission.uploads, [*submission.content.photos, *submission.content.after_photos])
    stored = await store_photos(request.app.state, actor.county, submission.uploads)
    outcome = await reporting.file_report(
        session, actor=actor, report_id=report_id, content=submission.content, stored=stored, at=at
    )
    if outcome.first:
        await look_later(session, actor.county, outcome.case_id, report_id, sent_at)
    response.status_code = 201 if outcome.first else 200
    return await report_receipt(session, actor, report_id, outcome, at, language)


@router.put(
    "/hotline/reports/{report_id}",
    responses={201: {"model": ReportReceipt}},
    openapi_extra=_multipart("report", "PublicReportIn"),
)
async def put_hotline_report(
    report_id: UUID,
    request: Request,
    response: Response,
    actor: Registrar,
    session: Session,
    at: Now,
    language: Language,
) -> ReportReceipt:
    """Write down what somebody reported by telephone. It is verified first, like everything from the public."""
    submission = await read_submission(request, "report", PublicReportIn)
    require_declared(submission.uploads, submission.content.photos)
    stored = await store_photos(request.app.state, actor.county, submission.uploads)
    outcome = await public_reports.file_public_report(
        session,
        county=actor.county,
        report_id=report_id,
        content=submission.content,
        stored=stored,
        at=at,
        source=ReportSource.HOTLINE,
        registered_by=actor,
    )
    response.status_code = 201 if outcome.first else 200
    return await report_receipt(session, actor, report_id, outcome, at, language)


@router.get("/cases/nearby")
async def cases_nearby(
    actor: CaseReader,
    session: Session,
    at: Now,
    matter: Annotated[str, Query(max_length=16, description="matter code")],
    lng: Annotated[Lng, Query()],
    lat: Annotated[Lat, Query()],
) -> NearbyCases:
    """Open cases of this matter within its radius and time, nearest first: perhaps the same thing, reported before."""
    return await nearby.nearby_cases(session, actor, matter_code=matter, lng=lng, lat=lat, at=at)


@router.get("/matters/likely")
async def likely_matters(
    actor: Reporter, session: Session, at: Now, lng: Annotated[Lng, Query()], lat: Annotated[Lat, Query()]
) -> LikelyMatters:
    """The six likeliest matters here and now: what was reported nearby of late, at such an hour, on such a day."""
    seen = await queries_nearby.matters_seen_near(session, actor.county, lng, lat, at)
    version = await catalogue_in_force(session, actor.county, at)
    weights = {m.code: m.weight for m in await matters(session, actor.county, version) if m.self_dispatch}
    return LikelyMatters(codes=likely(seen, at, weights))


@router.get("/cases")
async def list_cases(
    actor: CaseReader,
    session: Session,
    at: Now,
    language: Language,
    wanted: WantedCases,
    sort: Annotated[Sort, Query(description="soonest deadline, latest change or latest opening first")] = "updated",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CasePage:
    """Cases that I may see, a page at a time."""
    found = await queries_lists.page_of_case_ids(
        session, actor, wanted, at=at, sort=sort, start=read_cursor(cursor), limit=limit + 1
    )
    page = found[:limit]
    items = await views.summaries(session, actor, [case_id for case_id, _ in page], at=at, language=language)
    return CasePage(items=items, next_cursor=write_cursor(page[-1]) if len(found) > limit else None, as_of=at)


@router.get("/cases/counts")
async def count_cases(actor: CaseReader, session: Session, at: Now, wanted: WantedCases) -> CaseCounts:
    """How many cases each group of the queue has, with the same filters as the list; `group` itself does not count."""
    all_groups = queries_lists.matching(actor, replace(wanted, group=None), at)
    return CaseCounts(as_of=at, groups=await group_counts(session, all_groups, at))


@router.get("/cases/by-code/{code}")
async def get_case_by_code(
    code: Annotated[str, Path(max_length=40)], actor: CaseReader, session: Session, at: Now, language: Language
) -> CaseDetail:
    """One case by the code that people write down."""
    case_id = await queries.case_id_by_code(session, actor, read_case_code(code))
    return await views.detail(session, actor, case_id, at=at, language=language)


@router.get("/cases/{case_id}")
async def get_case(case_id: UUID, actor: CaseReader, session: Session, at: Now, language: Language) -> CaseDetail:
    """One case with history, photos, assignments, routing, and what I may do with it now."""
    return await views.detail(session, actor, case_id, at=at, language=language)


@router.get("/cases/{case_id}/routing")
async def get_routing(case_id: UUID, actor: RoutingReader, session: Session, language: Language) -> RoutingOut:
    """The latest routing decision of a case: inputs, rule, every candidate and why or why not."""
    case = await queries.case_for(session, actor, case_id)
    decision = await latest_decision(session, case.county, case.id)
    if decision is None:
        raise NotFound("no_routing", Say("这个案件还没有派遣决定", "This case has no routing decision yet"))
    return explain(
        decision,
        language=language,
        squad_names=await squad_names(session, case.county),
    )


@router.put(
    "/cases/{case_id}/actions/{action_id}",
    responses={201: {"model": ActionReceipt}},
    openapi_extra=_multipart("action", "ActionIn"),
)
async def put_action(
    case_id: UUID,
    action_id: UUID,
    request: Request,
    response: Response,
    actor: CaseActor,
    session: Session,
    at: Now,
    sent_at: PhoneNow,
    language: Language,
) -> ActionReceipt:
    """Take one step with a case, under an id the phone chose. 201 the first time, 200 for a repeat."""
    submission = await read_submission(request, "action", ActionIn)
    require_declared(submission.uploads, submission.content.photos)
    await queries.case_for(session, actor, case_id)
    stored = await store_photos(request.app.state, actor.county, submission.uploads)
    try:
        # What a refused step has begun is undone before its sender is told what the case is.
        async with session.begin_nested():
            outcome = await actions.take_action(
                session,
                actor=actor,
                case_id=case_id,
                action_id=action_id,
                content=submission.content,
                stored=stored,
                at=at,
            )
    except (NotFound, StaleDataError):
        # A moment ago it was there to see, to claim, and to change.
        raise changed_meanwhile() from None
    except Conflict as conflict:
        # Whoever lost a race must see at once what the case has become.
        (present,) = await views.summaries(session, actor, [case_id], at=at, language=language)
        conflict.more["case"] = present.model_dump(mode="json")
        raise
    if outcome.first and sent_at and abs(sent_at - at) > SAME_TIME:
        await look_later(session, actor.county, case_id, action_id, sent_at)
    response.status_code = 201 if outcome.first else 200
    return await action_receipt(session, actor, action_id, outcome, at, language)
