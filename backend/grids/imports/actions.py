"""Every write about imports: a file arrives, a person says how it is read, repairs are chosen, a draft comes of it.

Files are opened in a child process (intake.py) while no transaction is open; objects are stored before the rows that
name them, as with photos (docs/decisions/0006).
"""

import asyncio
import hashlib
import re
import unicodedata
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.datastructures import State

from backend.clock import local_date
from backend.errors import Conflict, Malformed, Say
from backend.grids.draft_schemas import TakeImport
from backend.grids.drafts import add_operation, put_draft
from backend.grids.imports import queries
from backend.grids.imports.intake import Answer, FileRefused, FoundLayer, Inspected, LayerReaders, Outlines, Rehearsed
from backend.grids.imports.queries import require_ready
from backend.grids.imports.schemas import DraftFromImport, Reading, Repair, Shift
from backend.grids.imports.words import refused
from backend.grids.models import DraftStatus, NetDraft, NetImport
from backend.grids.queries_drafts import draft_for
from backend.permissions import Actor
from backend.storage import get, put

Sessions = async_sessionmaker[AsyncSession]


async def receive_file(
    state: State, session: AsyncSession, *, actor: Actor, import_id: UUID, file_name: str, data: bytes, at: datetime
) -> tuple[NetImport, bool]:
    """Keep a file and say what is in it; True if it is new. The same file again changes nothing.

    Raises Malformed for a file that is not read, and Conflict `other_content` when the id is used already.
    """
    sha256 = (await asyncio.to_thread(hashlib.sha256, data)).hexdigest()
    known, bounds = await _known(state.sessions, actor, import_id, at)
    if known is None:
        found = await _inspect(state.layer_readers, data, file_name, bounds)
        await put(state.store, queries.file_key(actor.county, import_id), data)
        known = await session.get(NetImport, (actor.county, import_id))  # somebody else's retry may have come meanwhile
    if known is None:
        for layer in found.layers:
            layer.scope = await queries.lowest_there(session, actor.county, layer.scope, local_date(at))
        return _new_import(session, actor, import_id, file_name, sha256, found, at), True
    if (known.file_sha256, known.author_id) != (sha256, actor.staff_id):
        raise Conflict("other_content", Say("这个编号已用于另一个文件", "This id was used for another file"))
    return known, False


async def _known(
    sessions: Sessions, actor: Actor, import_id: UUID, at: datetime
) -> tuple[NetImport | None, tuple[float, float, float, float] | None]:
    async with sessions() as session, session.begin():
        known = await session.get(NetImport, (actor.county, import_id))
        return known, await queries.county_bounds(session, actor.county, local_date(at))


async def _inspect(
    readers: LayerReaders, data: bytes, file_name: str, bounds: tuple[float, float, float, float] | None
) -> Inspected:
    question = {"job": "inspect", "file_name": file_name, "county": bounds}
    try:
        return await readers.ask(Inspected, question, data)
    except FileRefused as error:
        raise refused(error) from None


def _new_import(
    session: AsyncSession,
    actor: Actor,
    import_id: UUID,
    file_name: str,
    sha256: str,
    found: Inspected,
    at: datetime,
) -> NetImport:
    fresh = NetImport(
        county=actor.county,
        id=import_id,
        file_name=file_name,
        file_sha256=sha256,
        author_id=actor.staff_id,
        created_at=at,
        updated_at=at,
        layers=[layer.model_dump(mode="json") for layer in found.layers],
        repairs=[],
    )
    session.add(fresh)
    return fresh


