"""Photos of reports and actions: which are declared, which have arrived, and storing those that arrive.

A photo is safe with us when its bytes are on disk and its row is committed; only then is it no longer `missing`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import State

from backend.cases.models import CasePhoto, PhotoPhase
from backend.cases.photo_parts import forget_parts
from backend.cases.queries import declared_photos
from backend.cases.schemas import DeclaredPhoto
from backend.clock import SHANGHAI
from backend.database import point
from backend.errors import Conflict, FieldError, Malformed, NoSpace, NotFound, Say, TooLarge
from backend.jobs import defer
from backend.photos.intake import PhotoFacts, PhotoRefused, inspect_photo
from backend.photos.keys import photo_key
from backend.photos.models import Photo
from backend.storage import StorageFull, put

STEP_JOB = "flags.step"

REFUSALS: dict[str, Say] = {
    "empty": Say("照片是空的（0 字节），请重新拍摄", "The photo is empty (0 bytes); take it again"),
    "too_large": Say("照片超过 20 MB，请用较低分辨率重拍", "The photo is over 20 MB; take it at a lower resolution"),
    "not_a_photo": Say(
        "这个文件不是照片（支持 JPEG、PNG、WebP、HEIC），请重新选择",
        "This file is not a photo (JPEG, PNG, WebP and HEIC are); choose another",
    ),
    "damaged": Say("照片已损坏，打不开，请重新拍摄", "The photo is damaged and cannot be opened; take it again"),
    "too_many_pixels": Say("照片像素太多，请用较低分辨率重拍", "The photo has too many pixels; take a smaller one"),
    "timeout": Say("照片太复杂，处理超时，请重新拍摄", "The photo took too long to read; take it again"),
}


@dataclass(frozen=True)
class Upload:
    """One photo as it came in: the name it was sent under and its bytes."""

    name: str
    data: bytes


def require_declared(uploads: Sequence[Upload], declared: Sequence[DeclaredPhoto]) -> None:
    """Every photo that comes along must be declared. Raises Malformed naming the photo."""
    known = {photo.sha256 for photo in declared}
    for position, upload in enumerate(uploads):
        sha256 = hashlib.sha256(upload.data).hexdigest()
        if upload.data and sha256 not in known:
            raise Malformed.at(
                f"photo.{position}",
                "undeclared_photo",
                Say(
                    "收到的照片与清单不符（可能传输中损坏），请重试",
                    "A photo does not match the declared list (perhaps damaged on the way); send it again",
                ),
                sha256=sha256,
            )


async def store_photo(state: State, county: str, upload: Upload, field: str) -> PhotoFacts:
    """Check the photo in a child process and put it on disk. Raises Malformed or TooLarge naming `field`, NoSpace."""
    try:
        facts = await inspect_photo(state.photo_children, upload.data)
    except PhotoRefused as refused:
        sentence = REFUSALS[refused.code]
        problem = TooLarge if refused.code == "too_large" else Malformed
        raise problem(
            f"photo_{refused.code}", sentence, fields=(FieldError(field, sentence, f"photo_{refused.code}"),)
        ) from None
    try:
        await put(state.store, photo_key(county, facts.sha256, "original"), upload.data)
    except StorageFull:
        raise NoSpace(
            "storage_full", Say("服务器存储已满，照片请先留在手机里", "The server's storage is full; keep the photo")
        ) from None
    return facts


async def store_photos(state: State, county: str, uploads: Sequence[Upload]) -> list[PhotoFacts]:
    return [await store_photo(state, county, upload, f"photo.{i}") for i, upload in enumerate(uploads)]


async def declare_photos(
    session: AsyncSession,
    *,
    county: str,
    case_id: UUID,
    event_id: UUID,
    phase: PhotoPhase,
    photos: Sequence[DeclaredPhoto],
) -> None:
    for position, photo in enumerate(photos):
        session.add(
            CasePhoto(
                county=county,
                case_id=case_id,
                event_id=event_id,
                sha256=photo.sha256,
                phase=phase,
                position=position,
                original_sha256=photo.original,
                exif_at=_wall_clock(photo.exif_at),
                exif_place=point(photo.exif_place.lng, photo.exif_place.lat) if photo.exif_place else None,
            )
        )
    await session.flush()


def _wall_clock(said: str | None) -> datetime | None:
    """The camera's clock as EXIF writes it (2026:11:20 14:02:00), taken for China's like in `photos/child.py`. It is only
    evidence: nonsense is nothing said."""
    try:
        read = datetime.strptime(said or "", "%Y:%m:%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
    return read if 1970 < read.year < 2100 else None


async def look_later(
    session: AsyncSession, county: str, case_id: UUID, event_id: UUID, sent_at: datetime | None
) -> None:
    """Have the times and positions of a step that has just been taken looked at (`flags`), once this is committed."""
    await defer(
        session,
        STEP_JOB,
        county=county,
        case_id=str(case_id),
        event_id=str(event_id),
        sent_at=sent_at.isoformat() if sent_at else None,
    )


async def receive_photos(
    session: AsyncSession,
    *,
    county: str,
    sender_id: UUID | None,
    case_id: UUID,
    event_id: UUID,
    stored: Sequence[PhotoFacts],
    at: datetime,
) -> list[str]:
    """Mark stored photos as received; a repeat changes nothing. Returns the hashes still missing, in order.

    `sender_id` is nobody for a resident's.
    """
    declared = {p.sha256: p for p in await declared_photos(session, county, case_id, event_id)}
    for photo in stored:
        row = declared.get(photo.sha256)
        if row is None:
            raise Conflict(
                "undeclared_photo",
                Say("这张照片不在清单里", "This photo was not declared"),
                sha256=photo.sha256,
            )
        if row.received_at is None:
            await keep_facts(session, county, sender_id, photo, at)
            await forget_parts(session, county, event_id, [photo.sha256])
            row.received_at = at
            await defer(
                session,
                "photos.derive",
                county=county,
                sha256=photo.sha256,
                case_id=str(case_id),
                event_id=str(event_id),
            )
    await session.flush()
    return [sha256 for sha256, row in declared.items() if row.received_at is None]


async def keep_facts(
    session: AsyncSession, county: str, sender_id: UUID | None, facts: PhotoFacts, at: datetime
) -> None:
    """What is known of a stored photo, once."""
    await session.execute(
        insert(Photo)
        .values(
            county=county,
            sha256=facts.sha256,
            media_type=facts.media_type,
            byte_size=facts.byte_size,
            width=facts.width,
            height=facts.height,
            taken_at=facts.taken_at,
            place=point(*facts.place) if facts.place else None,
            uploaded_by=sender_id,
            received_at=at,
        )
        .on_conflict_do_nothing()
    )


def no_such_photo() -> NotFound:
    return NotFound(
        "no_such_photo", Say("没有这张照片，或它不在你的范围内", "There is no such photo, or it is not yours to see")
    )
