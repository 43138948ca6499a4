"""Drafts and editions put together for the wire: what differs, in which words, and what keeps a draft from being published."""

import asyncio
from collections.abc import Iterator
from typing import Any

from shapely.geometry import mapping
from sqlalchemy.ext.asyncio import AsyncSession

from backend.errors import Say
from backend.grids.draft_schemas import (
    Change,
    ChangedCollection,
    ChangedFeature,
    ChangedProperties,
    DoneOperation,
    Draft,
    DraftSummary,
    DraftTotals,
    ListedDraft,
)
from backend.grids.faults import as_problem, faults_of, faults_since
from backend.grids.features import grid_feature
from backend.grids.models import Grid, NetDraft, NetEdition
from backend.grids.net import NetGrid, successors
from backend.grids.queries_drafts import edition_of, grids_of_edition
from backend.grids.replay import Replayed
from backend.grids.schemas import EditionOut


async def open_draft(session: AsyncSession, draft: NetDraft, replayed: Replayed, language: str) -> Draft:
    """A draft that is still being edited, as it stands."""
    features = await asyncio.to_thread(lambda: list(_changed_features(draft, replayed)))
    faults = await asyncio.to_thread(lambda: list(faults_of(replayed)))
    return Draft(
        **_summary(draft),
        operations=_done(draft, language),
        changes=ChangedCollection(features=features),
        totals=DraftTotals(
            grids_before=len(replayed.before.leaves),
            grids_after=len(replayed.after.leaves),
            area_before_m2=round(replayed.before.leaf_area_m2),
            area_after_m2=round(replayed.after.leaf_area_m2),
        ),
        problems=[as_problem(fault, language) for fault in [*faults, *await faults_since(session, draft, replayed)]],
    )


async def closed_draft(session: AsyncSession, draft: NetDraft, language: str) -> Draft:
    """A published draft with what its edition began and ended; a discarded one comes to nothing."""
    features: list[ChangedFeature] = []
    totals = dict.fromkeys(DraftTotals.model_fields, 0)
    if draft.edition is not None:
        edition = await edition_of(session, draft.county, draft.edition)
        totals = {name: edition.summary.get(name, 0) for name in totals}
        begun, ended = await grids_of_edition(session, edition)
        features.extend(_past_feature(grid, Change.ADDED if grid.version == 1 else Change.CHANGED) for grid in begun)
        features.extend(_past_feature(grid, Change.ENDED) for grid in ended)
    return Draft(
        **_summary(draft),
        operations=_done(draft, language),
        changes=ChangedCollection(features=features),
        totals=DraftTotals(**totals),
        problems=[],
    )


def _past_feature(grid: Grid, change: Change) -> ChangedFeature:
    feature = grid_feature(grid)
    properties = ChangedProperties(**feature.properties.model_dump(), change=change, replaces=[])
    return ChangedFeature(id=grid.code, properties=properties, geometry=feature.geometry)


def edition_out(edition: NetEdition) -> EditionOut:
    return EditionOut(**edition.model_dump(include=set(EditionOut.model_fields)))


def listed_draft(draft: NetDraft) -> ListedDraft:
    return ListedDraft(**_summary(draft), operation_count=len(draft.operations))


def _summary(draft: NetDraft) -> dict[str, Any]:
    return draft.model_dump(include=set(DraftSummary.model_fields))


def _done(draft: NetDraft, language: str) -> list[DoneOperation]:
    return [
        DoneOperation(n=n, kind=done["operation"]["kind"], words=Say(done["zh"], done["en"]).in_language(language))
        for n, done in enumerate(draft.operations, start=1)
    ]


def _changed_features(draft: NetDraft, replayed: Replayed) -> Iterator[ChangedFeature]:
    difference = replayed.difference
    taken_from = _replaced(replayed)
    for change, codes, net in (
        (Change.ADDED, difference.added, replayed.after),
        (Change.CHANGED, difference.changed, replayed.after),
        (Change.ENDED, difference.ended, replayed.before),
    ):
        for code in codes:
            yield _feature(net.grids[code], draft, change, taken_from.get(code, []), replayed.edition)


def _replaced(replayed: Replayed) -> dict[str, list[str]]:
    """Codes of the grids whose ground each grid takes, by its code."""
    found: dict[str, list[str]] = {}
    for code, into in successors(replayed.before, replayed.after, replayed.difference).items():
        for heir, _share in into:
            if heir != code:
                found.setdefault(heir, []).append(code)
    return found


def _feature(grid: NetGrid, draft: NetDraft, change: Change, replaces: list[str], edition: int) -> ChangedFeature:
    is_fresh = change != Change.ENDED
    return ChangedFeature(
        id=grid.code,
        properties=ChangedProperties(
            code=grid.code,
            version=grid.version + 1 if is_fresh else grid.version,
            name=grid.name,
            short_name=grid.short_name,
            level=grid.level,
            kind=grid.kind,
            parent_code=grid.parent_code,
            cluster_code=grid.cluster_code,
            management_grade=grid.management_grade,
            area_m2=grid.area_m2,
            label_point=[grid.label.x, grid.label.y] if grid.label else None,
            indicative=grid.indicative,
            valid_from=draft.effective_on if is_fresh else grid.valid_from or draft.effective_on,
            valid_to=None if is_fresh else draft.effective_on,
            edition=edition + 1 if is_fresh else grid.edition,
            change=change,
            replaces=replaces,
        ),
        geometry=mapping(grid.shape) if grid.shape is not None else None,
    )
