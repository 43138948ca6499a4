"""Every write about the catalogue: begin a draft or fill it from a workbook, change single matters, publish, discard.

Each change counts the draft's version up; whoever changes it must have seen the one before. A version that is published is
never changed again.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from backend.errors import Conflict, FieldError, Malformed, NotAllowed, NotFound, Say
from backend.matters.catalogue_schemas import StageLimits
from backend.matters.content import Content, MatterContent, in_order, rows_of
from backend.matters.differences import differences
from backend.matters.models import Catalogue, CatalogueDraft, DraftState, Stage, StageLimit
from backend.matters.queries_catalogue import (
    content_of_version,
    draft_of,
    newest_version,
    stage_limit_rows,
    version_of,
)
from backend.matters.rules import faults_of, others_of
from backend.matters.workbook_rows import CellFault, Reading
from backend.permissions import Actor, Permission
from backend.staff.queries_people import unit_codes_by_word

FARTHEST = timedelta(days=366)
# A desk's clock may be a little behind ours.
GRACE = timedelta(minutes=5)


def keeps_catalogue(actor: Actor) -> bool:
    """Whether the actor administers the whole county: the catalogue is the same in every town."""
    return actor.county in actor.paths_for(Permission.MANAGE_CATALOGUE)


def require_keeper(actor: Actor) -> None:
    """Raises NotAllowed `not_your_catalogue`."""
    if not keeps_catalogue(actor):
        raise NotAllowed(
            "not_your_catalogue",
            Say("事项目录由县级管理员维护", "Only administrators of the whole county change its catalogue"),
        )


async def draft_for(session: AsyncSession, actor: Actor, draft_id: UUID, *, lock: bool = False) -> CatalogueDraft:
    """Raises NotAllowed `not_your_catalogue`, NotFound `no_such_draft`."""
    require_keeper(actor)
    draft = await draft_of(session, actor.county, draft_id, lock=lock)
    if draft is None:
        raise NotFound("no_such_draft", Say("没有这份草案，或已被删除", "There is no such draft"))
    return draft


async def put_draft(
    session: AsyncSession, *, actor: Actor, draft_id: UUID, title: str, from_version: int, at: datetime
) -> CatalogueDraft:
    """Begin a draft with the content of a version, or give it another title."""
    require_keeper(actor)
    draft = await draft_of(session, actor.county, draft_id, lock=True)
    if draft:
        _require_editing(draft)
        if draft.title != title:
            draft.title = title
            _touch(draft, at)
        return draft
    if from_version:
        await version_of(session, actor.county, from_version)
    content = await content_of_version(session, actor.county, from_version)
    fresh = _new_draft(actor, draft_id, title, from_version, content, at)
    session.add(fresh)
    await session.flush()
    return fresh


async def put_workbook(
    session: AsyncSession,
    *,
    actor: Actor,
    draft_id: UUID,
    version: int | None,
    file_name: str,
    fingerprint: str,
    reading: Reading,
    at: datetime,
) -> CatalogueDraft:
    """Begin a draft with what a workbook says, or put that in place of the draft's content.

    The same file again is no change. Raises Conflict `stale_draft` when the draft is there and `version` is not its own.
    """
    require_keeper(actor)
    draft = await draft_of(session, actor.county, draft_id, lock=True)
    if draft and draft.fingerprint == fingerprint:
        return draft
    if draft is None:
        over = await newest_version(session, actor.county)
        draft = _new_draft(actor, draft_id, file_name, over, reading.content, at)
        session.add(draft)
    else:
        _require_editing(draft)
        _require_version(draft, version)
        draft.content = stored(reading.content)
        _touch(draft, at)
    draft.source, draft.fingerprint = file_name, fingerprint
    draft.faults = [_stored_fault(fault) for fault in reading.faults]
    await session.flush()
    return draft


def _new_draft(
    actor: Actor, draft_id: UUID, title: str, base_version: int, content: Content, at: datetime
) -> CatalogueDraft:
    return CatalogueDraft(
        county=actor.county,
        id=draft_id,
        title=title,
        base_version=base_version,
        source="",
        fingerprint="",
        content=stored(content),
        faults=[],
        author_id=actor.staff_id,
        author_name=actor.name,
        created_at=at,
        updated_at=at,
    )


def stored(content: Content) -> dict[str, Any]:
    return content.model_dump(mode="json")


def content_in(draft: CatalogueDraft) -> Content:
    return Content.model_validate(draft.content)


def _stored_fault(fault: CellFault) -> dict[str, Any]:
    return {
        "sheet": fault.sheet,
        "row": fault.row,
        "column": fault.column,
        "value": fault.value,
        "sentence": list(fault.sentence),
        "mend": list(fault.mend),
        "matter": fault.matter,
    }


async def put_matter(
    session: AsyncSession,
    *,
    actor: Actor,
    draft_id: UUID,
    code: str,
    version: int,
    matter: MatterContent,
    at: datetime,
) -> CatalogueDraft:
    """Add the matter to the draft or put it in place of the one with this code, which may be another than its own.

    Raises Malformed naming the fields, Conflict `stale_draft`, `draft_closed` and `code_taken`.
    """
    draft = await _editable(session, actor, draft_id, version)
    rest = [other for other in content_in(draft).matters if other.code != code]
    if any(other.code == matter.code for other in rest):
        sentence = Say(f"草案里已经有 {matter.code}，请换一个编码", f"The draft has {matter.code} already; use another")
        raise Conflict("code_taken", sentence, fields=(FieldError("matter.code", sentence, "code_taken"),))
    units = await unit_codes_by_word(session, actor.county)
    _require_right([matter], rest, units.values(), "matter")
    _replace(draft, [*rest, matter], {code, matter.code}, at)
    return draft


async def remove_matter(
    session: AsyncSession, *, actor: Actor, draft_id: UUID, code: str, version: int, at: datetime
) -> CatalogueDraft:
    """Take the matter out of the draft; that it is not there is no error."""
    draft = await _editable(session, actor, draft_id, version)
    _replace(draft, [other for other in content_in(draft).matters if other.code != code], {code}, at)
    return draft


def _replace(draft: CatalogueDraft, matters: Iterable[MatterContent], settled: set[str], at: datetime) -> None:
    draft.content = stored(in_order(matters))
    draft.faults = [fault for fault in draft.faults if fault["matter"] not in settled]
    draft.fingerprint = ""
    _touch(draft, at)


def _require_right(
    matters: Iterable[MatterContent], rest: Iterable[MatterContent], units: Iterable[str], called: str | None = None
) -> None:
    """Raises Malformed naming each wrong field as `called.field`, or by the matter's code."""
    others = others_of(rest, frozenset(units))
    wrong = [
        FieldError(
            f"{called or matter.code}.{fault.field}",
            Say(f"{fault.sentence.zh}：{fault.mend.zh}", f"{fault.sentence.en}. {fault.mend.en}"),
            fault.code,
        )
        for matter in matters
        for fault in faults_of(matter, others)
    ]
    if wrong:
        raise Malformed.listing(wrong)


