"""Every SELECT about drafts and editions of the net, and the one that reads a county's newest net whole."""

from collections.abc import Collection, Sequence
from uuid import UUID

import shapely
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from backend.errors import NotFound, Say
from backend.grids.models import DraftStatus, Grid, NetDraft, NetEdition
from backend.grids.net import Net, NetGrid
from backend.permissions import Actor, Permission, covers

LISTED_DRAFTS = 100


_OF_A_VERSION = (
    "code",
    "version",
    "name",
    "short_name",
    "level",
    "kind",
    "parent_code",
    "path",
    "area_m2",
    "cluster_code",
    "management_grade",
    "indicative",
    "edition",
    "valid_from",
)


async def newest_net(session: AsyncSession, county: str) -> Net:
    """The net after every edition published so far, also those that take effect only later: what a draft builds on."""
    columns = [getattr(Grid, name) for name in _OF_A_VERSION]
    shape, label = func.ST_AsBinary(col(Grid.shape)), func.ST_AsBinary(col(Grid.label_point))
    rows = (
        await session.execute(
            select(*columns, shape, label)
            .where(col(Grid.county) == county, col(Grid.valid_to).is_(None))
            .order_by(col(Grid.code))
        )
    ).all()
    shapes = shapely.from_wkb([row[-2] for row in rows])
    labels = shapely.from_wkb([row[-1] for row in rows])
    grids = {
        row.code: NetGrid(**dict(zip(_OF_A_VERSION, row[:-2], strict=True)), shape=shape, label=label)
        for row, shape, label in zip(rows, shapes, labels, strict=True)
    }
    used = await session.scalars(select(col(Grid.code)).where(col(Grid.county) == county).distinct())
    return Net(county, grids, frozenset(used))


async def highest_versions(session: AsyncSession, county: str, codes: Collection[str]) -> dict[str, int]:
    """The last version that each of these codes ever had; codes never used are left out."""
    rows = await session.execute(
        select(col(Grid.code), func.max(col(Grid.version)))
        .where(col(Grid.county) == county, col(Grid.code).in_(codes))
        .group_by(col(Grid.code))
    )
    return dict(rows.all())


async def newest_edition(session: AsyncSession, county: str) -> NetEdition | None:
    """The last one published; none in a county without a net."""
    return (
        await session.scalars(
            select(NetEdition).where(col(NetEdition.county) == county).order_by(col(NetEdition.number).desc()).limit(1)
        )
    ).one_or_none()


async def editions(session: AsyncSession, county: str) -> Sequence[NetEdition]:
    """All of them, newest first."""
    return (
        await session.scalars(
            select(NetEdition).where(col(NetEdition.county) == county).order_by(col(NetEdition.number).desc())
        )
    ).all()


async def edition_of(session: AsyncSession, county: str, number: int) -> NetEdition:
    return await session.get_one(NetEdition, (county, number))


async def grids_of_edition(session: AsyncSession, edition: NetEdition) -> tuple[Sequence[Grid], Sequence[Grid]]:
    """The grid versions that an edition began, and those that ended on its day without another one after them."""
    later = aliased(Grid)
    of_county = select(Grid).where(col(Grid.county) == edition.county).order_by(col(Grid.code))
    begun = await session.scalars(of_county.where(col(Grid.edition) == edition.number))
    follows = exists().where(
        col(later.county) == col(Grid.county), col(later.code) == col(Grid.code), col(later.version) > col(Grid.version)
    )
    ended = await session.scalars(of_county.where(col(Grid.valid_to) == edition.effective_on, ~follows))
    return begun.all(), ended.all()


async def grids_changed_after(
    session: AsyncSession, county: str, codes: Collection[str], edition: int
) -> Sequence[tuple[str, str]]:
    """(code, name) of those of these grids that a later edition changed or ended."""
    rows = await session.execute(
        select(col(Grid.code), func.max(col(Grid.name)))
        .where(col(Grid.county) == county, col(Grid.code).in_(codes), col(Grid.edition) > edition)
        .group_by(col(Grid.code))
        .order_by(col(Grid.code))
    )
    return [(code, name) for code, name in rows]


async def drafts_for(session: AsyncSession, actor: Actor) -> list[NetDraft]:
    """Drafts of the actor's own scope, those still being edited first, then the latest."""
    found = await session.scalars(
        select(NetDraft)
        .where(col(NetDraft.county) == actor.county, col(NetDraft.status) != DraftStatus.DISCARDED)
        .order_by(col(NetDraft.status) != DraftStatus.EDITING, col(NetDraft.updated_at).desc(), col(NetDraft.id))
    )
    return [draft for draft in found if keeps(actor, draft)][:LISTED_DRAFTS]


async def draft_for(session: AsyncSession, actor: Actor, draft_id: UUID, *, lock: bool = False) -> NetDraft:
    """The draft if it lies in the actor's scope; `lock` holds it until the transaction ends. Raises NotFound."""
    draft = await any_draft(session, actor.county, draft_id, lock=lock)
    if draft is None or not keeps(actor, draft):
        raise NotFound(
            "no_such_draft",
            Say("没有这份草案，或它不在你的管理范围", "There is no such draft, or it is not yours to keep"),
        )
    return draft


async def any_draft(session: AsyncSession, county: str, draft_id: UUID, *, lock: bool = False) -> NetDraft | None:
    wanted = select(NetDraft).where(col(NetDraft.county) == county, col(NetDraft.id) == draft_id)
    if lock:
        wanted = wanted.with_for_update()
    return (await session.scalars(wanted.execution_options(populate_existing=True))).one_or_none()


def keeps(actor: Actor, draft: NetDraft) -> bool:
    """Whether the actor's posts cover the whole scope for which the draft was begun."""
    mine = actor.paths_for(Permission.MANAGE_NET)
    return all(any(covers(path, scope) for path in mine) for scope in draft.scope_paths)
