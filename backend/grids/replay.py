"""A draft as it stands: its operations done again, in order, over the newest net of the county.

What was replayed is kept for a while in the process, so that the next operation costs no more than itself; a replay is a
pure function of the draft's operations and the newest edition, so nothing here can be wrong for long or lost.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from obstore.store import ObjectStore
from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from backend.errors import Problem
from backend.grids.draft_schemas import Operation, TakeImport
from backend.grids.imports.queries import imported_features
from backend.grids.models import NetDraft, NetImport
from backend.grids.net import Difference, Net, difference
from backend.grids.operations import perform
from backend.grids.queries_drafts import newest_edition, newest_net
from backend.grids.taken import ImportedNet, Imports

MOST_KEPT = 16
OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)


@dataclass(frozen=True)
class Refused:
    """The first operation that the present net does not allow; those after it were not tried."""

    number: int
    problem: Problem


@dataclass(frozen=True)
class Replayed:
    """The newest net (`before`, of edition `edition`) and what the draft makes of it (`after`)."""

    edition: int
    before: Net
    after: Net
    refused: Refused | None = None

    @cached_property
    def difference(self) -> Difference:
        return difference(self.before, self.after)


class Replays:
    """The latest few, by draft, its version and the newest edition. One per process, in the app's state."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[UUID, int, int], Replayed] = OrderedDict()

    def find(self, draft: NetDraft, edition: int) -> Replayed | None:
        return self._kept.get((draft.id, draft.version, edition))

    def keep(self, draft: NetDraft, replayed: Replayed) -> None:
        self._kept[draft.id, draft.version, replayed.edition] = replayed
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)


async def replay(session: AsyncSession, store: ObjectStore, replays: Replays, draft: NetDraft) -> Replayed:
    """The draft over the newest net."""
    newest = await newest_edition(session, draft.county)
    edition = newest.number if newest else 0
    found = replays.find(draft, edition)
    if found is None:
        before = await newest_net(session, draft.county)
        operations = stored_operations(draft)
        try:
            imports = await imports_of(session, store, draft.county, operations)
            after, refused = await asyncio.to_thread(perform_all, before, operations, imports)
        except Problem as problem:  # an import that was read anew, or is no more
            after, refused = before, Refused(1, problem)
        found = Replayed(edition, before, after, refused)
        replays.keep(draft, found)
    # Worked out once, and for a county not in a blink.
    await asyncio.to_thread(lambda: found.difference)
    return found


def stored_operations(draft: NetDraft) -> list[Operation]:
    return [OPERATION.validate_python(stored["operation"]) for stored in draft.operations]


def perform_all(net: Net, operations: Sequence[Operation], imports: Imports) -> tuple[Net, Refused | None]:
    """All of them in order; or as far as they go, and why not further."""
    for number, operation in enumerate(operations, start=1):
        try:
            net = perform(net, operation, imports)
        except Problem as problem:
            return net, Refused(number, problem)
    return net, None


async def imports_of(
    session: AsyncSession, store: ObjectStore, county: str, operations: Sequence[Operation]
) -> dict[str, ImportedNet]:
    """What the imports among these operations bring, by id. Raises NotFound and Conflict `import_not_ready`."""
    found: dict[str, ImportedNet] = {}
    for operation in operations:
        if isinstance(operation, TakeImport):
            grids = await imported_features(session, store, county, operation.import_id)
            source = await session.get_one(NetImport, (county, operation.import_id))
            found[str(operation.import_id)] = ImportedNet((source.reading or {})["scope"], grids)
    return found
