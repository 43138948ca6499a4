"""The residents' pages under /r/: plain forms that work without scripts. The script talks to `routes.py` instead."""

import hashlib
from collections import defaultdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, RedirectResponse

from backend.access import Public
from backend.cases.evidence import Upload
from backend.cases.models import Case
from backend.cases.terms import Action
from backend.clock import Now, local_date
from backend.database import Session
from backend.errors import Conflict, Malformed, NotFound, Problem, Say, TooLarge, TooManyTries
from backend.identifiers import new_id, read_case_code
from backend.language import request_language
from backend.photos.derivatives import shown_photo
from backend.photos.intake import PhotoFacts
from backend.residents import answering, following, limits, reporting
from backend.residents.form import (
    Faults,
    Typed,
    content_of,
    faults_of,
    faults_of_problem,
    faults_of_validation,
    read_form,
    read_id,
    too_many_photos,
)
from backend.residents.offers import offered, other_matter
from backend.residents.pages import page, qr_code
from backend.residents.places import counties, place_by_code
from backend.residents.schemas import MAX_PHOTOS
from backend.residents.story import NOTHING
from backend.storage import ObjectMissing

router = APIRouter(prefix="/r", tags=["residents"], include_in_schema=False)

Code = Annotated[str, Path(max_length=60)]
FAULTY = Say("还差一点，请看红字的地方", "Nearly there: see the places in red")


@router.get("", dependencies=[Public])
async def without_slash() -> Response:
    """The address as people type it."""
    return RedirectResponse("/r/", 308)


