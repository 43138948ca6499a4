"""How fast a whole county is redrawn: an edition in which every one of 2,099 grids, and all above them, has another shape.

Ours reads the net, rebuilds every parent from its parts and checks that they tile, writes the versions, outlines for all
zooms and the edition, and commits, at which the database proves the tiling again. The floor inserts the same rows into a
table without index, rule or edition. What the steps take is told too, and what a split costs in the demo town.
"""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from statistics import median
from time import perf_counter
from uuid import UUID, uuid4

import numpy as np
import shapely
from psycopg_pool import AsyncConnectionPool
from shapely import LineString
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from backend.database import make_engine, make_sessions
from backend.grids.draft_schemas import Split
from backend.grids.editions import publish_draft
from backend.grids.models import NetDraft, NetEdition
from backend.grids.net import Net, as_multi, whole_area_m2, with_label
from backend.grids.operations import complete, perform
from backend.grids.queries_drafts import newest_net
from backend.grids.replay import Replayed, Replays
from backend.permissions import Actor, PostHeld, Role
from backend.settings import Settings
from backend.storage import open_store
from geo.lattice import STEPS_PER_DEGREE
from tests.bench.turns import Figures, in_turn, machine
from tests.conftest import cloned_database
from tests.nets import SINCE, grid_rows, random_net

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
NET = random_net(1, towns=17, villages=250, grids=2_099, bends=9)
ROUNDS, TOWN_ROUNDS = 3, 5
PLAIN = "CREATE UNLOGGED TABLE plain_grid AS SELECT county, code, version, name, path, area_m2, shape FROM grid LIMIT 0"
INSERT = "INSERT INTO plain_grid VALUES (%s, %s, 1, %s, %s, %s, ST_GeomFromWKB(%s, 4326))"


def moved(net: Net, steps: int) -> Net:
    """The net with every grid this many lattice steps further east; parents are rebuilt and checked on the way."""

    def east(shape: shapely.MultiPolygon) -> shapely.MultiPolygon:
        at = [steps / STEPS_PER_DEGREE, 0.0]
        return shapely.transform(shape, lambda c: np.rint((c + at) * STEPS_PER_DEGREE) / STEPS_PER_DEGREE)

    shapes = {code: east(as_multi(shape)) for code, shape in net.leaves.items()}
    return net.changed(
        [
            with_label(replace(net.grids[code], shape=shape, area_m2=whole_area_m2(shape)))
            for code, shape in shapes.items()
        ]
    )


def draft_of(county: str, edition: int) -> NetDraft:
    return NetDraft(
        county=county,
        id=uuid4(),
        title="bench",
        effective_on=TODAY,
        base_edition=edition,
        author_id=UUID(int=1),
        author_name="bench",
        scope_paths=[county],
        created_at=AT,
        updated_at=AT,
        operations=[],
    )


async def publish(session: AsyncSession, settings: Settings, before: Net, after: Net, edition: int) -> None:
    draft, replays = draft_of(before.county, edition), Replays()
    session.add(draft)
    await session.flush()
    replays.keep(draft, Replayed(edition, before, after))
    actor = Actor(before.county, UUID(int=1), "bench", (PostHeld(Role.ADMINISTRATOR, before.county),))
    store = open_store(settings.photo_store)
    await publish_draft(session, store, replays, actor=actor, draft_id=draft.id, version=1, at=AT)


async def run() -> Figures:
    with cloned_database("bench") as url:
        settings = Settings(database_url=url)
        engine = make_engine(url)
        sessions = make_sessions(engine)
        async with sessions() as session, session.begin():
            session.add_all(grid_rows(NET))
            session.add(
                NetEdition(county=NET.county, number=1, title="bench", effective_on=SINCE, published_at=AT, summary={})
            )
            await session.execute(text(PLAIN))
        steps_s: dict[str, list[float]] = {"read": [], "rebuild and check": [], "write": [], "prove and commit": []}
        edition = 1

        async def ours() -> int:
            nonlocal edition
            marks = [perf_counter()]
            async with sessions() as session, session.begin():
                before = await newest_net(session, NET.county)
                marks.append(perf_counter())
                after = await asyncio.to_thread(moved, before, 10 if edition % 2 else -10)
                marks.append(perf_counter())
                await publish(session, settings, before, after, edition)
                marks.append(perf_counter())
            marks.append(perf_counter())
            edition += 1
            for step, began, ended in zip(steps_s, marks, marks[1:], strict=False):
                steps_s[step].append(ended - began)
            return len(after.leaves)

        async def floor() -> int:
            rows = [
                (NET.county, code, code, code, 1.0, shapely.to_wkb(as_multi(shape)))
                for code, shape in NET.shapes.items()
            ]
            async with pool.connection() as connection, connection.cursor() as cursor:
                await cursor.executemany(INSERT, rows)
            return len(NET.leaves)

        pool = AsyncConnectionPool(settings.conninfo, min_size=1, max_size=1, open=False)
        async with pool:
            figures = await in_turn(
                ours,
                floor,
                rounds=ROUNDS,
                what="grids redrawn, checked, published and proved, a county of 2,099 at a time",
                against="the same rows inserted into a bare table",
                where=machine(settings.conninfo),
                each=len(NET.leaves),
            )
        town_ms = [await _split_in_town(sessions, settings, number) for number in range(TOWN_ROUNDS)]
        await engine.dispose()
        told = ", ".join(f"{step} {median(taken):.2f} s" for step, taken in steps_s.items())
        return replace(
            figures, how_often=f"{figures.how_often}; {told}; a split in a town of 179 grids {median(town_ms):.0f} ms"
        )


async def _split_in_town(sessions: object, settings: Settings, number: int) -> float:
    """Milliseconds from the drawn line to the committed edition, in the demo town."""
    began = perf_counter()
    async with sessions() as session, session.begin():  # type: ignore[operator]  # a session maker
        before = await newest_net(session, "320281")
        code = sorted(before.leaves)[10 + number]
        label = before.grids[code].label
        assert label is not None
        line = LineString([(label.x, label.y - 0.05), (label.x, label.y + 0.05)])
        done = complete(before, Split(kind="split", code=code, line=list(line.coords)))
        await publish(session, settings, before, perform(before, done, {}), number + 1)
    return (perf_counter() - began) * 1000
