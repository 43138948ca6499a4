"""Bulletins: drafts that follow the data, and issued ones that do not. What is issued is kept with its hash."""

import io
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.assessment import queries, views
from backend.assessment.bulletin_schemas import BulletinIn, BulletinOut, BulletinRow
from backend.assessment.bulletin_text import BulletinContent, Facts, Placed, Table, compose
from backend.assessment.indicators import Counts, figures_of
from backend.assessment.models import Bulletin, BulletinKind, BulletinStatus
from backend.assessment.outcomes import Level
from backend.assessment.periods import Period, Step, around
from backend.assessment.queries import Dimension, Wanted, scope_of
from backend.assessment.schemes import SchemeContent, Scored, ranks, score_of
from backend.cases.history import fingerprint
from backend.cases.models import ReportSource
from backend.errors import Conflict, Malformed, NotFound, Say
from backend.grids.models import Grid, GridLevel
from backend.grids.queries import paths_ever
from backend.locks import one_at_a_time
from backend.matters.models import MatterKind
from backend.permissions import Actor, covers
from backend.spreadsheets import Cell, Column, Line, Share, Sheet, write_book

_STEPS = {BulletinKind.WEEKLY: Step.WEEK, BulletinKind.MONTHLY: Step.MONTH}
MOST_SHOWN = 200


def no_such_bulletin() -> NotFound:
    return NotFound("no_such_bulletin", Say("没有这份通报", "There is no such bulletin"))


async def bulletin_for(session: AsyncSession, actor: Actor, bulletin_id: UUID, *, lock: bool = False) -> Bulletin:
    """Raises NotFound, for one outside the actor's scope too."""
    found = await session.get(Bulletin, (actor.county, bulletin_id), with_for_update=lock)
    if found is None or not _covered(actor, found.grid_path):
        raise no_such_bulletin()
    return found


def _covered(actor: Actor, grid_path: str) -> bool:
    return any(covers(path, grid_path) for path in scope_of(actor).paths)


async def bulletins(session: AsyncSession, actor: Actor) -> list[BulletinRow]:
    """Drafts and issued ones in the actor's scope, the latest period first."""
    rows = await session.scalars(
        select(Bulletin)
        .where(col(Bulletin.county) == actor.county)
        .order_by(col(Bulletin.starts_on).desc(), col(Bulletin.made_at).desc())
        .limit(MOST_SHOWN)
    )
    seen = [row for row in rows if _covered(actor, row.grid_path)]
    names = await _place_names(session, actor.county, [row.grid_path for row in seen])
    return [_row(row, names) for row in seen]


async def _place_names(session: AsyncSession, county: str, paths: list[str]) -> dict[str, str]:
    codes = [path.rsplit("/", 1)[-1] for path in paths]
    return dict(await queries.names_of(session, county, Dimension.GRID, codes))


def _row(row: Bulletin, names: dict[str, str]) -> BulletinRow:
    code = row.grid_path.rsplit("/", 1)[-1]
    return BulletinRow(
        id=row.id,
        kind=row.kind,
        status=row.status,
        within=code,
        place=names.get(code, code),
        first=row.starts_on,
        last=row.ends_on,
        version=row.version,
        number=row.number,
        issued_at=row.issued_at,
    )


async def put_bulletin(
    session: AsyncSession, *, actor: Actor, bulletin_id: UUID, content: BulletinIn, at: datetime
) -> tuple[bool, Bulletin]:
    """Begin a draft, or change one. Raises Malformed, NotFound, Conflict (issued already, changed meanwhile)."""
    await one_at_a_time(session, actor.county, str(bulletin_id))
    kept = await session.get(Bulletin, (actor.county, bulletin_id), with_for_update=True)
    if kept is None:
        period = around(content.day, _STEPS[content.kind])
        row = Bulletin(
            county=actor.county,
            id=bulletin_id,
            kind=content.kind,
            status=BulletinStatus.DRAFT,
            grid_path=await _path(session, actor, content.within),
            starts_on=period.first,
            ends_on=period.last,
            remarks=content.remarks,
            made_by=actor.staff_id,
            made_at=at,
        )
        session.add(row)
        await session.flush()
        return True, row
    if not _covered(actor, kept.grid_path):
        raise no_such_bulletin()
    _require_draft(kept)
    if kept.remarks != content.remarks:
        _require_version(kept, content.version)
        kept.remarks = content.remarks
        kept.version += 1
        await session.flush()
    return False, kept


