"""Matters, versions and drafts put together for the wire."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from backend.clock import SHANGHAI
from backend.errors import Say
from backend.matters import queries_catalogue as queries
from backend.matters.catalogue_actions import content_in
from backend.matters.catalogue_schemas import (
    CatalogueDraftOut,
    CatalogueVersion,
    CatalogueWarning,
    DifferencesOut,
    FieldChanged,
    ListedCatalogueDraft,
    MatterChanged,
    MatterNamed,
    VersionContent,
    VersionState,
    WorkbookFault,
)
from backend.matters.content import Content, MatterContent
from backend.matters.differences import Changed, Differences, differences
from backend.matters.initials import initials_of
from backend.matters.models import Catalogue, CatalogueDraft, DraftState
from backend.matters.schemas import DepartmentOut, MatterOut
from backend.staff.queries import unit_names

MOST_FAULTS_TOLD = 500


def matters_out(content: Content, units: Mapping[str, str]) -> list[MatterOut]:
    return [_matter_out(matter, units) for matter in content.matters]


def _matter_out(matter: MatterContent, units: Mapping[str, str]) -> MatterOut:
    department = matter.department_code
    return MatterOut(
        **matter.model_dump(exclude={"department_code"}),
        kind=matter.kind,
        major_code=matter.major_code,
        initials=initials_of(matter.name),
        department=DepartmentOut(code=department, name=units.get(department, department)),
    )


# Versions


def versions_out(rows: Sequence[Catalogue], sizes: Mapping[int, int], at: datetime) -> Iterator[CatalogueVersion]:
    """Versions newest first, each as it stands at this moment."""
    for row in rows:
        yield CatalogueVersion(
            version=row.version,
            title=row.title,
            state=_state_of(row, rows, at),
            in_force_at=row.in_force_at,
            published_at=row.published_at,
            published_by=row.published_by_name,
            matters=sizes.get(row.version, 0),
        )


def _state_of(row: Catalogue, rows: Sequence[Catalogue], at: datetime) -> VersionState:
    newer = [other.in_force_at for other in rows if other.version > row.version]
    if any(start <= row.in_force_at for start in newer):
        return VersionState.REPLACED
    if row.in_force_at > at:
        return VersionState.WAITING
    return VersionState.PAST if any(start <= at for start in newer) else VersionState.IN_FORCE


async def version_out(
    session: AsyncSession, county: str, number: int, against: int | None, at: datetime, language: str
) -> VersionContent:
    """A version and what it changed against the one before, or another."""
    await queries.version_of(session, county, number)
    rows = await queries.versions(session, county)
    about = next(v for v in versions_out(rows, await queries.sizes(session, county), at) if v.version == number)
    before = number - 1 if against is None else against
    content = await queries.content_of_version(session, county, number)
    return VersionContent(
        **about.model_dump(),
        against=before,
        differences=_differences_out(
            differences(await queries.content_of_version(session, county, before), content), language
        ),
        content=matters_out(content, await unit_names(session, county)),
    )


# Drafts


def listed_draft(draft: CatalogueDraft) -> ListedCatalogueDraft:
    return ListedCatalogueDraft(
        id=draft.id,
        title=draft.title,
        state=draft.state,
        version=draft.version,
        source=draft.source,
        author_name=draft.author_name,
        created_at=draft.created_at,
        updated_at=draft.updated_at,
        published_version=draft.published_version,
        matters=len(draft.content["matters"]),
        fault_count=len(draft.faults),
    )


async def draft_out(
    session: AsyncSession, draft: CatalogueDraft, at: datetime, language: str, ignored: Sequence[str] = ()
) -> CatalogueDraftOut:
    """The draft against the newest version; a published one against the version before its own."""
    newest = await queries.newest_version(session, draft.county)
    over = newest if draft.published_version is None else draft.published_version - 1
    content = content_in(draft)
    before = await queries.content_of_version(session, draft.county, over)
    between = differences(before, content)
    warnings = [] if draft.state != DraftState.EDITING else await _warnings(session, draft.county, between, content, at)
    return CatalogueDraftOut(
        **listed_draft(draft).model_dump(),
        over=over,
        faults=[_fault_out(fault, language) for fault in draft.faults[:MOST_FAULTS_TOLD]],
        ignored_columns=list(ignored),
        differences=_differences_out(between, language),
        warnings=[CatalogueWarning(kind=k, name=n, sentence=say.in_language(language)) for k, n, say in warnings],
        content=matters_out(content, await unit_names(session, draft.county)),
    )


def _fault_out(fault: Mapping[str, Any], language: str) -> WorkbookFault:
    return WorkbookFault(
        sheet=fault["sheet"],
        row=fault["row"],
        column=fault["column"],
        value=fault["value"],
        sentence=Say(*fault["sentence"]).in_language(language),
        what_to_do=Say(*fault["mend"]).in_language(language),
        matter=fault["matter"],
    )


def _differences_out(found: Differences, language: str) -> DifferencesOut:
    return DifferencesOut(
        added=[_named(matter) for matter in found.added],
        removed=[_named(matter) for matter in found.removed],
        changed=[_changed(change, language) for change in found.changed],
    )


def _named(matter: MatterContent) -> MatterNamed:
    return MatterNamed(code=matter.code, name=matter.name, major_name=matter.major_name)


def _changed(change: Changed, language: str) -> MatterChanged:
    return MatterChanged(
        **_named(change.after).model_dump(),
        fields=[
            FieldChanged(
                field=field,
                title=title.in_language(language),
                before=before.in_language(language),
                after=after.in_language(language),
            )
            for field, title, before, after in change.fields
        ],
    )


Named = tuple[str, str, Say]


async def _warnings(
    session: AsyncSession, county: str, between: Differences, content: Content, at: datetime
) -> list[Named]:
    gone = {matter.code for matter in between.removed}
    gone |= {matter.major_code for matter in between.removed} - {matter.major_code for matter in content.matters}
    found: list[Named] = []
    for squad in await queries.squads(session, county):
        found += _naming("squad", squad.name, gone & set(squad.capabilities))
    for rule in await queries.routing_rules(session, county):
        found += _naming("rule", str(rule.get("name") or rule["code"]), gone & set(_texts(rule)))
    for waiting in await queries.waiting_versions(session, county, at):
        when = f"{waiting.in_force_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        sentence = Say(
            f"第 {waiting.version} 版定在 {when} 生效；在它之前生效的新版会取代它",
            f"Version {waiting.version} is to be in force from {when}; a new one that begins before replaces it",
        )
        found.append(("waiting_version", waiting.title, sentence))
    return found


def _naming(kind: str, name: str, gone: set[str]) -> Iterator[Named]:
    if gone:
        codes = sorted(gone)
        zh = "中队" if kind == "squad" else "派遣规则"
        en = "The squad" if kind == "squad" else "The routing rule"
        yield (
            kind,
            name,
            Say(
                f"{zh}「{name}」还写着 {'、'.join(codes)}，发布后请去改",
                f"{en} “{name}” still names {', '.join(codes)}; change it after publishing",
            ),
        )


def _texts(value: Any) -> Iterable[str]:
    """Every text anywhere in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
