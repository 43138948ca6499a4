"""Every write of a resident: a report with its photos and contact, and photos kept for a form that must be sent again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from starlette.datastructures import State

from backend.cases.evidence import Upload, receive_photos, store_photo
from backend.cases.models import Case, PlaceSource, Report, ReportSource
from backend.cases.public_reports import file_public_report
from backend.cases.schemas import DeclaredPhoto, ReportedPlace
from backend.cases.schemas_public import PublicReportIn
from backend.clock import local_date
from backend.errors import Malformed, Say
from backend.grids.models import Grid, GridLevel
from backend.photos.intake import PhotoFacts, inspect_photo
from backend.photos.keys import photo_key
from backend.residents.form import read_contact_phone
from backend.residents.models import ResidentContact, ResidentPhoto
from backend.residents.places import counties, middle_of
from backend.residents.schemas import ResidentPlace, ResidentReportIn
from backend.storage import get

KEPT_PHOTOS = timedelta(days=2)


@dataclass(frozen=True)
class Filed:
    """What became of a report. `first` is false for a repeat."""

    county: str
    report_id: UUID
    code: str
    received_at: datetime
    missing: list[str]
    first: bool


async def county_of(session: AsyncSession, content: ResidentReportIn, at: datetime) -> str:
    """The county named, or the grid's, or the only one of this installation. Raises Malformed."""
    known = [place.county for place in await counties(session, local_date(at))]
    named = content.county or (content.place.grid or "")[:6]
    if named in known:
        return named
    if not named and len(known) == 1:
        return known[0]
    raise unknown_county()


def unknown_county() -> Malformed:
    return Malformed.at("county", "unknown_county", Say("请选所在的县（市、区）", "Say which county it is in"))


async def file_report(
    session: AsyncSession,
    *,
    county: str,
    report_id: UUID,
    content: ResidentReportIn,
    stored: Sequence[PhotoFacts],
    at: datetime,
) -> Filed:
    """Open a case that will be verified, or answer a repeat as the first time.

    Raises Malformed (matter, place outside the net, phone) and Conflict `other_content`.
    """
    public = await _public_content(session, county, report_id, content, at)
    outcome = await file_public_report(
        session,
        county=county,
        report_id=report_id,
        content=public,
        stored=stored,
        at=at,
        source=ReportSource.RESIDENT,
    )
    await _keep_contact(session, county, report_id, content, at)
    case = await session.get(Case, (county, outcome.case_id))
    assert case is not None
    return Filed(county, report_id, case.code, outcome.received_at, outcome.missing, outcome.first)


async def _public_content(
    session: AsyncSession, county: str, report_id: UUID, content: ResidentReportIn, at: datetime
) -> PublicReportIn:
    place = await _place(session, county, content.place, at)
    where = content.place.words
    words = f"地点：{where}。{content.words}" if where else content.words
    return PublicReportIn(
        matter=content.matter,
        place=place,
        words=words,
        occurred_at=content.occurred_at or made_at(report_id),
        photos=content.photos,
    )


async def _place(session: AsyncSession, county: str, place: ResidentPlace, at: datetime) -> ReportedPlace:
    if place.grid is None:
        assert place.lng is not None
        assert place.lat is not None
        return ReportedPlace(lng=place.lng, lat=place.lat, accuracy_m=place.accuracy_m, source=place.source)
    middle = await middle_of(session, county, place.grid, local_date(at))
    if middle is None:
        raise Malformed.at(
            "place.grid", "unknown_grid", Say("没有这个网格，请重新选择", "There is no such grid; choose another")
        )
    return ReportedPlace(lng=middle.lng, lat=middle.lat, accuracy_m=middle.accuracy_m, source=PlaceSource.GRID)


# Seconds since 1970 between which a form was filled in; random ids say anything, up to the year 10889.
EARLIEST, LATEST = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (2020, 2101))


def made_at(report_id: UUID) -> datetime:
    """The moment in a UUIDv7: the same for every repeat, unlike the clock. Raises Malformed for ids that carry none."""
    made_s = (report_id.int >> 80) / 1000
    if report_id.version != 7 or not EARLIEST <= made_s <= LATEST:
        raise Malformed.at(
            "occurred_at",
            "no_time",
            Say("缺少时间，请重新打开表单", "Say when, or use an id with a time (UUID version 7)"),
        )
    return datetime.fromtimestamp(made_s, UTC)


