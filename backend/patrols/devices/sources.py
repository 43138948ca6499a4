"""Setting up trackers and switching them off, by the people themselves; the desk may look and switch off."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.access import token_hash
from backend.errors import Conflict, Malformed, NotFound, Say
from backend.patrols.devices.models import TrackSource
from backend.patrols.devices.protocols import Protocol
from backend.patrols.devices.readings import SourceSettings
from backend.patrols.devices.schemas import TrackSourceIn
from backend.permissions import Actor, Permission
from backend.staff.models import Staff
from backend.staff.queries_people import reach_of, visible_to

MAX_SOURCES = 10
# Lower case without i, l, o, u: it is typed on phones by hand. 26 symbols are 130 random bits.
TOKEN_SYMBOLS, TOKEN_LENGTH = "0123456789abcdefghjkmnpqrstvwxyz", 26


def new_token() -> str:
    return "".join(secrets.choice(TOKEN_SYMBOLS) for _ in range(TOKEN_LENGTH))


async def set_up(
    session: AsyncSession, *, actor: Actor, source_id: UUID, content: TrackSourceIn, at: datetime
) -> tuple[TrackSource, str | None]:
    """A tracker of the actor's own and its token, which is kept nowhere.

    The same again, as after a lost answer, gives a new token in the old one's place until the app has been in contact; after
    that none. Raises Conflict for another content or a person with too many trackers, NotFound for somebody else's.
    """
    _check(content)
    token = new_token()
    source = await session.get(TrackSource, (actor.county, source_id), with_for_update=True)
    if source is None:
        await _leave_room(session, actor)
        source = TrackSource(
            county=actor.county,
            id=source_id,
            staff_id=actor.staff_id,
            token_hash=token_hash(token),
            created_at=at,
            created_by=actor.staff_id,
            **content.model_dump(),
        )
        session.add(source)
        await session.flush()
        return source, token
    if source.staff_id != actor.staff_id:
        raise no_such_source()
    if TrackSourceIn.model_validate(source, from_attributes=True) != content:
        raise Conflict(
            "source_differs",
            Say("这个编号已用于另一个定位 App 设置", "Another tracker was set up under this id with other settings"),
        )
    if source.last_contact_at or source.disabled_at:
        return source, None
    source.token_hash = token_hash(token)
    await session.flush()
    return source, token


def _check(content: TrackSourceIn) -> None:
    if (content.protocol is Protocol.TRACCAR) == (content.device_id is None):
        raise Malformed.at(
            "device_id",
            "device_id_wanted",
            Say(
                "Traccar 转发要填设备编号（uniqueId），其他 App 不填",
                "A forwarding Traccar needs the device's uniqueId; other apps have none",
            ),
        )


async def _leave_room(session: AsyncSession, actor: Actor) -> None:
    enabled = await session.scalar(
        select(func.count()).where(
            col(TrackSource.county) == actor.county,
            col(TrackSource.staff_id) == actor.staff_id,
            col(TrackSource.disabled_at).is_(None),
        )
    )
    if (enabled or 0) >= MAX_SOURCES:
        raise Conflict(
            "too_many_sources",
            Say(
                f"最多设置 {MAX_SOURCES} 个定位 App，请先停用不用的",
                f"At most {MAX_SOURCES} trackers; switch off those that you no longer use",
            ),
        )


async def switch_off(session: AsyncSession, *, source: TrackSource, actor: Actor, at: datetime) -> TrackSource:
    """From now on the token opens nothing. A second time changes nothing."""
    if source.disabled_at is None:
        source.disabled_at, source.disabled_by = at, actor.staff_id
        await session.flush()
    return source


async def own_sources(session: AsyncSession, actor: Actor) -> Sequence[TrackSource]:
    """The actor's trackers, those in use first, then the newest."""
    rows = await session.scalars(
        select(TrackSource)
        .where(col(TrackSource.county) == actor.county, col(TrackSource.staff_id) == actor.staff_id)
        .order_by(col(TrackSource.disabled_at).is_not(None), col(TrackSource.created_at).desc(), col(TrackSource.id))
    )
    return rows.all()


async def own_source(session: AsyncSession, actor: Actor, source_id: UUID) -> TrackSource:
    """Raises NotFound for somebody else's."""
    source = await session.get(TrackSource, (actor.county, source_id), with_for_update=True)
    if source is None or source.staff_id != actor.staff_id:
        raise no_such_source()
    return source


async def sources_in_reach(
    session: AsyncSession, actor: Actor, staff_id: UUID | None = None
) -> Sequence[tuple[TrackSource, str]]:
    """Trackers of the people whom the actor may look up, or of one of them, with their names."""
    reach = await reach_of(session, actor, Permission.SEE_STAFF)
    wanted = (
        select(TrackSource, col(Staff.name))
        .join(Staff, (col(Staff.county) == col(TrackSource.county)) & (col(Staff.id) == col(TrackSource.staff_id)))
        .where(col(TrackSource.county) == actor.county, visible_to(actor.county, reach))
        .order_by(col(TrackSource.disabled_at).is_not(None), col(Staff.name), col(TrackSource.created_at))
    )
    if staff_id:
        wanted = wanted.where(col(TrackSource.staff_id) == staff_id)
    return [(source, name) for source, name in await session.execute(wanted)]


async def source_in_reach(session: AsyncSession, actor: Actor, source_id: UUID) -> tuple[TrackSource, str]:
    """One of those. Raises NotFound."""
    found = [row for row in await sources_in_reach(session, actor) if row[0].id == source_id]
    if not found:
        raise no_such_source()
    return found[0]


async def source_of_token(session: AsyncSession, token: str) -> TrackSource | None:
    """What a token belongs to, switched off or not; None if to nothing."""
    wanted = select(TrackSource).where(col(TrackSource.token_hash) == token_hash(token.strip().lower()))
    return (await session.scalars(wanted)).one_or_none()


def settings_of(source: TrackSource) -> SourceSettings:
    return SourceSettings(source.datum, source.speed_unit, source.zone, source.device_id)


def no_such_source() -> NotFound:
    return NotFound(
        "no_such_source",
        Say("没有这个定位 App 设置，或不在你的管理范围内", "There is no such tracker, or it is not yours to see"),
    )
