"""Telling open screens that a squad's duty, rota or requests have changed. What has changed they read for themselves."""

import os.path
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from backend.live.feed import publish
from backend.permissions import Actor, Audience
from backend.staff.queries_rota import paths_of


async def announce_duty(session: AsyncSession, *, actor: Actor, squad_codes: Iterable[str], at: datetime) -> None:
    """A `duty` message with the squad's code, for its people and for the desk of the whole place it serves."""
    for code in squad_codes:
        paths = await paths_of(session, actor.county, code)
        served = os.path.commonpath(paths) if paths else actor.county
        await publish(
            session,
            county=actor.county,
            kind="duty",
            case_id=None,
            body={"squad_code": code},
            audience=Audience(served, (actor.staff_id,), (code,)),
            at=at,
        )
