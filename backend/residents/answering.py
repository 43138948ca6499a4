"""The resident's word after closing: is it fixed or not. Whether it still counts is decided by the lifecycle's table."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from starlette.datastructures import UploadFile

from backend.cases.evidence import Upload
from backend.cases.models import Case
from backend.cases.public_reports import take_resident_step
from backend.cases.terms import Action
from backend.errors import Conflict
from backend.residents import limits, reporting
from backend.residents.form import MAX_FIELD_BYTES, MAX_FORM_FILES, read_id
from backend.residents.schemas import MAX_PHOTOS

MAX_WORDS = 500


@dataclass(frozen=True)
class TypedAnswer:
    """`id` is of the form: the same button pressed twice is one answer."""

    id: UUID
    satisfied: bool
    words: str
    uploads: list[Upload]


async def read_answer(request: Request) -> TypedAnswer | None:
    """What was answered; None if the form is none of ours."""
    async with request.form(max_files=MAX_FORM_FILES, max_fields=10, max_part_size=MAX_FIELD_BYTES) as form:
        chosen, words, typed_id = form.get("answer"), form.get("words"), form.get("id")
        uploads = [
            Upload(value.filename or "", await value.read())
            for value in form.getlist("photo")
            if isinstance(value, UploadFile) and (value.filename or value.size)
        ]
    answer_id = read_id(typed_id)
    if answer_id is None or chosen not in {"satisfied", "not_satisfied"}:
        return None
    plain = words.replace("\0", "").strip()[:MAX_WORDS] if isinstance(words, str) else ""
    return TypedAnswer(answer_id, chosen == "satisfied", plain, uploads[:MAX_PHOTOS])


async def take_answer(
    request: Request, session: AsyncSession, case: Case, typed: TypedAnswer, action: Action, at: datetime
) -> None:
    """Take the step once; what the lifecycle refuses (answered before, too late) changes nothing.

    Raises Malformed and TooLarge for a photo that is none, TooManyTries: then nothing is answered.
    """
    state, subject = request.app.state, limits.subject_of(request)
    sizes = sum(len(upload.data) for upload in typed.uploads)
    await limits.spend(state.sessions, limits.for_photos(case.county, subject, sizes), at)
    stored = [await reporting.store_upload(state, case.county, upload) for upload in typed.uploads]
    try:
        async with session.begin_nested():
            await take_resident_step(
                session,
                case=await held(session, case),
                answer_id=typed.id,
                action=action,
                words=typed.words,
                stored=stored,
                at=at,
            )
    except Conflict:
        return


async def held(session: AsyncSession, case: Case) -> Case:
    """The case as it is now, nobody else's until the transaction ends."""
    row = select(Case).where(col(Case.county) == case.county, col(Case.id) == case.id).with_for_update(of=Case)
    return (await session.scalars(row.execution_options(populate_existing=True))).one()
