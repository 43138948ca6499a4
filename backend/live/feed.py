"""The live feed's truth: writing outbox rows inside a transaction, and reading them in the order they became visible.

Ids alone lose rows, because a transaction with a lower id may commit later; the cursor is (transaction id, row id) below
the oldest transaction still running in this database, so that nothing can appear behind it. Transactions of other
databases of the same server are known by pg_stat_activity and do not hold the feed back; where it tells nothing (a role
without pg_read_all_stats) they do, which is slower but never wrong.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.live.models import Outbox
from backend.permissions import Audience

CHANNEL = "suozi_live"
KEPT_FOR = timedelta(days=2)
# Above every row's id, and still within the digits that `parse_cursor` takes.
AFTER_EVERY_ROW = 10**18 - 1


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
    case_id: UUID | None
    body: dict[str, Any]
    audience: Audience | None

    @cached_property
    def frame(self) -> bytes:
        """As every stream sends it, a server-sent event: written once for hundreds of streams."""
        return f"id: {self.cursor}\r\nevent: {self.kind}\r\ndata: {json.dumps(self.body)}\r\n\r\n".encode()


def parse_cursor(value: str | None) -> Cursor | None:
    """A cursor from Last-Event-ID; anything unreadable means "take the snapshot again", never an error."""
    tx, _, row_id = (value or "").partition("-")
    if tx.isascii() and tx.isdigit() and row_id.isascii() and row_id.isdigit() and len(tx) < 19 and len(row_id) < 19:
        return Cursor(int(tx), int(row_id))
    return None


async def publish(
    session: AsyncSession,
    *,
    county: str,
    kind: str,
    case_id: UUID | None,
    body: dict[str, Any],
    audience: Audience | None,
    at: datetime,
) -> None:
    """Tell those whom it concerns of a change; heard only if and when the transaction commits.

    Without an audience it concerns everybody of the county.
    """
    session.add(
        Outbox(
            county=county,
            kind=kind,
            case_id=case_id,
            body=body,
            audience=_stored(audience) if audience else {},
            at=at,
        )
    )
    await session.execute(text("SELECT pg_notify(:channel, :county)"), {"channel": CHANNEL, "county": county})


# The oldest transaction of this snapshot that may still write here; if there is none, the first one not yet begun.
HORIZON = """coalesce(
    (SELECT min(running::text::bigint) FROM pg_snapshot_xip(pg_current_snapshot()) AS running
     WHERE running::text::bigint % 4294967296 NOT IN (
         SELECT backend_xid::text::bigint FROM pg_stat_activity
         WHERE datname <> current_database() AND backend_xid IS NOT NULL)),
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint)"""


async def latest_cursor(session: AsyncSession) -> Cursor:
    """Where a snapshot taken in this transaction stands: changes after it are those not in the snapshot.

    A change may be both in the snapshot and after the cursor; clients apply changes by the case's version.
    """
    tx = await session.scalar(text(f"SELECT {HORIZON} - 1"))
    return Cursor(int(tx or 0), AFTER_EVERY_ROW)


async def changes_after(session: AsyncSession, county: str, cursor: Cursor, limit: int = 200) -> list[Change]:
    rows = await session.execute(
        text(
            "SELECT tx::text::bigint, id, kind, case_id, body, audience FROM outbox"  # noqa: S608 -- HORIZON is a constant
            " WHERE county = :county AND (tx, id) > (CAST(CAST(:tx AS text) AS xid8), :id)"
            f" AND tx < CAST(CAST({HORIZON} AS text) AS xid8) ORDER BY tx, id LIMIT :limit"
        ),
        {"county": county, "tx": str(cursor.tx), "id": cursor.id, "limit": limit},
    )
    return [
        Change(Cursor(tx, row_id), kind, case_id, body, _audience(audience))
        for tx, row_id, kind, case_id, body, audience in rows
    ]


def _stored(audience: Audience) -> dict[str, Any]:
    return {
        "grid_path": audience.grid_path,
        "reporter_ids": [str(reporter_id) for reporter_id in audience.reporter_ids],
        "squad_codes": list(audience.squad_codes),
        "claimable": audience.claimable,
    }


def _audience(stored: dict[str, Any]) -> Audience | None:
    if not stored:
        return None
    # Rows written before reporters could be several name one.
    reporters = stored["reporter_ids"] if "reporter_ids" in stored else [stored["reporter_id"]]
    return Audience(
        stored["grid_path"],
        tuple(UUID(reporter) for reporter in reporters),
        tuple(stored["squad_codes"]),
        stored.get("claimable", False),
    )


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