async def discard_draft(session: AsyncSession, *, actor: Actor, draft_id: UUID, at: datetime) -> None:
    """Put a draft away; again is no error. Raises Conflict `draft_closed` once it is published."""
    draft = await draft_for(session, actor, draft_id, lock=True)
    if draft.state != DraftState.DISCARDED:
        _require_editing(draft)
        draft.state = DraftState.DISCARDED
        draft.updated_at = at


async def publish(
    session: AsyncSession,
    *,
    actor: Actor,
    draft_id: UUID,
    version: int,
    over: int,
    in_force_at: datetime | None,
    at: datetime,
) -> CatalogueDraft:
    """Make the draft the newest version, in force from the given moment or at once. A repeat changes nothing.

    Raises Malformed `time_passed`, and Conflict: `stale_draft`, `draft_closed`, `catalogue_changed` when another version
    was published since it was seen, `draft_has_faults`, `nothing_to_publish`.
    """
    require_keeper(actor)
    await _one_at_a_time(session, actor.county)
    draft = await draft_for(session, actor, draft_id, lock=True)
    if draft.published_version is not None:
        return draft
    _require_editing(draft)
    _require_version(draft, version)
    starts_at = _possible_time(in_force_at, at)
    content = await _publishable(session, draft, over)
    number = over + 1
    session.add(
        Catalogue(
            county=draft.county,
            version=number,
            in_force_at=starts_at,
            title=draft.title,
            published_at=at,
            published_by=actor.staff_id,
            published_by_name=actor.name,
        )
    )
    await session.flush()
    matters, conditions = rows_of(content, draft.county, number)
    session.add_all(matters)
    await session.flush()
    session.add_all(conditions)
    draft.state, draft.published_version = DraftState.PUBLISHED, number
    draft.updated_at = at
    await session.flush()
    return draft


