"""Waiting for one's turn inside the transaction, where there is no row yet to hold."""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def one_at_a_time(session: AsyncSession, county: str, what: str) -> None:
    """Until this transaction ends, whoever says the same in the same county waits here."""
    digest = hashlib.sha256(f"{county}/{what}".encode()).digest()
    await session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))


async def only_one(session: AsyncSession, county: str, what: str) -> bool:
    """Whether nobody else is at this in the same county; if so, nobody else is until this transaction ends."""
    digest = hashlib.sha256(f"{county}/{what}".encode()).digest()
    wanted = select(func.pg_try_advisory_xact_lock(int.from_bytes(digest[:8], signed=True)))
    return bool(await session.scalar(wanted))
