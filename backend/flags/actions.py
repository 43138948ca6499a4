"""Looking at what has arrived and writing down what is worth telling. Run by jobs after the answer has left, safe to repeat.

A pair of photos is found by the job of either of them, whichever runs later, and told at the one that came later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from obstore.store import ObjectStore
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases import queries as cases
from backend.cases.history import other_content
from backend.cases.models import Case, CaseEvent, CasePhoto, Report, ReportSource
from backend.database import lng_lat
from backend.flags import queries, rules
from backend.flags.models import EvidenceFlag, FlagCheck, FlagKind
from backend.flags.rules import Facts, Fix, LngLat
from backend.flags.schemas import CheckIn
from backend.permissions import Actor
from backend.photos.derivatives import shown_photo
from backend.photos.intake import PhotoChildren, look_at_photo
from backend.photos.keys import SHOWN_SIDES_PX
from backend.photos.models import Photo
from backend.photos.queries import COMPARED_WITHIN, keep_look, photos_like, seen_again

# More of them say nothing more.
MOST_OTHERS = 5
_FLAGS = UUID("5b0ad6a1-3c1e-5d67-9a52-6f0b3a4c7e11")


@dataclass(frozen=True)
class _Step:
    """A step of a case as far as flags go. `report` is set where the step is a report."""

    case: Case
    event: CaseEvent
    report: Report | None

    @property
    def is_by_staff(self) -> bool:
        """Somebody of ours stood there with a phone; not a resident, nor whoever wrote a call down."""
        return bool(self.event.actor_id) and (self.report is None or self.report.source == ReportSource.STAFF)

    @property
    def phone_at(self) -> datetime:
        return self.event.client_at or self.event.at

    def fix(self) -> tuple[Fix, str]:
        """Where it happened and who says so: this report, this step, or the case."""
        place = (self.report.content if self.report else self.event.content).get("place")
        if place:
            return fix_of(place), "report" if self.report else "step"
        lng, lat = lng_lat(self.case.place)
        return Fix(lng, lat), "case"


def fix_of(place: dict[str, Any]) -> Fix:
    """A position as it is kept, without what was at its default."""
    return Fix(**{"accuracy_m": None} | place)


async def _step(session: AsyncSession, county: str, case_id: UUID, event_id: UUID) -> _Step:
    case = await session.get_one(Case, (county, case_id))
    event = await session.get_one(CaseEvent, (county, case_id, event_id))
    return _Step(case, event, await session.get(Report, (county, event_id)))


async def flag_step(
    session: AsyncSession, *, county: str, case_id: UUID, event_id: UUID, sent_at: datetime | None, at: datetime
) -> None:
    """What the positions and times of a report or another step tell. `sent_at` is the phone's clock when it sent, if told."""
    step = await _step(session, county, case_id, event_id)
    if not step.is_by_staff:
        return
    times = [moment for moment in (step.event.client_at, rules.time_in(event_id)) if moment]
    off = rules.clock_off(times, step.event.at, sent_at)
    await _write(session, step.event, FlagKind.PHONE_CLOCK, off, at)
    if step.report and step.report.reporter_id:
        await _flag_positions(session, step.event, step.report, at)


async def _flag_positions(session: AsyncSession, event: CaseEvent, report: Report, at: datetime) -> None:
    earlier, this, later = await queries.reports_around(session, report)
    if this is None:
        return
    await _write(session, event, FlagKind.SAME_PLACE, rules.same_place(this, earlier), at)
    await _write(session, event, FlagKind.ACCURACY, rules.odd_accuracy(this, earlier), at)
    for before, after in ((earlier[:1], this), ([this], later)):
        if not before or after is None:
            continue
        facts = rules.too_fast(before[0], after)
        if facts:
            told_at = await session.get_one(CaseEvent, (report.county, after.case_id, after.report_id))
            await _write(session, told_at, FlagKind.SPEED, facts, at, other_case_id=before[0].case_id)


async def remember_look(
    session: AsyncSession, store: ObjectStore, children: PhotoChildren, *, county: str, sha256: str, at: datetime
) -> None:
    """Remember what a stored photo looks like. To be committed before pairs are sought, so that of two at once one finds the
    other."""
    if await seen_again(session, county, sha256, at):
        return
    look = await look_at_photo(children, await shown_photo(store, children, county, sha256, SHOWN_SIDES_PX[-1]))
    if look:
        await keep_look(session, county, sha256, look, at)


