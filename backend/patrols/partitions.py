"""The monthly parts of the table of fixes: made when they are first needed, dropped when nothing in them may be kept."""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_NAME = "fix_batch_{:%Y_%m}"


def month_of(at: datetime) -> datetime:
    """When the month (UTC) of a moment begins."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(month: datetime) -> datetime:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


async def ensure_months(session: AsyncSession, moments: Iterable[datetime]) -> None:
    """Make the parts that fixes of these moments belong to, where they are missing."""
    for month in sorted({month_of(at) for at in moments}):
        name = _NAME.format(month)
        if await session.scalar(text("SELECT to_regclass(:name)"), {"name": name}):
            continue
        # Two may find it missing at once: the second waits and finds it made.
        await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('fix_batch months', 0))"))
        # The name and the bounds are made here of a date; a statement that makes a table takes no parameters.
        await session.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF fix_batch"
                f" FOR VALUES FROM ('{month.isoformat()}') TO ('{next_month(month).isoformat()}')"
            )
        )


async def drop_empty_months(session: AsyncSession, before: datetime) -> list[str]:
    """Drop the parts that end before `before` and hold nothing any more; their names."""
    parts = await session.scalars(
        text(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'fix_batch'::regclass ORDER BY c.relname"
        )
    )
    dropped = []
    for name in parts:
        month = datetime.strptime(name, _NAME.replace("{:%Y_%m}", "%Y_%m")).replace(tzinfo=UTC)
        if next_month(month) > before:
            continue
        if await session.scalar(text(f"SELECT EXISTS (SELECT FROM {name})")):  # noqa: S608 -- a name of our own
            continue
        await session.execute(text(f"DROP TABLE {name}"))
        dropped.append(name)
    return dropped