def plain_file_name(given: str) -> str:
    """What a person called the file: without folders, controls and signs that turn the direction of writing."""
    name = re.split(r"[/\\]", given)[-1]
    kept = "".join(sign for sign in name if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    return kept.strip()[-200:] or "import"


async def preview(
    state: State, *, actor: Actor, import_id: UUID, layer: str | None, epsg: int, shift: Shift, swap: bool, at: datetime
) -> Outlines:
    """Where the layer would lie if it were read so. Raises NotFound, and Malformed for an unknown layer or system."""
    async with state.sessions() as session, session.begin():
        found = await queries.import_for(session, actor, import_id)
        bounds = await queries.county_bounds(session, actor.county, local_date(at))
    chosen = _layer(found, layer or found.layers[0]["name"], "layer")
    _require_system(chosen, epsg, "crs")
    question = {
        "job": "preview",
        "file_name": found.file_name,
        "county": bounds,
        "layer": chosen.name,
        "epsg": epsg,
        "shift": shift,
        "swap": swap,
    }
    return await _ask(state, Outlines, question, found)


async def read_file(
    state: State, session: AsyncSession, *, actor: Actor, import_id: UUID, reading: Reading, at: datetime
) -> NetImport:
    """Fix how the file is read, without any repair so far, and run it through. Raises NotFound, Malformed, Conflict."""
    return await _rehearse(state, session, actor=actor, import_id=import_id, reading=reading, repairs=[], at=at)


async def repair(
    state: State, session: AsyncSession, *, actor: Actor, import_id: UUID, repairs: list[Repair], at: datetime
) -> NetImport:
    """Read the file again with exactly these repairs. Raises NotFound, Malformed, and Conflict `import_not_read`."""
    async with state.sessions() as short, short.begin():
        found = await queries.import_for(short, actor, import_id)
    if found.reading is None:
        raise Conflict("import_not_read", Say("请先确认这个文件怎么读", "First confirm how the file is to be read"))
    reading = Reading.model_validate(found.reading)
    chosen = sorted(set(repairs), key=list(Repair).index)
    return await _rehearse(state, session, actor=actor, import_id=import_id, reading=reading, repairs=chosen, at=at)


async def _rehearse(
    state: State,
    session: AsyncSession,
    *,
    actor: Actor,
    import_id: UUID,
    reading: Reading,
    repairs: list[Repair],
    at: datetime,
) -> NetImport:
    on = local_date(at)
    async with state.sessions() as short, short.begin():
        before = await queries.import_for(short, actor, import_id)
        await _require_open(short, before)
        _require_sensible(before, reading)
        scope = await queries.scope_grid(short, actor, reading.scope, on)
        net = await queries.net_around(short, scope, on)
    question = {
        "job": "rehearse",
        "file_name": before.file_name,
        "reading": reading.model_dump(mode="json"),
        "repairs": repairs,
    }
    outcome = await _ask(state, Rehearsed, question, before, net)
    found = await queries.import_for(session, actor, import_id)
    await _require_open(session, found)
    found.reading, found.repairs = reading.model_dump(mode="json"), list(repairs)
    features = await asyncio.to_thread(queries.FEATURES.dump_json, outcome.features)
    await put(state.store, queries.features_key(found), features)
    found.report = await asyncio.to_thread(outcome.findings.model_dump, mode="json")
    found.updated_at = at
    return found


async def _ask(
    state: State, answer: type[Answer], question: dict[str, Any], found: NetImport, net: bytes = b"[]"
) -> Answer:
    readers: LayerReaders = state.layer_readers
    upload = await get(state.store, queries.file_key(found.county, found.id))
    try:
        return await readers.ask(answer, question, upload, net)
    except FileRefused as error:
        raise refused(error) from None


async def make_draft(
    state: State, session: AsyncSession, *, actor: Actor, import_id: UUID, content: DraftFromImport, at: datetime
) -> NetDraft:
    """Put the import into a draft. Raises Conflict `import_not_ready` and `import_has_draft`, and what drafts refuse."""
    found = await queries.import_for(session, actor, import_id)
    if found.draft_id == content.draft_id:
        return await draft_for(session, actor, content.draft_id)
    await _require_open(session, found)
    require_ready(found)
    draft, _is_new = await put_draft(
        session,
        actor=actor,
        draft_id=content.draft_id,
        title=content.title,
        effective_on=content.effective_on,
        at=at,
    )
    operation = TakeImport(kind="import", import_id=import_id)
    draft = await add_operation(
        session,
        state.store,
        state.replays,
        actor=actor,
        draft_id=draft.id,
        version=draft.version,
        operation=operation,
        at=at,
    )
    found.draft_id, found.updated_at = draft.id, at
    return draft


async def _require_open(session: AsyncSession, found: NetImport) -> None:
    """A draft that was made of the import must not change behind its author's back; once discarded it is in nobody's way."""
    if found.draft_id is None:
        return
    draft = await session.get(NetDraft, (found.county, found.draft_id))
    if draft is None or draft.status == DraftStatus.DISCARDED:
        return
    raise Conflict(
        "import_has_draft",
        Say(
            "这次导入已存为草案，要改请重新上传", "A draft was made of this import; upload the file again to change it"
        ),
        draft_id=str(found.draft_id),
    )


def _layer(found: NetImport, name: str, field: str) -> FoundLayer:
    for layer in found.layers:
        if layer["name"] == name:
            return FoundLayer.model_validate(layer)
    raise Malformed.at(field, "unknown_layer", Say("文件里没有这个图层", "The file has no such layer"))


def _require_sensible(found: NetImport, reading: Reading) -> None:
    layer = _layer(found, reading.layer, "layer")
    _require_system(layer, reading.epsg, "epsg")
    if reading.encoding not in {choice.name for choice in layer.encodings}:
        raise Malformed.at(
            "encoding", "unknown_encoding", Say("这个图层不能按这种编码读", "The layer cannot be read in this encoding")
        )
    columns = {column.name for column in layer.fields}
    for use, column in reading.fields.model_dump().items():
        if column is not None and column not in columns:
            raise Malformed.at(
                f"fields.{use}",
                "unknown_column",
                Say(f"图层里没有「{column}」列", f"The layer has no column “{column}”"),
            )


def _require_system(layer: FoundLayer, epsg: int, field: str) -> None:
    if epsg not in {choice.epsg for choice in layer.crs_choices}:
        raise Malformed.at(
            field,
            "unsupported_crs",
            Say("不支持这种坐标系，请从列出的里面选", "This coordinate system is not read; choose one of those listed"),
        )
