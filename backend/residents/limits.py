"""How much strangers may ask of us: the limits as a table, counted in PostgreSQL so that all processes agree.

A limit counts in fixed windows that begin on the clock (…:00, …:10), so at worst twice as much comes within one window's
length. Each count commits in a short transaction of its own: a refused request has been counted all the same. Addresses
are kept as hashes, for two days.
"""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Request
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.errors import Say, TooManyTries
from backend.residents.models import RateCount

# Counts of an address hold for the whole installation, whichever county it turns to.
EVERYWHERE = "000000"
KEPT = timedelta(days=2)
MIB = 2**20


@dataclass(frozen=True)
class Limit:
    """At most `most` of something within each window."""

    name: str
    most: int
    window: timedelta

    def window_at(self, at: datetime) -> datetime:
        """Where the window begins in which `at` lies."""
        seconds = int(self.window.total_seconds())
        return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)


@dataclass(frozen=True)
class Charge:
    """`amount` of a limit, used by a subject."""

    limit: Limit
    subject: str
    amount: int = 1
    county: str = EVERYWHERE


# A whole village may come from one address: mobile networks here share few of them among many phones.
REPORTS = Limit("reports", 6, timedelta(minutes=10))
REPORTS_A_DAY = Limit("reports_a_day", 30, timedelta(days=1))
COUNTY_REPORTS = Limit("county_reports", 300, timedelta(minutes=10))
ANSWERS = Limit("answers", 12, timedelta(minutes=10))
WRONG_CODES = Limit("wrong_codes", 20, timedelta(minutes=10))
PHOTO_BYTES = Limit("photo_bytes", 300 * MIB, timedelta(days=1))
COUNTY_PHOTO_BYTES = Limit("county_photo_bytes", 20 * 1024 * MIB, timedelta(days=1))


def subject_of(request: Request) -> str:
    """Who is asking, as far as we can tell without a name: a hash of the address.

    Behind a proxy it is the address that the proxy names in X-Forwarded-For, if the proxy is trusted (uvicorn's
    FORWARDED_ALLOW_IPS, by default this machine). Of IPv6 the first 64 bits count, which one household has to itself.
    """
    address = request.client.host if request.client else ""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # a UNIX socket, or a name
        return _hashed(address)
    return _hashed(str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip))


def _hashed(address: str) -> str:
    return hashlib.sha256(f"suozi/{address}".encode()).hexdigest()


def for_a_report(county: str, subject: str) -> list[Charge]:
    return [Charge(REPORTS, subject), Charge(REPORTS_A_DAY, subject), Charge(COUNTY_REPORTS, "", county=county)]


def for_photos(county: str, subject: str, byte_count: int) -> list[Charge]:
    if not byte_count:
        return []
    return [Charge(PHOTO_BYTES, subject, byte_count), Charge(COUNTY_PHOTO_BYTES, "", byte_count, county)]


async def spend(sessions: async_sessionmaker[AsyncSession], charges: Sequence[Charge], at: datetime) -> None:
    """Count, then raise TooManyTries with the longest wait if any limit is passed."""
    async with sessions() as session, session.begin():
        passed = [charge.limit for charge in charges if await _add(session, charge, at) > charge.limit.most]
    if passed:
        raise too_many(max(_wait(limit, at) for limit in passed))


async def require_room(sessions: async_sessionmaker[AsyncSession], limit: Limit, subject: str, at: datetime) -> None:
    """Raise TooManyTries if the limit is used up already; count nothing."""
    async with sessions.begin() as session:
        used = await session.scalar(
            select(col(RateCount.used)).where(
                col(RateCount.county) == EVERYWHERE,
                col(RateCount.limit_name) == limit.name,
                col(RateCount.subject) == subject,
                col(RateCount.starts_at) == limit.window_at(at),
            )
        )
    if used is not None and used >= limit.most:
        raise too_many(_wait(limit, at))


async def _add(session: AsyncSession, charge: Charge, at: datetime) -> int:
    """What is used after this charge; counts whose time is over go when a new window begins."""
    limit = charge.limit
    row = {"county": charge.county, "limit_name": limit.name, "subject": charge.subject}
    used = await session.scalar(
        insert(RateCount)
        .values(**row, starts_at=limit.window_at(at), used=charge.amount)
        .on_conflict_do_update(
            index_elements=["county", "limit_name", "subject", "starts_at"],
            set_={"used": col(RateCount.used) + charge.amount},
        )
        .returning(col(RateCount.used))
    )
    if used == charge.amount:
        await session.execute(
            delete(RateCount).where(
                col(RateCount.county) == charge.county,
                col(RateCount.limit_name) == limit.name,
                col(RateCount.starts_at) < at - KEPT,
            )
        )
    return int(used or 0)


def _wait(limit: Limit, at: datetime) -> timedelta:
    return limit.window_at(at) + limit.window - at


def too_many(wait: timedelta) -> TooManyTries:
    seconds = int(wait.total_seconds()) + 1
    minutes = -(-seconds // 60)
    zh, en = (
        (f"{minutes} 分钟", f"{minutes} min")
        if minutes <= 90
        else (f"{-(-minutes // 60)} 小时", f"{-(-minutes // 60)} h")
    )
    return TooManyTries(
        "too_many_requests",
        Say(
            f"这个网络里的操作太频繁，请 {zh}后再试；急事请拨打 12345",
            f"Too much comes from this network; try again in {en}. If it is urgent, call 12345",
        ),
        headers={"Retry-After": str(seconds)},
    )