async def discard(session: AsyncSession, *, actor: Actor, bulletin_id: UUID, version: int) -> None:
    """A draft is gone, with its remarks. Raises NotFound, Conflict (issued already, changed meanwhile)."""
    row = await bulletin_for(session, actor, bulletin_id, lock=True)
    _require_draft(row)
    _require_version(row, version)
    await session.delete(row)


def _require_draft(row: Bulletin) -> None:
    if row.status == BulletinStatus.ISSUED:
        raise Conflict("bulletin_issued", Say("通报已经印发，不能再改", "The bulletin is issued and stands as it is"))


def _require_version(row: Bulletin, version: int) -> None:
    if row.version != version:
        sentence = Say("这份通报已被别人改过，请看最新的再改", "Somebody has changed this bulletin; look at it first")
        raise Conflict("stale_version", sentence, version=row.version)


async def _path(session: AsyncSession, actor: Actor, code: str | None) -> str:
    paths = scope_of(actor).paths
    if code is None:
        return paths[0]
    ever = await paths_ever(session, actor.county, code)
    # A bulletin is of one place: of a cluster, that would be one of its villages.
    wanted = [path for path in ever if path.split("/")[-1] == code and _covered(actor, path)]
    if not wanted:
        raise Malformed.at(
            "within", "unknown_grid", Say("没有这个网格，或它不在你的范围内", "There is no such grid of yours")
        )
    return wanted[-1]


async def issue(session: AsyncSession, *, actor: Actor, bulletin_id: UUID, version: int, at: datetime) -> Bulletin:
    """Frozen from now on. Raises NotFound, Conflict (its period is not over, cases are not counted yet, changed meanwhile)."""
    row = await bulletin_for(session, actor, bulletin_id, lock=True)
    if row.status == BulletinStatus.ISSUED:
        return row
    _require_version(row, version)
    if Period(row.starts_on, row.ends_on).until > at:
        raise Conflict("period_unfinished", Say("本期还没结束，不能印发", "The period is not over yet"))
    if await views.fresh(session, actor.county):
        sentence = Say("还有案件正在统计，请过一分钟再印发", "Some cases are not counted yet; issue it in a minute")
        raise Conflict("figures_pending", sentence)
    await one_at_a_time(session, actor.county, f"bulletin number {row.kind} {row.grid_path}")
    row.number = await _next_number(session, row)
    row.content = (await composed(session, row, at)).model_dump(mode="json")
    row.hash = fingerprint({"number": row.number, "remarks": row.remarks, "content": row.content})
    row.status, row.issued_by, row.issued_at = BulletinStatus.ISSUED, actor.staff_id, at
    row.version += 1
    await session.flush()
    return row


async def _next_number(session: AsyncSession, row: Bulletin) -> int:
    """Numbers run through a year, for each place and kind."""
    issued = select(func.max(col(Bulletin.number))).where(
        col(Bulletin.county) == row.county,
        col(Bulletin.kind) == row.kind,
        col(Bulletin.grid_path) == row.grid_path,
        func.date_part("year", col(Bulletin.starts_on)) == row.starts_on.year,
    )
    return (await session.scalar(issued) or 0) + 1


async def bulletin_out(session: AsyncSession, row: Bulletin, at: datetime) -> BulletinOut:
    names = await _place_names(session, row.county, [row.grid_path])
    content = BulletinContent.model_validate(row.content) if row.content else await composed(session, row, at)
    period = Period(row.starts_on, row.ends_on)
    return BulletinOut(
        **_row(row, names).model_dump(),
        remarks=row.remarks,
        content=content,
        hash=row.hash,
        may_issue=row.status == BulletinStatus.DRAFT and period.until <= at,
    )


async def composed(session: AsyncSession, row: Bulletin, at: datetime) -> BulletinContent:
    """The bulletin as the figures are now."""
    return compose(await _facts(session, row, at))


