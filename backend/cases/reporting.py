"""Reports becoming cases: opened and sent on at once, joined to a case that is there, or settled on the spot.

Idempotent under the id that the phone chose, like every write about cases (`actions.py`).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from backend.cases import evidence, queries
from backend.cases.actions import Outcome
from backend.cases.effects import close, intake_limits, stage_limit
from backend.cases.history import append_event, fingerprint, is_repeat, other_content
from backend.cases.models import Case, PhotoPhase, Report, ReportSource
from backend.cases.needs import require_photos
from backend.cases.queries_nearby import joinable_case
from backend.cases.routing import route_case
from backend.cases.schemas import DeclaredPhoto, ReportedPlace, ReportIn
from backend.cases.standing import is_sampled
from backend.cases.terms import Action, Status
from backend.clock import local_date
from backend.database import point
from backend.errors import Malformed, Say
from backend.grids.filing_lock import hold_net_still
from backend.grids.queries import FoundGrid, grid_at
from backend.identifiers import new_case_code, new_id
from backend.locks import one_at_a_time
from backend.matters.models import Stage
from backend.matters.queries import ChosenMatter, choose_matter_as_written
from backend.permissions import Actor, Role
from backend.photos.intake import PhotoFacts

FIRST_FIELDS = frozenset({"matter", "condition", "place", "words", "occurred_at", "photos"})
# A phone without a signal may offer a case that lies a little farther away than it thinks.
JOIN_REACH = 3.0
SHORTEST_JOIN_REACH_M = 150.0


@dataclass(frozen=True)
class Reported:
    """A report as it is filed, whoever sent it."""

    county: str
    id: UUID
    source: ReportSource
    reporter_id: UUID | None
    reporter_role: Role | None
    place: ReportedPlace
    words: str
    photos: Sequence[DeclaredPhoto]
    occurred_at: datetime
    content: dict[str, Any]
    fingerprint: str
    at: datetime


async def file_report(
    session: AsyncSession,
    *,
    actor: Actor,
    report_id: UUID,
    content: ReportIn,
    stored: Sequence[PhotoFacts],
    at: datetime,
) -> Outcome:
    """Open a case from a report and send it on at once, or join it to the case that it names.

    Raises Malformed (unknown matter, too few photos, outside the net, not to be settled on the spot) and Conflict (the id
    was used for something else).
    """
    said = content.model_dump(mode="json", exclude_defaults=True)
    reported = Reported(
        county=actor.county,
        id=report_id,
        source=ReportSource.STAFF,
        reporter_id=actor.staff_id,
        reporter_role=_reporting_role(actor),
        place=content.place,
        words=content.words,
        photos=content.photos,
        occurred_at=content.occurred_at,
        content=said,
        fingerprint=fingerprint(said),
        at=at,
    )
    return await filed_once(
        session,
        reported,
        stored,
        file=lambda: _file(session, actor, reported, content),
        is_same=lambda kept: is_repeat(kept, content, FIRST_FIELDS),
    )


async def filed_once(
    session: AsyncSession,
    reported: Reported,
    stored: Sequence[PhotoFacts],
    *,
    file: Callable[[], Awaitable[Report]],
    is_same: Callable[[str], bool],
) -> Outcome:
    """File the report unless it is here already, and take in the photos that came with it.

    `is_same` tells by the kept fingerprint whether this is a repeat; Conflict `other_content` if not.
    """
    await one_at_a_time(session, reported.county, str(reported.id))
    report = await queries.report_by_id(session, reported.county, reported.id)
    first = report is None
    if report is None:
        report = await file()
    else:
        same_sender = (report.source, report.reporter_id) == (reported.source, reported.reporter_id)
        if not (same_sender and is_same(report.fingerprint)):
            raise other_content(report.content if same_sender else None, reported.content)
    missing = await evidence.receive_photos(
        session,
        county=reported.county,
        sender_id=reported.reporter_id,
        case_id=report.case_id,
        event_id=report.id,
        stored=stored,
        at=reported.at,
    )
    return Outcome(report.case_id, first, missing, report.received_at)


async def _file(session: AsyncSession, actor: Actor, reported: Reported, content: ReportIn) -> Report:
    chosen = await choose_matter_as_written(
        session, actor.county, reported.at, content.occurred_at, content.matter, content.condition
    )
    require_photos("photos", len(content.photos), chosen.matter.photos_before_min, chosen.matter)
    if content.joins and not content.self_handled:
        joined = await _joined(session, reported, chosen, content.joins)
        if joined:
            return joined
    if content.self_handled:
        _require_self_handling(content, chosen)
    report, case = await open_case(session, reported, chosen)
    if content.self_handled:
        await _settle_on_the_spot(session, actor, case, content, reported)
    else:
        await route_case(session, case, reported.at)
    return report


async def open_case(session: AsyncSession, reported: Reported, chosen: ChosenMatter) -> tuple[Report, Case]:
    """The case that a report opens, with its first event; it waits for dispatch, or to be verified if the public sent it."""
    county, at = reported.county, reported.at
    await hold_net_still(session, county)
    found = await grid_at(session, county, reported.place.lng, reported.place.lat, local_date(at))
    case = _new_case(reported, chosen, found)
    session.add(case)
    await session.flush()
    report = _new_report(reported, case.id)
    session.add(report)
    await session.flush()
    photos = {"photos": [photo.sha256 for photo in reported.photos]}
    content = photos | await intake_limits(session, county, case.status)
    await _first_event(session, case, reported, Action.REPORT, case.status, content)
    await _declare(session, case, reported, PhotoPhase.BEFORE)
    return report, case


def _new_case(reported: Reported, chosen: ChosenMatter, found: FoundGrid) -> Case:
    is_staff = reported.source == ReportSource.STAFF
    return Case(
        county=reported.county,
        id=new_id(),
        code=new_case_code(),
        version=0,
        status=Status.PENDING_DISPATCH if is_staff else Status.VERIFYING,
        source=reported.source,
        catalogue_version=chosen.matter.catalogue_version,
        matter_code=chosen.matter.code,
        condition_code=chosen.condition.code,
        severity=chosen.condition.severity,
        place=point(reported.place.lng, reported.place.lat),
        accuracy_m=reported.place.accuracy_m,
        grid_code=found.grid.code,
        grid_version=found.grid.version,
        grid_path=found.grid.path,
        on_border=found.on_border,
        words=reported.words,
        reporter_id=reported.reporter_id,
        opened_at=reported.at,
        filed_at=reported.at if is_staff else None,
        updated_at=reported.at,
    )


def _new_report(reported: Reported, case_id: UUID) -> Report:
    return Report(
        county=reported.county,
        id=reported.id,
        case_id=case_id,
        reporter_id=reported.reporter_id,
        source=reported.source,
        fingerprint=reported.fingerprint,
        content=reported.content,
        place_source=reported.place.source,
        occurred_at=reported.occurred_at,
        received_at=reported.at,
    )


async def _first_event(
    session: AsyncSession, case: Case, reported: Reported, action: Action, target: Status, content: dict[str, Any]
) -> None:
    await append_event(
        session,
        case,
        event_id=reported.id,
        action=action,
        target=target,
        at=reported.at,
        actor_id=reported.reporter_id,
        actor_role=reported.reporter_role,
        words=reported.words,
        content=content,
        content_fingerprint=reported.fingerprint,
        client_at=reported.occurred_at,
    )


async def _declare(session: AsyncSession, case: Case, reported: Reported, phase: PhotoPhase) -> None:
    await evidence.declare_photos(
        session,
        county=case.county,
        case_id=case.id,
        event_id=reported.id,
        phase=phase,
        photos=reported.photos,
    )


async def _joined(session: AsyncSession, reported: Reported, chosen: ChosenMatter, case_id: UUID) -> Report | None:
    """The report added to a case that is open, near and of the same matter, as a witness of it; None if there is none.

    Whoever reported without a signal may name a case that has been closed since: then theirs is a case of its own.
    """
    radius_m = max(SHORTEST_JOIN_REACH_M, JOIN_REACH * chosen.matter.duplicate_radius_m)
    case = await joinable_case(
        session,
        reported.county,
        case_id,
        lng=reported.place.lng,
        lat=reported.place.lat,
        radius_m=radius_m,
    )
    if case is None or case.matter_code != chosen.matter.code:
        return None
    report = _new_report(reported, case.id)
    session.add(report)
    await session.flush()
    content = {"photos": [photo.sha256 for photo in reported.photos]}
    await _first_event(session, case, reported, Action.JOIN, case.status, content)
    await _declare(session, case, reported, PhotoPhase.WITNESS)
    return report


def _require_self_handling(content: ReportIn, chosen: ChosenMatter) -> None:
    matter = chosen.matter
    if not matter.self_handle:
        raise Malformed.at(
            "self_handled",
            "not_self_handled",
            Say(
                f"「{matter.name}」不能现场自处置，请上报派遣",
                f"“{matter.name}” may not be settled on the spot; report it",
            ),
        )
    require_photos("after_photos", len(content.after_photos), matter.photos_after_min, matter)


async def _settle_on_the_spot(
    session: AsyncSession, actor: Actor, case: Case, content: ReportIn, reported: Reported
) -> None:
    """自处置: done by whoever reported it; one in ten is inspected by somebody else all the same."""
    case.self_handled = True
    case.tier = 1
    drawn = is_sampled(case.id)
    if not drawn:
        close(case, reported.at)
    said: dict[str, Any] = {"photos": [photo.sha256 for photo in content.after_photos]}
    if drawn:
        said["limit"] = await stage_limit(session, case.county, Stage.INSPECT)
    await evidence.declare_photos(
        session,
        county=case.county,
        case_id=case.id,
        event_id=reported.id,
        phase=PhotoPhase.AFTER,
        photos=content.after_photos,
    )
    await append_event(
        session,
        case,
        event_id=new_id(),
        action=Action.SELF_HANDLE,
        target=Status.PENDING_INSPECTION if drawn else Status.CLOSED,
        at=reported.at,
        actor_id=actor.staff_id,
        actor_role=reported.reporter_role,
        content=said,
        client_at=content.occurred_at,
    )


def _reporting_role(actor: Actor) -> Role:
    return Role.WORKER if Role.WORKER in actor.roles else min(actor.roles)