async def _keep_contact(
    session: AsyncSession, county: str, report_id: UUID, content: ResidentReportIn, at: datetime
) -> None:
    """The first word counts: a repeat changes nothing."""
    contact = content.contact
    phone = read_contact_phone(contact.phone) if contact.phone else ""
    if phone is None:
        raise Malformed.at("contact.phone", "not_a_phone", Say("电话好像不对，请检查", "This is no phone number"))
    if contact.name or phone:
        await session.execute(
            insert(ResidentContact)
            .values(county=county, report_id=report_id, name=contact.name, phone=phone, received_at=at)
            .on_conflict_do_nothing()
        )


async def known_report(session: AsyncSession, county: str, report_id: UUID) -> Report | None:
    return await session.get(Report, (county, report_id))


async def report_anywhere(session: AsyncSession, report_id: UUID) -> Report | None:
    """The report with this id; its sender names no county."""
    counties_known = select(col(Grid.county)).where(col(Grid.level) == GridLevel.COUNTY).distinct()
    found = await session.scalars(
        select(Report).where(col(Report.county).in_(counties_known), col(Report.id) == report_id)
    )
    return found.first()


async def receive_photo(session: AsyncSession, report: Report, stored: PhotoFacts, at: datetime) -> Filed:
    """A declared photo that follows its report. Raises Conflict `undeclared_photo`."""
    missing = await receive_photos(
        session,
        county=report.county,
        sender_id=None,
        case_id=report.case_id,
        event_id=report.id,
        stored=[stored],
        at=at,
    )
    case = await session.get(Case, (report.county, report.case_id))
    assert case is not None
    return Filed(report.county, report.id, case.code, report.received_at, missing, first=False)


async def keep_photos(
    session: AsyncSession, county: str, report_id: UUID, stored: Sequence[PhotoFacts], at: datetime
) -> None:
    """Remember that these photos came under this id, so that the form may name them when it is sent again."""
    for photo in stored:
        await session.execute(
            insert(ResidentPhoto)
            .values(county=county, report_id=report_id, sha256=photo.sha256, received_at=at)
            .on_conflict_do_nothing()
        )
    await session.execute(
        delete(ResidentPhoto).where(
            col(ResidentPhoto.county) == county,
            col(ResidentPhoto.received_at) < at - KEPT_PHOTOS,
        )
    )


async def kept_photos(
    state: State, session: AsyncSession, county: str, report_id: UUID, named: Sequence[str]
) -> list[PhotoFacts]:
    """Those of the named photos that have come under this id before. They are looked at again: nothing else is kept of them."""
    found = set(
        await session.scalars(
            select(col(ResidentPhoto.sha256)).where(
                col(ResidentPhoto.county) == county,
                col(ResidentPhoto.report_id) == report_id,
                col(ResidentPhoto.sha256).in_(named),
            )
        )
    )
    originals = [await get(state.store, photo_key(county, sha256, "original")) for sha256 in named if sha256 in found]
    return [await inspect_photo(state.photo_children, original) for original in originals]


async def kept_under(session: AsyncSession, county: str, report_id: UUID) -> tuple[str, ...]:
    """The photos that have come under this id, oldest first."""
    found = await session.scalars(
        select(col(ResidentPhoto.sha256))
        .where(col(ResidentPhoto.county) == county, col(ResidentPhoto.report_id) == report_id)
        .order_by(col(ResidentPhoto.received_at), col(ResidentPhoto.sha256))
    )
    return tuple(found)


async def code_of_report(session: AsyncSession, county: str, report_id: UUID) -> str | None:
    """The code of the case that this report is in."""
    return await session.scalar(
        select(col(Case.code))
        .join(Report, (col(Report.county) == col(Case.county)) & (col(Report.case_id) == col(Case.id)))
        .where(col(Report.county) == county, col(Report.id) == report_id)
    )


async def store_upload(state: State, county: str, upload: Upload) -> PhotoFacts:
    return await store_photo(state, county, upload, "photos")


def declared(stored: Sequence[PhotoFacts]) -> list[DeclaredPhoto]:
    """The photos that came along, declared for whoever sent them without saying so; each once."""
    return [DeclaredPhoto(sha256=sha256) for sha256 in dict.fromkeys(photo.sha256 for photo in stored)]
