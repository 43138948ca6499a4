"""Everything that is read for whoever holds a case's code: the case, its story, its pictures, the answer asked of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.models import Case, CaseEvent, CasePhoto, PhotoPhase, Report, Satisfaction
from backend.cases.queries import events_of, photos_of
from backend.cases.queries_rows import CaseRow, case_rows
from backend.cases.terms import ENDED_STATUSES, Action, Status
from backend.errors import NotFound, Say
from backend.identifiers import new_id, read_case_code
from backend.residents import limits, story
from backend.residents.models import ResidentContact
from backend.staff.phones import masked
from backend.staff.queries import names_of_staff_in, squad_names

CODE_LENGTH = 10
# Taken by witnesses and verifiers, who may have stood in somebody's doorway: for the staff only.
SHOWN_PHASES = (PhotoPhase.BEFORE, PhotoPhase.AFTER, PhotoPhase.INSPECTION)


@dataclass(frozen=True)
class AskedAnswer:
    """What the resident is asked, or told of their answer (`words`, a key). `id` is of the form, so that it counts once."""

    open: bool
    words: str
    until: datetime | None
    was_reopened: bool
    id: UUID


@dataclass(frozen=True)
class Story:
    """All that the page of a case shows. Photos are numbers that hold under this code only."""

    code: str
    matter_name: str
    place_name: str
    unit_name: str
    icon: str
    good_end: bool
    standing: story.Standing
    advice: str
    lines: list[story.Line]
    before: list[int]
    after: list[int]
    inspection: list[int]
    answer: AskedAnswer | None
    offers_new: bool
    as_of: datetime

    @property
    def code_words(self) -> str:
        return spaced(self.code)


@dataclass(frozen=True)
class ShownPhoto:
    sha256: str
    phase: PhotoPhase
    received: bool


def spaced(code: str) -> str:
    """The code in two halves, as people read it out."""
    return f"{code[:5]} {code[5:]}"


async def case_of_code(request: Request, typed: str, at: datetime) -> Case:
    """The case whose code this is, in a short transaction of its own. Raises NotFound, and TooManyTries for a guesser."""
    sessions, subject = request.app.state.sessions, limits.subject_of(request)
    await limits.require_room(sessions, limits.WRONG_CODES, subject, at)
    code = read_case_code(typed)
    if len(code) == CODE_LENGTH and code.isalnum() and code.isascii():
        async with sessions.begin() as session:
            found: Case | None = (await session.scalars(select(Case).where(col(Case.code) == code))).one_or_none()
        if found:
            return found
    await limits.spend(sessions, [limits.Charge(limits.WRONG_CODES, subject)], at)
    raise no_such_code()


def no_such_code() -> NotFound:
    return NotFound(
        "no_such_code", Say("没有这个编号的案件，请核对后再查", "No case has this code; check it and try again")
    )


async def story_of(session: AsyncSession, case: Case, at: datetime) -> Story:
    """The story of a case; once it is merged, the progress of the case that it joined follows, without its reporter."""
    (row,) = await case_rows(session, case.county, [case.id])
    history, persons, unit = await _told(session, case)
    leading, joined = case, await _joined(session, case)
    lines = story.lines(history, persons)
    if joined:
        since = max((told.at for told in history if told.action == Action.MERGE), default=case.opened_at)
        theirs, their_persons, unit = await _told(session, joined)
        lines += [line for line in story.lines(theirs, their_persons, joined=True) if line.at >= since]
        leading = joined
    shown = await shown_photos(session, case, joined)
    standing = story.standing(leading.status, due_at=leading.due_at, resume_on=leading.resume_on, at=at)
    answer = _answer(case, at)
    return Story(
        code=case.code,
        matter_name=row.matter.name,
        place_name=row.village_name or row.grid_name,
        unit_name=unit,
        icon=_icon(leading, row),
        good_end=leading.status == Status.CLOSED,
        standing=standing,
        advice={Status.DECLINED: "follow.declined", Status.VOIDED: "follow.voided"}.get(leading.status, ""),
        lines=lines,
        before=_numbers(shown, PhotoPhase.BEFORE),
        after=_numbers(shown, PhotoPhase.AFTER),
        inspection=_numbers(shown, PhotoPhase.INSPECTION),
        answer=answer,
        offers_new=leading.status in {Status.DECLINED, Status.VOIDED}
        or bool(answer and not answer.open and answer.words in {"answer.over", "answer.noted"}),
        as_of=at,
    )


def _icon(case: Case, row: CaseRow) -> str:
    if case.status == Status.CLOSED:
        return "circle-check"
    return "info-circle" if case.status in ENDED_STATUSES else row.matter.icon


async def _told(session: AsyncSession, case: Case) -> tuple[list[story.Told], story.Persons, str]:
    """The history as it may be told, the names that must not be, and which unit has the case now."""
    units = await squad_names(session, case.county)
    events = await events_of(session, case.county, case.id)
    contacts = await contacts_of(session, case.county, case.id)
    said = "\n".join(event.words for event, _ in events)
    persons = story.names_of(
        (name for _, name in events),
        (contact.name for contact in contacts),
        await names_of_staff_in(session, case.county, said),
    )
    return [_event(event, units) for event, _ in events], persons, units.get(case.squad_code or "", "")


def _event(event: CaseEvent, units: dict[str, str]) -> story.Told:
    return story.Told(
        action=event.action,
        from_status=event.from_status,
        to_status=event.to_status,
        at=event.at,
        words=event.words,
        unit=units.get(event.content.get("squad_code") or "", ""),
        reason=event.content.get("reason") or "",
        day=story.read_day(event.content.get("until_day")),
    )


async def _joined(session: AsyncSession, case: Case) -> Case | None:
    """The case that this one was merged into, to the end of the chain."""
    seen = {case.id}
    joined: Case | None = None
    while case.merged_into and case.merged_into not in seen:
        seen.add(case.merged_into)
        found = await session.get(Case, (case.county, case.merged_into))
        if found is None:
            break
        case = joined = found
    return joined


async def shown_photos(session: AsyncSession, case: Case, joined: Case | None) -> list[ShownPhoto]:
    """The photos whose numbers this code opens, in an order that later photos only add to.

    Of a case that was joined only what its handlers and inspectors took: the rest is its reporter's.
    """
    events = {event.id: event.seq for event, _ in await events_of(session, case.county, case.id)}
    own = [photo for photo, _ in await photos_of(session, case.county, case.id) if photo.phase in SHOWN_PHASES]
    own.sort(key=lambda photo: (events[photo.event_id], photo.position))
    found: list[CasePhoto] = own
    if joined:
        theirs = {event.id: event.seq for event, _ in await events_of(session, joined.county, joined.id)}
        others = [
            photo
            for photo, _ in await photos_of(session, joined.county, joined.id)
            if photo.phase in {PhotoPhase.AFTER, PhotoPhase.INSPECTION}
        ]
        found = own + sorted(others, key=lambda photo: (theirs[photo.event_id], photo.position))
    return [ShownPhoto(photo.sha256, photo.phase, photo.received_at is not None) for photo in found]


async def photo_by_number(session: AsyncSession, case: Case, number: int) -> str:
    """The SHA-256 of the photo with this number. Raises NotFound."""
    shown = await shown_photos(session, case, await _joined(session, case))
    if not 0 <= number < len(shown) or not shown[number].received:
        raise NotFound("no_such_photo", Say("没有这张照片", "There is no such photo"))
    return shown[number].sha256


def _numbers(shown: Sequence[ShownPhoto], phase: PhotoPhase) -> list[int]:
    return [number for number, photo in enumerate(shown) if photo.phase == phase and photo.received]


def _answer(case: Case, at: datetime) -> AskedAnswer | None:
    """What stands where the answer is asked for. After a reopening the first answer keeps being told until the next closing."""
    reopened = case.reopened_count > 0

    def told(words: str, *, is_open: bool = False) -> AskedAnswer:
        return AskedAnswer(is_open, words, case.answer_until, reopened, new_id())

    if case.status != Status.CLOSED:
        return told("answer.reopened") if case.satisfaction == Satisfaction.NOT_SATISFIED else None
    if case.satisfaction == Satisfaction.SATISFIED:
        return told("answer.thanks")
    if case.satisfaction == Satisfaction.NOT_SATISFIED:
        return told("answer.noted")
    if case.answer_until is None:
        return None
    return told("", is_open=True) if is_answerable(case, at) else told("answer.over")


def is_answerable(case: Case, at: datetime) -> bool:
    return case.answer_until is not None and at < case.answer_until


async def contacts_of(session: AsyncSession, county: str, case_id: UUID) -> Sequence[ResidentContact]:
    """How to reach those whose reports are in this case, oldest first."""
    found = await session.scalars(
        select(ResidentContact)
        .join(
            Report,
            (col(Report.county) == col(ResidentContact.county)) & (col(Report.id) == col(ResidentContact.report_id)),
        )
        .where(col(Report.county) == county, col(Report.case_id) == case_id)
        .order_by(col(ResidentContact.received_at), col(ResidentContact.report_id))
    )
    return found.all()


async def masked_phone(session: AsyncSession, county: str, report_id: UUID) -> str:
    """Enough of the phone left with a report for its sender to recognise it; empty if there is none."""
    contact = await session.get(ResidentContact, (county, report_id))
    return masked(contact.phone) if contact and len(contact.phone) >= 11 else ""
