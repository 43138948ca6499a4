"""A declared photo that comes in parts, so that a cut connection costs one part and not the whole.

The parts of one photo come in their order. They lie in the database: a part that was acknowledged is there after any
restart. The whole counts as received only when its SHA-256 is the declared one; until then the photo is `missing`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.cases.declared import Declared
from backend.cases.models import CasePhoto, PhotoPart
from backend.errors import Conflict, Malformed, Say, TooLarge, TooManyTries
from backend.locks import one_at_a_time

PART_BYTES = 256 * 1024
# Only the last part may be smaller: nobody shall fill the table with single bytes.
SHORTEST_PART_BYTES = 16 * 1024
MOST_UNFINISHED = 40
KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Progress:
    """How many bytes from the start are here, and the whole photo once it is complete."""

    received_bytes: int
    whole: bytes | None = None


async def is_received(session: AsyncSession, photo: Declared) -> bool:
    """Whether the photo is here already. Raises Conflict `undeclared_photo`."""
    row = await session.get(CasePhoto, (photo.county, photo.case_id, photo.event_id, photo.sha256))
    if row is None:
        raise Conflict(
            "undeclared_photo", Say("这张照片不在清单里", "This photo was not declared"), sha256=photo.sha256
        )
    return row.received_at is not None


async def received_bytes(session: AsyncSession, photo: Declared) -> int:
    return _end_of(await _parts(session, photo))


async def take_part(
    session: AsyncSession, photo: Declared, *, start: int, size: int, data: bytes, at: datetime
) -> Progress:
    """Keep one part; a repeat changes nothing. A whole with another SHA-256 is thrown away: then nothing is here again.

    Raises Malformed and TooLarge for a part of the wrong size, Conflict `wrong_photo_part` (`received_bytes` says where to go
    on) for one that is not the next or not as before, TooManyTries for too many unfinished photos of one sender.
    """
    _require_size(start, size, data)
    await one_at_a_time(session, photo.county, f"parts of {photo.sender_id}")
    parts = await _parts(session, photo)
    end = _end_of(parts)
    if start < end or (parts and parts[0].size != size):
        _require_repeat(parts, start, size, data)
        return Progress(end)
    if start > end:
        raise _wrong_part(end)
    if start == 0:
        await _require_room(session, photo)
    session.add(
        PhotoPart(
            county=photo.county,
            event_id=photo.event_id,
            sha256=photo.sha256,
            start=start,
            sender_id=photo.sender_id,
            size=size,
            content=data,
            received_at=at,
        )
    )
    await session.flush()
    if end + len(data) < size:
        return Progress(end + len(data))
    whole = await _whole(session, photo)
    if hashlib.sha256(whole).hexdigest() == photo.sha256:
        return Progress(size, whole)
    await forget_parts(session, photo.county, photo.event_id, [photo.sha256])
    return Progress(0)


async def forget_parts(session: AsyncSession, county: str, event_id: UUID, sha256s: Sequence[str]) -> None:
    """The photos are here whole, or are to be sent anew."""
    await session.execute(
        delete(PhotoPart).where(
            col(PhotoPart.county) == county, col(PhotoPart.event_id) == event_id, col(PhotoPart.sha256).in_(sha256s)
        )
    )


async def sweep_parts(session: AsyncSession, at: datetime) -> int:
    """Delete the parts of photos to which nothing was added for a week; returns how many photos. Phones still have them."""
    stale = (
        select(col(PhotoPart.county), col(PhotoPart.event_id), col(PhotoPart.sha256))
        .group_by(col(PhotoPart.county), col(PhotoPart.event_id), col(PhotoPart.sha256))
        .having(func.max(col(PhotoPart.received_at)) < at - KEPT_FOR)
    )
    found = (await session.execute(stale)).all()
    for county, event_id, sha256 in found:
        await forget_parts(session, county, event_id, [sha256])
    return len(found)


def _require_size(start: int, size: int, data: bytes) -> None:
    if len(data) > PART_BYTES:
        raise TooLarge(
            "photo_part_too_large",
            Say("一段不能超过 256 KB", "A part may have at most 256 KiB"),
            limit_bytes=PART_BYTES,
        )
    if start + len(data) > size:
        raise Malformed.at(
            "size", "photo_part_beyond_end", Say("这一段超出了照片的大小", "The part goes beyond the size")
        )
    if not data or (len(data) < SHORTEST_PART_BYTES and start + len(data) < size):
        raise Malformed.at(
            "part",
            "photo_part_too_short",
            Say("除最后一段外，每段至少 16 KB", "Every part but the last has at least 16 KiB"),
        )


def _require_repeat(parts: Sequence[Row[tuple[int, int, int, bytes]]], start: int, size: int, data: bytes) -> None:
    kept = next((part for part in parts if part.start == start), None)
    if kept is None or kept.size != size or kept.digest != hashlib.sha256(data).digest():
        raise _wrong_part(_end_of(parts))


def _wrong_part(end: int) -> Conflict:
    return Conflict(
        "wrong_photo_part",
        Say(
            "这一段接不上已收到的部分，请从已收到的地方续传", "This part does not follow what is here; go on from there"
        ),
        received_bytes=end,
    )


async def _require_room(session: AsyncSession, photo: Declared) -> None:
    unfinished = select(func.count()).where(
        col(PhotoPart.county) == photo.county, col(PhotoPart.sender_id) == photo.sender_id, col(PhotoPart.start) == 0
    )
    if (await session.scalar(unfinished) or 0) >= MOST_UNFINISHED:
        raise TooManyTries(
            "too_many_unfinished",
            Say(
                "没传完的照片太多，请先把它们传完，或整张发送",
                "Too many photos are unfinished; finish them first, or send this one whole",
            ),
            headers={"Retry-After": "300"},
        )


async def _parts(session: AsyncSession, photo: Declared) -> Sequence[Row[tuple[int, int, int, bytes]]]:
    """`start`, `length`, `size` and `digest` (SHA-256) of each part, in order: the bytes stay where they are."""
    return (
        await session.execute(
            select(
                col(PhotoPart.start).label("start"),
                func.length(col(PhotoPart.content)).label("length"),
                col(PhotoPart.size).label("size"),
                func.sha256(col(PhotoPart.content)).label("digest"),
            )
            .where(*_of(photo))
            .order_by(col(PhotoPart.start))
        )
    ).all()


async def _whole(session: AsyncSession, photo: Declared) -> bytes:
    found = await session.scalars(select(col(PhotoPart.content)).where(*_of(photo)).order_by(col(PhotoPart.start)))
    return b"".join(found)


def _of(photo: Declared) -> tuple[ColumnElement[bool], ...]:
    return (
        col(PhotoPart.county) == photo.county,
        col(PhotoPart.event_id) == photo.event_id,
        col(PhotoPart.sha256) == photo.sha256,
    )


def _end_of(parts: Sequence[Row[tuple[int, int, int, bytes]]]) -> int:
    return parts[-1].start + parts[-1].length if parts else 0
