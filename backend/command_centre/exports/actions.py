"""Asking for a file of cases, making it, giving it up, and forgetting it."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from obstore.store import ObjectStore
from pydantic import TypeAdapter
from sqlalchemy import Update, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend import jobs, storage
from backend.cases.queries_lists import CaseFilter
from backend.clock import local_date
from backend.command_centre.exports import queries
from backend.command_centre.exports.columns import Value, values
from backend.command_centre.exports.files import WRITERS
from backend.command_centre.exports.models import Export, ExportForm, ExportState
from backend.errors import Conflict, Say, TooManyTries
from backend.live.feed import publish
from backend.permissions import Actor, Audience, Permission
from backend.settings import ROOT
from backend.staff.models import Staff
from backend.staff.people_words import DUTY_WORDS
from backend.staff.queries import actor_of, present_on

MAKE = "exports.make"
AT_ONCE_PER_PERSON = 5
MOST_CASES = 1_000_000
"""A sheet has 1,048,576 rows."""
KEPT_FOR = timedelta(days=7)
GIVEN_UP_AFTER = timedelta(hours=2)
"""A file takes minutes; what is still not there after this was lost with its worker."""

Sessions = async_sessionmaker[AsyncSession]
_FILTER = TypeAdapter(CaseFilter)
_DUTIES = {duty.value: words for duty, words in DUTY_WORDS.items()}


async def ask_export(
    session: AsyncSession,
    *,
    actor: Actor,
    export_id: UUID,
    form: ExportForm,
    wanted: CaseFilter,
    language: str,
    at: datetime,
) -> tuple[Export, bool]:
    """The export under this id and whether it is new; a repeat changes nothing. Raises Conflict and TooManyTries."""
    known = await session.get(Export, (actor.county, export_id))
    asked = _FILTER.dump_python(wanted, mode="json")
    if known is not None:
        if (known.asked_by, known.form, known.wanted) != (actor.staff_id, form, asked):
            raise Conflict("export_differs", Say("这个编号已用于别的导出", "This id is taken by another export"))
        return known, False
    if await queries.unfinished_of(session, actor) >= AT_ONCE_PER_PERSON:
        raise TooManyTries(
            "too_many_exports",
            Say("还有五个导出没有做完，请等一等再导出", "Five exports are still being made; wait for one of them"),
        )
    export = Export(
        county=actor.county,
        id=export_id,
        asked_by=actor.staff_id,
        asked_at=at,
        form=form,
        language=language,
        wanted=asked,
        state=ExportState.WAITING,
    )
    session.add(export)
    await jobs.defer(session, MAKE, county=actor.county, export_id=str(export_id))
    return export, True


async def cancel_export(session: AsyncSession, *, actor: Actor, export_id: UUID, at: datetime) -> Export:
    """Give it up; what is ready or over stays as it is. Raises NotFound."""
    export = await queries.export_of(session, actor, export_id, lock=True)
    if export.state in {ExportState.WAITING, ExportState.RUNNING}:
        export.state, export.ended_at = ExportState.CANCELLED, at
    return export


async def make_export(sessions: Sessions, store: ObjectStore, county: str, export_id: UUID, at: datetime) -> None:
    """Write the file and say so to whoever asked. Runs twice without harm: it begins again from the start."""
    async with sessions.begin() as session:
        export = await session.get(Export, (county, export_id), with_for_update=True)
        if export is None or export.state not in {ExportState.WAITING, ExportState.RUNNING}:
            return None
        actor = await _asker(session, export, at)
        wanted = _FILTER.validate_python(export.wanted, strict=False)
        export.state, export.done = ExportState.RUNNING, 0
        ids = await queries.case_ids(session, actor, wanted, at, most=MOST_CASES + 1) if actor else []
        export.total = len(ids) if actor else None
        conditions = await queries.conditions_ever(session, county)
    if actor is None:
        return await _end(sessions, export, ExportState.FAILED, at, reason="not_allowed")
    if len(ids) > MOST_CASES:
        return await _end(sessions, export, ExportState.FAILED, at, reason="too_many_cases")
    with tempfile.TemporaryDirectory(prefix="suozi-export-") as folder:
        path = Path(folder) / "file"
        if not await _write(sessions, export, ids, conditions, path):
            return None  # given up meanwhile
        data = await asyncio.to_thread(path.read_bytes)
    try:
        await storage.put(store, key_of(export), data)
    except storage.StorageFull:
        return await _end(sessions, export, ExportState.FAILED, at, reason="storage_full")
    return await _end(sessions, export, ExportState.READY, at, size=len(data))


def key_of(export: Export) -> str:
    return f"exports/{export.county}/{export.id}"


async def _asker(session: AsyncSession, export: Export, at: datetime) -> Actor | None:
    """Whoever asked, with the posts of now; None if they have left or may no longer export."""
    present = select(Staff).where(
        col(Staff.county) == export.county, col(Staff.id) == export.asked_by, present_on(local_date(at))
    )
    staff = (await session.scalars(present)).one_or_none()
    actor = await actor_of(session, staff, at) if staff else None
    return actor if actor and actor.may(Permission.EXPORT) else None


async def _write(
    sessions: Sessions, export: Export, ids: Sequence[UUID], conditions: queries.Conditions, path: Path
) -> bool:
    """The whole file at `path`; False if it was given up on the way.

    A page is written at once in a thread. More goes to a process of its own, which takes seconds to start: a workbook of a
    year keeps one core busy for a minute, which the event loop would feel.
    """
    pages = [ids[first : first + queries.AT_ONCE] for first in range(0, len(ids), queries.AT_ONCE)]
    if len(pages) > 1:
        return await _write_in_child(sessions, export, pages, conditions, path)
    rows = [row for page in pages for row in await _rows(sessions, export, page, conditions)]
    await asyncio.to_thread(WRITERS[export.form], rows, path, export.language)
    return await _goes_on(sessions, export, len(rows))


async def _rows(
    sessions: Sessions, export: Export, ids: Sequence[UUID], conditions: queries.Conditions
) -> list[list[Value]]:
    async with sessions.begin() as session:
        lines = await queries.case_lines(session, export.county, ids, conditions)
    return [values(line, export.language, _DUTIES) for line in lines]


async def _write_in_child(
    sessions: Sessions,
    export: Export,
    pages: Sequence[Sequence[UUID]],
    conditions: queries.Conditions,
    path: Path,
) -> bool:
    command = [sys.executable, "-m", "backend.command_centre.exports.files", export.form, str(path), export.language]
    child = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE, cwd=ROOT)
    assert child.stdin
    done = 0
    try:
        for page in pages:
            rows = await _rows(sessions, export, page, conditions)
            child.stdin.write("".join(json.dumps(row) + "\n" for row in rows).encode())
            await child.stdin.drain()
            done += len(rows)
            if not await _goes_on(sessions, export, done):
                return False
        child.stdin.close()
        if await child.wait():
            raise RuntimeError(f"the file could not be written: exit {child.returncode}")
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return True


def _while_running(export: Export) -> Update:
    """A change of the export that finds nothing once it was given up."""
    return update(Export).where(
        col(Export.county) == export.county, col(Export.id) == export.id, col(Export.state) == ExportState.RUNNING
    )


async def _goes_on(sessions: Sessions, export: Export, done: int) -> bool:
    async with sessions.begin() as session:
        still = _while_running(export).values(done=done)
        return bool((await session.execute(still.returning(col(Export.id)))).first())


async def _end(
    sessions: Sessions,
    export: Export,
    state: ExportState,
    at: datetime,
    *,
    size: int | None = None,
    reason: str | None = None,
) -> None:
    async with sessions.begin() as session:
        running = _while_running(export).values(state=state, ended_at=at, size=size, reason=reason)
        if (await session.execute(running.returning(col(Export.id)))).first():
            await publish(
                session,
                county=export.county,
                kind="export",
                case_id=None,
                body={"export_id": str(export.id), "state": state},
                audience=Audience("", (export.asked_by,), ()),
                at=at,
            )


async def sweep_exports(sessions: Sessions, store: ObjectStore, at: datetime) -> None:
    """Delete files whose time is over, and end what was lost with its worker."""
    async with sessions.begin() as session:
        lost = update(Export).where(
            col(Export.state).in_((ExportState.WAITING, ExportState.RUNNING)),
            col(Export.asked_at) < at - GIVEN_UP_AFTER,
        )
        await session.execute(lost.values(state=ExportState.FAILED, ended_at=at, reason="lost"))
        over = select(Export).where(col(Export.state) == ExportState.READY, col(Export.ended_at) < at - KEPT_FOR)
        for export in (await session.scalars(over.with_for_update())).all():
            await storage.delete(store, key_of(export))
            export.state = ExportState.GONE
