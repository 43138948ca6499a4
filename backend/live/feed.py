"""The live feed's truth: writing outbox rows inside a transaction, and reading them in the order they became visible.

Ids alone lose rows, because a transaction with a lower id may commit later; the cursor is (transaction id, row id) below
the oldest transaction still running, so that nothing can appear behind it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.live.models import Outbox

CHANNEL = "suozi_live"
KEPT_FOR = timedelta(days=2)


@dataclass(frozen=True, order=True)
class Cursor:
    """A position in the feed; everything up to and including it has been delivered."""

    tx: int
    id: int

    def __str__(self) -> str:
        return f"{self.tx}-{self.id}"


@dataclass(frozen=True)
class Change:
    cursor: Cursor
    kind: str
    case_id: UUID
    body: dict[str, Any]


def parse_cursor(value: str | None) -> Cursor | None:
    """A cursor from Last-Event-ID; anything unreadable means "take the snapshot again", never an error."""
    tx, _, row_id = (value or "").partition("-")
    if tx.isascii() and tx.isdigit() and row_id.isascii() and row_id.isdigit() and len(tx) < 19 and len(row_id) < 19:
        return Cursor(int(tx), int(row_id))
    return None


async def publish(
    session: AsyncSession, *, county: str, kind: str, case_id: UUID, body: dict[str, Any], at: datetime
) -> None:
    """Tell the live feed of a change; heard only if and when the transaction commits."""
    session.add(Outbox(county=county, kind=kind, case_id=case_id, body=body, at=at))
    await session.execute(text("SELECT pg_notify(:channel, :county)"), {"channel": CHANNEL, "county": county})


async def latest_cursor(session: AsyncSession) -> Cursor:
    """Where a snapshot taken in this transaction stands: changes after it are those not in the snapshot.

    A change may be both in the snapshot and after the cursor; clients apply changes by the case's version.
    """
    tx = await session.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1"))
    return Cursor(int(tx or 0), 2**62)


async def changes_after(session: AsyncSession, county: str, cursor: Cursor, limit: int = 200) -> list[Change]:
    rows = await session.execute(
        text(
            "SELECT tx::text::bigint, id, kind, case_id, body FROM outbox"
            " WHERE county = :county AND (tx, id) > (CAST(CAST(:tx AS text) AS xid8), :id)"
            " AND tx < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY tx, id LIMIT :limit"
        ),
        {"county": county, "tx": str(cursor.tx), "id": cursor.id, "limit": limit},
    )
    return [Change(Cursor(tx, row_id), kind, case_id, body) for tx, row_id, kind, case_id, body in rows]


async def is_stale(session: AsyncSession, county: str, cursor: Cursor) -> bool:
    """Whether rows after this cursor may already be swept, or it comes from another life of the database.

    Errs on the side of True, which costs one snapshot more.
    """
    newest, oldest = (
        await session.execute(
            text(
                "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint,"
                " (SELECT min(tx::text::bigint) FROM outbox WHERE county = :county)"
            ),
            {"county": county},
        )
    ).one()
    return cursor.tx > newest or (oldest is not None and cursor.tx < oldest)


async def sweep(session: AsyncSession, at: datetime) -> None:
    """Forget changes that nobody can still be waiting for."""
    await session.execute(delete(Outbox).where(col(Outbox.at) < at - KEPT_FOR))