@router.get("/", dependencies=[Public])
async def find(request: Request, code: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Where a resident begins: a new report, or the code of an earlier one."""
    read = read_case_code(code)
    if read and read.isalnum() and read.isascii():
        return RedirectResponse(f"/r/{read}", 303)
    return page(request, "find.html", problem=None, typed_code=code)


@router.get("/new", dependencies=[Public])
async def new_report(
    request: Request, session: Session, at: Now, at_grid: Annotated[str, Query(alias="at", max_length=20)] = ""
) -> Response:
    """An empty form. `at` is the grid of a notice board; without it, the only county or a choice."""
    here = await place_by_code(session, at_grid, local_date(at)) if at_grid else None
    known = await counties(session, local_date(at))
    if here is None and len(known) != 1:
        return page(request, "counties.html", counties=known)
    county = here.county if here else known[0].county
    where = "grid" if here and here.is_place else "village"
    typed = Typed(id=str(new_id()), county=county, at=here.code if here else "", where=where)
    return await _form_page(request, session, typed, {}, at)


async def _form_page(
    request: Request,
    session: AsyncSession,
    typed: Typed,
    faults: Faults,
    at: datetime,
    *,
    kept: tuple[str, ...] = (),
    refused: Problem | None = None,
) -> Response:
    """The form with what was typed and what is wrong; to the script only the latter."""
    language = request_language(request)
    said = {field: sentence.in_language(language) for field, sentence in faults.items()}
    in_general = (
        refused.detail if refused else faults.get("form") or faults.get("trap") or (FAULTY if faults else NOTHING)
    )
    trouble = in_general.in_language(language)
    status = refused.status if refused else 422 if faults else 200
    headers = refused.headers if refused else {}
    if wants_json(request):
        return JSONResponse({"faults": said, "trouble": trouble}, status, headers)
    form = await offered(session, typed, at, kept)
    return page(
        request,
        "report.html",
        at=at,
        status=status,
        headers=headers,
        form=form,
        typed=typed,
        faults=defaultdict(str, said),
        trouble=trouble,
    )


def wants_json(request: Request) -> bool:
    """The script sends the same form and shows the answer in the page that is open."""
    return request.headers.get("accept", "").startswith("application/json")


def _received(request: Request, code: str, report_id: UUID) -> Response:
    """Everything is safe with us; a browser is led to the page of the case, so that a reload sends nothing again."""
    follow_url = f"/r/{code}"
    if wants_json(request):
        return JSONResponse({"id": str(report_id), "code": code, "follow_url": follow_url})
    return RedirectResponse(f"{follow_url}?sent={report_id}", 303)


@router.post("/new", dependencies=[Public])
async def send_report(request: Request, session: Session, at: Now) -> Response:
    """A filled form. What is wrong is said at its field, and photos that came are kept; a repeat is answered as the first."""
    typed, uploads = await read_form(request)
    report_id = read_id(typed.id)
    known = {place.county for place in await counties(session, local_date(at))}
    if report_id is None or typed.county not in known:
        return RedirectResponse("/r/new", 303)  # not a form of ours
    faults, refused = Faults(), None
    try:
        stored, faults = await _take_photos(request, session, typed, report_id, uploads, at)
        faults |= faults_of(typed, other_matter=await other_matter(session, typed.county, at))
        if not faults:
            filed = await _file(request, session, typed, report_id, stored, at)
            return _received(request, filed.code, report_id)
    except ValidationError as error:
        faults = faults_of_validation(error)
    except TooManyTries as too_many:
        refused = too_many
    except Conflict:
        # This form has been sent before with something else in it: whoever has its id is told what became of that.
        if code := await reporting.code_of_report(session, typed.county, report_id):
            return _received(request, code, report_id)
        raise
    except Malformed as malformed:
        faults = faults_of_problem(malformed)
    kept = await reporting.kept_under(session, typed.county, report_id)
    return await _form_page(request, session, typed, faults, at, kept=kept[:MAX_PHOTOS], refused=refused)


async def _take_photos(
    request: Request, session: AsyncSession, typed: Typed, report_id: UUID, uploads: list[Upload], at: datetime
) -> tuple[list[PhotoFacts], Faults]:
    """The photos of this report, those kept before first; each sound one is kept, each unsound one is named."""
    state, faults = request.app.state, Faults()
    sizes = sum(len(upload.data) for upload in uploads)
    await limits.spend(state.sessions, limits.for_photos(typed.county, limits.subject_of(request), sizes), at)
    stored = await reporting.kept_photos(state, session, typed.county, report_id, typed.kept[:MAX_PHOTOS])
    room = MAX_PHOTOS - len(stored)
    for upload in uploads[:room]:
        try:
            stored.append(await reporting.store_upload(state, typed.county, upload))
        except (Malformed, TooLarge) as refused:
            faults |= faults_of_problem(refused)
    unique = list({photo.sha256: photo for photo in stored}.values())
    await reporting.keep_photos(session, typed.county, report_id, unique, at)
    return unique, faults | too_many_photos(len(stored) + len(uploads[room:]))


async def _file(
    request: Request, session: AsyncSession, typed: Typed, report_id: UUID, stored: list[PhotoFacts], at: datetime
) -> reporting.Filed:
    content = content_of(typed).model_copy(update={"photos": reporting.declared(stored)})
    if await reporting.known_report(session, typed.county, report_id) is None:
        charges = limits.for_a_report(typed.county, limits.subject_of(request))
        await limits.spend(request.app.state.sessions, charges, at)
    async with session.begin_nested():  # a refusal undoes the report, not the photos kept for the next try
        return await reporting.file_report(
            session, county=typed.county, report_id=report_id, content=content, stored=stored, at=at
        )


@router.get("/{code}", dependencies=[Public])
async def follow(
    request: Request, code: Code, session: Session, at: Now, sent: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """How a case stands, for whoever has its code. `sent` is the report that was just sent: then the code stands on top."""
    case = await following.case_of_code(request, code, at)
    if code != case.code:
        return RedirectResponse(f"/r/{case.code}", 303)
    return await _follow_page(request, session, case, at, sent=sent)


async def _follow_page(
    request: Request,
    session: AsyncSession,
    case: Case,
    at: datetime,
    *,
    sent: str = "",
    answered: answering.TypedAnswer | None = None,
    refused: Problem | None = None,
) -> Response:
    """The page of a case; after a refused answer it holds what was `answered` and says why."""
    return page(
        request,
        "follow.html",
        at=at,
        status=refused.status if refused else 200,
        headers=refused.headers if refused else {},
        story=await following.story_of(session, case, at),
        sent=await _sent(request, session, case, sent) if sent else None,
        answered=answered,
        refused=refused.detail if refused else NOTHING,
    )


async def _sent(request: Request, session: AsyncSession, case: Case, sent: str) -> dict[str, object] | None:
    try:
        report_id = UUID(sent)
    except ValueError:
        return None
    report = await reporting.known_report(session, case.county, report_id)
    if report is None or report.case_id != case.id:
        return None
    address = f"{request.base_url}r/{case.code}"
    phone = await following.masked_phone(session, case.county, report_id)
    return {"report_id": report_id, "address": address, "qr": qr_code(address), "phone": phone}


@router.get("/{code}/photos/{number}/{size}", dependencies=[Public])
async def photo(
    request: Request, code: Code, number: int, size: Annotated[int, Path()], session: Session, at: Now
) -> Response:
    """A picture of the case, 320 or 1600 px without metadata. Originals are for the staff."""
    if size not in (320, 1600):
        raise NotFound("no_such_photo", Say("没有这张照片", "There is no such photo"))
    case = await following.case_of_code(request, code, at)
    sha256 = await following.photo_by_number(session, case, number)
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        # Not the hash itself, by which the staff know the original.
        "ETag": f'"{hashlib.sha256(f"{sha256}/{size}".encode()).hexdigest()[:32]}"',
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    state = request.app.state
    try:
        content = await shown_photo(state.store, state.photo_children, case.county, sha256, size)
    except ObjectMissing:
        raise NotFound("no_such_photo", Say("没有这张照片", "There is no such photo")) from None
    return Response(content, media_type="image/jpeg", headers=headers)


@router.post("/{code}/answer", dependencies=[Public])
async def answer(request: Request, code: Code, session: Session, at: Now) -> Response:
    """已解决 or 没解决. A second tap, and an answer that comes too late, lead to the page, which says how things stand; with a
    photo that cannot be read nothing is answered, and the words stand in the form again."""
    case = await following.case_of_code(request, code, at)
    typed = await answering.read_answer(request)
    if typed is not None:
        charge = limits.Charge(limits.ANSWERS, limits.subject_of(request))
        action = Action.SATISFIED if typed.satisfied else Action.NOT_SATISFIED
        try:
            await limits.spend(request.app.state.sessions, [charge], at)
            await answering.take_answer(request, session, case, typed, action, at)
        except (Malformed, TooLarge, TooManyTries) as refused:
            return await _follow_page(request, session, case, at, answered=typed, refused=refused)
    return RedirectResponse(f"/r/{case.code}#answer", 303)