async def _facts(session: AsyncSession, row: Bulletin, at: datetime) -> Facts:
    period = Period(row.starts_on, row.ends_on)
    scope = queries.Scope(paths=(row.grid_path,))
    now = Wanted(row.county, scope, period.since, min(period.until, at))
    before = now.during(period.before.since, min(period.before.until, at))
    scheme = await views.scheme_of(session, row.county)
    depth = row.grid_path.count("/")
    below = Dimension.TOWN if depth == 0 else Dimension.VILLAGE if depth == 1 else Dimension.GRID
    sources = await queries.counts_by_group(session, replace(now, by=(Dimension.SOURCE,)))
    kinds = await queries.counts_by_group(session, replace(now, by=(Dimension.KIND,)))
    matters = await _placed(session, now, Dimension.MATTER)
    matters_before = await _placed(session, before, Dimension.MATTER)
    places = await _placed(session, now, below)
    units = await _placed(session, now, Dimension.UNIT)
    hot_spots = await _placed(session, now, Dimension.GRID)
    place = (
        await session.scalars(
            select(Grid)
            .where(col(Grid.county) == row.county, col(Grid.path) == row.grid_path)
            .order_by(col(Grid.version).desc())
            .limit(1)
        )
    ).first()
    reported = {key[0]: counts.reported for key, counts in sources.items()}
    of_kind = {key[0]: counts.reported for key, counts in kinds.items()}
    return Facts(
        place=place.name if place else "",
        kind=row.kind,
        period=period,
        now=(await queries.counts_by_group(session, now)).get((), Counts()),
        before=(await queries.counts_by_group(session, before)).get((), Counts()),
        staff=reported.get(ReportSource.STAFF, 0),
        public=sum(count for source, count in reported.items() if source != ReportSource.STAFF),
        events=of_kind.get(MatterKind.EVENT, 0),
        components=of_kind.get(MatterKind.COMPONENT, 0),
        matters=_most(matters),
        matters_before={each.name: each.counts.reported for each in matters_before},
        places=_ranked(places, scheme, Scored.PLACES, Level.CASE, period) if below != Dimension.GRID else places,
        places_are=_BELOW[place.level] if place and place.level in _BELOW else "网格",
        units=_ranked(units, scheme, Scored.SQUADS, Level.UNIT, period),
        hot_spots=_most(hot_spots),
    )


_BELOW = {GridLevel.COUNTY: "镇（街道）", GridLevel.TOWN: "村（社区）"}


def _most(placed: list[Placed]) -> list[Placed]:
    return sorted(
        (each for each in placed if each.counts.reported), key=lambda each: (-each.counts.reported, each.name)
    )


async def _placed(session: AsyncSession, wanted: Wanted, by: Dimension) -> list[Placed]:
    found = await queries.counts_by_group(session, replace(wanted, by=(by,)))
    kept = {key[0]: counts for key, counts in found.items() if not queries.nothing(counts)}
    names = await queries.names_of(session, wanted.county, by, list(kept))
    return [Placed(names.get(code, code), counts) for code, counts in kept.items()]


def _ranked(placed: list[Placed], scheme: SchemeContent, scored: Scored, level: Level, period: Period) -> list[Placed]:
    scores = {each.name: score_of(scheme, scored, figures_of(each.counts, level), days=period.days) for each in placed}
    order = ranks(scores)
    return [replace(each, score=scores[each.name], rank=order.get(each.name)) for each in placed]


def workbook(row: BulletinOut) -> bytes:
    """The bulletin as a workbook: its text, and each table on a sheet of its own."""
    text: list[tuple[Cell, ...]] = []
    for section in row.content.sections:
        text += [(section.heading,), *((paragraph,) for paragraph in section.paragraphs)]
    if row.remarks:
        text += [("编者按",), *((line,) for line in row.remarks.splitlines())]
    below = [(Line.NOTE, f"校验码：{row.hash}")] if row.hash else [(Line.NOTE, "草稿，未印发")]
    heads = [(Line.TITLE, row.content.title), (Line.NOTE, _issue_line(row))]
    out = io.BytesIO()
    write_book(
        out,
        [
            Sheet("通报正文", [Column("内容", 110)], text, heads, below),
            *(_sheet(row, table) for table in row.content.tables),
        ],
    )
    return out.getvalue()


def _issue_line(row: BulletinOut) -> str:
    number = f"第{row.number}期　" if row.number else ""
    return f"{number}统计时间：{row.content.period}"


def _sheet(row: BulletinOut, table: Table) -> Sheet:
    columns = [Column(title, 26 if number == 1 else 12) for number, title in enumerate(table.columns)]
    rows = [_cells(table, number) for number in range(len(table.rows))]
    return Sheet(table.title, columns, rows, [(Line.TITLE, f"{row.content.title}　{table.title}")])


def _cells(table: Table, number: int) -> list[Any]:
    """Numbers where there are any; shares are shown as such."""
    cells: list[Any] = []
    for title, text, value in zip(table.columns, table.rows[number], table.numbers[number], strict=True):
        if value is None:
            cells.append(text)
        else:
            cells.append(Share(value) if title.endswith(("率", "占比")) else value)
    return cells
