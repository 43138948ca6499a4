"""Finding photos that look the same, among those that came within half a year."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import BIT, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.photos.likeness import LARGE_BYTES, SMALL_DISTANCE, Likeness, Look, likeness
from backend.photos.models import PhotoLook

COMPARED_WITHIN = timedelta(days=180)
# In the order of the first views.
_SMALL = ("whole", "top_left", "top_right", "bottom_left", "bottom_right", "middle")


async def seen_again(session: AsyncSession, county: str, sha256: str, at: datetime) -> bool:
    """Note that a photo came again, if it is remembered what it looks like; whether it is."""
    known = await session.execute(
        update(PhotoLook)
        .where(col(PhotoLook.county) == county, col(PhotoLook.sha256) == sha256)
        .values(seen_at=func.greatest(col(PhotoLook.seen_at), at))
        .returning(col(PhotoLook.sha256))
    )
    return known.first() is not None


async def keep_look(session: AsyncSession, county: str, sha256: str, look: Look, seen_at: datetime) -> None:
    """Remember what a photo looks like; again changes nothing."""
    row = {name: _bits(small) for name, small in zip(_SMALL, look.small, strict=True)}
    large = b"".join(value.to_bytes(LARGE_BYTES) for value in look.large)
    wanted = insert(PhotoLook).values(county=county, sha256=sha256, seen_at=seen_at, large=large, **row)
    await session.execute(wanted.on_conflict_do_nothing())


async def photos_like(session: AsyncSession, county: str, sha256: str) -> dict[str, Likeness]:
    """The other photos of the county, 180 days before to 180 days after, that look like this one: SHA-256 and how."""
    row = await session.get(PhotoLook, (county, sha256))
    if row is None:
        return {}
    look = Look(tuple(int(getattr(row, name), 2) for name in _SMALL), _large(row.large))
    found: Sequence[Row[str, bytes]] = (await session.execute(candidates(county, sha256, look, row.seen_at))).all()
    pairs = ((other, likeness(look, _large(large))) for other, large in found)
    return {other: how for other, how in pairs if how}


def candidates(county: str, sha256: str, look: Look, seen_at: datetime) -> Select[str, bytes]:
    """The statement that reads the photos whose small hashes are close, in one pass over half a year of the county."""
    close = []
    for each in (look, look.mirrored):
        close += [_close(name, each.small[0]) for name in _SMALL]
        close += [_close("whole", part) for part in each.small[1:]]
    return select(col(PhotoLook.sha256), col(PhotoLook.large)).where(
        col(PhotoLook.county) == county,
        col(PhotoLook.sha256) != sha256,
        col(PhotoLook.seen_at).between(seen_at - COMPARED_WITHIN, seen_at + COMPARED_WITHIN),
        or_(*close),
    )


def _close(name: str, small: int) -> ColumnElement[bool]:
    return func.bit_count(col(getattr(PhotoLook, name)).bitwise_xor(cast(_bits(small), BIT(64)))) <= SMALL_DISTANCE


def _bits(small: int) -> str:
    return f"{small:064b}"


def _large(kept: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(kept[start : start + LARGE_BYTES]) for start in range(0, len(kept), LARGE_BYTES))
