"""Every write about drafts of the net: begin one, add an operation, take the last one back, discard it.

What is published of a draft is in `editions.py`. Each change counts the draft's version up; whoever changed it last saw it
over the newest edition, which becomes its base.
"""

import asyncio
from datetime import date, datetime
from uuid import UUID

from obstore.store import ObjectStore
from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import local_date
from backend.errors import Conflict, FieldError, Malformed, NotFound, Say
from backend.grids import refusals
from backend.grids.draft_schemas import Operation, TakeImport
from backend.grids.imports.queries import import_for
from backend.grids.models import DraftStatus, NetDraft, NetEdition
from backend.grids.net import Net
from backend.grids.operations import complete, named_codes, perform
from backend.grids.queries_drafts import any_draft, draft_for, newest_edition
from backend.grids.replay import Replayed, Replays, imports_of, replay
from backend.grids.taken import Imports
from backend.grids.wording import words_of
from backend.permissions import Actor, Permission, covers

MOST_OPERATIONS = 500


async def put_draft(
    session: AsyncSession, *, actor: Actor, draft_id: UUID, title: str, effective_on: date, at: datetime
) -> tuple[NetDraft, bool]:
    """Begin a draft, or give it another title or day and bring it up to the newest edition. True if it is new.

    Raises Malformed `date_passed`, Conflict `before_newest_edition` and `draft_closed`, NotFound for somebody else's.
    """
    newest = await newest_edition(session, actor.county)
    require_possible_day(effective_on, newest, at)
    edition = newest.number if newest else 0
    draft = await any_draft(session, actor.county, draft_id, lock=True)
    if draft is None:
        fresh = NetDraft(
            county=actor.county,
            id=draft_id,
            title=title,
            effective_on=effective_on,
            base_edition=edition,
            author_id=actor.staff_id,
            author_name=actor.name,
            scope_paths=list(actor.paths_for(Permission.MANAGE_NET)),
            created_at=at,
            updated_at=at,
            operations=[],
        )
        session.add(fresh)
        await session.flush()
        return fresh, True
    draft = await _editable(session, actor, draft_id)
    if (draft.title, draft.effective_on, draft.base_edition) != (title, effective_on, edition):
        draft.title, draft.effective_on = title, effective_on
        _touch(draft, edition, at)
    return draft, False


def require_possible_day(effective_on: date, newest: NetEdition | None, at: datetime) -> None:
    """A redraw begins today or later, and not before the newest edition does: editions follow each other in time."""
    if effective_on < local_date(at):
        raise Malformed.at(
            "effective_on",
            "date_passed",
            Say("生效日期已经过去，请选今天或以后的日期", "That day has passed; choose today or a later day"),
        )
    if newest and effective_on < newest.effective_on:
        sentence = Say(
            f"第 {newest.number} 版将在 {newest.effective_on} 生效，请选这一天或以后的日期",
            f"Edition {newest.number} takes effect on {newest.effective_on}; choose that day or a later one",
        )
        raise Conflict(
            "before_newest_edition",
            sentence,
            fields=(FieldError("effective_on", sentence, "before_newest_edition"),),
            effective_on=newest.effective_on.isoformat(),
        )


async def add_operation(
    session: AsyncSession,
    store: ObjectStore,
    replays: Replays,
    *,
    actor: Actor,
    draft_id: UUID,
    version: int,
    operation: Operation,
    at: datetime,
) -> NetDraft:
    """Do one thing more in a draft. Raises Conflict `stale_draft`, and whatever refuses the operation."""
    draft = await _editable(session, actor, draft_id, version)
    if len(draft.operations) >= MOST_OPERATIONS:
        raise Conflict(
            "draft_full",
            Say("一份草案最多 500 步，请先发布", "A draft takes 500 operations at most; publish this one first"),
        )
    if isinstance(operation, TakeImport):
        await import_for(session, actor, operation.import_id)
    so_far = await replay(session, store, replays, draft)
    if so_far.refused:
        raise _stuck(so_far)
    imports = await imports_of(session, store, actor.county, [operation])
    _require_in_scope(so_far.after, actor, operation, imports)
    done, after = await asyncio.to_thread(_perform, so_far.after, operation, imports)
    words = words_of(so_far.after, done, imports)
    stored = {"operation": done.model_dump(mode="json", exclude_unset=True), "zh": words.zh, "en": words.en}
    draft.operations = [*draft.operations, stored]
    _touch(draft, so_far.edition, at)
    replays.keep(draft, Replayed(so_far.edition, so_far.before, after))
    return draft


def _perform(net: Net, operation: Operation, imports: Imports) -> tuple[Operation, Net]:
    done = complete(net, operation)
    return done, perform(net, done, imports)


def _stuck(so_far: Replayed) -> Conflict:
    assert so_far.refused
    return Conflict("step_refused", refusals.in_steps(so_far.refused.problem, so_far.refused.number))


def _require_in_scope(net: Net, actor: Actor, operation: Operation, imports: Imports) -> None:
    """Every grid that the operation names is there, and the actor keeps it. Raises NotFound `no_such_grid`."""
    mine = actor.paths_for(Permission.MANAGE_NET)
    for field, code in named_codes(net, operation, imports):
        grid = net.grids.get(code)
        if grid is None or not any(covers(path, grid.path) for path in mine):
            raise refusals.no_such_grid(field, code)


async def undo_operation(
    session: AsyncSession, *, actor: Actor, draft_id: UUID, version: int, at: datetime
) -> NetDraft:
    """Take the last operation back. Raises Conflict `stale_draft`, NotFound `nothing_to_undo`."""
    draft = await _editable(session, actor, draft_id, version)
    if not draft.operations:
        raise NotFound("nothing_to_undo", Say("草案里没有可以撤销的步骤", "The draft has no operation to take back"))
    draft.operations = draft.operations[:-1]
    newest = await newest_edition(session, actor.county)
    _touch(draft, newest.number if newest else 0, at)
    return draft


async def discard_draft(session: AsyncSession, *, actor: Actor, draft_id: UUID, at: datetime) -> None:
    """Put a draft away; discarding it again is no error. Raises Conflict `draft_closed` once it is published."""
    draft = await draft_for(session, actor, draft_id, lock=True)
    if draft.status != DraftStatus.DISCARDED:
        draft = await _editable(session, actor, draft_id)
        draft.status = DraftStatus.DISCARDED
        draft.updated_at = at


async def _editable(session: AsyncSession, actor: Actor, draft_id: UUID, version: int | None = None) -> NetDraft:
    """The draft, held for writing. With a version, it must be the present one."""
    draft = await draft_for(session, actor, draft_id, lock=True)
    require_editing(draft)
    require_version(draft, version)
    return draft


def require_editing(draft: NetDraft) -> None:
    if draft.status != DraftStatus.EDITING:
        raise Conflict(
            "draft_closed",
            Say("这份草案已经发布或作废，请新建一份", "This draft was published or discarded; begin another one"),
            draft_status=draft.status.value,
        )


def require_version(draft: NetDraft, version: int | None) -> None:
    if version not in (None, draft.version):
        raise Conflict(
            "stale_draft",
            Say(
                "草案在你打开之后已被改动，请看最新内容再操作",
                "The draft has changed since you opened it; look at it again first",
            ),
            version=draft.version,
        )


def _touch(draft: NetDraft, edition: int, at: datetime) -> None:
    draft.version += 1
    draft.base_edition = edition
    draft.updated_at = at
