"""Who is on duty at a moment: the one statement behind routing, the desk's board and the phone; and the county's statuses."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, String, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.staff.duty import MemberDuty, SquadDuty, Standing
from backend.staff.models import BaseStatus, DutyState, DutyStatus, SquadKind

_ASKED = """SELECT :county AS county, :at AS at, :grid_path AS grid_path, NULL::text[] AS words,
    NULL AS department_code, :squad_code AS squad_code"""


@cache
def on_duty_sql() -> str:
    """The statement without its first part, `WITH asked AS (...)`: whoever runs it says what is asked."""
    return (Path(__file__).parent / "sql" / "on_duty.sql").read_text(encoding="utf-8")


async def duty_of_squads(
    session: AsyncSession,
    county: str,
    at: datetime,
    *,
    grid_path: str | None = None,
    squad_code: str | None = None,
) -> list[SquadDuty]:
    """Every squad of the county, or one, by code, and whether the grid is its jurisdiction."""
    statement = text(f"WITH asked AS ({_ASKED})\n{on_duty_sql()}").bindparams(
        bindparam("at", type_=DateTime(timezone=True)),
        bindparam("grid_path", type_=String()),
        bindparam("squad_code", type_=String()),
    )
    asked = {"county": county, "at": at, "grid_path": grid_path, "squad_code": squad_code}
    return [squad_duty(row) for row in (await session.execute(statement, asked)).mappings()]


def squad_duty(row: Mapping[Any, Any]) -> SquadDuty:
    """A row of the statement as the value that the rules speak of."""
    return SquadDuty(
        code=row["code"],
        name=row["name"],
        unit_code=row["unit_code"],
        unit_name=row["unit_name"],
        kind=SquadKind(row["kind"]),
        capabilities=tuple(row["capabilities"]),
        jurisdiction=tuple(row["jurisdiction"]),
        has_jurisdiction=row["has_jurisdiction"],
        can_do=row["can_do"],
        has_members=row["has_members"],
        shift_ends_at=row["shift_ends_at"],
        next_starts_at=row["next_starts_at"],
        members=tuple(_member_duty(member) for member in row["members"]),
    )


def _member_duty(member: dict[str, Any]) -> MemberDuty:
    until = member["on_until"]
    return MemberDuty(
        id=UUID(member["id"]),
        name=member["name"],
        leads=member["leads"],
        rostered=member["rostered"],
        standing=Standing(member["standing"]),
        on_until=datetime.fromisoformat(until) if until else None,
        status_code=member["status_code"],
        base=BaseStatus(member["base"]),
    )


async def statuses(session: AsyncSession, county: str) -> dict[str, DutyStatus]:
    """The county's own statuses by code, in the order in which they are offered."""
    rows = await session.scalars(
        select(DutyStatus)
        .where(col(DutyStatus.county) == county)
        .order_by(col(DutyStatus.position), col(DutyStatus.code))
    )
    return {row.code: row for row in rows}


async def state_of(session: AsyncSession, county: str, staff_id: UUID) -> DutyState | None:
    """What the person last said of themselves."""
    return await session.get(DutyState, (county, staff_id))
