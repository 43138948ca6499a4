"""Whole lists of people over HTTP: the empty table to download, and reading a filled one, first as a rehearsal."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, UploadFile

from backend.access import StaffKeeper
from backend.clock import Now, local_date
from backend.database import Session
from backend.language import Language
from backend.permissions import Permission
from backend.staff import queries_people as queries
from backend.staff.queries import squad_names
from backend.staff.schemas_people import StaffImportOut, StaffImportProblem
from backend.staff.sheets import read_sheets
from backend.staff.staff_import import PersonChange, apply_import, plan_import
from backend.staff.staff_import_rows import RowProblem, Table, read_people
from backend.staff.staff_template import csv_template, xlsx_template

router = APIRouter(prefix="/api", tags=["people"])

MAX_PROBLEMS_TOLD = 200
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TableFormat(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


@router.get("/staff/template", response_class=Response)
async def template(
    actor: StaffKeeper,
    session: Session,
    at: Now,
    table_format: Annotated[TableFormat, Query(alias="format")] = TableFormat.XLSX,
) -> Response:
    """The empty table of people, with my units, squads and grids to choose from."""
    headers = {
        "Content-Disposition": f"attachment; filename=people.{table_format}; filename*=UTF-8''%E4%BA%BA%E5%91%98.{table_format}"
    }
    if table_format == TableFormat.CSV:
        return Response(csv_template(), media_type="text/csv; charset=utf-8", headers=headers)
    reach = await queries.reach_of(session, actor, Permission.MANAGE_STAFF)
    names = await squad_names(session, actor.county)
    book = xlsx_template(
        units=[unit.name for unit in await queries.units(session, actor.county)],
        squads=[name for code, name in names.items() if code in reach.whole_squads],
        grids=await queries.grids_to_staff(session, actor.county, reach, local_date(at)),
    )
    return Response(book, media_type=XLSX, headers=headers)


@router.put("/staff/imports/{import_id}")
async def import_staff(
    import_id: UUID,
    file: UploadFile,
    actor: StaffKeeper,
    session: Session,
    at: Now,
    language: Language,
    apply: Annotated[bool, Query(description="take it over if nothing is wrong with it")] = False,
) -> StaffImportOut:
    """Read a table of people and say what it would change; with `apply`, change it, unless there is any problem."""
    sheets = await read_sheets(await file.read())
    table = await asyncio.to_thread(read_people, sheets)  # ten thousand rows take a second of thinking
    changes, known = await plan_import(session, actor=actor, import_id=import_id, table=table, at=at)
    applied = apply and not table.problems
    if applied:
        await apply_import(session, actor=actor, import_id=import_id, changes=changes, known=known)
    return _report(file.filename or "", table, changes, applied=applied, language=language)


def _report(
    file_name: str, table: Table, changes: Sequence[PersonChange], *, applied: bool, language: str
) -> StaffImportOut:
    new = sum(change.is_new for change in changes)
    changed = sum(change.changes_anything for change in changes)
    return StaffImportOut(
        file_name=file_name[:200],
        sheet=table.sheet,
        ignored_columns=table.ignored_columns,
        rows=table.rows,
        create=new,
        update=changed - new,
        unchanged=len(changes) - changed,
        problems=[_problem(problem, language) for problem in table.problems[:MAX_PROBLEMS_TOLD]],
        problem_count=len(table.problems),
        applied=applied,
    )


def _problem(problem: RowProblem, language: str) -> StaffImportProblem:
    return StaffImportProblem(
        row=problem.row,
        column=problem.column,
        value=problem.value,
        sentence=problem.sentence.in_language(language),
        what_to_do=problem.what_to_do.in_language(language),
    )
