"""Files of cases over HTTP: ask, see how far it is, take it along, give it up."""

from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Request, Response

from backend import storage
from backend.access import CaseReader, Exporter, require
from backend.cases.case_filter import WantedCases
from backend.clock import SHANGHAI, Now
from backend.command_centre.exports import actions, queries
from backend.command_centre.exports.models import Export, ExportForm, ExportState
from backend.command_centre.exports.schemas import ExportCount, ExportIn, ExportOut, Exports
from backend.database import Session
from backend.errors import Conflict, Say
from backend.language import Language
from backend.permissions import Permission

router = APIRouter(prefix="/api", tags=["exports"])

MEDIA_TYPE = {
    ExportForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportForm.GEOJSON: "application/geo+json",
    ExportForm.GPX: "application/gpx+xml",
}
FILES = {media_type: {"schema": {"type": "string", "format": "binary"}} for media_type in MEDIA_TYPE.values()}
REASONS = {
    "not_allowed": Say("你现在的岗位不能导出案件", "Your posts no longer include exports"),
    "too_many_cases": Say("超过一百万件，请缩小范围分次导出", "More than a million cases; narrow the filter"),
    "storage_full": Say("服务器存储已满，请联系管理员", "The server's storage is full; tell your administrator"),
    "lost": Say("服务器中断，文件没有做完，请重新导出", "The server was interrupted; ask again"),
}


@router.put("/exports/{export_id}", responses={201: {"model": ExportOut}})
async def put_export(
    export_id: UUID,
    content: ExportIn,
    wanted: WantedCases,
    response: Response,
    actor: CaseReader,
    session: Session,
    at: Now,
    language: Language,
) -> ExportOut:
    """Ask for a file of the cases that the query names, under an id of one's own. 201 the first time, 200 for a repeat."""
    require(actor, Permission.EXPORT)
    export, first = await actions.ask_export(
        session, actor=actor, export_id=export_id, form=content.form, wanted=wanted, language=language, at=at
    )
    response.status_code = 201 if first else 200
    return _out(export, language)


@router.get("/export-size")
async def count_export(actor: CaseReader, session: Session, at: Now, wanted: WantedCases) -> ExportCount:
    """How many cases such a file would hold now."""
    require(actor, Permission.EXPORT)
    return ExportCount(count=await queries.count_cases(session, actor, wanted, at))


@router.get("/exports")
async def list_exports(actor: Exporter, session: Session, language: Language) -> Exports:
    """What I asked for of late, newest first."""
    return Exports(items=[_out(export, language) for export in await queries.exports_of(session, actor)])


@router.delete("/exports/{export_id}")
async def cancel_export(export_id: UUID, actor: Exporter, session: Session, at: Now, language: Language) -> ExportOut:
    """Give up a file that is not ready yet."""
    return _out(await actions.cancel_export(session, actor=actor, export_id=export_id, at=at), language)


@router.get("/exports/{export_id}/file", response_class=Response, responses={200: {"content": FILES}})
async def export_file(
    export_id: UUID, actor: Exporter, session: Session, request: Request, language: Language
) -> Response:
    """The file, once it is ready and while it is kept."""
    export = await queries.export_of(session, actor, export_id)
    if export.state != ExportState.READY:
        raise _not_ready(export)
    data = await storage.get(request.app.state.store, actions.key_of(export))
    name = _name(export, language)
    disposition = f"attachment; filename=\"cases.{export.form}\"; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return Response(data, media_type=MEDIA_TYPE[export.form], headers=headers)


def _not_ready(export: Export) -> Conflict:
    if export.state == ExportState.GONE:
        return Conflict(
            "export_gone", Say("文件已过保存期限并删除，请重新导出", "The file was deleted in time; ask again")
        )
    return Conflict("export_not_ready", Say("文件还没有做好", "The file is not ready"))


def _name(export: Export, language: str) -> str:
    asked_at = f"{export.asked_at.astimezone(SHANGHAI):%Y-%m-%d_%H%M}"
    return f"{'cases' if language == 'en' else '案件'}_{asked_at}.{export.form}"


def _out(export: Export, language: str) -> ExportOut:
    ready = export.state == ExportState.READY and export.ended_at
    return ExportOut(
        id=export.id,
        form=export.form,
        state=export.state,
        asked_at=export.asked_at,
        total=export.total,
        done=export.done,
        size=export.size,
        ended_at=export.ended_at,
        kept_until=export.ended_at + actions.KEPT_FOR if ready and export.ended_at else None,
        reason=REASONS[export.reason].in_language(language) if export.reason else None,
        name=_name(export, language),
    )
