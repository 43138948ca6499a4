"""Founds a county that starts from nothing: its place in the net, the reference catalogue, and a first administrator."""

import re
from datetime import datetime
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from backend.clock import local_date, utc_now
from backend.database import make_engine, make_sessions
from backend.grids.models import Grid, GridKind, GridLevel, NetEdition
from backend.permissions import Role
from backend.postgis import StartError
from backend.staff.models import Post, Staff
from backend.staff.passwords import hash_password, one_time_password
from backend.staff.people_actions import initials_of
from backend.staff.phones import read_phone
from seeds.reference import departments, reference, unit_code

_CODE = re.compile(r"[1-9][0-9]{5}")


async def found_county(database_url: str, *, code: str, name: str, administrator: str, phone: str) -> str:
    """`write_county` in a transaction of its own."""
    engine = make_engine(database_url)
    try:
        async with make_sessions(engine)() as session, session.begin():
            return await write_county(
                session, code=code, name=name, administrator=administrator, phone=phone, at=utc_now()
            )
    finally:
        await engine.dispose()


async def write_county(
    session: AsyncSession, *, code: str, name: str, administrator: str, phone: str, at: datetime
) -> str:
    """Found the county `code` (GB/T 2260, six digits); returns the administrator's one-time password.

    Raises StartError for a malformed code or phone, and for a county or phone that is there already.
    """
    login = _login(code, phone)
    await _refuse_what_is_there(session, code, login)
    password = one_time_password()
    first = Staff(
        county=code,
        id=uuid4(),
        name=administrator.strip(),
        initials=initials_of(administrator.strip()),
        phone=login,
        home_unit_code=unit_code(code, "command"),
        keeper_path=code,
        password_hash=hash_password(password),
        must_change_password=True,
    )
    await _write_rows(session, code, name.strip(), first, at)
    return password


def _login(code: str, phone: str) -> str:
    login = read_phone(phone)
    if not _CODE.fullmatch(code):
        raise StartError(
            f"县级代码是 6 位数字（GB/T 2260），不是「{code}」。", f"A county's code has six digits, not {code}."
        )
    if not login:
        raise StartError(f"「{phone}」不是手机号，请写 11 位。", f"{phone} is no mobile number of 11 digits.")
    return login


async def _refuse_what_is_there(session: AsyncSession, code: str, phone: str) -> None:
    if await session.scalar(select(col(Grid.code)).where(col(Grid.county) == code).limit(1)):
        raise StartError(f"{code} 已经建好，不需要再建。", f"{code} is there already.")
    if await session.scalar(select(col(Staff.id)).where(col(Staff.phone) == phone)):
        raise StartError(f"手机号 {phone} 已有人使用，请换一个。", f"{phone} is taken; use another number.")


async def _write_rows(session: AsyncSession, code: str, name: str, administrator: Staff, at: datetime) -> None:
    today = local_date(at)
    for batch in (
        [_edition(code, at)],
        [_county(code, name, at)],
        departments(code, name, units=code),
        *reference(code, units=code, since=today),
        [administrator],
        [
            Post(
                county=code,
                id=uuid4(),
                staff_id=administrator.id,
                role=Role.ADMINISTRATOR,
                grid_path=code,
                unit_code=unit_code(code, "command"),
                starts_on=today,
            )
        ],
    ):
        session.add_all(batch)
        await session.flush()


def _edition(code: str, at: datetime) -> SQLModel:
    return NetEdition(
        county=code, number=1, title="建县", effective_on=local_date(at), published_at=at, summary={"added": 1}
    )


def _county(code: str, name: str, at: datetime) -> SQLModel:
    """The root of the net. Its outline and area come with the grids that are imported below it."""
    return Grid(
        county=code,
        code=code,
        name=name,
        short_name=name,
        level=GridLevel.COUNTY,
        kind=GridKind.BASE,
        path=code,
        area_m2=0.0,
        valid_from=local_date(at),
    )
