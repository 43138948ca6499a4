"""Residents over the API: a report without signing in, following it by its code, where a position lies; and, for operators
only, how to reach who reported."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from backend.access import ContactReader, Public
from backend.cases import queries, queries_rows
from backend.cases.evidence import Upload, require_declared
from backend.cases.models import ReportSource
from backend.cases.submissions import read_submission
from backend.clock import Now, local_date
from backend.database import Session
from backend.errors import Malformed, NotFound, Say
from backend.grids.queries import grid_at
from backend.identifiers import new_id
from backend.permissions import Permission, covers
from backend.residents import following, limits, reporting
from backend.residents.models import ContactLook
from backend.residents.places import counties, village_of
from backend.residents.schemas import (
    MAX_PHOTOS,
    CaseContacts,
    ContactOut,
    FollowedCase,
    FollowStep,
    FoundPlace,
    ReportAnswer,
    ResidentReportIn,
)
from backend.wire import Lat, Lng, Sha256

router = APIRouter(prefix="/api", tags=["residents"])

REPORT_SCHEMA = {"$ref": "#/components/schemas/ResidentReportIn"}
PHOTOS_SCHEMA = {"type": "array", "items": {"type": "string", "format": "binary"}}
REPORT_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["report"],
                    "properties": {"report": REPORT_SCHEMA, "photo": PHOTOS_SCHEMA},
                },
                "encoding": {"report": {"contentType": "application/json"}},
            },
            "application/json": {"schema": REPORT_SCHEMA},
        },
    }
}
PHOTO_BODY = {"requestBody": {"content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}}}


@router.put(
    "/residents/reports/{report_id}",
    dependencies=[Public],
    responses={201: {"model": ReportAnswer}},
    openapi_extra=REPORT_BODY,
)
async def put_resident_report(
    report_id: UUID, request: Request, response: Response, session: Session, at: Now
) -> ReportAnswer:
    """A resident's report under an id that its sender chose. 201 the first time, 200 for a repeat. The code opens its page."""
    submission = await read_submission(request, "report", ResidentReportIn)
    content, uploads = submission.content, submission.uploads
    if content.photos:
        require_declared(uploads, content.photos)
    elif len(uploads) > MAX_PHOTOS:
        raise Malformed.at(
            "photos",
            "too_many_photos",
            Say(f"最多 {MAX_PHOTOS} 张照片", f"At most {MAX_PHOTOS} photos"),
            most=MAX_PHOTOS,
        )
    async with request.app.state.sessions.begin() as brief:
        county = await reporting.county_of(brief, content, at)
        await _charge(request, brief, county, report_id, uploads, at)
    stored = [await reporting.store_upload(request.app.state, county, upload) for upload in uploads]
    if not content.photos:
        content = content.model_copy(update={"photos": reporting.declared(stored)})
    filed = await reporting.file_report(
        session, county=county, report_id=report_id, content=content, stored=stored, at=at
    )
    response.status_code = 201 if filed.first else 200
    return _answer(filed)


async def _charge(
    request: Request, session: AsyncSession, county: str, report_id: UUID, uploads: list[Upload], at: datetime
) -> None:
    """A repeat costs its photos only: whoever has a bad connection is not punished for trying again."""
    subject = limits.subject_of(request)
    charges = limits.for_photos(county, subject, sum(len(upload.data) for upload in uploads))
    if await reporting.known_report(session, county, report_id) is None:
        charges += limits.for_a_report(county, subject)
    await limits.spend(request.app.state.sessions, charges, at)


def _answer(filed: reporting.Filed) -> ReportAnswer:
    return ReportAnswer(
        id=filed.report_id,
        code=filed.code,
        follow_url=f"/r/{filed.code}",
        received_at=filed.received_at,
        missing=filed.missing,
    )


@router.put("/residents/reports/{report_id}/photos/{sha256}", dependencies=[Public], openapi_extra=PHOTO_BODY)
async def put_resident_photo(
    report_id: UUID, sha256: Annotated[Sha256, Path()], request: Request, session: Session, at: Now
) -> ReportAnswer:
    """One awaited photo of a resident's report, as raw bytes. Whoever knows the report's id sent it."""
    async with request.app.state.sessions.begin() as brief:
        known = await reporting.report_anywhere(brief, report_id)
    if known is None or known.source != ReportSource.RESIDENT:
        raise NotFound("no_such_report", Say("请先提交上报内容，再传照片", "Send the report first, then its photos"))
    data = (
        await request.body()
    )  # before `session` is asked anything: a slow phone keeps nobody waiting for a connection
    charges = limits.for_photos(known.county, limits.subject_of(request), len(data))
    await limits.spend(request.app.state.sessions, charges, at)
    stored = await reporting.store_upload(request.app.state, known.county, Upload(sha256, data))
    if stored.sha256 != sha256:
        raise Malformed.at(
            "photo",
            "other_bytes",
            Say("照片在传输中损坏了，请重发", "The photo was damaged on the way; send it again"),
            sha256=stored.sha256,
        )
    return _answer(await reporting.receive_photo(session, known, stored, at))


@router.get("/residents/cases/{code}", dependencies=[Public])
async def follow(
    request: Request, code: Annotated[str, Path(max_length=40)], session: Session, at: Now
) -> FollowedCase:
    """How a case stands. The code is the key: 50 random bits that only those who were given it know."""
    case = await following.case_of_code(request, code, at)
    (row,) = await queries_rows.case_rows(session, case.county, [case.id])
    steps: list[FollowStep] = []
    for event, _name in await queries.events_of(session, case.county, case.id):
        if not steps or steps[-1].status != event.to_status:
            steps.append(FollowStep(status=event.to_status, at=event.at))
    return FollowedCase(
        code=case.code,
        matter_name=row.matter.name,
        matter_icon=row.matter.icon,
        village_name=row.village_name,
        status=case.status,
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        steps=steps,
        as_of=at,
    )


@router.get("/residents/place", dependencies=[Public])
async def place(
    session: Session,
    at: Now,
    lng: Annotated[Lng, Query()],
    lat: Annotated[Lat, Query()],
    county: Annotated[str, Query(pattern=r"^[0-9]{6}$")],
) -> FoundPlace:
    """In which grid a position lies, so that a resident can tell whether it is right. Outside: how far, and where to."""
    if county not in {known.county for known in await counties(session, local_date(at))}:
        raise reporting.unknown_county()
    found = await grid_at(session, county, lng, lat, local_date(at))
    village = await village_of(session, found.grid, local_date(at))
    return FoundPlace(grid_name=found.grid.name, village_name=village, on_border=found.on_border)


@router.get("/cases/{case_id}/contact")
async def case_contacts(case_id: UUID, actor: ContactReader, session: Session, at: Now) -> CaseContacts:
    """How to reach those who reported a case, for operators of its grid. Each look is written down."""
    case = await queries.case_for(session, actor, case_id)
    if not any(covers(path, case.grid_path) for path in actor.paths_for(Permission.SEE_CONTACTS)):
        raise queries.no_such_case()
    contacts = await following.contacts_of(session, case.county, case.id)
    if contacts:
        session.add(ContactLook(county=case.county, id=new_id(), case_id=case.id, staff_id=actor.staff_id, at=at))
    return CaseContacts(
        items=[
            ContactOut(report_id=row.report_id, name=row.name, phone=row.phone, received_at=row.received_at)
            for row in contacts
        ]
    )
