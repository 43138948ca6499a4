"""One lock per county between those who file something under a grid of today and the redraw that moves what was filed.

Without it a report that has found its grid, and is not committed yet, is invisible to the redraw and stays behind in a grid
that is no more. Both locks last until the transaction ends.
"""

import hashlib

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


async def hold_net_still(session: AsyncSession, county: str) -> None:
    """Before a grid is looked up to file under it. Those who file do not wait for each other."""
    await session.execute(select(func.pg_advisory_xact_lock_shared(_key(county))))


async def wait_for_filings(session: AsyncSession, county: str) -> None:
    """Before what was filed is moved: who is filing commits first, who comes later sees the new net."""
    await session.execute(select(func.pg_advisory_xact_lock(_key(county))))


def _key(county: str) -> int:
    return int.from_bytes(hashlib.sha256(f"filing/{county}".encode()).digest()[:8], signed=True)