async def _one_at_a_time(session: AsyncSession, county: str) -> None:
    """Versions follow each other: who publishes second waits, and is then told that the catalogue has changed."""
    digest = hashlib.sha256(f"catalogue/{county}".encode()).digest()
    await session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))


def _possible_time(in_force_at: datetime | None, at: datetime) -> datetime:
    if in_force_at is None:
        return at
    if in_force_at < at - GRACE:
        sentence = Say("生效时间已经过去，请选以后的时间或立即生效", "That time has passed; choose a later one, or now")
        raise Malformed.at("in_force_at", "time_passed", sentence)
    if in_force_at > at + FARTHEST:
        sentence = Say("生效时间太远，请选一年以内", "That is too far away; choose a time within a year")
        raise Malformed.at("in_force_at", "malformed", sentence)
    return max(in_force_at, at)


async def _publishable(session: AsyncSession, draft: CatalogueDraft, over: int) -> Content:
    newest = await newest_version(session, draft.county)
    if newest != over:
        raise Conflict(
            "catalogue_changed",
            Say(
                f"第 {newest} 版已先发布，请看清与它的差别后再发布",
                f"Version {newest} was published first; look at the differences from it before you publish",
            ),
            over=newest,
        )
    if draft.faults:
        raise Conflict(
            "draft_has_faults",
            Say(
                f"还有 {len(draft.faults)} 处问题没有改好",
                f"{len(draft.faults)} faults are still to be mended",
            ),
        )
    content = content_in(draft)
    units = await unit_codes_by_word(session, draft.county)
    _require_right(content.matters, content.matters, units.values())
    if not content.matters or not differences(await content_of_version(session, draft.county, newest), content):
        raise Conflict(
            "nothing_to_publish", Say("草案与现有目录没有差别", "The draft does not differ from the catalogue")
        )
    return content


async def set_stage_limits(session: AsyncSession, *, actor: Actor, limits: StageLimits) -> None:
    """Clocks that begin from now on take these; those that run keep theirs."""
    require_keeper(actor)
    present = await stage_limit_rows(session, actor.county)
    for stage in Stage:
        limit = getattr(limits, stage.value)
        row = present.get(stage) or StageLimit(county=actor.county, stage=stage, amount=0, unit=limit.unit)
        row.amount, row.unit = limit.amount, limit.unit
        session.add(row)
    await session.flush()


async def _editable(session: AsyncSession, actor: Actor, draft_id: UUID, version: int) -> CatalogueDraft:
    draft = await draft_for(session, actor, draft_id, lock=True)
    _require_editing(draft)
    _require_version(draft, version)
    return draft


def _require_editing(draft: CatalogueDraft) -> None:
    if draft.state != DraftState.EDITING:
        raise Conflict(
            "draft_closed",
            Say("这份草案已经发布或作废，请新建一份", "This draft was published or discarded; begin another one"),
            draft_status=draft.state.value,
        )


def _require_version(draft: CatalogueDraft, version: int | None) -> None:
    if version != draft.version:
        raise Conflict(
            "stale_draft",
            Say(
                "草案在你打开之后已被改动，请看最新内容再操作",
                "The draft has changed since you opened it; look at it again first",
            ),
            version=draft.version,
        )


def _touch(draft: CatalogueDraft, at: datetime) -> None:
    draft.version += 1
    draft.updated_at = at


def fingerprint_of(file_name: str, data: bytes) -> str:
    return hashlib.sha256(json.dumps(file_name).encode() + data).hexdigest()
