"""Finding photos that look the same, among those that came within half a year."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BIGINT, ColumnElement, Select, cast, func, literal, or_, select
from sqlalchemy.dialects.postgresql import BIT, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.photos.likeness import MIRRORED, SMALL_DISTANCE, VIEWS, WHOLE, Likeness, Views, likeness
from backend.photos.models import PhotoLikeness

COMPARED_WITHIN = timedelta(days=180)
_LARGE_BYTES = 32
# In the order in which child.py makes the views.
_SMALL = ("whole", "mirrored", "top_left", "top_right", "bottom_left", "bottom_right", "middle")


@dataclass(frozen=True)
class LikePhoto:
    sha256: str
    how: Likeness


async def keep_views(session: AsyncSession, county: str, sha256: str, views: Views, received_at: datetime) -> None:
    """Remember what a photo looks like; again changes nothing."""
    row = {name: _signed(small) for name, small in zip(_SMALL, views.small, strict=True)}
    large = b"".join(value.to_bytes(_LARGE_BYTES) for value in views.large)
    wanted = insert(PhotoLikeness).values(county=county, sha256=sha256, received_at=received_at, large=large, **row)
    await session.execute(wanted.on_conflict_do_nothing())


async def views_of(session: AsyncSession, county: str, sha256: str) -> tuple[Views, datetime] | None:
    """What a photo looks like and when it came, if that is remembered."""
    row = await session.get(PhotoLikeness, (county, sha256))
    return (_views(row), row.received_at) if row else None


async def photos_like(session: AsyncSession, county: str, sha256: str) -> list[LikePhoto]:
    """The other photos of the county, 180 days before to 180 days after, that look like this one."""
    known = await views_of(session, county, sha256)
    if known is None:
        return []
    views, received_at = known
    found = await session.scalars(candidates(county, sha256, views, received_at))
    pairs = ((row.sha256, likeness(views, _views(row))) for row in found)
    return [LikePhoto(other, how) for other, how in pairs if how]


def candidates(county: str, sha256: str, views: Views, received_at: datetime) -> Select[PhotoLikeness]:
    """The statement that reads the rows whose small hashes are close, in one pass over half a year of the county."""
    pairs = [_close(_SMALL[WHOLE], small) for small in views.small]
    pairs += [_close(name, views.small[WHOLE]) for name in _SMALL[MIRRORED:]]
    return select(PhotoLikeness).where(
        col(PhotoLikeness.county) == county,
        col(PhotoLikeness.sha256) != sha256,
        col(PhotoLikeness.received_at).between(received_at - COMPARED_WITHIN, received_at + COMPARED_WITHIN),
        or_(*pairs),
    )


def _close(name: str, small: int) -> ColumnElement[bool]:
    different = cast(col(getattr(PhotoLikeness, name)).bitwise_xor(literal(_signed(small), BIGINT)), BIT(64))
    return func.bit_count(different) <= SMALL_DISTANCE


def _signed(small: int) -> int:
    return small - 2**64 if small >= 2**63 else small


def _views(row: PhotoLikeness) -> Views:
    starts = range(0, VIEWS * _LARGE_BYTES, _LARGE_BYTES)
    return Views(
        tuple(getattr(row, name) % 2**64 for name in _SMALL),
        tuple(int.from_bytes(row.large[start : start + _LARGE_BYTES]) for start in starts),
    )
