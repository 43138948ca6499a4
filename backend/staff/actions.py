"""Every write about signing in: sessions opened and closed, failures counted, one's own password."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.access import token_hash
from backend.clock import local_date
from backend.errors import FieldError, Malformed, NotSignedIn, Say, TooManyTries
from backend.permissions import Actor
from backend.staff import queries
from backend.staff.models import SignIn, Staff
from backend.staff.passwords import PasswordChecks, password_fault
from backend.staff.people_posts import is_present

FREE_TRIES = 5
LONGEST_WAIT = timedelta(minutes=15)


def _wait_after(failed_sign_ins: int) -> timedelta:
    """Five tries are free; then 15 s, doubling up to 15 minutes, so that a guesser waits and the owner is not locked out."""
    beyond = failed_sign_ins - FREE_TRIES
    return min(timedelta(seconds=15 * 2 ** min(beyond, 10)), LONGEST_WAIT) if beyond >= 0 else timedelta(0)


async def check_credentials(
    session: AsyncSession, checks: PasswordChecks, *, phone: str, password: str, at: datetime
) -> Staff | None:
    """The person whose credentials these are, or None. Failures are counted on the person; see `_wait_after`.

    Raises TooManyTries while the person's waiting time runs, before the costly hash is computed.
    """
    staff = await queries.staff_by_phone(session, phone)
    if staff and staff.next_sign_in_at and at < staff.next_sign_in_at:
        wait_s = int((staff.next_sign_in_at - at).total_seconds()) + 1
        raise TooManyTries(
            "too_many_tries",
            Say(f"密码连续输错，请 {wait_s} 秒后再试", f"Too many wrong passwords; try again in {wait_s} s"),
            headers={"Retry-After": str(wait_s)},
        )
    right = await checks.matches(staff.password_hash if staff else None, password)
    if staff is None:
        return None
    if not (right and is_present(staff, local_date(at))):
        staff.failed_sign_ins += 1
        staff.next_sign_in_at = at + _wait_after(staff.failed_sign_ins)
        return None
    staff.failed_sign_ins = 0
    staff.next_sign_in_at = None
    return staff


async def open_sign_in(session: AsyncSession, *, staff: Staff, at: datetime, days: int) -> str:
    """A new session; returns its token (256 bits), which only the cookie keeps."""
    token = secrets.token_urlsafe(32)
    await session.execute(delete(SignIn).where(col(SignIn.staff_id) == staff.id, col(SignIn.expires_at) <= at))
    session.add(
        SignIn(
            token_hash=token_hash(token),
            county=staff.county,
            staff_id=staff.id,
            created_at=at,
            expires_at=at + timedelta(days=days),
        )
    )
    return token


async def close_sign_in(session: AsyncSession, *, token: str) -> None:
    await session.execute(delete(SignIn).where(col(SignIn.token_hash) == token_hash(token)))


async def change_password(
    session: AsyncSession, checks: PasswordChecks, *, actor: Actor, old: str, new: str, token: str, at: datetime
) -> bool:
    """Replace one's own password and end one's other sessions. False, and a counted failure, if `old` is wrong.

    Raises TooManyTries as signing in does, and Malformed for a new password that is too easy.
    """
    phone = (await queries.staff_of(session, actor)).phone
    staff = await check_credentials(session, checks, phone=phone, password=old, at=at)
    if staff is None:
        return False
    fault = password_fault(new, phone=phone, old=old)
    if fault:
        raise Malformed.listing([fault])
    staff.password_hash = await checks.hashed(new)
    staff.must_change_password = False
    await close_sign_ins(session, staff, but=token_hash(token))
    return True


async def close_sign_ins(session: AsyncSession, staff: Staff, *, but: str = "") -> None:
    """Sign the person out everywhere, except where the session's token hash is `but`."""
    await session.execute(
        delete(SignIn).where(
            col(SignIn.county) == staff.county, col(SignIn.staff_id) == staff.id, col(SignIn.token_hash) != but
        )
    )


def wrong_old_password() -> Malformed:
    sentence = Say("原密码不对", "The present password is wrong")
    return Malformed("wrong_old_password", sentence, fields=(FieldError("old", sentence, "wrong_old_password"),))


def wrong_credentials() -> NotSignedIn:
    """The same answer for an unknown phone, a wrong password and a person who has left."""
    sentence = Say("手机号或密码不对", "The phone number or the password is wrong")
    return NotSignedIn(
        "wrong_phone_or_password", sentence, fields=(FieldError("password", sentence, "wrong_phone_or_password"),)
    )