async def flag_photo(
    session: AsyncSession, *, county: str, case_id: UUID, event_id: UUID, sha256: str, at: datetime
) -> None:
    """What a received photo tells: where and when it says it was taken, and where else it was seen."""
    step = await _step(session, county, case_id, event_id)
    photo = await session.get(Photo, (county, sha256))
    ours = await session.get(CasePhoto, (county, case_id, event_id, sha256))
    if photo is None or ours is None:
        return
    if step.is_by_staff:
        await _flag_claims(session, step, photo, ours, at)
    before = await queries.same_before_handling(session, ours)
    same = await queries.photos_elsewhere(session, ours, [sha256], COMPARED_WITHIN)
    await _write_pairs(session, ours, [before, *same] if before else same, FlagKind.SAME_PHOTO, {sha256: {}}, at)
    how: dict[str, Facts] = {other: {"how": how} for other, how in (await photos_like(session, county, sha256)).items()}
    like = await queries.photos_elsewhere(session, ours, list(how), COMPARED_WITHIN)
    await _write_pairs(session, ours, like, FlagKind.LIKE_PHOTO, how, at)


async def _flag_claims(session: AsyncSession, step: _Step, photo: Photo, ours: CasePhoto, at: datetime) -> None:
    """What the camera wrote into the photo: as the bytes have it, or as the phone told it that made them smaller."""
    place = photo.place if photo.place is not None else ours.exif_place
    taken_at = photo.taken_at or ours.exif_at
    if place is not None:
        claimed: LngLat = lng_lat(place)
        fix, said_by = step.fix()
        for kind, rule in ((FlagKind.PHOTO_PLACE, rules.photo_away), (FlagKind.DATUM, rules.datum_shift)):
            facts = rule(claimed, fix)
            await _write(session, step.event, kind, facts and facts | {"from": said_by}, at, sha256=photo.sha256)
    if taken_at is not None:
        aged = rules.photo_aged(taken_at, step.phone_at)
        aged = aged and aged | {"from": "report" if step.report else "step"}
        await _write(session, step.event, FlagKind.PHOTO_TIME, aged, at, sha256=photo.sha256)


async def check_flag(
    session: AsyncSession, *, actor: Actor, case_id: UUID, flag_id: UUID, check_id: UUID, content: CheckIn, at: datetime
) -> bool:
    """Write down that the actor has looked at a flag of a case and what they found; True the first time. The case goes on as
    if nothing had been said.

    Raises NotFound, and Conflict if the id was used for something else.
    """
    await cases.case_for(session, actor, case_id)
    flag = await queries.flag_by_id(session, actor.county, case_id, flag_id)
    check = FlagCheck(
        county=actor.county,
        id=check_id,
        flag_id=flag.id,
        outcome=content.outcome,
        words=content.words,
        by=actor.staff_id,
        at=at,
    )
    wanted = insert(FlagCheck).values(check.model_dump()).on_conflict_do_nothing().returning(col(FlagCheck.id))
    if await session.scalar(wanted):
        return True
    kept = await session.get_one(FlagCheck, (actor.county, check_id))
    if kept.model_dump(exclude={"at"}) != check.model_dump(exclude={"at"}):
        raise other_content()
    return False


async def _write_pairs(
    session: AsyncSession,
    ours: CasePhoto,
    theirs: Sequence[CasePhoto],
    kind: FlagKind,
    facts: dict[str, Facts],
    at: datetime,
) -> None:
    """Tell each pair at the later photo, once for each other case."""
    written: set[UUID] = set()
    for other in theirs:
        if other.case_id in written or len(written) == MOST_OTHERS:
            continue
        written.add(other.case_id)
        first, later = sorted((ours, other), key=lambda photo: (photo.received_at, photo.event_id))
        event = await session.get_one(CaseEvent, (later.county, later.case_id, later.event_id))
        await _write(
            session,
            event,
            kind,
            {"sha256": first.sha256} | facts[other.sha256],
            at,
            sha256=later.sha256,
            other_case_id=first.case_id,
        )


async def _write(
    session: AsyncSession,
    event: CaseEvent,
    kind: FlagKind,
    facts: Facts | None,
    at: datetime,
    *,
    sha256: str | None = None,
    other_case_id: UUID | None = None,
) -> None:
    if facts is None:
        return
    about = f"{event.county} {event.case_id} {event.id} {sha256} {kind} {other_case_id}"
    flag = insert(EvidenceFlag).values(
        county=event.county,
        id=uuid5(_FLAGS, about),
        case_id=event.case_id,
        event_id=event.id,
        sha256=sha256,
        kind=kind,
        other_case_id=other_case_id,
        facts=facts,
        found_at=at,
    )
    await session.execute(flag.on_conflict_do_nothing())
