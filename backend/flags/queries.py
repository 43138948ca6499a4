"""What is read to find flags, and the flags of a case."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from backend.cases.models import Case, CasePhoto, PhotoPhase, PlaceSource, Report, ReportSource
from backend.errors import NotFound, Say
from backend.flags.models import EvidenceFlag, FlagCheck
from backend.flags.rules import Fix, Reported
from backend.flags.schemas import CheckOut
from backend.staff.models import Staff

# Enough for a long day, and for a run of equal accuracies.
_REPORTS_BEFORE = 60


async def flags_of(session: AsyncSession, county: str, case_id: UUID) -> Sequence[EvidenceFlag]:
    """The flags of a case, the oldest first."""
    found = await session.scalars(
        select(EvidenceFlag)
        .where(col(EvidenceFlag.county) == county, col(EvidenceFlag.case_id) == case_id)
        .order_by(col(EvidenceFlag.found_at), col(EvidenceFlag.kind), col(EvidenceFlag.id))
    )
    return found.all()


async def flag_by_id(session: AsyncSession, county: str, case_id: UUID, flag_id: UUID) -> EvidenceFlag:
    """Raises NotFound."""
    flag = await session.get(EvidenceFlag, (county, flag_id))
    if flag is None or flag.case_id != case_id:
        raise NotFound("no_such_flag", Say("没有这条核实提示", "There is no such flag"))
    return flag


async def checks_of(session: AsyncSession, county: str, flag_ids: Sequence[UUID]) -> dict[UUID, list[CheckOut]]:
    """Who has looked at these flags, by flag, the latest last."""
    rows = await session.execute(
        select(FlagCheck, col(Staff.name))
        .join(Staff, and_(col(Staff.county) == col(FlagCheck.county), col(Staff.id) == col(FlagCheck.by)))
        .where(col(FlagCheck.county) == county, col(FlagCheck.flag_id).in_(flag_ids))
        .order_by(col(FlagCheck.at), col(FlagCheck.id))
    )
    found: dict[UUID, list[CheckOut]] = defaultdict(list)
    for check, name in rows:
        found[check.flag_id].append(CheckOut(outcome=check.outcome, words=check.words, by_name=name, at=check.at))
    return found


async def reports_around(
    session: AsyncSession, report: Report
) -> tuple[list[Reported], Reported | None, Reported | None]:
    """The person's reports with a measured position: those before this one, the latest first; this one; the next one."""
    measured = select(Report).where(
        col(Report.county) == report.county,
        col(Report.reporter_id) == report.reporter_id,
        col(Report.source) == ReportSource.STAFF,
        col(Report.place_source) == PlaceSource.GPS,
    )
    moment = (col(Report.occurred_at), col(Report.id))
    before = or_(moment[0] < report.occurred_at, and_(moment[0] == report.occurred_at, moment[1] < report.id))
    after = or_(moment[0] > report.occurred_at, and_(moment[0] == report.occurred_at, moment[1] > report.id))
    earlier = await session.scalars(
        measured.where(before).order_by(moment[0].desc(), moment[1].desc()).limit(_REPORTS_BEFORE)
    )
    later = (await session.scalars(measured.where(after).order_by(*moment).limit(1))).first()
    this = _reported(report) if report.place_source == PlaceSource.GPS else None
    return [_reported(row) for row in earlier], this, _reported(later) if later else None


def _reported(report: Report) -> Reported:
    place = report.content["place"]
    fix = Fix(place["lng"], place["lat"], place.get("accuracy_m"), report.place_source)
    return Reported(report.id, report.case_id, report.occurred_at, fix)


async def photos_elsewhere(
    session: AsyncSession, ours: CasePhoto, hashes: Sequence[str], within: timedelta
) -> Sequence[CasePhoto]:
    """Where else these photos were received, the oldest first: in other cases, but not in those that are merged with ours."""
    if not hashes or ours.received_at is None:
        return []
    this = aliased(Case)
    found = await session.scalars(
        select(CasePhoto)
        .join(Case, and_(col(Case.county) == col(CasePhoto.county), col(Case.id) == col(CasePhoto.case_id)))
        .join(this, and_(col(this.county) == col(CasePhoto.county), col(this.id) == ours.case_id))
        .where(
            col(CasePhoto.county) == ours.county,
            col(CasePhoto.sha256).in_(hashes),
            col(CasePhoto.case_id) != ours.case_id,
            col(CasePhoto.received_at).between(ours.received_at - within, ours.received_at + within),
            # Of one group is what went into the same case, directly or as the case itself.
            func.coalesce(col(Case.merged_into), col(Case.id)) != func.coalesce(col(this.merged_into), col(this.id)),
        )
        .order_by(col(CasePhoto.received_at), col(CasePhoto.case_id), col(CasePhoto.event_id))
    )
    return found.all()


async def same_before_handling(session: AsyncSession, ours: CasePhoto) -> CasePhoto | None:
    """The same bytes among the photos of this case that show it unhandled, where ours is to show it handled."""
    if ours.phase not in {PhotoPhase.AFTER, PhotoPhase.INSPECTION}:
        return None
    found: CasePhoto | None = await session.scalar(
        select(CasePhoto)
        .where(
            col(CasePhoto.county) == ours.county,
            col(CasePhoto.case_id) == ours.case_id,
            col(CasePhoto.sha256) == ours.sha256,
            col(CasePhoto.phase).in_([PhotoPhase.BEFORE, PhotoPhase.WITNESS, PhotoPhase.VERIFICATION]),
            col(CasePhoto.received_at).is_not(None),
        )
        .order_by(col(CasePhoto.received_at))
        .limit(1)
    )
    return found
